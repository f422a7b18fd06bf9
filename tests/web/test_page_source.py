"""A page without a feed: from its address to a subscription, and mended when it changes; without scripts."""

import html
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.internet import Internet, Reply, rss
from tests.refresh.running import Runner
from tests.web.browsing import Answer, Browser, World

from dateline.actions.pages import subscribe_to_page
from dateline.model import User
from dateline.parse.page import PageRules
from dateline.parse.page.rules import LANGUAGES
from dateline.parse.page.why import Finding
from dateline.settings import Settings
from dateline.store import Database, subscriptions
from dateline.web import findings, i18n
from dateline.web.pages.page_source import READINGS

PAGES = Path(__file__).parents[1] / "parse" / "page" / "pages"
RULES = PageRules(kind="html", language="css", entry=".news-list > article", title="h2", url="h2 a")


TAKE = "//form[.//button[@value='take']]"


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/news": Reply((PAGES / "town.html").read_bytes(), content_type="text/html")}) as server:
        yield server


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def fields(page: Answer, form: str) -> dict[str, str]:
    """What a form would send: the fields of the form at an XPath."""
    inputs = page.find(f"{form}//input[@name and (not(@type) or @type!='checkbox' or @checked)]")
    found = {str(one.get("name")): str(one.get("value") or "") for one in inputs}
    for select in page.find(f"{form}//select"):
        found[str(select.get("name"))] = str(select.xpath("string(option[@selected]/@value)"))
    return found


def test_from_an_address_to_the_articles_of_a_page(
    alice: Browser, internet: Internet, db: Database, world: World, settings: Settings
) -> None:
    page = alice.post("/subscriptions/add", {"url": internet.url("/news")})
    assert page.status == 400
    (offer,) = page.find("//form[@action='/subscriptions/page']")
    page = alice.post("/subscriptions/page", {**fields(page, "//form[@action='/subscriptions/page']"), "do": "propose"})
    assert page.status == 200
    assert "Le pont tournant rouvre à la circulation" in page.words
    first = "(//ul[@class='found-list']/li)[1]//form"
    page = alice.post("/subscriptions/page", {**fields(page, first), "do": "try"})
    assert "4 articles sont trouvés" in page.words
    assert page.find("//ol[contains(@class, 'found-entries')]/li[1]/span[@class='muted']")[0].text_content() != ""
    assert page.find("//button[@value='take']")
    page = alice.post(
        "/subscriptions/page",
        {**fields(page, TAKE), "do": "take", "new_folder": "Mairie"},
        follow=False,
    )
    assert page.status == 303
    assert "/feed/" in (page.header("location") or "")
    Runner(db, world.clock(), settings).run()
    stream = alice.get(page.header("location") or "")
    assert "Le marché du samedi change de place" in stream.words
    with db.reading() as tx:
        (row,) = subscriptions.all_details(tx, owner(alice).id)
    assert (row.kind, row.url, len(row.folder_ids)) == ("page", internet.url("/news"), 1)
    assert len(internet.asked("/news")) == 3, "looked at, fetched once for all the tries, and by the worker"
    assert offer is not None


def subscribed(reader: Browser, internet: Internet, db: Database, world: World, rules: PageRules = RULES) -> int:
    return subscribe_to_page(db, owner(reader), internet.url("/news"), rules, page_title="Ville", now=world.clock())


def test_a_page_that_changed_is_flagged_and_mended_with_a_click(
    alice: Browser, internet: Internet, db: Database, world: World, settings: Settings
) -> None:
    ident = subscribed(alice, internet, db, world)
    runner = Runner(db, world.clock(), settings)
    runner.run()
    changed = (PAGES / "town.html").read_bytes().replace(b"news-list", b"actus").replace(b"<article", b"<section")
    internet["/news"] = Reply(changed.replace(b"</article", b"</section"), content_type="text/html")
    for _ in range(3):
        runner.later(days=3)
        runner.run()
    page = alice.get(f"/subscriptions/{ident}")
    assert "Cette page semble avoir changé" in page.words
    assert "n’y ont trouvé aucun article" in page.words
    page = alice.post(f"/subscriptions/{ident}/page", {"do": "propose"})
    first = "(//ul[@class='found-list']/li)[1]//form"
    page = alice.post(f"/subscriptions/{ident}/page", {**fields(page, first), "do": "try"})
    page = alice.post(f"/subscriptions/{ident}/page", {**fields(page, TAKE), "do": "take"})
    assert page.url == f"/subscriptions/{ident}"
    assert "Enregistré" in page.words
    assert "semble avoir changé" not in page.words
    assert next(iter(runner.run().values())).code == "ok"
    with db.reading() as tx:
        assert subscriptions.details(tx, owner(alice).id, ident).entry_count == 4, "no article came twice"


def test_a_list_that_has_become_empty_is_pointed_out_and_is_no_failure(
    alice: Browser, internet: Internet, db: Database, world: World, settings: Settings
) -> None:
    internet["/news"] = Reply(b'{"items": [{"t": "Un"}]}', content_type="application/json")
    rules = PageRules(kind="json", language="dotted", entry="items", title="t")
    ident = subscribed(alice, internet, db, world, rules)
    runner = Runner(db, world.clock(), settings)
    runner.run()
    internet["/news"] = Reply(b'{"items": []}', content_type="application/json")
    for _ in range(3):
        assert "La liste de cette page est vide" not in alice.get(f"/subscriptions/{ident}").words
        runner.later(days=3)
        runner.run()
    page = alice.get(f"/subscriptions/{ident}")
    assert "La liste de cette page est vide depuis quelque temps" in page.words
    assert "semble avoir changé" not in page.words
    assert not page.find("//div[contains(@class, 'is-error')]")


def test_rules_that_find_nothing_say_where_they_end(alice: Browser, internet: Internet) -> None:
    tried = {
        "url": internet.url("/news"),
        "reading": "html+css",
        "rule_entry": ".news-list > div.card",
        "rule_title": "h2",
    }
    page = alice.post("/subscriptions/page", {**tried, "do": "try"})
    assert page.status == 200
    assert "« .news-list > div.card » ne désigne rien." in page.words.replace("\u202f", " ")
    assert page.find("//input[@name='rule_entry']")[0].get("value") == ".news-list > div.card"
    assert page.find("//button[@value='take']") == []
    for deed in ("try", "take"):  # a button that is not there changes nothing
        assert alice.post("/subscriptions/page", {**tried, "do": deed}).status == 200


def test_a_mistake_in_a_rule_stands_beside_it_or_says_its_name(alice: Browser, internet: Internet) -> None:
    tried = {"url": internet.url("/news"), "reading": "html+css", "rule_entry": "article", "rule_title": "h2["}
    page = alice.post("/subscriptions/page", {**tried, "do": "try"})
    assert "Titre" in page.find(".findings")[0].text_content()
    page = alice.post("/subscriptions/page", {**tried, "rule_entry": "", "do": "try"})
    assert page.status == 400
    assert page.find("//input[@name='rule_entry' and @aria-invalid='true']")
    page = alice.post("/subscriptions/page", {**tried, "reading": "html+dotted", "do": "try"})
    assert page.status == 400


def test_a_page_without_lists_says_so(alice: Browser, internet: Internet) -> None:
    internet["/words"] = Reply(b"<html><p>Only words.</p></html>", content_type="text/html")
    page = alice.post("/subscriptions/page", {"url": internet.url("/words"), "do": "propose"})
    assert "Aucune liste n’a été trouvée" in page.words


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://10.0.0.1/", "file:///etc/passwd", ""])
def test_what_cannot_be_fetched_is_refused(alice: Browser, address: str) -> None:
    page = alice.post("/subscriptions/page", {"url": address, "do": "propose"})
    assert page.status == 400
    assert page.find(".error")


def test_who_has_it_already_is_led_there(alice: Browser, internet: Internet, db: Database, world: World) -> None:
    ident = subscribed(alice, internet, db, world)
    rules = {"rule_entry": RULES.entry, "rule_title": RULES.title, "rule_url": RULES.url}
    sent = {"url": internet.url("/news"), "reading": "html+css", **rules, "do": "take"}
    page = alice.post("/subscriptions/page", sent)
    assert page.url == f"/feed/{ident}"
    assert "Vous êtes déjà abonné à ce flux." in page.words
    with db.reading() as tx:
        assert subscriptions.count(tx, owner(alice).id) == 1


def test_a_pages_source_is_its_subscribers_alone(
    alice: Browser, mallory: Browser, anonymous: Browser, internet: Internet, db: Database, world: World
) -> None:
    ident = subscribed(alice, internet, db, world)
    place = f"/subscriptions/{ident}/page"
    page = alice.get(place)
    assert page.status == 200
    assert page.find("//input[@name='rule_entry']")[0].get("value") == RULES.entry
    assert internet.requests == [], "showing the rules asks nobody"
    for sent in ({"do": "propose"}, {"do": "try", "reading": "html+css", "rule_entry": "a"}, {"do": "take"}):
        assert mallory.post(place, sent).status == 404
        assert anonymous.post(place, sent).status == 403
    assert mallory.get(place).status == 404
    assert anonymous.get(place, follow=False).status == 303
    assert internet.requests == []
    feed = world.subscribe(owner(alice), world.feed("Le Phare"))
    assert alice.get(f"/subscriptions/{feed}/page").status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "delete"},
        {"do": "try", "reading": "pdf+css", "rule_entry": "a"},
        {"do": "try", "rule_entry": "a" * 1001},
        {"do": "try"},
    ],
)
def test_a_form_that_no_page_sends_is_refused(alice: Browser, internet: Internet, wrong: dict[str, str]) -> None:
    assert alice.post("/subscriptions/page", {"url": internet.url("/news"), **wrong}).status == 400


def test_a_pages_markup_stays_text(alice: Browser, internet: Internet) -> None:
    evil = "".join(
        f"<article class=card><h2><a href='javascript:alert({n})'>&lt;script>alert({n})&lt;/script> title {n}</a></h2>"
        f"<a href='/{n}'>on</a><p>&lt;img src=x onerror=alert(1)> and forty characters of text beside it</p></article>"
        for n in range(4)
    )
    internet["/evil"] = Reply(f"<html><title><b>x</b></title>{evil}".encode(), content_type="text/html")
    page = alice.post("/subscriptions/page", {"url": internet.url("/evil"), "do": "propose"})
    tried = {
        "url": internet.url("/evil"),
        "reading": "html+css",
        "rule_entry": "article",
        "rule_title": "a",
        "rule_content": "p",
    }
    for answer in (page, alice.post("/subscriptions/page", {**tried, "do": "try"})):
        assert answer.status == 200
        assert answer.find("//script[not(@src)]") == []
        assert answer.find("//img[@onerror]") == []
        assert not any("javascript:" in str(link) for link in answer.find("//a/@href"))
    page = alice.post("/subscriptions/page", {**tried, "rule_entry": "<script>alert(1)</script>", "do": "try"})
    assert page.find("//script[not(@src)]") == []


def test_an_address_may_come_with_the_link(alice: Browser) -> None:
    page = alice.get("/subscriptions/page?url=" + quote("https://example.org/a?b=1&c=<d>"))
    assert page.find("//input[@name='url']")[0].get("value") == "https://example.org/a?b=1&c=<d>"
    assert html.escape("<d>") in page.text or "%3Cd%3E" in page.text or "&lt;d&gt;" in page.text.lower()


def test_the_add_page_leads_here_and_a_feed_needs_none_of_it(alice: Browser, internet: Internet) -> None:
    assert alice.get("/subscriptions/add").find("//a[@href='/subscriptions/page']")
    internet["/feed"] = rss("Le Phare", "Premier")
    page = alice.post("/subscriptions/add", {"url": internet.url("/feed")})
    assert page.find("//form[@action='/subscriptions/page']") == []


def test_every_finding_and_every_reading_has_its_words() -> None:
    assert set(Finding.__annotations__["code"].__args__) == findings.CODES
    assert set(READINGS) == {f"{kind}+{language}" for kind, languages in LANGUAGES.items() for language in languages}
    for language in ("en", "fr"):
        for code in findings.CODES:
            finding = Finding(code=code, part="title: p", field="title", before="b", names=("n",), count=2)
            assert findings.sentence(i18n.words(language), finding, "parse.bad_rules")
