"""``/entry/ID/changes``: what was changed in an entry, word by word."""

from datetime import timedelta

from tests.web.browsing import Browser, World

from dateline.model import SafeHTML, User
from dateline.store.times import to_us


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def entry_with_versions(world: World, reader: Browser, *earlier: tuple[str, str]) -> int:
    """An entry "Tempête" that was each of (title, content) before, an hour apart."""
    feed = world.feed()
    content = SafeHTML("<p>Vingt maisons sont détruites.</p><p>Personne n’est blessé.</p>")
    (entry_id,) = world.entries(feed, "Tempête", content_html=content)
    world.subscribe(owner(reader), feed)
    for number, (title, html) in enumerate(earlier):
        world.revise(entry_id, title, html, hours_ago=len(earlier) - number)
    return entry_id


def test_an_entry_tells_that_it_was_changed_and_leads_to_what(alice: Browser, world: World) -> None:
    entry_id = entry_with_versions(world, alice, ("Tempête", "<p>Dix maisons sont détruites.</p>"))
    for path in ("/", f"/entry/{entry_id}"):
        (line,) = alice.get(path).find("//p[@class='revised']")
        assert line.text_content() == "Mis à jour le 22 novembre 2026 à 14:00 · Ce qui a changé"
        assert line.xpath("a")[0].get("href") == f"/entry/{entry_id}/changes"


def test_words_that_went_and_came_are_marked(alice: Browser, world: World) -> None:
    before = "<p>Dix maisons sont détruites.</p><p>Personne n’est blessé.</p>"
    entry_id = entry_with_versions(world, alice, ("Orage", before))
    page = alice.get(f"/entry/{entry_id}/changes")
    assert [one.text_content() for one in page.find("//h2//del")] == ["supprimé : Orage"]
    assert [one.text_content() for one in page.find("//h2//ins")] == ["ajouté : Tempête"]
    assert [one.text_content() for one in page.find("//article/p//del")] == ["supprimé : Dix"]
    assert [one.text_content() for one in page.find("//article/p//ins")] == ["ajouté : Vingt"]


def test_earlier_changes_can_be_chosen(alice: Browser, world: World) -> None:
    entry_id = entry_with_versions(
        world, alice, ("Tempête", "<p>Rien.</p>"), ("Tempête", "<p>Dix maisons sont détruites.</p>")
    )
    page = alice.get(f"/entry/{entry_id}/changes")
    links = [link.get("href") for link in page.find("//nav[@aria-labelledby='versions']//a")]
    first = to_us(world.clock() - timedelta(hours=2))
    assert links[-1] == f"/entry/{entry_id}/changes?at={first}"
    older = alice.get(str(links[-1]))
    assert [one.text_content() for one in older.find("//article//del")] == ["supprimé : Rien."]
    assert alice.get(f"/entry/{entry_id}/changes?at=1").status == 404
    assert alice.get(f"/entry/{entry_id}/changes?at=x").status == 400


def test_an_entry_that_never_changed_has_no_such_page(alice: Browser, world: World) -> None:
    entry_id = entry_with_versions(world, alice)
    assert alice.get(f"/entry/{entry_id}/changes").status == 404
    assert alice.get("/").find("//p[@class='revised']") == []


def test_versions_are_text_and_never_markup(alice: Browser, world: World) -> None:
    nasty = "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}"
    entry_id = entry_with_versions(world, alice, ("<b>x</b>", f"<p>{nasty}</p>"))
    page = alice.get(f"/entry/{entry_id}/changes")
    assert page.find("//script[not(@src)]") == []
    assert "&lt;script&gt;" in page.text
    assert "{{ 7 * 7 }}" in page.find("//article")[0].text_content()


def test_when_only_pictures_changed_the_page_says_so(alice: Browser, world: World) -> None:
    same = "<p>Vingt maisons sont détruites.</p><p>Personne n’est blessé.</p>"
    entry_id = entry_with_versions(world, alice, ("Tempête", f'{same}<img src="https://a.example/1.jpg" alt="">'))
    page = alice.get(f"/entry/{entry_id}/changes")
    assert "Les mots sont les mêmes" in page.find("//article")[0].text_content()


def test_whether_changed_articles_are_unread_again_is_the_subscriptions_choice(alice: Browser, world: World) -> None:
    ident = world.subscribe(owner(alice), world.feed())
    for wanted in (True, False):
        form = {"title": "", "visibility": "main"} | ({"revised_unread": "1"} if wanted else {})
        alice.post(f"/subscriptions/{ident}", form)
        (box,) = alice.get(f"/subscriptions/{ident}").find("//input[@name='revised_unread']")
        assert ("checked" in box.attrib) == wanted
