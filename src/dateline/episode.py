"""Episodes: what a podcast or a film says of itself besides its files. Values, as published, as stored and as shown.

Source: Apple's and the Podcast Index's namespaces (``itunes:``, ``podcast:``), Media RSS.
"""

from typing import Literal

from msgspec import Struct

EpisodeKind = Literal["full", "trailer", "bonus"]


class Chapter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of an episode: it begins ``start_seconds`` in."""

    start_seconds: int
    title: str
    url: str | None = None


class Transcript(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said in an episode, as a file."""

    url: str
    type: str | None = None
    language: str | None = None


class Credit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who takes part in an episode, as a host unless ``role`` says otherwise."""

    name: str
    role: str | None = None
    url: str | None = None


class Episode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a podcast or film says of itself besides its files.

    ``season`` and ``number`` are numbers as written ("12", "4.5"); ``chapters_url`` is a file of chapters that stand
    elsewhere; ``player_url`` a web page that plays it.
    """

    season: str | None = None
    number: str | None = None
    kind: EpisodeKind | None = None
    explicit: bool | None = None
    chapters: tuple[Chapter, ...] = ()
    chapters_url: str | None = None
    transcripts: tuple[Transcript, ...] = ()
    credits: tuple[Credit, ...] = ()
    player_url: str | None = None
