"""Icons: found where feeds and pages name them, small, really pictures, looked for once."""

import asyncio
from datetime import datetime

import pytest
from tests.internet import LOOPBACK, Internet, Page, Reply, redirect
from tests.people import Cast, make_cast
from tests.refresh.running import Runner

from dateline.actions import subscriptions
from dateline.refresh.work import Refresher
from dateline.store import Database, icons

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
ICO = b"\x00\x00\x01\x00" + b"\0" * 50
SVG = b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
PAGE = b"<!doctype html><html><head><title>Site</title>%s</head><body>x</body></html>"


def feed(site: str) -> bytes:
    return (
        f"<rss version='2.0'><channel><title>A</title><link>{site}</link>"
        "<item><guid>1</guid><title>One</title></item></channel></rss>"
    ).encode()


def found(db: Database, cast: Cast, now: datetime, pages: dict[str, Page], body: bytes | None = None) -> str | None:
    """The type of the icon that is found with these pages; it is looked for twice."""
    with Internet(pages) as internet:
        internet["/feed"] = body or feed(internet.url("/"))
        subscriptions.subscribe(db, cast.alice, internet.url("/feed"), now=now)
        Runner(db, now).run()
        for _ in range(2):
            asyncio.run(Refresher(db, LOOPBACK, version="0", holder="h", clock=lambda: now).find_icons())
            asked = len(internet.requests)
        assert len(internet.requests) == asked
    with db.reading() as tx:
        icon_id, checked = tx.one("SELECT icon_id, icon_checked_at FROM feed") or (None, None)
        assert checked is not None
        if icon_id is None:
            return None
        icon = icons.read(tx, icon_id, user_id=cast.alice.id)
        assert len(icon.body) <= 100_000
        assert len(icon.hash_hex) == 32
        return icon.content_type


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ({"/favicon.ico": ICO}, "image/x-icon"),
        ({"/": PAGE % b'<link rel="icon" href="/i.png">', "/i.png": PNG, "/favicon.ico": ICO}, "image/png"),
        ({"/": PAGE % b'<link rel="icon" href="/i.svg">', "/i.svg": SVG}, "image/svg+xml"),
        ({"/": PAGE % b'<link rel="icon" href="/none">', "/favicon.ico": ICO}, "image/x-icon"),
        ({"/": PAGE % b'<link rel="icon" href="/to">', "/to": redirect("/i.png"), "/i.png": PNG}, "image/png"),
        ({"/favicon.ico": PAGE % b""}, None),  # a page named like an icon
        ({"/favicon.ico": Reply(PAGE % b"", content_type="image/png")}, None),
        ({"/favicon.ico": PNG + b"\0" * 100_000}, None),  # too large
        ({"/favicon.ico": PNG + b"\0" * (100_000 - len(PNG))}, "image/png"),
        ({"/favicon.ico": b""}, None),
        ({"/favicon.ico": 404}, None),
        ({"/": 500, "/favicon.ico": ICO}, "image/x-icon"),
        ({"/": PAGE % b'<link rel="icon" href="http://10.0.0.1/i.png">'}, None),  # the guard
        ({"/": PAGE % b'<link rel="icon" href="javascript:alert(1)">', "/favicon.ico": ICO}, "image/x-icon"),
    ],
)
def test_an_icon_is_found_where_it_is(
    sqlite_db: Database, now: datetime, pages: dict[str, Page], expected: str | None
) -> None:
    assert found(sqlite_db, make_cast(sqlite_db, now), now, pages) == expected


def test_the_feeds_own_icon_comes_first(db: Database, cast: Cast, now: datetime) -> None:
    atom = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><icon>/own.png</icon>"
        b"<entry><id>1</id><title>One</title></entry></feed>"
    )
    assert found(db, cast, now, {"/own.png": PNG, "/favicon.ico": ICO}, atom) == "image/png"


def test_one_picture_of_many_feeds_is_stored_once(db: Database, cast: Cast, now: datetime) -> None:
    with Internet({"/favicon.ico": ICO}) as internet:
        for number in range(5):
            internet[f"/{number}"] = feed(internet.url("/"))
            subscriptions.subscribe(db, cast.alice, internet.url(f"/{number}"), now=now)
        Runner(db, now).run()
        asyncio.run(Refresher(db, LOOPBACK, version="0", holder="h", clock=lambda: now).find_icons())
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM icon") == 1
        assert tx.value("SELECT count(icon_id) FROM feed") == 5


@pytest.mark.parametrize("link", ["", "<link>{site}/feed</link>"])
def test_a_feed_that_names_no_page_is_not_asked_again_for_its_icon(
    sqlite_db: Database, now: datetime, link: str
) -> None:
    cast = make_cast(sqlite_db, now)
    front = PAGE % b'<link rel="icon" href="/i.png">'
    with Internet({"/": Reply(front, content_type="text/html"), "/i.png": PNG}) as internet:
        named = link.format(site=internet.origin)
        internet["/feed"] = f"<rss><channel><title>A</title>{named}<item><guid>1</guid></item></channel></rss>".encode()
        subscriptions.subscribe(sqlite_db, cast.alice, internet.url("/feed"), now=now)
        Runner(sqlite_db, now).run()
        asyncio.run(Refresher(sqlite_db, LOOPBACK, version="0", holder="h", clock=lambda: now).find_icons())
        assert [request.path for request in internet.requests] == ["/feed", "/", "/i.png"]
