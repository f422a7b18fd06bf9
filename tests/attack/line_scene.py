"""Where the whole line is attacked: a hostile server, a good one, one that nobody may reach, and the line.

``Attack`` is a row of the table (``line_servers``, ``line_documents``): what the hostile server does, what must come of
it, which limit ends it. ``Theatre`` plays one: it starts the servers, has the line run in its own process, and tells.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from msgspec import Struct
from tests.attack.line_stage import Job, Told
from tests.internet import Internet, Page, Script, Wire, rss

ROOT = Path(__file__).resolve().parents[2]
GOOD = rss("Good", "One word", "Two", "Three")
QUICK = 1.0
"""Seconds that a GET may take in total where an attack plays for time: the line's own limit ends it, only sooner."""

LIMITS = {
    "time": "`fetch_timeout` (30 s) for the whole GET",
    "size": "`fetch_max_bytes` (15 MB), before and after decompression",
    "head": "16 kB of headers",
    "hops": "10 redirects, no address twice",
    "guard": "the guard, before anything is sent",
    "document": "32 MB, 600,000 tags, 500,000 attributes, 256 deep, 20,000 entries",
    "json": "300,000 objects and lists, 1,000,000 commas, 20,000 entries",
    "content": "400,000 characters of an entry",
    "fields": "each field cut to its length",
    "page": "2 MB or 100,000 tags of a page, 60 attributes a tag, 20 s in all",
    "picture": "100 kB a picture, four addresses",
    "rules": "12 MB of a page, counted steps of its rules",
    "article": "3 MB, 200,000 `<`, 60,000 elements, 60 attributes a tag, 12 s in a process of its own, ended then",
    "opml": "20 MB, 50,000 feeds, 20 folders deep",
    "answer": "the first bytes that make no sense",
}
"""Which limit bounds an attack's time and memory, and what it is: the table in ``docs/attacks.md`` says it so."""


class Scene(Struct, frozen=True, kw_only=True):
    """Addresses for an attack to use: origins of the hostile, the good and the secret server."""

    own: str
    good: str
    secret: str

    @property
    def secret_port(self) -> str:
        """The port that nobody may reach."""
        return self.secret.rpartition(":")[2]

    @property
    def own_port(self) -> str:
        """The hostile server's port, for names that lead to it."""
        return self.own.rpartition(":")[2]


Served = Callable[[Scene], dict[str, Page] | Script]
"""What the hostile server does: its pages by path (the feed is ``/feed``), or a script that answers every request."""


class Attack(Struct, frozen=True, kw_only=True):
    """One row of the table.

    ``code`` is the last round's; ``stored`` how many entries of the hostile feed are there afterwards (None: not said
    here). ``limit`` is one of ``LIMITS``; ``megabytes`` the most memory that the process may take beyond what a good
    feed takes. ``address`` is subscribed instead of the hostile server's ``/feed``. ``job`` are further fields of the
    ``Job``. ``engines``: "both" where it reaches the database.
    """

    serve: Served
    code: str = "ok"
    stored: int | None = None
    limit: str
    megabytes: int = 60
    address: Callable[[Scene], str] = lambda scene: f"{scene.own}/feed"
    job: Callable[[Scene], dict[str, Any]] = lambda scene: {}
    engines: str = "sqlite"
    check: Callable[["Played"], None] | None = None


class Played(Struct, frozen=True, kw_only=True):
    """What came of an attack: the line's word, and what the servers saw."""

    told: Told
    hostile: str
    good: str
    asked: int
    heads: Sequence[str]
    secret_connections: int


class Theatre:
    """The line's process, kept over many attacks; a context manager."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.attack.line_stage"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def tell(self, job: Job) -> Told:
        """Have one job done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(job) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Told)

    def play(self, attack: Attack, database: str) -> Played:
        """One attack, beside a good feed and a server that must not be reached."""
        with ExitStack() as stack:
            secret = stack.enter_context(Internet({"/": b"secret"}, host="127.0.0.3"))
            good = stack.enter_context(Internet({"/feed": GOOD}, host="127.0.0.2"))
            serve: Any = None

            async def answer(reader: Any, writer: Any) -> None:
                await serve(reader, writer)

            pages, wire = Internet(), Wire(answer)
            stack.enter_context(pages)
            stack.enter_context(wire)
            scene = Scene(own=pages.origin, good=good.origin, secret=secret.origin)
            serve = attack.serve(scene)
            if callable(serve):
                scene = msgspec.structs.replace(scene, own=wire.origin)
                serve = attack.serve(scene)
            else:
                pages.pages.update(serve)
            hostile = attack.address(scene)
            feeds = [hostile, good.url("/feed")]
            told = self.tell(Job(**{"database": database, "feeds": feeds, **attack.job(scene)}))
            heads = [head.decode("latin-1") for head in wire.heads] + [_head(asked) for asked in pages.requests]
            return Played(
                told=told,
                hostile=hostile,
                good=good.url("/feed"),
                asked=len(heads),
                heads=heads,
                secret_connections=secret.connections,
            )


def _head(asked: Any) -> str:
    return f"{asked.method} {asked.path}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in asked.headers)
