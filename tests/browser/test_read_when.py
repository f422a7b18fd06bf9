"""What counts as read by itself in a real browser: chosen without a press of a button, and seen on an open page."""

from playwright.sync_api import expect
from tests.browser.stage import Open, Site


def test_a_choice_is_saved_at_once_and_what_is_too_many_is_read_on_the_open_page(site: Site, open_page: Open) -> None:
    alice = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, *(f"Number {number}" for number in range(6)))
    site.world.subscribe(alice, feed)
    page = open_page("/settings/marking", who=alice)
    with page.expect_response("**/settings/marking"):
        page.get_by_label("when its feed has many newer unread articles").select_option("5")
    page.goto(f"{site.url}/")
    expect(page.locator("details.entry[data-unread]")).to_have_count(6)
    site.world.entries(feed, "Number 6", hours_ago=0)
    expect(page.locator("details.entry[data-unread]")).to_have_count(4)
    page.reload()
    expect(page.locator("details.entry[data-unread] .title")).to_have_text([f"Number {n}" for n in range(6, 1, -1)])
