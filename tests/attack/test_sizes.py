"""Entries as large as they may be, cursors and searches that mean nothing: a page stays a page, on both engines."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.asgi import create_app
from dateline.clean import clean_entry
from dateline.model import Enclosure, ParsedEntry, Person, RawHTML, SafeHTML
from dateline.settings import Settings
from dateline.store import Database, accounts
from dateline.store import write as store_write

LARGEST_PAGE = 12_000_000
"""50 entries with addresses, titles and tags at their limits, each sign escaped; what real pages are is 400 kB."""


def largest(number: int) -> dict[str, Any]:
    """The fields of an entry that is as large as ``clean`` lets it be."""
    address = f"https://e.example/{number}?" + "&a" * 4_000
    parsed = ParsedEntry(
        guid=f"{number}",
        url=address,
        title="<\"'&>" * 200_000,
        authors=tuple(Person(name=None, email=None, url=f"{address}{place}") for place in range(100)),
        published_at=datetime(2026, 11, 22, tzinfo=UTC),
        updated_at=None,
        content_html=RawHTML("<p>&amp;&lt;</p>" * 60_000),
        summary_html=None,
        tags=tuple(f"{place}<\"'&>" * 50 for place in range(10_000)),
        language="x" * 5000,
        enclosures=tuple(
            Enclosure(url=f"{address}{place}", type="audio/mpeg", title="<&>" * 5_000) for place in range(500)
        ),
        comments_url=address,
    )
    clean = clean_entry(parsed, feed_url="https://e.example/feed", site_url=None)
    fields = {name: getattr(clean, name) for name in clean.__struct_fields__}
    return {**fields, "content_html": SafeHTML(clean.content_html[:19_000])} if number % 2 else fields


def test_a_page_of_the_largest_entries_stays_a_page(alice: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed("<&>" * 160)
    for number in (0, 1):
        fields = largest(number)
        world.entries(feed, *[fields.pop("title")] * 30, **fields)
    world.subscribe(alice.user, feed)
    page = alice.get("/")
    assert page.status == 200
    assert len(page.body) < LARGEST_PAGE
    assert len(page.find("//details[@data-entry-id]")) == 50
    entry = alice.get("/entry/60")
    assert entry.status == 200
    assert len(entry.body) < LARGEST_PAGE


HUGE = ("9223372036854775807", "9223372036854775808", "0", "99999999999999999999999", "-1", "1e9", "\u0661", "%00", "")
CURSORS = [f"{at}.{entry}" for at in HUGE for entry in HUGE] + ["1", ".", "..", "1.2.3", "NaN.NaN", "1.0x1"]
SEARCHES = [
    "x" * 300,
    '"' * 300,
    '" OR "1"="1',
    "a* OR b NEAR(c d) -e ^f {g}: title:x",
    "') -- ",
    "\\' & | ! <-> ( ) :* :ABCD",
    "\u0130\ufdfa" * 150,
    "\ufdfa " * 100,
    "e\u0301" + "\u0301" * 290,
    "\U0001f4a9 \ud7a3\u1112\u1161\u11ab",
    "%_ % _ \\",
    "a " * 150,
    "\x01\x02\x1f\x7f",
    "\u202e\u2066\u200b\ufeff",
]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def reader(request: pytest.FixtureRequest, clock: Clock) -> Browser:
    """Somebody with a feed and an open account, on either engine."""
    db: Database = request.getfixturevalue(f"{request.param}_db")
    world = World(db, clock)
    with store_write.transaction(db) as tx:
        user = accounts.add_user(
            tx, name="zoe", password_hash="none", is_admin=False, language="en", time_zone="UTC", now=clock()
        )
        accounts.add_session(tx, user.id, "token-of-zoe", clock())
    world.change(user, open_to_visitors=True)
    feed = world.feed()
    world.entries(feed, "One", "Two")
    world.subscribe(user, feed)
    app = create_app(Settings(listen="127.0.0.1:8700"), db, clock=clock)
    return Browser(app, user=user, cookies={"dateline": "token-of-zoe"})


def test_no_cursor_breaks_a_page(reader: Browser) -> None:
    for stream in ("/", "/starred?x=1", "/feed/1", "/@zoe/all"):
        join = "&" if "?" in stream else "?"
        for before in CURSORS:
            for rest in ("", "&fragment=1", "&shown=all", "&q=one"):
                page = reader.get(f"{stream}{join}before={before}{rest}", follow=False)
                assert page.status in (200, 400), (stream, before, rest)


def test_no_search_breaks_a_page(reader: Browser) -> None:
    for search in SEARCHES:
        for stream in ("/", "/starred", "/@zoe/"):
            page = reader.get(f"{stream}?q={quote(search, errors='replace')}", follow=False)
            assert page.status == 200, search
        form = {"kind": "main", "q": search, "up_to": "1"}
        assert reader.post("/entries/read-all", form, follow=False).status == 303
    assert reader.get(f"/?q={'x' * 1_000_000}", follow=False).status == 400
    assert reader.get(f"/subscriptions?q={'x' * 1_000_000}", follow=False).status == 200


def test_no_id_breaks_an_action(reader: Browser) -> None:
    def sent(path: str, **form: Any) -> Answer:
        return reader.post(path, form, follow=False)

    for ident in (0, 2**31, 2**32, 2**63 - 1):
        assert sent("/entries/read", id=ident).status == 404
        assert sent("/undo", seq=ident).status == 404
        assert sent("/refresh", kind="feed", key=ident).status == 404
        assert sent("/entries/read-all", kind="folder", key=ident, up_to=ident).status == 404
        assert sent("/subscriptions", url="https://a.example/", folder_ids=ident).status == 404
        assert sent("/folders", name="New", parent_id=ident).status == 404
        assert reader.get(f"/entry/{ident}").status == 404
    for odd in ("-1", 2**63, 10**30, "1e9", "\u0661\u0662", "1.0", "0x1", "+1", " 1", ""):
        assert sent("/entries/read", id=odd).status == 400
        assert sent("/undo", seq=odd).status == 400
    many = [("id", number) for number in range(1000)]
    assert reader.post("/entries/read", many, follow=False).status == 303
    assert reader.post("/entries/read", [*many, ("id", 1)], follow=False).status == 400
    assert sent("/entries/read-all", kind="main", up_to=2**63 - 1).status == 303
