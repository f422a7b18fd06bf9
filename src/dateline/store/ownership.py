"""Whose a feed is: a subscription moves from the shared feed of an address to one of its own, or back.

Read state, stars and labels move with it; ids of entries may change, their places in streams do not.
"""

from datetime import datetime

from dateline.errors import StoreError

from . import brought, delivery, feeds, history, merging, orphans, own_marks, rules, states, subscriptions, websub
from .db import Tx, WriteTx
from .delivery import Delivered
from .feeds import Feed
from .times import to_us

NEWEST = 1_000
"""So many of a feed's newest entries go with a subscription that leaves it, beside what is carried and unread."""

_FEED = (
    "title",
    "site_url",
    "description",
    "language",
    "format",
    "image_url",
    "icon_url",
    "icon_id",
    "icon_checked_at",
    "hints",
    "identity",
    "ok_at",
    "changed_at",
    "kind",
    "rules",
    "address_kept",
)
ENTRY_COLUMNS = (
    "guid, guid_hash, content_hash, url, title, authors, tags, language, enclosures, thumbnail_url, comments_url,"
    " preview, word_count, published_at, updated_at, received_at, listed_at, gone_at, source_hash, revised_at, episode"
)
PARTS = {
    "entry_body": "version, body",
    "entry_version": "replaced_at, title, body",
    "full_text": "rules_hash, fetched_at, code, page_url, word_count, version, body",
}
"""Tables with what belongs to an entry, and their columns beside its id."""


def own_double(tx: Tx, user_id: int, url: str) -> int | None:
    """A user's subscription to a private feed at an address; None without one."""
    own = feeds.find(tx, url, user_id)
    return None if own is None else subscriptions.by_feed(tx, user_id, own.id)


def make_private(tx: WriteTx, user_id: int, subscription_id: int, feed: Feed, now: datetime) -> int:
    """Give a subscription to a shared feed a feed of its own: the feed itself when nobody else reads it or
    marked anything in it, else a copy.

    The user is held, and has no subscription to such a feed yet (``own_double``). The id of the feed, which is the
    user's alone.
    """
    own = feeds.find(tx, feed.url, user_id)
    feeds.existing(tx, [feed.id] if own is None else [feed.id, own.id])
    _deliver(tx, user_id)
    if own is None and feeds.read(tx, feed.id).subscribers == 1 and not _marked_by_others(tx, user_id, feed.id):
        tx.run("UPDATE feed SET owner_id = :user WHERE id = :id", user=user_id, id=feed.id)
        websub.withdraw(tx, feed.id)
        return feed.id
    target = feeds.add(tx, url=feed.url, owner_id=user_id, host=feed.host, credentials=None, now=now)
    _copy(tx, feed.id, target, user_id)
    _move(tx, user_id, subscription_id, feed.id, target, now)
    return target


def _deliver(tx: WriteTx, user_id: int) -> None:
    """All that waits for the user, with what was brought of it from elsewhere."""
    delivered: list[Delivered] = []
    delivery.deliver(tx, user_id, limit=10_000_000, told=delivered.append, resting=True)
    brought.settle(tx, user_id, delivered)


def _marked_by_others(tx: WriteTx, user_id: int, feed_id: int) -> bool:
    """Whether somebody who left a feed has marks in it: those stay with what is everybody's."""
    marks = " UNION ALL ".join(
        f"SELECT 1 FROM {table} m JOIN entry e ON e.id = m.entry_id WHERE e.feed_id = :feed AND m.user_id <> :user"
        for table in own_marks.KEPT_BY
    )
    return tx.value(f"SELECT 1 FROM ({marks}) x LIMIT 1", feed=feed_id, user=user_id) is not None


def hold_both(tx: WriteTx, user_id: int, subscription_id: int) -> Feed:
    """Before ``make_shared``: hold the user, whoever else a merge with the shared feed of the same address would
    concern, and both feeds. The subscription's feed.

    To be called, and raises, as ``merging.hold``; and ``NotFound``.
    """
    feed = feeds.read(tx, subscriptions.feed_of(tx, user_id, subscription_id))
    shared = feeds.find(tx, feed.url)
    merging.hold(tx, [feed.id] if shared is None else [feed.id, shared.id])
    held = feeds.read(tx, subscriptions.feed_of(tx, user_id, subscription_id))
    other = feeds.find(tx, feed.url)
    if (held.id, held.url, other and other.id) != (feed.id, feed.url, shared and shared.id):
        raise StoreError("store.busy", "the feed became another one")
    return held


def make_shared(
    tx: WriteTx, user_id: int, subscription_id: int, feed: Feed, now: datetime, *, entries_may_be_shown: bool
) -> int:
    """Take a subscription back from a feed of its own to the shared one of its address, where that can be.

    All is held (``hold_both``); the feed has neither login nor transport any more. With ``entries_may_be_shown`` all
    that the feed holds becomes everybody's; without, the shared feed must have been read itself, and be none that the
    user reads beside this one, or else all stays as it is. The id of the feed that the subscription is to now.
    """
    shared = feeds.find(tx, feed.url)
    if entries_may_be_shown:
        kept = feed.id
        if shared is not None:
            kept, gone = min(feed.id, shared.id), max(feed.id, shared.id)
            merging.hold_more(tx, kept, gone)
            merging.merge(tx, kept, gone, now)
        tx.run("UPDATE feed SET owner_id = 0 WHERE id = :id", id=kept)
        return kept
    if shared is None or shared.ok_at is None or subscriptions.by_feed(tx, user_id, shared.id) is not None:
        return feed.id
    _deliver(tx, user_id)
    feeds.add(tx, url=feed.url, owner_id=0, host=feed.host, credentials=None, now=now)  # woken, if it slept
    _move(tx, user_id, subscription_id, feed.id, shared.id, now)
    return shared.id


def _copy(tx: WriteTx, old: int, new: int, user_id: int) -> None:
    """What a subscriber has of a feed's entries, and what the feed is known by."""
    ids = {"old": old, "new": new}
    columns = ", ".join(f"{name} = (SELECT o.{name} FROM feed o WHERE o.id = :old)" for name in _FEED)
    tx.run(f"UPDATE feed SET {columns} WHERE id = :new", **ids)
    tx.hold_arrival_order()
    tx.run(
        f"INSERT INTO entry (feed_id, {ENTRY_COLUMNS}) SELECT CAST(:new AS BIGINT), {ENTRY_COLUMNS} FROM entry"
        " WHERE feed_id = :old AND (gone_at IS NULL"
        " OR id IN (SELECT e.id FROM entry e WHERE e.feed_id = :old ORDER BY e.listed_at DESC, e.id DESC LIMIT :newest)"
        " OR id IN (SELECT u.entry_id FROM unread u WHERE u.user_id = :user AND u.feed_id = :old))"
        " AND NOT EXISTS (SELECT 1 FROM entry k WHERE k.feed_id = :new AND k.guid_hash = entry.guid_hash) ORDER BY id",
        newest=NEWEST,
        user=user_id,
        **ids,
    )
    for table, names in PARTS.items():
        tx.run(
            f"INSERT INTO {table} (entry_id, {names}) SELECT x.new_id, {_of('p', names)} FROM {table} p"
            f" JOIN ({_PAIRS}) x ON x.old_id = p.entry_id WHERE true ON CONFLICT DO NOTHING",
            **ids,
        )
    tx.run(
        "INSERT INTO tombstone (feed_id, guid_hash) SELECT CAST(:new AS BIGINT), guid_hash FROM tombstone"
        " WHERE feed_id = :old ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run(
        "UPDATE feed SET entry_count = (SELECT count(*) FROM entry WHERE feed_id = :new),"
        " last_entry_id = coalesce((SELECT max(id) FROM entry WHERE feed_id = :new), 0) WHERE id = :new",
        new=new,
    )


_PAIRS = (
    "SELECT d.id AS old_id, k.id AS new_id, k.listed_at FROM entry d"
    " JOIN entry k ON k.feed_id = :new AND k.guid_hash = d.guid_hash WHERE d.feed_id = :old"
)


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name.strip()}" for name in names.split(","))


def _move(tx: WriteTx, user_id: int, subscription_id: int, old: int, new: int, now: datetime) -> None:
    """A subscription with its marks from one feed to another of the same address; what only the old one has stays
    there, with its stars and labels. What the new one carries and the old one never had is unread.
    """
    ids = {"old": old, "new": new, "user": user_id}
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id, kept)"
        " SELECT CAST(:user AS BIGINT), CAST(:new AS BIGINT), x.listed_at, x.new_id, u.kept FROM unread u"
        f" JOIN ({_PAIRS}) x ON x.old_id = u.entry_id"
        " WHERE u.user_id = :user AND u.feed_id = :old ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run(
        "INSERT INTO unread (user_id, feed_id, listed_at, entry_id)"
        " SELECT CAST(:user AS BIGINT), k.feed_id, k.listed_at, k.id FROM entry k"
        " WHERE k.feed_id = :new AND k.gone_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM entry d WHERE d.feed_id = :old AND d.guid_hash = k.guid_hash) ON CONFLICT DO NOTHING",
        **ids,
    )
    rules.note_moved(tx, user_id, old, new)
    tx.run("DELETE FROM unread WHERE user_id = :user AND feed_id = :old", **ids)
    tx.run(
        "INSERT INTO star (user_id, listed_at, entry_id, feed_id, starred_at)"
        " SELECT s.user_id, x.listed_at, x.new_id, CAST(:new AS BIGINT), s.starred_at FROM star s"
        f" JOIN ({_PAIRS}) x ON x.old_id = s.entry_id WHERE s.user_id = :user ON CONFLICT DO NOTHING",
        **ids,
    )
    tx.run(
        "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id)"
        " SELECT l.user_id, l.label_id, x.listed_at, x.new_id, CAST(:new AS BIGINT) FROM entry_label l"
        f" JOIN ({_PAIRS}) x ON x.old_id = l.entry_id WHERE l.user_id = :user ON CONFLICT DO NOTHING",
        **ids,
    )
    names: dict[int, int] = dict(tx.all(f"SELECT x.old_id, x.new_id FROM ({_PAIRS}) x", old=old, new=new))
    history.note_renamed(tx, [user_id], names, now)
    own_marks.move(tx, f"SELECT x.old_id, x.new_id FROM ({_PAIRS}) x", user_id=user_id, old=old, new=new)
    for table in ("star", "entry_label"):
        tx.run(
            f"DELETE FROM {table} WHERE user_id = :user AND entry_id IN (SELECT x.old_id FROM ({_PAIRS}) x)",
            **ids,
        )
    tx.run(
        "UPDATE subscription SET feed_id = :new, seen_entry_id = (SELECT last_entry_id FROM feed WHERE id = :new)"
        " WHERE id = :subscription AND user_id = :user",
        subscription=subscription_id,
        new=new,
        user=user_id,
    )
    tx.run("UPDATE feed SET next_at = :now WHERE id = :new", now=to_us(now), new=new)
    states.recount(tx, user_id)
    orphans.orphan_if_unread_by_all(tx, old, now)
