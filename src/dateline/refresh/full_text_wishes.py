"""Which articles are wanted, by whom, in which ways: noted when entries arrive, decided when their turn has come.

Noting is one indexed read a batch, and nothing more where nobody asked. Whether an entry is only a beginning is found
out later, by the step that fetches: the line does not wait for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dateline.clean import plain_text
from dateline.clean.cut import Given, has_words, is_cut
from dateline.model import FullTextRules
from dateline.query import matches
from dateline.query.lines import query_of
from dateline.store import Tx, full_text_queue, full_texts
from dateline.store.candidates import subjects
from dateline.store.db import WriteTx
from dateline.store.full_texts import Cause, Wish

RECENT = timedelta(days=7)
"""Of what a feed brings, articles of entries older than this are fetched only if somebody asks for them."""
MOST_WAITING = 100
"""Of one feed: a site is not emptied because somebody subscribed to it."""
CAUGHT_UP = 20
"""How many unread entries get their articles when full texts are turned on."""


def note_arrived(tx: WriteTx, feed_id: int, entry_ids: Sequence[int], now: datetime) -> None:
    """In the transaction of their arrival: the articles of these entries are due, if a subscriber wants full texts."""
    if not entry_ids or not full_texts.wishes_of(tx, feed_id):
        return
    room = MOST_WAITING - full_text_queue.waiting(tx, feed_id)
    recent = full_text_queue.listed_since(tx, entry_ids, now - RECENT)
    full_text_queue.enqueue(tx, feed_id, recent[: max(0, room)], now)


def note_wished(tx: WriteTx, user_id: int, feed_id: int, now: datetime) -> None:
    """Somebody has just turned full texts on: his newest unread entries get theirs."""
    full_text_queue.enqueue(tx, feed_id, full_text_queue.newest_unread(tx, user_id, feed_id, CAUGHT_UP), now)


def ways(tx: Tx, cause: Cause, now: datetime) -> tuple[FullTextRules, ...]:
    """The ways in which an entry's article is wanted now and was not taken yet, each once."""
    wishes = full_texts.wishes_of(tx, cause.feed_id)
    if any(wish.mode == "truncated" for wish in wishes) and not is_beginning(tx, cause):
        wishes = [wish for wish in wishes if wish.mode == "always"]
    return _distinct(tx, cause, wishes, now)


def _distinct(tx: Tx, cause: Cause, wishes: Iterable[Wish], now: datetime) -> tuple[FullTextRules, ...]:
    found: dict[bytes, FullTextRules] = {}
    for wish in wishes:
        name = full_texts.rules_hash(wish.rules)
        if name not in cause.taken and _is_for(tx, cause, wish.rules.only, now):
            found.setdefault(name, wish.rules)
    return tuple(found.values())


def _is_for(tx: Tx, cause: Cause, only: str, now: datetime) -> bool:
    """Whether an entry is one of those that lines speak of: by words of its title or address, or by a query."""
    lines = only.splitlines()
    if not lines:
        return True
    queries = {line: query_of(line, now=now) for line in lines}
    if any(query is None and has_words(line, cause.title, cause.url) for line, query in queries.items()):
        return True
    trees = [query.wanted for query in queries.values() if query is not None]
    return any(matches(tree, one) for one in subjects(tx, 0, [cause.entry_id] if trees else []) for tree in trees)


def is_beginning(tx: Tx, cause: Cause) -> bool:
    """Whether the feed gives only the beginning of an entry."""
    usual = [words for words in full_texts.usual_words(tx, cause.feed_id) if words]
    given = Given(
        html=cause.html,
        text=plain_text(cause.html),
        title=cause.title,
        is_summary=not cause.content and bool(cause.summary),
        has_media=cause.has_media,
        usual_words=usual,
    )
    return is_cut(given)
