"""HTML → plain text, for previews, titles and search; text as published → one line of it."""

import re
from html import unescape
from typing import Final

from dateline.model import RawHTML, SafeHTML

from . import policy
from .sanitize import clean_html

_TAG: Final = re.compile(r"<(/?[a-z0-9]++)[^>]*+>")
_SPACED: Final = policy.BLOCKS | policy.MEDIA | {"br"}
_CONTROLS: Final = dict.fromkeys([*range(9), 11, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFEFF])
_BLANKS: Final = re.compile(r"[ \t\n\r\f\v\u2028\u2029]+")
_GAPS: Final = {mark + name: "\n" if name in _SPACED else "" for name in policy.TAGS | {"br"} for mark in ("", "/")}


def plain_text(html: SafeHTML | RawHTML) -> str:
    """HTML → its text on one line: blocks apart, entities decoded, blanks folded; no scripts, no alternative texts.

    SafeHTML is read as it is; anything else is cleaned first.
    """
    return folded(loose_text(html))


def folded(text: str) -> str:
    """Text → the same on one line, one space between any two words."""
    return " ".join(text.split())


def count_words(text: str) -> int:
    """How many words a text has, blanks between them as they come."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    return len(lines) + "\n".join(lines).count(" ")


def loose_text(html: SafeHTML | RawHTML) -> str:
    """HTML → its text as in ``plain_text``, blanks as they come: for search, which does not see them.

    Folding the blanks of a whole text costs as much as all the rest (docs/decisions/0003).
    """
    text = _text_of_normalised(html)
    if text is None:
        text = _text_of_normalised(clean_html(RawHTML(html), None))
    return text or ""


def _text_of_normalised(html: str) -> str | None:
    """The text of HTML in ``clean_html``'s form; None when it is in any other."""
    if "<" not in html:
        text = html
    else:
        pieces = _TAG.split(html)
        if len(pieces) // 2 != html.count("<"):  # normalised HTML escapes it wherever it begins no tag
            return None
        try:
            pieces[1::2] = map(_GAPS.__getitem__, pieces[1::2])
        except KeyError:
            return None
        text = "".join(pieces)
        if ">" in text:  # normalised HTML escapes it, in values too
            return None
    if "&" in text:
        text = unescape(text)
    if "\0" in text:  # databases refuse it
        text = text.replace("\0", "")
    return text


def one_line(text: str | None, limit: int) -> str:
    """Text as published → no control characters, blanks folded, at most ``limit`` characters (cut: ending in …).

    No-break spaces stay: French typography needs them.
    """
    if not text:
        return ""
    if len(text) <= limit and text.isprintable() and "  " not in text:
        return text.strip(" ")
    line = _BLANKS.sub(" ", text[: limit * 20].translate(_CONTROLS)).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
