"""A trial of one feed: every step is there, secrets are masked, nothing is stored. Both engines, a real server."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, Reply, redirect, rss
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import subscriptions as arranging
from dateline.actions import trial as trying
from dateline.errors import ActionError, NotFound
from dateline.fetch.address import host_key
from dateline.fetch.exchange import MASK, masked_answer, masked_request
from dateline.parse.encoding import charset_of
from dateline.refresh import trial as refreshing
from dateline.store import Database, entries, hosts
from dateline.store.write import transaction


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/feed": rss("News", "One", "Two")}) as server:
        yield server


def document(*titles: str, prefix: str = "") -> bytes:
    """A feed whose guids are ``prefix`` and the title."""
    items = "".join(
        f"<item><guid>{prefix}{title}</guid><title>{title}</title><description>About {title}</description></item>"
        for title in titles
    )
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode()


def contents(db: Database) -> dict[str, list[Any]]:
    """Everything but the table of hosts, where politeness is kept."""
    with db.reading() as tx:
        tables = ("feed", "entry", "entry_body", "feed_check", "subscription", "unread", "tombstone", "history")
        return {name: sorted(tx.all(f"SELECT * FROM {name}"), key=repr) for name in tables}


def test_an_address_that_nobody_has_is_run_through_the_whole_line(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    headers = (("Cache-Control", "max-age=7200"), ("Set-Cookie", "id=1"))
    internet["/moved"] = redirect("/feed", 301)
    internet["/feed"] = Reply(rss("News", "One"), encoding="gzip", headers=headers)
    before = contents(db)
    trial = trying.of_address(db, LOOPBACK, cast.alice, internet.url("/moved"), version="1", now=now)
    assert contents(db) == before
    assert [(hop.url, hop.status) for hop in trial.exchanges] == [
        (internet.url("/moved"), 301),
        (internet.url("/feed"), 200),
    ]
    last = trial.exchanges[1]
    assert ("User-Agent", "Dateline/1 (+https://dateline.example/)") in last.sent
    assert ("Set-Cookie", MASK) in last.answered
    assert ("Content-Encoding", "gzip") in last.answered
    assert trial.answer is not None
    assert trial.answer.wire_bytes < len(trial.answer.body)
    assert trial.charset is not None
    assert trial.error is None
    assert trial.parsed is not None
    assert trial.parsed.format == "rss20"
    assert [(entry.decision, entry.parsed.title) for entry in trial.entries] == [("new", "One")]
    assert trial.entries[0].clean is not None
    assert trial.hints["fresh_seconds"] == 7200
    assert trial.next_at is not None
    assert trial.next_at >= now + timedelta(hours=2)
    assert not trial.is_known


def test_a_subscription_is_compared_with_what_is_stored_and_nothing_changes(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    internet["/feed"] = Reply(document("One", "Two", "Three"), etag='"1"')
    own = arranging.subscribe(db, cast.alice, internet.url("/feed"), now=now)
    runner = Runner(db, now)
    runner.run()
    with transaction(db) as tx:
        entries.purge(tx, 1, tx.column("SELECT id FROM entry WHERE title = 'Three'"))
    internet["/feed"] = Reply(document("One", "Two", "Three", "Four", "Four"), etag='"1"')  # and the tag is a lie
    before = contents(db)
    trial = trying.of_subscription(db, LOOPBACK, cast.alice, own, version="1", now=now)
    assert contents(db) == before
    assert trial.is_known
    decided = {entry.parsed.title: entry.decision for entry in reversed(trial.entries)}
    assert decided == {"One": "unchanged", "Two": "unchanged", "Three": "buried", "Four": "new"}
    assert trial.count("unchanged") == 2
    assert not internet.requests[-1].header("If-None-Match")


def test_by_its_address_ones_own_feed_is_found_and_others_are_not_given_away(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    arranging.subscribe(db, cast.alice, internet.url("/feed"), now=now)
    Runner(db, now).run()
    mine = trying.of_address(db, LOOPBACK, cast.alice, internet.url("/feed"), version="1", now=now)
    theirs = trying.of_address(db, LOOPBACK, cast.mallory, internet.url("/feed"), version="1", now=now)
    assert (mine.is_known, theirs.is_known) == (True, False)
    assert {entry.decision for entry in mine.entries} == {"unchanged"}
    assert {entry.decision for entry in theirs.entries} == {"new"}
    assert not any("subscriber" in value for _, value in theirs.exchanges[0].sent)
    assert trying.of_feed(db, LOOPBACK, 1, version="1", now=now).is_known
    assert trying.of_any_address(db, LOOPBACK, internet.url("/feed"), version="1", now=now).is_known
    with pytest.raises(NotFound):
        trying.of_subscription(db, LOOPBACK, cast.mallory, 1, version="1", now=now)
    with pytest.raises(NotFound):
        trying.of_feed(db, LOOPBACK, 99, version="1", now=now)
    with pytest.raises(ActionError, match="bad_url"):
        trying.of_address(db, LOOPBACK, cast.alice, "gopher://x", version="1", now=now)


def test_passwords_are_sent_and_never_shown(
    db: Database, cast: Cast, internet: Internet, now: datetime, tmp_path: Path
) -> None:
    settings = replace(LOOPBACK, secret_file=tmp_path / "secret.key")
    internet["/private"] = lambda asked: rss("Mine", "One") if asked.header("Authorization") else 401
    address = internet.url("/private").replace("http://", "http://ana:geheim@")
    own = arranging.subscribe(db, cast.alice, address, settings=settings, now=now)
    for trial in (
        trying.of_subscription(db, settings, cast.alice, own, version="1", now=now),
        trying.of_address(db, settings, cast.mallory, address, version="1", now=now),
        trying.of_any_address(db, settings, address, version="1", now=now),
        trying.of_feed(db, settings, 1, version="1", now=now),
    ):
        assert trial.error is None
        assert ("Authorization", MASK) in trial.exchanges[0].sent
        assert "geheim" not in repr(trial)
    refused = trying.of_address(db, settings, cast.mallory, internet.url("/private"), version="1", now=now)
    assert refused.error is not None
    assert refused.error.code == "fetch.unauthorized"


@pytest.mark.parametrize(
    ("page", "code", "understood"),
    [
        (404, "fetch.not_found", False),
        (410, "fetch.gone", False),
        (Reply(b"<html><body>Hello</body></html>", content_type="text/html"), "parse.web_page", True),
        (Reply(b""), "parse.empty", True),
        (Reply(status=302, headers=(("Location", "http://10.0.0.1/"),)), "fetch.forbidden_address", False),
        (Reply(rss("A", "B"), encoding="gzip", headers=(("Content-Length", "99999"),)), "fetch.timeout", False),
    ],
)
def test_what_fails_says_where(
    db: Database,
    cast: Cast,
    internet: Internet,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    page: Any,
    code: str,
    understood: bool,
) -> None:
    if code == "fetch.timeout":  # the rest of a body that never comes
        monkeypatch.setattr(refreshing, "DEADLINE", 0.5)
    internet["/feed"] = page
    trial = trying.of_address(db, LOOPBACK, cast.alice, internet.url("/feed"), version="1", now=now)
    assert trial.exchanges
    assert trial.error is not None
    assert trial.error.code == code
    assert (trial.charset is not None) == understood
    assert trial.entries == ()
    assert (trial.next_at is None) == (code == "fetch.gone")


def test_a_host_that_wants_to_be_left_alone_is_not_asked(
    db: Database, cast: Cast, internet: Internet, now: datetime
) -> None:
    with transaction(db) as tx:
        hosts.silence(tx, host_key(internet.url("/")), now + timedelta(hours=1))
    trial = trying.of_address(db, LOOPBACK, cast.alice, internet.url("/feed"), version="1", now=now)
    assert internet.requests == []
    assert trial.exchanges == ()
    assert trial.error is not None
    assert trial.error.code == "fetch.rate_limited"


def test_a_document_whose_guids_change_says_so(db: Database, cast: Cast, internet: Internet, now: datetime) -> None:
    titles = [f"Entry {n}" for n in range(8)]
    internet["/feed"] = document(*titles)
    own = arranging.subscribe(db, cast.alice, internet.url("/feed"), now=now)
    Runner(db, now).run()
    internet["/feed"] = document(*titles, prefix="another ")
    trial = trying.of_subscription(db, LOOPBACK, cast.alice, own, version="1", now=now)
    assert trial.identity != "guid"
    assert {entry.decision for entry in trial.entries} == {"unchanged"}


# ------------------------------------------------------------------------------------------------ its parts


def test_only_what_we_made_ourselves_is_shown_of_a_request() -> None:
    sent = (("User-Agent", "D"), ("Authorization", "Basic x"), ("Cookie", "a=b"), ("X-Api-Key", "k"), ("Host", "h"))
    assert masked_request(sent) == (
        ("User-Agent", "D"),
        ("Authorization", MASK),
        ("Cookie", MASK),
        ("X-Api-Key", MASK),
        ("Host", "h"),
    )


def test_an_answers_headers_are_bounded_and_its_cookies_masked() -> None:
    answered = masked_answer([(b"set-COOKIE", b"s"), (b"X", b"\xff" + b"y" * 5_000), *[(b"N", b"v")] * 500])
    assert answered[0] == ("set-COOKIE", MASK)
    assert len(answered[1][1]) == 1_000
    assert len(answered) == 100


@pytest.mark.parametrize(
    ("body", "content_type", "name", "why"),
    [
        (b"\xef\xbb\xbf<rss/>", "text/xml", "utf-8", "mark"),
        ("<rss/>".encode("utf-16-le"), "", "utf-16-le", "shape"),
        ("<rss>é</rss>".encode(), "text/xml; charset=utf-8", "utf-8", "header"),
        ('<?xml version="1.0" encoding="utf-8"?><rss>é</rss>'.encode(), "text/xml", "utf-8", "declaration"),
        (b"<rss>plain</rss>", "text/xml", "utf-8", "valid"),
        ("<rss>é</rss>".encode("latin-1"), "text/xml; charset=iso-8859-1", "iso8859-1", "header"),
        ('<?xml version="1.0" encoding="koi8-r"?><rss>да</rss>'.encode("koi8-r"), "", "koi8-r", "declaration"),
        ("<rss>é и ж</rss>".encode("cp1251", "replace") * 9, "text/xml", "", "guess"),
        (b"", "", "utf-8", "valid"),
    ],
)
def test_the_encoding_is_explained(body: bytes, content_type: str, name: str, why: str) -> None:
    found = charset_of(body, content_type)
    assert (found.name, found.why) == (name, why)
