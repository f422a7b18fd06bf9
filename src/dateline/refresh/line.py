"""The line for one feed: ``take`` makes of an answer what is to be recorded: parse, decide, clean.

Network and parsing never happen inside a transaction; ``record`` stores what is decided here.
"""

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import cast

import msgspec

from dateline.clean import clean_entry, plain_text
from dateline.clean.changes import is_noticed
from dateline.errors import DatelineError, FetchError
from dateline.fetch.address import host_key, origin
from dateline.model import CleanEntry, ParsedEntry, ParsedFeed, RawHTML, Response, SafeHTML
from dateline.parse import parse_feed
from dateline.store import Database, entries, versions
from dateline.store.checks import CheckRow
from dateline.store.entries import Arrived, Edited, Known
from dateline.store.feeds import Described, Feed

from . import schedule
from .decide import Candidate, Changes, Identity, candidates, dated, decide, folded, identify, untrusted, weaker
from .hints import hints_again, hints_of, kept
from .hubs import hub_of
from .outcome import Move, Outcome
from .pages import body_hash, read_by_rules
from .schedule import Hints
from .site_moves import NOTHING, look_up

BEFORE_AT_ONCE = 50
"""Changed entries whose earlier content is held in memory."""
ADOPTED_AFTER = timedelta(days=3)
OLD_ADDRESS_EVERY = timedelta(days=1)


def ask_address(feed: Feed, now: datetime) -> str:
    """Where to ask: the target of a permanent redirect;
    once a day the old address, to see whether it still redirects.
    """
    if feed.moved_url is None:
        return feed.address
    asked = feed.old_asked_at
    return feed.address if asked is None or now - asked >= OLD_ADDRESS_EVERY else feed.moved_url


# ------------------------------------------------------------------------------------------------ take


def take(
    db: Database, feed: Feed, answer: Response | DatelineError, *, asked_url: str, now: datetime, dice: float
) -> Outcome:
    """An answer → what to record. Never raises for what came from outside: that is an outcome too."""
    if isinstance(answer, DatelineError):
        return failed(feed, answer, asked_url=asked_url, now=now, dice=dice)
    try:
        if answer.status == 304 or (feed.body_hash is not None and body_hash(feed, answer) == feed.body_hash):
            return _unchanged(db, feed, answer, asked_url=asked_url, now=now, dice=dice)
        return _read(db, feed, answer, asked_url=asked_url, now=now, dice=dice)
    except DatelineError as error:
        return failed(feed, error, asked_url=asked_url, now=now, dice=dice, answer=answer)


def failed(
    feed: Feed,
    error: DatelineError,
    *,
    asked_url: str,
    now: datetime,
    dice: float,
    answer: Response | None = None,
) -> Outcome:
    """A failure → what to record: its code, when to try again, and whether the whole host is left alone for a while."""
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    status = error.status if isinstance(error, FetchError) else (answer.status if answer else None)
    quiet = schedule.quiet_time(error.code, retry_after)
    move = _failed_move(feed, error, asked_url)
    # with two addresses, one that fails is no last word: the other is asked next
    code = error.code if move is None else "fetch.connect"
    return Outcome(
        feed=feed,
        error=error,
        next_at=schedule.next_bad(now, code, feed.failures, retry_after, dice),
        move=move,
        wished_until=now + schedule.wish(Hints(retry_after=retry_after)),
        quiet_host=(host_of(error, feed), now + quiet) if quiet else None,
        check=CheckRow(
            at=now,
            code=error.code,
            status=status,
            wire_bytes=answer.wire_bytes if answer else 0,
            duration_ms=round(1000 * answer.elapsed_seconds) if answer else 0,
            detail=error.detail[:500] or None,
        ),
    )


def _failed_move(feed: Feed, error: DatelineError, asked_url: str) -> Move | None:
    """What a failure says of a moved feed's address: the old one need not answer any more, the new one may be gone."""
    if feed.moved_url is None:
        return None
    if asked_url == feed.address:
        return Move(target=feed.moved_url)
    return Move(target=None) if error.code == "fetch.gone" else None


def host_of(error: DatelineError, feed: Feed) -> str:
    """The host that failed: the last one of the redirects."""
    final = error.final_url if isinstance(error, FetchError) else None
    return host_key(final) if final else feed.host


def _unchanged(db: Database, feed: Feed, answer: Response, *, asked_url: str, now: datetime, dice: float) -> Outcome:
    with db.reading() as tx:
        is_empty = feed.kind == "page" and not entries.carried(tx, feed.id)
    hints, renewed = hints_again(feed, answer, now)
    return Outcome(
        feed=feed,
        next_at=schedule.next_good(now, hints, dice),
        wished_until=now + schedule.wish(hints),
        check=_check(answer, now, "not_modified" if answer.status == 304 else "unchanged"),
        validators=answer.validators,
        validators_url=answer.final_url + feed.mark,
        body_hash=feed.body_hash,
        identity=_identity(feed),
        hints=renewed,
        is_empty_list=is_empty and feed.changed_at is not None,
        move=_move(feed, answer, asked_url, now),
    )


def _check(answer: Response, now: datetime, code: str, new: int = 0, changed: int = 0) -> CheckRow:
    return CheckRow(
        at=now,
        code=code,
        status=answer.status,
        wire_bytes=answer.wire_bytes,
        duration_ms=round(1000 * answer.elapsed_seconds),
        new_entries=new,
        changed_entries=changed,
    )


def _identity(feed: Feed) -> Identity:
    return cast("Identity", feed.identity)


def _read(db: Database, feed: Feed, answer: Response, *, asked_url: str, now: datetime, dice: float) -> Outcome:
    parsed, changes, dates = _compared(db, feed, answer, now)
    hints = hints_of(feed, parsed, answer, (changes, dates), now)
    arrived = tuple(_arrived(new.candidate, new.listed_at, parsed, answer.final_url) for new in changes.new)
    edited = _all_edited(db, changes, parsed, answer.final_url)
    return Outcome(
        feed=feed,
        next_at=schedule.next_good(now, hints, dice),
        wished_until=now + schedule.wish(hints),
        check=_check(answer, now, "ok", len(arrived), len(edited)),
        validators=answer.validators,
        validators_url=answer.final_url + feed.mark,
        body_hash=body_hash(feed, answer),
        identity=changes.identity,
        described=_described(parsed, hints),
        arrived=arrived,
        edited=edited,
        changes=changes,
        tells_gone=bool(changes.new) and not any(warning.code in _DAMAGED for warning in parsed.warnings),
        is_empty_list=feed.kind == "page" and not parsed.entries and feed.changed_at is not None,
        move=_move(feed, answer, asked_url, now),
        hub=hub_of(parsed, answer) if is_shared(feed) else None,
    )


_DAMAGED = frozenset({"parse.recovered", "parse.cut", "parse.entries_cut"})


def is_shared(feed: Feed) -> bool:
    """Whether anybody may know that this feed is read here."""
    return feed.owner_id == 0 and feed.credentials is None and feed.transport is None and feed.kind == "feed"


def taken_from_hub(db: Database, feed: Feed, answer: Response, *, now: datetime) -> Outcome | None:
    """A document that a hub brought → what is new and changed in it. Raises ``ParseError``.

    None: its entries cannot be told apart as the feed's are; only the feed's whole document can say how they are.
    """
    parsed, changes, _ = _compared(db, feed, answer, now)
    if changes.identity != feed.identity:
        return None
    arrived = tuple(_arrived(new.candidate, new.listed_at, parsed, answer.final_url) for new in changes.new)
    edited = _all_edited(db, changes, parsed, answer.final_url)
    return Outcome(
        feed=feed,
        check=_check(answer, now, "push", len(arrived), len(edited)),
        next_at=None,
        arrived=arrived,
        edited=edited,
        changes=changes,
    )


def _compared(db: Database, feed: Feed, answer: Response, now: datetime) -> tuple[ParsedFeed, Changes, list[datetime]]:
    """A document, what it means for the store, and the times of all its entries.

    Entries that are known by their bytes are not read, unless the others show that guids cannot be trusted.
    """
    with db.reading() as tx:
        carried = entries.carried(tx, feed.id)  # of a first document too: it may have been interrupted
    by_source = {entry.source_hash: entry for entry in carried if entry.source_hash is not None}
    parsed = _parsed(feed, answer, by_source.keys())
    recognised = [by_source[hash_] for hash_ in dict.fromkeys(parsed.known_hashes)]
    changes = compare(db, feed, parsed, carried, recognised, now)
    if changes is None:
        parsed, recognised = _parsed(feed, answer), []
        changes = compare(db, feed, parsed, carried, recognised, now)
        assert changes is not None
    said = (*(dated(entry) for entry in parsed.entries), *(entry.dated_at for entry in recognised))
    return parsed, changes, [at for at in said if at is not None]


def _parsed(feed: Feed, answer: Response, known: Container[bytes] = frozenset()) -> ParsedFeed:
    if feed.kind == "page":
        return read_by_rules(feed, answer)
    return read_document(answer, known)


def read_document(answer: Response, known: Container[bytes] = frozenset()) -> ParsedFeed:
    """A feed's document; entries that are ``known`` by their bytes are not read. Raises ``ParseError``."""
    return parse_feed(
        answer.body,
        url=answer.final_url,
        content_type=answer.content_type,
        content_language=answer.content_language,
        content_location=answer.content_location,
        known=known,
    )


def compare(
    db: Database, feed: Feed, parsed: ParsedFeed, carried: Sequence[Known], recognised: Sequence[Known], now: datetime
) -> Changes | None:
    """A document against the store: what is new, changed, back and gone.

    ``recognised`` are the carried entries that it holds and that were not read. None: they must be read too, to say.
    """
    identity = _identity(feed)
    listed = candidates(parsed, identity)
    renamed: tuple[tuple[int, str, bytes], ...] = ()
    doubles: tuple[int, ...] = ()
    moved = NOTHING
    if recognised and not _plain(listed, carried, recognised):
        return None
    while not recognised and identity != "content" and untrusted(listed, carried):
        identity = weaker(identity)
        listed = candidates(parsed, identity)
        carried, renamed, doubles = _renamed(carried, listed, identity)
    unique = folded(listed)
    known = {entry.guid_hash: entry for entry in carried}
    missing = [candidate for candidate in unique if candidate.guid_hash not in known]
    buried: set[bytes] = set()
    if missing and (carried or not feed.is_first):
        with db.reading() as tx:
            present = {one.guid_hash for one in unique} | {one.guid_hash for one in recognised}
            buried, moved = look_up(tx, feed.id, missing, carried, known, present)
        renamed += moved.renamed
    return decide(
        unique,
        known,
        buried,
        identity=identity,
        first=feed.is_first,
        now=now,
        recognised=recognised,
        renamed=renamed,
        doubles=doubles,
        purged=tuple(moved.buried),
    )


def _plain(listed: Sequence[Candidate], carried: Sequence[Known], recognised: Sequence[Known]) -> bool:
    """Whether what was read and what was recognised do not meet: no guid in both, nothing against the guids."""
    unread = {entry.guid_hash for entry in recognised}
    doubled = any(candidate.guid_hash in unread for candidate in listed)
    return not doubled and not untrusted(listed, carried, recognised)


def _renamed(
    carried: Sequence[Known], listed: Sequence[Candidate], identity: Identity
) -> tuple[list[Known], tuple[tuple[int, str, bytes], ...], tuple[int, ...]]:
    """Known entries under the names that a weaker identity gives them, so that none of them comes back as new; and the
    ids of those whose name another has: nothing of the feed's is theirs any more."""
    by_content = {candidate.content_hash: candidate for candidate in listed}
    guids = [_weak_name(known, by_content.get(known.content_hash), identity) for known in carried]
    called = [(known, guid, entries.guid_hash(guid)) for known, guid in zip(carried, guids, strict=True)]
    called.sort(key=lambda one: one[0].guid_hash != one[2])  # who has the name already keeps it
    found, names, doubles = [], [], []
    taken: set[bytes] = set()
    for known, guid, hash_ in called:
        if hash_ in taken:
            found.append(known)
            doubles.append(known.id)
            continue
        taken.add(hash_)
        names.append((known.id, guid, hash_))
        found.append(msgspec.structs.replace(known, guid_hash=hash_))
    return found, tuple(names), tuple(doubles)


def _weak_name(known: Known, same: Candidate | None, identity: Identity) -> str:
    """What a known entry is called by: as the document's with its content, else by its own link or content."""
    guid = same.guid if same else (known.url if identity == "link" else None)
    return guid or identify(ParsedEntry(), "content", known.content_hash)


def _cleaned(entry: ParsedEntry, parsed: ParsedFeed, url: str) -> CleanEntry:
    return clean_entry(entry, feed_url=url, site_url=parsed.site_url)


def _packed(clean: CleanEntry, entry: ParsedEntry, url: str) -> bytes:
    base = entry.base_url or entry.url or url
    return entries.packed_body(clean, entry.content_html, entry.summary_html, base)


def _arrived(candidate: Candidate, listed_at: datetime, parsed: ParsedFeed, url: str) -> Arrived:
    clean = _cleaned(candidate.entry, parsed, url)
    return Arrived(
        guid=candidate.guid,
        guid_hash=candidate.guid_hash,
        content_hash=candidate.content_hash,
        listed_at=listed_at,
        clean=clean,
        packed=_packed(clean, candidate.entry, url),
        source_hash=candidate.entry.source_hash,
    )


def _all_edited(db: Database, changes: Changes, parsed: ParsedFeed, url: str) -> tuple[Edited, ...]:
    """The entries whose content is another now, each with what it was when a reader would notice (clean.changes)."""
    found = []
    for start in range(0, len(changes.changed), BEFORE_AT_ONCE):
        some = changes.changed[start : start + BEFORE_AT_ONCE]
        with db.reading() as tx:
            before = versions.shown(tx, [changed.id for changed in some])
        found += [_edited(one.id, one.candidate, parsed, url, before.get(one.id)) for one in some]
    return tuple(found)


def _edited(
    entry_id: int, candidate: Candidate, parsed: ParsedFeed, url: str, before: tuple[str, SafeHTML] | None
) -> Edited:
    clean = _cleaned(candidate.entry, parsed, url)
    noticed = before is not None and is_noticed(before, (clean.title, clean.content_html))
    return Edited(
        id=entry_id,
        content_hash=candidate.content_hash,
        clean=clean,
        packed=_packed(clean, candidate.entry, url),
        source_hash=candidate.entry.source_hash,
        replaces=versions.replaced(*before) if before is not None and noticed else None,
    )


# ------------------------------------------------------------------------------------------------ hints and addresses


def _described(parsed: ParsedFeed, hints: Hints) -> Described:
    return Described(
        title=(parsed.title or "")[:500],
        site_url=parsed.site_url,
        description=plain_text(RawHTML(parsed.description[:20_000]))[:2000] or None if parsed.description else None,
        language=parsed.language,
        format=parsed.format,
        image_url=parsed.image_url,
        icon_url=parsed.icon_url,
        hints=kept(hints),
    )


def _move(feed: Feed, answer: Response, asked_url: str, now: datetime) -> Move | None:
    """What the redirects of a good answer mean: see "redirects" in docs/decisions/0004."""
    target = answer.permanent_url
    if feed.address_kept:
        return None  # somebody went back to this address: where it leads is followed, and never taken over
    if target is None:
        was_asked = asked_url == answer.final_url == feed.address
        return Move(target=None) if feed.moved_url and was_asked else None
    if target == feed.address.replace("http://", "https://", 1):
        return Move(target=target, adopt=True)
    if (feed.credentials or feed.transport) and origin(target) != origin(feed.url):
        return None  # what opens one server is not shown to another
    if asked_url != feed.address:  # the target moved on
        return Move(target=target)
    agreed = feed.moved_url == target and feed.moved_at is not None and now - feed.moved_at >= ADOPTED_AFTER
    return Move(target=target, adopt=agreed)
