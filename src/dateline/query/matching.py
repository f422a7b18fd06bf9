"""Tree × entry → bool: what a query means. An index may say sooner what cannot be, and never says otherwise."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from .patterns import compiled
from .tree import (
    Address,
    And,
    Between,
    Entries,
    Feeds,
    Labelled,
    Node,
    Not,
    Or,
    Pattern,
    PatternPlace,
    Place,
    State,
    StateName,
    Tag,
    Words,
    leaves,
)
from .words import fold, line


class Subject:
    """An entry as a query sees it, with what its reader did with it. The text is read when it is asked for, once."""

    def __init__(
        self,
        *,
        entry_id: int,
        feed_id: int,
        title: str,
        url: str | None,
        authors: Sequence[str],
        tags: Sequence[str],
        received_at: int,
        published_at: int,
        read_text: Callable[[], str],
        states: frozenset[StateName] = frozenset({"unread"}),
        label_ids: frozenset[int] = frozenset(),
    ) -> None:
        """``received_at`` and ``published_at`` are µs since 1970."""
        self.entry_id = entry_id
        self.feed_id = feed_id
        self.title = title
        self.url = url or ""
        self.authors = authors
        self.tags = tags
        self.received_at = received_at
        self.published_at = published_at
        self.states = states
        self.label_ids = label_ids
        self._read_text = read_text

    @cached_property
    def text(self) -> str:
        """What it says, as plain text."""
        return self._read_text()

    @property
    def characters_read(self) -> int:
        """How long its text is, if that was asked for."""
        return len(self.__dict__.get("text", ""))

    @cached_property
    def folded_tags(self) -> frozenset[str]:
        """The publisher's keywords, to be compared."""
        return frozenset(fold(tag) for tag in self.tags)

    def places(self, place: PatternPlace) -> Sequence[str]:
        """The texts of a place, as they are written."""
        match place:
            case "title":
                return (self.title,)
            case "text":
                return (self.text,)
            case "author":
                return self.authors
            case "url":
                return (self.url,)
            case "tag":
                return self.tags
            case "any":
                return (self.title, self.text)

    def has(self, wanted: Words) -> bool:
        """Whether the words stand there, one after the other."""
        needle = f" {' '.join(wanted.words)}{'' if wanted.is_open else ' '}"
        return any(needle in words for words in self._lines(wanted.place))

    def _lines(self, place: Place) -> Iterator[str]:
        if place == "author":
            yield from map(line, self.authors)
        if place in ("any", "title"):
            yield self._title_line
        if place == "text":
            yield self._text_line
        if place == "any":  # as it is indexed
            yield self._body_line

    @cached_property
    def _title_line(self) -> str:
        return line(self.title)

    @cached_property
    def _text_line(self) -> str:
        return line(self.text)

    @cached_property
    def _body_line(self) -> str:
        return line("\n".join((*self.authors, *self.tags, self.text)))


def matches(node: Node, subject: Subject) -> bool:
    """Whether an entry is what a query asks for. What is still ``Named`` is nothing's."""
    match node:
        case And(parts):
            return all(matches(part, subject) for part in parts)
        case Or(parts):
            return any(matches(part, subject) for part in parts)
        case Not(part):
            return not matches(part, subject)
        case _:
            return _meets(node, subject)


def _meets(leaf: Node, subject: Subject) -> bool:
    match leaf:
        case Words():
            return subject.has(leaf)
        case Pattern():
            return _found(leaf, subject)
        case Address(part):
            return part in subject.url.lower()
        case Tag(name):
            return name in subject.folded_tags
        case Between():
            return _within(leaf, subject)
        case _:
            return _of(leaf, subject)


def _of(leaf: Node, subject: Subject) -> bool:
    match leaf:
        case State(name):
            return name in subject.states
        case Entries(ids):
            return subject.entry_id in ids
        case Feeds(ids):
            return subject.feed_id in ids
        case Labelled(label_ids):
            return bool(subject.label_ids) if label_ids is None else not subject.label_ids.isdisjoint(label_ids)
        case _:
            return False


def _found(wanted: Pattern, subject: Subject) -> bool:
    pattern = compiled(wanted.source, any_case=wanted.any_case, by_lines=wanted.by_lines)
    return pattern is not None and any(pattern.is_in(text) for text in subject.places(wanted.place))


def _within(span: Between, subject: Subject) -> bool:
    at = subject.received_at if span.which == "received" else subject.published_at
    return (span.start is None or span.start <= at) and (span.end is None or at < span.end)


def steps(node: Node) -> int:
    """How many instructions its expressions have: where it goes badly, each takes time at each sign of a text."""
    patterns = [leaf for leaf in leaves(node) if isinstance(leaf, Pattern)]
    made = [compiled(one.source, any_case=one.any_case, by_lines=one.by_lines) for one in patterns]
    return sum(one.steps for one in made if one is not None)
