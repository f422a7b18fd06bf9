"""Logging in and out: right and wrong names and passwords, where it leads, and who may try how often."""

import pytest
from starlette.types import ASGIApp
from tests.web.browsing import Browser, Clock

from dateline.actions import accounts as account_actions
from dateline.store import Database

PASSWORD = "seven herons on a wire"


@pytest.fixture
def carol(app: ASGIApp, db: Database, clock: Clock) -> Browser:
    """Somebody with a password, not logged in."""
    user = account_actions.create(
        db, name="Carol", password=PASSWORD, language="fr", time_zone="Europe/Paris", now=clock()
    )
    return Browser(app, user=user)


def log_in(browser: Browser, name: str = "Carol", password: str = PASSWORD, **more: str) -> str:
    answer = browser.post("/login", {"name": name, "password": password, "next": "/", **more}, follow=False)
    return answer.header("location") or f"{answer.status}: {answer.words}"


def test_the_right_name_and_password_lead_to_ones_own_streams(carol: Browser) -> None:
    assert log_in(carol) == "/"
    assert carol.get("/settings", follow=False).status == 200


def test_the_name_may_be_cased_differently(carol: Browser) -> None:
    assert log_in(carol, name=" cAROL ") == "/"


def test_a_login_leads_on_to_where_one_wanted_to_go(carol: Browser) -> None:
    first = carol.get("/settings", follow=False)
    assert first.header("location") == "/login?next=%2Fsettings"
    form = carol.get("/login?next=%2Fsettings")
    assert form.find("//input[@name='next']")[0].get("value") == "/settings"
    assert log_in(carol, next="/settings") == "/settings"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_a_login_never_leads_to_another_site(carol: Browser, elsewhere: str) -> None:
    assert log_in(carol, next=elsewhere) == "/"


@pytest.mark.parametrize(("name", "password"), [("Carol", "wrong password"), ("Nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_look_alike(carol: Browser, name: str, password: str) -> None:
    answer = carol.post("/login", {"name": name, "password": password, "next": "/starred"})
    assert answer.status == 400
    assert "The name or the password is not right." in answer.words
    assert answer.find("//input[@name='name']")[0].get("value") == name
    assert answer.find("//input[@name='next']")[0].get("value") == "/starred"
    assert answer.find("//input[@name='password']")[0].get("value") == ""
    assert "dateline" not in carol.cookies


def test_after_many_wrong_passwords_one_has_to_wait(carol: Browser, clock: Clock) -> None:
    answers = [carol.post("/login", {"name": "Carol", "password": f"wrong guess {n}"}) for n in range(30)]
    assert answers[0].status == 400
    assert answers[-1].status == 429
    assert "Too many attempts" in answers[-1].words
    assert carol.post("/login", {"name": "Carol", "password": PASSWORD}, follow=False).status == 429
    clock.pass_by(days=1)
    assert log_in(carol) == "/"


def test_a_login_without_its_fields_is_refused(carol: Browser) -> None:
    assert carol.post("/login", {"name": "Carol"}).status == 400
    assert carol.post("/login", {"name": "x" * 300, "password": PASSWORD}).status == 400


def test_who_is_logged_in_already_goes_on(alice: Browser) -> None:
    assert alice.get("/login?next=%2Fstarred", follow=False).header("location") == "/starred"


def test_an_instance_without_accounts_leads_to_the_first_start(anonymous: Browser) -> None:
    assert anonymous.get("/login", follow=False).header("location") == "/start"


def test_logging_out_ends_the_session_here_and_in_the_database(carol: Browser) -> None:
    log_in(carol)
    stolen = dict(carol.cookies)
    page = carol.post("/logout")
    assert page.url == "/login"
    assert "Vous êtes déconnecté." in page.words or "You are logged out." in page.words
    carol.cookies = stolen
    assert carol.get("/settings", follow=False).status == 303


def test_logging_out_leaves_other_sessions_alone(carol: Browser) -> None:
    log_in(carol)
    elsewhere = Browser(carol.app)
    log_in(elsewhere)
    carol.post("/logout")
    assert elsewhere.get("/settings", follow=False).status == 200


def test_logging_out_without_a_session_is_no_mistake(carol: Browser) -> None:
    assert carol.post("/logout").url == "/login"
