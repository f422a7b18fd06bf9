"""What stands where: lines that are one line, names that begin where others do, nothing cut off or moved by a press."""

import re

import pytest
from playwright.sync_api import FloatRect, Locator, ViewportSize, expect
from tests.browser.stage import Open, Site

from dateline.model import User

SMALLEST: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture
def alice(site: Site) -> User:
    alice = site.world.change(site.person("alice"), language="fr")
    for name in ("The Lighthouse", "\u062f\u0641\u062a\u0631 \u0627\u0644\u0645\u064a\u0646\u0627\u0621"):
        feed = site.world.feed(name)
        site.world.entries(feed, f"One of {name}", f"Two of {name}")
        site.world.folder(alice, f"Folder of {name}", site.world.subscribe(alice, feed))
    return alice


def box(place: Locator) -> FloatRect:
    found = place.bounding_box()
    assert found is not None
    return found


def test_the_table_of_subscriptions_has_one_line_a_feed(alice: User, open_page: Open) -> None:
    page = open_page("/subscriptions", who=alice)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".rhythm").first.evaluate("cell => { cell.textContent = 'environ 6 articles par semaine'; }")
    assert box(page.locator(".subscriptions tbody tr").first)["height"] <= 48


def test_names_of_another_direction_begin_where_the_others_do(alice: User, open_page: Open) -> None:
    page = open_page("/?view=global", who=alice)
    aligned = page.locator(".board-feed .name").evaluate_all("all => all.map(one => getComputedStyle(one).textAlign)")
    assert set(aligned) == {"left"}
    assert len(aligned) == 2


def test_what_is_unfolded_at_the_foot_moves_no_other_way(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    page.locator("details.entry summary").first.click()
    share, labels = page.locator("#tools .share summary"), page.locator("#labels > summary")
    before = box(share), box(labels)
    share.click()
    expect(page.get_by_role("link", name="Mastodon")).to_be_visible()
    assert (box(share), box(labels)) == before
    foot = box(page.locator("details.entry[open] .article-content"))
    unfolded = box(page.locator("#tools .share ul"))
    assert unfolded["x"] == pytest.approx(foot["x"], abs=1)
    assert unfolded["width"] == pytest.approx(foot["width"], abs=1)


def test_without_scripts_the_foot_of_an_article_is_one(alice: User, open_page: Open) -> None:
    page = open_page("/entry/1", who=alice, scripts=False)
    more = page.locator("#tools > .feed-of")
    assert box(more)["x"] == pytest.approx(box(page.locator(".actions"))["x"], abs=1)
    assert box(more)["y"] == pytest.approx(box(page.locator("#tools .share summary"))["y"], abs=1)


def test_the_smallest_phone_cuts_nothing_off(alice: User, open_page: Open) -> None:
    page = open_page("/searches", who=alice, size="phone")
    page.set_viewport_size(SMALLEST)
    table = page.locator(".search-language")
    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    (first, *_, last) = page.locator(".masthead li").all()
    assert box(first)["y"] == pytest.approx(box(last)["y"], abs=12), "one line, in French"


def test_fields_beside_each_other_stand_on_one_line(alice: User, open_page: Open) -> None:
    page = open_page("/settings/retention", who=alice, size="phone")
    page.set_viewport_size(SMALLEST)
    first, second = page.locator(".field-pair").first.locator("input, select").all()
    assert box(first)["y"] == pytest.approx(box(second)["y"], abs=1)


def test_a_search_that_finds_nothing_leads_on(alice: User, open_page: Open) -> None:
    page = open_page("/feed/1?q=zzzz", who=alice)
    page.get_by_role("link", name="Rechercher dans tous les articles").click()
    expect(page).to_have_url(re.compile(r"/all\?q=zzzz$"))
    expect(page.get_by_role("link", name="Quitter la recherche")).to_be_visible()
    expect(page.get_by_role("link", name="Rechercher dans tous les articles")).to_have_count(0)
