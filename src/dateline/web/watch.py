"""Who listens for news, and the one task a process that looks for it: once a second, while somebody listens.

Any process may have changed the database, so it is asked; what it costs does not grow with what happens, only with who
listens, and they are counted.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct
from starlette.concurrency import run_in_threadpool

from dateline.errors import DatelineError
from dateline.store import Database, news

log = logging.getLogger(__name__)

PER_USER = 8
IN_ALL = 500
SECONDS = 1.0


class Moment(Struct, frozen=True, kw_only=True):
    """How things stand for one user: the newest entry that may concern them, their last deed."""

    newest: int
    seq: int


class Listener:
    """One open page: what was last known, and a bell that rings when that changes."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.moment: Moment | None = None
        self.bell = asyncio.Event()


class Watch:
    """The listeners of one process. ``seconds``: between two looks."""

    def __init__(self, db: Database, *, seconds: float = SECONDS, in_all: int = IN_ALL) -> None:
        self._db = db
        self._seconds = seconds
        self._in_all = in_all
        self._listeners: set[Listener] = set()
        self._known: dict[int, Moment] = {}
        self._newest = 0
        self._task: asyncio.Task[None] | None = None
        self._nobody = asyncio.Event()
        self.is_closed = False

    def has_room(self, user_id: int) -> bool:
        """May this user listen once more?"""
        own = sum(listener.user_id == user_id for listener in self._listeners)
        return not self.is_closed and own < PER_USER and len(self._listeners) < self._in_all

    @asynccontextmanager
    async def listening(self, user_id: int) -> AsyncIterator[Listener]:
        """Listen until the block is left; the bell rings first as soon as it is known how things stand."""
        listener = Listener(user_id)
        self._listeners.add(listener)
        self._nobody.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_on())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                self._nobody.set()

    async def close(self) -> None:
        """Let everybody go: the bells ring for the last time. Returns when they went, or after two seconds."""
        self.is_closed = True
        for listener in self._listeners:
            listener.bell.set()
        if self._listeners:
            try:
                await asyncio.wait_for(self._nobody.wait(), 2)
            except TimeoutError:
                log.info("%d listeners did not go in time", len(self._listeners))
        if self._task is not None:
            self._task.cancel()

    async def _look_on(self) -> None:
        while self._listeners and not self.is_closed:
            users = {listener.user_id for listener in self._listeners}
            try:
                self._known = await run_in_threadpool(self._look, users)
            except DatelineError as error:  # the database is busy or away: the next look tells
                log.warning("looking for news failed: %s", error)
            self._ring()
            await asyncio.sleep(self._seconds)
        self._known = {}

    def _look(self, users: set[int]) -> dict[int, Moment]:
        with self._db.reading() as tx:
            latest = news.latest(tx, users)
            known = {user_id for user_id in users if user_id in self._known}
            waiting = news.awaited(tx, self._newest, known) if known and latest.newest_id > self._newest else set()
        self._newest = latest.newest_id
        return {
            user_id: Moment(
                newest=self._known[user_id].newest if user_id in known - waiting else latest.newest_id, seq=seq
            )
            for user_id, seq in latest.seqs.items()
        }

    def _ring(self) -> None:
        for listener in self._listeners:
            moment = self._known.get(listener.user_id)
            if moment is not None and moment != listener.moment:
                listener.moment = moment
                listener.bell.set()
