"""A server of generated feeds in a process of its own: gzip, ETags, as many addresses of loopback as wanted.

``with FeedServer(folder, count) as feeds: feeds.urls(); feeds.set_round(1)``. Where every feed has a host of its own
(127.x.y.z), the default politeness (one connection a host, one request a second) is measured as it is.
``python -m bench.feed_server FOLDER COUNT`` is the process; its first line of output is the port.
"""

import asyncio
import gzip
import http.client
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.corpus import ENTRIES, Writer

ROUNDS = 2
VERSION = 4
"""Rises when the corpus changes: kept documents of another version are made anew."""

_REQUEST = re.compile(rb"(GET|HEAD) /(\w+)/?(\d*) HTTP/1\.1\r\n")
_MATCH = re.compile(rb"\r\nif-none-match: *(\S+)", re.IGNORECASE)
_NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Documents:
    """All documents of all rounds, compressed; kept in a file from run to run."""

    def __init__(self, folder: Path, count: int) -> None:
        kept = folder / f"feeds-{count}-{VERSION}.pickle"
        if kept.is_file():
            self.bodies: list[list[bytes]] = pickle.loads(kept.read_bytes())
            return
        for outdated in folder.glob(f"feeds-{count}-*.pickle"):
            outdated.unlink()
        writer = Writer()
        self.bodies = []
        for number in range(ROUNDS):
            raw = [writer.document(feed, ENTRIES - 1 + number) for feed in range(count)]
            self.bodies.append([gzip.compress(body, 6, mtime=0) for body in raw])
        kept.write_bytes(pickle.dumps(self.bodies))


class _Connection(asyncio.Protocol):
    def __init__(self, answers: "_Answers") -> None:
        self.answers = answers
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head, self.waiting = self.waiting[: end + 2], self.waiting[end + 4 :]
            self.transport.write(self.answers.answer(head))


class _Answers:
    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.round = 0

    def answer(self, head: bytes) -> bytes:
        asked = _REQUEST.match(head)
        if asked is None:
            return _NOTHING
        number = int(asked[3] or 0)
        if asked[2] == b"round":
            self.round = number
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        if asked[2] != b"feed" or number >= len(self.documents.bodies[0]):
            return _NOTHING
        etag = b'"%d-%d"' % (self.round, number)
        match = _MATCH.search(head)
        if match and match[1] == etag:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        body = self.documents.bodies[self.round][number]
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            b"ETag: %s\r\nContent-Length: %d\r\n\r\n%s" % (etag, len(body), body)
        )


async def _serve(folder: Path, count: int) -> None:
    answers = _Answers(Documents(folder, count))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "0.0.0.0", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # ends with the process that started it
    os._exit(0)


class FeedServer:
    """Starts the process and ends it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count = count
        Documents(folder, count)  # made here, so that nobody waits for the port
        command = [sys.executable, "-m", "bench.feed_server", str(folder), str(count)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def urls(self, hosts: int | None = None, feeds: int | None = None) -> list[str]:
        """The address of every feed, on so many hosts (None: each on its own).

        More ``feeds`` than there are documents: these are served again, from other hosts.
        """
        feeds = feeds or self.count
        places = [n % (hosts or feeds) for n in range(feeds)]
        return [
            f"http://127.1.{at // 250}.{at % 250 + 1}:{self.port}/feed/{n % self.count}" for n, at in enumerate(places)
        ]

    def set_round(self, number: int) -> None:
        """From now on every feed has one entry more than in the round before."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", f"/round/{number}")
        connection.getresponse().read()
        connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
