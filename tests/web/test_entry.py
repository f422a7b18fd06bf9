"""The page of one entry, and the pictures of feeds."""

import pytest
from tests.web.browsing import Browser, Clock, World

from dateline.actions import subscriptions
from dateline.model import User
from dateline.store import Database, icons
from dateline.store import write as store_write


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def test_an_entry_has_a_page_of_its_own(alice: Browser, world: World) -> None:
    feed = world.feed("Le Phare")
    (ident,) = world.entries(feed, "Le vent tourne")
    subscription = world.subscribe(owner(alice), feed)
    page = alice.get(f"/entry/{ident}")
    assert page.status == 200
    assert page.find("//h2//a[@class='original']")[0].text_content() == "Le vent tourne"
    assert page.find("//title")[0].text_content() == "Le vent tourne · Dateline"
    assert page.find(f"//a[@href='/feed/{subscription}']")
    assert page.find(f"//*[@data-entry-id='{ident}'][@data-unread]")
    assert world.unread_ids(owner(alice)) == [ident], "a GET marks nothing"
    assert len(page.find("//h1")) == 1


def test_somebody_elses_entry_is_not_there(alice: Browser, mallory: Browser, world: World) -> None:
    feed = world.feed()
    (ident,) = world.entries(feed, "Un")
    world.subscribe(owner(alice), feed)
    assert mallory.get(f"/entry/{ident}").status == 404
    assert mallory.get(f"/entry/{ident}?fragment=1").status == 404


@pytest.mark.parametrize("ident", ["x", "-1", "1.5", "9" * 30, "%00"])
def test_an_entry_asked_badly(alice: Browser, ident: str) -> None:
    assert alice.get(f"/entry/{ident}").status == 400


def test_an_entry_that_does_not_exist(alice: Browser) -> None:
    assert alice.get("/entry/123456").status == 404


# ------------------------------------------------------------------------------------------------ icons


def test_an_icon_is_kept_long_and_nothing_in_it_runs(
    alice: Browser, bob: Browser, anonymous: Browser, db: Database, clock: Clock
) -> None:
    assert alice.user is not None
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    subscriptions.subscribe(db, alice.user, "https://a.example/feed", private=True, now=clock())
    with store_write.transaction(db) as tx:
        ident = icons.add(tx, "image/svg+xml", svg)
        tx.run("UPDATE feed SET icon_id = :icon", icon=ident)
    assert (bob.get(f"/icon/{ident}").status, anonymous.get(f"/icon/{ident}").status) == (404, 404)
    answer = alice.get(f"/icon/{ident}")
    assert (answer.status, answer.body) == (200, svg)
    assert answer.header("content-type") == "image/svg+xml"
    assert answer.header("x-content-type-options") == "nosniff"
    policies = [value for name, value in answer.headers if name == "content-security-policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; sandbox"]
    assert "max-age=2592000" in (answer.header("cache-control") or "")
    etag = answer.header("etag") or ""
    again = alice.get(f"/icon/{ident}", headers={"if-none-match": etag})
    assert (again.status, again.body) == (304, b"")


def test_an_icon_that_is_not_there_or_asked_badly(anonymous: Browser) -> None:
    assert anonymous.get("/icon/12345").status == 404
    assert anonymous.get("/icon/x").status == 400
