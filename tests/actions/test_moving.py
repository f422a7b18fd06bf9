"""Moving in one evening: FreshRSS's ZIP gives the same folders, stars, labels and read articles; and out again."""

import copy
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.internet import LOOPBACK, Internet
from tests.parse.exports import FRESHRSS_STARRED, file
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import exporting, highlights, moving, saved_pages, subscriptions
from dateline.actions.accounts import catch_up
from dateline.errors import ParseError
from dateline.model import Entry, Stream, User
from dateline.parse.bundle import BundleLimits
from dateline.settings import Settings
from dateline.store import Database, states, streams
from dateline.store import subscriptions as stored
from dateline.store.write import transaction


def zipped(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return body.getvalue()


def article(url: str, number: int, *marks: str) -> dict[str, Any]:
    """One of FreshRSS's articles; ``number`` is the guid's in ``rss`` of the same feed."""
    return {
        "id": f"tag:google.com,2005:reader/item/{number:016x}",
        "guid": f"{url}/{number}",
        "timestampUsec": f"17180000{number:02}000000",
        "published": 1717990000 + number,
        "title": f"Old {number}",
        "alternate": [{"href": f"{url}/story/{number}", "type": "text/html"}],
        "categories": ["user/-/state/com.google/reading-list", *(f"user/-/{mark}" for mark in marks)],
        "content": {"content": f"<p>Text {number}</p>"},
        "origin": {"streamId": "feed/1", "title": "News", "htmlUrl": url, "feedUrl": url},
    }


def rss(url: str, *numbers: int) -> bytes:
    items = "".join(
        f"<item><title>New {n}</title><guid isPermaLink='false'>{url}/{n}</guid><link>{url}/story/{n}</link></item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>News</title><link>{url}</link>{items}</channel></rss>'.encode()


STAR, READ, UNREAD = "state/com.google/starred", "state/com.google/read", "state/com.google/unread"


def freshrss_zip(one: str, two: str) -> bytes:
    """What FreshRSS's page of export gives when all is chosen."""
    opml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml xmlns:frss="https://freshrss.org/opml" version="2.0">\n'
        "<head><title>FreshRSS</title></head>\n<body>\n"
        f'<outline text="Press"><outline text="One" type="rss" xmlUrl="{one}" frss:priority="important"/></outline>\n'
        f'<outline text="Blogs &amp; co"><outline text="Two" type="rss" xmlUrl="{two}"/></outline>\n'
        '<outline text="Empty"/></body></opml>'
    )
    starred = {
        "id": "user/alice/state/org.freshrss/starred",
        "items": [
            article(one, 1, READ, STAR, "label/Keep"),
            article(one, 2, UNREAD, "label/Keep", "label/Later"),
            article("https://gone.example/feed", 9, READ, STAR),
        ],
    }
    feed = {
        "id": "user/alice/state/org.freshrss/feed/1",
        "items": [article(two, 1, READ), article(two, 2, UNREAD), article(two, 3, READ)],
    }
    return zipped(
        {
            "feeds_2026-11-22.opml.xml": opml.encode(),
            "feed_2026-11-22_1_2.json": file(feed),
            "starred_2026-11-22.json": file(starred),
        }
    )


def folders(db: Database, user: User) -> dict[str, list[str]]:
    """Folder → titles."""
    with db.reading() as tx:
        rows = stored.all_details(tx, user.id)
        return {
            one.name: [row.title for row in rows if one.id in row.folder_ids] for one in stored.folders(tx, user.id)
        }


def shown(db: Database, user: User, stream: Stream) -> list[Entry]:
    with db.reading() as tx:
        return list(streams.read(tx, user.id, stream).entries)


def labels(db: Database, user: User) -> dict[str, list[str]]:
    with db.reading() as tx:
        rows = tx.all("SELECT name, id FROM label WHERE user_id = :user ORDER BY name_key", user=user.id)
    return {
        name: sorted(
            entry.guid.rpartition("/")[2] for entry in shown(db, user, Stream(kind="label", key=ident, shown="all"))
        )
        for name, ident in rows
    }


def stars(db: Database, user: User) -> list[str]:
    return sorted(entry.guid for entry in shown(db, user, Stream(kind="starred", shown="all")))


def unread(db: Database, user: User, now: datetime) -> list[str]:
    catch_up(db, user.id, now=now)
    return sorted(entry.guid for entry in shown(db, user, Stream(kind="all", shown="unread")))


def test_an_evening(db: Database, cast: Cast, now: datetime, tmp_path: Path) -> None:
    """From FreshRSS's ZIP to the first round of the worker, and to another account."""
    with Internet({}) as internet:
        one, two = internet.url("/one"), internet.url("/two")
        internet["/one"], internet["/two"] = rss(one, 1, 2, 3), rss(two, 1, 2, 3, 4)
        settings = Settings(secret_file=tmp_path / "key")
        body = freshrss_zip(one, two)
        reports = moving.bring_in(db, cast.alice, body, name="x.zip", settings=settings, now=now)
        assert [(report.name, report.error) for report in reports] == [
            ("feeds_2026-11-22.opml.xml", ""),
            ("feed_2026-11-22_1_2.json", ""),
            ("starred_2026-11-22.json", ""),
        ]
        assert folders(db, cast.alice) == {"Press": ["One"], "Blogs & co": ["Two"], "Empty": []}
        runner = Runner(db, now, LOOPBACK)
        runner.run()
        assert unread(db, cast.alice, now) == sorted([f"{one}/2", f"{one}/3", f"{two}/2", f"{two}/4"])
        assert stars(db, cast.alice) == sorted([f"{one}/1", "https://gone.example/feed/9"])
        assert labels(db, cast.alice) == {"Keep": ["1", "2"], "Later": ["2"]}
        with transaction(db) as tx:
            assert states.recount(tx) == 0

        again = moving.bring_in(db, cast.alice, body, settings=settings, now=now + timedelta(days=1))
        assert [report.opml.added for report in again if report.opml] == [0]
        assert {
            report.saved.starred + report.saved.labelled + report.saved.stored for report in again if report.saved
        } == {0}

        out = io.BytesIO()
        exporting.write_everything(db, cast.alice, out, now=now)
        for report in moving.bring_in(db, cast.bob, out.getvalue(), settings=settings, now=now):
            assert report.error == ""
        for seen in (folders, stars, labels):
            assert seen(db, cast.bob) == seen(db, cast.alice), seen.__name__
        assert unread(db, cast.bob, now) == unread(db, cast.alice, now)
        with db.reading() as tx:
            times = [
                tx.column("SELECT starred_at FROM star WHERE user_id = :user ORDER BY starred_at", user=user.id)
                for user in (cast.alice, cast.bob)
            ]
        assert times[0] == times[1]


def test_what_leaves_is_what_freshrss_reads(db: Database, cast: Cast, now: datetime) -> None:
    moving.bring_in(db, cast.alice, file(FRESHRSS_STARRED), now=now)
    out = io.BytesIO()
    exporting.write_everything(db, cast.alice, out, now=now)
    with zipfile.ZipFile(out) as bundle:
        assert bundle.namelist() == [
            "starred_2026-11-22.json",
            "dateline_2026-11-22.choices",
        ]
        assert bundle.testzip() is None
        written = json.loads(bundle.read("starred_2026-11-22.json"))
    fish = next(one for one in written["items"] if one["guid"] == "harbour-1")
    assert fish["title"] == "Fish &amp; ships"
    assert fish["origin"] == {
        "streamId": "feed/https://harbour.example/feed",
        "title": "Harbour &amp; Post",
        "htmlUrl": "https://harbour.example/",
        "feedUrl": "https://harbour.example/feed",
    }
    assert {
        "user/-/state/com.google/starred",
        "user/-/state/com.google/read",
        "user/-/label/To cook",
        "seafood",
    } <= set(fish["categories"])
    assert "<script" not in fish["content"]["content"]
    assert (fish["starredUsec"], fish["published"], fish["author"]) == ("1718000000123456", 1717990000, "Ann; Bob")
    assert fish["enclosure"] == [{"href": "https://harbour.example/fish.mp3", "type": "audio/mpeg", "length": 1234}]


def test_saved_pages_highlights_and_notes_leave_too(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.subscribe(db, cast.alice, "https://a.example/feed", now=now)
    page = saved_pages.save(db, cast.alice, "https://page.example/1", title="A page", feed_title="Saved", now=now)
    around = {"prefix": "where ", "suffix": " turns"}
    highlights.add(db, cast.alice, page, quote="the tide", **around, place=6, note="Ask Ann", now=now)
    highlights.add(db, cast.alice, page, note="All of it", now=now)
    highlights.add(db, cast.alice, page, quote="alone", now=now)
    out = io.BytesIO()
    exporting.write_everything(db, cast.alice, out, now=now)
    with zipfile.ZipFile(out) as bundle:
        (article,) = json.loads(bundle.read("pages_2026-11-22.json"))["items"]
        notes = json.loads(bundle.read("annotations_2026-11-22.jsonld"))
    assert (article["title"], article["canonical"][0]["href"]) == ("A page", "https://page.example/1")
    assert notes["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    first, whole, quiet = notes["items"]
    assert first["target"]["source"] == first["target"]["dateline:guid"] == "https://page.example/1"
    assert first["target"]["dateline:feed"] == "saved:pages"
    assert first["target"]["selector"] == [
        {"type": "TextQuoteSelector", "prefix": "where ", "exact": "the tide", "suffix": " turns"},
        {"type": "TextPositionSelector", "start": 6, "end": 14},
    ]
    assert [body["value"] for body in first["body"]] == ["A page", "Ask Ann"]
    assert "selector" not in whole["target"]
    assert [one["motivation"] for one in (first, whole, quiet)] == ["commenting", "commenting", "highlighting"]


def test_an_export_has_nothing_of_others_and_no_password(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    settings = Settings(secret_file=tmp_path / "key")
    subscriptions.subscribe(db, cast.alice, "https://me:s3cret@a.example/feed", settings=settings, now=now)
    moving.bring_in(db, cast.alice, file(FRESHRSS_STARRED), now=now)
    for user, mine in ((cast.alice, True), (cast.mallory, False)):
        out = io.BytesIO()
        exporting.write_everything(db, user, out, now=now)
        with zipfile.ZipFile(out) as bundle:
            whole = b"".join(bundle.read(name) for name in bundle.namelist())
        assert b"s3cret" not in whole
        assert (b"Fish" in whole) is (b"a.example" in whole) is mine


def test_one_bad_file_of_a_zip_stops_no_other(db: Database, cast: Cast, now: datetime) -> None:
    reports = moving.bring_in(
        db,
        cast.alice,
        zipped(
            {
                "../../evil.json": b'{"feeds": 1}',
                "a.opml": b"<html>no</html>",
                "photo.png": b"\x89PNG\r\n",
                "starred.json": file(FRESHRSS_STARRED),
                "bomb.json": b"[" + bytes(2_000_000),
            }
        ),
        now=now,
        limits=BundleLimits(member=1_000_000, total=5_000_000),
    )
    assert {report.name: report.error for report in reports} == {
        "a.opml": "parse.not_opml",
        "../../evil.json": "parse.no_articles",
        "photo.png": "parse.not_opml",
        "starred.json": "",
        "bomb.json": "parse.too_complex",
    }
    assert stars(db, cast.alice) == ["harbour-1"]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"PK\x03\x04junk", zipped({}), zipped({"a": b"hello"}), b"<html>no</html>", b"{}"]
)
def test_what_is_nothing_of_all_that_is_refused(db: Database, cast: Cast, now: datetime, body: bytes) -> None:
    with pytest.raises(ParseError):
        moving.bring_in(db, cast.alice, body, now=now)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_a_file_is_told_by_its_content(db: Database, cast: Cast, now: datetime) -> None:
    (opml,) = moving.bring_in(
        db, cast.alice, b"<opml><body><outline xmlUrl='https://a.test/'/></body></opml>", name="x.json", now=now
    )
    (saved,) = moving.bring_in(db, cast.alice, file(copy.deepcopy(FRESHRSS_STARRED)), name="x.opml", now=now)
    assert (opml.kind, saved.kind) == ("opml", "articles")
