"""A visit: one request as the pages see it, with who asks, when, in which language; and the answers a page may give.

``Instance`` is what all visits share. Page functions take a ``Visit`` and give a ``Response``; they run in a thread.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from ipaddress import IPv6Address, ip_network
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dateline.clean.players import FRAME_SOURCES
from dateline.errors import Forbidden
from dateline.model import User
from dateline.preferences import Look
from dateline.refresh.notify import sender_of
from dateline.refresh.shelf import Shelf
from dateline.settings import Settings, as_address
from dateline.store import Database
from dateline.store.secrets import Keyring, key_path
from dateline.store.times import zone
from dateline.web import i18n, notices
from dateline.web.assets import Assets, load_assets
from dateline.web.forms import Form
from dateline.web.i18n import Words
from dateline.web.looks import LookView, look_view
from dateline.web.notices import Notice
from dateline.web.render import Renderer
from dateline.web.rows import Row, filled
from dateline.web.security import content_security_policy
from dateline.web.session import Sessions
from dateline.web.signing import Signer
from dateline.web.stream_feeds import StreamFeeds
from dateline.web.turns import LongTurns, Turns


class Instance:
    """One running Dateline, as the pages need it. ``start_code`` is what the first account creation asks for.

    ``hashing``, ``looking`` and ``importing`` are the turns for passwords, looks at addresses, files that come and go;
    ``shelf`` keeps what was looked at.
    """

    def __init__(
        self, settings: Settings, db: Database, *, clock: Callable[[], datetime], start_code: str | None = None
    ) -> None:
        self.settings = settings
        self.db = db
        self.clock = clock
        self.start_code = start_code
        self.assets: Assets = load_assets()
        self.renderer = Renderer(settings, self.assets)
        self.sessions = Sessions(db, settings.base_path)
        self.urls = self.renderer.urls
        self.hashing = Turns(2, patience=5)
        self.looking = Turns(8, patience=1)
        self.importing = LongTurns(2, patience=5)
        self.shelf = Shelf()
        self._signer: Signer | None = None
        self._push_key: str | None = None
        self._stream_feeds: StreamFeeds | None = None

    @property
    def signer(self) -> Signer:
        """Signs the addresses of media that come by way of us; made, with the instance's key, when first wanted."""
        if self._signer is None:
            self._signer = Signer(Keyring(key_path(self.settings)).derived("media proxy"))
        return self._signer

    @property
    def push_key(self) -> str:
        """What browsers are told to know this instance's notifications by; made as the signer is."""
        if self._push_key is None:
            self._push_key = sender_of(Keyring(key_path(self.settings)), self.settings.answerable_url).public
        return self._push_key

    @property
    def stream_feeds(self) -> StreamFeeds:
        """Makes and knows the addresses of streams as feeds; made as the signer is."""
        if self._stream_feeds is None:
            self._stream_feeds = StreamFeeds(Keyring(key_path(self.settings)).derived("stream feeds"))
        return self._stream_feeds


class NoticeView(Struct, frozen=True, kw_only=True):
    """A notice as the layout shows it."""

    text: str
    undo: int | None


class Frame(Struct, frozen=True, kw_only=True):
    """What the layout shows around every page. ``here`` is the page's own link, for forms that come back to it."""

    user: User | None
    here: str
    look: LookView
    notice: NoticeView | None
    is_indexed: bool
    title_count: int


class Visit:
    """One request. ``form`` is empty unless it is a POST; ``path`` holds the values of the route's ``{names}``."""

    def __init__(self, request: Request, instance: Instance, form: Form, now: datetime) -> None:
        self.request = request
        self.instance = instance
        self.form = form
        self.now = now
        self.path: Mapping[str, str] = request.path_params
        self.query: Mapping[str, str] = request.query_params
        self.db = instance.db
        self.url = instance.urls
        self.token = instance.sessions.token(request)
        self.own_media_only = False
        self.forms_to = ""
        self.is_kept_offline = False
        self._is_prolonged = False
        self._look: Look | None = None

    @cached_property
    def user(self) -> User | None:
        """The account whose session this is."""
        user, self._is_prolonged = self.instance.sessions.user(self.token, self.now)
        return user

    def forget_user(self) -> None:
        """Answer as to a stranger: an error page must not need the database that just failed."""
        self.user = None

    @property
    def me(self) -> User:
        """The same where the site map says that only accounts come here. Raises ``Forbidden`` otherwise."""
        if self.user is None:
            raise Forbidden("not logged in")
        return self.user

    @cached_property
    def words(self) -> Words:
        """The language of the answer: the account's, else what the browser asks for."""
        if self.user is not None:
            return i18n.words(self.user.language)
        return i18n.words(i18n.preferred(self.request.headers.get("accept-language", "")))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the answer."""
        return zone(self.user.time_zone if self.user else "UTC")

    def speak_for(self, owner: User) -> None:
        """Answer in the language, zone and look of the account that a visitor reads."""
        self.words = i18n.words(owner.language)
        self.zone = zone(owner.time_zone)
        self._look = owner.preferences.look

    @property
    def client(self) -> str:
        """Who asks, for counting: the address seen through trusted proxies (``security`` put it there).

        Of an IPv6 address the network: everybody has 2**64 addresses in theirs (RFC 6177).
        """
        text = self.request.client.host if self.request.client else ""
        address = as_address(text)
        return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text

    @property
    def here(self) -> str:
        """The link to this very page."""
        query = {name: value for name, value in self.query.items() if name != "fragment"}
        # A path that begins with two slashes would be a link to another host.
        return self.url.plain("/" + self.request.scope["path"].lstrip("/"), query)

    def absolute(self, path: str, query: Mapping[str, object] | None = None, **more: object) -> str:
        """The same link as ``url.plain`` makes, as others reach it: with the base URL, else with what was asked."""
        settings = self.instance.settings
        base = settings.base_url or f"{self.request.scope['scheme']}://{self.request.headers['host']}"
        return base.rstrip("/") + self.url.plain(path, query, **more).removeprefix(settings.base_path)

    @property
    def wants_json(self) -> bool:
        """A behaviour asks, not a person who follows a form."""
        return "application/json" in self.request.headers.get("accept", "")

    @property
    def wants_fragment(self) -> bool:
        """A behaviour asks for the changing part of the page alone (``?fragment=1``)."""
        return self.query.get("fragment") == "1"

    # ------------------------------------------------------------------------------------------ answers

    def html(
        self,
        template: str,
        page: object,
        *,
        status: int = 200,
        is_indexed: bool = False,
        title_count: int = 0,
        rows: Sequence[Row] = (),
    ) -> Response:
        """The whole page ``template`` with ``page`` as its context and the frame of the layout; it shows the bodies of
        ``rows``.
        """
        notice = None if self.wants_fragment else notices.find(self.request)
        frame = Frame(
            user=self.user,
            here=self.here,
            look=self._look_view(),
            notice=self._notice_view(notice),
            is_indexed=is_indexed,
            title_count=title_count,
        )
        rendered = self.instance.renderer.html(template, self.words, {"page": page, "frame": frame})
        response = HTMLResponse(filled(rendered, rows), status_code=status)
        if self.own_media_only or self.forms_to:
            media = {"media": "'self'"} if self.own_media_only else {}
            policy = content_security_policy(FRAME_SOURCES, forms_to=self.forms_to, **media)
            response.headers["content-security-policy"] = policy
        self._say_whose(response, is_kept=self.is_kept_offline and notice is None)
        if notice is not None:
            notices.take(self.request, response, self._cookie_path)
        if self._is_prolonged and self.token is not None:
            self.instance.sessions.start(self.request, response, self.token)
        return response

    def fragment(self, template: str, page: object, rows: Sequence[Row] = ()) -> Response:
        """A part of a page, and the ``rows`` whose bodies it shows."""
        response = HTMLResponse(filled(self.instance.renderer.html(template, self.words, {"page": page}), rows))
        self._say_whose(response, is_kept=self.is_kept_offline)
        return response

    def see(self, link: str, notice: Notice | None = None) -> Response:
        """``303``: the browser goes on to ``link`` (of ``url.plain`` or ``url.local``), where the notice is told."""
        response = RedirectResponse(link, status_code=303)
        if notice is not None:
            notices.leave(self.request, response, notice, self._cookie_path)
        return response

    def json(self, content: object, *, status: int = 200, notice: Notice | None = None) -> Response:
        """A value for a behaviour; ``notice``, when there is one, is told on the page that it goes to next."""
        response = Response(msgspec.json.encode(content), status_code=status, media_type="application/json")
        if notice is not None:
            notices.leave(self.request, response, notice, self._cookie_path)
        return response

    @property
    def next(self) -> str:
        """Where a form wants to go on (its field ``next``), made safe; the front page without one."""
        return self.url.local(self.form.raw("next", ""), "/")

    def log_in(self, response: Response, token: str) -> Response:
        """Let the browser carry a new session."""
        self.instance.sessions.start(self.request, response, token)
        return response

    def log_out(self, response: Response) -> Response:
        """Take the session's cookie away."""
        self.instance.sessions.end(self.request, response)
        return response

    def _say_whose(self, response: Response, *, is_kept: bool) -> None:
        """Tell the service worker whose page this is, and whether it may be kept to be read without a connection."""
        if self.user is not None:
            response.headers["dateline-account"] = str(self.user.id)
            if is_kept:
                response.headers["dateline-keep"] = "1"

    def _look_view(self) -> LookView:
        """The account's look, else that of whose streams are read. A sheet is its owner's alone; ``?css=off`` helps."""
        if self.user is not None:
            return look_view(self.user.preferences.look, self.query.get("css") != "off")
        return look_view(self._look or Look(), False)

    def _notice_view(self, notice: Notice | None) -> NoticeView | None:
        return NoticeView(text=notices.sentence(self.words, notice), undo=notice.undo) if notice else None

    @property
    def _cookie_path(self) -> str:
        return self.instance.settings.base_path or "/"
