"""Mailboxes that newsletters are read from: whose turn it is, one round for one box, and what becomes of it.

How far a box is read is written in the transaction of each mail: whoever is killed at any moment has lost nothing, and
brings nothing twice. A mail that cannot be taken is left out, with a note, and stays in its mailbox; one that ended
several rounds is such a mail too. No box is read by two at a time.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from dateline.errors import ActionError, DatelineError, FetchError, ParseError, RefreshError, StoreError
from dateline.fetch.mailbox import Letter, Login
from dateline.parse.mail import MAX_BYTES
from dateline.settings import Settings
from dateline.store import Database, mailboxes
from dateline.store.db import WriteTx
from dateline.store.mailboxes import LeftOut, Mailbox
from dateline.store.secrets import Keyring
from dateline.store.write import transaction

from .mail import in_turn, take_for
from .polite import NotNow, TableGate
from .schedule import next_bad

if TYPE_CHECKING:
    from dateline.fetch.imap import Folder, Imap

log = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=15)
SOON: Final = timedelta(seconds=10)
LEASE: Final = timedelta(minutes=10)
"""Longer than a round and its longest mail take."""
STORE_PAUSE: Final = timedelta(minutes=10)
MAILS_A_ROUND: Final = 50
ROUND_SECONDS: Final = 120.0
"""No mail is begun after so long; the rest is for the next round."""
TRIES: Final = 3
"""Rounds that may end at one mail."""
CLOCKS_DIFFER: Final = timedelta(days=1)
LOOK_SECONDS: Final = 20.0


class Pulled(Struct, frozen=True, kw_only=True):
    """What came of one round: ``code`` is ok or an error's; ``new`` mails became articles, ``left_out`` could not."""

    mailbox_id: int
    code: str
    new: int = 0
    left_out: int = 0
    detail: str = ""


class Looked(Struct, frozen=True, kw_only=True):
    """What a folder says of itself."""

    count: int
    uid_validity: int
    uid_next: int


class _LeaseLost(Exception):
    """Somebody took the box away, or reads it in our stead."""


class Mailboxes:
    """Reads mailboxes, for one process. ``imap`` is for tests."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        gate: TableGate,
        keyring: Keyring,
        clock: Callable[[], datetime],
        imap: "Imap | None" = None,
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._clock = clock
        if imap is None:
            from dateline.fetch.imap import Imap

            imap = Imap(settings, gate=gate)
        self._imap = imap
        self._dice = random.Random()  # noqa: S311 - jitter, not a secret

    async def close(self) -> None:
        """Let the threads that look up names end."""
        await self._imap.__aexit__(None, None, None)

    async def one(self, only: int | None = None) -> Pulled | None:
        """Read one box that is due (or ``only`` this one, if it is); None when there is none. Raises ``StoreError``."""
        turn = await self._claimed(only)
        if turn is None:
            return None
        try:
            await self._round(turn)
            is_over = await asyncio.to_thread(turn.succeed, self._dice.random())
        except _LeaseLost:
            return turn.report("ok")
        except NotNow as error:
            await asyncio.to_thread(turn.give_back, timedelta(seconds=error.seconds))
            return turn.report(error.code)
        except DatelineError as error:
            return await asyncio.to_thread(self._failed, turn, error)
        except Exception as error:
            log.exception("reading mailbox %d failed", turn.box.id)
            surprise = RefreshError("refresh.failed", f"{type(error).__name__}: {error}")
            return await asyncio.to_thread(self._failed, turn, surprise)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(turn.give_back, timedelta(0)))
            raise
        return is_over

    async def _claimed(self, only: int | None) -> "_Turn | None":
        """Claim a box; who is told to end meanwhile gives it back."""
        claiming = asyncio.ensure_future(asyncio.to_thread(self._claim, only))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            turn = await claiming
            if turn is not None:
                await asyncio.to_thread(turn.give_back, timedelta(0))
            raise

    def _claim(self, only: int | None) -> "_Turn | None":
        now = self._clock()
        with self._db.reading() as tx:
            ids = mailboxes.due(tx, now, 20) if only is None else [only]
        for mailbox_id in ids:
            lease = secrets.token_hex(8)
            with transaction(self._db) as tx:
                box = mailboxes.claim(tx, mailbox_id, lease, now=now, until=now + LEASE)
            if box is not None:
                return _Turn(self._db, box, lease, self._clock)
        return None

    def _failed(self, turn: "_Turn", error: DatelineError) -> Pulled:
        if isinstance(error, StoreError) and error.code != "store.secret":
            # the disk is full, or the database away: no fault of the box, nor of the mail
            log.error("reading mailbox %d: %s", turn.box.id, error)
            turn.give_back(STORE_PAUSE)
            return turn.report(error.code, error.detail)
        turn.fail(error, self._dice.random())
        return turn.report(error.code, error.detail)

    async def _round(self, turn: "_Turn") -> None:
        end = asyncio.get_running_loop().time() + ROUND_SECONDS
        async with self._imap.opened(login_of(turn.box, self._keyring)) as folder:
            after = await asyncio.to_thread(turn.begin_at, folder.uid_validity, folder.uid_next)
            listing = await folder.newer(after, MAILS_A_ROUND)
            turn.has_more = listing.has_more
            if listing.empty_to > after:
                await asyncio.to_thread(turn.pass_over, listing.empty_to)
            for letter in listing.letters:
                if asyncio.get_running_loop().time() > end or not await self._letter(turn, folder, letter):
                    turn.has_more = True
                    break

    async def _letter(self, turn: "_Turn", folder: "Folder", letter: Letter) -> bool:
        """One mail; whether the conversation can go on."""
        if not await asyncio.to_thread(turn.may_begin, letter):
            return True
        try:
            message = await folder.message(letter.uid, max_bytes=MAX_BYTES)
        except FetchError as error:
            if error.code != "fetch.too_large":  # it said otherwise before
                raise
            await asyncio.to_thread(turn.leave_out, letter.uid, error)
            return False
        if message is None:
            await asyncio.to_thread(turn.pass_over, letter.uid)
        else:
            await in_turn(partial(turn.take, letter.uid, message))
        return True


class _Turn:
    """A box that is ours for a round: everything that the round writes. All of it raises ``StoreError``."""

    def __init__(self, db: Database, box: Mailbox, lease: str, clock: Callable[[], datetime]) -> None:
        self.box = box
        self.has_more = False
        self._db = db
        self._lease = lease
        self._clock = clock
        self._new = 0
        self._left_out = 0
        self._reread_to = box.reread_to

    def report(self, code: str, detail: str = "") -> Pulled:
        """The round in a value."""
        return Pulled(mailbox_id=self.box.id, code=code, new=self._new, left_out=self._left_out, detail=detail)

    def begin_at(self, uid_validity: int, uid_next: int) -> int:
        """Behind which UID to read on: behind none when they mean other mails than before (RFC 3501 §2.3.1.1)."""
        if uid_validity == self.box.uid_validity:
            return self.box.last_uid
        self._reread_to = uid_next - 1
        with transaction(self._db) as tx:
            is_ours = mailboxes.begin_anew(
                tx, self.box.id, self._lease, uid_validity=uid_validity, last_uid=0, reread_to=self._reread_to
            )
        _hold(is_ours)
        return 0

    def may_begin(self, letter: Letter) -> bool:
        """Whether a mail shall be read now; what shall not is done with."""
        if self._is_of_before(letter):
            self.pass_over(letter.uid)
            return False
        with transaction(self._db) as tx:
            tries = mailboxes.begin(tx, self.box.id, self._lease, letter.uid)
        _hold(tries > 0)
        if tries > TRIES:
            self.leave_out(letter.uid, RefreshError("refresh.crashed", f"{TRIES} rounds ended at it"))
        elif letter.size > MAX_BYTES:
            self.leave_out(letter.uid, FetchError("fetch.too_large", f"{letter.size} bytes"))
        else:
            return True
        return False

    def _is_of_before(self, letter: Letter) -> bool:
        """Whether a mail was in the folder before its reader gave it to us: known only when all are read anew."""
        since, received = self.box.since_at, letter.received_at
        if since is None or received is None or letter.uid > self._reread_to:
            return False
        return received < since - CLOCKS_DIFFER

    def take(self, uid: int, message: bytes) -> None:
        """Store a mail, and that it is done with; or leave it out. Raises ``FetchError`` ``fetch.mailbox_full``."""
        try:
            self._new += take_for(
                self._db, self.box.user_id, message, now=self._clock(), beside=partial(self._advance, uid)
            )
        except (StoreError, _LeaseLost):
            raise
        except ParseError as error:
            self.leave_out(uid, error)
        except ActionError as error:
            if error.code == "action.too_large":
                raise FetchError("fetch.mailbox_full", error.detail) from error
            self.pass_over(uid)  # who wrote it was unsubscribed from
        except Exception as error:
            log.exception("a mail of mailbox %d could not be taken", self.box.id)
            self.leave_out(uid, RefreshError("refresh.failed", type(error).__name__))

    def leave_out(self, uid: int, error: DatelineError) -> None:
        """A mail cannot be taken: it is noted, and stays where it is."""
        note = LeftOut(uid=uid, code=error.code, detail=error.detail[:200], at=self._clock())
        with transaction(self._db) as tx:
            _hold(mailboxes.advance(tx, self.box.id, self._lease, uid, left_out=note))
        self._left_out += 1

    def pass_over(self, uid: int) -> None:
        """There is nothing to take up to this UID."""
        with transaction(self._db) as tx:
            self._advance(uid, tx, False)

    def _advance(self, uid: int, tx: WriteTx, is_new: bool) -> None:
        _hold(mailboxes.advance(tx, self.box.id, self._lease, uid, is_new=is_new))

    def succeed(self, dice: float) -> Pulled:
        """The round went well."""
        now = self._clock()
        pause = SOON if self.has_more else EVERY * (1 + dice / 10)
        with transaction(self._db) as tx:
            mailboxes.succeed(tx, self.box.id, self._lease, now=now, next_at=now + pause)
        return self.report("ok")

    def fail(self, error: DatelineError, dice: float) -> None:
        """The round broke off; the next one comes later and later."""
        now = self._clock()
        next_at = next_bad(now, error.code, self.box.failures, None, dice) or now + EVERY
        with transaction(self._db) as tx:
            mailboxes.fail(tx, self.box.id, self._lease, code=error.code, detail=error.detail, now=now, next_at=next_at)
            if error.code == "fetch.mailbox_full":
                mailboxes.forget_tries(tx, self.box.id)

    def give_back(self, pause: timedelta) -> None:
        """The round ended by nobody's fault."""
        with transaction(self._db) as tx:
            mailboxes.give_back(tx, self.box.id, self._lease, self._clock() + pause)


def _hold(is_ours: bool) -> None:
    if not is_ours:
        raise _LeaseLost


def sealed(user: str, password: str, keyring: Keyring) -> bytes:
    """How a login is kept. Raises ``StoreError`` (``store.secret``)."""
    return keyring.encrypt(f"{user}:{password}")


def login_of(box: Mailbox, keyring: Keyring) -> Login:
    """How a box is reached. Raises ``StoreError`` (``store.secret``)."""
    user, _, password = keyring.decrypt(box.login).partition(":")
    return Login(
        host=box.host,
        port=box.port,
        security="none" if box.security == "none" else "starttls" if box.security == "starttls" else "tls",
        user=user,
        password=password,
        folder=box.folder,
    )


def look_now(db: Database, settings: Settings, login: Login, *, holder: str, clock: Callable[[], datetime]) -> Looked:
    """Open a folder once, in an event loop of one's own, within 20 seconds. Raises ``FetchError``, ``StoreError``."""

    from dateline.fetch.imap import Imap  # only now: it brings aiohttp along

    async def look() -> Looked:
        gate = TableGate(db, settings, holder=holder, clock=clock)
        async with Imap(settings, gate=gate) as imap, asyncio.timeout(LOOK_SECONDS), imap.opened(login) as folder:
            return Looked(count=folder.count, uid_validity=folder.uid_validity, uid_next=folder.uid_next)

    try:
        return asyncio.run(look())
    except TimeoutError as error:
        raise FetchError("fetch.timeout", f"{LOOK_SECONDS:.0f} s") from error


def read_now(
    db: Database, settings: Settings, mailbox_id: int, *, keyring: Keyring, holder: str, clock: Callable[[], datetime]
) -> Pulled | None:
    """One round for one box, in an event loop of one's own; None when it is not due, or somebody reads it."""

    async def read() -> Pulled | None:
        gate = TableGate(db, settings, holder=holder, clock=clock)
        boxes = Mailboxes(db, settings, gate=gate, keyring=keyring, clock=clock)
        try:
            return await boxes.one(mailbox_id)
        finally:
            await boxes.close()

    return asyncio.run(read())
