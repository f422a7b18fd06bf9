"""The table of subscriptions in a real browser: ticks, the bar for several, undo; on a phone and without scripts."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with four subscriptions."""
    user = site.person("alice")
    for name in ("Ash", "Birch", "Cedar", "Date"):
        site.world.subscribe(user, site.world.feed(name))
    return user


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_several_are_paused_and_come_back(alice: User, open_page: Open, size: str) -> None:
    page = open_page("/subscriptions", who=alice, size=size)
    expect(page.locator(".several")).to_be_hidden()
    for row in page.locator("tbody tr").all():
        place, tick = row.bounding_box(), row.get_by_role("checkbox").bounding_box()
        assert place is not None
        assert tick is not None
        assert place["y"] <= tick["y"] <= tick["y"] + tick["height"] <= place["y"] + place["height"]
    page.get_by_label("Ash").check()
    page.get_by_label("Cedar").click(modifiers=["Shift"])
    expect(page.locator("tbody :checked")).to_have_count(3)
    page.get_by_label("What").select_option("pause")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="3 subscriptions")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("td .paused")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("td .paused")).to_have_count(0)


def test_it_works_without_scripts(alice: User, open_page: Open) -> None:
    page = open_page("/subscriptions", who=alice, scripts=False)
    page.get_by_label("Birch").check()
    page.get_by_label("What").select_option("add_new")
    page.locator(".several").get_by_label("New folder").fill("Trees")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("tbody tr", has_text="Birch")).to_contain_text("Trees")
