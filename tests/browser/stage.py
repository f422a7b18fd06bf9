"""The stage of the browser tests: a real server in a thread, a database to fill."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from playwright.sync_api import Page
from starlette.types import ASGIApp
from tests.web.browsing import Clock, World

from dateline.asgi import utc_now
from dateline.model import User
from dateline.store import Database, accounts
from dateline.store import write as store_write

Open = Callable[..., Page]
"""Opens a page as somebody: ``open_page(path, who=…, size="desk|phone", scheme="light|dark", scripts=True, …)``."""


class LiveClock(Clock):
    """The real clock: the server and the world agree with the browser."""

    def __call__(self) -> datetime:
        return utc_now()


@dataclass
class Site:
    """A running server: where it is, what is in its database, and how people come in."""

    url: str
    db: Database
    world: World

    def person(self, name: str, *, language: str = "en") -> User:
        """An account with an open session (``token-of-NAME``); its password cannot be used."""
        now = utc_now()
        with store_write.transaction(self.db) as tx:
            user = accounts.add_user(
                tx, name=name, password_hash="none", is_admin=False, language=language, time_zone="UTC", now=now
            )
            accounts.add_session(tx, user.id, f"token-of-{name}", now)
        return user


class _QuickServer(uvicorn.Server):
    """Uvicorn that ends at once: its own looks every tenth of a second whether it should, and waits another then."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.tasks:  # an answer that is being made may write to the database
            await asyncio.sleep(0.01)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback, in a thread; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", ws="none", lifespan="off", access_log=False)
    server = _QuickServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
