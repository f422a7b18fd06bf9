"""Speed, guarded by counts: hot queries use their indexes, a page takes few statements (times are ``make bench``'s)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import get_args

import apsw
import pytest
from tests.people import make_cast
from tests.searches import searched
from tests.store.feeding import fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import subscriptions as arranging
from dateline.errors import NotFound
from dateline.model import Cursor, Retention, Shown, Stream, User
from dateline.preferences import Order, ReadWhen
from dateline.refresh import deliver, index
from dateline.store import (
    Database,
    accounts,
    delivery,
    devices,
    entries,
    expiry,
    feeds,
    history,
    hosts,
    icons,
    leases,
    open_database,
    orphans,
    own_appearance,
    pushes,
    read_by_itself,
    read_choices,
    retention,
    saved_searches,
    search,
    sidebars,
    states,
    statistics,
    streams,
)
from dateline.store import subscriptions as sidebar
from dateline.store.saved_searches import SavedSearch
from dateline.store.sqlite.engine import SqliteTx, SqliteWriteTx

LARGE = (
    "entry",
    "unread",
    "entry_body",
    "history",
    "star",
    "tombstone",
    "feed",
    "feed_check",
    "session",
    "host",
    "websub_push",
    "saved_search",
    "notification",
)
FEEDS = 30
MOMENT = datetime.fromisoformat("2026-11-22T12:00:00Z")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, User]]:
    """Alice reads thirty feeds of a hundred entries; a third of all is read, one feed is in a folder."""
    moment = MOMENT
    file = tmp_path_factory.mktemp("plans") / "library.sqlite"
    with open_database(f"sqlite:///{file}").closing() as db:
        user = make_cast(db, moment).alice
        folder = arranging.add_folder(db, user, "Press", now=moment)
        for number in range(FEEDS):
            own, feed = subscribed(db, user, f"https://{number}.test/", moment)
            ids = fill(db, feed, [f"{number}/{n}" for n in range(100)], moment + timedelta(minutes=number))
            deliver.catch_up(db, user.id)
            deeds.mark(db, user, ids[::3], read=True, now=moment)
            deeds.star(db, user, ids[:2], starred=True, now=moment)
            if number == 0:
                arranging.edit(db, user, own, folder_ids=[folder], now=moment)
        index.index_all(db)
        yield db, user


class Log:
    """The statements that ran, with the plan of each."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.plans: list[str] = []
        self.scans: list[str] = []

    def note(self, connection: apsw.Connection, sql: str, bindings: object) -> None:
        self.statements.append(sql)
        # a plan does not depend on the values, and NULL is a value that every parameter takes
        names = set(re.findall(r":(\w+)", sql))
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names)).fetchall()
        for row in plan:
            self.plans.append(str(row[3]))
            scanned = re.match(r"SCAN (?:TABLE )?(\w+)", str(row[3]))
            if scanned and _table(sql, scanned[1]) in LARGE:
                self.scans.append(f"{row[3]}: {sql}")


def _table(sql: str, alias: str) -> str:
    named = re.search(rf"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: AS)? {alias}\b", sql)
    return named[1] if named else alias


@contextmanager
def watched(db: Database, *, writing: bool = False) -> Iterator[tuple[SqliteTx, Log]]:
    """A transaction whose statements are logged."""
    log = Log()
    with db.writing() if writing else db.reading() as tx:
        assert isinstance(tx, SqliteTx)
        connection = tx._connection
        busy = False

        def trace(cursor: apsw.Cursor, sql: str, bindings: object) -> bool:
            nonlocal busy
            if not busy:
                busy = True
                log.note(connection, sql, bindings)
                busy = False
            return True

        connection.exec_trace = trace
        try:
            yield tx, log
        finally:
            connection.exec_trace = None


@contextmanager
def undone(db: Database) -> Iterator[tuple[SqliteWriteTx, Log]]:
    """A writing one of which nothing is kept."""
    with suppress(InterruptedError), watched(db, writing=True) as (tx, log):
        assert isinstance(tx, SqliteWriteTx)
        yield tx, log
        raise InterruptedError("it is rolled back")


STREAMS = {
    "unread": Stream(),
    "unread after a place": Stream(),
    "all": Stream(shown="all"),
    "important": Stream(kind="important"),
    "one feed": Stream(kind="feed", key=1),
    "one feed, all": Stream(kind="feed", key=1, shown="all"),
    "folder": Stream(kind="folder", key=1),
    "starred": Stream(kind="starred"),
    "search": Stream(search=searched("text")),
    "search in starred": Stream(kind="starred", search=searched("text")),
    "search without words": Stream(search=searched("inurl:example -is:read date:P99Y")),
    "search with and without": Stream(search=searched("text -other -is:starred pubdate:1990/")),
    "search of each": Stream(search=searched("intitle:/[0-9]/")),
    "search of labels": Stream(search=searched("text -L:*")),
    "any label": Stream(kind="label"),
    "recently read": Stream(kind="recent"),
    "today": Stream(kind="today", since=MOMENT),
    "today, all": Stream(kind="today", since=MOMENT, shown="all"),
    "read": Stream(shown="read"),
    "read of a feed": Stream(kind="feed", key=1, shown="read"),
    "favourites of all feeds": Stream(shown="starred"),
    "favourites of a folder": Stream(kind="folder", key=1, shown="starred"),
    "favourites of a label": Stream(kind="label", shown="starred"),
    "favourites that are found": Stream(search=searched("text"), shown="starred"),
    "unread or starred": Stream(shown="unread_or_starred"),
    "unread, not starred": Stream(shown="unread_not_starred"),
    "unread, not starred, of a folder": Stream(kind="folder", key=1, shown="unread_not_starred"),
    "today, oldest": Stream(kind="today", since=MOMENT, order="oldest"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_page_scans_no_table_and_takes_few_statements(library: tuple[Database, User], name: str) -> None:
    db, user = library
    before = Cursor(at=2**60, entry_id=2**60) if name.endswith("place") else None
    with watched(db) as (tx, log):
        page = streams.read(tx, user.id, STREAMS[name], before=before)
    assert page.entries or name in ("important", "any label", "favourites of a label")
    assert log.scans == []
    # gathering asks each feed that may be on the page by itself
    gathered = sum("t.listed_at >= :bound" in sql for sql in log.statements)
    # what is asked of each entry is asked of 250 at a time
    most = 20 if name.endswith("of each") else 8
    assert len(log.statements) - gathered <= most
    assert gathered <= FEEDS


@pytest.mark.parametrize("order", get_args(Order))
@pytest.mark.parametrize("shown", ["unread", "all"])
def test_no_order_scans_a_table_or_takes_many_statements(
    library: tuple[Database, User], order: Order, shown: Shown
) -> None:
    db, user = library
    stream = Stream(order=order, shown=shown)
    before = None
    for _ in range(2):
        with watched(db) as (tx, log):
            page = streams.read(tx, user.id, stream, before=before)
        before = page.next
        assert log.scans == []
        gathered = sum("t.listed_at >= :bound" in sql or "t.listed_at <= :bound" in sql for sql in log.statements)
        assert len(log.statements) - gathered <= 10
        assert gathered <= 3 * FEEDS


@pytest.mark.parametrize("order", ["title_z", "published_oldest", "fair"])
@pytest.mark.parametrize("shown", ["read", "starred", "unread_or_starred", "unread_not_starred"])
def test_no_state_scans_a_table_in_any_order(library: tuple[Database, User], order: Order, shown: Shown) -> None:
    db, user = library
    with watched(db) as (tx, log):
        page = streams.read(tx, user.id, Stream(order=order, shown=shown))
    assert page.entries
    assert log.scans == []
    gathered = sum("t.listed_at >= :bound" in sql or "t.listed_at <= :bound" in sql for sql in log.statements)
    assert len(log.statements) - gathered <= 12
    assert gathered <= 6 * FEEDS


def test_saved_searches_cost_a_statement_where_there_are_some_and_none_elsewhere(
    library: tuple[Database, User],
) -> None:
    db, user = library
    with undone(db) as (tx, log):
        assert sidebars.read(tx, user.id).searches == ()
        before = len(log.statements)
        ident = saved_searches.add(tx, user.id, SavedSearch(name="Rain", query="rain"))
        log.statements.clear()
        assert [one.id for one in sidebars.read(tx, user.id).searches] == [ident]
        assert len(log.statements) == before + 1
        assert log.scans == []


def test_a_page_of_unread_takes_as_many_statements_whatever_it_shows(library: tuple[Database, User]) -> None:
    db, user = library
    counts = []
    for limit in (1, 50, 500):
        with watched(db) as (tx, log):
            sidebars.read(tx, user.id)
            streams.read(tx, user.id, Stream(), limit=limit)
        counts.append(len(log.statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


def test_what_runs_all_the_time_scans_no_table(library: tuple[Database, User], now: datetime) -> None:
    db, user = library
    with watched(db) as (tx, log):
        sidebars.read(tx, user.id)
        delivery.undelivered(tx, user.id)
        statistics.of_user(tx, user.id, now)
        accounts.session_user(tx, "token", now)
        leases.due(tx, holder="me", now=now, limit=400, full_hosts=["a.test"])
        leases.next_due_at(tx)
        feeds.find(tx, "https://1.test/")
        icons.without_icon(tx, 10)
        for reader in (user.id, None):
            with pytest.raises(NotFound):
                icons.read(tx, 10, user_id=reader)
        own_appearance.icon_bytes(tx, user.id, besides=1)
        orphans.left_before(tx, now, 20)
        sidebar.by_feed_url(tx, user.id, "https://1.test/")
        entries.carried(tx, 1)
        entries.with_hashes(tx, 1, [b"0123456789abcdef"])
        entries.buried(tx, 1, [b"0123456789abcdef"])
        entries.newest_id(tx)
        search.waiting(tx, 100)
        search.edited(tx, 100)
        hosts.times(tx, ["1.test"])
        pushes.is_due(tx, now)
        devices.is_due(tx, now)
        devices.important_after(tx, user.id, 1, 100)
        history.deeds(tx, user.id, 0)
        streams.entry(tx, user.id, 1)
    assert log.scans == []


def test_retention_walks_the_order_of_one_feed(library: tuple[Database, User], now: datetime) -> None:
    db, user = library
    proposal = retention.Proposal(scope="account", key=user.id, rule=Retention(age=7, count=50, keep_unread=False))
    with watched(db) as (tx, log):
        retention.any_rule(tx)
        expiry.due(tx, now, 50)
        (plan,) = expiry.plans(tx, [1], proposal)
        before = expiry.common_bound(tx, plan, now)
        assert before is not None
        places = expiry.walk(tx, plan, after=(0, 0), before=before, limit=1000)
        expiry.going(tx, plan, [place[1] for place in places], now)
        expiry.unread_past(tx, plan, user.id, before, now, 200)
        expiry.effect(tx, proposal, [1, 2, 3], now)
    assert log.scans == []
    of_entries = [plan for plan in log.plans if re.match(r"SEARCH e\b|SEARCH entry\b", plan)]
    walked = [plan for plan in of_entries if "rowid=?" not in plan]
    assert walked
    assert all("entry_listed" in plan for plan in walked), walked


def test_marking_an_entry_reads_that_entry_alone(library: tuple[Database, User], now: datetime) -> None:
    """Not all of the unread ones: a click costs the same whatever waits."""
    db, user = library
    with watched(db, writing=True) as (tx, log):
        assert isinstance(tx, SqliteWriteTx)
        assert states.mark_read(tx, user.id, [2]).ids == [2]
        assert states.mark_unread(tx, user.id, [2]) == [2]
        assert states.star(tx, user.id, [2], now) == []
        states.unstar(tx, user.id, [2])
        states.visible(tx, user.id, [2])
    assert log.scans == []
    searched = [plan for plan in log.plans if re.match(r"SEARCH (unread|star|u|t)\b", plan)]
    assert len(searched) == 3  # read, unstar, visible
    assert all("listed_at=? AND entry_id=?" in plan for plan in searched), searched


@pytest.mark.parametrize(
    "chosen",
    [
        ReadWhen(arrived=True),
        ReadWhen(gone=True, beyond=3),
        ReadWhen(repeated=10),
        ReadWhen(repeated_near=10),
    ],
)
def test_what_counts_as_read_by_itself_is_found_by_indexes(library: tuple[Database, User], chosen: ReadWhen) -> None:
    db, user = library
    with undone(db) as (tx, log):
        newest = entries.newest_id(tx)
        arrivals = {1: (0, 40), FEEDS: (newest - 5, newest)}
        read_choices.keep(tx, user.id, "folder", 1, chosen)
        read_choices.keep(tx, user.id, "feed", FEEDS, chosen)
        log.statements.clear()
        read_by_itself.settle(tx, user.id, arrivals)
        read_by_itself.read_gone(tx, user.id, FEEDS, [newest])
        assert log.scans == []
        wide = [plan for plan in log.plans if re.match(r"SEARCH (entry|unread|star|t) USING", plan)]
        assert wide
        assert all(re.search(r"rowid=|entry_id=|feed_id=\?( AND (id|listed_at)[<>=]|\))", plan) for plan in wide), wide


def test_who_chose_nothing_of_it_costs_one_statement(library: tuple[Database, User]) -> None:
    db, user = library
    with undone(db) as (tx, log):
        read_by_itself.settle(tx, user.id, dict.fromkeys(range(1, FEEDS), (0, 100)))
        assert len(log.statements) == 1
        assert read_choices.reading_gone(tx, [1, 2]) == {}
        assert len(log.statements) == 2
        assert {plan.partition(" USING")[0] for plan in log.plans if "read_when" in plan} >= {"SEARCH d", "SEARCH s"}
