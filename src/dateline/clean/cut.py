"""Whether a feed gives only the beginning of an entry: how its text ends, how long it is, what its feed does.

A short text is no beginning by itself: notes, pictures and podcasts are short. What tells is an ending in the middle
of things, a "read more", a summary where other feeds have content, or nothing to read at all.
"""

import re
from collections.abc import Sequence
from statistics import median
from typing import Final

from msgspec import Struct

LONG_SUMMARY: Final = 250
"""Words from which on a summary is taken for the whole text."""
SHORT_CONTENT: Final = 60
"""Words below which content that ends in mid-sentence is a beginning."""
WHOLE_FEED: Final = 300
"""A feed whose entries usually have so many words gives them whole."""
FEW_WORDS: Final = 3

_END: Final = 160
_FOOTER: Final = re.compile(
    r"(?:\s*(?:the post|l[’']article|der beitrag|la entrada|l[’']articolo|het bericht|o post)\b.{1,300}?"
    r"(?:appeared first on|est apparu en premier sur|erschien zuerst auf|se public[oó] primero en|proviene da"
    r"|verscheen eerst op|apareceu primeiro em)\b.{1,200}$)",
    re.IGNORECASE,
)
_ELLIPSIS: Final = re.compile(r"(?:…|\.\.\.)[\s\])»”\"'*›>→]*$")
_MORE: Final = re.compile(
    r"(?:(?:read|see|view|show|learn) (?:more|the rest|the full|on|full)|continued? (?:reading|lesen)"
    r"|read (?:the )?(?:full|whole|entire|complete)|full (?:story|article|text|post)|more at|keep reading|click here to"
    r"|lire (?:la suite|plus|l[’']article|l[’']intégralité)|en savoir plus|suite de l[’']article|la suite (?:sur|est)"
    r"|weiterlesen|mehr (?:lesen|dazu|erfahren)|ganzen artikel|vollständigen artikel|zum artikel"
    r"|leer (?:más|mas|completo)|seguir leyendo|sigue leyendo|continuar leyendo|continu(?:a|ar|e) (?:a )?l(?:egge|en)"
    r"|leggi (?:tutto|di più|l[’']articolo)|leia mais|lees (?:meer|verder)|läs (?:mer|hela)|les (?:mer|videre)|læs mere"
    r"|czytaj (?:dalej|więcej)|číst (?:dále|více)|читать (?:далее|дальше|полностью|ещё)|подробнее|читати далі"
    r"|devamını oku|続きを読む|全文を読む|阅读(?:全文|更多)|閱讀(?:全文|更多)|查看全文|더 ?보기|اقرأ المزيد|קרא עוד)"
    r"[^.!?。]{0,70}$",
    re.IGNORECASE,
)
_STANDINS: Final = re.compile(
    r"(?:comments?|commentaires|kommentare|link|\[link\]|permalink|article url:?|points:?|# ?comments:?|submitted by"
    r"|https?://\S+|/?u/[\w-]+|\[|\]|[\s\d|·:•-])*",
    re.IGNORECASE,
)
_FINISHED: Final = re.compile(r"[.!?。！？؟۔।:;\])»”\"'’›*|©—–-]\s*$")
_MEDIA: Final = re.compile(r"<(?:audio|iframe|img|video)[\s>]")


class Given(Struct, frozen=True, kw_only=True):
    """What a feed gives of an entry: ``html`` safe, ``text`` its plain text.

    ``is_summary``: the feed calls it a summary, and gives no content. ``has_media``: a sound or a film comes with it.
    ``usual_words``: how many words the feed's last entries have.
    """

    html: str
    text: str
    is_summary: bool
    title: str = ""
    has_media: bool = False
    usual_words: Sequence[int] = ()


def is_cut(given: Given) -> bool:
    """Whether there is more to read than the feed gives. Never raises."""
    text = _FOOTER.sub("", given.text[-1000:]).rstrip() if len(given.text) > 1000 else _FOOTER.sub("", given.text)
    end = text.rstrip()[-_END:]
    if _ELLIPSIS.search(end) or _MORE.search(end):
        return True
    if given.has_media:
        return False
    words = _words(given.text)
    if words < FEW_WORDS or _STANDINS.fullmatch(given.text[:500]):
        return _MEDIA.search(given.html) is None
    if _gives_all(given.usual_words):
        return False
    if given.is_summary and words < LONG_SUMMARY and not _is_note(given):
        return True
    if words >= SHORT_CONTENT or _MEDIA.search(given.html):
        return False
    return not _FINISHED.search(end) or _is_teaser(given)


def _is_teaser(given: Given) -> bool:
    """A title, and two or three sentences that are not it, as all of the feed has: where notes repeat or have none."""
    is_titled = bool(given.title) and not given.text.lstrip().startswith(given.title.rstrip("…"))
    return is_titled and len(given.usual_words) >= 3 and median(given.usual_words) < SHORT_CONTENT


def _words(text: str) -> int:
    """Words, or what stands for them where nobody writes blanks: two characters."""
    spaced = text.count(" ") + 1 if text else 0
    return max(spaced, sum(1 for character in text[:5000] if character > "\u2e80") // 2)


def _gives_all(usual: Sequence[int]) -> bool:
    return len(usual) >= 3 and median(usual) >= WHOLE_FEED


def _is_note(given: Given) -> bool:
    """A picture or a few paragraphs of its own: what a small feed calls a description may be all there is."""
    return _MEDIA.search(given.html) is not None and given.html.count("<p") >= 3


def has_words(texts: str, *fields: str | None) -> bool:
    """Whether one of the texts (one a line; none: yes) stands in one of the fields, whatever its case."""
    wanted = [line.strip().casefold() for line in texts.splitlines() if line.strip()]
    whole = "\n".join(field.casefold() for field in fields if field)
    return not wanted or any(each in whole for each in wanted)
