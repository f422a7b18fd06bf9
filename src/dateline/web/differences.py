"""What was changed in a text, word by word: two texts → runs of words that stayed, went and came.

Myers' algorithm (An O(ND) Difference Algorithm, 1986) with a bound on D: first over words; where the texts differ too
much for that, over paragraphs; where even those differ too much, the old text went and the new one came. So the time is
bounded by the length of the texts times the bound, whatever they say.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct

MAX_CHARS = 200_000
"""Of each text that is compared; the rest is left out."""
MAX_EDITS = 500
CONTEXT = 12
"""Words that are shown on either side of a change; the others are left out."""

_WORDS = re.compile(r"[^\s]+|\n[\s]*")
Kind = Literal["same", "gone", "new", "left_out"]


class Run(Struct, frozen=True, kw_only=True):
    """Words in a row of one kind; ``left_out`` stands for words that stayed and are not shown."""

    kind: Kind
    text: str


def differences(old: str, new: str) -> tuple[Run, ...]:
    """The runs of a text that was changed; none when no word was. ``\\n`` parts paragraphs. Pure, bounded."""
    before, after = _words(old), _words(new)
    edits = _edits(before, after)
    if edits is None:
        edits = _by_paragraphs(before, after)
    if all(kind == "same" for kind, _ in edits):
        return ()
    return tuple(_shown(edits))


_Edit = tuple[Kind, str]


def _words(text: str) -> list[str]:
    """Words, and one line break for each beginning of a paragraph."""
    words: list[str] = _WORDS.findall(text[:MAX_CHARS].strip())
    return [word if not word.isspace() else "\n" for word in words]


def _by_paragraphs(before: Sequence[str], after: Sequence[str]) -> list[_Edit]:
    old, new = _paragraphs(before), _paragraphs(after)
    edits = _edits(old, new)
    if edits is not None:
        return edits
    went: list[_Edit] = [("gone", text) for text in old]
    came: list[_Edit] = [("new", text) for text in new]
    return went + came


def _paragraphs(words: Sequence[str]) -> list[str]:
    return [" ".join(group) + "\n" for is_break, group in groupby(words, key=lambda word: word == "\n") if not is_break]


def _edits(before: Sequence[str], after: Sequence[str]) -> list[_Edit] | None:
    """The shortest way from one list to the other; None when it takes more than ``MAX_EDITS`` steps."""
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = _shortest(before[head : len(before) - tail], after[head : len(after) - tail])
    if middle is None:
        return None
    start: list[_Edit] = [("same", word) for word in before[:head]]
    return start + middle + [("same", word) for word in before[len(before) - tail :]]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _shortest(before: Sequence[str], after: Sequence[str]) -> list[_Edit] | None:
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for steps in range(min(len(before) + len(after), MAX_EDITS) + 1):
        trail.append(dict(furthest))
        for diagonal in range(-steps, steps + 1, 2):
            down = diagonal == -steps or (diagonal != steps and furthest[diagonal - 1] < furthest[diagonal + 1])
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            y = x - diagonal
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x, y = x + 1, y + 1
            furthest[diagonal] = x
            if x >= len(before) and y >= len(after):
                return _walked_back(before, after, trail)
    return None


def _walked_back(before: Sequence[str], after: Sequence[str], trail: Sequence[dict[int, int]]) -> list[_Edit]:
    edits: list[_Edit] = []
    x, y = len(before), len(after)
    for steps in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[steps], x - y
        lower, upper = furthest.get(diagonal - 1, -1), furthest.get(diagonal + 1, -1)
        down = diagonal == -steps or (diagonal != steps and lower < upper)
        from_x = upper if down else lower
        from_y = from_x - (diagonal + 1 if down else diagonal - 1)
        while x > from_x and y > from_y and x > 0 and y > 0 and before[x - 1] == after[y - 1]:
            x, y = x - 1, y - 1
            edits.append(("same", before[x]))
        if steps:
            edits.append(("new", after[from_y]) if down else ("gone", before[from_x]))
            x, y = from_x, from_y
    edits.reverse()
    return edits


def _shown(edits: Sequence[_Edit]) -> Iterator[Run]:
    """Edits in runs: what went before what came, long stretches that stayed cut to their ends."""
    groups = [(kind, [word for _, word in group]) for kind, group in groupby(_sorted(edits), key=lambda edit: edit[0])]
    for place, (kind, words) in enumerate(groups):
        if kind != "same":
            yield Run(kind=kind, text=_joined(words))
            continue
        first = words[:CONTEXT] if place > 0 else []
        last = words[-CONTEXT:] if place < len(groups) - 1 else []
        if len(first) + len(last) >= len(words):
            yield Run(kind="same", text=_joined(words))
            continue
        if first:
            yield Run(kind="same", text=_joined(first))
        yield Run(kind="left_out", text="…")
        if last:
            yield Run(kind="same", text=_joined(last))


def _sorted(edits: Sequence[_Edit]) -> Iterator[_Edit]:
    """Within a stretch of changes, what went comes before what came."""
    for is_same, group in groupby(edits, key=lambda edit: edit[0] == "same"):
        stretch = list(group)
        yield from stretch if is_same else sorted(stretch, key=lambda edit: edit[0] != "gone")


def _joined(words: Sequence[str]) -> str:
    return " ".join(words).replace(" \n ", "\n").replace("\n ", "\n").replace(" \n", "\n")
