"""Full texts before a real browser: rules tried and kept, one text and the other, with and without scripts."""

from collections.abc import Iterator

import pytest
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations
from tests.internet import Internet, Reply
from tests.pages import PARAGRAPHS, page

from dateline.model import User


@pytest.fixture
def press() -> Iterator[Internet]:
    with Internet({"/1": Reply(page(), content_type="text/html; charset=utf-8")}) as site:
        yield site


@pytest.fixture
def alice(site: Site, press: Internet) -> User:
    user = site.person("alice")
    feed = site.world.feed("The Daily Tide")
    site.world.entries(feed, "The northern lock is closed", url=press.url("/1"))
    site.world.subscribe(user, feed)
    return user


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_are_tried_and_kept(alice: User, open_page: Open, scheme: str) -> None:
    tab = open_page("/subscriptions/1/full-text", who=alice, scheme=scheme)
    tab.get_by_label("Fetch the full text").select_option("always")
    tab.get_by_text("How the article is found").click()
    tab.get_by_label("What is left out").fill("figure")
    tab.get_by_role("button", name="Try it on the newest article").click()
    tab.wait_for_selector(".sample")
    assert PARAGRAPHS[4] in tab.locator(".sample").inner_text()
    assert tab.get_by_label("What is left out").input_value() == "figure"
    assert violations(tab) == []
    assert too_wide(tab) == 0
    tab.set_viewport_size({"width": 320, "height": 640})
    assert too_wide(tab) == 0
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_selector("#notice:not(.is-empty)")
    assert tab.get_by_label("Fetch the full text").input_value() == "always"


def test_without_scripts_one_article_is_fetched_and_both_texts_are_read(alice: User, open_page: Open) -> None:
    tab = open_page("/entry/1", who=alice, scripts=False)
    tab.get_by_role("button", name="Fetch the full text").click()
    assert PARAGRAPHS[4] in tab.locator(".article-content").inner_text()
    tab.get_by_role("link", name="Read it as the feed gives it").click()
    assert "The content of" in tab.locator(".article-content").inner_text()
    tab.get_by_role("link", name="Read the full text").click()
    assert PARAGRAPHS[4] in tab.locator(".article-content").inner_text()


def test_the_line_in_an_opened_article_is_accessible(alice: User, open_page: Open) -> None:
    tab = open_page("/entry/1", who=alice)
    tab.get_by_role("button", name="Fetch the full text").click()
    tab.wait_for_selector("text=Full text, fetched from")
    assert violations(tab) == []
    assert too_wide(tab) == 0
