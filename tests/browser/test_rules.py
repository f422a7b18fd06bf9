"""The page of rules in a real browser: Enter tries what is typed, and another one, after a look, adds it."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site

from dateline.actions import rules
from dateline.model import User
from dateline.refresh import index
from dateline.store import rules as stored
from dateline.store.rules import Rule


@pytest.fixture
def alice(site: Site) -> User:
    """Somebody with rain and snow in a feed."""
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "Rain at noon", "Snow at night")
    site.world.subscribe(user, feed)
    index.index_all(site.db)
    return user


def kept(site: Site, user: User) -> list[str]:
    with site.db.reading() as tx:
        return [rule.query for rule in stored.every(tx, user.id)]


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_tries_a_rule_and_the_next_adds_it(alice: User, site: Site, open_page: Open, scripts: bool) -> None:
    page = open_page("/settings/rules", who=alice, scripts=scripts)
    page.get_by_label("Add them to the favourites").check()
    page.get_by_label("Articles that this search finds").fill("rain")
    page.keyboard.press("Enter")
    expect(page.locator("#found h2")).to_contain_text("It finds 1")
    expect(page.locator(".rule-found a")).to_have_text(["Rain at noon"])
    assert kept(site, alice) == []
    page.keyboard.press("Tab")
    expect(page.locator("#found").get_by_role("button", name="Add the rule")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".rule-query")).to_have_text(["rain"])
    assert kept(site, alice) == ["rain"]


@pytest.mark.parametrize("field", ["Articles that this search finds", "Give them the label"])
def test_enter_does_not_change_a_rule_before_it_was_tried(alice: User, site: Site, open_page: Open, field: str) -> None:
    rule = rules.add(site.db, alice, Rule(query="snow", stars=True), now=site.world.clock())
    page = open_page(f"/settings/rules/{rule}", who=alice, scripts=False)
    page.get_by_label("Articles that this search finds").fill("rain")
    page.get_by_label(field).press("Enter")
    expect(page.locator(".rule-found a")).to_have_text(["Rain at noon"])
    assert kept(site, alice) == ["snow"]
    page.locator("#found").get_by_role("button", name="Save").click()
    expect(page.locator(".rule-query")).to_have_text(["rain"])
