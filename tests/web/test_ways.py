"""The ways on from what is read: to the settings of a feed, to the rest of it, to the end of the stream."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.actions import labels as label_actions
from dateline.model import User


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def subscription(alice: Browser, world: World) -> int:
    feed = world.feed("Le Phare")
    world.entries(feed, "Un", "Deux")
    return world.subscribe(owner(alice), feed)


def settings_links(page: Answer) -> set[str]:
    """Where the bar says that this stream is set: the button, and the line of the menu that a phone has."""
    links = page.find("//nav[@id='bar']//a[contains(@class, 'bar-settings') or contains(@class, 'menu-settings')]")
    assert len(links) in (0, 2)
    return {link.get("href") for link in links}


def test_a_feed_a_folder_and_a_label_lead_to_their_settings(alice: Browser, world: World, subscription: int) -> None:
    folder = world.folder(owner(alice), "Mer", subscription)
    label = label_actions.add(world.db, owner(alice), "À lire", colour="blue", now=world.clock())
    label_actions.put(world.db, owner(alice), world.unread_ids(owner(alice)), label, on=True, now=world.clock())
    for stream, settings in (
        (f"/feed/{subscription}", f"/subscriptions/{subscription}"),
        (f"/folder/{folder}", f"/folders/{folder}"),
        (f"/label/{label}", f"/labels/{label}"),
    ):
        assert settings_links(alice.get(stream)) == {settings}
        assert alice.get(settings).status == 200
    for other in ("/", "/all", "/label", "/starred"):
        assert settings_links(alice.get(other)) == set()


def test_visitors_are_led_to_no_settings(alice: Browser, anonymous: Browser, world: World, subscription: int) -> None:
    world.change(owner(alice), open_to_visitors=True)
    page = anonymous.get(f"/@alice/feed/{subscription}")
    assert page.status == 200
    assert settings_links(page) == set()


def test_the_reader_view_and_an_articles_own_page_name_the_feed_with_a_link(
    alice: Browser, world: World, subscription: int
) -> None:
    names = alice.get("/?view=reader").find("//*[@id='entries']//a[@class='feed-name']")
    assert {(name.text_content(), name.get("href")) for name in names} == {("Le Phare", f"/feed/{subscription}")}
    [entry, *_] = world.unread_ids(owner(alice))
    [more] = alice.get(f"/entry/{entry}").find("//main//a[@class='feed-of']")
    assert more.get("href") == f"/feed/{subscription}"


def test_an_article_of_a_feed_that_was_left_has_no_way_to_it(alice: Browser, world: World) -> None:
    feed = world.feed("Le Phare")
    [entry] = world.entries(feed, "Un")
    world.star(owner(alice), entry)
    page = alice.get("/starred?view=reader")
    assert [name.tag for name in page.find(".feed-name")] == ["span"]
    assert alice.get(f"/entry/{entry}").find("//main//a[@class='feed-of']") == []


def test_the_end_of_a_stream_marks_it_like_the_bar(alice: Browser, world: World, subscription: int) -> None:
    page = alice.get("/")
    [button] = page.find("//footer[@class='end']/button")
    [form] = page.find(f"//form[@id='{button.get('form')}']")
    fields = {field.get("name"): field.get("value") for field in form.findall("input")}
    alice.post(form.get("action"), fields)
    assert world.unread_ids(owner(alice)) == []


@pytest.mark.parametrize("path", ["/recent", "/@alice/"])
def test_the_end_has_no_button_where_nothing_is_marked_by_the_stream(
    alice: Browser, world: World, subscription: int, path: str
) -> None:
    world.change(owner(alice), open_to_visitors=True)
    entries = world.unread_ids(owner(alice))
    alice.post("/entries/read", {"id": entries[0]})
    page = alice.get(path)
    assert page.find(".end") != []
    assert page.find("//footer[@class='end']/button") == []
