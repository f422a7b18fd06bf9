"""The roof over the doors: settings and database → one ASGI application for granian, uvicorn or a test.

``create_app`` puts it together; ``app_from_environment`` is what a server process is told to call:
``granian --interface asgi --factory dateline.asgi:app_from_environment``.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from dateline import allocator
from dateline import settings as settings_room
from dateline.actions.first_start import code_of_the_first
from dateline.api import websub
from dateline.clean import clean_html, plain_text
from dateline.clean.players import FRAME_SOURCES
from dateline.settings import Settings
from dateline.store import Database, open_database
from dateline.web import live, proxy, routes, signing
from dateline.web.endpoints import Endpoint, Place, Refusal, route
from dateline.web.pages import error
from dateline.web.security import Headers, Hosts, Origins, Proxies
from dateline.web.visit import Instance
from dateline.web.watch import Watch


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
    last_call: int | None = None,
) -> ASGIApp:
    """Assemble the application.

    ``start_code`` is what the first account's page asks for (None: nothing); ``on_shutdown`` is called once when the
    server ends; at the signal ``last_call`` open streams end, for servers that wait for every answer before they do.
    """
    instance = Instance(settings, db, clock=clock, start_code=start_code)

    nowhere = Place(path="", get=error.not_found, post=error.not_found, open_to="anyone")
    places = Router(
        [route(place, instance) for place in routes()],
        redirect_slashes=False,
        default=Endpoint(nowhere, instance),
    )
    pages = Origins(places, settings, Refusal(error.wrong_origin, instance))
    # hubs are no browsers: what they send carries a signature, not an origin
    app: ASGIApp = Beside(websub.PATH, websub.Callbacks(settings, db, clock=clock), pages)
    proxied = proxy.Proxied(instance)
    app = Beside(signing.PATH, proxied, app)
    events = live.Live(instance, Watch(db))
    app = Beside(live.PATH, events, app)
    app = Hosts(app, settings, Refusal(error.wrong_host, instance))
    app = Proxies(Headers(app, FRAME_SOURCES), settings)
    return Lifespan(app, on_shutdown, (events.close, proxied.close), last_call=last_call)


class Beside:
    """One application below a path, another everywhere else."""

    def __init__(self, path: str, below: ASGIApp, elsewhere: ASGIApp) -> None:
        self.path = path
        self.below = below
        self.elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.below if scope["path"].startswith(self.path) else self.elsewhere
        await app(scope, receive, send)


class Lifespan:
    """Answers the server's start and end; at the end, what goes on by itself is closed first."""

    def __init__(
        self,
        app: ASGIApp,
        on_shutdown: Callable[[], None] | None,
        closing: Iterable[Callable[[], Awaitable[None]]],
        *,
        last_call: int | None,
    ) -> None:
        self.app = app
        self.on_shutdown = on_shutdown
        self.closing = tuple(closing)
        self.last_call = last_call

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
            if message["type"] == "lifespan.startup" and self.last_call is not None:
                self._listen_for_the_end(self.last_call)
            if message["type"] == "lifespan.shutdown":
                await self._close()
                if self.on_shutdown is not None:
                    self.on_shutdown()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _close(self) -> None:
        for close in self.closing:
            await close()

    def _listen_for_the_end(self, last_call: int) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(last_call, self._close_soon)
        # Ctrl-C reaches the parent too, which tells its children when to end: one that went first would look like
        # one that broke down
        loop.add_signal_handler(signal.SIGINT, _wait_to_be_told)

    def _close_soon(self) -> None:
        self._closer = asyncio.ensure_future(self._close())


def _wait_to_be_told() -> None:
    """At Ctrl-C: nothing."""


def app_from_environment(*, last_call: int | None = None) -> ASGIApp:
    """The application of a server process, by the environment's settings. Raises ``SettingsError``, ``StoreError``."""
    settings = settings_room.load()
    db = open_database(settings.database_url, create=True, sanitiser=clean_html, text_of=plain_text)
    _keep_freed_memory()
    app = create_app(settings, db, start_code=code_of_the_first(settings), on_shutdown=db.close, last_call=last_call)
    # What is loaded by now lives as long as the process: the collector need not look at it again (steadier answers).
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand values without cycles: looking at them a dozen times a page finds nothing.
    gc.set_threshold(50_000, 20, 20)
    return app


def _keep_freed_memory() -> None:
    """Keep some megabytes that were freed: a page is half a megabyte, and asking the system for it anew each time costs
    a tenth of the page's time.
    """
    allocator.tell({"trim_threshold": 16 << 20, "top_pad": 1 << 20, "mmap_threshold": 8 << 20})
