"""What a person chose about their account, to take along: all that no subscription and no article carries.

Not part of it, on purpose: password and sessions, the addresses for newsletters and the mailboxes (they belong to the
server and to its secrets), what visitors may see (it is chosen anew, where they would come), and the history.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from msgspec.structs import replace

from dateline.model import User
from dateline.parse.choices import Choices, Going, LabelChoice, OwnFeedChoice, OwnIcon, ReadThere, choices_file
from dateline.parse.opml_settings import FullText, OpmlSettings, settings_attributes
from dateline.preferences import decode_display, decode_read_when
from dateline.store import Database, accounts, exporting, full_texts, labels, own_appearance, progress, retention
from dateline.store import mail as senders
from dateline.store.db import Tx
from dateline.store.exporting import Leaving
from dateline.store.times import to_us

from .rules_moving import said_rules
from .searches_moving import said_searches

LABEL = "label/"
"""Begins the name of a label's stream in the preferences; the number after it is of this server."""


def said_choices(db: Database, user: User, paths: dict[int, tuple[str, ...]], *, per_feed: int) -> bytes:
    """The file. ``paths`` are the folders' names by id; ``per_feed`` articles of each feed leave with their state."""
    with db.reading() as tx:
        account = accounts.user_by_id(tx, user.id)
        shown = account.preferences.streams
        found = Choices(
            preferences=replace(
                account.preferences,
                streams={name: one for name, one in shown.items() if not name.startswith(LABEL)},
                feed_addresses=0,
            ),
            language=account.language,
            time_zone=account.time_zone,
            preview=account.preview,
            retention=retention.stored(tx, "account", user.id),
            labels=tuple(
                LabelChoice(name=one.name, colour=one.colour, display=shown.get(f"{LABEL}{one.id}"))
                for one in labels.all_labels(tx, user.id)
            ),
            searches=tuple(said_searches(tx, user, paths)),
            rules=tuple(said_rules(tx, user, paths)),
            own_feeds=(*(_own_feed(row, paths) for row in exporting.leaving_own(tx, user.id)), *_refused(tx, user)),
            icons=tuple(OwnIcon(feed_url=url, picture=body) for _, url, body in own_appearance.pictures(tx, user.id)),
            begun=tuple(_begun(tx, user)),
            queue=_named(tx, progress.queue(tx, user.id)),
            read=tuple(
                ReadThere(feed_url=url, hashes=[hash_.hex() for hash_ in hashes])
                for url, hashes in exporting.read_of(tx, user.id, per_feed).items()
            ),
        )
    return choices_file(found)


def _own_feed(row: Leaving, paths: dict[int, tuple[str, ...]]) -> OwnFeedChoice:
    settings = OpmlSettings(
        own_title=bool(row.own_title),
        visibility=row.visibility,
        hidden_from_visitors=row.hidden_from_visitors,
        full_text=cast("FullText", row.full_text),
        full_text_rules=full_texts.rules_of(row.full_text_rules),
        is_paused=row.is_paused,
        retention=retention.decode(row.retention),
        display=decode_display(row.display),
        own_site=row.own_site_url,
        own_description=row.own_description,
        read_when=decode_read_when(row.read_when),
    )
    return OwnFeedChoice(
        url=row.url,
        title=row.own_title,
        folders=[list(paths[ident]) for ident in row.folder_ids if ident in paths],
        attributes=settings_attributes(settings),
    )


def _refused(tx: Tx, user: User) -> Iterator[OwnFeedChoice]:
    for one in senders.refused(tx, user.id):
        yield OwnFeedChoice(url=one.url, title=one.title, refused=True)


def _begun(tx: Tx, user: User) -> Iterator[Going]:
    going = {one.entry_id: one for one in progress.unfinished(tx, user.id, progress.KEPT)}
    for entry_id, named in zip(going, _named(tx, list(going)), strict=True):
        one = going[entry_id]
        yield replace(
            named,
            share=one.share,
            played_url=one.played_url,
            played=one.played,
            played_of=one.played_of,
            at=to_us(one.at) if one.at else 0,
        )


def _named(tx: Tx, entry_ids: Sequence[int]) -> tuple[Going, ...]:
    names = exporting.names(tx, entry_ids)
    return tuple(
        Going(feed_url=names[entry_id].feed_url, guid=names[entry_id].guid, source=names[entry_id].url)
        for entry_id in entry_ids
    )
