"""A file of chapters (JSON) → the chapters: what ``podcast:chapters`` of the podcast namespace points to. Pure.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/chapters/jsonChapters.md. Chapters that stand in no
table of contents (``toc`` false: a picture that changes) are none for a reader.
"""

import math
from typing import Any

import msgspec
from msgspec import Struct

from dateline.episode import Chapter
from dateline.errors import ParseError

MAX_BYTES = 200_000
MAX_CHAPTERS = 1_000


class _Listed(Struct):
    startTime: Any = None  # noqa: N815 # the file's name for it
    title: Any = None
    url: Any = None
    toc: Any = True


class _File(Struct):
    chapters: list[_Listed]


_file = msgspec.json.Decoder(_File)


def parse_chapters(body: bytes) -> tuple[Chapter, ...]:
    """The chapters in their order, addresses as they stand there. Raises ``ParseError`` ``parse.not_json``."""
    try:
        listed = _file.decode(body[:MAX_BYTES].removeprefix(b"\xef\xbb\xbf")).chapters
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ParseError("parse.not_json", f"no file of chapters: {error}"[:200]) from error
    found = [chapter for one in listed[:MAX_CHAPTERS] if (chapter := _chapter(one)) is not None]
    if not found:
        raise ParseError("parse.not_json", "a file without chapters")
    return tuple(sorted(found, key=lambda chapter: chapter.start_seconds))


def _chapter(one: _Listed) -> Chapter | None:
    start = _seconds(one.startTime)
    if start is None or one.toc is False or not isinstance(one.title, str) or not one.title.strip():
        return None
    return Chapter(start_seconds=start, title=one.title, url=one.url if isinstance(one.url, str) else None)


def _seconds(said: object) -> int | None:
    """Some write the number as a text."""
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        seconds = float(said)
    except (ValueError, OverflowError):
        return None
    return int(seconds) if math.isfinite(seconds) and seconds >= 0 else None
