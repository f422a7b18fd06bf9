"""A page without a feed before a real browser: its lists, its rules and what they find, on any screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations
from tests.internet import Internet, Reply

PAGE = Path(__file__).parents[1] / "parse" / "page" / "pages" / "town.html"


@pytest.fixture
def town() -> Iterator[Internet]:
    with Internet({"/": Reply(PAGE.read_bytes(), content_type="text/html")}) as site:
        yield site


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_and_what_rules_find_fit_and_are_accessible(
    site: Site, open_page: Open, town: Internet, scheme: str
) -> None:
    page = open_page(f"/subscriptions/page?url={town.url('/')}", who=site.person("alice"), scheme=scheme)
    page.get_by_role("button", name="Look for its lists").click()
    page.get_by_role("button", name="Take this list article.card").click()
    page.get_by_role("textbox", name="Articles").fill(".news-list .card")
    for expected in ("4 articles are found", "Nothing was found"):
        page.get_by_role("button", name="Try these rules").click()
        page.get_by_role("heading", name=expected).wait_for()
        page.set_viewport_size({"width": 1280, "height": 900})
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) == 0
        page.get_by_role("textbox", name="Articles").fill(f".news-list {'.a-very-long-class-name' * 8}")


def test_without_scripts_a_page_is_subscribed_to(site: Site, open_page: Open, town: Internet) -> None:
    page = open_page("/subscriptions/page", who=site.person("alice"), scripts=False)
    page.get_by_label("Address").fill(town.url("/"))
    page.get_by_role("button", name="Look for its lists").click()
    page.get_by_role("button", name="Take this list").first.click()
    page.get_by_role("button", name="Subscribe").click()
    assert "/feed/" in page.url
