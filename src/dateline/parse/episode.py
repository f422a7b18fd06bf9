"""What podcasts and films say of themselves: season, number, chapters, transcripts, who takes part, where they play.

Read are iTunes' tags, the podcast namespace (https://podcastindex.org/namespace/1.0), Podlove Simple Chapters and Media
RSS players. What stands in files elsewhere (chapters, transcripts) stays there: it is only named.
"""

import re

from lxml import etree

from dateline.episode import Chapter, Credit, Episode, EpisodeKind, Transcript

from .addresses import absolute
from .limits import MAX_CHAPTERS, MAX_LIST
from .markup import folded, text_of
from .media import media_type
from .names import Names

_NUMBER = re.compile(r"0*(\d{1,6}(?:\.\d{1,3})?)")
_START = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6})(?:[.,]\d*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_KINDS: dict[str, EpisodeKind] = {"full": "full", "trailer": "trailer", "bonus": "bonus"}
_EXPLICIT = {"yes": True, "true": True, "explicit": True, "no": False, "false": False, "clean": False}


class EpisodeDraft:
    """An episode being read; only entries that say something of it have one."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.chapters: list[Chapter] = []
        self.transcripts: list[Transcript] = []
        self.credits: list[Credit] = []

    def keep(self, field: str, value: str | None) -> None:
        """The first value of a field."""
        if value:
            self.texts.setdefault(field, value)

    def finished(self) -> Episode | None:
        """What came together; None when nothing of it made sense."""
        episode = Episode(
            season=number(self.texts.get("season")),
            number=number(self.texts.get("number")),
            kind=_KINDS.get(self.texts.get("kind", "").lower()),
            explicit=_EXPLICIT.get(self.texts.get("explicit", "").lower()),
            chapters=tuple(sorted(self.chapters, key=lambda chapter: chapter.start_seconds)),
            chapters_url=self.texts.get("chapters_url"),
            transcripts=tuple({one.url: one for one in reversed(self.transcripts)}.values())[::-1],
            credits=tuple(dict.fromkeys(self.credits)),
            player_url=self.texts.get("player_url"),
        )
        return episode if episode != Episode() else None


def number(text: str | None) -> str | None:
    """The number of a season or episode, without zeros before it; None for anything else."""
    found = _NUMBER.fullmatch(text.strip()) if text else None
    return found[1] if found else None


def start_seconds(text: str | None) -> int | None:
    """Where a chapter begins: ``01:02:03.250``, ``62:03`` or seconds; fractions are cut off."""
    found = _START.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    return int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + int(found[3])


def read_chapters(draft: EpisodeDraft, element: etree._Element, names: Names, base: str | None) -> None:
    """``psc:chapters``: the chapters themselves; ``podcast:chapters``: the address of a file of them."""
    draft.keep("chapters_url", absolute(element.get("url"), base))
    for child in element:
        if names[child.tag] != "psc:chapter" or len(draft.chapters) >= MAX_CHAPTERS:
            continue
        start, title = start_seconds(child.get("start")), folded(child.get("title"))
        if start is not None and title:
            draft.chapters.append(Chapter(start_seconds=start, title=title, url=absolute(child.get("href"), base)))


def read_transcript(draft: EpisodeDraft, element: etree._Element, base: str | None) -> None:
    """``podcast:transcript``."""
    url = absolute(element.get("url"), base)
    language = (element.get("language") or "").strip()
    if url is not None and len(draft.transcripts) < MAX_LIST:
        draft.transcripts.append(
            Transcript(
                url=url,
                type=media_type(element.get("type")),
                language=language if _LANGUAGE.fullmatch(language) else None,
            )
        )


def read_person(draft: EpisodeDraft, element: etree._Element, base: str | None) -> None:
    """``podcast:person``."""
    name, role = folded(text_of(element)), folded(element.get("role"))
    if name and len(draft.credits) < MAX_LIST:
        draft.credits.append(Credit(name=name, role=role, url=absolute(element.get("href"), base)))
