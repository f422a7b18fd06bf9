"""The page of notifications: this browser added by a behaviour, devices tried and removed, by their owner alone."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.push_service import Subscribed
from tests.web.browsing import Answer, Browser, Clock

from dateline.asgi import create_app
from dateline.refresh.notify import sender_of
from dateline.settings import Settings
from dateline.store import Database, accounts, devices
from dateline.store.devices import Content, Device
from dateline.store.secrets import Keyring
from dateline.web.pages.notifications import device_name
from dateline.web.said import say

PATH = "/settings/notifications"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def fields(**more: str) -> dict[str, str]:
    browser = Subscribed("https://push.example/one")
    return {"do": "add", "endpoint": browser.endpoint, "key": browser.key, "secret": browser.secret, **more}


def add(reader: Browser, **more: str) -> Answer:
    return reader.post(PATH, fields(**more), json=True, headers={"user-agent": FIREFOX})


def of(db: Database, reader: Browser) -> list[Device]:
    assert reader.user is not None
    with db.reading() as tx:
        return devices.of_user(tx, reader.user.id)


def test_the_page_says_by_whom_messages_go_and_works_without_scripts(bob: Browser) -> None:
    page = bob.get(PATH)
    assert "Messages go, encrypted, by way of the maker of your browser" in page.words
    shown = [part.text_content() for part in page.find("//*[@data-when][not(@hidden)]")]
    assert shown == ["To be switched on, this page needs scripts, which do not run here."]
    assert page.find("//input[@id='important'][not(@checked)]")


def test_the_key_for_browsers_hangs_on_the_instances_own(bob: Browser, settings: Settings, tmp_path: Path) -> None:
    (key,) = bob.get(PATH).find("//@data-key")
    assert str(key) == sender_of(Keyring(tmp_path / "secret.key"), settings.answerable_url).public
    assert len(str(key)) == 87


def test_a_browser_is_added_with_a_name_and_shown_as_this_one(bob: Browser, db: Database) -> None:
    assert "from now on" in add(bob).json["notice"]
    page = bob.get(PATH)
    assert "Firefox · Linux" in page.words
    (device,) = of(db, bob)
    assert [str(ident) for ident in page.find("//@data-here")] == [str(device.id)]
    assert "push.example" not in page.text


def test_a_test_is_queued_and_a_device_removed(bob: Browser, db: Database) -> None:
    add(bob)
    (device,) = of(db, bob)
    assert "on its way" in bob.post(PATH, {"do": "test", "id": device.id}).words
    with db.reading() as tx:
        assert devices.waiting(tx, device.id) == 1
    assert "no notifications any more" in bob.post(PATH, {"do": "remove", "id": device.id}).words
    assert of(db, bob) == []


def test_a_browser_at_another_address_stays_the_same_device(bob: Browser, db: Database) -> None:
    add(bob)
    (before,) = of(db, bob)
    assert bob.user is not None
    other = Subscribed("https://push.example/two")
    wish = {"do": "renew", "endpoint": other.endpoint, "key": other.key, "secret": other.secret}
    assert bob.post(PATH, {**wish, "account": bob.user.id + 1}, json=True).status == 403
    assert bob.post(PATH, {**wish, "account": bob.user.id}, json=True).status == 200
    (after,) = of(db, bob)
    assert (after.id, after.address == before.address) == (before.id, False)
    assert add(bob, endpoint=other.endpoint).status == 200
    assert [device.id for device in of(db, bob)] == [before.id]


def test_an_address_that_was_another_accounts_is_taken_over(alice: Browser, bob: Browser, db: Database) -> None:
    add(bob)
    add(alice, endpoint="https://push.example/two")
    assert bob.user is not None
    moved = fields(do="renew", endpoint="https://push.example/two", account=str(bob.user.id))
    assert bob.post(PATH, moved, json=True).status == 200
    assert (len(of(db, bob)), of(db, alice)) == (1, [])


def test_logging_out_ends_it(bob: Browser, db: Database) -> None:
    add(bob)
    bob.post("/logout")
    assert of(db, bob) == []


def test_what_is_news_is_chosen(bob: Browser, db: Database) -> None:
    bob.post(PATH, {"do": "choose", "important": "1"})
    assert bob.get(PATH).find("//input[@id='important'][@checked]")
    assert "Saved." in bob.post(PATH, {"do": "choose"}, json=True).json["notice"]
    assert bob.user is not None
    with db.reading() as tx:
        assert not accounts.user_by_id(tx, bob.user.id).preferences.notify.important


def test_what_went_wrong_is_said_at_the_device(bob: Browser, db: Database, clock: Clock) -> None:
    from dateline.store.write import transaction

    add(bob)
    with transaction(db) as tx:
        devices.note_failed(tx, of(db, bob)[0].id, "fetch.forbidden")
    page = bob.get(PATH)
    assert "could not be delivered" in page.words
    assert "fetch.forbidden" in page.words


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/one"},
        {"endpoint": "https://push.example/" + "x" * 2_000},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": ""},
        {"key": "AAAA"},
        {"key": "x" * 300},
        {"secret": "AAAA"},
        {"do": "other"},
    ],
)
def test_what_no_browser_would_send_is_refused(bob: Browser, db: Database, wrong: dict[str, str]) -> None:
    assert add(bob, **wrong).status == 400
    assert of(db, bob) == []


def test_nobody_tries_or_removes_anothers(bob: Browser, mallory: Browser, db: Database) -> None:
    add(bob)
    (device,) = of(db, bob)
    for do in ("test", "remove"):
        assert mallory.post(PATH, {"do": do, "id": device.id}).status == 404
    assert len(of(db, bob)) == 1
    assert "Firefox · Linux" not in mallory.get(PATH).words


def test_where_it_is_forbidden_the_page_says_so_and_takes_none(
    settings: Settings, db: Database, clock: Clock, bob: Browser
) -> None:
    add(bob)
    (device,) = of(db, bob)
    off = Browser(create_app(replace(settings, push="off"), db, clock=clock), user=bob.user, cookies=bob.cookies)
    page = off.get(PATH)
    assert "This server sends no notifications." in page.words
    assert page.find("//*[@data-behaviour='device']") == []
    assert add(off).status == 400
    assert off.post(PATH, {"do": "test", "id": device.id}).status == 400
    assert off.post(PATH, {"do": "remove", "id": device.id}).status == 200


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (FIREFOX, "Firefox · Linux"),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome · Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari · macOS"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_devices_are_named_as_people_know_them(said: str, name: str) -> None:
    assert device_name(said) == name


def test_notifications_speak_the_language_of_their_reader() -> None:
    one = Content(kind="important", path="/important", count=1, title="Brume", feed="Le Phare")
    assert say("fr", one) == ("Du nouveau dans les flux importants", "Brume – Le Phare")
    assert say("en", replace(one, count=3)) == ("New in important feeds", "Brume – Le Phare and 2 more")
    assert say("fr", replace(one, count=2))[1] == "Brume – Le Phare et 1 autre"
    assert say("en", Content(kind="test", path="/")) == ("It works", "This device gets notifications of Dateline.")
    assert say("xx", replace(one, kind="rule", title="{a}"))[0] == "Le Phare"
