"""Words as PostgreSQL's index holds them, and phrases as it is asked for them.

A ``tsvector`` knows no place beyond the 16,383rd word of a text, nor any of a word that it holds 255 times (PostgreSQL
manual, 12.11). From where that begins a text is indexed by its *pairs*, too: each word with the one that follows, as
one. There a phrase of two words is found exactly, a longer one by all of its pairs.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from dateline.query.grammar import MAX_WORDS
from dateline.query.words import words

MAX_WORD = 200
"""Characters of a word; a ``tsvector`` takes at most 2,046 bytes."""
_TEXT = 250_000
_BYTES = 1_000_000
"""Of distinct words and places it takes 1 MB."""
_PLACES, _ALIKE = 16_382, 255
_AND_THEN = "0andthen0"
"""Between the words of a pair."""
_END_OF_TITLE = "0endoftitle0"
"""Stands between title and text, so that no phrase reaches over: SQLite has two columns."""


def indexed(title: str, text: str) -> tuple[str, str]:
    """Two values to be cast to ``tsvector``: what has its place, and what is there without. ``to_tsvector`` would read
    them its own way: of "5e9c" it makes a number and a letter.
    """
    found = [word[:MAX_WORD] for word in (*words(title), _END_OF_TITLE, *words(text[:_TEXT]))]
    room = _BYTES
    for place, word in enumerate(found):
        room -= _size(word)
        if room < 0:
            del found[place:]
            break
    without = found[_PLACES:]
    for pair in dict.fromkeys(map(_pair, *_unplaced(found))):
        room -= _size(pair)
        if room < 0:
            break
        without.append(pair)
    placed = (f"'{word}':{place}" for place, word in enumerate(found[:_PLACES], 1))
    return " ".join(placed), " ".join(f"'{word}'" for word in without)


def phrase(found: Sequence[str], *, is_open: bool) -> str:
    """A ``tsquery`` for words in a row; ``is_open``: the last may go on."""
    short, end = [word[:MAX_WORD] for word in found], ":*" if is_open else ""
    in_place = " <-> ".join(f"'{word}'" for word in short) + end
    if len(short) == 1:
        return f"({in_place})"
    by_pairs = " & ".join(f"'{_pair(one, other)}'" for one, other in pairwise(short)) + end
    return f"(({in_place}) | ({by_pairs}))"


def _unplaced(found: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The words from where no place may be known of one on, each beside the one that follows; with as many before it as
    a phrase may have: it stands on one side or on the other.
    """
    first = _first_unplaced(found)
    if first is None:
        return (), ()
    rest = found[max(0, first - MAX_WORDS) :]
    return rest[:-1], rest[1:]


def _first_unplaced(found: Sequence[str]) -> int | None:
    end = _PLACES if len(found) > _PLACES else None
    if len(found) <= _ALIKE:
        return None
    often = {word for word, count in Counter(found).items() if count >= _ALIKE}
    seen = Counter[str]()
    for place, word in enumerate(found[:end]) if often else ():
        if word in often:
            seen[word] += 1
            if seen[word] >= _ALIKE:
                return place
    return end


def _pair(word: str, following: str) -> str:
    return f"{word}{_AND_THEN}{following}"


def _size(word: str) -> int:
    return len(word.encode()) + 6  # its place among the words, and its position
