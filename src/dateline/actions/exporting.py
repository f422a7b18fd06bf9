"""Everything of a person's, to take along: subscriptions with their settings as OPML."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from dateline.model import User
from dateline.parse.opml import OpmlFeed, OpmlFolder
from dateline.parse.opml_settings import FullText, OpmlSettings, folder_attributes, settings_attributes
from dateline.parse.opml_writing import write_opml
from dateline.store import Database, exporting, followed, full_texts, subscriptions
from dateline.store.exporting import Leaving
from dateline.store.subscriptions import Folder

from .subscriptions import MAX_DEPTH


def export_opml(db: Database, user: User, *, now: datetime) -> bytes:
    """All subscriptions of a user with their settings, in their folders, as OPML 2.0. Credentials are not part of it.

    Every setting comes back with ``import_opml``.
    """
    with db.reading() as tx:
        rows = exporting.leaving(tx, user.id)
        folders = {folder.id: folder for folder in subscriptions.folders(tx, user.id)}
        lists = {one.folder_id: one.url for one in followed.of_user(tx, user.id)}
    paths = {ident: _path(folders, ident) for ident in folders}
    filled = {ident for row in rows for ident in row.folder_ids}
    said = [
        OpmlFolder(path=paths[ident], attributes=folder_attributes(lists.get(ident)))
        for ident in folders
        if ident in lists or ident not in filled
    ]
    said.sort(key=lambda folder: folder.path)
    feeds = [_outline(row, paths, lists) for row in rows]
    return write_opml(f"Dateline: {user.name}", feeds, created_at=now, folders=said)


def _path(folders: Mapping[int, Folder], folder_id: int) -> tuple[str, ...]:
    names: list[str] = []
    current: int | None = folder_id
    while current is not None and len(names) <= MAX_DEPTH:
        names.insert(0, folders[current].name)
        current = folders[current].parent_id
    return tuple(names)


def _outline(row: Leaving, paths: Mapping[int, tuple[str, ...]], lists: Mapping[int, str]) -> OpmlFeed:
    stands_with_list = any(ident in lists for ident in row.folder_ids)
    settings = OpmlSettings(
        own_title=bool(row.own_title),
        visibility=row.visibility,
        hidden_from_visitors=row.hidden_from_visitors,
        full_text=cast("FullText", row.full_text),
        full_text_rules=full_texts.rules_of(row.full_text_rules),
        revised_unread=row.revised_unread,
        followed=row.followed_folder_id is not None if stands_with_list else None,
    )
    return OpmlFeed(
        url=row.url,
        title=row.title,
        site_url=row.site_url,
        description=row.description or "",
        folders=tuple(paths[ident] for ident in row.folder_ids),
        attributes=settings_attributes(settings),
    )
