"""A running ``dateline serve`` with all its processes, their memory and CPU, and a client that behaves like a browser.

Linux only: CPU and PSS are read from ``/proc``.
"""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Struct

PATIENCE = 30.0
_TICK = os.sysconf("SC_CLK_TCK")


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):  # it has just ended
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
    return found


def pss_mb(pid: int) -> float:
    """The proportional set size of a process and all below it, in MB: shared pages count once."""
    total = 0
    for each in _tree(pid):
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{each}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total * 1024 / 1e6


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it."""
    total = 0
    for each in _tree(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICK


class Peak(threading.Thread):
    """Watches the memory of a process tree until it is stopped; ``mb`` is the highest it saw."""

    def __init__(self, pid: int, every: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.every = every
        self.mb = 0.0
        self._stop_asked = threading.Event()

    def run(self) -> None:
        while not self._stop_asked.wait(self.every):
            self.mb = max(self.mb, pss_mb(self.pid))

    def stop(self) -> float:
        """The highest it saw."""
        self._stop_asked.set()
        self.join()
        return self.mb


class Server:
    """``dateline serve`` on a free port of loopback, as a context manager."""

    def __init__(self, database: Path, *, worker: bool, **settings: str) -> None:
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DATELINE_")},
            "DATELINE_DATABASE_URL": f"sqlite:///{database.absolute()}",
            "DATELINE_ALLOWED_NETWORKS": "127.0.0.0/8",
            **{f"DATELINE_{key.upper()}": value for key, value in settings.items()},
        }
        command = [sys.executable, "-m", "dateline", "serve", "--listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(
            [*command, *([] if worker else ["--no-worker"])], env=environment, stdout=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        self.port = self._find_port()

    def _find_port(self) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                port = int(found[1])
                self._wait_for(port)
                return port
        raise RuntimeError("dateline serve did not start")

    def _wait_for(self, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                Client(port).get("/healthz")
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate()


class Client:
    """One browser: a kept connection, a session, the encodings that browsers take."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {
            "Cookie": f"dateline={token}",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "Sec-Fetch-Site": "same-origin",
        }

    def get(self, path: str) -> bytes:
        """A page, as it comes over the wire."""
        return self._send("GET", path, None, {})

    def post(self, path: str, form: str) -> bytes:
        """What a behaviour of the page sends; the answer is JSON."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        return self._send("POST", path, form, headers)

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        try:
            answer = self._answer(method, path, body, headers)
        except http.client.RemoteDisconnected:  # the server closed it while nothing was asked for long
            self._connection.close()
            answer = self._answer(method, path, body, headers)
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, {**self._headers, **headers})
        return self._connection.getresponse()


class Times(Struct, frozen=True, kw_only=True):
    """Milliseconds of many requests."""

    p50: float
    p99: float
    longest: float


def percentiles(seconds: Sequence[float]) -> Times:
    """Seconds of many requests → milliseconds."""
    ordered = sorted(1000 * second for second in seconds)
    last = len(ordered) - 1
    return Times(p50=ordered[last // 2], p99=ordered[round(0.99 * last)], longest=ordered[last])
