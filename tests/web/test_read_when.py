"""What counts as read by itself, chosen on three pages without scripts, and what then becomes of what arrives."""

import pytest
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.model import User
from dateline.preferences import ReadWhen
from dateline.store import Database, accounts, read_choices


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def fields(page: Answer) -> dict[str, str]:
    """What a browser would send of the form, untouched."""
    (form,) = page.find("//section[@aria-labelledby='read-when']//form[not(@hidden)]")
    return dict(form.form_values())


def options(page: Answer, name: str) -> list[str]:
    return [" ".join(option.text_content().split()) for option in page.find(f"//select[@name='{name}']/option")]


@pytest.fixture
def feed(world: World) -> int:
    return world.feed("Le Phare")


@pytest.fixture
def subscription(alice: Browser, world: World, feed: int) -> int:
    return world.subscribe(owner(alice), feed)


def test_a_subscription_chooses_what_its_folder_and_the_account_leave_to_it(
    alice: Browser, world: World, db: Database, subscription: int, feed: int
) -> None:
    folder = world.folder(owner(alice), "Presse", subscription)
    alice.post("/settings/marking", {"shown": "adaptive", "read_gone": "1", "read_beyond": "0", "read_repeated": "25"})
    with db.reading() as tx:
        chosen = accounts.user_by_id(tx, owner(alice).id).preferences.read_when
    assert chosen == ReadWhen(gone=True, repeated=25)
    page = alice.get(f"/folders/{folder}")
    assert options(page, "read_gone") == ["Oui (votre compte)", "Non", "Oui"]
    page = alice.post("/read-when", {**fields(page), "read_beyond": "10", "read_gone": "0"})
    assert (page.url, "C’est enregistré." in page.words or "Enregistré" in page.words) == (f"/folders/{folder}", True)
    page = alice.get(f"/subscriptions/{subscription}")
    assert options(page, "read_beyond")[0] == "Oui, sauf les 10 plus récents (son dossier)"
    assert options(page, "read_gone")[0] == "Non (son dossier)"
    assert options(page, "read_repeated")[0] == "Oui, parmi les 25 derniers (votre compte)"
    page = alice.post("/read-when", {**fields(page), "read_arrived": "1"})
    world.entries(feed, "Un", "Deux")
    assert "Un" not in alice.get("/?shown=unread").words
    assert world.unread_ids(owner(alice)) == []
    assert "Deux" in alice.get(f"/feed/{subscription}?shown=all").words
    page = alice.get(f"/subscriptions/{subscription}")
    (again,) = page.find("//form[@id='read-as-others']")
    alice.post("/read-when", dict(again.form_values()))
    with db.reading() as tx:
        assert read_choices.own(tx, owner(alice).id, "feed", subscription) == ReadWhen()


def test_a_choice_is_for_what_comes_from_then_on(alice: Browser, world: World, subscription: int, feed: int) -> None:
    waiting = world.entries(feed, "Before")
    alice.post("/read-when", {"kind": "feed", "key": subscription, "read_arrived": "1"})
    world.entries(feed, "After")
    alice.get("/")
    assert world.unread_ids(owner(alice)) == waiting


def test_so_it_is_for_the_whole_account(alice: Browser, world: World, subscription: int, feed: int) -> None:
    waiting = world.entries(feed, "Before")
    alice.post("/settings/marking", {"shown": "adaptive", "read_arrived": "1"})
    world.entries(feed, "After")
    alice.get("/")
    assert world.unread_ids(owner(alice)) == waiting


def test_the_settings_show_what_was_chosen(alice: Browser) -> None:
    alice.post("/settings/marking", {"shown": "adaptive", "read_arrived": "1", "read_beyond": "77"})
    page = alice.get("/settings/marking")
    assert page.find("//input[@name='read_arrived'][@checked]")
    assert not page.find("//input[@name='read_gone'][@checked]")
    (chosen,) = page.find("//select[@name='read_beyond']/option[@selected]")
    assert chosen.get("value") == "77"
    assert "cela vaut aussi pour ceux qui sont déjà là" in page.words


def test_important_feeds_say_that_only_their_own_choice_counts(alice: Browser, world: World, subscription: int) -> None:
    alice.post("/settings/marking", {"shown": "adaptive", "read_arrived": "1"})
    world.clock.pass_by(minutes=1)
    alice.post(f"/subscriptions/{subscription}", {"title": "", "visibility": "important"})
    page = alice.get(f"/subscriptions/{subscription}")
    assert options(page, "read_arrived")[0] == "Non (les flux importants sont épargnés)"
    assert "seul compte ce que vous choisissez ici" in page.words


def test_what_cannot_be_is_not_offered(alice: Browser, world: World, subscription: int) -> None:
    page = alice.get(f"/subscriptions/{subscription}")
    assert not options(page, "read_repeated_near")  # it lies in no folder
    world.folder(owner(alice), "Presse", subscription)
    assert options(alice.get(f"/subscriptions/{subscription}"), "read_repeated_near")


@pytest.mark.parametrize(
    "wrong",
    [
        {"read_arrived": "yes"},
        {"read_beyond": "-1"},
        {"read_beyond": "100001"},
        {"read_repeated": "1001"},
        {"read_repeated": "x"},
        {"kind": "label"},
        {"key": "x"},
    ],
)
def test_what_nobody_can_choose_is_refused(
    alice: Browser, db: Database, subscription: int, wrong: dict[str, str]
) -> None:
    answer = alice.post("/read-when", {"kind": "feed", "key": str(subscription), "read_gone": "1", **wrong})
    assert answer.status == 400
    with db.reading() as tx:
        assert read_choices.own(tx, owner(alice).id, "feed", subscription) == ReadWhen()


def test_what_is_read_by_itself_is_not_recently_read_nor_counted_as_read(
    alice: Browser, world: World, clock: Clock, subscription: int, feed: int
) -> None:
    alice.post("/read-when", {"kind": "feed", "key": subscription, "read_arrived": "1"})
    world.entries(feed, "Un article")
    clock.pass_by(minutes=1)
    alice.get("/")
    assert "Un article" not in alice.get("/recent").words
    assert "Un article" in alice.get("/all?shown=all").words
