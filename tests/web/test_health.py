"""The page of the feeds' health: grouped by what to do, in words, and doing it to several."""

from datetime import timedelta

import pytest
from tests.web.browsing import Browser, Clock, World

from dateline.model import User
from dateline.store import Database, addresses, checks, feeds, health
from dateline.store import write as store_write


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def feeds_of_alice(alice: Browser, world: World, db: Database, clock: Clock) -> list[int]:
    """Subscriptions: well, failing, failing, gone, moved from elsewhere."""
    titles = ("Bien", "Panne un", "Panne deux", "Retiré", "Déménagé")
    made = [world.feed(title) for title in titles]
    ids = [world.subscribe(owner(alice), feed) for feed in made]
    for feed in made[1:3]:
        world.trouble(feed, "fetch.timeout")
    with store_write.transaction(db) as tx:
        gone = feeds.read(tx, made[3])
        feeds.fail(tx, gone, code="fetch.gone", detail="410", now=clock(), next_at=None, stopped=True)
        checks.note(
            tx, gone, checks.CheckRow(at=clock(), code="fetch.gone", status=410, wire_bytes=1234, duration_ms=56)
        )
        addresses.change_address(
            tx, made[4], "https://new.example/", "new.example", previous_url="https://old.example/", now=clock()
        )
    clock.pass_by(hours=1)
    return ids


@pytest.mark.usefixtures("feeds_of_alice")
def test_feeds_are_grouped_with_their_advice_and_their_last_attempts(alice: Browser) -> None:
    page = alice.get("/health")
    assert [heading.text_content() for heading in page.find("//h2")] == [
        "Retirés 1",
        "En panne pour le moment 2",
        "Déménagés 1",
    ]
    assert "1 flux va bien" in page.words
    assert "Désabonnez-vous : les favoris restent." in page.words
    row = page.find("//tbody/tr")[0]
    assert [cell.text_content() for cell in row.findall("td")][1:] == [
        "L’éditeur a définitivement retiré ce flux (410).",
        "410",
        "0",
        "2",
        "56",
    ]
    assert "https://old.example/" in page.words
    assert not page.find("//button[@value='adopt']")  # it has its new address already


def test_what_is_ticked_is_tried_and_all_of_a_group_is_left_after_asking(
    alice: Browser, feeds_of_alice: list[int], db: Database
) -> None:
    page = alice.post("/health", {"do": "try", "kind": "gone", "id": feeds_of_alice[3]})
    assert page.url == "/health"
    with db.reading() as tx:
        assert tx.value("SELECT next_at FROM feed WHERE id = 4") is not None
    page = alice.post("/health", {"do": "unsubscribe", "kind": "failing", "all": "1"})
    assert "Se désabonner de 2 flux" in page.words
    assert "Panne un" in page.words
    (form,) = page.find("//main//form")
    fields = [(item.get("name"), item.get("value")) for item in form.findall(".//input")]
    page = alice.post("/health", fields)
    assert "Vous avez quitté 2 abonnements." in page.words
    with db.reading() as tx:
        left = [feed.subscription_id for feed in health.of_user(tx, owner(alice).id)]
    assert left == [feeds_of_alice[0], *feeds_of_alice[3:]]


def test_feeds_are_moved_to_a_folder(alice: Browser, feeds_of_alice: list[int], world: World) -> None:
    folder = world.folder(owner(alice), "Malades")
    fields = [("do", "move"), ("folder_id", folder), *(("id", ident) for ident in feeds_of_alice[1:3])]
    assert "2 abonnements ont été déplacés." in alice.post("/health", fields).words
    assert "Choisissez le dossier" in alice.post("/health", [*fields[2:], ("do", "move"), ("folder_id", "")]).words


@pytest.mark.parametrize("fields", [{"do": "try"}, {"do": "move", "folder_id": "1"}, {"do": "unsubscribe"}])
def test_nothing_chosen_is_said(alice: Browser, fields: dict[str, str]) -> None:
    assert "Rien n’a été choisi" in alice.post("/health", fields).words


@pytest.mark.parametrize("fields", [{}, {"do": "x", "id": "1"}, {"do": "try", "all": "1"}, {"do": "try", "id": "x"}])
def test_what_no_form_sends_is_refused(alice: Browser, fields: dict[str, str]) -> None:
    assert alice.post("/health", fields).status == 400


def test_a_feed_that_moved_tells_it_on_its_page_and_goes_back(
    alice: Browser, feeds_of_alice: list[int], db: Database
) -> None:
    here = f"/subscriptions/{feeds_of_alice[4]}"
    page = alice.get(here)
    assert "Ce flux a déménagé ici depuis une autre adresse" in page.words
    page = alice.post(f"{here}/address", {"do": "back", "next": here})
    assert page.url == here
    assert "L’ancienne adresse est revenue, et reste." in page.words
    with db.reading() as tx:
        assert tx.one("SELECT url, address_kept FROM feed WHERE id = 5") == ("https://old.example/", 1)


def test_who_is_not_alone_is_told_to_ask_an_administrator(
    alice: Browser, bob: Browser, feeds_of_alice: list[int], world: World
) -> None:
    his = world.subscribe(owner(bob), 5)
    assert "an administrator can change this" in bob.get(f"/subscriptions/{his}").words
    assert not bob.get("/health").find("//button[@value='back']")
    assert bob.post(f"/subscriptions/{his}/address", {"do": "back"}).status == 403
    assert alice.get("/health").find("//button[@value='back']")


def test_an_administrator_sees_the_server_without_others_secrets(
    alice: Browser, bob: Browser, world: World, db: Database, clock: Clock
) -> None:
    hidden = world.feed("Bob's secret", url="https://secret.example/token", owner=owner(bob))
    world.subscribe(owner(bob), hidden)
    with store_write.transaction(db) as tx:
        feeds.fail(tx, feeds.read(tx, hidden), code="fetch.dns", detail="secret.example", now=clock(), next_at=clock())
        tx.run("INSERT INTO host (name, quiet_until) VALUES ('quiet.example', 9000000000000000)")
    clock.pass_by(hours=1)
    page = alice.get("/health/server")
    assert page.status == 200
    assert "quiet.example" in page.words
    assert "un flux privé" in page.words
    assert "secret" not in page.text.lower()
    assert bob.get("/health/server").status == 403
    assert "token" in bob.get("/health").text


def test_the_page_of_many_leaves_the_attempts_to_each_ones_own(alice: Browser, world: World) -> None:
    for number in range(101):
        feed = world.feed(f"Flux {number}")
        world.subscribe(owner(alice), feed)
        world.trouble(feed, "fetch.dns")
    page = alice.get("/health")
    assert len(page.find("//ul[@class='health-list']/li")) == 101
    assert not page.find("//table")
    assert alice.post("/health", {"do": "try", "kind": "failing", "all": "1"}).url == "/health"


def test_somebody_without_feeds_and_somebody_whose_feeds_are_well(
    bob: Browser, world: World, clock: Clock, db: Database
) -> None:
    assert "not subscribed to anything yet" in bob.get("/health").words
    world.subscribe(owner(bob), world.feed("Fine"))
    with store_write.transaction(db) as tx:
        tx.run("UPDATE feed SET checked_at = created_at, ok_at = created_at")
    assert "Your 1 feed is well." in bob.get("/health").words
    clock.now += timedelta(days=1)
    assert bob.get("/health").status == 200


def test_feeds_that_were_never_asked_are_not_said_to_be_well(alice: Browser, world: World) -> None:
    world.subscribe(owner(alice), world.feed("Nouveau"))
    words = alice.get("/health").words
    assert "1 de vos flux est nouveau" in words
    assert "va bien" not in words


def test_a_page_whose_rules_find_nothing_is_analysed_again_with_one_press(alice: Browser, world: World) -> None:
    feed = world.feed("Ville")
    own = world.subscribe(owner(alice), feed)
    world.trouble(feed, "parse.no_entries")
    page = alice.get("/health")
    [button] = page.find("//button[@value='propose']")
    [form] = page.find(f"//form[@id='{button.get('form')}']")
    assert (form.get("method"), form.get("action")) == ("post", f"/subscriptions/{own}/page")


def test_why_a_page_gives_nothing_is_said_in_the_readers_language(alice: Browser, world: World) -> None:
    feed = world.feed("Ville")
    own = world.subscribe(owner(alice), feed)
    world.trouble(
        feed,
        "parse.no_entries",
        "“div.card > h2” matches nothing; what stands before it, “div.card”, matches 3. The document has .cards, #top.",
    )
    for address in ("/health", f"/subscriptions/{own}"):
        words = alice.get(address).words.replace("\u202f", " ")
        assert "« div.card > h2 » ne désigne rien. Ce qui précède, « div.card », désigne 3 éléments." in words
        assert ".cards, #top" in words
        assert "matches nothing" not in words
        assert "The document has" not in words


def test_details_that_are_nobodys_sentences_stand_as_they_are(alice: Browser, world: World) -> None:
    for number, (code, detail) in enumerate(
        [("parse.no_entries", "“cut off in the mid"), ("fetch.connect", "“a” matches nothing in the document.")]
    ):
        feed = world.feed(f"Ville {number}")
        world.subscribe(owner(alice), feed)
        world.trouble(feed, code, detail)
    shown = [code.text_content() for code in alice.get("/health").find("//p[@class='help']/code")]
    assert sorted(shown) == ["“a” matches nothing in the document.", "“cut off in the mid"]


def test_nobody_is_told_to_try_again_what_is_tried_again_by_itself(alice: Browser, world: World) -> None:
    for code in ("fetch.timeout", "fetch.connect"):
        feed = world.feed(code)
        world.subscribe(owner(alice), feed)
        world.trouble(feed, code)
    words = alice.get("/health").words
    assert "Dateline réessaie de lui-même" in words
    assert "Réessayez" not in words
