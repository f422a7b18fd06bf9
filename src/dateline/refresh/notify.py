"""Notifications: what came in important feeds → a queue by device → the push services of people's browsers.

A notification is leased before it is sent, and dropped once the service has it: who is killed in between has lost
nothing, and what it may have sent goes out once more and no oftener.
A device that its service does not know any more goes. Nothing here waits for a feed, and no feed for this.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from dateline.errors import DatelineError, FetchError
from dateline.fetch.web_push import Receiver, Sender, letter
from dateline.settings import Settings
from dateline.store import Database, accounts, devices, entries, rules
from dateline.store.devices import Content, Leased
from dateline.store.secrets import Keyring
from dateline.store.write import transaction

from . import deliver, ruling
from .polite import NotNow

if TYPE_CHECKING:
    from dateline.fetch import Client

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)
"""Longer than a turn at a host and an answer may take."""
SECONDS: Final = 90.0
"""For one notification, the waiting for its service's turn included."""
LADDER: Final = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
LIVES: Final = timedelta(hours=12)
"""After so long nothing is news; the services do not keep it longer either."""
LONGEST_PAUSE: Final = timedelta(hours=6)
DEATHS: Final = 2
"""Processes that may die while they send a notification."""
FAILURES: Final = 20
"""In a row, after which a device goes."""
GONE: Final = frozenset({"fetch.not_found", "fetch.gone"})
FINAL: Final = frozenset(
    {"fetch.unauthorized", "fetch.forbidden", "fetch.client_error", "fetch.redirects", "fetch.unexpected_status"}
    | {"fetch.bad_url", "fetch.forbidden_address"}
)
"""What another try would not change."""
MAX_WORDS: Final = 200
"""Characters of a title or a text: two of them fit, whatever they are."""

Say = Callable[[str, Content], tuple[str, str]]
"""(language, what there is to say) → (title, text) of the notification, in that language."""


def plainly(language: str, content: Content) -> tuple[str, str]:
    """Without any words of ours."""
    more = f" (+{content.count - 1})" if content.count > 1 else ""
    return content.feed or "Dateline", f"{content.title}{more}"


def sealed(receiver: Receiver, keyring: Keyring) -> bytes:
    """How a browser's address and keys are kept. Raises ``StoreError`` (``store.secret``)."""
    return keyring.encrypt(msgspec.json.encode(receiver).decode())


def receiver_of(address: bytes, keyring: Keyring) -> Receiver:
    """The same, opened. Raises ``StoreError`` (``store.secret``)."""
    return msgspec.json.decode(keyring.decrypt(address), type=Receiver)


def sender_of(keyring: Keyring, contact_url: str) -> Sender:
    """The instance as push services know it: its key hangs on the instance's own. Raises ``StoreError``."""
    seed = keyring.derived("web push, first half") + keyring.derived("web push, second half")
    return Sender(seed, contact_url)


# ------------------------------------------------------------------------------------------------ what is news


def queue_news(db: Database, now: datetime) -> int:
    """Queue what came for devices whose users want to be told; once for all that came since. How many were queued."""
    with db.reading() as tx:
        newest = entries.newest_id(tx)
        behind = devices.behind(tx, newest)
        wanting = [user_id for user_id in behind if accounts.user_by_id(tx, user_id).preferences.notify.important]
    return sum(
        _queue_of(db, user_id, told, ids, newest, now) for user_id in wanting for told, ids in behind[user_id].items()
    )


def _queue_of(db: Database, user_id: int, told: int, device_ids: list[int], newest: int, now: datetime) -> int:
    deliver.catch_up(db, user_id, everything=True)
    ruling.apply(db, user_id, now, most=ruling.A_TURN)  # of what a rule reads nobody is told
    with db.reading() as tx:
        if rules.due(tx, user_id, 1):
            return 0  # later, then
        came = devices.important_after(tx, user_id, told, newest)
    with transaction(db) as tx:
        ours = devices.note_told(tx, device_ids, newest)
        if came is None or not ours:
            return 0
        content = Content(
            kind="important",
            path="/important",
            count=came.count,
            title=came.title[:MAX_WORDS],
            feed=came.feed[:MAX_WORDS],
        )
        devices.queue(tx, ours, content, now)
    return len(ours)


# ------------------------------------------------------------------------------------------------ sending


class Notifier:
    """Sends what is queued, for one process."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        client: "Client",
        *,
        keyring: Keyring,
        clock: Callable[[], datetime],
        say: Say,
    ) -> None:
        self._db = db
        self._client = client
        self._keyring = keyring
        self._clock = clock
        self._say = say
        self._contact_url = settings.answerable_url
        self._sender: Sender | None = None

    async def one(self) -> bool:
        """Send one notification that is due; whether there was one. Raises ``StoreError``."""
        leased = await asyncio.to_thread(self._lease)
        if leased is None:
            return False
        error: DatelineError | None = None
        try:
            await self._send(leased)
        except DatelineError as caught:
            error = caught
        await asyncio.to_thread(self._note, leased, error)
        return True

    def _lease(self) -> Leased | None:
        now = self._clock()
        with self._db.reading() as tx:
            if not devices.is_due(tx, now):
                return None
        while True:
            with transaction(self._db) as tx:
                leased = devices.lease(tx, now, now + LEASE)
                if leased is None or not _is_over(leased, now):
                    return leased
                devices.drop(tx, leased.id)

    async def _send(self, leased: Leased) -> None:
        """Raises ``FetchError``, ``StoreError``."""
        now = self._clock()
        receiver = receiver_of(leased.device.address, self._keyring)
        if self._sender is None:
            self._sender = sender_of(self._keyring, self._contact_url)
        sealed_letter = letter(
            self._text(leased),
            receiver,
            self._sender,
            topic=leased.content.kind,
            ttl=LIVES,
            urgency="high" if leased.content.kind == "test" else "normal",
            salt=secrets.token_bytes(16),
            now=now,
        )
        await self._client.send_letter(sealed_letter, deadline=SECONDS)

    def _text(self, leased: Leased) -> bytes:
        """What the service worker reads (``static/js/service-worker.js``)."""
        title, body = self._say(leased.language, leased.content)
        text = {
            "account": str(leased.device.user_id),
            "kind": leased.content.kind,
            "title": title[:MAX_WORDS],
            "body": body[:MAX_WORDS],
            "path": leased.content.path,
        }
        return msgspec.json.encode(text)

    # -------------------------------------------------------------------------------------------- what came of it

    def _note(self, leased: Leased, error: DatelineError | None) -> None:
        now = self._clock()
        with transaction(self._db) as tx:
            if error is None:
                devices.note_sent(tx, leased.device.id, now)  # the device first: who removes it locks it first, too
                devices.drop(tx, leased.id)
            elif isinstance(error, NotNow):
                devices.put_off(tx, leased.id, now + timedelta(seconds=error.seconds), failed=False)
            elif error.code in GONE:
                devices.remove(tx, leased.device.id)
            elif devices.note_failed(tx, leased.device.id, error.code) >= FAILURES:
                log.info("device %d took nothing for %d times and is forgotten", leased.device.id, FAILURES)
                devices.remove(tx, leased.device.id)
            elif error.code in FINAL or leased.tries >= len(LADDER):
                devices.drop(tx, leased.id)
            else:
                devices.put_off(tx, leased.id, now + _pause(leased, error), failed=True)


def _is_over(leased: Leased, now: datetime) -> bool:
    return leased.begun > DEATHS or now - leased.created_at > LIVES


def _pause(leased: Leased, error: DatelineError) -> timedelta:
    """How long to wait: as long as the service wishes, and longer after each failure."""
    asked = timedelta(seconds=error.retry_after or 0.0) if isinstance(error, FetchError) else timedelta(0)
    return min(max(LADDER[leased.tries], asked), LONGEST_PAUSE)
