"""Retention: the rules of how long articles are kept, and which of them counts where.

A rule stands on a subscription, a folder, an account or the instance; the nearest one counts. What goes by them is
``expiry``'s business.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Literal

import msgspec
from msgspec import Struct

from dateline.model import Retention

from .db import Tx, WriteTx

Scope = Literal["subscription", "folder", "account", "instance"]

EVERYTHING = Retention()
_META = "retention"
_decoder = msgspec.json.Decoder(Retention)


class Effective(Struct, frozen=True, kw_only=True):
    """The rule that counts for a subscription (or a folder, or an account), and where it stands."""

    rule: Retention
    scope: Scope


class Proposal(Struct, frozen=True, kw_only=True):
    """A rule that is not saved yet (None: as what is above says), and where: the id of a subscription, folder, user.

    ``others``: for these of the same kind too.
    """

    scope: Scope
    key: int
    rule: Retention | None
    others: frozenset[int] = frozenset()

    def is_for(self, scope: Scope, key: int) -> bool:
        """Whether the rule would stand there."""
        return self.scope == scope and (self.key == key or key in self.others)


def encode(rule: Retention | None) -> str | None:
    """A rule as it is stored."""
    return None if rule is None else msgspec.json.encode(rule).decode()


def decode(text: str | None) -> Retention | None:
    """The other way round; a rule that cannot be read keeps everything."""
    if text is None:
        return None
    try:
        rule = _decoder.decode(text)
    except msgspec.DecodeError:
        return EVERYTHING
    return rule if all(bound is None or bound > 0 for bound in (rule.age, rule.count)) else EVERYTHING


def generous(one: Retention, other: Retention) -> Retention:
    """A rule that keeps whatever either of the two keeps."""
    count = None if one.count is None or other.count is None else max(one.count, other.count)
    unread = one.keep_unread or other.keep_unread
    if one.days is None or other.days is None:
        return Retention(count=count, keep_unread=unread)
    longer = one if one.days >= other.days else other
    return Retention(age=longer.age, unit=longer.unit, count=count, keep_unread=unread)


def effective(
    own: Retention | None, folders: Sequence[Retention], account: Retention | None, instance: Retention
) -> Effective:
    """The rule that counts: the subscription's own, else the most generous of its folders', the account's, the
    instance's.
    """
    if own is not None:
        return Effective(rule=own, scope="subscription")
    if folders:
        return Effective(rule=reduce(generous, folders), scope="folder")
    if account is not None:
        return Effective(rule=account, scope="account")
    return Effective(rule=instance, scope="instance")


class FolderRules:
    """The rules of folders: a folder without one has that of the folder it lies in."""

    def __init__(self, rows: Iterable[tuple[int, int | None, str | None]]) -> None:
        self.parents: dict[int, int | None] = {}
        self.own: dict[int, Retention | None] = {}
        for ident, parent_id, text in rows:
            self.parents[ident], self.own[ident] = parent_id, decode(text)

    def rule(self, folder_id: int | None) -> Retention | None:
        """The rule that counts in a folder; None: none of the folders around it has one."""
        seen: set[int] = set()
        while folder_id is not None and folder_id not in seen:
            seen.add(folder_id)
            if (found := self.own.get(folder_id)) is not None:
                return found
            folder_id = self.parents.get(folder_id)
        return None

    def below(self, folder_id: int) -> set[int]:
        """A folder and all in it."""
        found, size = {folder_id}, 0
        while len(found) > size:
            size = len(found)
            found |= {ident for ident, parent in self.parents.items() if parent in found}
        return found


def of_instance(tx: Tx) -> Retention:
    """What is kept where nobody says anything else: everything, unless the administrator chose."""
    return decode(tx.value("SELECT value FROM meta WHERE key = :key", key=_META)) or EVERYTHING


def any_rule(tx: Tx) -> bool:
    """Whether anybody ever said that something may go."""
    return (
        tx.one(
            "SELECT 1 FROM meta WHERE key = :key UNION ALL SELECT 1 FROM users WHERE retention IS NOT NULL"
            " UNION ALL SELECT 1 FROM folder WHERE retention IS NOT NULL"
            " UNION ALL SELECT 1 FROM subscription WHERE retention IS NOT NULL LIMIT 1",
            key=_META,
        )
        is not None
    )


_STORED: Mapping[Scope, str] = {
    "subscription": "SELECT retention FROM subscription WHERE id = :key",
    "folder": "SELECT retention FROM folder WHERE id = :key",
    "account": "SELECT retention FROM users WHERE id = :key",
    "instance": "SELECT value FROM meta WHERE key = 'retention' AND :key = :key",
}


def stored(tx: Tx, scope: Scope, key: int) -> Retention | None:
    """The rule that stands at one place; None: as what is above says."""
    return decode(tx.value(_STORED[scope], key=key))


def above(tx: Tx, user_id: int, scope: Scope, key: int) -> Effective:
    """The rule that counts at a place of a user's when nothing is said there itself."""
    account = stored(tx, "account", user_id) if scope != "account" else None
    inside: list[int] = []
    folders = folder_rules(tx, [user_id])
    if scope == "subscription":
        inside = tx.column("SELECT folder_id FROM subscription_folder WHERE subscription_id = :id", id=key)
    elif scope == "folder" and (parent_id := folders.parents.get(key)) is not None:
        inside = [parent_id]
    rules = [rule for folder_id in inside if (rule := folders.rule(folder_id)) is not None]
    return effective(None, rules, account, of_instance(tx))


def folder_rules(tx: Tx, user_ids: Sequence[int], proposal: Proposal | None = None) -> FolderRules:
    """The rules of these users' folders; with a proposal for one of them, as they would be."""
    rows = tx.all("SELECT id, parent_id, retention FROM folder WHERE user_id IN ids(:users)", users=list(user_ids))
    folders = FolderRules((row[0], row[1], row[2]) for row in rows)
    if proposal is not None and proposal.scope == "folder":
        folders.own[proposal.key] = proposal.rule
    return folders


# ------------------------------------------------------------------------------------------------ bookkeeping

_SAVE: Mapping[Scope, str] = {
    "subscription": "UPDATE subscription SET retention = :rule WHERE id = :key",
    "folder": "UPDATE folder SET retention = :rule WHERE id = :key",
    "account": "UPDATE users SET retention = :rule WHERE id = :key",
}


def save(tx: WriteTx, proposal: Proposal) -> None:
    """Put a rule where it is to stand."""
    text = encode(proposal.rule)
    if proposal.scope != "instance":
        tx.run(_SAVE[proposal.scope], rule=text, key=proposal.key)
    elif text is None:
        tx.run("DELETE FROM meta WHERE key = :key", key=_META)
    else:
        tx.run(
            "INSERT INTO meta (key, value) VALUES (:key, :rule) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key=_META,
            rule=text,
        )


def feeds_of(tx: Tx, user_id: int, scope: Scope, key: int) -> list[int]:
    """The feeds that a rule at a place of a user's may reach."""
    if scope == "instance":
        return tx.column("SELECT DISTINCT feed_id FROM subscription")
    if scope == "account":
        return tx.column("SELECT feed_id FROM subscription WHERE user_id = :user", user=user_id)
    if scope == "subscription":
        return tx.column("SELECT feed_id FROM subscription WHERE user_id = :user AND id = :id", user=user_id, id=key)
    return tx.column(
        "SELECT DISTINCT s.feed_id FROM subscription_folder sf JOIN subscription s ON s.id = sf.subscription_id"
        " WHERE sf.folder_id IN ids(:folders)",
        folders=sorted(folder_rules(tx, [user_id]).below(key)),
    )
