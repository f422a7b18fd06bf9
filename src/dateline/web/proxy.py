"""``/proxied/…`` → a picture, sound or film of another host, handed on while it comes: that host sees no reader.

Asynchronous, for it waits for two networks at once. Only addresses that a page of ours has signed are fetched; an
account's for those who are logged in, those by way of a feed for its owner, through that feed's proxy and as its user
agent. What comes is served as nothing but media: no script in it can run.
"""

import asyncio
import logging
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dateline import __version__
from dateline.errors import DatelineError, FetchError
from dateline.fetch.transport import PLAIN, Transport
from dateline.refresh.asking import beside
from dateline.store import accounts, feeds
from dateline.store.secrets import Keyring, key_path
from dateline.web.signing import Signed
from dateline.web.visit import Instance

if TYPE_CHECKING:
    from dateline.fetch.relay import Relay, Relayed

log = logging.getLogger(__name__)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
KEPT_SECONDS = 7 * 86_400
AT_ONCE = 16
"""Of one session or visitor, the rest waits: nobody takes all the turns there are (``relay.AT_ONCE``)."""


class Proxied:
    """The ASGI application below ``signing.PATH``. Its connections end with ``close``."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._keyring = Keyring(key_path(instance.settings))
        self._relay: Relay | None = None
        self._opening = asyncio.Lock()
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            asked = await self._allowed(request)
            transport = PLAIN if asked is None else await self._transport(asked, request)
            if asked is None or transport is None or request.method not in ("GET", "HEAD"):
                await PlainTextResponse("", status_code=404)(scope, receive, send)
                return
            turns = self._turns.setdefault(self._whose(asked, request), asyncio.Semaphore(AT_ONCE))
            async with turns:
                await self._hand_on(asked, transport, request, send)
        except DatelineError as error:
            log.info("media by way of us: %s", error)
            await PlainTextResponse("", status_code=502)(scope, receive, send)

    async def close(self) -> None:
        """End the connections that are kept."""
        if self._relay is not None:
            await self._relay.__aexit__(None, None, None)
            self._relay = None

    async def _allowed(self, request: Request) -> Signed | None:
        now = self._instance.clock()
        asked = self._instance.signer.read(request.scope["path"], now)
        if asked is None or self._instance.settings.media_proxy == "off":
            return None
        if asked.for_visitors:
            return asked
        token = self._instance.sessions.token(request)
        return asked if await run_in_threadpool(self._instance.sessions.is_open, token, now) else None

    async def _transport(self, asked: Signed, request: Request) -> Transport | None:
        """How it is asked for; None when that is by way of a feed which is not this session's owner's (any more).

        Raises ``StoreError`` (``store.secret``): what wants a proxy that cannot be read does not go without one.
        """
        if asked.feed_id is None:
            return PLAIN
        return await run_in_threadpool(self._as_feed, asked.feed_id, self._instance.sessions.token(request))

    def _as_feed(self, feed_id: int, token: str | None) -> Transport | None:
        with self._instance.db.reading() as tx:
            user = accounts.session_user(tx, token, self._instance.clock()) if token else None
            is_theirs = user is not None and feed_id in feeds.in_own_way(tx, user.id, [feed_id])
            return beside(feeds.read(tx, feed_id), self._keyring) if is_theirs else None

    def _whose(self, asked: Signed, request: Request) -> str:
        """Who takes a turn: a session; a visitor's address."""
        token = None if asked.for_visitors else self._instance.sessions.token(request)
        return token or (request.client.host if request.client else "")

    async def _opened(self) -> "Relay":
        from dateline.fetch.relay import Relay  # with the first picture: it brings aiohttp along

        async with self._opening:
            if self._relay is None:
                self._relay = await Relay(self._instance.settings, version=__version__).__aenter__()
            return self._relay

    async def _hand_on(self, asked: Signed, transport: Transport, request: Request, send: Send) -> None:
        relay = await self._opened()
        async with relay.opened(asked.url, wanted_range=request.headers.get("range"), transport=transport) as relayed:
            response = _response(relayed, is_head=request.method == "HEAD")
            try:
                await response(request.scope, request.receive, send)
            except FetchError as error:
                # An answer that has begun cannot become another: the server breaks it off, so that no browser takes
                # half a picture for the whole and keeps it.
                raise ConnectionAbortedError(f"media by way of us broke off: {error}") from error


def _response(relayed: "Relayed", *, is_head: bool) -> Response:
    headers = {
        **relayed.headers,
        "content-type": relayed.content_type,
        "content-security-policy": POLICY,
        "content-disposition": "inline",
        "cache-control": f"private, max-age={KEPT_SECONDS}, immutable",
    }
    if is_head:
        return Response(status_code=relayed.status, headers=headers)
    return StreamingResponse(relayed.pieces, status_code=relayed.status, headers=headers)
