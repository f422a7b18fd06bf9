"""A saved page from its address to its text: fetched by the worker, called as it calls itself, tried again by hand."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest
from tests.internet import LOOPBACK, Internet, Reply
from tests.pages import PARAGRAPHS, TITLE, page
from tests.people import Cast

from dateline.actions import saved_pages
from dateline.model import Entry, User
from dateline.refresh.work import Refresher
from dateline.store import Database, streams


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet() as there:
        yield there


def work(db: Database, now: datetime) -> None:
    """The worker's two rounds: feeds, of which none is due, and articles."""
    refresher = Refresher(db, LOOPBACK, version="0", holder="test", clock=lambda: now)
    asyncio.run(refresher.run_once())
    asyncio.run(refresher.fetch_articles())


def read(db: Database, user: User, entry_id: int) -> Entry:
    with db.reading() as tx:
        return streams.entry(tx, user.id, entry_id)


def test_a_page_is_read_and_then_called_as_it_calls_itself(
    db: Database, cast: Cast, now: datetime, internet: Internet
) -> None:
    internet["/1"] = Reply(page(), content_type="text/html; charset=utf-8")
    entry_id = saved_pages.save(db, cast.alice, internet.url("/1"), feed_title="Saved pages", now=now)
    work(db, now)
    entry = read(db, cast.alice, entry_id)
    assert entry.title.startswith(TITLE)
    assert all(paragraph in str(entry.content_html) for paragraph in PARAGRAPHS)
    assert len(internet.asked("/1")) == 1
    assert not internet.asked("/feed")


def test_a_page_that_failed_says_why_and_is_had_when_it_is_saved_again(
    db: Database, cast: Cast, now: datetime, internet: Internet
) -> None:
    internet["/1"] = 404
    entry_id = saved_pages.save(db, cast.alice, internet.url("/1"), feed_title="Saved pages", now=now)
    work(db, now)
    failed = read(db, cast.alice, entry_id).full_text
    assert failed is not None
    assert failed.code == "fetch.not_found"
    internet["/1"] = Reply(page(), content_type="text/html; charset=utf-8")
    assert saved_pages.save(db, cast.alice, internet.url("/1"), feed_title="Saved pages", now=now) == entry_id
    work(db, now)
    assert PARAGRAPHS[1] in str(read(db, cast.alice, entry_id).content_html)
