"""The pages in Arabic, from right to left: nothing stands on the wrong side, nothing points the wrong way."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import faults, open_first, somebody

from dateline.model import User

PAGES = (
    "/",
    "/?view=reader",
    "/?view=cards",
    "/?view=panes",
    "/?view=global",
    "/labels",
    "/statistics",
    "/highlights",
    "/settings",
    "/settings/look",
    "/settings/newsletters",
    "/settings/notifications",
    "/health",
    "/subscriptions",
    "/subscriptions/add",
    "/subscriptions/1",
    "/folders/1",
    "/opml",
)


@pytest.fixture
def alice(site: Site) -> User:
    return site.world.change(somebody(site), language="ar")


def box(place: Locator) -> Any:
    found = place.bounding_box()
    assert found is not None
    return found


def style(place: Locator, name: str) -> str:
    return str(place.evaluate("(element, name) => getComputedStyle(element)[name]", name))


def test_every_page_is_accessible_and_fits(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, reduced_motion="reduce")
    found = {}
    for path in PAGES:
        page.goto(path)
        open_first(page)
        found[path] = faults(page)
    assert {path: lines for path, lines in found.items() if lines} == {}
    assert page.locator("html").get_attribute("dir") == "rtl"


def test_the_sidebar_stands_on_the_right(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    sidebar = box(page.locator(".sidebar"))
    assert sidebar["x"] + sidebar["width"] == page.evaluate("document.documentElement.clientWidth")
    assert box(page.locator("#entries"))["x"] < sidebar["x"]
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert box(page.locator(".panel.is-open"))["x"] == 0


def test_the_menu_of_a_phone_comes_from_the_right(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    page.locator(".bar-menu").tap()
    page.wait_for_timeout(300)
    sidebar = box(page.locator(".sidebar"))
    assert sidebar["x"] > 0
    assert round(sidebar["x"] + sidebar["width"]) == page.evaluate("innerWidth")


def test_arrows_point_the_other_way(alice: User, open_page: Open) -> None:
    page = open_page(who=alice, size="phone")
    assert style(page.locator(".reading-bar [data-act=close] .icon"), "scale") == "-1 1"
    page.goto("/opml")
    history = page.locator(".history").first
    assert style(history.locator("summary .icon"), "rotate") == "180deg"
    history.locator("summary").click()
    page.wait_for_timeout(300)
    assert style(history.locator("summary .icon"), "rotate") == "90deg"


def test_names_begin_where_the_words_do_and_addresses_go_their_own_way(alice: User, open_page: Open) -> None:
    page = open_page("/subscriptions/1", who=alice)
    label = page.locator("label[dir=auto]").first
    assert label.inner_text() == "Press"
    assert style(label, "textAlign") == "right"
    page.goto("/subscriptions/add")
    assert style(page.locator("#url"), "direction") == "ltr"


@pytest.mark.parametrize(("way", "told"), [(-120, "عُلِّم كمقروء"), (120, "أُضيفت إلى المفضلة")])
def test_a_row_is_swiped_the_way_that_is_read(alice: User, open_page: Open, way: int, told: str) -> None:
    page = open_page(who=alice, size="phone")
    y = box(page.locator(".row .title").first)["y"] + 5
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 180.0, "y": y}]})
    for step in range(1, 11):
        point = {"x": 180.0 + way * step / 10, "y": y}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#notice")).to_contain_text(told)


def test_charts_run_from_right_to_left(alice: User, open_page: Open) -> None:
    page = open_page("/statistics", who=alice)
    bars = page.locator("figure:has(#by-hour) rect")
    assert box(bars.first)["x"] > box(bars.last)["x"]
    strip, shortest = (
        box(page.locator("section:has(#feeds) .strip").last),
        box(page.locator("section:has(#feeds) .strip rect").last),
    )
    assert shortest["width"] < strip["width"] - 1
    assert shortest["x"] + shortest["width"] == pytest.approx(strip["x"] + strip["width"], abs=1)


def test_an_address_keeps_its_order(alice: User, open_page: Open) -> None:
    page = open_page("/settings", who=alice)
    page.evaluate("document.querySelector('main').innerHTML = '<p>عنوان <code>/a/b/?c=(d)/</code></p>'")
    places = page.evaluate(
        """() => {
          const text = document.querySelector('main code').firstChild;
          return [...text.data].map((_, place) => {
            const range = new Range();
            range.setStart(text, place);
            range.setEnd(text, place + 1);
            return range.getBoundingClientRect().x;
          });
        }"""
    )
    assert places == sorted(places)
