"""Entries that count as read by themselves: when they arrive, when their feed carries them no more, when there are too
many, when they say again what was said.

They leave ``unread`` in the transaction that put them there, and the counter with them. Nobody did anything: no history
tells of it. What somebody marked as unread by hand, or starred, is never touched.
"""

from collections.abc import Iterator, Mapping, Sequence

from dateline.model import UNNAMED

from .db import Row, Tx, WriteTx
from .read_choices import Counting, counting

LOOKED_AT = 5_000
"""So many arrivals are looked at for being repeated, the newest; what is older stays unread."""
_WORLDWIDE = ("http://", "https://", "tag:", "urn:")
REACH = 100_000
"""What is repeated in a folder is looked for among so many of all entries, the newest."""

_SURELY_GONE = "gone_at <= (SELECT f.changed_at FROM feed f WHERE f.id = :feed)"
"""With a document that brought something, or before it: others may have been cut off (``Outcome.tells_gone``)."""

Span = tuple[int, int]
"""Entries after the first id, up to the second."""

_SPARED = (
    "kept = 0 AND NOT EXISTS (SELECT 1 FROM star t WHERE t.user_id = unread.user_id"
    " AND t.listed_at = unread.listed_at AND t.entry_id = unread.entry_id)"
)


def settle(tx: WriteTx, user_id: int, arrived: Mapping[int, Span]) -> None:
    """What was just delivered of these feeds counts as read where the user chose so. The user is held.

    One statement for who chose nothing.
    """
    rules = counting(tx, user_id, arrived) if arrived else {}
    for feed_id, one in rules.items():
        if one.rule.arrived:
            _read(tx, user_id, feed_id, *_came(feed_id, arrived[feed_id]))
        elif one.rule.gone:
            came, params = _came(feed_id, arrived[feed_id])
            _read(tx, user_id, feed_id, f"{came} AND {_SURELY_GONE}", params)
    left = {feed_id: one for feed_id, one in rules.items() if not one.rule.arrived}
    repeated = _repeated(tx, user_id, left, arrived)
    for feed_id in sorted({feed_id for feed_id, _ in repeated}):
        _read_these(tx, user_id, feed_id, [entry_id for its_feed, entry_id in repeated if its_feed == feed_id])
    _read_beyond(tx, user_id, {feed_id: one.rule.beyond for feed_id, one in rules.items() if one.rule.beyond})


def read_arrived(tx: WriteTx, user_id: int, feed_id: int, span: Span) -> None:
    """All that was just delivered of a feed is read. The user is held."""
    _read(tx, user_id, feed_id, *_came(feed_id, span))


def waiting(tx: Tx, feed_id: int, user_ids: Sequence[int], entry_ids: Sequence[int]) -> list[int]:
    """Which of these users have one of these entries unread."""
    return tx.column(
        "SELECT DISTINCT u.user_id FROM entry e JOIN unread u ON u.user_id IN ids(:users) AND u.feed_id = :feed"
        " AND u.listed_at = e.listed_at AND u.entry_id = e.id WHERE e.id IN ids(:ids) ORDER BY u.user_id",
        users=list(user_ids),
        feed=feed_id,
        ids=list(entry_ids),
    )


def read_gone(tx: WriteTx, user_id: int, feed_id: int, entry_ids: Sequence[int]) -> None:
    """The feed carries these entries no more: they are read."""
    tx.hold_user(user_id)
    _read_these(tx, user_id, feed_id, entry_ids)


# ------------------------------------------------------------------------------------------------ reading


def _came(feed_id: int, span: Span) -> tuple[str, dict[str, int]]:
    return "feed_id = :feed AND id > :seen AND id <= :upto", {"feed": feed_id, "seen": span[0], "upto": span[1]}


def _read_these(tx: WriteTx, user_id: int, feed_id: int, entry_ids: Sequence[int]) -> None:
    # of that feed still: it may have become another since
    _read(tx, user_id, feed_id, "feed_id = :its AND id IN ids(:ids)", {"its": feed_id, "ids": list(entry_ids)})


def _read(tx: WriteTx, user_id: int, feed_id: int, which: str, params: Mapping[str, object]) -> None:
    """Entries of one feed are read, with the counter; ``which`` says of the table ``entry`` what they are."""
    count = tx.run(
        "DELETE FROM unread WHERE user_id = :user AND (feed_id, listed_at, entry_id) IN"
        f" (SELECT feed_id, listed_at, id FROM entry WHERE {which}) AND {_SPARED}",
        user=user_id,
        **params,
    )
    _count_down(tx, user_id, feed_id, count)


def _count_down(tx: WriteTx, user_id: int, feed_id: int, count: int) -> None:
    if count:
        tx.run(
            "UPDATE subscription SET unread_count = unread_count - :count WHERE user_id = :user AND feed_id = :feed",
            count=count,
            user=user_id,
            feed=feed_id,
        )


def _read_beyond(tx: WriteTx, user_id: int, bounds: Mapping[int, int]) -> None:
    """All but so many of the newest unread of each feed are read; the counter says whether there is anything to do."""
    if not bounds:
        return
    for feed_id, unread in tx.all(
        "SELECT feed_id, unread_count FROM subscription WHERE user_id = :user AND feed_id IN ids(:feeds)",
        user=user_id,
        feeds=list(bounds),
    ):
        if unread <= bounds[feed_id]:
            continue
        oldest = tx.one(
            "SELECT listed_at, entry_id FROM unread WHERE user_id = :user AND feed_id = :feed"
            " ORDER BY listed_at DESC, entry_id DESC LIMIT 1 OFFSET :newer",
            user=user_id,
            feed=feed_id,
            newer=bounds[feed_id] - 1,
        )
        if oldest is None:
            continue
        count = tx.run(
            "DELETE FROM unread WHERE user_id = :user AND feed_id = :feed AND listed_at <= :at"
            f" AND (listed_at, entry_id) < (:at, :id) AND {_SPARED}",
            user=user_id,
            feed=feed_id,
            at=oldest[0],
            id=oldest[1],
        )
        _count_down(tx, user_id, feed_id, count)


# ------------------------------------------------------------------------------------------------ repeated


def _repeated(
    tx: Tx, user_id: int, rules: Mapping[int, Counting], arrived: Mapping[int, Span]
) -> list[tuple[int, int]]:
    """(feed, entry) of the arrivals that say what was said before: in their feed, or in the folders they lie in.

    Not by what is itself read on arrival, or once it is gone: somebody sees it once.
    """
    found: set[tuple[int, int]] = set()
    together: dict[tuple[frozenset[int], int], list[int]] = {}
    for feed_id, one in rules.items():
        if one.rule.repeated:
            leaving = frozenset({feed_id} if one.rule.gone else ())
            found |= set(_among(tx, {feed_id: one.since}, leaving, one.rule.repeated, {feed_id: arrived[feed_id]}))
        if one.rule.repeated_near and feed_id in one.near:
            together.setdefault((frozenset(one.near), one.rule.repeated_near), []).append(feed_id)
    for (_, window), feed_ids in together.items():
        others = counting(tx, user_id, rules[feed_ids[0]].near)
        near = {
            feed_id: since
            for feed_id, since in rules[feed_ids[0]].near.items()
            if feed_id not in others or not others[feed_id].rule.arrived
        }
        leaving = frozenset(feed_id for feed_id, one in others.items() if one.rule.gone)
        found |= set(_among(tx, near, leaving, window, {feed_id: arrived[feed_id] for feed_id in feed_ids}))
    return sorted(found)


def _among(
    tx: Tx, near: Mapping[int, int], leaving: frozenset[int], window: int, arrived: Mapping[int, Span]
) -> Iterator[tuple[int, int]]:
    """(feed, entry) of the arrivals of which one of so many entries before them, in any of these feeds, has the title,
    or is the same by its publisher's id. What was gone before its feed was subscribed to was never received; of feeds
    ``leaving``, what is gone is read.
    """
    last: dict[str, int] = {}
    rows = _in_order(tx, list(near), window, arrived)
    for place, (entry_id, feed_id, title, preview, guid, gone_at) in enumerate(rows):
        seen, upto = arrived.get(feed_id, (0, 0))
        names = list(_names(title, preview, guid))
        if seen < entry_id <= upto and any(place - last[name] <= window for name in names if name in last):
            yield feed_id, entry_id
        if gone_at is None or (gone_at >= near[feed_id] and feed_id not in leaving):
            last.update(dict.fromkeys(names, place))


def _names(title: str, preview: str, guid: str) -> Iterator[str]:
    """By what an entry is told to be the same: its title, unless that was made of its text for want of one; a
    publisher's id only where it is one for the whole world.
    """
    if title != UNNAMED and not preview.startswith(title.removesuffix("…")):
        yield " ".join(title.split()).casefold()
    if guid.startswith(_WORLDWIDE):
        yield f"\0{guid}"


def _in_order(tx: Tx, feed_ids: Sequence[int], window: int, arrived: Mapping[int, Span]) -> list[Row]:
    """(entry, feed, title, beginning of the text, publisher's id, when it was gone) of the arrivals and of so many
    entries before them in these feeds, as they came.
    """
    firsts = [_first(tx, feed_id, span) for feed_id, span in arrived.items()]
    top = max(upto for _, upto in arrived.values())
    where, params = "feed_id IN ids(:feeds) AND id > :floor", {"feeds": list(feed_ids), "floor": top - REACH}
    if len(feed_ids) == 1:  # its index gives them in order
        where, params = "feed_id = :feed", {"feed": feed_ids[0]}
    newer: int = tx.value(
        f"SELECT count(*) FROM (SELECT 1 FROM entry WHERE {where} AND id >= :first AND id <= :top LIMIT :most) came",
        top=top,
        first=min((first for first in firsts if first is not None), default=top + 1),
        most=LOOKED_AT,
        **params,
    )
    return tx.all(
        "SELECT id, feed_id, title, preview, guid, gone_at FROM entry WHERE id IN"
        f" (SELECT id FROM entry WHERE {where} AND id <= :top ORDER BY id DESC LIMIT :many) ORDER BY id",
        top=top,
        many=newer + window,
        **params,
    )


def _first(tx: Tx, feed_id: int, span: Span) -> int | None:
    """The first of a feed's arrivals."""
    found: int | None = tx.value(
        "SELECT min(id) FROM entry WHERE feed_id = :feed AND id > :seen AND id <= :upto",
        feed=feed_id,
        seen=span[0],
        upto=span[1],
    )
    return found
