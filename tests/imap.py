"""An IMAP server for the tests, on loopback, in a thread of its own: small, honest, and hostile where a test wants it.

It speaks what a reader needs (RFC 3501): CAPABILITY, STARTTLS, LOGIN, AUTHENTICATE PLAIN, EXAMINE, SELECT, FETCH, UID
FETCH, UID SEARCH, LOGOUT, and counts what it was asked. ``Mails`` is one account's folders; what a client must not do
(SELECT, STORE, BODY without PEEK) is noted in ``flags``.
"""

import asyncio
import base64
import re
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

OLD = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
ALICE = ("alice", 'pass "word\\')


@dataclass
class Mail:
    """One mail of a folder; ``size`` is what the server says, whatever is true."""

    uid: int
    body: bytes
    received_at: datetime = OLD
    size: int | None = None


@dataclass
class FolderOf:
    """A folder: its mails in order of UID."""

    uid_validity: int = 7
    mails: list[Mail] = field(default_factory=list)
    uid_next: int = 1

    def put(self, *bodies: bytes, received_at: datetime = OLD, size: int | None = None) -> None:
        """Let mails arrive."""
        for body in bodies:
            self.mails.append(Mail(self.uid_next, body, received_at, size))
            self.uid_next += 1

    def renumber(self, uid_validity: int, first: int = 1) -> None:
        """The server was moved: the same mails under other UIDs."""
        self.uid_validity = uid_validity
        for place, mail in enumerate(self.mails):
            mail.uid = first + place
        self.uid_next = first + len(self.mails)


Trick = Callable[["Session", bytes, str], Awaitable[bool]]
"""May answer a command (tag, line) in its own way: then True."""


class ImapServer:
    """``with ImapServer() as server: server.folders["INBOX"].put(mail)``. ``trick`` is asked before each command."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        greeting: bytes = b"* OK ready",
        capabilities: str = "IMAP4rev1",
        trick: Trick | None = None,
        login: tuple[str, str] = ALICE,
        host: str = "127.0.0.1",
        says_uid_next: bool = True,
    ) -> None:
        self.folders = {"INBOX": FolderOf()}
        self.tls, self.starttls = tls, starttls
        self.greeting, self.capabilities, self.trick = greeting, capabilities, trick
        self.login, self.host = login, host
        self.says_uid_next = says_uid_next
        self.asked: list[str] = []
        self.flags: list[str] = []
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self.port = 0
        self._told: Callable[[], object] = lambda: None

    @property
    def inbox(self) -> FolderOf:
        return self.folders["INBOX"]

    def bodies(self) -> list[int]:
        """The UIDs whose text was asked for, in order."""
        return [int(found[1]) for line in self.asked if (found := re.match(r"UID FETCH (\d+) .*BODY", line))]

    def __enter__(self) -> Self:
        ready = threading.Event()

        async def serve() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            self._told = lambda: loop.call_soon_threadsafe(stop.set)
            server = await asyncio.start_server(self._talk, self.host, 0, ssl=self.tls, limit=1_000_000)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await stop.wait()
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        assert ready.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._told()
        self._thread.join(20)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
                await Session(self, reader, writer).run()
        finally:
            self.at_once -= 1
            writer.transport.abort()


class Session:
    """One connection."""

    def __init__(self, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.is_safe = server.tls is not None
        self.is_in = False
        self.folder: FolderOf | None = None

    async def say(self, *lines: bytes) -> None:
        self.writer.write(b"".join(line + b"\r\n" for line in lines))
        await self.writer.drain()

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def run(self) -> None:
        await self.say(self.server.greeting)
        while line := await self._command():
            tag, _, rest = line.partition(" ")
            self.server.asked.append(rest)
            if self.server.trick is not None and await self.server.trick(self, tag.encode(), rest):
                continue
            if not await self._answer(tag.encode(), rest):
                return

    async def _command(self) -> str:
        """A line, with its literals put in as quoted strings."""
        text = (await self.reader.readline()).decode()
        while found := re.search(r"\{(\d+)\}\r\n\Z", text):
            await self.say(b"+ go on")
            literal = (await self.reader.readexactly(int(found[1]))).decode()
            quoted = literal.replace("\\", "\\\\").replace('"', '\\"')
            text = text[: found.start()] + f'"{quoted}"' + (await self.reader.readline()).decode()
        return text.rstrip("\r\n")

    async def _answer(self, tag: bytes, rest: str) -> bool:
        verb, _, words = rest.partition(" ")
        match verb.upper():
            case "CAPABILITY":
                more = " STARTTLS LOGINDISABLED" if self.server.starttls and not self.is_safe else ""
                await self.say(f"* CAPABILITY {self.server.capabilities}{more}".encode(), tag + b" OK done")
            case "STARTTLS" if self.server.starttls:
                await self.say(tag + b" OK begin")
                await self.writer.start_tls(self.server.starttls)
                self.is_safe = True
            case "LOGIN":
                await self._log_in(tag, tuple(strings(words)))
            case "AUTHENTICATE":
                await self.say(b"+ ")
                given = base64.b64decode(await self.reader.readline()).decode().split("\0")
                await self._log_in(tag, (given[1], given[2]))
            case "EXAMINE" | "SELECT":
                await self._open(tag, verb, strings(words)[0])
            case "FETCH" | "UID" if self.folder is not None:
                await self._fetch(tag, rest)
            case "LOGOUT":
                await self.say(b"* BYE", tag + b" OK bye")
                return False
            case _:
                await self.say(tag + b" BAD what?")
        return True

    async def _log_in(self, tag: bytes, given: tuple[str, ...]) -> None:
        self.is_in = given == self.server.login and (self.is_safe or not self.server.starttls)
        await self.say(tag + (b" OK welcome" if self.is_in else b" NO [AUTHENTICATIONFAILED] wrong"))

    async def _open(self, tag: bytes, verb: str, name: str) -> None:
        self.folder = self.server.folders.get(name) if self.is_in else None
        if self.folder is None:
            await self.say(tag + b" NO no such folder")
            return
        if verb.upper() == "SELECT":
            self.server.flags.append("SELECT")
        next_uid = b"* OK [UIDNEXT %d] next" % self.folder.uid_next
        await self.say(
            b"* %d EXISTS" % len(self.folder.mails),
            b"* OK [UIDVALIDITY %d] valid" % self.folder.uid_validity,
            *([next_uid] if self.server.says_uid_next else []),
            tag + b" OK [READ-ONLY] open",
        )

    async def _fetch(self, tag: bytes, rest: str) -> None:
        assert self.folder is not None
        found = re.match(r"(UID )?FETCH (\S+) \((.*)\)", rest)
        if found is None:
            await self.say(tag + b" BAD fetch what?")
            return
        for place, mail in enumerate(list(self.folder.mails), 1):
            number = mail.uid if found[1] else place
            last = self.folder.mails[-1].uid if found[1] else len(self.folder.mails)
            if within(number, found[2], last):
                await self.send(self._said(place, mail, found[3]))
        await self.say(tag + b" OK done")

    def _said(self, place: int, mail: Mail, items: str) -> bytes:
        said = b"* %d FETCH (UID %d" % (place, mail.uid)
        if "RFC822.SIZE" in items:
            said += b" RFC822.SIZE %d" % (len(mail.body) if mail.size is None else mail.size)
        if "INTERNALDATE" in items:
            said += b' INTERNALDATE "%b"' % mail.received_at.strftime("%d-%b-%Y %H:%M:%S %z").encode()
        if "BODY" in items:
            if "BODY.PEEK[]" not in items:
                self.server.flags.append(f"Seen {mail.uid}")
            said += b" FLAGS () BODY[] {%d}\r\n" % len(mail.body) + mail.body
        return said + b")\r\n"


def strings(words: str) -> list[str]:
    """Quoted strings and atoms."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', words)
    return [atom or re.sub(r"\\(.)", r"\1", quoted) for quoted, atom in found]


def within(number: int, numbers: str, last: int) -> bool:
    """Whether a sequence set (``1:3,5,*``) holds a number."""
    for part in numbers.split(","):
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        if min(ends) <= number <= max(ends):
            return True
    return False
