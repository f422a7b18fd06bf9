"""What comes with an entry, as a page shows it: players, galleries, files, and what a podcast says of its episode."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from dateline.clean.on_demand import player
from dateline.episode import Chapter, Episode
from dateline.model import Enclosure, Entry, SafeHTML
from dateline.web.i18n import N_, Words

MAX_PICTURES = 30
_SMALLEST = 100
_SIZE = re.compile(
    r"[-_]\d{2,4}x\d{2,4}(?=\.\w{3,4}$)|[-_](?:thumb(?:nail|Large|Standard)?|small|medium|large)(?=\.\w{3,4}$)"
)

Kind = Literal["audio", "video", "file"]
_KINDS: dict[str, Kind] = {"audio": "audio", "video": "video"}
_EPISODE_KINDS = {"trailer": N_("Trailer"), "bonus": N_("Bonus")}
_TRANSCRIPT_TYPES = {
    "text/vtt": "VTT",
    "application/srt": "SRT",
    "application/x-subrip": "SRT",
    "text/html": "HTML",
    "text/plain": "TXT",
    "application/json": "JSON",
}


class Source(Struct, frozen=True, kw_only=True):
    """One file of something that is played: ``label`` tells it from the others."""

    url: str
    type: str | None
    label: str


class File(Struct, frozen=True, kw_only=True):
    """Something that comes with an entry. A sound or film has one source or several, the best to begin with first."""

    kind: Kind
    name: str
    sources: tuple[Source, ...]


class ChapterView(Struct, frozen=True, kw_only=True):
    """A chapter: ``moment`` is its beginning ("1:02:03"), ``play_url`` the sound from there on, if there is one."""

    moment: str
    title: str
    url: str | None
    seconds: int
    play_url: str | None


class Labelled(Struct, frozen=True, kw_only=True):
    """A link with its words."""

    url: str
    label: str


class EpisodeView(Struct, frozen=True, kw_only=True):
    """An episode in the reader's words: ``line`` says season, number, length; ``player`` is a link that waits."""

    line: str
    credits: str
    player: SafeHTML | None
    player_url: str | None
    chapters: tuple[ChapterView, ...]
    chapters_url: str | None
    transcripts: tuple[Labelled, ...]


class Media(Struct, frozen=True, kw_only=True):
    """All that comes with an entry besides its text."""

    files: tuple[File, ...] = ()
    pictures: tuple[str, ...] = ()
    episode: EpisodeView | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.files or self.pictures or self.episode)


_NOTHING = Media()


def media(entry: Entry, words: Words) -> Media:
    """What comes with an entry, without the pictures that its content shows already."""
    if not entry.enclosures and entry.episode is None:
        return _NOTHING
    files = tuple(_files(entry.enclosures))
    return Media(
        files=files,
        pictures=_pictures(entry.enclosures, entry.content_html or ""),
        episode=_episode(entry, files, words) if entry.episode or _duration(entry) else None,
    )


def _is_picture(enclosure: Enclosure) -> bool:
    return (enclosure.type or "").startswith("image/")


def _files(enclosures: Sequence[Enclosure]) -> Iterable[File]:
    """Each file, those of one group and kind together."""
    played = [one for one in enclosures if _kind(one) != "file"]
    with_forms = played[0] if any(one.group == 0 for one in played) else None
    groups: dict[tuple[Kind, int], list[Enclosure]] = {}
    for number, one in enumerate(enclosures):
        if not _is_picture(one):
            # 0: other forms of the first sound or film; negative: alone
            shared = one.group if one.group is not None else 0 if one is with_forms else -1 - number
            groups.setdefault((_kind(one), shared if one in played else -1 - number), []).append(one)
    for group in groups.values():
        yield File(
            kind=_kind(group[0]),
            name=_name(group[0]),
            sources=tuple(Source(url=one.url, type=one.type, label=_label(one)) for one in group),
        )


def _kind(enclosure: Enclosure) -> Kind:
    return _KINDS.get((enclosure.type or "").partition("/")[0].lower(), "file")


def _name(enclosure: Enclosure) -> str:
    name = enclosure.title or enclosure.url.rpartition("/")[2].partition("?")[0] or enclosure.url
    return name[:200]


def _label(enclosure: Enclosure) -> str:
    """What tells one quality from another: its height, its title, its type."""
    if enclosure.height:
        return f"{enclosure.height}p"
    return (enclosure.title or (enclosure.type or "").partition("/")[2] or _name(enclosure))[:60]


def _pictures(enclosures: Sequence[Enclosure], body: str) -> tuple[str, ...]:
    """The pictures of a gallery: each once, the largest of its forms; small ones only when there are no others."""
    best: dict[object, Enclosure] = {}
    for one in enclosures:
        if not _is_picture(one) or one.url in body:
            continue
        key = one.group if one.group else _SIZE.sub("", one.url.partition("?")[0])
        before = best.get(key)
        if before is None or (one.width or 0) > (before.width or 0):
            best[key] = one
    large = [one for one in best.values() if one.width is None or one.width >= _SMALLEST]
    return tuple(one.url for one in large or best.values())[:MAX_PICTURES]


# ---------------------------------------------------------------------------------------------------- episodes


def _duration(entry: Entry) -> int | None:
    return next((one.duration_seconds for one in entry.enclosures if one.duration_seconds), None)


def _episode(entry: Entry, files: Sequence[File], words: Words) -> EpisodeView | None:
    episode = entry.episode or Episode()
    sound = next((file.sources[0].url for file in files if file.kind != "file"), None)
    waiting = player(episode.player_url) if episode.player_url else None
    view = EpisodeView(
        line=" · ".join(_facts(episode, _duration(entry), words)),
        credits=", ".join(f"{one.name} ({one.role})" if one.role else one.name for one in episode.credits),
        player=waiting,
        player_url=episode.player_url if waiting is None else None,
        chapters=tuple(_chapter(one, sound) for one in episode.chapters),
        chapters_url=episode.chapters_url if not episode.chapters else None,
        transcripts=tuple(
            Labelled(
                url=one.url,
                label=" ".join(filter(None, (_TRANSCRIPT_TYPES.get(one.type or "", ""), one.language or ""))),
            )
            for one in episode.transcripts
        ),
    )
    shown = (view.line, view.credits, view.player, view.player_url, view.chapters, view.chapters_url, view.transcripts)
    return view if any(shown) else None


def _facts(episode: Episode, duration: int | None, words: Words) -> Iterable[str]:
    if episode.season:
        yield words.text("Season {number}", number=episode.season)
    if episode.number:
        yield words.text("Episode {number}", number=episode.number)
    if episode.kind in _EPISODE_KINDS:
        yield words.text(_EPISODE_KINDS[episode.kind])
    if duration:
        yield clock(duration)
    if episode.explicit:
        yield words.text("Explicit")


def _chapter(chapter: Chapter, sound: str | None) -> ChapterView:
    start = chapter.start_seconds
    return ChapterView(
        moment=clock(start),
        title=chapter.title,
        url=chapter.url,
        seconds=start,
        # a media fragment (W3C Media Fragments 4.2.1): browsers begin there, without scripts too
        play_url=f"{sound.partition('#')[0]}#t={start}" if sound else None,
    )


def clock(seconds: int) -> str:
    """``59:03`` or ``1:02:03``."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
