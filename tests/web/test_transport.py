"""How a feed is fetched, in the pages: secrets go in and never come out; what cannot be sent is said at its field."""

import html
from pathlib import Path

import pytest
from tests.web.browsing import HOST, Browser, World

from dateline.model import User
from dateline.settings import Settings
from dateline.store import Database

SECRETS = {
    "user": "anna",
    "password": "sesame1",
    "headers": "X-Key: sesame2\r\nX-Other: sesame3",
    "cookies": "id=sesame4",
    "method": "POST",
    "body": "q=sesame5",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One proxy is allowed."""
    return Settings(
        database_url=f"sqlite:///{tmp_path}/dateline.sqlite",
        listen=HOST,
        proxies=("http://anna:sesame@10.0.0.1:3128",),
    )


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def path(alice: Browser, bob: Browser, world: World) -> str:
    """Alice's subscription to a feed that Bob reads too."""
    feed = world.feed("Marée")
    world.entries(feed, "Un", "Deux")
    world.subscribe(owner(bob), feed)
    return f"/subscriptions/{world.subscribe(owner(alice), feed)}/transport"


def owners(db: Database) -> list[int]:
    with db.reading() as tx:
        return tx.column("SELECT owner_id FROM feed ORDER BY owner_id")


def test_secrets_go_in_and_never_come_out(alice: Browser, bob: Browser, path: str, db: Database) -> None:
    assert alice.post(path, SECRETS).status == 200
    page = alice.get(path).text
    assert "sesame" not in page
    assert "anna" not in page
    assert page.count("remove_") >= 4
    assert owners(db) == [0, owner(alice).id]
    assert "D’une manière à vous." in alice.get(path.removesuffix("/transport")).text
    assert bob.get(path).status == 404
    assert bob.post(path, {"user_agent": "x"}).status == 404


def test_what_is_left_empty_stays_and_what_is_ticked_goes(alice: Browser, path: str) -> None:
    alice.post(path, SECRETS)
    assert alice.post(path, {"method": "POST", "remove_cookies": "1", "timeout": "45"}).status == 200
    page = alice.get(path).text
    assert "remove_cookies" not in page
    for kept in ("remove_login", "remove_headers", "remove_body"):
        assert kept in page
    assert 'value="45"' in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"user_agent": "x" * 550}, "user_agent"),
        ({"password": "pw"}, "login"),
        ({"user": "a:b", "password": "pw"}, "login"),
        ({"headers": "Host: x"}, "headers"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "Authorization: Bearer x", "user": "anna"}, "headers"),
        ({"timeout": "soon"}, "timeout"),
        ({"timeout": "nan"}, "timeout"),
        ({"timeout": "1e9"}, "timeout"),
        ({"max_redirects": "-1"}, "max_redirects"),
        ({"max_redirects": "٣"}, "max_redirects"),
        ({"method": "POST", "body_type": "x"}, "body_type"),
        ({"proxy": "http://10.0.0.2:3128"}, "proxy"),
        ({"authority": "nonsense"}, "authority"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_its_field(
    alice: Browser, path: str, db: Database, form: dict[str, str], field: str
) -> None:
    answer = alice.post(path, form)
    assert answer.status == 400
    shown = {"login": "user"}.get(field, field)
    assert f'aria-describedby="{shown}-error"' in answer.text
    assert owners(db) == [0]


@pytest.mark.parametrize("form", [{"method": "DELETE"}, {"tls": "x"}, {"login_by": "ntlm"}, {"do": "x"}])
def test_what_no_form_of_ours_sends_is_refused(alice: Browser, path: str, form: dict[str, str]) -> None:
    assert alice.post(path, form).status == 400


def test_a_proxy_is_chosen_by_its_name(alice: Browser, path: str) -> None:
    assert alice.post(path, {"proxy": "http://10.0.0.1:3128"}).status == 200
    page = html.unescape(alice.get(path).text)
    assert '<option value="http://10.0.0.1:3128" selected>' in page
    assert "sesame" not in page


def test_all_is_forgotten_and_the_feed_is_everybodys_again(alice: Browser, path: str, db: Database) -> None:
    assert 'value="clear"' not in alice.get(path).text
    alice.post(path, {"user_agent": "Mine/1"})
    assert 'value="clear"' in alice.get(path).text
    answer = alice.post(path, {"do": "clear"})
    assert answer.status == 200
    assert owners(db) == [0]
    assert "pour tout le monde ici" in answer.text


def test_another_key_is_said_and_breaks_nothing(alice: Browser, path: str, settings: Settings, tmp_path: Path) -> None:
    alice.post(path, SECRETS)
    (tmp_path / "secret.key").unlink()
    assert "ne peut plus être lu" in alice.get(path).text
    assert alice.get(path.removesuffix("/transport")).status == 200
    assert alice.post(path, {**SECRETS, "password": "new"}).status == 200
    assert "ne peut plus être lu" not in alice.get(path).text
