"""Adding a feed before a real browser: several feeds to choose from, each to be looked at, on any screen."""

from collections.abc import Iterator

import pytest
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations
from tests.internet import Internet, Reply, rss

from dateline.model import User

KIND = 'rel="alternate" type="application/rss+xml"'


@pytest.fixture
def press() -> Iterator[Internet]:
    with Internet(
        {"/feed": rss("The Lighthouse", *(f"A headline of some length, number {n}" for n in range(5)))}
    ) as site:
        links = f'<link {KIND} title="The Lighthouse" href="/feed"><link {KIND} title="Comments" href="/talk">'
        links += f'<link {KIND} href="/{"a-very-long-address-without-any-blank-" * 6}">'
        site["/"] = Reply(f"<html><head>{links}</head></html>".encode(), content_type="text/html")
        site["/talk"] = rss("All that was said", "Bravo")
        yield site


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_feeds_that_were_found_fit_and_are_accessible(
    site: Site, open_page: Open, press: Internet, scheme: str
) -> None:
    page = open_page("/subscriptions/add", who=site.person("alice"), scheme=scheme)
    page.get_by_label("Address").fill(press.url("/"))
    page.get_by_role("button", name="Look").click()
    page.wait_for_selector(".found-list")
    assert violations(page) == []
    assert too_wide(page) == 0
    page.set_viewport_size({"width": 320, "height": 640})
    assert too_wide(page) == 0
    assert page.get_by_role("radio").count() == 3


def test_without_scripts_another_feed_is_looked_at_and_subscribed_to(
    site: Site, open_page: Open, press: Internet
) -> None:
    alice: User = site.person("alice")
    page = open_page("/subscriptions/add", who=alice, scripts=False)
    page.get_by_label("Address").fill(f"Read this: {press.url('/')}")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("button", name="Look it up Comments").click()
    assert page.get_by_role("heading", name="All that was said").count() == 1
    page.get_by_role("button", name="Subscribe").click()
    assert "/feed/" in page.url
