"""The callbacks of WebSub: ``/websub/TOKEN``, where a hub asks whether we meant it (GET) and brings news (POST).

Whoever knows a token may come; what counts is the signature. No session is read, no page is made, and what comes is
not read here either: it is queued for a worker.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from dateline.errors import DatelineError
from dateline.refresh.hubs import confirm
from dateline.refresh.push import Queued, queue_push, refusal
from dateline.settings import Settings
from dateline.store import Database
from dateline.store.secrets import Keyring, key_path

log = logging.getLogger(__name__)

PATH = "/websub/"
AT_ONCE = 4
"""Documents that one process holds at a time; another one's hub comes again."""
BODY_SECONDS = 60.0
AGAIN_SECONDS = {"busy": "10", "full": "60"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS: dict[Queued, int] = {
    "ok": 202,
    "unsigned": 202,  # §7.1: a forger is not told
    "full": 503,
    "unknown": 404,
    "unwanted": 410,  # §7: the hub may end the subscription
}


class Callbacks:
    """The ASGI application below ``PATH``."""

    def __init__(
        self, settings: Settings, db: Database, *, clock: Callable[[], datetime], body_seconds: float = BODY_SECONDS
    ) -> None:
        self._db = db
        self._clock = clock
        self._keyring = Keyring(key_path(settings))
        self._max_bytes = settings.fetch_max_bytes
        self._body_seconds = body_seconds
        self._at_it = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        token = scope["path"].removeprefix(PATH)
        try:
            response = await self._answer(request, token)
        except ClientDisconnect:
            return
        except DatelineError as error:  # the database is busy or away: the hub tries again
            log.warning("a hub's request failed: %s", error)
            response = Response(status_code=503, headers={"Retry-After": AGAIN_SECONDS["full"]})
        except Exception:
            log.exception("a hub's request failed")
            response = Response(status_code=500)
        await response(scope, receive, send)

    async def _answer(self, request: Request, token: str) -> Response:
        # a question may change what is stored: HEAD, which promises not to, is none
        if not _TOKEN.fullmatch(token) or request.method not in ("GET", "POST"):
            return Response(status_code=404)
        if request.method == "POST":
            return await self._take(request, token)
        challenge = await run_in_threadpool(confirm, self._db, token, request.query_params, self._clock())
        return Response(status_code=404) if challenge is None else PlainTextResponse(challenge)

    async def _take(self, request: Request, token: str) -> Response:
        """Strangers are sent away before their body is read, and nobody holds more than a few bodies in memory."""
        refused = await run_in_threadpool(refusal, self._db, token)
        if refused is not None:
            return Response(status_code=_STATUS[refused])
        if self._at_it >= AT_ONCE:
            return Response(status_code=503, headers={"Retry-After": AGAIN_SECONDS["busy"]})
        self._at_it += 1
        try:
            return await self._take_body(request, token)
        except TimeoutError:
            return Response(status_code=408, headers={"Connection": "close"})
        finally:
            self._at_it -= 1

    async def _take_body(self, request: Request, token: str) -> Response:
        body = bytearray()
        async with asyncio.timeout(self._body_seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > self._max_bytes:
                    return Response(status_code=413)
        queued = await run_in_threadpool(
            queue_push,
            self._db,
            self._keyring,
            token,
            body=bytes(body),
            content_type=request.headers.get("content-type", ""),
            signature=request.headers.get("x-hub-signature", ""),
            max_bytes=self._max_bytes,
            now=self._clock(),
        )
        headers = {"Retry-After": AGAIN_SECONDS["full"]} if queued == "full" else None
        return Response(status_code=_STATUS[queued], headers=headers)
