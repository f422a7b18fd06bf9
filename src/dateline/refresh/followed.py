"""Followed lists: a folder keeps up with an OPML file on the web. What is new in it is subscribed to, the rest left.

Only what the list itself brought is ever unsubscribed from, and only when a whole, well-formed list with feeds in it
came: a failure, an error page, an empty or a broken file is noted with its code and changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import DatelineError, FetchError, ParseError, RefreshError
from dateline.fetch.address import host_key
from dateline.model import Response
from dateline.parse.opml import MAX_BYTES, OpmlDocument, parse_opml
from dateline.parse.opml_settings import settings_of
from dateline.settings import Settings
from dateline.store import Database, followed, hosts, joining, orphans, subscriptions
from dateline.store.db import WriteTx
from dateline.store.followed import FollowedList
from dateline.store.joining import Joining
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import in_turn, transaction

from .joining import MAX_SUBSCRIPTIONS, joining_of
from .polite import NotNow, TableGate
from .schedule import LONGEST_WISH, next_bad, quiet_time

if TYPE_CHECKING:
    from dateline.fetch import Client

log = logging.getLogger(__name__)

EVERY = timedelta(hours=12)
GONE_EVERY = timedelta(days=30)
"""A list that its server says is gone: it stays the folder's until its person takes it away."""
CLAIMED_FOR = timedelta(minutes=10)
AT_ONCE = 20


class Followed(Struct, frozen=True, kw_only=True):
    """What came of asking for a list: ``code`` is ok, not_modified, unchanged or an error's."""

    folder_id: int
    url: str
    code: str
    added: int = 0
    removed: int = 0
    detail: str = ""


async def follow_due(
    db: Database, client: "Client", keyring: Keyring, clock: Callable[[], datetime], only: int | None = None
) -> list[Followed]:
    """Ask for the lists that are due (or for ``only`` this folder's), one after the other. What came of each.

    Raises ``StoreError``.
    """
    with db.reading() as tx:
        folder_ids = followed.due(tx, clock(), AT_ONCE) if only is None else [only]
    results = []
    for folder_id in folder_ids:
        result = await _follow(db, client, keyring, folder_id, clock)
        if result is not None:
            results.append(result)
    return results


def follow_now(
    db: Database, settings: Settings, folder_id: int, *, version: str, holder: str, clock: Callable[[], datetime]
) -> Followed | None:
    """Ask for a folder's list in an event loop of one's own; None when it is not due, or its host asks for patience."""

    from dateline.fetch import Client  # only now: it brings aiohttp along

    async def ask() -> Followed | None:
        gate = TableGate(db, settings, holder=holder, clock=clock)
        async with Client(settings, version=version, gate=gate) as client:
            results = await follow_due(db, client, Keyring(key_path(settings)), clock, only=folder_id)
        return results[0] if results else None

    return asyncio.run(ask())


async def _follow(
    db: Database, client: "Client", keyring: Keyring, folder_id: int, clock: Callable[[], datetime]
) -> Followed | None:
    one = await asyncio.to_thread(_claimed, db, folder_id, clock())
    if one is None:
        return None
    try:
        answer = await client.get(
            one.url,
            validators=one.validators,
            validators_url=one.validators_url,
            subscribers=1,
            accept="opml",
            max_bytes=MAX_BYTES,
        )
        return await asyncio.to_thread(_take, db, keyring, one, answer, clock())
    except NotNow as error:
        await asyncio.to_thread(_postpone, db, folder_id, clock() + timedelta(seconds=error.seconds))
        return None
    except DatelineError as error:
        return await asyncio.to_thread(_failed, db, one, error, clock())
    except Exception as error:
        log.exception("following %s failed", one.url)
        surprise = RefreshError("refresh.failed", f"{type(error).__name__}: {error}")
        return await asyncio.to_thread(_failed, db, one, surprise, clock())


def _claimed(db: Database, folder_id: int, now: datetime) -> FollowedList | None:
    with transaction(db) as tx:
        one = followed.of_folder(tx, folder_id)
        return one if one and followed.claim(tx, folder_id, now, now + CLAIMED_FOR) else None


def _postpone(db: Database, folder_id: int, until: datetime) -> None:
    with transaction(db) as tx:
        followed.postpone(tx, folder_id, until)


def _failed(db: Database, one: FollowedList, error: DatelineError, now: datetime) -> Followed:
    retry_after = error.retry_after if isinstance(error, FetchError) else None
    quiet = quiet_time(error.code, retry_after)
    next_at = next_bad(now, error.code, one.failures, retry_after, 0.0) or now + GONE_EVERY
    with transaction(db) as tx:
        followed.fail(tx, one.folder_id, code=error.code, detail=error.detail, now=now, next_at=next_at)
        if quiet:
            final = error.final_url if isinstance(error, FetchError) else None
            hosts.silence(tx, host_key(final or one.url), now + quiet)
    return Followed(folder_id=one.folder_id, url=one.url, code=error.code, detail=error.detail)


def _take(db: Database, keyring: Keyring, one: FollowedList, answer: Response, now: datetime) -> Followed:
    is_known = answer.status == 304 or answer.body_hash == one.body_hash
    wanted = {} if is_known else _wanted(answer, one, keyring)
    # what leaves and what comes cannot be held in one order: who stores what those feeds brought may come in between
    return in_turn(db, lambda tx: _taken(tx, one, answer, None if is_known else wanted, now))


def _taken(
    tx: WriteTx, one: FollowedList, answer: Response, wanted: dict[str, Joining] | None, now: datetime
) -> Followed:
    """``wanted``: what the list asks for now; None when it asks for the same as before."""
    added = removed = 0
    tx.hold_user(one.user_id)
    if not followed.is_still(tx, one.folder_id, one.url):  # its person thought otherwise meanwhile
        return Followed(folder_id=one.folder_id, url=one.url, code="unchanged")
    if wanted is not None:
        removed = _leave(tx, one, wanted, now)
        added = _join(tx, one, wanted, now)
    followed.succeed(
        tx,
        one.folder_id,
        now=now,
        next_at=now + _pause(answer),
        validators=answer.validators,
        validators_url=answer.final_url,
        body_hash=one.body_hash if answer.status == 304 else answer.body_hash,
    )
    code = "not_modified" if answer.status == 304 else "unchanged" if wanted is None else "ok"
    return Followed(folder_id=one.folder_id, url=one.url, code=code, added=added, removed=removed)


def _pause(answer: Response) -> timedelta:
    wished = max(answer.fresh_seconds or 0.0, answer.retry_after or 0.0)
    return max(EVERY, min(timedelta(seconds=wished), LONGEST_WISH))


def _wanted(answer: Response, one: FollowedList, keyring: Keyring) -> dict[str, Joining]:
    """What a whole list asks for, by address. Raises ``ParseError`` for anything that is not one."""
    document = _whole(answer)
    wanted: dict[str, Joining] = {}
    for feed in document.feeds:
        said = settings_of(feed)
        try:
            asked = joining_of(feed, replace(said, transport=None), user_id=one.user_id, keyring=keyring)
        except FetchError:
            continue
        # a list says what to read; how it is fetched and shown, to whom, and what it costs is its reader's matter
        wanted.setdefault(
            asked.url,
            Joining(
                url=asked.url,
                host=asked.host,
                owner_id=asked.owner_id,
                credentials=asked.credentials,
                title=asked.title,
                feed_title=asked.feed_title,
                rules=asked.rules,
                folder_ids=(one.folder_id,),
                followed_folder_id=one.folder_id,
            ),
        )
    return wanted


def _whole(answer: Response) -> OpmlDocument:
    document = parse_opml(answer.body)
    if document.is_damaged:
        raise ParseError("parse.opml_damaged", document.problems[0].text)
    if not document.feeds:
        raise ParseError("parse.not_opml", "no feed in it")
    return document


def _leave(tx: WriteTx, one: FollowedList, wanted: dict[str, Joining], now: datetime) -> int:
    """Unsubscribe from what has vanished from the list; what its person moved elsewhere stays, as theirs."""
    vanished = [sub for sub in followed.brought(tx, one.user_id, one.folder_id) if sub.url not in wanted]
    followed.keep(tx, [sub.subscription_id for sub in vanished if not sub.is_in_folder])
    leaving = [sub for sub in vanished if sub.is_in_folder]
    for feed_id in subscriptions.remove(tx, one.user_id, [sub.subscription_id for sub in leaving], now):
        orphans.orphan_if_unread_by_all(tx, feed_id, now)
    return len(leaving)


def _join(tx: WriteTx, one: FollowedList, wanted: dict[str, Joining], now: datetime) -> int:
    """Subscribe to what is new in the list, but not to what its person has, or has left."""
    there = joining.subscribed_addresses(tx, one.user_id)
    there |= {sub.url for sub in followed.brought(tx, one.user_id, one.folder_id)}
    room = max(0, MAX_SUBSCRIPTIONS - subscriptions.count(tx, one.user_id))
    new = [asked for url, asked in wanted.items() if url not in there and url not in one.left_out][:room]
    joining.join(tx, one.user_id, new, now)
    return len(new)
