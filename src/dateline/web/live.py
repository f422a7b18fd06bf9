"""``/live/events``: server-sent events that tell an open page that something changed; it then asks ``/live`` what.

Asynchronous: a listener costs no thread. It needs a session, which is looked at again while it listens; it ends by
itself after a quarter of an hour, when the session ends, or with the server. Source: HTML, 9.2 (server-sent events).
"""

import asyncio
import contextlib
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from dateline.errors import DatelineError
from dateline.model import User
from dateline.web.visit import Instance
from dateline.web.watch import Listener, Moment, Watch

PATH: Final = "/live/"
BEAT_SECONDS = 20.0
LASTS_SECONDS = 900.0
AGAIN_MILLISECONDS = 3000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx would keep it until it is full
]


class Live:
    """The ASGI application below ``PATH``. ``beat``: how often a silent listener is told that we are there."""

    def __init__(self, instance: Instance, watch: Watch, *, beat: float = BEAT_SECONDS) -> None:
        self._instance = instance
        self._watch = watch
        self._beat = beat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["path"] != PATH + "events" or request.method != "GET":
            await PlainTextResponse("", status_code=404)(scope, receive, send)
            return
        token = self._instance.sessions.token(request)
        try:
            user = await run_in_threadpool(self._whose, token)
        except DatelineError:
            await PlainTextResponse("", status_code=503, headers={"retry-after": "60"})(scope, receive, send)
            return
        if user is None:
            await PlainTextResponse("", status_code=403)(scope, receive, send)
        elif not self._watch.has_room(user.id):
            await PlainTextResponse("", status_code=503, headers={"retry-after": "60"})(scope, receive, send)
        else:
            await self._tell(user, token, receive, send)

    async def close(self) -> None:
        """End every stream."""
        await self._watch.close()

    def _whose(self, token: str | None) -> User | None:
        return self._instance.sessions.user(token, self._instance.clock())[0]

    async def _tell(self, user: User, token: str | None, receive: Receive, send: Send) -> None:
        async with self._watch.listening(user.id) as listener:
            gone = asyncio.create_task(_disconnected(receive))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await _write(send, f"retry: {AGAIN_MILLISECONDS}\n\n")
                await self._until_gone(listener, token, gone, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except OSError:  # the connection broke: the same as leaving
                pass
            finally:
                gone.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await gone

    async def _until_gone(self, listener: Listener, token: str | None, gone: "asyncio.Task[None]", send: Send) -> None:
        end = asyncio.get_running_loop().time() + LASTS_SECONDS
        while not gone.done() and asyncio.get_running_loop().time() < end:
            has_rung = await self._rung(listener, gone)
            if gone.done() or self._watch.is_closed:
                return
            if has_rung and listener.moment is not None:
                await _write(send, _event(listener.moment))
            elif not await run_in_threadpool(self._is_still_open, token):
                return
            else:
                await _write(send, ":\n\n")

    async def _rung(self, listener: Listener, gone: "asyncio.Task[None]") -> bool:
        """Wait for the bell, for them to go, or for the next beat. Whether it was the bell."""
        bell = asyncio.create_task(listener.bell.wait())
        await asyncio.wait({bell, gone}, timeout=self._beat, return_when=asyncio.FIRST_COMPLETED)
        has_rung = bell.done()
        bell.cancel()
        listener.bell.clear()
        return has_rung

    def _is_still_open(self, token: str | None) -> bool:
        try:
            return self._instance.sessions.is_open(token, self._instance.clock())
        except DatelineError:
            return True  # nobody is sent away because the database is busy


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _event(moment: Moment) -> str:
    return f"event: moment\ndata: {moment.newest} {moment.seq}\n\n"
