"""What can be done with an opened article in a real browser: share, copy, print; at a desk and on a phone."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import violations
from tests.internet import Internet, Reply

from dateline.actions import labels, sharing
from dateline.asgi import utc_now
from dateline.model import SafeHTML, User

CONTENT = SafeHTML(
    '<p>Text with a <a href="https://example.org/(a)">link</a>, <em>stress</em> and <code>a`b</code>: 2*3*4.</p>'
    "<h3>Heading</h3><ul><li>One</li><li>Two<ol><li>Inner</li></ol></li></ul><blockquote><p>Said.</p></blockquote>"
    "<pre><code>line 1\nline 2</code></pre><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>x|y</td></tr></table>"
)
MARKDOWN = r"""Text with a [link](https://example.org/%28a%29), *stress* and `` a`b ``: 2\*3\*4.

### Heading

- One
- Two

  1. Inner

> Said.

```
line 1
line 2
```

| A | B |
| --- | --- |
| 1 | x\|y |
"""


@pytest.fixture
def alice(site: Site) -> User:
    user = site.person("alice")
    feed = site.world.feed("The Lighthouse")
    site.world.entries(feed, "Older", "Newer & <b>", content_html=CONTENT)
    site.world.subscribe(user, feed)
    return user


def copied(page: Page, start: str) -> str:
    """What is copied, once it begins so: the notice may still be that of the copy before."""
    asked = "async (start) => { for (let tries = 0; tries < 250; tries++) {"
    asked += " const text = await navigator.clipboard.readText(); if (text.startsWith(start)) return text;"
    asked += " await new Promise((go) => setTimeout(go, 20)); } return navigator.clipboard.readText(); }"
    return str(page.evaluate(asked, start))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_an_open_article_is_copied_as_link_and_as_markdown(alice: User, open_page: Open, size: str) -> None:
    page = open_page(who=alice, size=size, permissions=["clipboard-read", "clipboard-write"])
    page.locator("summary .title").first.click()
    page.locator("details.share > summary").click()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("#notice")).to_contain_text("Copied.")
    assert copied(page, "https") == "https://example.org/3"
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.locator("#notice")).to_contain_text("Copied.")
    head, _, body = copied(page, "#").partition("\n\n")
    assert head == r"# [Newer & \<b\>](https://example.org/3)"
    assert body.partition("\n\n")[2] == MARKDOWN
    assert violations(page) == []


def test_the_tools_follow_to_the_article_that_is_open_and_say_its_address(alice: User, open_page: Open) -> None:
    page = open_page(who=alice)
    for place, (number, title) in enumerate([("3", "Newer%20%26%20%3Cb%3E"), ("2", "Older")]):
        page.locator("summary .title").nth(place).click()
        expect(page.locator("details.entry[open] .actions #tools")).to_have_count(1)
        page.locator("details.share > summary").click()
        link = page.get_by_role("link", name="Bluesky")
        expect(link).to_have_attribute(
            "href", f"https://bsky.app/intent/compose?text={title}%20https%3A%2F%2Fexample.org%2F{number}"
        )
        page.keyboard.press("Escape")
        expect(link).not_to_be_visible()


@pytest.mark.parametrize("path", ["/", "/entry/2"])
def test_on_paper_the_article_stands_alone(alice: User, open_page: Open, path: str) -> None:
    page = open_page(path, who=alice)
    if path == "/":
        page.locator("summary .title").first.click()
    page.emulate_media(media="print")
    for gone in ("#sidebar", "#bar", "#notice", ".article-foot", "#tools", "summary .title", ".row-actions"):
        for element in page.locator(gone).all():
            expect(element).not_to_be_visible()
    words = page.evaluate("document.body.innerText").split("\n")[0]
    assert words.startswith("Newer & <b>")
    expect(page.get_by_text("Said.").locator("visible=true")).to_have_count(1)


def test_without_scripts_the_foot_of_its_own_page_shares_it(alice: User, open_page: Open) -> None:
    page = open_page("/entry/2", who=alice, scripts=False)
    page.locator("details.share > summary").click()
    expect(page.get_by_role("link", name="Send by e-mail")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).not_to_be_visible()


def test_a_place_that_takes_a_form_gets_it_by_one_press_more_and_nothing_else_does(
    site: Site, alice: User, open_page: Open
) -> None:
    with Internet({"/add": Reply(b"<p>Kept.</p>", content_type="text/html")}) as shelf, Internet({}) as other:
        address = shelf.url("/add")
        sharing.add(
            site.db, alice, service="", name="Shelf", address=address, fields="u={url}\nt={title}", now=utc_now()
        )
        page = open_page(who=alice)
        page.locator("summary .title").first.click()
        page.locator("details.share > summary").click()
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Shelf").click()
        asking = opened.value
        expect(asking.get_by_role("heading", name="Share with Shelf")).to_be_visible()
        assert shelf.asked("/add") == []
        assert violations(asking) == []
        asking.locator("form[action*='/add']").evaluate("(form, url) => { form.action = url; }", other.url("/"))
        refused = asking.evaluate(
            "() => new Promise((told) => {"
            " addEventListener('securitypolicyviolation', (event) => told(event.effectiveDirective));"
            " document.querySelector('main form').submit(); })"
        )
        assert refused == "form-action"
        asking.reload()
        asking.get_by_role("button", name=f"Send it to {urlsplit(address).netloc}").focus()
        asking.keyboard.press("Enter")
        expect(asking.get_by_text("Kept.")).to_be_visible()
        assert [asked.method for asked in shelf.asked("/add")] == ["POST"]
        assert other.asked("/") == []


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_where_all_are_open_each_foot_shares_its_own_article_and_nothing_moves(
    site: Site, alice: User, open_page: Open, size: str
) -> None:
    labels.add(site.db, alice, "Calm", now=utc_now())
    page = open_page("/?view=reader", who=alice, size=size, permissions=["clipboard-read", "clipboard-write"])
    feet = [page.locator(f"#entry-{number} .actions") for number in (2, 1)]
    heights = [foot.evaluate("(foot) => foot.offsetHeight") for foot in feet]
    for foot, number in zip(feet, (3, 2), strict=True):
        foot.get_by_role("button", name="Share").click()
        expect(foot.locator("details.share > summary")).to_be_focused()
        foot.get_by_role("button", name="Copy the link").click()
        expect(page.locator("#notice")).to_contain_text("Copied.")
        assert copied(page, f"https://example.org/{number}") == f"https://example.org/{number}"
        page.keyboard.press("Escape")
        foot.locator("details.share > summary").click()
        foot.locator("details.share > summary").click()
        assert [one.evaluate("(foot) => foot.offsetHeight") for one in feet] == heights
    feet[0].get_by_role("button", name="Labels").click()
    feet[0].get_by_role("checkbox", name="Calm").check()
    expect(page.locator("#entry-2 .entry-labels")).to_have_text("Calm")
    expect(page.locator("#entry-1 .entry-labels")).to_have_count(0)
    assert feet[1].get_by_role("link", name="More of this feed").get_attribute("href") is not None
    assert violations(page) == []
