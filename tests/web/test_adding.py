"""Adding a feed by its address: looking, choosing, subscribing; over a real server on loopback."""

from collections.abc import Iterator

import pytest
from tests.internet import Internet, Page, Reply, rss
from tests.web.browsing import Browser, World

from dateline.model import User
from dateline.parse.place_rows import KINDS
from dateline.store import Database, sidebars, subscriptions
from dateline.web import kinds

HOME = b"""<!doctype html><html><head><title>Home</title>
<link rel="alternate" type="application/rss+xml" title="All of it" href="/feed">
<link rel="alternate" type="application/atom+xml" title="Comments" href="/comments"></head><body>Hello</body></html>"""


@pytest.fixture
def internet() -> Iterator[Internet]:
    pages: dict[str, Page] = {
        "/feed": rss("Le Phare", "Premier", "Deuxième"),
        "/comments": rss("Les commentaires", "Bravo"),
        "/": Reply(HOME, content_type="text/html"),
        "/gone": 410,
    }
    with Internet(pages) as server:
        yield server


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def titles(db: Database, user: User) -> list[str]:
    with db.reading() as tx:
        return [row.url for row in subscriptions.all_details(tx, user.id)]


def test_the_page_asks_for_an_address_and_offers_the_import(alice: Browser) -> None:
    page = alice.get("/subscriptions/add")
    assert page.find("//input[@name='url']")
    assert page.find("//a[@href='/opml']")


def test_an_address_can_be_brought_along(alice: Browser) -> None:
    page = alice.get("/subscriptions/add?url=https%3A%2F%2Fexample.org%2F%22%3E")
    assert page.find("//input[@name='url']")[0].get("value") == 'https://example.org/">'


def test_a_feeds_address_shows_its_last_entries(alice: Browser, internet: Internet) -> None:
    page = alice.post("/subscriptions/add", {"url": internet.url("/feed")})
    assert page.status == 200
    assert page.find("//h3")[0].text_content() == "Le Phare"
    assert [line.text_content().strip() for line in page.find("//ol/li")] == ["Premier", "Deuxième"]
    assert page.find("//input[@type='hidden'][@name='url']")[0].get("value") == internet.url("/feed")


def test_a_sites_address_shows_the_feeds_it_announces(alice: Browser, internet: Internet) -> None:
    page = alice.post("/subscriptions/add", {"url": internet.url("/")})
    offered = [choice.get("value") for choice in page.find("//input[@type='radio'][@name='url']")]
    assert offered == [internet.url("/feed"), internet.url("/comments")]
    assert len(page.find("//input[@type='radio'][@checked]")) == 1


def test_what_a_feed_is_stands_beside_it_and_each_can_be_looked_at(alice: Browser, internet: Internet) -> None:
    page = alice.post("/subscriptions/add", {"url": internet.url("/")})
    assert "Commentaires · Atom" in page.words
    (button,) = page.find("//button[@name='look']")
    assert button.get("value") == internet.url("/comments")
    assert button.get("formaction") == "/subscriptions/add"
    page = alice.post("/subscriptions/add", {"url": internet.url("/feed"), "look": internet.url("/comments")})
    assert page.find("//h3")[0].text_content() == "Les commentaires"


def test_an_address_may_stand_in_a_text(alice: Browser, internet: Internet) -> None:
    page = alice.post("/subscriptions/add", {"url": f"À lire : <{internet.url('/feed')}>, vraiment"})
    assert page.find("//h3")[0].text_content() == "Le Phare"


def test_every_kind_of_feed_has_words() -> None:
    assert set(kinds.KINDS) == KINDS


def test_subscribing_leads_to_the_feeds_stream(alice: Browser, internet: Internet, world: World, db: Database) -> None:
    press = world.folder(owner(alice), "Presse")
    page = alice.post("/subscriptions", {"url": internet.url("/feed"), "folder_ids": press, "new_folder": "Mer"})
    assert page.url.startswith("/feed/")
    assert "Abonnement ajouté." in page.words
    with db.reading() as tx:
        (row,) = subscriptions.all_details(tx, owner(alice).id)
        names = {folder.id: folder.name for folder in sidebars.read(tx, owner(alice).id).folders}
    assert row.url == internet.url("/feed")
    assert {names[ident] for ident in row.folder_ids} == {"Presse", "Mer"}
    assert not row.private


def test_a_private_feed_is_ones_own(alice: Browser, internet: Internet, db: Database) -> None:
    alice.post("/subscriptions", {"url": internet.url("/feed"), "private": "1"})
    with db.reading() as tx:
        (row,) = subscriptions.all_details(tx, owner(alice).id)
    assert row.private


def test_a_feed_that_is_subscribed_already_is_led_to(alice: Browser, internet: Internet, world: World) -> None:
    ident = world.subscribe(owner(alice), world.feed("Le Phare", url=internet.url("/feed")))
    for path in ("/subscriptions/add", "/subscriptions"):
        page = alice.post(path, {"url": internet.url("/feed")})
        assert page.url == f"/feed/{ident}"
        assert "Vous êtes déjà abonné à ce flux." in page.words


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/gone", "L’éditeur a définitivement retiré ce flux"),
        ("/missing", "(404)"),
    ],
)
def test_an_address_without_a_feed_says_why(
    alice: Browser, internet: Internet, db: Database, address: str, sentence: str
) -> None:
    page = alice.post("/subscriptions/add", {"url": internet.url(address)})
    assert page.status == 400
    (error,) = page.find(".error")
    assert sentence in error.text_content()
    assert page.find("//input[@name='url']")[0].get("value") == internet.url(address)
    assert titles(db, owner(alice)) == []


def test_nobody_is_promised_that_an_address_is_tried_again(alice: Browser, internet: Internet) -> None:
    internet["/broken"] = 500
    for path in ("/subscriptions/add", "/subscriptions/page"):
        words = alice.post(path, {"url": internet.url("/broken")}).words
        assert "Réessayez plus tard." in words
        assert "nouvel essai" not in words


def test_a_site_without_any_feed_says_so(alice: Browser) -> None:
    with Internet({"/": Reply(b"<html><body>Nothing here.</body></html>", content_type="text/html")}) as plain:
        page = alice.post("/subscriptions/add", {"url": plain.url("/")})
    assert page.status == 400
    assert "Aucun flux n’a été trouvé" in page.words


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/feed", "http://", "file:///etc/passwd"])
@pytest.mark.parametrize("path", ["/subscriptions/add", "/subscriptions"])
def test_what_is_no_web_address_is_refused(alice: Browser, db: Database, address: str, path: str) -> None:
    page = alice.post(path, {"url": address})
    assert page.status == 400
    assert page.find(".error")
    assert titles(db, owner(alice)) == []


def test_an_address_within_a_private_network_is_refused(alice: Browser) -> None:
    page = alice.post("/subscriptions/add", {"url": "http://10.0.0.1/feed"})
    assert page.status == 400
    assert "DATELINE_ALLOWED_NETWORKS" in page.words


def test_a_feeds_markup_stays_text(alice: Browser, internet: Internet) -> None:
    internet["/evil"] = rss("<script>alert(1)</script>", "<img src=x onerror=alert(2)>")
    page = alice.post("/subscriptions/add", {"url": internet.url("/evil")})
    assert page.status == 200
    assert page.find("//script[not(@src)]") == []
    assert page.find("//img[@onerror]") == []


def test_another_persons_folder_cannot_be_used(
    alice: Browser, mallory: Browser, internet: Internet, world: World, db: Database
) -> None:
    theirs = world.folder(owner(alice), "Presse")
    assert mallory.post("/subscriptions", {"url": internet.url("/feed"), "folder_ids": theirs}).status == 404
    assert titles(db, owner(mallory)) == []


@pytest.mark.usefixtures("alice")
def test_without_a_session_nothing_is_fetched(anonymous: Browser, internet: Internet) -> None:
    assert anonymous.get("/subscriptions/add", follow=False).status == 303
    assert anonymous.post("/subscriptions/add", {"url": internet.url("/feed")}).status == 403
    assert anonymous.post("/subscriptions", {"url": internet.url("/feed")}).status == 403
    assert internet.requests == []


@pytest.mark.parametrize("wrong", [{}, {"url": "https://example.org/" + "x" * 3000}])
def test_a_form_without_an_address_is_refused(alice: Browser, wrong: dict[str, str]) -> None:
    assert alice.post("/subscriptions/add", wrong).status == 400
    assert alice.post("/subscriptions", wrong).status == 400
