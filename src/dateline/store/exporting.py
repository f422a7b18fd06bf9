"""What leaves with a user: every subscription with its settings."""

from typing import Any

from msgspec import Struct

from dateline.model import Visibility

from .db import Tx


class Leaving(Struct, frozen=True, kw_only=True):
    """A subscription as it is exported. ``title`` is the one shown, ``own_title`` the person's ("": the feed's)."""

    id: int
    feed_id: int
    url: str
    site_url: str | None
    description: str | None
    title: str
    own_title: str
    folder_ids: tuple[int, ...]
    visibility: Visibility
    hidden_from_visitors: bool
    full_text: str
    full_text_rules: str | None
    revised_unread: bool
    followed_folder_id: int | None


def leaving(tx: Tx, user_id: int) -> list[Leaving]:
    """Every subscription of a user, in order of title."""
    folders: dict[int, tuple[int, ...]] = {}
    for subscription_id, folder_id in tx.all(
        "SELECT sf.subscription_id, sf.folder_id FROM folder d JOIN subscription_folder sf ON sf.folder_id = d.id"
        " WHERE d.user_id = :user ORDER BY sf.subscription_id, sf.folder_id",
        user=user_id,
    ):
        folders[subscription_id] = (*folders.get(subscription_id, ()), folder_id)
    rows = tx.all(
        "SELECT s.id, s.feed_id, f.url, f.site_url, f.description, s.title, f.title, s.visibility,"
        " s.hidden_from_visitors, s.full_text, s.revised_unread, s.followed_folder_id,"
        " s.full_text_rules"
        " FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user",
        user=user_id,
    )
    found = [_of_row(row, folders.get(row[0], ())) for row in rows]
    found.sort(key=lambda one: (one.title.casefold(), one.id))
    return found


def _of_row(row: tuple[Any, ...], folder_ids: tuple[int, ...]) -> Leaving:
    return Leaving(
        id=row[0],
        feed_id=row[1],
        url=row[2],
        site_url=row[3],
        description=row[4],
        title=row[5] or row[6] or row[2],
        own_title=row[5],
        folder_ids=folder_ids,
        visibility=row[7],
        hidden_from_visitors=bool(row[8]),
        full_text=row[9],
        revised_unread=bool(row[10]),
        followed_folder_id=row[11],
        full_text_rules=row[12],
    )
