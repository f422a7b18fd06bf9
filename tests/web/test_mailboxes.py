"""The page of newsletters, with mailboxes: added, failing in words, checked, given up, by their owner alone."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.imap import ALICE, ImapServer
from tests.web.browsing import Answer, Browser, World

from dateline.asgi import create_app
from dateline.model import User
from dateline.settings import Settings
from dateline.store import Database, mailboxes
from dateline.store.mailboxes import LeftOut, Mailbox
from dateline.store.write import transaction

PATH = "/settings/newsletters"
DO = "/settings/newsletters/mailboxes"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Servers on loopback may be asked."""
    return Settings(
        database_url=f"sqlite:///{tmp_path}/dateline.sqlite",
        allowed_networks=(ip_network("127.0.0.0/8"),),
        host_spacing=0,
    )


def form(server: ImapServer, **more: str) -> dict[str, str]:
    fields = {"host": "127.0.0.1", "port": str(server.port), "security": "none", "user": ALICE[0], "password": ALICE[1]}
    return {"do": "add", **fields, **more}


def boxes(db: Database, reader: Browser) -> list[Mailbox]:
    assert isinstance(reader.user, User)
    with db.reading() as tx:
        return mailboxes.of_user(tx, reader.user.id)


def wrong(answer: Answer) -> list[str]:
    """The fields that the page says something against."""
    return [str(name) for name in answer.find("//*[@aria-invalid='true']/@id")]


def test_the_page_says_plainly_that_every_mail_of_the_folder_is_read(bob: Browser) -> None:
    words = bob.get(PATH).words
    assert "Every mail of the folder becomes an article here, private ones too." in words
    assert "Make a folder for newsletters, with a rule" in words


def test_a_mailbox_is_opened_at_once_and_then_read(bob: Browser, db: Database) -> None:
    with ImapServer() as server:
        server.inbox.put(b"From: a@b.example\r\n\r\nOld")
        answer = bob.post(DO, form(server))
        assert "The mailbox could be opened." in answer.words
        assert "alice · 127.0.0.1" in answer.words
        assert server.asked[-1] == "LOGOUT"
    (box,) = boxes(db, bob)
    assert (box.last_uid, box.folder, box.security) == (1, "INBOX", "none")
    assert ALICE[1] not in answer.text


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(bob: Browser, db: Database) -> None:
    with ImapServer() as server:
        for more, field, said in (
            ({"password": "wrong"}, "password", "does not take this user name and password"),
            ({"folder": "Nowhere"}, "folder", "knows no such folder"),
            ({"security": "starttls"}, "security", "would not be encrypted"),
            ({"port": "x"}, "port", "Look at what was entered"),
            ({"port": "99999"}, "port", "Look at what was entered"),
            ({"host": "a b"}, "host", "Look at what was entered"),
            ({"host": "10.0.0.1", "security": "tls"}, "host", "inside a private network"),
            ({"user": ""}, "user", "Look at what was entered"),
            ({"password": ""}, "password", "Look at what was entered"),
        ):
            answer = bob.post(DO, form(server, **more))
            assert answer.status == 400, more
            assert wrong(answer) == [field]
            assert said in answer.words
            assert ALICE[1] not in answer.text
            assert answer.find("//input[@name='host']/@value")[0] == more.get("host", "127.0.0.1")
    assert boxes(db, bob) == []


def test_how_it_fares_is_said_in_words(bob: Browser, db: Database, world: World) -> None:
    with ImapServer() as server:
        bob.post(DO, form(server))
    (box,) = boxes(db, bob)
    now = world.clock()
    note = LeftOut(uid=9, code="fetch.too_large", detail="11000000 bytes", at=now)
    with transaction(db) as tx:
        assert mailboxes.claim(tx, box.id, "l", now=now, until=now)
        assert mailboxes.advance(tx, box.id, "l", 9, left_out=note)
        mailboxes.fail(tx, box.id, "l", code="fetch.mailbox_login", detail="NO <b>app password", now=now, next_at=now)
    page = bob.get(PATH)
    assert "does not take this user name and password" in page.words
    assert "NO <b>app password" in page.words
    assert "1 mail that could not be taken. The last one: The mail is larger than 10 MB." in page.words


def test_it_is_checked_given_another_password_and_removed(bob: Browser, db: Database) -> None:
    with ImapServer() as server:
        bob.post(DO, form(server))
        (box,) = boxes(db, bob)
        ident = str(box.id)
        assert "read in a moment" in bob.post(DO, {"do": "check", "id": ident}).words
        refused = bob.post(DO, {"do": "password", "id": ident, "password": "wrong"})
        assert (refused.status, wrong(refused)) == (400, [f"password-{ident}"])
        server.login = (ALICE[0], "new")
        assert bob.post(DO, {"do": "password", "id": ident, "password": "new"}).status == 200
        assert bob.post(DO, {"do": "remove", "id": ident}).status == 200
    assert boxes(db, bob) == []


@pytest.mark.parametrize("do", ["check", "password", "remove"])
def test_anothers_mailbox_is_not_there(bob: Browser, mallory: Browser, db: Database, do: str) -> None:
    with ImapServer() as server:
        bob.post(DO, form(server))
        (box,) = boxes(db, bob)
        for reader, ident in ((mallory, box.id), (bob, 900_000_001)):
            assert reader.post(DO, {"do": do, "id": str(ident), "password": "x"}).status == 404
        assert server.connections == 1
    assert boxes(db, bob) == [box]
    assert "127.0.0.1" not in mallory.get(PATH).words


def test_where_the_operator_forbids_it_the_page_says_so_and_lets_go(
    bob: Browser, db: Database, world: World, settings: Settings
) -> None:
    with ImapServer() as server:
        bob.post(DO, form(server))
        bob.app = create_app(replace(settings, mailboxes="off"), db, clock=world.clock)
        page = bob.get(PATH)
        assert "This server reads no mailboxes." in page.words
        assert page.find("//input[@name='host']") == []
        assert bob.post(DO, form(server, folder="x")).status == 400
        (box,) = boxes(db, bob)
        assert bob.post(DO, {"do": "remove", "id": str(box.id)}).status == 200
        assert server.connections == 1
    assert boxes(db, bob) == []
