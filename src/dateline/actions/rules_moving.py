"""Rules from one server to another: folders by path, feeds by address, labels by name, for ids stay behind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.parse.choices import RuleChoice
from dateline.store import Database, labels, rules, saved_searches, subscriptions
from dateline.store.db import Tx, WriteTx
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
        folders = Folders(tx, user.id)
        for one in said:
            try:
                taken += _bring(tx, user, one, folders, now)
            except ActionError:
                is_whole = False
    return taken, is_whole


def _bring(tx: WriteTx, user: User, one: RuleChoice, folders: Folders, now: datetime) -> bool:
    """Whether it is new. Raises ``ActionError``."""
    if has_numbers(one.query, now):  # they mean something else here
        raise ActionError("action.bad_query", one.query[:100])
    if len(one.feed or "") > MAX_URL or len(one.label) > MAX_NAME or "\0" in f"{one.feed}{one.label}":
        raise ActionError("action.bad_value", "rule")
    folder_id = folders.there(one.folder) if one.folder else None
    subscription_id = subscriptions.by_feed_url(tx, user.id, one.feed) if one.feed else None
    if (one.folder and folder_id is None) or (one.feed and subscription_id is None):
        raise NotFound("feed or folder")
    wanted = Rule(
        query=one.query.strip(),
        folder_id=folder_id,
        subscription_id=subscription_id,
        marks_read=one.marks_read,
        stars=one.stars,
    )
    if _is_here(tx, user, wanted, one.label):
        return False
    added(tx, user, wanted, label=one.label, now=now)
    return True


def _is_here(tx: Tx, user: User, wanted: Rule, label: str) -> bool:
    owner = subscriptions.name_owner(tx, user.id, label) if label else None
    label_id = owner[1] if owner and owner[0] == "label" else None
    if label and label_id is None:
        return False
    asked = (wanted.query, wanted.folder_id, wanted.subscription_id, wanted.marks_read, wanted.stars, label_id)
    return any(
        asked == (one.query, one.folder_id, one.subscription_id, one.marks_read, one.stars, one.label_id)
        for one in rules.every(tx, user.id)
    )
