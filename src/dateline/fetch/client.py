"""The client: one GET after another, each polite, guarded, bounded in time and memory.

``get`` → ``_follow`` (walk the redirects, a turn of the gate for each) → ``_hop`` (one request; every failure gets its
code) → ``_ask`` (what the answer means). aiohttp speaks HTTP; redirects, decompression, retries, cookies and proxies
are not left to it. (RFC 9110, RFC 9111.)
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Self, TypedDict
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import structs
from yarl import URL

from dateline.errors import FetchError
from dateline.model import Response, Validators
from dateline.settings import Settings

from . import answers, failures, headers
from .address import host_key
from .body import Body, Patience, read_body
from .cookies import Jar
from .digest import Digests
from .exchange import Exchange, Watch, masked_answer, masked_request
from .guard import AddressInfo, Guard, unguarded_socket
from .politeness import Gate, HostGate
from .proxy import RequestOptions as _RequestOptions
from .proxy import connector, through
from .question import Question
from .redirects import MAX_REDIRECTS, REDIRECTS, Trail
from .resolver import SortingResolver, ThreadResolver
from .sessions import open_session
from .transport import FORM, PLAIN, Transport, trusting
from .walls import challenge_in
from .web_push import TYPE as LETTER_TYPE
from .web_push import Letter

DNS_CACHE_SECONDS = 10
KEEP_ALIVE_SECONDS = 4.0  # one host is asked again after its spacing, about a second; more would only hold open files
MAX_WORD = 300  # bytes of what a server says when it does not take a form
KEEP_METHOD = frozenset({307, 308})
OK = frozenset({200, 203})  # 203: a proxy has changed the body on its way, but there it is


class _Connecting(TypedDict):
    resolver: AbstractResolver
    socket_factory: Callable[[AddressInfo], socket.socket]
    ssl: ssl.SSLContext | bool
    limit: int
    ttl_dns_cache: int
    keepalive_timeout: float


class _Hop:
    """What happens in one hop: new connections are noted by the socket factory, the status by the client."""

    __slots__ = ("answered", "connects", "sent", "session", "status", "to_proxy")

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        self.session = session
        self.connects = 0
        self.to_proxy = False
        self.status: int | None = None
        self.sent: Iterable[tuple[str, str]] = ()
        self.answered: Iterable[tuple[bytes, bytes]] = ()


_HOP: ContextVar[_Hop] = ContextVar("_HOP")


class Client:
    """Asks for addresses inside one event loop; an async context manager.

    ``version`` is Dateline's, for the User-Agent. ``gate`` decides when a host may be asked (a ``HostGate`` by the
    settings unless given). ``resolver``, ``patience``, ``clock`` (seconds since 1970) and ``tls`` (whom to trust) are
    for tests and for homes with an authority of their own.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        version: str,
        gate: Gate | None = None,
        resolver: AbstractResolver | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._version = version
        self._gate: Gate = gate or HostGate(settings.host_connections, settings.host_spacing)
        self._guard = Guard(settings.allowed_networks)
        self._resolver = SortingResolver(resolver or ThreadResolver(), self._guard)
        self._patience = patience or Patience()
        self._clock = clock
        self._tls = tls
        self._slots = asyncio.Semaphore(settings.fetch_concurrency)
        self._digests = Digests()
        self._session: aiohttp.ClientSession | None = None
        self._tunnels: dict[URL, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        self._session = self._open_session(aiohttp.TCPConnector(**self._connecting()))
        return self

    def _connecting(self) -> _Connecting:
        """What every connector is told."""
        return {
            "resolver": self._resolver,
            "socket_factory": self._socket,
            "ssl": self._tls or True,
            "limit": 0,  # the slots limit; waiting inside aiohttp would count as connecting
            "ttl_dns_cache": DNS_CACHE_SECONDS,
            "keepalive_timeout": KEEP_ALIVE_SECONDS,
        }

    def _open_session(self, opened: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        # aiohttp would ask again at once after any disconnection; only a connection from before deserves it (_open)
        return open_session(opened, self._timeout(self._patience.first_byte), asks_again=False)

    def _tunnel(self, address: URL) -> aiohttp.ClientSession:
        """The session whose connections go through a SOCKS proxy, or to one over TLS."""
        if address not in self._tunnels:
            self._tunnels[address] = self._open_session(connector(address, guard=self._guard, **self._connecting()))
        return self._tunnels[address]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            for session in (self._session, *self._tunnels.values()):
                await session.close()
            self._session = None
            self._tunnels.clear()
            await self._resolver.close()

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        subscribers: int = 0,
        accept: headers.Accept = "feed",
        max_bytes: int | None = None,
        deadline: float | None = None,
        validators_url: str | None = None,
        watch: Watch | None = None,
        transport: Transport = PLAIN,
        jar: Jar | None = None,
    ) -> Response:
        """Ask for ``url`` and follow where it leads: a whole body (200) or "not modified" (304).

        ``validators`` of the last answer make the request conditional; with ``validators_url`` (that answer's
        ``final_url``) they are sent to that address only, else at every hop. ``subscribers`` goes into the
        User-Agent; user information in ``url`` becomes basic authentication. ``max_bytes`` (the settings' limit unless
        given) counts before and after decompression. The settings' timeout counts the time on the network;
        ``deadline`` (seconds) everything, the waiting for turns too. ``watch`` is told of every hop.
        ``transport`` says what is otherwise than for all; its secrets go to the origin of ``url`` alone; where
        it keeps cookies, ``jar`` has those of before and gets those of now. Raises
        ``FetchError`` and what the gate raises.
        """
        question = Question(
            url=url,
            user_agent=headers.user_agent(self._version, self._settings.user_agent_url, subscribers),
            accept=accept,
            validators=headers.sendable(validators or Validators()),
            validators_url=validators_url,
            max_bytes=self._settings.fetch_max_bytes if max_bytes is None else max_bytes,
            watch=watch,
            transport=transport,
            jar=(Jar() if jar is None else jar) if transport.keep_cookies else None,
        )
        return await self._within(deadline, question)

    async def send_form(self, url: str, fields: Mapping[str, str], *, deadline: float | None = None) -> None:
        """POST a form (to a hub) and see that it is taken: any 2xx. A redirect is followed where it keeps the method
        (307, 308). Raises ``FetchError``, with what the server says as its detail, and what the gate raises.
        """
        await self._send(url, urlencode(fields).encode("ascii"), FORM, PLAIN, deadline)

    async def send_letter(self, letter: Letter, *, deadline: float) -> None:
        """POST a message to a push service (RFC 8030 §5) and see that it is taken: any 2xx. No redirect is followed.

        Raises ``FetchError``, with the seconds that the service asks to wait, and what the gate raises.
        """
        transport = Transport(headers=letter.headers, max_redirects=0)
        await self._send(letter.url, letter.body, LETTER_TYPE, transport, deadline)

    async def _send(self, url: str, body: bytes, kind: str, transport: Transport, deadline: float | None) -> None:
        question = Question(
            url=url,
            user_agent=headers.user_agent(self._version, self._settings.user_agent_url, 0),
            accept="page",
            validators=Validators(),
            validators_url=None,
            max_bytes=MAX_WORD,
            form=body,
            form_type=kind,
            transport=transport,
        )
        await self._within(deadline, question)

    async def _within(self, deadline: float | None, question: Question) -> Response:
        most = question.transport.max_redirects
        trail = Trail(
            question.url,
            posts=question.form is not None or question.transport.method == "POST",
            max_redirects=MAX_REDIRECTS if most is None else most,
        )
        if deadline is None:
            return await self._follow(question, trail)
        scope = asyncio.timeout(deadline)
        try:
            async with scope:
                return await self._follow(question, trail)
        except TimeoutError as error:
            if not scope.expired():
                raise
            raise FetchError("fetch.timeout", f"more than {deadline:g} s in all", final_url=trail.url) from error

    async def _follow(self, question: Question, trail: Trail) -> Response:
        allowed = left = question.transport.timeout or self._settings.fetch_timeout
        while True:
            # the turn first: who waits for a busy host must not keep others from theirs
            async with self._gate.turn(host_key(trail.url)), self._slots:
                started = asyncio.get_running_loop().time()
                answer = await self._hop(question, trail, left)
                left -= asyncio.get_running_loop().time() - started
            if answer is not None:
                return structs.replace(answer, elapsed_seconds=allowed - left)

    async def _hop(self, question: Question, trail: Trail, seconds: float) -> Response | None:
        """One request; None when it led on to another address. Every failure becomes a ``FetchError``."""
        hop = _Hop(self._session)
        url, started = trail.url, asyncio.get_running_loop().time()
        token = _HOP.set(hop)
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(question, trail, hop)
        except FetchError as error:
            error.status = error.status or hop.status
            error.final_url = error.final_url or trail.url
            error.retry_after = trail.retry_after
            raise
        except Exception as error:  # whatever hostile bytes make a library raise is this feed's failure, with a code
            raise failures.of_exception(error, url=trail.url, status=hop.status) from error
        finally:
            _HOP.reset(token)
            if question.watch is not None:
                question.watch(_exchange(hop, url, asyncio.get_running_loop().time() - started))

    async def _ask(self, question: Question, trail: Trail, hop: _Hop) -> Response | None:
        sent = question.validators_for(trail)
        async with await self._open(question, trail, hop, sent) as answer:
            hop.status, hop.answered = answer.status, answer.raw_headers
            hop.sent = answer.request_info.headers.items()
            answers.check_header_size(answer.raw_headers)
            now = self._clock()
            question.take_cookies(trail, answer.headers.getall("Set-Cookie", ()), now)
            trail.wait_for(headers.retry_after(answer.headers, now))
            if question.form is not None:
                return await self._taken(answer, question, trail)
            if answer.status in OK:
                body = await self._read(answer, question)
                if wall := challenge_in(answer.headers, body.content):
                    raise failures.of_wall(wall, answer.status, url=trail.url)
                return answers.response(answer.headers, question, trail, now, body=body)
            if answer.status == 304 and sent != Validators():
                return answers.response(answer.headers, question, trail, now, not_modified_since=sent)
            if answer.status in REDIRECTS:
                trail.follow(answer.status, answer.headers.get("Location"))
                question.check_way(trail)
                return None
            raise await answers.refused(answer, trail.url)

    async def _taken(self, answer: aiohttp.ClientResponse, question: Question, trail: Trail) -> Response | None:
        """Whether a form was taken."""
        if 200 <= answer.status < 300:
            return Response(url=question.url, final_url=trail.url, status=200)
        if answer.status in KEEP_METHOD:
            trail.follow(answer.status, answer.headers.get("Location"))
            return None
        raise await answers.not_taken(answer, trail.url, MAX_WORD)

    async def _open(
        self, question: Question, trail: Trail, hop: _Hop, validators: Validators
    ) -> aiohttp.ClientResponse:
        """Send the request, wait for the headers; once more if a connection from before had been closed meanwhile."""
        fields = question.fields(trail, validators, self._clock())
        hop.sent = fields.items()
        method = "POST" if trail.posts else "GET"
        options = self._options(question, trail, hop)
        session = hop.session
        if session is None:
            raise RuntimeError("use `async with Client(…) as client`")
        url, body = URL(trail.url, encoded=True), question.body(trail)
        async with asyncio.timeout(self._patience.connect + self._first_byte(question)):
            try:
                return await session.request(method, url, headers=fields, data=body, **options)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if hop.connects or isinstance(error, aiohttp.ClientConnectorError):
                    raise
                return await session.request(method, url, headers=fields, data=body, **options)

    def _options(self, question: Question, trail: Trail, hop: _Hop) -> _RequestOptions:
        """What aiohttp is told beyond the request itself. Raises ``FetchError`` ``fetch.proxy``."""
        transport = question.transport
        options: _RequestOptions = {"allow_redirects": False}
        if transport.timeout is not None:
            options["timeout"] = self._timeout(self._first_byte(question))
        if trail.is_home and transport.tls == "any":
            options["ssl"] = False
        elif trail.is_home and transport.authority:
            options["ssl"] = trusting(transport.authority)
        if transport.proxy:
            tunnel = through(transport.proxy, self._settings.proxies, trail.url, self._guard, options)
            hop.to_proxy = True
            hop.session = self._tunnel(tunnel) if tunnel else hop.session
        if transport.login_by == "digest" and trail.authorization:
            options["middlewares"] = self._digests.of(trail.url, trail.authorization)
        return options

    def _first_byte(self, question: Question) -> float:
        """Who is given more time in all is given it for the first byte too."""
        return max(self._patience.first_byte, question.transport.timeout or 0.0)

    def _timeout(self, first_byte: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(
            total=None, connect=self._patience.connect, sock_read=first_byte, ceil_threshold=3600
        )

    async def _read(self, answer: aiohttp.ClientResponse, question: Question) -> Body:
        return await read_body(
            answer.content,
            content_encoding=answers.content_encoding(answer),
            content_length=answer.headers.get("Content-Length"),
            limit=question.max_bytes,
            patience=self._patience,
            clock=asyncio.get_running_loop().time,
            text_only=question.accept != "icon",
        )

    def _socket(self, info: AddressInfo) -> socket.socket:
        """The connector's socket factory: called for every new connection, never for one from before."""
        hop = _HOP.get(_Hop())
        hop.connects += 1
        # a proxy is the administrator's choice, wherever it stands, and all that such a hop connects to
        return unguarded_socket(info) if hop.to_proxy else self._guard.socket(info)


def _exchange(hop: _Hop, url: str, elapsed: float) -> Exchange:
    return Exchange(
        url=url,
        sent=masked_request(hop.sent),
        status=hop.status,
        answered=masked_answer(hop.answered),
        elapsed_seconds=elapsed,
        new_connection=hop.connects > 0,
    )
