"""Saving any page: the form, what bookmarklets and share sheets bring, what is said while it waits or has failed."""

import pytest
from tests.web.browsing import NOW, Browser

from dateline.model import FullTextRules
from dateline.refresh.tidy import ORPHANS_KEPT
from dateline.store import Database, full_texts
from dateline.store.full_texts import Taken
from dateline.store.write import transaction

URL = "https://example.org/a?b=1&c=2"


def entry_of(db: Database) -> int:
    with db.reading() as tx:
        found: int = tx.value("SELECT max(id) FROM entry")
    return found


def test_a_page_is_saved_and_says_that_it_waits_then_why_it_failed(alice: Browser, db: Database) -> None:
    page = alice.post("/save", {"url": URL, "title": ""})
    assert "La page est enregistrée" in page.words
    assert "Cette page est récupérée dans un instant." in page.words
    entry_id = entry_of(db)
    with transaction(db) as tx:
        hashed = full_texts.rules_hash(FullTextRules())
        failed = Taken(rules_hash=hashed, code="fetch.not_found", page_url=URL)
        full_texts.store(tx, entry_id, [failed], NOW)
    page = alice.get(f"/entry/{entry_id}")
    assert "Cette page n’a pas pu être lue." in page.words
    assert page.find("//form[contains(@action, 'full-text')]//button")
    page = alice.post("/save", {"url": URL, "title": ""})
    assert "Cette page est récupérée dans un instant." in page.words


def test_before_saved_pages_are_left_it_is_said_what_goes_with_them(alice: Browser, db: Database) -> None:
    alice.post("/save", {"url": URL, "title": ""})
    with db.reading() as tx:
        saved = tx.value("SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE f.kind = 'saved'")
    question = alice.get(f"/subscriptions/{saved}/remove")
    assert f"après {ORPHANS_KEPT.days} jours, tous ceux qui ne sont ni favoris" in question.words


@pytest.mark.parametrize(
    ("query", "url", "title"),
    [
        ("?url=https%3A%2F%2Fexample.org%2Fa&title=A+%3Cb%3E", "https://example.org/a", "A <b>"),
        ("?text=Look%3A+https%3A%2F%2Fexample.org%2Fa+!&title=A", "https://example.org/a", "A"),
        ("?title=https%3A%2F%2Fexample.org%2Fa", "https://example.org/a", ""),
        ("?url=javascript%3Aalert(1)", "javascript:alert(1)", ""),
        ("", "", ""),
    ],
)
def test_a_get_fills_the_form_and_stores_nothing(
    alice: Browser, db: Database, query: str, url: str, title: str
) -> None:
    page = alice.get(f"/save{query}")
    assert [field.get("value") for field in page.find("//main//input")] == [url, title]
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_the_bookmarklet_leads_to_the_form(alice: Browser) -> None:
    (link,) = alice.get("/save").find("//a[starts-with(@href, 'javascript:')]")
    assert link.get("href") == (
        "javascript:location.href='http://127.0.0.1:8700/save?url='+encodeURIComponent(location.href)"
        "+'&title='+encodeURIComponent(document.title)"
    )


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "x" * 1999])
def test_what_is_no_address_is_told_beside_its_field(alice: Browser, address: str) -> None:
    page = alice.post("/save", {"url": address, "title": ""})
    assert page.status == 400
    assert page.find("//input[@aria-invalid='true']")[0].get("name") == "url"


def test_nobody_elses_and_nobodys(alice: Browser, bob: Browser, anonymous: Browser, db: Database) -> None:
    alice.post("/save", {"url": URL, "title": "Mine"})
    entry_id = entry_of(db)
    assert bob.get(f"/entry/{entry_id}").status == 404
    assert "Mine" not in bob.get("/all").words
    assert anonymous.post("/save", {"url": URL}).status == 403
    assert anonymous.get("/save?url=https%3A%2F%2Fe.example", follow=False).header("location") == (
        "/login?next=%2Fsave%3Furl%3Dhttps%253A%252F%252Fe.example"
    )


def test_what_is_only_for_feeds_that_are_fetched_is_refused(alice: Browser, db: Database) -> None:
    alice.post("/save", {"url": URL, "title": ""})
    with db.reading() as tx:
        own = tx.value("SELECT id FROM subscription")
        before = tx.one("SELECT url, host, next_at, owner_id FROM feed")
    assert alice.post(f"/subscriptions/{own}/debug").status == 400
    assert alice.post(f"/subscriptions/{own}/address", {"do": "stay"}).status == 400
    assert alice.post("/refresh", {"kind": "feed", "key": own}).status == 200
    with db.reading() as tx:
        assert tx.one("SELECT url, host, next_at, owner_id FROM feed") == before
