"""Highlighting in a real browser: words selected, coloured, noted, found again when the article has changed."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations

from dateline.actions import highlights as acting
from dateline.asgi import utc_now
from dateline.model import SafeHTML, User
from dateline.store import highlights

CONTENT = SafeHTML(
    "<p>The tide rises. The tide falls, <em>the twilight</em> darkens.</p><p>The curlew calls, and the tide falls.</p>"
)


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def entry(site: Site, alice: User) -> int:
    feed = site.world.feed("The Lighthouse")
    (entry_id,) = site.world.entries(feed, "A poem", content_html=CONTENT)
    site.world.subscribe(alice, feed)
    return entry_id


def select(page: Page, first: str, last: str) -> None:
    """Select from one word to another, as a hand would."""
    page.evaluate(
        """([first, last]) => {
          const content = document.querySelector(".article-content:not(:empty)");
          const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          let begun = false;
          while (walker.nextNode()) {
            const node = walker.currentNode;
            if (!begun && node.data.includes(first)) {
              range.setStart(node, node.data.lastIndexOf(first));
              begun = true;
            }
            if (begun && node.data.includes(last)) {
              range.setEnd(node, node.data.lastIndexOf(last) + last.length);
              break;
            }
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        [first, last],
    )
    expect(page.locator("#marker")).to_be_visible()


def painted(page: Page) -> str:
    return "".join(page.locator("mark.highlight").all_text_contents())


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_words_are_highlighted_noted_changed_and_set_free(
    site: Site, alice: User, entry: int, open_page: Open, size: str
) -> None:
    page = open_page(who=alice, size=size)
    page.locator("summary .title").first.click()
    select(page, "falls,", "darkens")
    assert violations(page) == []
    page.get_by_role("button", name="Highlight: Green").click()
    expect(page.locator("#notice")).to_contain_text("Highlighted.")
    expect(page.locator("mark.highlight")).to_have_count(3)
    assert painted(page) == "falls, the twilight darkens"
    page.locator("mark.highlight").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill("Longfellow")
    dialog.get_by_role("radio", name="Blue").check(force=True)
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("mark.has-note[data-colour='blue']")).to_have_count(3)
    expect(dialog).not_to_be_visible()
    page.goto("/highlights")
    expect(page.locator(".note-quote")).to_have_text("falls, the twilight darkens")
    assert violations(page) == []
    assert too_wide(page) == 0
    page.get_by_role("link", name="A poem").click()
    expect(page.locator("mark.highlight").first).to_be_in_viewport()
    page.locator("mark.highlight").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.locator("mark.highlight")).to_have_count(0)
    assert "darkens." in page.locator(".article-content").inner_text()
    with site.db.reading() as tx:
        assert highlights.of_entry(tx, alice.id, entry) == []


def test_a_note_opens_at_once_where_one_is_wanted(alice: User, entry: int, open_page: Open) -> None:
    page = open_page(f"/entry/{entry}", who=alice)
    select(page, "curlew", "calls")
    page.get_by_role("button", name="Highlight and note").click()
    note = page.get_by_role("dialog").get_by_label("Note")
    expect(note).to_be_focused()
    note.fill("A bird")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("mark.has-note")).to_have_attribute("title", "A bird")


def test_words_are_found_again_in_a_changed_article_and_said_to_be_lost_when_they_are(
    site: Site, alice: User, entry: int, open_page: Open
) -> None:
    now = utc_now()
    # stored when other words and other blanks stood around them; "the tide falls" stands there twice
    acting.add(
        site.db,
        alice,
        entry,
        quote="the\n tide falls",
        prefix="calls, and ",
        suffix=".",
        place=3,
        colour="red",
        now=now,
    )
    acting.add(site.db, alice, entry, quote="the moon", prefix="", suffix="", place=0, now=now)
    page = open_page(f"/entry/{entry}", who=alice)
    expect(page.locator("p:nth-of-type(2) > mark.highlight[data-colour='red']")).to_have_text("the tide falls")
    expect(page.locator("mark.highlight")).to_have_count(1)
    expect(page.locator(".is-lost .note-quote")).to_have_text("the moon")


def test_without_scripts_a_note_stands_beneath_the_article(alice: User, entry: int, open_page: Open) -> None:
    page = open_page(f"/entry/{entry}", who=alice, scripts=False)
    page.get_by_text("Note something on this article").click()
    page.locator(".note-new textarea").fill("To be read aloud")
    page.locator(".note-new").get_by_role("button", name="Save").click()
    expect(page.locator(".note-line textarea")).to_have_value("To be read aloud")
