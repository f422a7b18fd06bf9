"""What counts as the same word: without case and diacritics, and with every Han, kana, hangul or Thai character a word
of its own (these scripts do not put blanks between words), so that a phrase finds a part of a sentence.

The index of either engine, the queries and the matcher all read text by this.
"""

import re
import unicodedata

_SPACELESS = re.compile(
    r"([\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])"
)
_COMBINING = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0591-\u05c7]+")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Without diacritics and case, as FTS5's unicode61 does by itself: for PostgreSQL, and for comparing."""
    if text.isascii():
        return text.lower()
    plain = _COMBINING.sub("", unicodedata.normalize("NFKD", _SPACELESS.sub(r" \1 ", text)))
    return unicodedata.normalize("NFC", plain).lower()


def words(text: str) -> list[str]:
    """The words of a text, folded, in their order."""
    return _WORD.findall(fold(text))


def line(text: str) -> str:
    """The words of a text with a blank around each: what stands in it, in that order, is found as a part of it."""
    return f" {' '.join(words(text))} "
