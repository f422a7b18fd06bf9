"""An episode as published → the same bounded, its addresses absolute."""

from collections.abc import Sequence
from typing import Final

from dateline.episode import Chapter, Credit, Episode, Transcript

from . import urls
from .text import one_line

MAX_CHAPTERS: Final = 200
MAX_FILED: Final = 1_000
"""Chapters of a file of their own, which somebody opened."""
MAX_TRANSCRIPTS: Final = 20
MAX_CREDITS: Final = 30
MAX_CHARS: Final = 200
_MAX_SECONDS: Final = 360_000


def clean_episode(episode: Episode, base: str) -> Episode | None:
    """An episode ready to be stored; None when nothing is left of it. Never raises."""
    cleaned = Episode(
        season=one_line(episode.season, 12) or None,
        number=one_line(episode.number, 12) or None,
        kind=episode.kind,
        explicit=episode.explicit or None,  # most podcasts say at each episode that it is not
        chapters=tuple(_chapter(one, base) for one in episode.chapters[:MAX_CHAPTERS] if _has_sense(one)),
        chapters_url=_address(episode.chapters_url, base),
        transcripts=tuple(
            Transcript(url=url, type=one.type, language=one.language)
            for one in episode.transcripts[:MAX_TRANSCRIPTS]
            if (url := _address(one.url, base))
        ),
        credits=tuple(
            Credit(name=name, role=one_line(one.role, MAX_CHARS) or None, url=_address(one.url, base))
            for one in episode.credits[:MAX_CREDITS]
            if (name := one_line(one.name, MAX_CHARS))
        ),
        player_url=_address(episode.player_url, base),
    )
    return cleaned if cleaned != Episode() else None


def clean_chapters(chapters: Sequence[Chapter], base: str) -> tuple[Chapter, ...]:
    """What a file of chapters at ``base`` says, ready to be stored. Never raises."""
    return tuple(_chapter(one, base) for one in chapters[:MAX_FILED] if _has_sense(one))


def _has_sense(chapter: Chapter) -> bool:
    return 0 <= chapter.start_seconds <= _MAX_SECONDS and bool(one_line(chapter.title, MAX_CHARS))


def _chapter(chapter: Chapter, base: str) -> Chapter:
    return Chapter(
        start_seconds=chapter.start_seconds,
        title=one_line(chapter.title, MAX_CHARS),
        url=_address(chapter.url, base),
    )


def _address(address: str | None, base: str) -> str | None:
    return urls.absolute(address, base) if address else None
