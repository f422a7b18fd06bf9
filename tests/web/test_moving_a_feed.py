"""A feed given another address on its page: its owner, somebody else, nobody, and what is no address."""

import pytest
from tests.web.browsing import Browser, World

from dateline.model import User


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def subscription(alice: Browser, world: World) -> int:
    return world.subscribe(owner(alice), world.feed("Le Phare", url="https://phare.example/rss"))


def test_the_feed_is_at_its_new_address_and_the_way_back_is_there(alice: Browser, subscription: int) -> None:
    page = alice.get(f"/subscriptions/{subscription}")
    [form] = page.find(f"//form[@action='/subscriptions/{subscription}/move']")
    assert form.xpath(".//input[@name='url']/@value") == ["https://phare.example/rss"]
    page = alice.post(f"/subscriptions/{subscription}/move", {"url": "https://phare.example/atom"})
    assert "interrogé à sa nouvelle adresse" in page.words
    assert "https://phare.example/atom" in page.words
    assert "Revenir à l’ancienne adresse" in page.words


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "https://a:b@phare.example/"])
def test_what_is_no_address_is_told_beside_the_field(alice: Browser, subscription: int, address: str) -> None:
    page = alice.post(f"/subscriptions/{subscription}/move", {"url": address})
    assert page.status == 400
    assert "Ce n’est pas une adresse" in page.find("//p[@id='url-error']")[0].text_content()
    assert page.find("//details[@id='move'][@open]") != []


def test_the_address_of_another_subscription_is_told_so(alice: Browser, world: World, subscription: int) -> None:
    world.subscribe(owner(alice), world.feed("La Vigie", url="https://vigie.example/rss"))
    page = alice.post(f"/subscriptions/{subscription}/move", {"url": "https://vigie.example/rss"})
    assert page.status == 400
    assert "déjà abonné" in page.find("//p[@id='url-error']")[0].text_content()


def test_nobody_else_moves_it(mallory: Browser, anonymous: Browser, world: World, subscription: int) -> None:
    assert mallory.post(f"/subscriptions/{subscription}/move", {"url": "https://b.example/"}).status == 404
    assert anonymous.post(f"/subscriptions/{subscription}/move", {"url": "https://b.example/"}).status == 403
    with world.db.reading() as tx:
        assert tx.column("SELECT url FROM feed") == ["https://phare.example/rss"]
