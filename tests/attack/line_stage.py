"""A process that runs the whole line and measures itself: jobs come in, what became of each goes out.

``python -m tests.attack.line_stage`` reads a ``Job`` a line and answers each with a ``Told``. Each job runs in a fork
of this process: one that crashes or is killed takes nothing else with it, and its highest memory is its own. The
servers run elsewhere (``line_scene``), so that what an attack costs *them* is not counted.
"""

import asyncio
import gc
import logging
import os
import resource
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import Struct
from tests.attack.page_judge import wrongs
from tests.web.browsing import Browser

from dateline.actions import following
from dateline.actions import full_texts as full_text_actions
from dateline.actions import pages as page_actions
from dateline.actions import subscriptions as subscription_actions
from dateline.asgi import create_app
from dateline.clean import clean_html
from dateline.errors import DatelineError
from dateline.model import FullTextRules, User
from dateline.parse.page.rules import page_rules
from dateline.refresh.work import Refresher, Report
from dateline.settings import Settings
from dateline.store import Database, accounts, open_database, subscriptions
from dateline.store.feeds import PAGE_MARK
from dateline.store.full_texts import Wish
from dateline.store.write import transaction

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CPU_SECONDS = 180
"""A net, no proof: what runs longer is killed, and the suite does not hang."""
LOOKED_AT = 3_000_000
"""Characters of a page that the judge reads."""
PAGES = (
    "/",
    "/all",
    "/feed/1",
    "/feed/2",
    "/subscriptions",
    "/subscriptions/1",
    "/?q=word",
    "/opml/subscriptions.opml",
)


class Job(Struct, frozen=True, kw_only=True):
    """What to do in a database of its own.

    ``feeds`` are subscribed and refreshed ``rounds`` times, a day apart; ``icons`` are looked for then. ``names`` are
    what host names resolve to, a list of addresses a time (the last one for ever). ``upload`` is a file given to the
    OPML import, ``paste`` an address given to the page that finds feeds; their page's status is in ``Told.pages``.
    With ``rules`` the first of ``feeds`` is a page read by them; a folder follows the list at ``follow``; with
    ``full_texts`` the articles behind all links are fetched.
    """

    database: str
    feeds: list[str]
    rounds: int = 1
    icons: bool = False
    names: dict[str, list[list[str]]] = {}
    fetch_timeout: float = 20.0
    fetch_max_bytes: int = 15_000_000
    opened: tuple[str, ...] = ("127.0.0.1/32", "127.0.0.2/32")
    upload: bytes | None = None
    paste: str | None = None
    rules: dict[str, str] | None = None
    follow: str | None = None
    full_texts: bool = False


class Told(Struct, frozen=True, kw_only=True):
    """What became of a job.

    ``codes``: a round's, by address. ``stored``: entries by feed's address. ``next_days``: days until each is due.
    ``titles``: of the entries, in the order of their ids, by feed's address (the first ten). ``pages``: statuses.
    ``wrongs``: what a page holds that none may. ``followed``: the code of a followed list, ``articles``: those of full
    texts. ``logged``: unexpected errors. ``peak_kb``: highest resident memory.
    """

    codes: list[dict[str, str]] = []
    details: list[dict[str, str]] = []
    stored: dict[str, int] = {}
    titles: dict[str, list[str]] = {}
    next_days: dict[str, float] = {}
    pages: dict[str, int] = {}
    wrongs: list[str] = []
    icon_types: list[str] = []
    followed: str = ""
    articles: list[str] = []
    logged: list[str] = []
    peak_kb: int = 0
    cpu_seconds: float = 0.0


class _Errors(logging.Handler):
    """Keeps what is logged as an error: a surprise is logged with its traceback before it becomes a code."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.texts.append(f"{record.getMessage()[:300]} {trace[-1500:]}")


class _Line:
    """One job: Alice, her feeds, the clock."""

    def __init__(self, job: Job, db: Database) -> None:
        self.job = job
        self.db = db
        self.now = NOW
        networks = tuple(ip_network(network) for network in job.opened)
        self.settings = Settings(
            database_url=job.database,
            allowed_networks=networks,
            host_connections=8,
            host_spacing=0,
            fetch_timeout=job.fetch_timeout,
            fetch_max_bytes=job.fetch_max_bytes,
        )
        self.browser = Browser(create_app(self.settings, db, clock=lambda: self.now), user=self._alice())
        self.browser.cookies["dateline"] = "token-of-alice"
        self.told: dict[str, Any] = {"codes": [], "details": [], "pages": {}, "wrongs": [], "logged": []}

    def _alice(self) -> User:
        with transaction(self.db) as tx:
            alice = accounts.add_user(
                tx, name="alice", password_hash="none", is_admin=True, language="en", time_zone="UTC", now=self.now
            )
            accounts.add_session(tx, alice.id, "token-of-alice", self.now)
        return alice

    def run(self) -> None:
        """Everything that the job asks for, then the pages."""
        assert self.browser.user is not None
        for place, url in enumerate(self.job.feeds):
            self._subscribe(self.browser.user, url, self.job.rules if place == 0 else None)
        for _ in range(self.job.rounds):
            self._round()
            self.now += timedelta(days=1)
        self.now -= timedelta(days=1)
        if self.job.icons:
            asyncio.run(self._refresher([]).find_icons())
        if self.job.full_texts:
            asyncio.run(self._refresher([]).fetch_articles())
        if self.job.follow is not None:
            self._follow(self.browser.user, self.job.follow)
        answers = dict(self._answers())
        self._measure()
        self.told["pages"] = {path: status for path, (status, _) in answers.items()}
        for path, (_, text) in answers.items():
            self.told["wrongs"] += [f"{path}: {wrong}" for wrong in wrongs(text[:LOOKED_AT])]

    def _subscribe(self, user: User, url: str, rules: dict[str, str] | None) -> None:
        if rules is not None:
            page_actions.subscribe_to_page(self.db, user, url, page_rules(rules), now=self.now)
            return
        ident = subscription_actions.subscribe(self.db, user, url, now=self.now)
        if self.job.full_texts:
            full_text_actions.choose(self.db, user, ident, Wish(mode="always", rules=FullTextRules()), now=self.now)

    def _follow(self, user: User, url: str) -> None:
        with transaction(self.db) as tx:
            folder = subscriptions.add_folder(tx, user.id, "Followed", None)
        following.follow(self.db, user, folder, url, now=self.now)
        found = following.check_now(self.db, self.settings, folder, version="0", holder="list", clock=lambda: self.now)
        self.told["followed"] = found.code if found is not None else "nothing"

    def _refresher(self, reports: list[Report]) -> Refresher:
        return Refresher(
            self.db,
            self.settings,
            version="0",
            holder="line",
            clock=lambda: self.now,
            on_report=reports.append,
        )

    def _round(self) -> None:
        reports: list[Report] = []
        with transaction(self.db) as tx:
            tx.run("UPDATE feed SET next_at = 0 WHERE next_at IS NOT NULL")
        asyncio.run(self._refresher(reports).run_once(None))
        self.told["codes"].append({_address(report.url): report.code for report in reports})
        self.told["details"].append({_address(report.url): report.detail for report in reports})

    def _answers(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """What a person sees afterwards; the status and the text of each page."""
        if self.job.upload is not None:
            answer = self.browser.post("/opml", files={"file": ("subscriptions.opml", self.job.upload)})
            yield "upload", (answer.status, answer.text)
        if self.job.paste is not None:
            answer = self.browser.post("/subscriptions/add", {"url": self.job.paste})
            yield "paste", (answer.status, answer.text)
        with self.db.reading() as tx:
            entries = tx.column("SELECT min(id) FROM entry GROUP BY feed_id") if self.job.feeds else []
        for path in (*PAGES[: 8 if self.job.feeds else 2], *(f"/entry/{entry}" for entry in entries)):
            answer = self.browser.get(path)
            is_page = (answer.header("content-type") or "").startswith("text/html")
            yield path, (answer.status, answer.text if is_page else "")

    def _measure(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        self.told["peak_kb"] = used.ru_maxrss
        self.told["cpu_seconds"] = used.ru_utime + used.ru_stime
        with self.db.reading() as tx:
            rows = tx.all(
                "SELECT f.url, count(e.id), max(f.next_at) FROM feed f"
                " LEFT JOIN entry e ON e.feed_id = f.id GROUP BY f.url"
            )
            titles = tx.all(
                "SELECT f.url, e.title FROM entry e JOIN feed f ON f.id = e.feed_id ORDER BY e.id LIMIT 400"
            )
            self.told["icon_types"] = tx.column("SELECT content_type FROM icon ORDER BY id")
            self.told["articles"] = tx.column("SELECT code FROM full_text ORDER BY entry_id")
        rows = [(_address(url), *rest) for url, *rest in rows]
        self.told["stored"] = {url: count for url, count, _ in rows}
        self.told["next_days"] = {url: (at / 1e6 - self.now.timestamp()) / 86_400 for url, _, at in rows if at}
        self.told["titles"] = {}
        for url, title in titles:
            self.told["titles"].setdefault(_address(url), []).append(title)


def _address(url: str) -> str:
    """A feed's address as the job has it, without the rules that a page is read by."""
    return url.partition(PAGE_MARK)[0]


@contextmanager
def _resolving(names: dict[str, list[list[str]]]) -> Iterator[None]:
    """The system's resolver with the names of a job: the one place where the internet of the tests reaches in here."""
    real = socket.getaddrinfo
    left = {name: [list(answer) for answer in answers] for name, answers in names.items()}

    def answer(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if host not in left:
            return real(host, port, *rest, **named)
        addresses = left[host][0] if len(left[host]) == 1 else left[host].pop(0)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if ":" in address else (address, port))
            for family, address in zip(families, addresses, strict=True)
        ]

    socket.getaddrinfo = answer
    try:
        yield
    finally:
        socket.getaddrinfo = real


def do(job: Job) -> Told:
    """Run one job in this process."""
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    with _resolving(job.names), open_database(job.database, sanitiser=clean_html).closing() as db:
        line = _Line(job, db)
        try:
            line.run()
        except DatelineError as error:
            line.told["logged"].append(f"{error}")
    line.told["logged"] += errors.texts
    return msgspec.convert(line.told, Told)


def _child(job: Job, pipe: int) -> None:
    """In the fork: run, answer, be gone."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    with os.fdopen(pipe, "wb") as out:
        try:
            told = do(job)
        except BaseException:  # noqa: BLE001 - whatever it was, it is told
            told = Told(logged=[traceback.format_exc()])
        out.write(msgspec.json.encode(told))
    os._exit(0)


def main() -> None:
    """Answer jobs until there are no more."""
    with TemporaryDirectory() as folder:  # what every job needs is loaded once, not in each fork
        do(Job(database=f"sqlite:///{folder}/warm.sqlite", feeds=["http://127.0.0.1:1/"]))
    gc.freeze()  # what is shared with the forks is not touched by their collectors
    for line in sys.stdin.buffer:
        job = msgspec.json.decode(line, type=Job)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(job, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
        status = os.waitpid(child, 0)[1]
        if status != 0 or not answer:
            answer = msgspec.json.encode(Told(logged=[f"the process died: status {status}"]))
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
