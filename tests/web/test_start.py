"""The first start: one account can be made, once, by whoever knows the code where one is asked for."""

import pytest
from tests.web.browsing import Browser, Clock

from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database, accounts

FIELDS = {"name": "Alice", "password": "seven herons on a wire", "language": "fr", "time_zone": "Europe/Paris"}


@pytest.fixture
def guarded(settings: Settings, db: Database, clock: Clock) -> Browser:
    """A browser before an instance that listens beyond loopback."""
    return Browser(create_app(settings, db, clock=clock, start_code="tern-otter-finch"))


def test_the_front_page_of_a_new_instance_leads_to_the_first_start(anonymous: Browser) -> None:
    page = anonymous.get("/")
    assert page.url == "/start"
    assert "Welcome to Dateline" in page.words


def test_the_first_start_speaks_the_browsers_language(anonymous: Browser) -> None:
    anonymous.language = "fr-CH, fr;q=0.9, en;q=0.8"
    page = anonymous.get("/start")
    assert "Bienvenue dans Dateline" in page.words
    assert page.find("//select[@name='language']/option[@selected]")[0].get("value") == "fr"


def test_the_first_account_is_an_administrators_and_leads_to_the_first_feed(anonymous: Browser, db: Database) -> None:
    page = anonymous.post("/start", FIELDS)
    assert page.url == "/subscriptions/add?welcome=1"
    assert "Votre compte est prêt" in page.words
    assert page.find("//a[@href='/opml']")
    with db.reading() as tx:
        (user,) = accounts.all_users(tx)
    assert (user.name, user.is_admin, user.language, user.time_zone) == ("Alice", True, "fr", "Europe/Paris")


def test_there_is_only_one_first_account(anonymous: Browser, alice: Browser, db: Database) -> None:
    assert anonymous.get("/start", follow=False).header("location") == "/"
    assert anonymous.post("/start", {**FIELDS, "name": "Mallory"}, follow=False).header("location") == "/login"
    with db.reading() as tx:
        assert [user.name for user in accounts.all_users(tx)] == ["alice"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password": "short"}, "Le mot de passe est trop court"),
        ({"name": ""}, "Ce nom ne peut pas être utilisé"),
        ({"name": "a/b"}, "Ce nom ne peut pas être utilisé"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    anonymous: Browser, db: Database, wrong: dict[str, str], sentence: str
) -> None:
    page = anonymous.post("/start", {**FIELDS, **wrong})
    assert page.status == 400
    (error,) = page.find(".error")
    assert sentence in error.text_content()
    (field,) = page.find("//input[@aria-invalid='true']")
    assert field.get("name") == next(iter(wrong))
    assert field.get("aria-describedby") == error.get("id")
    with db.reading() as tx:
        assert not accounts.any_user(tx)


@pytest.mark.parametrize(
    "wrong", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../etc/passwd"}, {"name": "x" * 300}]
)
def test_values_that_no_form_offers_are_refused(anonymous: Browser, db: Database, wrong: dict[str, str]) -> None:
    assert anonymous.post("/start", {**FIELDS, **wrong}).status == 400
    with db.reading() as tx:
        assert not accounts.any_user(tx)


def test_no_code_is_asked_for_on_loopback(anonymous: Browser) -> None:
    assert anonymous.get("/start").find("//input[@name='code']") == []


@pytest.mark.parametrize("code", ["", "tern-otter", "TERN-OTTER-FINCH", "é"])
def test_beyond_loopback_the_account_needs_the_printed_code(guarded: Browser, db: Database, code: str) -> None:
    assert guarded.get("/start").find("//input[@name='code']")
    page = guarded.post("/start", {**FIELDS, "code": code})
    assert page.status == 400
    assert "Ce n’est pas le code" in page.words
    with db.reading() as tx:
        assert not accounts.any_user(tx)


def test_with_the_printed_code_the_account_is_made(guarded: Browser, db: Database) -> None:
    assert guarded.post("/start", {**FIELDS, "code": " tern-otter-finch "}, follow=False).status == 303
    with db.reading() as tx:
        assert accounts.any_user(tx)
