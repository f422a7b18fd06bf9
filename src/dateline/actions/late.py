"""What a person did without a connection, told later: each deed counts from when it was done.

A deed is left out when another of its kind (read or unread, starred or not, one label on or off) was done to the entry
after it, here or on another device: the last one counts, whichever was told first. So telling a deed twice changes
nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError
from dateline.model import User
from dateline.store import Database, history, labels, states
from dateline.store.db import WriteTx
from dateline.store.states import Changed
from dateline.store.write import transaction

from .entries import Done, note_seen, own_entries

MAX_DEEDS = 1_000


class LateDeed(Struct, frozen=True, kw_only=True):
    """One deed to one entry: ``action`` is read, unread, star, unstar, label:ID or unlabel:ID; ``at``: when."""

    entry_id: int
    action: str
    at: datetime


def tell(db: Database, user: User, deeds: Sequence[LateDeed], *, now: datetime) -> Done:
    """Do what was done before, as far as nothing later contradicts it. To how many entries it changed something.

    What is older than the history counts as the oldest of it; what is said to come from the future is of now. Labels
    that are gone are passed over, as are entries that are not the user's. Raises ``NotFound`` when none of the entries
    is, ``ActionError`` ``action.too_large`` for more than 1,000.
    """
    if len(deeds) > MAX_DEEDS:
        raise ActionError("action.too_large", f"at most {MAX_DEEDS} deeds at once")
    with transaction(db) as tx:
        tx.hold_user(user.id)
        own = set(own_entries(tx, user, [deed.entry_id for deed in deeds]))
        wanted = _last(_within(deed, now) for deed in deeds if deed.entry_id in own)
        overtaken = [wanted.pop(key) for key in _contradicted(tx, user, wanted)]
        for (action, at), entry_ids in _together(overtaken).items():
            if action == "read":
                note_seen(tx, user, entry_ids, at, now=now)
        changed: set[int] = set()
        for (action, at), entry_ids in _together(_possible(tx, user, wanted.values())).items():
            changed.update(_do(tx, user, action, entry_ids, at, now))
    return Done(count=len(changed), seq=None, entry_ids=tuple(sorted(changed)))


_Key = tuple[int, str]
"""An entry, and of what kind the deed is."""


def _within(deed: LateDeed, now: datetime) -> LateDeed:
    return replace(deed, at=min(max(deed.at, now - timedelta(days=history.HISTORY_DAYS)), now))


def _last(deeds: Iterable[LateDeed]) -> dict[_Key, LateDeed]:
    found: dict[_Key, LateDeed] = {}
    for deed in sorted(deeds, key=lambda deed: deed.at):
        found[deed.entry_id, history.kind_of(deed.action)] = deed
    return found


def _contradicted(tx: WriteTx, user: User, wanted: dict[_Key, LateDeed]) -> set[_Key]:
    """Those after which something of their kind was done."""
    if not wanted:
        return set()
    since = min(deed.at for deed in wanted.values())
    found: set[_Key] = set()
    for at, kind, entry_ids in history.done_after(tx, user.id, since):
        for entry_id in entry_ids:
            deed = wanted.get((entry_id, kind))
            if deed is not None and at > deed.at:
                found.add((entry_id, kind))
    return found


def _possible(tx: WriteTx, user: User, deeds: Iterable[LateDeed]) -> list[LateDeed]:
    """Those without a label, or with one that the user still has."""
    own = {label.id for label in labels.all_labels(tx, user.id)}
    return [deed for deed in deeds if ":" not in deed.action or int(deed.action.partition(":")[2]) in own]


def _together(deeds: Iterable[LateDeed]) -> dict[tuple[str, datetime], list[int]]:
    """What was done alike at the same moment is one row of the history."""
    groups: defaultdict[tuple[str, datetime], list[int]] = defaultdict(list)
    for deed in deeds:
        groups[deed.action, deed.at].append(deed.entry_id)
    return dict(groups)


def _do(tx: WriteTx, user: User, action: str, entry_ids: list[int], at: datetime, now: datetime) -> list[int]:
    """Do it and note it, each at its own time. Which entries it changed."""
    if action == "read":
        were = states.mark_read(tx, user.id, entry_ids)
        note_seen(tx, user, set(entry_ids).difference(were.ids), at, now=now)
    elif action == "unread":
        were = states.mark_unread_by_hand(tx, user.id, entry_ids)
    else:
        were = Changed(ids=sorted(_changed(tx, user.id, action, entry_ids, at)))
    if were.ids:
        history.note(tx, user.id, action, were.ids, at, kept=were.kept)
    return were.ids


def _changed(tx: WriteTx, user_id: int, action: str, entry_ids: list[int], at: datetime) -> list[int]:
    word, _, label = action.partition(":")
    match word:
        case "star":
            return states.star(tx, user_id, entry_ids, at)
        case "unstar":
            return states.unstar(tx, user_id, entry_ids)
        case "label":
            return labels.put(tx, user_id, int(label), entry_ids)
        case "unlabel":
            return labels.take(tx, user_id, int(label), entry_ids)
        case _:
            raise ActionError("action.bad_value", action)
