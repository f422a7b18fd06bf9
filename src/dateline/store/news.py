"""What changed lately, asked by whoever waits for it: the newest entry, and the last deed of each of some users."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from .db import Tx
from .entries import newest_id

MANY = 5_000
"""Newer entries than these are not looked at one by one."""


class News(Struct, frozen=True, kw_only=True):
    """``newest_id`` is of all entries; ``seqs`` the number of each user's last deed, 0 for none."""

    newest_id: int
    seqs: dict[int, int]


def latest(tx: Tx, user_ids: Iterable[int]) -> News:
    """How things stand for these users: one probe of an index for the entries, one for each user's history.

    Each user's own number, never the highest of all: on PostgreSQL numbers of different people may be committed in
    another order than they were drawn.
    """
    rows = tx.all(
        "SELECT id, (SELECT max(seq) FROM history WHERE user_id = users.id) FROM users WHERE id IN ids(:users)",
        users=list(user_ids),
    )
    return News(newest_id=newest_id(tx), seqs={row[0]: row[1] or 0 for row in rows})


def feeds_with_news(tx: Tx, after: int) -> list[int]:
    """The feeds of the entries that came after one, looking at the first 5,000 of them."""
    return tx.column(
        "SELECT DISTINCT feed_id FROM (SELECT feed_id FROM entry WHERE id > :after ORDER BY id LIMIT :many) AS newer",
        after=after,
        many=MANY,
    )


def has_unread(tx: Tx, user_id: int, feed_ids: Sequence[int], after: int) -> bool:
    """Whether one of these feeds brought something after an entry that is unread for a user: what counts as read by
    itself is not worth a word, and however much of it came hides nothing.
    """
    return (
        tx.value(
            "SELECT 1 FROM feed f WHERE f.id IN ids(:feeds) AND f.last_entry_id > :after AND EXISTS"
            " (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = f.id AND u.entry_id > :after) LIMIT 1",
            user=user_id,
            feeds=list(feed_ids),
            after=after,
        )
        is not None
    )


def awaited(tx: Tx, after: int, user_ids: Iterable[int]) -> set[int]:
    """Who of these users is subscribed to a feed that brought something after an entry; all of them, when so much came
    that it is not looked at one by one.
    """
    users = list(user_ids)
    if users and tx.value(
        "SELECT id FROM entry WHERE id > :after ORDER BY id LIMIT 1 OFFSET :many", after=after, many=MANY
    ):
        return set(users)
    feeds = feeds_with_news(tx, after) if users else []
    if not feeds:
        return set()
    return set(
        tx.column(
            "SELECT DISTINCT user_id FROM subscription WHERE feed_id IN ids(:feeds) AND user_id IN ids(:users)",
            feeds=feeds,
            users=users,
        )
    )


class States(Struct, frozen=True, kw_only=True):
    """Of some entries, which are unread (``kept``: by hand), and which are starred."""

    unread: set[int]
    kept: set[int]
    starred: set[int]


def states(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> States:
    """How some entries stand for a user."""
    ids = list(entry_ids)
    unread = tx.all(
        "SELECT u.entry_id, u.kept FROM entry e JOIN unread u ON u.user_id = :user AND u.feed_id = e.feed_id"
        " AND u.listed_at = e.listed_at AND u.entry_id = e.id WHERE e.id IN ids(:ids)",
        user=user_id,
        ids=ids,
    )
    return States(
        unread={row[0] for row in unread},
        kept={row[0] for row in unread if row[1]},
        starred=set(
            tx.column(
                "SELECT entry_id FROM star WHERE user_id = :user AND entry_id IN ids(:ids)", user=user_id, ids=ids
            )
        ),
    )
