"""A text → the tree of what it asks for. Nothing that a person types is refused; what cannot be meant is told of.

    query  = every { "OR" every }
    every  = factor { [ "AND" ] factor }
    factor = [ "-" | "!" | "NOT" ] ( "(" query ")" | term )
    term   = operator ":" value | "#" value | value
    value  = word | "phrase" | 'phrase' | /expression/im

``OPERATORS`` has the names; where several are named, separated by commas, any will do. A word that ends with ``*`` is
the beginning of one. ``\\(`` and ``\\)`` are brackets of the text, ``\\"`` a quote within quotes.
It is FreshRSS's language, and more.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Literal, get_args

from msgspec import Struct

from .dates import span
from .patterns import compiled
from .tree import (
    NOTHING,
    Address,
    Between,
    Entries,
    Kind,
    Labelled,
    Named,
    Node,
    Not,
    Pattern,
    PatternPlace,
    Place,
    State,
    StateName,
    Tag,
    Words,
    every,
    some,
)
from .words import fold, words

MAX_TEXT = 1_000
"""Characters of a query."""
MAX_TERMS = 100
MAX_DEPTH = 20
MAX_STEPS = 6_000
"""Instructions of all expressions of a query, as RE2 counts them: ``\\p{L}`` alone is 1,200."""
MAX_WORDS = 20
"""Words of a phrase; what follows is not looked at."""

ProblemCode = Literal[
    "too_long", "date", "pattern", "number", "state", "unknown", "not_here", "empty", "operator", "too_much"
]


class Problem(Struct, frozen=True):
    """What of a query could not be meant: ``part`` is as it was typed. Whoever asks so finds nothing."""

    code: ProblemCode
    part: str


class Query(Struct, frozen=True):
    """A query, understood; ``tree`` is None where it asks for nothing (no word in it)."""

    tree: Node | None
    problems: tuple[Problem, ...] = ()

    @property
    def wanted(self) -> Node:
        """What is to be found."""
        return NOTHING if self.tree is None or self.problems else self.tree


def parse(text: str, *, now: datetime, zone: tzinfo, strict: bool = False) -> Query:
    """Read a query, as it is meant now by somebody in that zone. Names in it are still ``Named``.

    ``strict``: what looks like an operator and is none is told of, too; else it is words, unless it is denied.
    """
    if len(text) > MAX_TEXT:
        return Query(NOTHING, (Problem("too_long", text[:20]),))
    reader = _Reader(text.encode(errors="replace").decode(), now, zone, strict=strict)
    tree = reader.query()
    return Query(tree, tuple(reader.problems))


class Spot(Struct, frozen=True):
    """Where in a query something of an account's own is named: from ``start`` up to ``end``, without its operator."""

    start: int
    end: int
    named: Named


def spots(text: str) -> list[Spot]:
    """Where a query names what is an account's own, from left to right; nowhere when it is too long to be read."""
    if len(text) > MAX_TEXT:
        return []
    reader = _Reader(text.encode(errors="replace").decode(), _ANY_TIME, UTC, strict=False)
    reader.query()
    return reader.spots


class _Value(Struct, frozen=True):
    """What stands after an operator, or alone. ``flags`` is None where it is no expression."""

    text: str
    is_quoted: bool = False
    flags: str | None = None


_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Dates do not say where names stand."""


_BLANK = re.compile(r"\s*")
_JOINING = re.compile(r"(OR|AND|NOT)(?=[\s()]|$)")
_DENIED = re.compile(r"[-!](?=[^\s!-])")
_OPERATOR = re.compile(r"([A-Za-z]+):(?=\S)")
_EXPRESSION = re.compile(r"/((?:[^/\\]|\\.)+)/([im]*)(?=[\s)]|$)", re.DOTALL)
_QUOTED = re.compile(
    r'"((?:[^"\\]|\\.)*)"?|“([^”]*)”?|”([^”]*)”?|«([^»]*)»?|»([^«]*)«?|„([^“”]*)[“”]?'
    r"|'([^']*)'(?=[\s),]|$)",
    re.DOTALL,
)
_ESCAPED_QUOTE = re.compile(r'\\(["\\])')
_QUOTES = "\"“”«»„'"
_ESCAPED = re.compile(r"\\([()])")
_JOINED = re.compile(r"(?<=[^+])\+(?=[^+])")
_SCHEME = re.compile(r"[A-Za-z]+://|mailto:", re.IGNORECASE)
_NUMBERS = re.compile(r"[0-9]{1,18}(?:,[0-9]{1,18})*")


class _Reader:
    """Goes through a query once, from the left to the right."""

    def __init__(self, text: str, now: datetime, zone: tzinfo, *, strict: bool) -> None:
        self.text = text
        self.strict = strict
        self.place: Place = "any"
        self.steps = 0
        self.is_denied = False
        self.now = now
        self.zone = zone
        self.at = 0
        self.terms = 0
        self.depth = 0
        self.problems: list[Problem] = []
        self.spots: list[Spot] = []

    def query(self) -> Node | None:
        found = [self._every()]
        while self._take_joining("OR"):
            found.append(self._every())
        told = [part for part in found if part is not None]
        return some(told) if told else None

    def _every(self) -> Node | None:
        found = []
        while not self._is_at_end() and self._joining() != "OR":
            if self._sees(")"):
                if self.depth:
                    break
                self.at += 1  # it closes nothing
            elif not self._take_joining("AND"):
                found.append(self._factor())
        told = [part for part in found if part is not None]
        return every(told) if told else None

    def _factor(self) -> Node | None:
        is_denied = self._take_joining("NOT")
        self._is_at_end()
        if not is_denied and _DENIED.match(self.text, self.at):
            is_denied = True
            self.at += 1
        if self._sees("("):
            part = self._group()
        else:
            self.is_denied = is_denied
            part = None if self._is_at_end() or self._sees(")") else self._term()
        return Not(part) if part is not None and is_denied else part

    def _group(self) -> Node | None:
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._tell("too_long", "(")
            self.at = len(self.text)
            return None
        part = self.query()
        self.depth -= 1
        self.at += 1
        return part

    def _term(self) -> Node | None:
        start = self.at
        self.terms += 1
        if self.terms > MAX_TERMS:
            self._tell("too_long", self.text[start : start + 20])
            self.at = len(self.text)
            return None
        if operator := _OPERATOR.match(self.text, self.at):
            name = operator[1].lower()
            if name in OPERATORS:
                self.at = operator.end()
                return self._operated(name, start)
            if name in _THEIRS or ((self.strict or self.is_denied) and not _SCHEME.match(self.text, self.at)):
                self._word()
                return self.refuse("operator", self.text[start : self.at])
        if self._sees("#"):
            self.at += 1
            value = self._value()
            return self._said(_tag(self, _with_blanks(value), self.text[start : self.at]), start)
        found = _anywhere(self, self._value(), self.text[start : self.at])
        return self._said(found, start) if self.is_denied else found

    def _operated(self, name: str, start: int) -> Node | None:
        """What an operator makes of what follows it: a value, several with commas between, or words in brackets."""
        if self._sees("("):
            if name not in _PLACES:
                self._word()
                return self.refuse("operator", self.text[start : self.at])
            before, self.place = self.place, _PLACES[name]
            part = self._group()
            self.place = before
            return self._said(part, start)
        ends = "," if name in _LISTED else ""
        values = [self._placed(ends)]
        while ends and self._sees(","):
            self.at += 1
            values.append(self._placed(ends))
        told = [self._read(name, value, start) for value in values if value[2].text or not ends]
        parts = [part for part in told if part is not None]
        return self._said(some(parts) if parts else None, start)

    def _placed(self, ends: str) -> tuple[int, int, _Value]:
        """The value that comes, from where, up to where."""
        start = self.at
        value = self._value(ends)
        return start, self.at, value

    def _read(self, name: str, placed: tuple[int, int, _Value], start: int) -> Node | None:
        found = OPERATORS[name](self, placed[2], self.text[start : self.at])
        if isinstance(found, Named):
            self.spots.append(Spot(*placed[:2], found))
        return found

    def _said(self, found: Node | None, start: int) -> Node:
        """What was asked for, unless there is no word in it."""
        return self.refuse("empty", self.text[start : self.at]) if found is None else found

    # ------------------------------------------------------------------------------------------------ signs

    def _value(self, ends: str = "") -> _Value:
        if expression := _EXPRESSION.match(self.text, self.at):
            self.at = expression.end()
            return _Value(expression[1].replace("\\/", "/"), flags=expression[2])
        if self.text[self.at : self.at + 1] in _QUOTES and (quoted := _QUOTED.match(self.text, self.at)):
            self.at = quoted.end()
            said = next(group for group in quoted.groups() if group is not None)
            return _Value(_ESCAPED_QUOTE.sub(r"\1", said), is_quoted=True)
        return _Value(self._word(ends))

    def _word(self, ends: str = "") -> str:
        """Up to a blank, a sign that ``ends`` it, or a bracket that closes what was opened before it."""
        start, opened = self.at, 0
        while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in ends:
            sign = self.text[self.at]
            if sign == "\\":
                self.at += 1
            elif sign == "(":
                opened += 1
            elif sign == ")":
                if not opened:
                    break
                opened -= 1
            self.at += 1
        self.at = min(self.at, len(self.text))
        return _ESCAPED.sub(r"\1", self.text[start : self.at])

    def _sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def _is_at_end(self) -> bool:
        """Whether nothing but blanks is left; these are passed."""
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.at >= len(self.text)

    def _joining(self) -> str:
        found = _JOINING.match(self.text, self.at)
        return found[1] if found else ""

    def _take_joining(self, word: str) -> bool:
        self._is_at_end()
        if self._joining() != word:
            return False
        self.at += len(word)
        return True

    def _tell(self, code: ProblemCode, part: str) -> None:
        self.problems.append(Problem(code, part))

    def refuse(self, code: ProblemCode, part: str) -> Node:
        """A part that cannot be meant: it is told of, and finds nothing."""
        self._tell(code, part)
        return NOTHING


# ------------------------------------------------------------------------------------------------ terms

_Read = Callable[[_Reader, _Value, str], Node | None]


def _with_blanks(value: _Value) -> _Value:
    """``#two+words``: a plus between two words is a blank, where there are no quotes."""
    is_plain = not value.is_quoted and value.flags is None
    return _Value(_JOINED.sub(" ", value.text)) if is_plain else value


def _pattern(reader: _Reader, value: _Value, place: PatternPlace, part: str) -> Node:
    flags = value.flags or ""
    found = Pattern(value.text, place, any_case="i" in flags, by_lines="m" in flags)
    pattern = compiled(found.source, any_case=found.any_case, by_lines=found.by_lines)
    reader.steps += pattern.steps if pattern is not None else 0
    if pattern is None or reader.steps > MAX_STEPS:
        return reader.refuse("pattern", part)
    return found


def _phrase(value: _Value, place: Place) -> Node | None:
    found = words(value.text)[:MAX_WORDS]
    is_open = not value.is_quoted and value.text.endswith("*")
    return Words(tuple(found), place, is_open=is_open) if found else None


def _anywhere(reader: _Reader, value: _Value, part: str) -> Node | None:
    return _pattern(reader, value, reader.place, part) if value.flags is not None else _phrase(value, reader.place)


def _in(place: Place) -> _Read:
    def read(reader: _Reader, value: _Value, part: str) -> Node | None:
        return _pattern(reader, value, place, part) if value.flags is not None else _phrase(value, place)

    return read


def _address(reader: _Reader, value: _Value, part: str) -> Node | None:
    return _pattern(reader, value, "url", part) if value.flags is not None else Address(value.text.lower())


def _tag(reader: _Reader, value: _Value, part: str) -> Node | None:
    if value.flags is not None:
        return _pattern(reader, value, "tag", part)
    name = fold(value.text)
    return Tag(name) if name.strip() else None


def _dated(which: Literal["received", "published"]) -> _Read:
    def read(reader: _Reader, value: _Value, part: str) -> Node:
        found = span(value.text, reader.now, reader.zone)
        return reader.refuse("date", part) if found is None else Between(which, *found)

    return read


def _state(reader: _Reader, value: _Value, part: str) -> Node:
    name = value.text.lower()
    if name in ("labelled", "labeled"):
        return Labelled(None)
    for known in get_args(StateName):
        if known == name:
            return State(known)
    return reader.refuse("state", part)


def _entries(reader: _Reader, value: _Value, part: str) -> Node:
    return Entries(_ids(value.text)) if _NUMBERS.fullmatch(value.text) else reader.refuse("number", part)


def _numbered(kind: Kind) -> _Read:
    def read(reader: _Reader, value: _Value, part: str) -> Node:
        if value.text == "*" and kind == "label":
            return Labelled(None)
        return Named(kind, _ids(value.text)) if _NUMBERS.fullmatch(value.text) else reader.refuse("number", part)

    return read


def _ids(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _named(kind: Kind) -> _Read:
    def read(reader: _Reader, value: _Value, part: str) -> Node:
        if value.text == "*" and not value.is_quoted and kind == "label":
            return Labelled(None)
        return Named(kind, name=value.text.strip()) if value.text.strip() else reader.refuse("empty", part)

    return read


OPERATORS: dict[str, _Read] = {
    "intitle": _in("title"),
    "title": _in("title"),
    "intext": _in("text"),
    "text": _in("text"),
    "author": _in("author"),
    "inurl": _address,
    "url": _address,
    "tag": _tag,
    "date": _dated("received"),
    "pubdate": _dated("published"),
    "is": _state,
    "e": _entries,
    "f": _numbered("feed"),
    "c": _numbered("folder"),
    "l": _numbered("label"),
    "s": _numbered("search"),
    "feed": _named("feed"),
    "folder": _named("folder"),
    "label": _named("label"),
    "labels": _named("label"),
    "search": _named("search"),
}
_PLACES: dict[str, Place] = {"intitle": "title", "title": "title", "intext": "text", "text": "text", "author": "author"}
_LISTED = ("feed", "folder", "label", "labels", "search")
_THEIRS = ("userdate", "mdate")
"""FreshRSS's (1.28, 1.29), which are not known here: as words they would find what nobody meant."""
