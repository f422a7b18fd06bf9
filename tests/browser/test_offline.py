"""The service worker in a real browser: what was opened is read without a connection, by its owner alone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.stage import Open, Site

from dateline.actions import entries, labels
from dateline.asgi import utc_now
from dateline.model import SafeHTML, User
from dateline.store import labels as stored_labels


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def ids(site: Site, alice: User) -> list[int]:
    """Three unread entries of one feed."""
    feed = site.world.feed("The Lighthouse")
    found = site.world.entries(feed, "One", "Two", "Three")
    site.world.subscribe(alice, feed)
    return found


def kept(page: Page) -> list[str]:
    """The paths of the pages that the worker keeps."""
    found: list[str] = page.evaluate(
        """async () => (await (await caches.open("dateline-pages")).keys()).map((one) => {
          const { pathname, search } = new URL(one.url);
          return pathname + search;
        })"""
    )
    return sorted(found)


def wait_until(page: Page, condition: str, arg: object = None) -> None:
    """Wait in the page for what an asynchronous function says (``wait_for_function`` takes its promise for a yes)."""
    page.evaluate(
        f"""async (arg) => {{
          for (const end = Date.now() + 60_000; !(await ({condition})(arg)); ) {{
            if (Date.now() > end) throw new Error("it never came");
            await new Promise((go) => setTimeout(go, 20));
          }}
        }}""",
        arg,
    )


def wait_until_kept(page: Page, path: str = "/") -> None:
    wait_until(
        page,
        """async (path) => (await navigator.serviceWorker.ready).active.state === "activated"
          && Boolean(await (await caches.open("dateline-pages")).match(path, { ignoreVary: true }))""",
        path,
    )


def opened(open_page: Open, who: User, path: str = "/", **more: object) -> Page:
    """A page that the worker has kept."""
    page = open_page(path, who=who, service_workers="allow", **more)
    wait_until_kept(page, path)
    return page


def become(context: BrowserContext, site: Site, name: str) -> None:
    context.add_cookies([{"name": "dateline", "value": f"token-of-{name}", "url": site.url}])


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_without_a_connection_the_stream_and_its_articles_are_read_and_it_is_said_since_when(
    alice: User, ids: list[int], open_page: Open, size: str
) -> None:
    page = opened(open_page, alice, size=size)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(".offline")).to_contain_text("Offline: as of")
    expect(page.locator(".offline")).to_be_visible()
    page.locator("summary .title").first.click()
    expect(page.locator("details.entry[open] .article-content")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#entries')).display") != "inline"
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator(".offline")).to_be_hidden()


def test_what_was_not_opened_is_said_to_be_missing_in_the_readers_words(site: Site, open_page: Open) -> None:
    claire = site.person("claire", language="fr")
    page = opened(open_page, claire, locale="fr")
    page.context.set_offline(True)
    page.goto("/settings")
    expect(page.locator("h1")).to_have_text("Pas de connexion")
    page.get_by_role("link", name="Retour à la lecture").click()
    expect(page.locator("#entries, .empty").first).to_be_visible()


def test_settings_searches_and_pages_of_others_are_never_kept(alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    for path in ("/settings", "/?q=One", "/subscriptions", f"/entry/{ids[0]}", "/all"):
        page.goto(path)
    wait_until_kept(page, "/all")
    assert kept(page) == ["/", "/all", f"/entry/{ids[0]}", "/offline?owner"]


def test_logging_out_takes_all_of_it_away(alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.goto("/settings")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    wait_until(page, "async () => !(await caches.has('dateline-pages'))")
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("No connection")
    expect(page.get_by_text("One")).to_have_count(0)


def test_a_session_that_ended_elsewhere_takes_all_of_it_away(alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.context.clear_cookies()
    page.goto("/")
    page.wait_for_url("**/login**")
    wait_until(page, "async () => !(await caches.has('dateline-pages'))")


def test_another_account_never_sees_what_was_kept_of_the_first(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    site.person("bob")
    page = opened(open_page, alice)
    page.goto("/all")
    wait_until_kept(page, "/all")
    become(page.context, site, "bob")
    page.goto("/")
    wait_until(page, "async () => !(await (await caches.open('dateline-pages')).match('/all', {ignoreVary: true}))")
    wait_until_kept(page)
    page.context.set_offline(True)
    page.goto("/all")
    expect(page.locator("h1")).to_have_text("No connection")
    page.goto("/")
    expect(page.locator("details.entry")).to_have_count(0)


def test_a_page_of_an_earlier_version_keeps_its_looks(alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.evaluate(
        """async () => {
          const cache = await caches.open("dateline-pages");
          const page = await cache.match("/", { ignoreVary: true });
          const old = (await page.text()).replace(/\\/static\\/[0-9a-f]+\\//g, "/static/0000000000000000/");
          await cache.put("/", new Response(old, { headers: page.headers }));
        }"""
    )
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("summary .title").first.click()
    expect(page.locator("details.entry[open]")).to_have_count(1)


def test_too_many_pages_let_the_oldest_go_but_not_the_front_page(alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.evaluate(
        """async () => {
          const worker = (await navigator.serviceWorker.ready).active;
          worker.postMessage({ keep: Array.from({ length: 85 }, (_, number) => `/all?since=${number + 1}`) });
        }"""
    )
    wait_until_kept(page, "/all?since=85")
    wait_until(page, "async () => (await (await caches.open('dateline-pages')).keys()).length === 81")
    assert "/" in kept(page)
    assert "/all?since=1" not in kept(page)


def starred(site: Site, user: User) -> list[int]:
    with site.db.reading() as tx:
        return tx.column("SELECT entry_id FROM star WHERE user_id = :user ORDER BY entry_id", user=user.id)


def button(page: Page, entry_id: int, verb: str) -> None:
    page.locator(f".row:has(#entry-{entry_id}) > .row-actions button[formaction$='/{verb}']").first.click()


def test_what_is_done_without_a_connection_survives_the_page_and_is_stored_at_the_next(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    sea = labels.add(site.db, alice, "Sea", now=utc_now())
    page = opened(open_page, alice)
    context = page.context
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(f"#entry-{ids[2]} > summary .title").click()
    button(page, ids[1], "star")
    expect(page.locator("#notice")).to_contain_text("kept here and sent later")
    page.locator(f"#entry-{ids[2]} #labels summary").click()
    page.locator(f"#labels input[name='label'][value='{sea}']").check()
    expect(page.locator(f"#entry-{ids[2]} .entry-labels")).to_contain_text("Sea")
    page.close()
    again = context.new_page()
    again.goto("/")
    expect(again.locator(f"#entry-{ids[1]}[data-starred]")).to_have_count(1)
    expect(again.locator(f"#entry-{ids[2]}:not([data-unread])")).to_have_count(1)
    again.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto("/")
    wait_until(later, "() => localStorage.length === 0")
    assert (site.world.unread_ids(alice), starred(site, alice)) == (ids[:2], [ids[1]])
    with site.db.reading() as tx:
        assert stored_labels.of_entry(tx, alice.id, ids[2]) == {sea}


def test_what_another_device_did_later_stands(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.context.set_offline(True)
    page.locator(f"#entry-{ids[2]} > summary .title").click()
    button(page, ids[0], "star")
    expect(page.locator("#notice")).to_contain_text("kept here and sent later")
    entries.mark(site.db, alice, [ids[2]], read=True, now=utc_now())
    entries.mark(site.db, alice, [ids[2]], read=False, now=utc_now())
    with page.expect_response("**/entries/late"):
        page.context.set_offline(False)
    wait_until(page, "() => localStorage.length === 0")
    assert (site.world.unread_ids(alice), starred(site, alice)) == (ids, [ids[0]])


def test_when_no_page_is_open_the_worker_tells(site: Site, alice: User, ids: list[int], open_page: Open) -> None:
    page = opened(open_page, alice)
    page.reload()  # the worker sees this page
    page.wait_for_selector("html[data-ready]", state="attached")
    page.context.set_offline(True)
    button(page, ids[0], "star")
    expect(page.locator("#notice")).to_contain_text("kept here and sent later")
    wait_until(page, "async () => Boolean((await (await caches.open('dateline-late')).keys()).length)")
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(0)
    elsewhere = page.context.new_page()
    control = page.context.new_cdp_session(elsewhere)
    control.send("ServiceWorker.enable")
    page.close()
    page.context.set_offline(False)
    control.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": site.url, "registrationId": registrations[0], "tag": "dateline-late", "lastChance": False},
    )
    elsewhere.goto("/manifest.webmanifest")
    wait_until(elsewhere, "async () => !(await (await caches.open('dateline-late')).keys()).length")
    assert starred(site, alice) == [ids[0]]


def test_deeds_of_one_account_are_never_told_in_the_name_of_another(
    site: Site, alice: User, ids: list[int], open_page: Open
) -> None:
    bob = site.person("bob")
    with site.db.reading() as tx:
        (feed,) = tx.column("SELECT feed_id FROM entry WHERE id = :id", id=ids[0])
    site.world.subscribe(bob, feed)
    page = opened(open_page, alice)
    page.context.set_offline(True)
    button(page, ids[0], "star")
    expect(page.locator("#notice")).to_contain_text("kept here and sent later")
    become(page.context, site, "bob")
    with page.expect_response("**/entries/late") as refused:
        page.context.set_offline(False)
    assert refused.value.status == 403
    page.goto("/")
    page.wait_for_selector("html[data-ready]", state="attached")
    assert starred(site, bob) == []
    become(page.context, site, "alice")
    with page.expect_response("**/entries/late"):
        page.goto("/")
    wait_until(page, "() => localStorage.length === 0")
    assert starred(site, alice) == [ids[0]]


def test_long_articles_of_the_list_are_kept_beforehand(site: Site, alice: User, open_page: Open) -> None:
    feed = site.world.feed("Long")
    long = SafeHTML("".join(f"<p>Paragraph {number} of a long article.</p>" for number in range(1000)))
    site.world.entries(feed, "Long read", content_html=long)
    site.world.subscribe(alice, feed)
    page = opened(open_page, alice)
    address = page.locator(".article-content[data-fragment]").get_attribute("data-fragment")
    assert address is not None
    wait_until_kept(page, address)
    assert kept(page) == sorted(["/", "/offline?owner", address])
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("summary .title").first.click()
    expect(page.get_by_text("Paragraph 999 of a long article.")).to_be_attached()
