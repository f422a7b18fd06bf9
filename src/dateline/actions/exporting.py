"""Everything of a person's, to take along: subscriptions as OPML, stars and labels as JSON, all of it as a ZIP."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, cast
from urllib.parse import quote

from msgspec import Struct

from dateline.model import User
from dateline.parse.annotations import annotation, annotations_file
from dateline.parse.opml import OpmlFeed, OpmlFolder
from dateline.parse.opml_settings import (
    FullText,
    OpmlSettings,
    folder_attributes,
    outline_type,
    settings_attributes,
)
from dateline.parse.opml_transport import OpmlTransport
from dateline.parse.opml_unapplied import decode_unapplied
from dateline.parse.opml_writing import write_opml
from dateline.parse.page.rules import rules_from_json
from dateline.parse.reader_writing import article, saved_file
from dateline.preferences import decode_display, decode_read_when
from dateline.refresh.carrying import carried
from dateline.settings import Settings
from dateline.store import (
    Database,
    exporting,
    followed,
    full_texts,
    highlights,
    retention,
    saved_pages,
    states,
    streams,
    subscriptions,
)
from dateline.store.exporting import Leaving
from dateline.store.highlights import Listed
from dateline.store.secrets import Keyring, key_path
from dateline.store.subscriptions import Folder

from .choices_out import said_choices
from .subscriptions import MAX_DEPTH

AT_ONCE = 100
"""Articles that are in memory at once."""
MAX_PAGES = 1_000_000
"""Saved pages and newsletters of a sender in the ZIP: more than anybody has, a bound all the same."""
ARTICLES_PER_FEED = 50
"""Articles of each subscription in the ZIP: what their feeds may still carry elsewhere, with "read" or "unread"."""


def export_folder(db: Database, user: User, folder_id: int, *, now: datetime) -> bytes:
    """The feeds of a folder and those below it as OPML, for somebody else: their addresses and names, nothing private,
    nothing of how they are read here. Raises ``NotFound``.
    """
    with db.reading() as tx:
        known = subscriptions.folders(tx, user.id)
        inside = subscriptions.below(known, folder_id)
        rows = [
            row for row in exporting.leaving(tx, user.id) if not row.private and inside.intersection(row.folder_ids)
        ]
    folders = {folder.id: folder for folder in known}
    outside = len(_path(folders, folder_id)) - 1
    paths = {ident: _path(folders, ident)[outside:] for ident in inside}
    feeds = [
        OpmlFeed(
            url=row.url,
            type="rss",
            title=row.title,
            site_url=row.site_url,
            description=row.description or "",
            folders=tuple(paths[ident] for ident in row.folder_ids if ident in inside),
        )
        for row in rows
        if not row.rules
    ]
    return write_opml(folders[folder_id].name, feeds, created_at=now)


def export_opml(
    db: Database, user: User, *, settings: Settings | None = None, with_secrets: bool = False, now: datetime
) -> bytes:
    """All subscriptions of a user with their settings, in their folders, as OPML 2.0.

    Every setting comes back with ``import_opml``; passwords, headers, cookies and what is posted only with
    ``with_secrets``: else the file says which there are.
    """
    keyring = Keyring(key_path(settings or Settings()))
    with db.reading() as tx:
        rows = exporting.leaving(tx, user.id)
        folders = {folder.id: folder for folder in subscriptions.folders(tx, user.id)}
        following = {one.folder_id: one for one in followed.of_user(tx, user.id)}
        kept = exporting.folder_rules(tx, user.id)
        shown = exporting.folder_displays(tx, user.id)
        read_when = exporting.folder_choices(tx, user.id)
    lists = {ident: one.url for ident, one in following.items()}
    paths = _paths(folders)
    said = [  # all of them: their order is that of the file; what lies in others comes after those
        OpmlFolder(
            path=paths[ident],
            attributes=folder_attributes(
                lists.get(ident),
                retention.decode(kept.get(ident)),
                decode_display(shown.get(ident)),
                decode_read_when(read_when.get(ident)),
                left_out=following[ident].left_out if ident in following else (),
            ),
        )
        for ident in folders
    ]
    said.sort(key=lambda folder: len(folder.path))
    feeds = [
        _outline(row, paths, lists, *carried(row.transport, row.credentials, keyring, with_secrets=with_secrets))
        for row in rows
    ]
    return write_opml(f"Dateline: {user.name}", feeds, created_at=now, folders=said)


def _paths(folders: Mapping[int, Folder]) -> dict[int, tuple[str, ...]]:
    return {ident: _path(folders, ident) for ident in folders}


def _path(folders: Mapping[int, Folder], folder_id: int) -> tuple[str, ...]:
    names: list[str] = []
    current: int | None = folder_id
    while current is not None and len(names) <= MAX_DEPTH:
        names.insert(0, folders[current].name)
        current = folders[current].parent_id
    return tuple(names)


def _outline(
    row: Leaving,
    paths: Mapping[int, tuple[str, ...]],
    lists: Mapping[int, str],
    transport: OpmlTransport | None,
    was_shared: bool,
) -> OpmlFeed:
    stands_with_list = any(ident in lists for ident in row.folder_ids)
    settings = OpmlSettings(
        own_title=bool(row.own_title),
        visibility=row.visibility,
        hidden_from_visitors=row.hidden_from_visitors,
        full_text=cast("FullText", row.full_text),
        full_text_rules=full_texts.rules_of(row.full_text_rules),
        revised_unread=row.revised_unread,
        is_paused=row.is_paused,
        followed=row.followed_folder_id is not None if stands_with_list else None,
        private=row.private and not was_shared,
        transport=transport,
        rules=rules_from_json(row.rules) if row.rules else None,
        retention=retention.decode(row.retention),
        display=decode_display(row.display),
        read_when=decode_read_when(row.read_when),
        unapplied=decode_unapplied(row.unapplied),
        read_queries=row.read_queries,
        own_site=row.own_site_url,
        own_description=row.own_description,
    )
    return OpmlFeed(
        url=row.url,
        type=outline_type(settings),
        title=row.title,
        site_url=row.own_site_url or row.site_url,
        description=row.own_description or row.description or "",
        folders=tuple(paths[ident] for ident in row.folder_ids),
        attributes=settings_attributes(settings),
    )


# ------------------------------------------------------------------------------------------------ articles


def export_saved(db: Database, user: User, *, now: datetime) -> Iterator[bytes]:
    """Everything that a user starred or labelled, in Google Reader's JSON, piece by piece."""
    with db.reading() as tx:
        ids = exporting.marked_ids(tx, user.id)
    return saved_file("starred", "Starred and labelled", user.name, _articles(db, user, ids), updated_at=now)


def write_everything(
    db: Database,
    user: User,
    into: IO[bytes],
    *,
    settings: Settings | None = None,
    now: datetime,
    per_feed: int = ARTICLES_PER_FEED,
) -> None:
    """All of it as a ZIP that FreshRSS imports as it is (it goes by the names), and so do we.

    OPML, what is starred or labelled, all saved pages and newsletters, highlights and notes with their articles, and of
    each subscription its newest articles with their state. FreshRSS passes the highlights over.
    """
    day = f"{now:%Y-%m-%d}"
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        moment = now.timetuple()[:6]
        outlines = export_opml(db, user, settings=settings, now=now)
        if b"<outline" in outlines:  # a file without any is none, for us and for others
            _add(bundle, f"feeds_{day}.opml.xml", moment, [outlines])
        _add(bundle, f"starred_{day}.json", moment, export_saved(db, user, now=now))
        for each in _own_lists(db, user, day, per_feed):
            articles = _articles(db, user, each.ids)
            _add(bundle, each.name, moment, saved_file(each.kind, each.title, user.name, articles, updated_at=now))
        with db.reading() as tx:
            noted = highlights.listing(tx, user.id)
            paths = _paths({folder.id: folder for folder in subscriptions.folders(tx, user.id)})
        _add(bundle, f"dateline_{day}.choices", moment, [said_choices(db, user, paths, per_feed=per_feed)])
        if noted:
            _add(bundle, f"annotations_{day}.jsonld", moment, annotations_file(map(_annotation, reversed(noted))))


class _List(Struct, frozen=True, kw_only=True):
    """A file of articles, to be written."""

    name: str
    kind: str
    title: str
    ids: list[int]


def _own_lists(db: Database, user: User, day: str, per_feed: int) -> Iterator[_List]:
    """Besides what is starred or labelled: saved pages, newsletters, what was noted, the newest of each feed."""
    with db.reading() as tx:
        pages_id = saved_pages.find(tx, user.id)
        page_ids = exporting.newest_ids(tx, pages_id, MAX_PAGES) if pages_id is not None else []
        marked = set(exporting.marked_ids(tx, user.id))
        others = [ident for ident in exporting.noted_ids(tx, user.id) if ident not in marked]
        noted = states.visible(tx, user.id, others)
        senders = exporting.senders(tx, user.id)
        rows = exporting.leaving(tx, user.id) if per_feed else []
    found = [
        _List(name=f"pages_{day}.json", kind="pages", title="Saved pages", ids=page_ids),
        _List(name=f"noted_{day}.json", kind="noted", title="Noted, begun or queued", ids=noted),
    ]
    yield from (each for each in found if each.ids)
    for prefix, kind, ident, feed_id, title, most in (
        *(("newsletters", "mail", one.id, one.feed_id, one.title, MAX_PAGES) for one in senders),
        *(("feed", "feed", row.id, row.feed_id, row.title, per_feed) for row in rows),
    ):
        with db.reading() as tx:
            ids = exporting.newest_ids(tx, feed_id, most)
        if ids:
            yield _List(name=f"{prefix}_{day}_{ident}.json", kind=f"{kind}/{ident}", title=title, ids=ids)


def _add(bundle: zipfile.ZipFile, name: str, moment: tuple[int, ...], pieces: Iterable[bytes]) -> None:
    info = zipfile.ZipInfo(name, cast("tuple[int, int, int, int, int, int]", moment))
    info.compress_type = zipfile.ZIP_DEFLATED
    with bundle.open(info, "w", force_zip64=True) as file:
        for piece in pieces:
            file.write(piece)


def _annotation(noted: Listed) -> dict[str, Any]:
    one = noted.highlight
    return annotation(
        source=noted.url or f"urn:dateline:entry:{quote(noted.guid, safe='')}",
        feed_url=exporting.home_address(noted.feed_url),
        guid=noted.guid,
        title=noted.title,
        quote=(one.prefix, one.quote, one.suffix),
        place=one.place,
        note=one.note,
        colour=one.colour,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def _articles(db: Database, user: User, entry_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(entry_ids), AT_ONCE):
        some = list(entry_ids[start : start + AT_ONCE])
        with db.reading() as tx:
            said = exporting.marked(tx, user.id, some)
            found = streams.entries(tx, user.id, some, bodies="whole")
        for entry in found:
            more = said[entry.id]
            yield article(entry, site_url=more.site_url, feed_url=more.feed_url, starred_at=more.starred_at)
