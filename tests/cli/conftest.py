"""The real program, run as a stranger runs it: a process with an environment, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.internet import Internet, Page, Reply, rss
from tests.processes import children

from dateline.actions import accounts, subscriptions
from dateline.clean import clean_html, plain_text
from dateline.settings import Settings
from dateline.store import Database, open_database

PROGRAM = (sys.executable, "-m", "dateline")
PASSWORD = "correct horse battery"
PATIENCE = 30.0
"""Seconds after which a test gives up; nothing is measured by it."""

FEED = rss("News", "First", "Second", "Third")
PAGE = (
    b"<html><head><title>A page</title><link rel='alternate' type='application/rss+xml' href='/feed' title='News'>"
    b"</head><body>Hello</body></html>"
)


class Ran(Struct, frozen=True, kw_only=True):
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output as JSON; the command must have succeeded."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def refused(self, exit_code: int, *words: str) -> None:
        """It failed with this exit code, one line with these words, and no traceback."""
        assert self.code == exit_code, (self.code, self.err)
        assert "Traceback" not in self.err
        assert self.err.count("\n") == 1, self.err
        for word in ("dateline: ", *words):
            assert word in self.err


class Shell:
    """A folder and an environment in which commands run."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {
            "database_url": "sqlite:///dateline.sqlite",
            "allowed_networks": "127.0.0.0/8",
            "host_connections": "8",
            "host_spacing": "0",
            **settings,
        }
        self.database = folder / "dateline.sqlite"

    def environment(self, **more: str) -> dict[str, str]:
        """What the commands see: no setting of the machine that runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        return kept | {f"DATELINE_{name.upper()}": value for name, value in {**self.settings, **more}.items()}

    def run(
        self,
        *words: str | Path,
        stdin: str | bytes = b"",
        settings: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
    ) -> Ran:
        """Run a command to its end. ``before`` is called in the new process."""
        done = subprocess.run(
            [*PROGRAM, *words],
            cwd=self.folder,
            env=self.environment(**(settings or {})),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=PATIENCE,
            preexec_fn=before,
            check=False,
        )
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    def opened(self) -> AbstractContextManager[Database]:
        """The database, for what a test needs to be there before, or looks at afterwards."""
        url = self.settings["database_url"]
        local = url.startswith("sqlite:")
        return open_database(
            f"sqlite:///{self.database}" if local else url, sanitiser=clean_html, text_of=plain_text
        ).closing()

    def add_user(self, name: str = "alice", *feeds: str, folder: str | None = None, is_admin: bool = False) -> None:
        """Create an account that subscribes to these addresses."""
        place = Path(self.settings.get("secret_file", self.folder / "secret.key"))
        now = datetime.now(UTC)
        with self.opened() as db:
            user = accounts.create(db, name=name, password=PASSWORD, is_admin=is_admin, now=now)
            for url in feeds:
                subscriptions.subscribe(db, user, url, new_folder=folder, settings=Settings(secret_file=place), now=now)

    def count(self) -> int:
        """How many entries are stored."""
        with self.opened() as db, db.reading() as tx:
            return int(tx.value("SELECT count(*) FROM entry"))

    def titles(self, name: str = "alice", *more: str) -> list[str]:
        """The titles of an account's entries, sorted."""
        found = self.run("entries", "--user", name, "--shown", "all", "--json", *more).json()
        return sorted(entry["title"] for entry in found)

    def start(self, *words: str, **settings: str) -> "Started":
        """Start a command that goes on."""
        return Started(self, words, settings)


class Started:
    """A running command; leaving the block ends it."""

    def __init__(self, shell: Shell, words: tuple[str, ...], settings: dict[str, str]) -> None:
        self.log = shell.folder / f"{words[0]}-{time.monotonic_ns()}.log"
        self._err = self.log.open("wb")
        self.process = subprocess.Popen(
            [*PROGRAM, *words],
            cwd=shell.folder,
            env=shell.environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._err,
            start_new_session=True,
        )
        self.said = ""

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._err.close()

    def address(self) -> str:
        """Read what is printed up to the address, and wait until it answers. Without a slash at its end."""
        self.says_that_it_serves()
        found = self.said.rpartition("serves on ")[2].split()[0].rstrip("/,")
        until(lambda: status(found + "/healthz") == 200, self.log)
        return found

    def says_that_it_serves(self) -> None:
        """Read what is printed up to the address; nobody may answer there yet."""
        assert self.process.stdout is not None
        while "serves on " not in self.said:
            line = self.process.stdout.readline().decode()
            assert line, self.log.read_text()
            self.said += line

    def family(self) -> list[int]:
        """The process ids of the command and everything that it started."""
        found = [self.process.pid]
        for pid in found:
            found += sorted(children(pid))
        return found

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end. The exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def is_alive(pid: int) -> bool:
    """Whether a process runs (one that only waits to be buried does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool], log: Path | None = None) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, log.read_text() if log else "waited in vain"
        time.sleep(0.02)


def status(url: str) -> int:
    """The status of a GET; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A new folder with nothing in it."""
    return Shell(tmp_path)


@pytest.fixture
def internet() -> Iterator[Internet]:
    """A server with a feed, a page that announces it, and a feed that was withdrawn."""
    pages: dict[str, Page] = {
        "/feed": Reply(FEED, etag='"1"'),
        "/page": Reply(PAGE, content_type="text/html"),
        "/gone": 410,
    }
    with Internet(pages) as server:
        yield server
