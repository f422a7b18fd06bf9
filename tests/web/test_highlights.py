"""Highlights and notes on the pages: beneath the article without scripts, in their list, as Markdown."""

import pytest
from tests.web.browsing import Browser, World

from dateline.web import i18n
from dateline.web.highlight_colours import highlight_colours

WORDS = {
    "quote": "The <b>content",
    "prefix": "",
    "suffix": " of Un.",
    "place": "0",
    "colour": "green",
    "note": "Oui & non",
}


@pytest.fixture
def entry(alice: Browser, world: World) -> int:
    assert alice.user is not None
    feed = world.feed()
    _, entry_id = world.entries(feed, "Deux", "Un [1] *2*")
    world.subscribe(alice.user, feed)
    return entry_id


def test_without_scripts_a_note_is_written_changed_and_removed_beneath_the_article(
    alice: Browser, bob: Browser, entry: int
) -> None:
    here = f"/entry/{entry}"
    page = alice.post(f"{here}/highlights", {"note": "À relire", "next": here})
    assert "Noté." in page.words
    (form,) = alice.get(here).find("//li[@class='note-line']//form")
    action = form.get("action")
    page = alice.post(action, {"do": "save", "note": "Relu", "next": here})
    assert "Relu" in page.words
    assert "Relu" not in bob.get("/highlights").words
    assert bob.post(action, {"do": "remove"}).status == 404
    page = alice.post(action, {"do": "remove", "next": here})
    assert "Relu" not in page.words
    assert "ont disparu" in page.words


def test_the_list_is_searched_by_words_and_by_feed_and_taken_away_as_markdown(
    alice: Browser, world: World, entry: int
) -> None:
    assert alice.user is not None
    other = world.feed("La Digue")
    (elsewhere,) = world.entries(other, "Ailleurs")
    world.subscribe(alice.user, other)
    assert "Sélectionnez des mots" in alice.get("/highlights").words
    assert not alice.get("/").find("//a[@href='/highlights']")
    alice.post(f"/entry/{entry}/highlights", WORDS)
    alice.post(f"/entry/{elsewhere}/highlights", {"note": "> Une note\n# à moi"})
    assert alice.get("/").find("//a[@href='/highlights']")
    assert [line.text_content() for line in alice.get("/highlights").find("//p[@class='shelf-title']")] == [
        "Ailleurs",
        "Un [1] *2*",
    ]
    assert "The <b>content" in alice.get("/highlights?q=CONTENT+oui").words
    assert "Ailleurs" not in alice.get("/highlights?q=CONTENT").words
    (found,) = alice.get(f"/highlights?feed={other}").find("//p[@class='shelf-title']")
    assert found.text_content() == "Ailleurs"
    assert "Rien de tel" in alice.get("/highlights?q=zzz").words
    answer = alice.get("/highlights/export?q=content")
    assert answer.header("content-type") == "text/markdown; charset=utf-8"
    assert answer.text == (
        "# Surlignages et notes\n\n"
        "## [Un \\[1\\] \\*2\\*](https://example.org/3)\n\nLe Phare\n\n> The \\<b\\>content\n\nOui & non\n"
    )


def test_a_behaviour_gets_the_notes_alone_with_what_finds_the_words_again(alice: Browser, entry: int) -> None:
    assert alice.post(f"/entry/{entry}/highlights", WORDS, json=True).json["notice"] == "Surligné."
    (line,) = alice.get(f"/entry/{entry}/highlights").find("//li[@data-highlight-id]")
    assert (line.get("data-colour"), line.get("data-suffix"), line.get("data-place")) == ("green", " of Un.", "0")
    assert line.find_class("note-quote")[0].text_content() == "The <b>content"


def test_a_hundred_stand_on_a_page_and_the_rest_behind_it(alice: Browser, entry: int) -> None:
    for number in range(101):
        alice.post(f"/entry/{entry}/highlights", {"note": f"n{number}"}, follow=False)
    page = alice.get("/highlights")
    assert len(page.find("//li[@data-highlight-id]")) == 100
    (link,) = page.find("//a[@rel='next']")
    assert len(alice.get(str(link.get("href"))).find("//li[@data-highlight-id]")) == 1


def test_somebody_else_nobody_and_odd_forms(alice: Browser, bob: Browser, anonymous: Browser, entry: int) -> None:
    path = f"/entry/{entry}/highlights"
    assert bob.get(path).status == 404
    assert bob.post(path, WORDS).status == 404
    assert anonymous.post(path, WORDS).status == 403
    for odd in ({"colour": "octarine"}, {"place": "-1"}, {"quote": "", "note": ""}, {"quote": "x" * 10_001}):
        assert alice.post(path, {**WORDS, **odd}).status in (400, 413)
    assert alice.post("/highlights/1", {"do": "save"}).status in (400, 404)
    assert alice.get("/highlights?before=x").status == 400


def test_every_colour_has_a_name() -> None:
    assert [name for _, name in highlight_colours(i18n.words("fr"))] == ["Jaune", "Vert", "Bleu", "Rouge"]
