"""An account's settings: each section is saved by itself, by its owner alone."""

import pytest
from starlette.types import ASGIApp
from tests.web.browsing import Browser, Clock

from dateline.actions import accounts as account_actions
from dateline.model import User
from dateline.store import Database, accounts
from dateline.web import i18n
from dateline.web.subjects import SUBJECTS, Subject

PASSWORD = "seven herons on a wire"
READING = {"language": "en", "time_zone": "Asia/Tokyo"}


def stored(db: Database, browser: Browser) -> User:
    assert browser.user is not None
    with db.reading() as tx:
        return accounts.user_by_id(tx, browser.user.id)


def test_the_page_shows_what_is_set(alice: Browser) -> None:
    page = alice.get("/settings")
    assert "Réglages" in page.words
    assert page.find("//select[@name='language']/option[@selected]")[0].get("value") == "fr"
    assert page.find("//select[@name='time_zone']/option[@selected]")[0].get("value") == "Europe/Paris"
    page = alice.get("/settings/visitors")
    assert [code.text_content() for code in page.find("//main//code")] == ["/@alice/"]


def test_reading_settings_are_saved_and_said_so_in_the_new_language(alice: Browser, db: Database) -> None:
    page = alice.post("/settings/reading", READING)
    assert page.url == "/settings"
    assert "Saved." in page.words
    user = stored(db, alice)
    assert (user.language, user.time_zone) == ("en", "Asia/Tokyo")


def test_a_behaviour_gets_the_sentence_alone(alice: Browser) -> None:
    answer = alice.post("/settings/reading", {**READING, "language": "fr"}, json=True)
    assert answer.json["notice"] == "Enregistré."


def test_streams_are_opened_to_visitors_and_closed_again(alice: Browser, anonymous: Browser, db: Database) -> None:
    assert anonymous.get("/@alice/").status == 404
    alice.post("/settings/visitors", {"open_to_visitors": "1", "indexed": "1"})
    assert alice.get("/settings/visitors").find("//a[@href='/@alice/']")
    assert anonymous.get("/@alice/").status == 200
    assert (stored(db, alice).indexed, stored(db, alice).visitors_may_refresh) == (True, False)
    alice.post("/settings/visitors", {"open_to_visitors": "1", "visitors_may_refresh": "1"})
    assert (stored(db, alice).indexed, stored(db, alice).visitors_may_refresh) == (False, True)
    alice.post("/settings/visitors", {"indexed": "1", "visitors_may_refresh": "1"})
    assert anonymous.get("/@alice/").status == 404
    assert (stored(db, alice).indexed, stored(db, alice).visitors_may_refresh) == (False, False)


def test_settings_change_nobody_elses_account(alice: Browser, bob: Browser, db: Database) -> None:
    bob.post("/settings/reading", READING)
    assert stored(db, alice).language == "fr"


@pytest.mark.parametrize("path", ["/settings/reading", "/settings/visitors", "/settings/password"])
def test_without_a_session_nothing_is_saved(anonymous: Browser, alice: Browser, db: Database, path: str) -> None:
    before = stored(db, alice)
    assert anonymous.post(path, {**READING, "open_to_visitors": "1", "old": "x", "new": "y" * 12}).status == 403
    assert anonymous.get("/settings", follow=False).header("location") == "/login?next=%2Fsettings"
    assert stored(db, alice) == before


@pytest.mark.parametrize("wrong", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {"language": ""}])
def test_settings_that_do_not_exist_are_refused(alice: Browser, db: Database, wrong: dict[str, str]) -> None:
    before = stored(db, alice)
    assert alice.post("/settings/reading", {**READING, **wrong}).status == 400
    assert stored(db, alice) == before


def test_the_search_finds_a_choice_by_its_words_in_ones_language(alice: Browser) -> None:
    page = alice.get("/settings/find?q=fuseau")
    (link,) = page.find("//ul[@class='found']//a")
    assert link.get("href") == "/settings#time_zone"
    assert "Aucun réglage" in alice.get("/settings/find?q=zzz").words


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.path)
def test_what_the_search_knows_is_what_the_page_has(alice: Browser, subject: Subject) -> None:
    page = alice.get(subject.path)
    assert page.find("//nav//a[@aria-current='page']")[0].get("href") == subject.path
    labels = {label.get("for"): label.text_content() for label in page.find("//main//label[@for]")}
    words = i18n.words("fr")
    for field, label in subject.choices.items():
        assert labels[field] == words.text(label)


# ------------------------------------------------------------------------------------------------ the password


@pytest.fixture
def carol(app: ASGIApp, db: Database, clock: Clock) -> Browser:
    user = account_actions.create(db, name="Carol", password=PASSWORD, now=clock())
    browser = Browser(app, user=user)
    browser.post("/login", {"name": "Carol", "password": PASSWORD})
    return browser


def test_a_new_password_replaces_the_old_and_ends_other_sessions(carol: Browser) -> None:
    elsewhere = Browser(carol.app)
    elsewhere.post("/login", {"name": "Carol", "password": PASSWORD})
    page = carol.post("/settings/password", {"old": PASSWORD, "new": "nine owls in a barn"})
    assert page.url == "/settings/password"
    assert "Your password was changed." in page.words
    assert elsewhere.get("/settings", follow=False).status == 303
    assert Browser(carol.app).post("/login", {"name": "Carol", "password": PASSWORD}).status == 400
    assert Browser(carol.app).post("/login", {"name": "Carol", "password": "nine owls in a barn"}).status == 200


def test_a_wrong_old_password_is_told_beside_its_field(carol: Browser) -> None:
    page = carol.post("/settings/password", {"old": "not it at all", "new": "nine owls in a barn"})
    assert page.status == 400
    assert page.find("//input[@aria-invalid='true']")[0].get("name") == "old"
    assert "This is not your present password." in page.words
    assert Browser(carol.app).post("/login", {"name": "Carol", "password": PASSWORD}).status == 200


def test_a_short_new_password_is_told_beside_its_field(carol: Browser) -> None:
    page = carol.post("/settings/password", {"old": PASSWORD, "new": "short"})
    assert page.status == 400
    assert page.find("//input[@aria-invalid='true']")[0].get("name") == "new"
    assert Browser(carol.app).post("/login", {"name": "Carol", "password": PASSWORD}).status == 200


def test_a_password_form_without_its_fields_is_refused(carol: Browser) -> None:
    assert carol.post("/settings/password", {"old": PASSWORD}).status == 400
