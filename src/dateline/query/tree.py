"""What a query says, as a tree: conditions that an entry meets or not, and how they go together.

``Named`` stands for what only its account knows (a folder's name, a saved search); ``changed`` puts in its place what
is meant. Moments are µs since 1970.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

Place = Literal["any", "title", "text", "author"]
"""Where words are looked for; ``any`` is the title, the text, and the names of authors and tags."""
PatternPlace = Literal["any", "title", "text", "author", "url", "tag"]
StateName = Literal["unread", "read", "starred"]
Kind = Literal["feed", "folder", "label", "search"]


class And(Struct, frozen=True):
    """All of them."""

    parts: tuple["Node", ...]


class Or(Struct, frozen=True):
    """Any of them; of none, nothing."""

    parts: tuple["Node", ...]


class Not(Struct, frozen=True):
    """Whatever the part is not."""

    part: "Node"


class Words(Struct, frozen=True):
    """Folded words that follow each other; of the last perhaps only its beginning."""

    words: tuple[str, ...]
    place: Place = "any"
    is_open: bool = False


class Pattern(Struct, frozen=True):
    """A regular expression (RE2's syntax), somewhere in that place."""

    source: str
    place: PatternPlace = "any"
    any_case: bool = False
    by_lines: bool = False


class Address(Struct, frozen=True):
    """A part of the entry's address, in lower case."""

    part: str


class Tag(Struct, frozen=True):
    """A publisher's keyword, folded."""

    name: str


class Between(Struct, frozen=True):
    """Arrived, or published, from one moment on and before the other; None is without a bound."""

    which: Literal["received", "published"]
    start: int | None
    end: int | None


class State(Struct, frozen=True):
    """What the reader did with it."""

    name: StateName


class Entries(Struct, frozen=True):
    """One of these entries."""

    ids: tuple[int, ...]


class Feeds(Struct, frozen=True):
    """Of one of these feeds."""

    ids: tuple[int, ...]


class Labelled(Struct, frozen=True):
    """With one of these labels of the reader's; None is any."""

    ids: tuple[int, ...] | None


class Named(Struct, frozen=True):
    """One of these of the reader's own: by id or by name."""

    kind: Kind
    ids: tuple[int, ...] = ()
    name: str = ""


Node = And | Or | Not | Words | Pattern | Address | Tag | Between | State | Entries | Feeds | Labelled | Named

NOTHING = Or(())
ANYTHING = And(())


def every(parts: list[Node]) -> Node:
    """All of the parts, of which there is one at least."""
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def some(parts: list[Node]) -> Node:
    """Any of the parts, of which there is one at least."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def changed(node: Node, by: Callable[[Named], Node]) -> Node:
    """The tree with something else for each ``Named``."""
    match node:
        case And(parts):
            return And(tuple(changed(part, by) for part in parts))
        case Or(parts):
            return Or(tuple(changed(part, by) for part in parts))
        case Not(part):
            return Not(changed(part, by))
        case Named():
            return by(node)
        case _:
            return node


def leaves(node: Node) -> Iterator[Node]:
    """The conditions of a tree, without what binds them."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield node


def is_of_entries(node: Node) -> bool:
    """Whether a tree asks of entries alone, so that it means the same to everybody."""
    return not any(isinstance(leaf, Named | State | Labelled | Entries | Feeds) for leaf in leaves(node))


def are_words(node: Node | None) -> bool:
    """Whether a tree is nothing but words, wherever they stand."""
    parts = node.parts if isinstance(node, And) else () if node is None else (node,)
    return all(isinstance(part, Words) and part.place == "any" and not part.is_open for part in parts)


def size(node: Node) -> int:
    """How many conditions there are in a tree."""
    return sum(1 for _ in leaves(node))
