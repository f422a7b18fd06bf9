"""The address of a stream as a feed, from its menu into the clipboard, in a real browser."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import violations

from dateline.model import User


@pytest.fixture
def alice(site: Site) -> User:
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "Older", "Newer")
    site.world.folder(user, "Coast", site.world.subscribe(user, feed))
    return user


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_menu_leads_to_the_address_which_is_copied_and_works(
    site: Site, alice: User, open_page: Open, size: str
) -> None:
    page = open_page("/folder/1", who=alice, size=size, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".bar .menu > summary[title='View']").click()
    page.get_by_role("link", name="As a feed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("“Coast” as a feed")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#notice")).to_contain_text("Copied.")
    address = str(page.evaluate("navigator.clipboard.readText()"))
    assert address == page.locator("#own").input_value()
    assert address.startswith(f"{site.url}/atom/")
    assert violations(page) == []
    answer = page.context.request.get(address)
    assert answer.status == 200
    assert "<title>Newer</title>" in answer.text()
    page.get_by_role("button", name="Make new addresses").click()
    expect(page.locator("#notice")).to_contain_text("All earlier addresses have ended.")
    expect(page.locator("#own")).not_to_have_value(address)
    assert page.context.request.get(address).status == 404
