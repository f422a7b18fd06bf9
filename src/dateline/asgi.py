"""The roof over the doors: settings and database → one ASGI application for granian, uvicorn or a test.

``create_app`` puts it together; ``app_from_environment`` is what a server process is told to call:
``granian --interface asgi --factory dateline.asgi:app_from_environment``.
"""

import ctypes
import gc
import sys
from base64 import b32encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from dateline import settings as settings_room
from dateline.clean import clean_html
from dateline.clean.players import FRAME_SOURCES
from dateline.settings import Settings, listen_address
from dateline.store import Database, accounts, open_database
from dateline.store.secrets import Keyring, key_path
from dateline.web import routes
from dateline.web.endpoints import Endpoint, Place, Refusal, route
from dateline.web.pages import error
from dateline.web.security import Headers, Hosts, Origins, Proxies, is_loopback
from dateline.web.visit import Instance


def utc_now() -> datetime:
    """The clock of a real server."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], datetime] = utc_now,
    start_code: str | None = None,
    on_shutdown: Callable[[], None] | None = None,
) -> ASGIApp:
    """Assemble the application.

    ``start_code`` is what the first account's page asks for (None: nothing); ``on_shutdown`` is called once when the
    server ends.
    """
    instance = Instance(settings, db, clock=clock, start_code=start_code)

    nowhere = Place(path="", get=error.not_found, post=error.not_found, open_to="anyone")
    places = Router(
        [route(place, instance) for place in routes()],
        redirect_slashes=False,
        default=Endpoint(nowhere, instance),
    )
    app: ASGIApp = Origins(places, settings, Refusal(error.wrong_origin, instance))
    app = Hosts(app, settings, Refusal(error.wrong_host, instance))
    app = Proxies(Headers(app, FRAME_SOURCES), settings)
    return Lifespan(app, on_shutdown)


class Lifespan:
    """Answers the server's start and end; nothing here waits for either."""

    def __init__(self, app: ASGIApp, on_shutdown: Callable[[], None] | None) -> None:
        self.app = app
        self.on_shutdown = on_shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self.app(scope, receive, send)
        else:  # a WebSocket: there are none here
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                if self.on_shutdown is not None:
                    self.on_shutdown()
                return


def start_code_of(settings: Settings, db: Database) -> str | None:
    """The code that the first account's page asks for; None when none is needed.

    Whoever starts the server prints it. Raises ``StoreError`` when the key cannot be read or made.
    """
    with db.reading() as tx:
        return None if accounts.any_user(tx) else _code_of_the_first(settings)


def _code_of_the_first(settings: Settings) -> str | None:
    """The code wherever anybody but this machine may come: listening beyond loopback, or behind a proxy with a base
    URL; else None. Made of the instance's key, so that all processes know the same one, before and after a restart.

    A server holds it although there are accounts: should the last be removed while it runs, the start is guarded.
    """
    hosts = [listen_address(settings.listen)[0], urlsplit(settings.base_url or "//localhost").hostname or ""]
    if all(is_loopback(host) for host in hosts):
        return None
    path = key_path(settings)
    Keyring(path).ensure()
    digest = blake2b(b"the first account", key=path.read_bytes().strip()[:64], digest_size=5).digest()
    text = b32encode(digest).decode().lower()
    return f"{text[:4]}-{text[4:]}"


def app_from_environment() -> ASGIApp:
    """The application of a server process, by the environment's settings. Raises ``SettingsError``, ``StoreError``."""
    settings = settings_room.load()
    db = open_database(settings.database_url, create=True, sanitiser=clean_html)
    _keep_freed_memory()
    app = create_app(settings, db, start_code=_code_of_the_first(settings), on_shutdown=db.close)
    # What is loaded by now lives as long as the process: the collector need not look at it again (steadier answers).
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand values without cycles: looking at them a dozen times a page finds nothing.
    gc.set_threshold(50_000, 20, 20)
    return app


def _keep_freed_memory() -> None:
    """Let glibc keep some megabytes that were freed: a page is half a megabyte, and asking the system for it anew each
    time costs a tenth of the page's time. Elsewhere there is nothing to tell.
    """
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # malloc.h
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(trim_threshold, 16 << 20)
        mallopt(top_pad, 1 << 20)
        mallopt(mmap_threshold, 8 << 20)
