"""A trial: the line for one feed, step by step, with nothing stored: what was asked, answered, understood, decided.

Network, within 20 seconds. The feed is asked without validators, so that there is a document to look at.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dateline.clean import clean_entry
from dateline.errors import DatelineError, ParseError, StoreError
from dateline.fetch import fetch_now
from dateline.fetch.cookies import Jar
from dateline.fetch.exchange import Exchange
from dateline.fetch.transport import PLAIN, Transport
from dateline.model import CleanEntry, ParsedEntry, ParsedFeed, Response
from dateline.parse.encoding import Charset, charset_of
from dateline.settings import Settings
from dateline.store import Database, entries
from dateline.store.feeds import Feed

from .decide import Candidate, Identity, candidates
from .line import read_document, take
from .outcome import Outcome
from .pages import by_rules
from .polite import TableGate

DEADLINE = 20.0
CLEANED = 100
"""So many entries are cleaned; the rest is only decided."""

Decision = Literal["new", "changed", "unchanged", "buried", "double"]
"""``buried``: deleted once, it does not come back; ``double``: the document holds it twice."""


class TriedEntry(Struct, frozen=True, kw_only=True):
    """One entry: as it was published, what it is known by, what would become of it, and how it would be stored."""

    guid: str
    decision: Decision
    parsed: ParsedEntry
    clean: CleanEntry | None


class Trial(Struct, frozen=True, kw_only=True):
    """What happened. ``error`` is what stopped the line; what comes after that step is empty.

    ``hints`` are the document's and the answer's, as ``schedule`` weighs them: seconds by name, skipped hours and days.
    ``next_at`` is None when nobody would ask again.
    """

    url: str
    at: datetime
    exchanges: tuple[Exchange, ...]
    error: DatelineError | None
    answer: Response | None
    charset: Charset | None
    parsed: ParsedFeed | None
    identity: Identity
    entries: tuple[TriedEntry, ...]
    gone: int
    hints: Mapping[str, Any]
    next_at: datetime | None
    is_known: bool

    def count(self, decision: Decision) -> int:
        """How many entries would fare so."""
        return sum(1 for entry in self.entries if entry.decision == decision)


def try_out(
    db: Database,
    settings: Settings,
    feed: Feed,
    address: str,
    *,
    version: str,
    holder: str,
    clock: Callable[[], datetime],
    transport: Transport = PLAIN,
    jar: Jar | None = None,
) -> Trial:
    """Run the line for a feed (or one that nobody has yet, ``feeds.unknown``).

    ``address`` is where it is asked, with its user name and password, and ``transport`` and ``jar`` how.
    Raises ``StoreError``.
    """
    exchanges: list[Exchange] = []
    answer: Response | DatelineError
    try:
        answer = fetch_now(
            settings,
            address,
            version=version,
            gate=TableGate(db, settings, holder=holder, clock=clock),
            accept="page" if feed.kind == "page" else "feed",
            subscribers=feed.subscribers,
            deadline=DEADLINE,
            watch=exchanges.append,
            transport=transport,
            jar=jar,
        )
    except StoreError:
        raise
    except DatelineError as error:
        answer = error
    now = clock()
    # without the hash of its last body: an unchanged document is read too
    outcome = take(db, replace(feed, body_hash=None), answer, asked_url=feed.address, now=now, dice=0.0)
    return _trial(db, feed, answer, outcome, exchanges, now)


def _trial(
    db: Database,
    feed: Feed,
    answer: Response | DatelineError,
    outcome: Outcome,
    exchanges: list[Exchange],
    at: datetime,
) -> Trial:
    # its ``url`` may hold a password
    whole = replace(answer, url=feed.address) if isinstance(answer, Response) else None
    parsed = _parsed(feed, whole)
    return Trial(
        url=feed.address,
        at=at,
        exchanges=tuple(exchanges),
        error=outcome.error,
        answer=whole,
        charset=charset_of(whole.body, whole.content_type) if whole else None,
        parsed=parsed,
        identity=outcome.identity,
        entries=_entries(db, feed, parsed, outcome, whole.final_url) if parsed and whole else (),
        gone=len(outcome.changes.gone_ids) if outcome.changes else 0,
        hints=_hints(whole, outcome),
        next_at=outcome.next_at,
        is_known=feed.id > 0 and feed.ok_at is not None,
    )


def _parsed(feed: Feed, answer: Response | None) -> ParsedFeed | None:
    """The whole document: the line itself may have passed over entries that it knew by their bytes."""
    if answer is None:
        return None
    try:
        return by_rules(feed, answer) if feed.kind == "page" else read_document(answer)
    except ParseError:
        return None


def _entries(db: Database, feed: Feed, parsed: ParsedFeed, outcome: Outcome, url: str) -> tuple[TriedEntry, ...]:
    listed = candidates(parsed, outcome.identity)
    new = {arrived.guid_hash for arrived in outcome.arrived}
    changed = {change.candidate.guid_hash for change in outcome.changes.changed} if outcome.changes else set()
    with db.reading() as tx:
        buried = entries.buried(tx, feed.id, [candidate.guid_hash for candidate in listed])
    seen: set[bytes] = set()
    found = []
    for place, candidate in enumerate(listed):
        decision = _decision(candidate, seen, new, changed, buried)
        seen.add(candidate.guid_hash)
        clean = clean_entry(candidate.entry, feed_url=url, site_url=parsed.site_url) if place < CLEANED else None
        found.append(TriedEntry(guid=candidate.guid, decision=decision, parsed=candidate.entry, clean=clean))
    return tuple(found)


def _decision(
    candidate: Candidate, seen: set[bytes], new: set[bytes], changed: set[bytes], buried: set[bytes]
) -> Decision:
    known_by = candidate.guid_hash
    if known_by in seen:
        return "double"
    if known_by in new:
        return "new"
    if known_by in changed:
        return "changed"
    return "buried" if known_by in buried else "unchanged"


def _hints(answer: Response | None, outcome: Outcome) -> Mapping[str, Any]:
    lasting = msgspec.json.decode(outcome.described.hints) if outcome.described and outcome.described.hints else {}
    for machinery in ("plan", "rhythm"):
        lasting.pop(machinery, None)
    told = {"fresh_seconds": answer.fresh_seconds, "retry_after": answer.retry_after} if answer else {}
    return {name: value for name, value in {**lasting, **told}.items() if value not in (None, [], ())}
