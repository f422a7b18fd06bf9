"""The page of newsletters: addresses made and removed, senders heard again, each by their owner alone."""

import pytest
from tests.parse.test_mail import mail as message
from tests.web.browsing import Browser, World

from dateline.actions import newsletters, subscriptions
from dateline.model import User
from dateline.refresh.mail import take_sent
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import mail as mail_store

ON = Settings(mail_listen="127.0.0.1:8724", mail_domain="news.example")
PATH = "/settings/newsletters"


@pytest.fixture
def me(alice: Browser) -> User:
    assert alice.user is not None
    return alice.user


def test_where_it_is_off_the_page_says_how_to_switch_it_on(alice: Browser, bob: Browser) -> None:
    assert "ne reçoit pas de lettres d’information" in alice.get(PATH).words
    assert "DATELINE_MAIL_LISTEN" in alice.get(PATH).words
    assert "DATELINE_MAIL_LISTEN" not in bob.get(PATH).words
    assert alice.post(PATH, {"do": "add"}).status == 400


def test_an_address_is_shown_and_removed(alice: Browser, me: User, db: Database, world: World) -> None:
    address = newsletters.add_address(db, ON, me, now=world.clock())
    page = alice.get(PATH)
    assert address.partition("@")[0] in page.words
    (ident,) = page.find("//input[@name='id']/@value")
    after = alice.post(PATH, {"do": "remove", "id": str(ident)})
    assert "Enregistré." in after.words
    with db.reading() as tx:
        assert mail_store.addresses(tx, me.id) == []


def test_a_sender_is_heard_again_by_its_reader_alone(
    alice: Browser, bob: Browser, me: User, db: Database, world: World
) -> None:
    token = newsletters.add_address(db, ON, me, now=world.clock()).partition("@")[0]
    take_sent(db, token, message(), now=world.clock())
    with db.reading() as tx:
        subscription_id = tx.value("SELECT id FROM subscription WHERE user_id = :me", me=me.id)
    subscriptions.unsubscribe(db, me, subscription_id, now=world.clock())
    with db.reading() as tx:
        (sender,) = mail_store.refused(tx, me.id)
    assert "Le Phare" in alice.get(PATH).words
    assert bob.post(PATH, {"do": "hear", "id": str(sender.feed_id)}).status == 404
    assert alice.post(PATH, {"do": "hear", "id": str(sender.feed_id)}).status == 200
    with db.reading() as tx:
        assert mail_store.refused(tx, me.id) == []
