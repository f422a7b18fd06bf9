"""Starter packs on the page for adding: offered, subscribed to by one press, undone by another."""

from tests.web.browsing import Browser

from dateline.model import User
from dateline.store import Database, subscriptions


def count(db: Database, browser: Browser) -> int:
    user: User | None = browser.user
    assert user is not None
    with db.reading() as tx:
        return subscriptions.count(tx, user.id)


def test_topics_are_offered_to_who_has_nothing(alice: Browser) -> None:
    assert alice.get("/").find("//a[@href='/subscriptions/add#packs']")
    page = alice.get("/subscriptions/add")
    assert "Le monde" in page.words
    assert len(page.find("//ul[@class='packs']/li")) == 7


def test_a_topic_is_subscribed_to_and_taken_back(alice: Browser, db: Database) -> None:
    page = alice.post("/subscriptions/packs", {"pack": "science"})
    assert page.url == "/"
    assert "Sciences" in page.words
    assert count(db, alice) == 6
    seq = page.find("//form[@class='notice-undo']/input[@name='seq']")[0].get("value")
    alice.post("/undo", {"seq": seq})
    assert count(db, alice) == 0


def test_a_second_press_says_that_all_is_there(alice: Browser, db: Database) -> None:
    alice.post("/subscriptions/packs", {"pack": "ideas", "language": "fr"})
    assert count(db, alice) == 2
    assert "Vous avez déjà tout" in alice.post("/subscriptions/packs", {"pack": "ideas", "language": "fr"}).words


def test_others_and_odd_values(alice: Browser, anonymous: Browser, db: Database) -> None:
    assert anonymous.post("/subscriptions/packs", {"pack": "science"}).status == 403
    for wrong in ({}, {"pack": "x"}, {"pack": "science", "language": "xx"}):
        assert alice.post("/subscriptions/packs", wrong).status == 400
    assert count(db, alice) == 0
