"""Places: what stands at a path and who may come → an ASGI endpoint that runs page functions in threads.

Reading the form is the only asynchronous step. What a page raises becomes a finished page (or JSON, when asked for).
"""

import logging
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dateline.errors import DatelineError, Forbidden
from dateline.store import accounts
from dateline.web.compression import compress
from dateline.web.forms import MAX_FORM_BYTES, Form, pass_by, read_form
from dateline.web.pages import error as error_pages
from dateline.web.visit import Instance, Visit

log = logging.getLogger(__name__)

PageFunction = Callable[[Visit], Response]
Access = Literal["anyone", "user"]


class Place(Struct, frozen=True, kw_only=True):
    """One row of the site map: a path, what GET and POST do there, who may come, how much may be sent.

    ``open_to`` "user" sends whoever is not logged in to the login page (or, a POST, refuses it); "anyone" lets the page
    decide.
    """

    path: str
    get: PageFunction | None = None
    post: PageFunction | None = None
    open_to: Access = "user"
    max_bytes: int = MAX_FORM_BYTES

    @property
    def methods(self) -> str:
        """For the ``Allow`` header."""
        return ", ".join((["GET", "HEAD"] if self.get else []) + (["POST"] if self.post else []))


class Endpoint:
    """The ASGI application at one place."""

    def __init__(self, place: Place, instance: Instance) -> None:
        self.place = place
        self.instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        form: Form | DatelineError = Form()
        if request.method == "POST" and self.place.post is not None:
            try:
                form = await self._form(request)
            except DatelineError as error:
                form = error
            except ClientDisconnect:
                return
        response = await run_in_threadpool(self._answer, request, form)
        await response(scope, receive, send)

    async def _form(self, request: Request) -> Form:
        """The form of whoever may send one here: nobody else's is taken apart, large as it may be."""
        if self.place.open_to == "user" and not await run_in_threadpool(self._is_known, request):
            await pass_by(request)
            return Form()
        return await read_form(request, max_bytes=self.place.max_bytes)

    def _is_known(self, request: Request) -> bool:
        return self.instance.sessions.is_open(self.instance.sessions.token(request), self.instance.clock())

    def _answer(self, request: Request, form: Form | DatelineError) -> Response:
        refused = form if isinstance(form, DatelineError) else None
        sent = Form() if isinstance(form, DatelineError) else form
        visit = Visit(request, self.instance, sent, self.instance.clock())
        try:
            response = error_pages.failed(visit, refused) if refused else self._page(visit)
        except DatelineError as error:
            response = error_pages.failed(visit, error)
        except Exception:  # the last resort of a door: nobody sees a traceback, the log keeps it
            # by the place, for some addresses hold a secret
            log.exception("%s %s failed", request.method, self.place.path)
            response = error_pages.broken(visit)
        return compress(response, request.headers.get("accept-encoding", ""))

    def _page(self, visit: Visit) -> Response:
        is_post = visit.request.method == "POST"
        page = self.place.post if is_post else self.place.get if visit.request.method in ("GET", "HEAD") else None
        if page is None:
            return error_pages.wrong_method(visit, self.place.methods)
        if self.place.open_to == "user" and visit.user is None:
            if is_post or visit.wants_json or visit.wants_fragment:
                raise Forbidden("not logged in")
            return _door(visit)
        return page(visit)


class Refusal:
    """An ASGI application that refuses a request before it reaches a place, as ``page`` says; it reads no session."""

    def __init__(self, page: PageFunction, instance: Instance) -> None:
        self.page = page
        self.instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(Request(scope, receive), self.instance, Form(), self.instance.clock())
        visit.forget_user()
        await self.page(visit)(scope, receive, send)


def _door(visit: Visit) -> Response:
    """Where somebody without a session goes: the first start, else the login."""
    with visit.db.reading() as tx:
        has_users = accounts.any_user(tx)
    return visit.see(visit.url.plain("/login", next=visit.here) if has_users else visit.url.plain("/start"))


def route(place: Place, instance: Instance) -> Route:
    """The place as Starlette routes it, all methods to one endpoint."""
    return Route(place.path, Endpoint(place, instance))
