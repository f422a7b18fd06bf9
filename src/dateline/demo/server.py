"""``DemoServer``: the sample feeds, their pages, pictures and sounds, served on loopback alone.

It does what a good publisher's server does: validators and 304, compression, ``Cache-Control``, ranges, redirects
(RFC 9110, RFC 9111).
"""

import gzip
import re
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from .site import Resource, site
from .sound import wav

LOOPBACK = "127.0.0.1"
LAST_EDITION = 2
_COMPRESSED = ("text/", "application/", "image/svg+xml")
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:[,\s]|$))")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class DemoServer:
    """A server of the sample feeds, in threads of its own.

    ``port`` 0 takes any free one. ``now`` is the aware time that all dates count back from (the clock's, unless given).
    ``advance_after`` brings the second edition out by itself after so many seconds. Use it as a context manager, or
    call ``start`` and ``close``. ``start`` raises ``OSError`` when the port is taken.
    """

    def __init__(self, port: int = 0, *, now: datetime | None = None, advance_after: float | None = None) -> None:
        self._asked_port = port
        self._now = now or datetime.now(UTC)
        self._advance_after = advance_after
        self._edition = 1
        self._sites: dict[int, dict[str, Resource]] = {}
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end. Raises ``RuntimeError`` before the start."""
        if self._listener is None:
            raise RuntimeError("the demo server was not started")
        return f"http://{LOOPBACK}:{self._listener.server_address[1]}"

    @property
    def now(self) -> datetime:
        """The time that all dates count back from."""
        return self._now

    @property
    def edition(self) -> int:
        """Which edition is served now: 1, or 2 once it was advanced or has come out by itself."""
        if self._listener is not None and time.monotonic() >= self._listener.advance_at:
            return LAST_EDITION
        return self._edition

    def advance(self) -> None:
        """Bring the second edition out: one entry changes, another one appears."""
        self._edition = LAST_EDITION

    def start(self) -> None:
        """Listen and answer until ``close``."""
        self._listener = _Listener((LOOPBACK, self._asked_port), _Visit)
        self._listener.demo = self
        if self._advance_after is not None:
            self._listener.advance_at = time.monotonic() + self._advance_after
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="demo server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop answering; open connections are closed. Does nothing when it was not started."""
        if self._listener is None or self._thread is None:
            return
        self._listener.shutdown()
        self._thread.join()
        self._listener.close_connections()
        self._listener.server_close()
        self._listener = self._thread = None
        self._sites.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def resource(self, path: str) -> Resource | None:
        """What a path answers in the edition that is out now."""
        edition = self.edition
        if edition not in self._sites:
            self._sites[edition] = site(self.url, self._now, edition)
        return self._sites[edition].get(path)


class _Listener(ThreadingHTTPServer):
    """A listening socket that knows its open connections, so that ``close`` does not wait for idle ones."""

    daemon_threads = False  # server_close joins them
    allow_reuse_address = True
    request_queue_size = 64
    demo: DemoServer
    advance_at = float("inf")

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was quicker
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's error; anything else is ours and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Visit(BaseHTTPRequestHandler):
    """One connection: GET and HEAD of what the site holds."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleFeeds"
    sys_version = ""
    timeout = 30
    server: _Listener
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        resource = self.server.demo.resource(urlsplit(self.path).path)
        if resource is None:
            self._answer(
                HTTPStatus.NOT_FOUND, b"There is no such page here.\n", {"Content-Type": "text/plain; charset=utf-8"}
            )
        elif resource.location:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": resource.location})
        elif _is_known(resource, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", _validators(resource))
        elif resource.sound:
            self._answer_part(resource, wav(resource.sound))
        else:
            self._answer_whole(resource)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer_whole(self, resource: Resource) -> None:
        headers = {"Content-Type": resource.content_type, **_validators(resource)}
        body = resource.body
        if resource.content_type.startswith(_COMPRESSED):
            headers["Vary"] = "Accept-Encoding"
            if _GZIP.search(self.headers.get("Accept-Encoding", "")):
                headers["Content-Encoding"] = "gzip"
                body = gzip.compress(body, compresslevel=6, mtime=0)
        self._answer(HTTPStatus.OK, body, headers)

    def _answer_part(self, resource: Resource, body: bytes) -> None:
        """Audio players ask for parts (RFC 9110, 14); a range that is not understood is ignored."""
        headers = {"Content-Type": resource.content_type, "Accept-Ranges": "bytes", **_validators(resource)}
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if asked is None or asked.group() == "bytes=-" or self.headers.get("If-Range", resource.etag) != resource.etag:
            self._answer(HTTPStatus.OK, body, headers)
            return
        first, end = _span(asked[1], asked[2], len(body))
        if first >= end:
            self._answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(body)}"})
            return
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(body)}"
        self._answer(HTTPStatus.PARTIAL_CONTENT, body[first:end], headers)

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Quiet: the terminal belongs to the command that started the demo."""


def _validators(resource: Resource) -> dict[str, str]:
    return {
        "ETag": resource.etag,
        "Last-Modified": resource.last_modified,
        "Cache-Control": f"public, max-age={resource.max_age}",
    }


def _is_known(resource: Resource, none_match: str | None, modified_since: str | None) -> bool:
    """Whether the asker has it already; the date counts only where no ETag was sent (RFC 9110, 13.2.2)."""
    if none_match is not None:
        known = {tag.strip().removeprefix("W/") for tag in none_match.split(",")}
        return "*" in known or resource.etag.removeprefix("W/") in known
    if modified_since is None:
        return False
    try:
        return parsedate_to_datetime(resource.last_modified) <= parsedate_to_datetime(modified_since)
    except (TypeError, ValueError):  # not a date, or one without a zone
        return False


def _span(first: str, last: str, length: int) -> tuple[int, int]:
    """The two numbers of a range → (first byte, byte after the last); empty when it lies outside."""
    if not first:
        return max(0, length - int(last)), length
    return int(first), min(length, int(last) + 1) if last else length
