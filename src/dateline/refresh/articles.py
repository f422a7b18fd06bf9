"""A page that was fetched for an entry → what is stored of it, in each way in which somebody wants it.

Not every answer is an article: files, walls that want consent or a human, beginnings for those who do not pay. Each has
a code, and the feed's own text stays what is read.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from dateline.clean import plain_text
from dateline.errors import ExtractError
from dateline.model import FullTextRules, Response
from dateline.store import bodies, full_texts
from dateline.store.bodies import Body
from dateline.store.full_texts import Cause, Taken

from .reader import Reader
from .reading_frames import Question, Text

MAX_PAGE: Final = 3_000_000
"""Bytes of a page."""
SHARE: Final = 0.9
"""An article found that has less than this share of what the feed gives is worse than the feed's text."""
BEGINNING: Final = 1.3
SHORT_CHARS: Final = 600
"""For subscribers only: a text under this, or under 1.3 times what the feed gives, is the beginning of it."""
WALL_BYTES: Final = 60_000
"""Pages that only ask for something are small."""

_PAGE_TYPES: Final = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"})
_MARKUP: Final = re.compile(rb"<[!?a-zA-Z]")
_TITLE: Final = re.compile(rb"<title[^>]{0,200}>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_WALL: Final = re.compile(
    rb"just a moment|attention required|access denied|are you (?:a robot|human)|verify (?:that )?you|captcha"
    rb"|pardon our interruption|security check|checking your browser|ddos.guard|un instant|robot or human",
    re.IGNORECASE,
)
_CONSENT_HOST: Final = re.compile(r"(?:^|\.)(?:consent|cmp|gdpr|privacy-?(?:gate|center|mgmt))\.", re.IGNORECASE)
_CONSENT_PATH: Final = re.compile(r"/(?:v\d/)?(?:collect)?(?:cookie-?)?consent(?:/|$|\?)|/privacy-?gate", re.IGNORECASE)


def take(reader: Reader, cause: Cause, answer: Response, ways: Sequence[FullTextRules]) -> list[Taken]:
    """The article of a page in each of these ways. Never raises for what came from outside: that is a code too."""
    try:
        texts = read(reader, answer, ways, title=cause.title)
    except ExtractError as error:
        return failed(error.code, ways, answer.final_url)
    given = len(plain_text(cause.html))
    return [_taken(text, way, answer.final_url, given) for text, way in zip(texts, ways, strict=True)]


def read(reader: Reader, answer: Response, ways: Sequence[FullTextRules], *, title: str) -> tuple[Text, ...]:
    """The texts of a page. Raises ``ExtractError`` when it is no page, or a wall, or cannot be read at all."""
    check(answer)
    question = Question(
        url=answer.final_url,
        content_type=answer.content_type,
        body=answer.body,
        title=title,
        rules=tuple(ways),
    )
    return reader.read(question)


def check(answer: Response) -> None:
    """Raise ``ExtractError`` unless an answer may hold an article."""
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind not in _PAGE_TYPES or not _MARKUP.search(answer.body[:10_000]):
        raise ExtractError("extract.not_a_page", kind[:100])
    parts = urlsplit(answer.final_url)
    moved = parts.netloc != urlsplit(answer.url).netloc.rpartition("@")[2]
    if _CONSENT_PATH.search(parts.path) or (moved and _CONSENT_HOST.search(parts.hostname or "")):
        raise ExtractError("extract.consent", answer.final_url)
    title = _TITLE.search(answer.body[:20_000])
    if title and len(answer.body) < WALL_BYTES and _WALL.search(title[1]):
        raise ExtractError("extract.bot_wall", title[1].decode("utf-8", "replace").strip()[:100])


def verdict(text: Text, rules: FullTextRules, given: int) -> str:
    """ "ok", or why a text is not shown in place of the ``given`` characters of the feed."""
    if text.code != "ok" or rules.content:
        return text.code
    size = len(text.text)
    if text.for_subscribers and size < max(SHORT_CHARS, BEGINNING * given):
        return "extract.paywall"
    return "extract.shorter" if size < SHARE * given else "ok"


def _taken(text: Text, rules: FullTextRules, page_url: str, given: int) -> Taken:
    code = verdict(text, rules, given)
    if code != "ok":
        return Taken(rules_hash=full_texts.rules_hash(rules), code=code, page_url=page_url)
    return Taken(
        rules_hash=full_texts.rules_hash(rules),
        code="ok",
        page_url=page_url,
        word_count=text.text.count(" ") + 1 if text.text else 0,
        packed=bodies.pack(Body(text.html, text.raw, None, text.base_url)),
        title=text.title,
    )


def failed(code: str, ways: Sequence[FullTextRules], page_url: str | None) -> list[Taken]:
    """The same code for every way."""
    return [Taken(rules_hash=full_texts.rules_hash(way), code=code, page_url=page_url) for way in ways]
