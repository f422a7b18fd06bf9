"""What a person does with entries: read, unread, star, mark all, label, undo. Each deed is one row of the history."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError, NotFound
from dateline.model import Shown, ShownNow, Stream, User
from dateline.store import Database, deeds_after, highlights, history, labels, listing, scopes, search, states, streams
from dateline.store.db import Tx, WriteTx
from dateline.store.history import Deed
from dateline.store.write import transaction

MAX_ENTRIES = 10_000
ALL_MATCHES = 1_000_000
_UNDONE_WITHIN = timedelta(days=1)
_STARRED: dict[Shown, bool] = {"starred": True, "unread_not_starred": False}
"""What marking a whole stream narrows itself to: favourites, or all others."""
_AGAIN: dict[Shown, ShownNow] = {"starred": "starred", "read": "read"}
REMOVED = "unhighlight:"
"""Begins the deed that took a highlight away; what it was follows."""


class Done(Struct, frozen=True, kw_only=True):
    """What a deed did: to how many entries, which, and its number in the history (None when nothing changed)."""

    count: int
    seq: int | None
    entry_ids: tuple[int, ...] = ()


def mark(db: Database, user: User, entry_ids: Sequence[int], *, read: bool, now: datetime) -> Done:
    """Mark entries read or unread; those that already are, or are not the user's, are passed over.

    What is marked unread so, be it unread already, stays unread while it is scrolled past, and is never read by itself.
    Raises ``NotFound`` when none of them is the
    user's, ``ActionError`` ``action.too_large`` for more than 10,000.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        own = own_entries(tx, user, entry_ids)
        if not read:
            return _unread_by_hand(tx, user, own, now)
        return _read(tx, user, own, now)


def star(db: Database, user: User, entry_ids: Sequence[int], *, starred: bool, now: datetime) -> Done:
    """Star entries, or take their stars away. Errors as in ``mark``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        own = own_entries(tx, user, entry_ids)
        changed = states.star(tx, user.id, own, now) if starred else states.unstar(tx, user.id, own)
        return noted(tx, user, "star" if starred else "unstar", sorted(changed), now)


def mark_all_read(
    db: Database, user: User, stream: Stream, *, up_to: int, now: datetime, listed_before: datetime | None = None
) -> Done:
    """Mark everything in a stream read, as far as it is ``shown``, but nothing that arrived after entry ``up_to`` (what
    the page showed).

    ``listed_before``: only what is older. From the main stream, today's and the favourites, important feeds are left
    alone: they are marked in their own streams. Raises ``NotFound``.
    """
    found = _found_unread(db, user, stream) if stream.search else None
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feeds = scopes.without_important(tx, user.id, stream)
        matches: Sequence[int] | None = found
        if stream.kind == "recent" or stream.shown == "read":
            matches = ()
        elif stream.kind in ("starred", "label") and found is None:
            matches = _marked_unread(tx, user, stream, feeds)
        were = states.mark_all_read(
            tx,
            user.id,
            up_to=up_to,
            feed_ids=feeds,
            entry_ids=matches,
            listed_from=stream.since,
            listed_before=listed_before,
            starred=_STARRED.get(stream.shown),
        )
        return noted(tx, user, "mark_all", were.ids, now, kept=were.kept)


def mark_all_unread(db: Database, user: User, stream: Stream, *, up_to: int, now: datetime) -> Done:
    """The newest 10,000 entries of a stream (as far as a search finds them) are unread again: what is read of it, its
    favourites or all others where nothing else is ``shown``, else all. Not by hand: they may be scrolled past, or read
    by themselves. Raises ``NotFound``.
    """
    wanted = replace(stream, shown=_AGAIN.get(stream.shown, "all"), order="newest")
    with db.reading() as tx:
        newest = streams.newest_ids(tx, user.id, wanted, MAX_ENTRIES)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        ids = [entry_id for entry_id in states.visible(tx, user.id, newest) if entry_id <= up_to]
        if stream.shown == "unread_not_starred":
            starred = states.starred(tx, user.id, ids)
            ids = [entry_id for entry_id in ids if entry_id not in starred]
        return noted(tx, user, "unread", states.mark_unread(tx, user.id, ids), now)


def _found_unread(db: Database, user: User, stream: Stream) -> list[int]:
    """What a search finds of a stream and is unread: asked before anything is written, for it may take a while."""
    with db.reading() as tx:
        feeds = scopes.without_important(tx, user.id, stream)
        if stream.kind in ("starred", "label"):
            return _marked_unread(tx, user, stream, feeds)
        if stream.search is None or stream.kind == "recent":
            return []
        if feeds is None:
            feeds = scopes.scope(tx, user.id, stream).feed_ids
        tree = stream.search.tree
        found = search.newest_matches(tx, tree, feeds, user_id=user.id, shown="unread", limit=ALL_MATCHES)
        return [entry_id for _, entry_id in found]


def _marked_unread(tx: Tx, user: User, stream: Stream, feed_ids: Sequence[int] | None) -> list[int]:
    reached = None if feed_ids is None else set(feed_ids)
    found = listing.marked_unread(tx, user.id, stream)
    return [entry_id for entry_id, feed_id in found if reached is None or feed_id in reached]


def undo(db: Database, user: User, seq: int, *, now: datetime) -> Done:
    """Take back a deed of one's own: everything is as it was before, but for what was done to an entry after it.

    Raises ``NotFound``.
    """
    with transaction(db) as tx:
        tx.hold_user(user.id)
        deed = history.deed(tx, user.id, seq)
        if deed is None:
            raise NotFound(f"history {seq}")
        if history.kind_of(deed.action):
            deed = deeds_after.as_named_now(tx, user.id, deed)
            deed = replace(deed, entry_ids=deeds_after.untouched_since(tx, user.id, deed))
        done = _taken_back(tx, user, deed, now)
        if done.seq is not None:
            history.note_undone(tx, done.seq, seq)
        return done


def _taken_back(tx: WriteTx, user: User, deed: Deed, now: datetime) -> Done:
    match deed.action:
        case "read" | "mark_all":
            return _unread_again(tx, user, deed, now)
        case "unread":
            return _not_unread(tx, user, deed, now)
        case "spared_no_more":
            return _unread_by_hand(tx, user, deed.entry_ids, now)
        case "star":
            return noted(tx, user, "unstar", sorted(states.unstar(tx, user.id, deed.entry_ids)), now)
        case "unstar":
            return noted(tx, user, "star", sorted(states.star(tx, user.id, deed.entry_ids, now)), now)
        case _:
            return _turned_back(tx, user, deed, now)


def _unread_again(tx: WriteTx, user: User, deed: Deed, now: datetime) -> Done:
    """What was unread by hand is so again; the rest is as it had arrived."""
    kept = set(deed.kept)
    back = states.mark_unread(tx, user.id, [one for one in deed.entry_ids if one in kept], kept=True)
    back += states.mark_unread(tx, user.id, [one for one in deed.entry_ids if one not in kept])
    return noted(tx, user, "unread", sorted(back), now)


def _unread_by_hand(tx: WriteTx, user: User, entry_ids: Sequence[int], now: datetime) -> Done:
    were = states.mark_unread_by_hand(tx, user.id, entry_ids)
    return noted(tx, user, "unread", were.ids, now, kept=were.kept)


def _not_unread(tx: WriteTx, user: User, deed: Deed, now: datetime) -> Done:
    """What was read is so again; what was unread already is so as before, not by hand."""
    before = set(deed.kept)
    were = states.mark_read(tx, user.id, [one for one in deed.entry_ids if one not in before])
    unspared = states.spare_no_more(tx, user.id, [one for one in deed.entry_ids if one in before])
    if not unspared:
        return noted(tx, user, "read", were.ids, now, kept=were.kept)
    return noted(tx, user, "spared_no_more", sorted([*were.ids, *unspared]), now, kept=unspared)


def _turned_back(tx: WriteTx, user: User, deed: Deed, now: datetime) -> Done:
    """Undo ``label:ID``, ``unlabel:ID`` or ``unhighlight:…``.

    Raises ``NotFound`` for what was brought from elsewhere, or a label gone.
    """
    if deed.action.startswith(REMOVED):
        is_back = highlights.bring_back(tx, user.id, deed.action.removeprefix(REMOVED))
        return Done(count=int(is_back), seq=None)
    action, _, label = deed.action.partition(":")
    if not label:
        raise NotFound(f"history {deed.seq}")
    label_id = labels.one(tx, user.id, int(label)).id
    return turned(tx, user, label_id, deed.entry_ids, on=action == "unlabel", now=now)


def turned(tx: WriteTx, user: User, label_id: int, entry_ids: Sequence[int], *, on: bool, now: datetime) -> Done:
    """Put a label on entries or take it off, and note it, inside a transaction that holds the user."""
    turn = labels.put if on else labels.take
    changed = sorted(turn(tx, user.id, label_id, entry_ids))
    return noted(tx, user, f"{'label' if on else 'unlabel'}:{label_id}", changed, now)


def own_entries(tx: WriteTx, user: User, entry_ids: Sequence[int]) -> list[int]:
    """Those of the entries that are the user's. Errors as in ``mark``."""
    if len(entry_ids) > MAX_ENTRIES:
        raise ActionError("action.too_large", f"at most {MAX_ENTRIES} entries at once")
    own = states.visible(tx, user.id, [entry_id for entry_id in entry_ids if 0 < entry_id < 2**63])
    if entry_ids and not own:
        raise NotFound("entries")
    return own


def _read(tx: WriteTx, user: User, entry_ids: Sequence[int], now: datetime) -> Done:
    were = states.mark_read(tx, user.id, entry_ids)
    note_seen(tx, user, set(entry_ids).difference(were.ids), now, now=now)
    return noted(tx, user, "read", were.ids, now, kept=were.kept)


def note_seen(tx: WriteTx, user: User, entry_ids: Collection[int], at: datetime, *, now: datetime) -> None:
    """What was read by hand while it was read only because its whole stream had been marked (on another device, say),
    within a day: undoing that leaves it read.
    """
    if entry_ids and (seen := deeds_after.last_in_whole(tx, user.id, entry_ids, now - _UNDONE_WITHIN)):
        history.note(tx, user.id, "seen", seen, at)


def noted(
    tx: WriteTx, user: User, action: str, changed: Sequence[int], now: datetime, *, kept: Sequence[int] = ()
) -> Done:
    """Tell the history what was changed, inside a transaction that holds the user."""
    seq = history.note(tx, user.id, action, changed, now, kept=kept) if changed else None
    return Done(count=len(changed), seq=seq, entry_ids=tuple(changed))
