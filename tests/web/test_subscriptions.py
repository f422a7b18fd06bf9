"""The table of subscriptions, one subscription's page, and its end: for the owner, and for nobody else."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.errors import NotFound
from dateline.model import User
from dateline.store import Database, subscriptions
from dateline.store.subscriptions import SubscriptionDetails


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def details(db: Database, user: User, subscription_id: int) -> SubscriptionDetails:
    with db.reading() as tx:
        return subscriptions.details(tx, user.id, subscription_id)


def names(page: Answer) -> list[str]:
    return [cell.xpath("./a")[0].text_content().strip() for cell in page.find(".feed-cell")]


@pytest.fixture
def lighthouse(alice: Browser, world: World) -> int:
    """Alice's subscription to a feed with two unread entries."""
    feed = world.feed("Le Phare")
    world.entries(feed, "Un", "Deux")
    return world.subscribe(owner(alice), feed)


# ------------------------------------------------------------------------------------------------ the table


def test_the_table_has_every_subscription_with_its_folders_and_numbers(
    alice: Browser, world: World, lighthouse: int
) -> None:
    world.subscribe(owner(alice), world.feed("Zeste"), title="Mon zeste")
    world.folder(owner(alice), "Mer", lighthouse)
    page = alice.get("/subscriptions")
    assert names(page) == ["Le Phare", "Mon zeste"]
    first = page.find("//tbody/tr")[0]
    cells = [" ".join(cell.text_content().split()) for cell in first.xpath("./td")]
    assert cells[1:4] == ["Le Phare", "Mer", "2"]


def test_an_empty_table_says_what_to_do(alice: Browser) -> None:
    page = alice.get("/subscriptions")
    assert page.find("//table") == []
    assert page.find("//a[@href='/subscriptions/add']")
    assert page.find("//a[@href='/opml']")


@pytest.mark.usefixtures("lighthouse")
def test_the_filter_looks_at_names_addresses_and_folders(alice: Browser, world: World) -> None:
    world.subscribe(owner(alice), world.feed("Autre", url="https://other.example/phare.xml"))
    third = world.subscribe(owner(alice), world.feed("Troisième"))
    world.folder(owner(alice), "Les Phares", third)
    world.subscribe(owner(alice), world.feed("Rien de tel"))
    assert names(alice.get("/subscriptions?q=PHARE")) == ["Autre", "Le Phare", "Troisième"]
    nothing = alice.get("/subscriptions?q=zzz")
    assert names(nothing) == []
    assert "Aucun abonnement ne correspond." in nothing.words


@pytest.mark.usefixtures("lighthouse")
def test_a_feed_that_fails_is_marked_with_a_sentence(alice: Browser, world: World) -> None:
    feed = world.feed("Cassé")
    world.subscribe(owner(alice), feed)
    world.trouble(feed, "fetch.dns")
    page = alice.get("/subscriptions")
    assert [p.text_content().strip() for p in page.find("//p[@class='trouble']")] == [
        "Le nom de ce serveur est inconnu. Vérifiez qu’il n’y a pas de faute dans l’adresse."
    ]
    assert names(alice.get("/subscriptions?only=troubled")) == ["Cassé"]


@pytest.mark.usefixtures("lighthouse")
def test_the_table_shows_nothing_of_others(mallory: Browser) -> None:
    assert names(mallory.get("/subscriptions")) == []


def test_markup_in_a_title_stays_text(alice: Browser, world: World) -> None:
    world.subscribe(owner(alice), world.feed("<script>alert(1)</script>"))
    page = alice.get("/subscriptions")
    assert names(page) == ["<script>alert(1)</script>"]
    assert page.find("//script[not(@src)]") == []


# ------------------------------------------------------------------------------------------------ one subscription


def test_a_subscriptions_page_says_how_its_feed_fares(alice: Browser, world: World) -> None:
    feed = world.feed("Cassé")
    ident = world.subscribe(owner(alice), feed)
    world.trouble(feed, "fetch.gone")
    page = alice.get(f"/subscriptions/{ident}")
    assert "L’éditeur a définitivement retiré ce flux (410)." in page.words
    assert "1 échec" in page.words


def test_title_folders_and_place_are_saved(alice: Browser, world: World, db: Database, lighthouse: int) -> None:
    sea, press = world.folder(owner(alice), "Mer"), world.folder(owner(alice), "Presse")
    page = alice.post(
        f"/subscriptions/{lighthouse}",
        [
            ("title", " Mon phare "),
            ("folder_ids", sea),
            ("folder_ids", press),
            ("visibility", "important"),
            ("hidden_from_visitors", "1"),
        ],
    )
    assert page.url == f"/subscriptions/{lighthouse}"
    assert "Enregistré." in page.words
    now = details(db, owner(alice), lighthouse)
    assert (now.title, now.visibility, now.hidden_from_visitors) == ("Mon phare", "important", True)
    assert set(now.folder_ids) == {sea, press}


def test_an_empty_title_is_the_feeds_own_again(alice: Browser, db: Database, lighthouse: int) -> None:
    alice.post(f"/subscriptions/{lighthouse}", {"title": "Autre", "visibility": "main"})
    alice.post(f"/subscriptions/{lighthouse}", {"title": "", "visibility": "main"})
    assert details(db, owner(alice), lighthouse).title == "Le Phare"


def test_a_folder_can_be_made_in_passing(alice: Browser, world: World, db: Database, lighthouse: int) -> None:
    sea = world.folder(owner(alice), "Mer")
    alice.post(f"/subscriptions/{lighthouse}", {"visibility": "main", "folder_ids": sea, "new_folder": "Neuf"})
    assert len(details(db, owner(alice), lighthouse).folder_ids) == 2


def test_a_folder_name_that_is_taken_is_told_beside_the_field(
    alice: Browser, world: World, db: Database, lighthouse: int
) -> None:
    world.folder(owner(alice), "Mer")
    page = alice.post(f"/subscriptions/{lighthouse}", {"title": "X", "visibility": "main", "new_folder": "mer"})
    assert page.status == 400
    assert "Ce nom est déjà pris" in page.words
    assert details(db, owner(alice), lighthouse).title == "Le Phare"


def test_unsubscribing_asks_first_and_then_does_it(alice: Browser, db: Database, lighthouse: int) -> None:
    question = alice.get(f"/subscriptions/{lighthouse}/remove")
    assert "Le Phare" in question.words
    assert "2 articles non lus" in question.words
    assert "supprimés" not in question.words
    assert details(db, owner(alice), lighthouse).title == "Le Phare"
    page = alice.post(f"/subscriptions/{lighthouse}/remove")
    assert page.url == "/subscriptions"
    assert "Vous n’êtes plus abonné à « Le Phare »." in page.words
    with pytest.raises(NotFound):
        details(db, owner(alice), lighthouse)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("tail", ["", "/remove"])
def test_another_persons_subscription_is_not_there(
    alice: Browser, mallory: Browser, db: Database, lighthouse: int, method: str, tail: str
) -> None:
    path = f"/subscriptions/{lighthouse}{tail}"
    answer = mallory.get(path) if method == "GET" else mallory.post(path, {"visibility": "main", "title": "Mine"})
    assert answer.status == 404
    assert "Le Phare" not in answer.text
    assert details(db, owner(alice), lighthouse).title == "Le Phare"


def test_another_persons_folder_cannot_be_used(
    alice: Browser, mallory: Browser, world: World, db: Database, lighthouse: int
) -> None:
    theirs = world.folder(owner(mallory), "Mallory’s")
    answer = alice.post(f"/subscriptions/{lighthouse}", {"visibility": "main", "folder_ids": theirs})
    assert answer.status == 404
    assert details(db, owner(alice), lighthouse).folder_ids == ()


@pytest.mark.parametrize("tail", ["", "/remove"])
def test_without_a_session_there_is_only_the_login(
    alice: Browser, anonymous: Browser, db: Database, lighthouse: int, tail: str
) -> None:
    path = f"/subscriptions/{lighthouse}{tail}"
    location = anonymous.get(path, follow=False).header("location")
    assert location is not None
    assert location.startswith("/login")
    assert anonymous.post(path, {"visibility": "main"}).status == 403
    assert details(db, owner(alice), lighthouse).title == "Le Phare"


@pytest.mark.parametrize("ident", ["0", "99999", "x", "-1", "9" * 30, "1%00"])
def test_a_subscription_that_cannot_be_is_an_error_page(alice: Browser, ident: str) -> None:
    assert alice.get(f"/subscriptions/{ident}").status in (400, 404)
    assert alice.post(f"/subscriptions/{ident}", {"visibility": "main"}).status in (400, 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"visibility": "everywhere"},
        {},
        {"visibility": "main", "folder_ids": "x"},
        {"visibility": "main", "title": "x" * 600},
    ],
)
def test_values_that_no_form_offers_are_refused(
    alice: Browser, db: Database, lighthouse: int, wrong: dict[str, str]
) -> None:
    before = details(db, owner(alice), lighthouse)
    assert alice.post(f"/subscriptions/{lighthouse}", wrong).status == 400
    assert details(db, owner(alice), lighthouse) == before
