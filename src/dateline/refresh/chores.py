"""What a worker does beside refreshing feeds: followed lists, hubs, articles, mailboxes, notifications, upkeep; each in
a task of its own.

None of them ends the worker: what goes wrong is said in the log and tried again. At the end those that wait for servers
are broken off, upkeep finishes its step.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from dateline.errors import StoreError
from dateline.fetch import Client
from dateline.settings import Settings
from dateline.store import Database
from dateline.store.secrets import Keyring

from .expiry import expire
from .followed import follow_due
from .full_text import FullTexts
from .hubs import ask_due
from .mailboxes import Mailboxes
from .notify import Notifier, Say, plainly, queue_news
from .polite import TableGate
from .pushed import take_next
from .tidy import tidy

log = logging.getLogger(__name__)

LISTS_EVERY = 30.0
MAILBOXES_EVERY = 30.0
HUBS_EVERY = 5.0
PUSHES_EVERY = 0.5
NOTIFICATIONS_EVERY = 2.0
NEWS_EVERY = 60.0
"""Seconds between two looks for what is due."""
ARTICLES_EVERY, ARTICLES_PAUSE = 5.0, 0.2
"""Seconds between two looks whether articles are due, and between two rounds while they are."""
MAILBOXES_AT_ONCE, MAILBOXES_A_RUN = 3, 1_000
NOTIFICATIONS_AT_ONCE = 3
EXPIRY_EVERY, EXPIRY_PAUSE = 60.0, 0.5
"""Seconds between two looks whether retention has something to do, and between two steps while it has."""
TIDY_EVERY = timedelta(hours=1)

Step = Callable[[], Awaitable[float]]
"""Does what is due; gives the seconds until the next look."""


class Chores:
    """The chores of one process. ``client``, ``gate`` and ``keyring`` are the worker's own."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        client: Client,
        *,
        gate: TableGate,
        keyring: Keyring,
        clock: Callable[[], datetime],
        say: Say = plainly,
    ) -> None:
        self._db = db
        self._client = client
        self._keyring = keyring
        self._clock = clock
        self._callback_url = settings.callback_url
        self._tidy_at = clock()
        self.full_texts = FullTexts(db, settings, client, gate, clock)
        self._mailboxes = Mailboxes(db, settings, gate=gate, keyring=keyring, clock=clock)
        self._reads_mailboxes = settings.reads_mailboxes
        self._notifier = Notifier(db, settings, client, keyring=keyring, clock=clock, say=say)
        self._may_push = settings.may_push

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Do everything when its time comes, until told to stop."""
        upkeep = asyncio.create_task(_repeat("upkeep", self.upkeep, stop))
        others = [
            asyncio.create_task(_repeat("following lists", self.lists, stop)),
            asyncio.create_task(_repeat("asking hubs", self.hubs, stop)),
            asyncio.create_task(_repeat("taking what hubs brought", self.pushes, stop)),
            asyncio.create_task(_repeat("fetching articles", self.articles, stop)),
            *(asyncio.create_task(_repeat("reading mailboxes", self.mailbox, stop)) for _ in range(MAILBOXES_AT_ONCE)),
        ]
        if self._may_push:
            others.append(asyncio.create_task(_repeat("looking for news to tell", self.news, stop)))
            others += [
                asyncio.create_task(_repeat("sending notifications", self.notification, stop))
                for _ in range(NOTIFICATIONS_AT_ONCE)
            ]
        try:
            await stop.wait()
            await upkeep
        finally:
            for task in (upkeep, *others):
                task.cancel()
            await asyncio.gather(upkeep, *others, return_exceptions=True)
            await self._mailboxes.close()
            await asyncio.to_thread(self.full_texts.close)

    async def lists(self) -> float:
        """Ask for the lists that are due."""
        await follow_due(self._db, self._client, self._keyring, self._clock)
        return LISTS_EVERY

    async def once(self) -> None:
        """Ask for the lists, and read the mailboxes, that are due."""
        await self.lists()
        for _ in range(MAILBOXES_A_RUN):
            if await self.mailbox():
                break
        await self._mailboxes.close()

    async def mailbox(self) -> float:
        """Read one mailbox that is due."""
        if not self._reads_mailboxes or await self._mailboxes.one() is None:
            return MAILBOXES_EVERY
        return 0.0

    async def tell(self) -> None:
        """Tell people's devices what is news, and what waits."""
        if self._may_push:
            await self.news()
            while await self._notifier.one():
                pass

    async def news(self) -> float:
        """Queue what is news for people's devices: once for all that came since."""
        await asyncio.to_thread(queue_news, self._db, self._clock())
        return NEWS_EVERY

    async def notification(self) -> float:
        """Send one of the notifications that wait."""
        return 0.0 if await self._notifier.one() else NOTIFICATIONS_EVERY

    async def hubs(self) -> float:
        """Ask hubs to bring news, where they can reach us."""
        if self._callback_url is not None:
            await ask_due(self._db, self._client, self._keyring, self._callback_url, self._clock)
        return HUBS_EVERY

    async def pushes(self) -> float:
        """Take one of the documents that hubs brought; where none can come, one may still wait from before."""
        if await asyncio.to_thread(take_next, self._db, self._clock):
            return 0.0
        return PUSHES_EVERY if self._callback_url is not None else LISTS_EVERY

    async def articles(self) -> float:
        """Fetch some of the articles that are due; when none is, nothing of their reading stays in memory."""
        if await self.full_texts.step():
            return ARTICLES_PAUSE
        await asyncio.to_thread(self.full_texts.close)
        return ARTICLES_EVERY

    async def upkeep(self) -> float:
        """One small step: what is over goes."""
        return EXPIRY_PAUSE if await asyncio.to_thread(self._step_of_upkeep) else EXPIRY_EVERY

    def _step_of_upkeep(self) -> bool:
        """Whether the next step should follow soon."""
        now = self._clock()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY
            tidy(self._db, now)
        return expire(self._db, now)[1]


async def _repeat(name: str, step: Step, stop: asyncio.Event) -> None:
    while not stop.is_set():
        pause = EXPIRY_EVERY
        try:
            pause = await step()
        except StoreError as error:
            log.error("%s failed: %s", name, error)
        except Exception:  # a chore goes on as long as the worker does
            log.exception("%s failed; it is tried again", name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
