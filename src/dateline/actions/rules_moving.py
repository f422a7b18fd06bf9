"""Rules from one server to another: folders by path, feeds by address, labels by name, for ids stay behind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.parse.choices import RuleChoice
from dateline.store import Database, labels, rules, saved_searches, subscriptions
from dateline.store.db import Tx, WriteTx
from dateline.store.queries import Names
from dateline.store.rules import Rule
from dateline.store.write import transaction

from .opml import Folders
from .rules import added
from .searches_moving import has_numbers

MAX_URL, MAX_NAME = 4_000, 200


def said_rules(tx: Tx, user: User, paths: Mapping[int, tuple[str, ...]]) -> Iterator[RuleChoice]:
    """What leaves, in order of what is asked: in which order rules were made says nothing. ``paths`` are the folders'
    names by id.
    """
    names = {label.id: label.name for label in labels.all_labels(tx, user.id)}
    for one in sorted(rules.every(tx, user.id), key=lambda one: one.query):
        feed = saved_searches.feed_url(tx, user.id, one.subscription_id) if one.subscription_id is not None else None
        yield RuleChoice(
            query=one.query,
            folder=list(paths.get(one.folder_id or 0, ())),
            feed=feed,
            marks_read=one.marks_read,
            stars=one.stars,
            label=names.get(one.label_id or 0, ""),
        )


def bring_rules(db: Database, user: User, said: Sequence[RuleChoice], now: datetime) -> tuple[int, bool]:
    """Make those that are not here yet. How many, and whether all could be."""
    if not said:
        return 0, True
    taken, is_whole = 0, True
    with transaction(db) as tx:
        tx.hold_user(user.id)
        bringing = _Bringing(tx, user, now)
        for one in said:
            try:
                taken += bringing.bring(one)
            except ActionError:
                is_whole = False
    return taken, is_whole


class _Bringing:
    """Many rules in one transaction; what each is compared with is read once."""

    def __init__(self, tx: WriteTx, user: User, now: datetime) -> None:
        self._tx = tx
        self._user = user
        self._now = now
        self._folders = Folders(tx, user.id)
        self._names = Names(tx, user.id)
        self._here = {_said(one, one.label_id) for one in rules.every(tx, user.id)}

    def bring(self, one: RuleChoice) -> bool:
        """Whether it is new. Raises ``ActionError``."""
        if has_numbers(one.query, self._now):  # they mean something else here
            raise ActionError("action.bad_query", one.query[:100])
        if len(one.feed or "") > MAX_URL or len(one.label) > MAX_NAME or "\0" in f"{one.feed}{one.label}":
            raise ActionError("action.bad_value", "rule")
        wanted, label_id = self._placed(one), self._label(one.label)
        if (label_id is not None or not one.label) and _said(wanted, label_id) in self._here:
            return False
        added(self._tx, self._user, wanted, label=one.label, now=self._now, names=self._names)
        if one.label and label_id is None:
            self._names.forget()
        self._here.add(_said(wanted, self._label(one.label)))
        return True

    def _placed(self, one: RuleChoice) -> Rule:
        """The rule without its label. Raises ``NotFound``."""
        folder_id = self._folders.there(one.folder) if one.folder else None
        subscription_id = subscriptions.by_feed_url(self._tx, self._user.id, one.feed) if one.feed else None
        if (one.folder and folder_id is None) or (one.feed and subscription_id is None):
            raise NotFound("feed or folder")
        return Rule(
            query=one.query.strip(),
            folder_id=folder_id,
            subscription_id=subscription_id,
            marks_read=one.marks_read,
            stars=one.stars,
        )

    def _label(self, name: str) -> int | None:
        owner = subscriptions.name_owner(self._tx, self._user.id, name) if name else None
        return owner[1] if owner and owner[0] == "label" else None


def _said(rule: Rule, label_id: int | None) -> tuple[object, ...]:
    """What makes two rules the same."""
    return rule.query, rule.folder_id, rule.subscription_id, rule.marks_read, rule.stars, label_id
