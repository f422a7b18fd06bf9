"""The feed debugger: every step on one page, for one's own feeds and any address, and nothing of the inside."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.internet import Internet, Reply, redirect, rss
from tests.web.browsing import Browser, World

from dateline import parse
from dateline.model import User
from dateline.store import Database
from dateline.web import messages


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/feed": rss("Le Phare", "Premier", "Deuxième")}) as server:
        yield server


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def test_the_page_asks_for_an_address(alice: Browser) -> None:
    page = alice.get("/debug?url=https://a.example/")
    assert page.find("//input[@name='url']")[0].get("value") == "https://a.example/"


def test_every_step_is_shown(alice: Browser, internet: Internet, db: Database) -> None:
    internet["/old"] = redirect("/feed", 302)
    internet["/feed"] = Reply(
        b"<rss version='2.0'><channel><title>Le Phare</title><item><guid>1</guid><title>Premier</title>"
        b"<description>&lt;p onclick='x()'&gt;Bonjour&lt;/p&gt;</description></item></channel></rss>",
        headers=(("Cache-Control", "max-age=7200"), ("X-Odd", "<script>alert(1)</script>")),
    )
    page = alice.post("/debug", {"url": internet.url("/old")})
    assert page.status == 200
    words = page.words
    for said in ("302", "200", "User-Agent", "rss20", "nouveau (1)", "Premier", "2 heures", "X-Odd"):
        assert said in words, said
    assert "<p onclick='x()'>Bonjour</p>" in words
    assert "<p>Bonjour</p>" in words
    assert not page.find("//script[not(@src)]")
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_ones_own_subscription_is_compared_with_what_is_stored(
    alice: Browser, bob: Browser, internet: Internet, world: World
) -> None:
    own = world.subscribe(owner(alice), world.feed("Le Phare", url=internet.url("/feed")))
    page = alice.post(f"/subscriptions/{own}/debug")
    assert page.status == 200
    assert "Le Phare" in page.words
    assert page.find(f"//form[@action='/subscriptions/{own}/debug']")
    assert alice.get(f"/subscriptions/{own}").find(f"//form[@action='/subscriptions/{own}/debug']")
    assert bob.post(f"/subscriptions/{own}/debug").status == 404


@pytest.mark.parametrize(("answer", "said"), [(404, "404"), (b"<html>", "page web"), (b"", "vide")])
def test_what_fails_is_told_with_what_to_do(alice: Browser, internet: Internet, answer: int | bytes, said: str) -> None:
    internet["/feed"] = answer if isinstance(answer, int) else Reply(answer)
    page = alice.post("/debug", {"url": internet.url("/feed")})
    assert page.status == 200
    assert said in page.words
    assert page.find("//div[@class='box is-error']")


@pytest.mark.parametrize("address", ["", "gopher://x", "http://", "x" * 1000])
def test_what_is_no_address_is_told_beside_the_field(alice: Browser, address: str) -> None:
    page = alice.post("/debug", {"url": address})
    assert page.status == 400
    assert page.find("//input[@name='url']")[0].get("aria-invalid") == "true"


def test_a_large_document_is_shown_in_part(alice: Browser, internet: Internet) -> None:
    internet["/feed"] = rss("Le Phare", *(f"Titre {n}" for n in range(150)))
    page = alice.post("/debug", {"url": internet.url("/feed")})
    assert "nouveau (150)" in page.words
    assert len(page.find("//ol[@class='trial-list']/li")) == 30
    assert "Et 120 de plus." in page.words


@pytest.mark.parametrize("address", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[fd00::1]/"])
def test_the_guard_stands_here_too(alice: Browser, address: str) -> None:
    page = alice.post("/debug", {"url": address})
    assert "réseau privé" in page.words


def test_what_is_odd_about_a_document_is_said_in_ones_own_language(alice: Browser, internet: Internet) -> None:
    words = alice.post("/debug", {"url": internet.url("/feed")}).words
    assert "Certains articles n’ont pas de date." in words
    assert "parse.no_date: 2 entries have no date." in words


def test_every_warning_of_the_parser_has_words() -> None:
    source = Path(parse.__file__).parent
    made = r"""(?:_warning\(\s*|ParseWarning\(\s*code=)"([a-z_.]+)\""""
    codes = {code for path in source.rglob("*.py") for code in re.findall(made, path.read_text(encoding="utf-8"))}
    assert codes - {"page.no_entries"} == set(messages.WARNINGS)  # that one is told as a failure
