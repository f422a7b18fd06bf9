"""The page of rules: made by a search, tried before, done to what is here; and what becomes of what arrives."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.refresh.index import index_all

PATH = "/settings/rules"


@pytest.fixture
def feed(alice: Browser, world: World) -> tuple[int, int]:
    """A feed of Alice's with two articles, and her subscription to it."""
    feed = world.feed()
    world.entries(feed, "Une publicité", "Deux")
    index_all(world.db)
    assert alice.user is not None
    return feed, world.subscribe(alice.user, feed)


def titles(page: Answer) -> list[str]:
    return [str(link.text_content()).strip() for link in page.find("//ul[@class='rule-found']//a")]


def test_a_rule_is_tried_made_met_changed_and_deleted(alice: Browser, world: World, feed: tuple[int, int]) -> None:
    form = {"query": "publicité", "where": "", "marks_read": "1", "label": "Réclame"}
    tried = alice.post(PATH, {**form, "do": "try"})
    assert titles(tried) == ["Une publicité"]
    assert tried.find("//input[@id='query']")[0].get("value") == "publicité"
    assert alice.get(PATH).find("//ol[@class='rules']") == []
    page = alice.post(PATH, {**form, "do": "add"})
    assert "La règle vaut pour ce qui arrive désormais." in page.words
    (link,) = page.find("//a[@class='rule']")
    world.entries(feed[0], "Encore une publicité", "Trois")
    index_all(world.db)
    alice.get("/")
    one = alice.get(str(link.get("href")))
    assert "1 article y a répondu" in one.words
    assert one.find("//input[@id='label']")[0].get("value") == "Réclame"
    labelled = alice.get("/label").words
    assert "Encore une publicité" in labelled
    assert "Une publicité" not in labelled
    page = alice.post(str(link.get("href")), {"do": "save", "query": "trois", "where": f"feed:{feed[1]}", "stars": "1"})
    assert "trois" in page.words
    assert "Une publicité" not in alice.get("/starred").words
    done = alice.post(str(link.get("href")), {"do": "apply"})
    assert "Fait, pour 1 article." in done.words
    assert "Trois" in alice.get("/starred").words
    gone = alice.post(str(link.get("href")), {"do": "remove"})
    assert gone.find("//ol[@class='rules']") == []
    assert "Trois" in alice.get("/starred").words


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"query": "date:hier", "stars": "1"}, "n’est ni une date"),
        ({"query": "label:Rien", "stars": "1"}, "Rien ne porte ce nom"),
        ({"query": "", "stars": "1"}, "Dites de quels articles il s’agit"),
        ({"query": "a"}, "Choisissez ce qui doit en être fait"),
        ({"query": "a", "label": "a/b"}, "nom"),
    ],
)
def test_what_is_no_rule_is_told_beside_its_field(alice: Browser, form: dict[str, str], told: str) -> None:
    page = alice.post(PATH, {**form, "do": "add"}, follow=False)
    assert page.status == 400
    assert told in page.words
    assert page.find("//input[@id='query']")[0].get("value") == form["query"]
    assert alice.get(PATH).find("//ol[@class='rules']") == []


@pytest.mark.parametrize(
    "form",
    [{"do": "burn"}, {"do": "add", "where": "x:1", "query": "a"}, {"do": "try", "where": "f:b", "query": "a"}],
)
def test_a_bad_form_is_told_so(alice: Browser, form: dict[str, str]) -> None:
    assert alice.post(PATH, form, follow=False).status == 400


def test_a_folder_that_is_not_ones_own_is_not_there(alice: Browser, bob: Browser, feed: tuple[int, int]) -> None:
    assert bob.post(PATH, {"do": "add", "where": f"feed:{feed[1]}", "stars": "1"}, follow=False).status == 404


def test_a_search_leads_to_its_rule(alice: Browser, feed: tuple[int, int]) -> None:
    (link,) = alice.get(f"/feed/{feed[1]}?q=intitle:deux").find("//a[contains(@href, '/settings/rules?')]")
    page = alice.get(str(link.get("href")))
    assert page.find("//input[@id='query']")[0].get("value") == "intitle:deux"
    assert page.find("//select[@id='where']//option[@selected]")[0].get("value") == f"feed:{feed[1]}"
    assert alice.get("/").find("//a[contains(@href, '/settings/rules?')]") == []


def test_a_label_leads_to_its_rule_and_a_rule_that_lost_its_sense_says_so(alice: Browser) -> None:
    alice.post("/labels", {"name": "Loin"})
    (label,) = alice.get("/labels").find("//tbody//a[contains(@href, '/labels/')]")
    page = alice.get(str(label.get("href")))
    (link,) = page.find("//a[contains(@href, '/settings/rules')][contains(@class, 'button')]")
    assert alice.get(str(link.get("href"))).find("//input[@id='label']")[0].get("value") == "Loin"
    alice.post(PATH, {"do": "add", "query": "-label:Loin", "stars": "1"})
    alice.post(str(label.get("href")), {"do": "remove"})
    assert "la règle ne fait rien" in alice.get(PATH).words
