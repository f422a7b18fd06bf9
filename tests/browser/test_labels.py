"""Labels in a real browser: the one menu of a page, by mouse, by keys, on a phone, without scripts."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.actions import labels
from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with two articles, and the labels Air and Sea."""
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "First", "Second")
    site.world.subscribe(user, feed)
    for name, colour in (("Air", ""), ("Sea", "blue")):
        labels.add(site.db, user, name, colour=colour, now=site.world.clock())
    return user


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_tick_is_saved_at_once_and_undone(alice: User, open_page: Open, size: str) -> None:
    page = open_page(who=alice, size=size)
    page.locator("summary .title:text-is('Second')").click()
    article = page.locator("details.entry[open]")
    article.locator("#labels > summary").click()
    article.get_by_label("Sea").check()
    expect(article.locator(".entry-labels")).to_have_text("Sea")
    expect(page.locator("[data-count='label-2']")).to_have_text("")  # opening has marked it read
    page.get_by_role("button", name="Undo").click()
    expect(article.locator(".entry-labels")).to_have_count(0)
    expect(article.get_by_label("Sea")).not_to_be_checked()


def test_typing_finds_a_label_and_enter_makes_one(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator("summary .title:text-is('Second')").click()
    article = page.locator("details.entry[open]")
    article.locator("#labels > summary").click()
    expect(article.get_by_label("Find a label")).to_be_focused()
    page.keyboard.type("se")
    expect(article.get_by_label("Sea")).to_be_visible()
    expect(article.get_by_label("Air")).to_be_hidden()
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    expect(article.locator(".entry-labels")).to_have_text("Sea")
    expect(article.get_by_label("Find a label")).to_have_value("")
    page.keyboard.type("Fire")
    page.keyboard.press("Enter")
    expect(article.locator(".entry-labels > li")).to_have_text(["Fire", "Sea"])
    expect(article.get_by_label("Fire")).to_be_checked()
    page.keyboard.press("Escape")
    expect(article.locator("#labels[open]")).to_have_count(0)


def test_the_menu_tells_each_articles_own_labels(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator("summary .title:text-is('Second')").click()
    page.locator("#labels > summary").click()
    page.get_by_role("checkbox", name="Sea").check()
    expect(page.locator("details.entry[open] .entry-labels")).to_have_text("Sea")
    page.locator("#labels > summary").click()
    page.locator("summary .title:text-is('First')").click()
    page.locator("#labels > summary").click()
    expect(page.get_by_role("checkbox", name="Sea")).not_to_be_checked()


def test_without_scripts_the_articles_own_page_has_the_form(alice: User, open_page: Open) -> None:
    page = open_page("/entry/1", who=alice, scripts=False)
    page.locator("#labels > summary").click()
    page.get_by_label("Air").check()
    page.get_by_label("Find a label, or name a new one").fill("Fire")
    page.get_by_role("button", name="Save the labels").click()
    expect(page.locator(".entry-labels > li")).to_have_text(["Air", "Fire"])
