"""What counts as read by itself: the choices, and which of them counts for a feed.

A subscription's own choice comes first, part by part, then its folders' (a folder's: its own, then that of the folder
it lies in), then the account's. Where several folders say something, the gentlest counts: what leaves more unread. What
folders and the account say spares important feeds, and the pages that somebody saved to be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import NotFound
from dateline.model import StreamKind, User
from dateline.preferences import ReadWhen, decode, decode_read_when, encode

from .db import Tx, WriteTx

NEVER = ReadWhen(arrived=False, gone=False, beyond=0, repeated=0, repeated_near=0)
_PARTS = ReadWhen.__struct_fields__
_TABLES = {"folder": "folder", "feed": "subscription"}
_UNCARRIED = ("mail", "saved")
"""Kinds of feeds whose entries no document carries: none of them can be gone."""


class Counting(Struct, frozen=True, kw_only=True):
    """What counts for one feed of a user, with nothing left open.

    ``since``: when it was subscribed to (µs). ``near``: the feeds whose entries an entry of it must not repeat, with
    the same.
    """

    rule: ReadWhen
    since: int
    near: Mapping[int, int]


class Above(Struct, frozen=True, kw_only=True):
    """What would count without a choice of its own; ``from_folders``: the parts that folders say."""

    rule: ReadWhen
    from_folders: frozenset[str]


def own(tx: Tx, user_id: int, kind: StreamKind, key: int) -> ReadWhen:
    """What was chosen for one folder or subscription. Raises ``NotFound`` for one of somebody else."""
    row = tx.one(f"SELECT read_when FROM {_TABLES[kind]} WHERE id = :key AND user_id = :user", key=key, user=user_id)
    if row is None:
        raise NotFound(f"{kind} {key}")
    return decode_read_when(row[0]) or ReadWhen()


def keep(tx: WriteTx, user_id: int, kind: StreamKind, key: int, chosen: ReadWhen) -> None:
    """Choose for a folder or a subscription; the caller has checked whose it is."""
    tx.run(
        f"UPDATE {_TABLES[kind]} SET read_when = :chosen WHERE id = :key AND user_id = :user",
        chosen=encode(chosen) or None,
        key=key,
        user=user_id,
    )


def above(tx: Tx, owner: User, kind: StreamKind, key: int) -> Above:
    """What is above a folder or a subscription says; the caller has checked whose it is."""
    folders = _Folders(tx, owner.id)
    account = owner.preferences.read_when
    if kind == "folder":
        parent = folders.parents.get(key)
        inside = [parent] if parent is not None else []
    else:
        if _is_spared(tx, key):
            return Above(rule=NEVER, from_folders=frozenset())
        inside = tx.column("SELECT folder_id FROM subscription_folder WHERE subscription_id = :id", id=key)
    said = {part: folders.gentlest(inside, part)[0] for part in _PARTS}
    return Above(
        rule=_whole(said, account),
        from_folders=frozenset(part for part, value in said.items() if value is not None),
    )


def _is_spared(tx: Tx, subscription_id: int) -> bool:
    """Whether only its own choice counts."""
    row = tx.one(
        "SELECT s.visibility, f.kind FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.id = :id",
        id=subscription_id,
    )
    return row is not None and _spares(*row)


def _spares(visibility: str, kind: str) -> bool:
    return visibility == "important" or kind == "saved"


# ------------------------------------------------------------------------------------------------ what counts

_ANY_CHOICE = (
    "SELECT preferences FROM users WHERE id = :user AND"
    " (EXISTS (SELECT 1 FROM users c WHERE c.preferences LIKE '%\"read_when\"%' AND c.id = :user)"
    " OR EXISTS (SELECT 1 FROM folder d WHERE d.user_id = :user AND d.read_when IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM subscription s WHERE s.user_id = :user AND s.read_when IS NOT NULL))"
)


def counting(tx: Tx, user_id: int, feed_ids: Iterable[int]) -> dict[int, Counting]:
    """What counts for these feeds of a user, without those where nothing does: three probes of indexes for a user who
    never chose anything.
    """
    kept: str | None = tx.value(_ANY_CHOICE, user=user_id)
    if kept is None:
        return {}
    account = decode(kept).read_when
    rows = tx.all(
        "SELECT s.id, s.feed_id, s.read_when, s.created_at, s.visibility, f.kind FROM subscription s"
        " JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user AND s.feed_id IN ids(:feeds)",
        user=user_id,
        feeds=list(feed_ids),
    )
    inside: dict[int, list[int]] = {}
    for subscription_id, folder_id in tx.all(
        "SELECT subscription_id, folder_id FROM subscription_folder WHERE subscription_id IN ids(:ids)",
        ids=[row[0] for row in rows],
    ):
        inside.setdefault(subscription_id, []).append(folder_id)
    folders = _Folders(tx, user_id)
    found = {}
    for subscription_id, feed_id, text, since, visibility, kind in rows:
        mine = decode_read_when(text) or ReadWhen()
        if kind in _UNCARRIED:
            mine = replace(mine, gone=False)
        above_it = None if _spares(visibility, kind) else account
        rule, near = folders.counting(inside.get(subscription_id, []), mine, above_it)
        if rule != NEVER:
            found[feed_id] = Counting(rule=rule, since=since, near=near)
    return found


_GONE = "LIKE '%\"gone\"_true%'"


def reading_gone(tx: Tx, feed_ids: Sequence[int]) -> dict[int, list[int]]:
    """Feed → the users to whom what it carries no more is read, in order; three probes of indexes while nobody chose
    that.
    """
    choosing = tx.column(
        f"SELECT id FROM users WHERE preferences LIKE '%\"read_when\"%' AND preferences {_GONE}"
        f" UNION SELECT user_id FROM folder WHERE read_when IS NOT NULL AND read_when {_GONE}"
        f" UNION SELECT user_id FROM subscription WHERE read_when IS NOT NULL AND read_when {_GONE}"
    )
    if not choosing or not feed_ids:
        return {}
    theirs: dict[int, list[int]] = {}
    for user_id, feed_id in tx.all(
        "SELECT user_id, feed_id FROM subscription WHERE feed_id IN ids(:feeds) AND user_id IN ids(:users)"
        " AND paused_at IS NULL ORDER BY user_id",
        feeds=list(feed_ids),
        users=choosing,
    ):
        theirs.setdefault(user_id, []).append(feed_id)
    found: dict[int, list[int]] = {}
    for user_id, feeds in theirs.items():
        for feed_id, one in counting(tx, user_id, feeds).items():
            if one.rule.gone:
                found.setdefault(feed_id, []).append(user_id)
    return found


def _whole(said: Mapping[str, Any], below: ReadWhen) -> ReadWhen:
    """What is said, where that is nothing what is ``below`` it, else nothing counts."""
    values: dict[str, Any] = {}
    for part in _PARTS:
        chosen = (value for value in (said.get(part), getattr(below, part)) if value is not None)
        values[part] = next(chosen, getattr(NEVER, part))
    return ReadWhen(**values)


def _gentlest(part: str, values: Sequence[Any]) -> Any:
    """What leaves most unread."""
    is_off = not all(values)  # False and 0: nothing is read
    most = max if part == "beyond" else min
    return getattr(NEVER, part) if is_off else most(values)


def gentler(one: ReadWhen, other: ReadWhen) -> ReadWhen:
    """Of two whole choices, part by part what leaves more unread."""
    return ReadWhen(**{part: _gentlest(part, [getattr(one, part), getattr(other, part)]) for part in _PARTS})


class _Folders:
    """A user's folders, with what they say."""

    def __init__(self, tx: Tx, user_id: int) -> None:
        self._tx, self._user_id = tx, user_id
        self.parents: dict[int, int | None] = {}
        self._said: dict[int, ReadWhen] = {}
        self._feeds: dict[frozenset[int], dict[int, int]] = {}
        for ident, parent_id, text in tx.all(
            "SELECT id, parent_id, read_when FROM folder WHERE user_id = :user", user=user_id
        ):
            self.parents[ident] = parent_id
            if (chosen := decode_read_when(text)) is not None:
                self._said[ident] = chosen

    def _nearest(self, folder_id: int | None, part: str) -> tuple[Any, int] | None:
        """What a folder, or else the nearest around it, says of one part, and which does."""
        seen: set[int] = set()
        while folder_id is not None and folder_id not in seen:
            seen.add(folder_id)
            value = getattr(self._said.get(folder_id), part, None)
            if value is not None:
                return value, folder_id
            folder_id = self.parents.get(folder_id)
        return None

    def gentlest(self, inside: Sequence[int], part: str) -> tuple[Any, list[int]]:
        """What of these folders' words on one part leaves most unread, and which folders say something."""
        found = [said for folder_id in inside if (said := self._nearest(folder_id, part)) is not None]
        if not found:
            return None, []
        return _gentlest(part, [value for value, _ in found]), [folder_id for _, folder_id in found]

    def counting(
        self, inside: Sequence[int], own: ReadWhen, account: ReadWhen | None
    ) -> tuple[ReadWhen, dict[int, int]]:
        """What counts for a subscription in these folders, and the feeds in those that ``repeated_near`` is about.

        Without an account only its own choice counts.
        """
        said: dict[str, Any] = {}
        near = inside
        for part in _PARTS:
            said[part] = getattr(own, part)
            if said[part] is None and account is not None:
                said[part], saying = self.gentlest(inside, part)
                near = saying if part == "repeated_near" and saying else near
        rule = _whole(said, account or NEVER)
        return rule, self._feeds_in(near) if rule.repeated_near else {}

    def _feeds_in(self, folder_ids: Sequence[int]) -> dict[int, int]:
        """The feeds in these folders and all in them, as far as their entries arrive and are seen."""
        tops = frozenset(folder_ids)
        if tops not in self._feeds:
            inside = [ident for ident in self.parents if self._is_below(ident, tops)]
            rows = self._tx.all(
                "SELECT s.feed_id, s.created_at FROM subscription_folder sf JOIN subscription s"
                " ON s.id = sf.subscription_id WHERE sf.folder_id IN ids(:folders) AND s.user_id = :user"
                " AND s.paused_at IS NULL AND s.visibility <> 'archived'",
                folders=inside,
                user=self._user_id,
            )
            self._feeds[tops] = {row[0]: row[1] for row in rows}
        return self._feeds[tops]

    def _is_below(self, folder_id: int, tops: frozenset[int]) -> bool:
        seen: set[int] = set()
        current: int | None = folder_id
        while current is not None and current not in seen:
            if current in tops:
                return True
            seen.add(current)
            current = self.parents.get(current)
        return False
