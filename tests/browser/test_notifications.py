"""Notifications in a real browser: the switch, the permission, and what the service worker shows, opens and refuses.

The maker's push service is out of reach here, and the headless shell has no screen for notifications: a browser of ours
stands in for ``PushManager.subscribe``, DevTools hand the worker what arrives, and what it shows is written down.
"""

import json
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect
from tests.browser.stage import Open, Site
from tests.browser.test_offline import become, wait_until
from tests.push_service import PushService, Subscribed
from tests.refresh.running import Runner

from dateline.asgi import utc_now
from dateline.model import User
from dateline.settings import Settings
from dateline.store import devices

PATH = "/settings/notifications"
ALLOWED = """
Object.defineProperty(Notification, "permission", { get: () => "granted" });
Notification.requestPermission = async () => "granted";
const given = ({ endpoint, key, secret }, server) => ({
  endpoint,
  options: { applicationServerKey: Uint8Array.from(server).buffer },
  toJSON: () => ({ endpoint, keys: { p256dh: key, auth: secret } }),
  unsubscribe: async () => sessionStorage.removeItem("server"),
});
const kept = () => sessionStorage.getItem("server");
PushManager.prototype.getSubscription = async () => kept() && given(BROWSER, JSON.parse(kept()));
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  sessionStorage.setItem("server", JSON.stringify([...applicationServerKey]));
  return given(BROWSER, applicationServerKey);
};
"""
SCREEN = """() => {
  self.screen = [];
  self.registration.showNotification = async (title, { body, tag, data }) => {
    self.screen = self.screen.filter((one) => one.tag !== tag).concat({ title, body, tag, path: data.path });
  };
  self.registration.getNotifications = async ({ tag }) => self.screen.filter((one) => one.tag === tag);
  self.opened = [];
  self.clients.openWindow = async (url) => self.opened.push(url);
}"""


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


class Screen:
    """The device behind a page: what comes to its service worker, and what that shows and opens."""

    def __init__(self, page: Page, account: int) -> None:
        self.page = page
        page.evaluate(
            "async (device) => (await navigator.serviceWorker.ready).active.postMessage({ device })", str(account)
        )
        wait_until(page, "async () => Boolean(await caches.match('/offline?told'))")
        self._worker = page.context.service_workers[0]
        self._worker.evaluate(SCREEN)
        self._registration = ""
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._session.send("ServiceWorker.enable")
        for tried in range(1, 1_000):
            if self._registration:
                break
            page.wait_for_timeout(20)
            if tried % 100 == 0:  # what is there is told again
                self._session.send("ServiceWorker.disable")
                self._session.send("ServiceWorker.enable")
        assert self._registration, "DevTools know the worker"

    def _note(self, event: dict[str, list[dict[str, object]]]) -> None:
        for registration in event["registrations"]:
            self._registration = str(registration["registrationId"])

    def push(self, text: str) -> None:
        """What a push service brings."""
        origin = str(self.page.evaluate("location.origin"))
        self._session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": self._registration, "data": text},
        )

    @property
    def shown(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._worker.evaluate("() => self.screen")
        return found

    def wait_for(self, body: str) -> None:
        """Until this text stands there."""
        while body not in [one["body"] for one in self.shown]:
            self.page.wait_for_timeout(20)

    def click(self, path: str) -> list[str]:
        """Press a notification that leads to ``path``: what was opened."""
        opened: list[str] = self._worker.evaluate("async (path) => { await open(path); return self.opened; }", path)
        return opened


def screen_of(open_page: Open, alice: User) -> Screen:
    return Screen(open_page(PATH, who=alice, service_workers="allow"), alice.id)


def said(alice: User, body: str, **more: Any) -> str:
    text = {"account": str(alice.id), "kind": "test", "title": "New", "body": body, "path": "/important"}
    return json.dumps({**text, **more})


def test_what_comes_is_shown_once_with_what_still_stands_there_beneath(alice: User, open_page: Open) -> None:
    screen = screen_of(open_page, alice)
    screen.push(said(alice, "Fog"))
    screen.wait_for("Fog")
    screen.push(said(alice, "Fog"))
    screen.push(said(alice, "Storm"))
    screen.wait_for("Storm\nFog")
    assert screen.shown == [{"title": "New", "body": "Storm\nFog", "tag": "test", "path": "/important"}]


def test_while_a_page_is_seen_news_is_not_told(alice: User, open_page: Open) -> None:
    screen = screen_of(open_page, alice)
    screen.push(said(alice, "Fog", kind="important"))
    screen.push(said(alice, "A test"))
    screen.wait_for("A test")
    assert [one["tag"] for one in screen.shown] == ["test"]


def test_what_is_for_another_account_is_not_shown_and_ends_it(alice: User, open_page: Open) -> None:
    screen = screen_of(open_page, alice)
    screen.push(said(alice, "Fog", account="999"))
    wait_until(screen.page, "async () => !(await caches.has('dateline-device'))")
    screen.push(said(alice, "Storm"))
    screen.page.wait_for_timeout(200)
    assert screen.shown == []


@pytest.mark.parametrize(
    "nonsense", ["", "text", "null", "7", "[]", "{}", '{"account": {}}', '{"account": "__proto__"}']
)
def test_what_is_not_ours_shows_nothing(alice: User, open_page: Open, nonsense: str) -> None:
    screen = screen_of(open_page, alice)
    screen.push(nonsense)
    screen.page.wait_for_timeout(100)
    assert screen.shown == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/important", "/important"),
        ("//evil.example/", "/"),
        ("@evil.example/", "/@evil.example/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        (".evil.example/", "/.evil.example/"),
        ("/../../x", "/x"),
        ("\\\\evil.example", "/"),
    ],
)
def test_a_click_leads_nowhere_but_to_our_own_pages(
    site: Site, alice: User, open_page: Open, path: str, target: str
) -> None:
    assert screen_of(open_page, alice).click(path) == [site.url + target]


def test_a_click_on_what_is_open_opens_nothing_more(alice: User, open_page: Open) -> None:
    screen = screen_of(open_page, alice)
    with pytest.raises(Exception, match="focus"):  # the browser lets only a real press do that
        screen.click(PATH)


def test_a_page_of_another_account_ends_it(site: Site, alice: User, open_page: Open) -> None:
    page = screen_of(open_page, alice).page
    become(page.context, site, site.person("bob").name)
    page.goto(PATH)
    wait_until(page, "async () => !(await caches.has('dateline-device'))")


def test_logging_out_ends_it(alice: User, open_page: Open) -> None:
    page = screen_of(open_page, alice).page
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    wait_until(page, "async () => !(await caches.has('dateline-device'))")


# ------------------------------------------------------------------------------------------------ the switch


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as ready:
        yield ready


def switch(open_page: Open, alice: User, browser: Subscribed, **more: object) -> Page:
    """The page in a browser that may show notifications."""
    page = open_page("/offline", who=alice, service_workers="allow", **more)
    kept = {"endpoint": browser.endpoint, "key": browser.key, "secret": browser.secret}
    page.context.add_init_script(ALLOWED.replace("BROWSER", json.dumps(kept)))
    page.goto(PATH)
    return page


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_device_is_switched_on_tried_and_switched_off(
    site: Site, alice: User, open_page: Open, service: PushService, size: str
) -> None:
    page = switch(open_page, alice, service.browser(), size=size)
    page.get_by_role("button", name="Switch on here").click()
    expect(page.get_by_text("This device gets notifications until you log out here.")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("from now on")
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#notice")).to_contain_text("on its way")
    settings = Settings(
        database_url=site.db.url, allowed_networks=(ip_network("127.0.0.0/8"),), host_connections=8, host_spacing=0
    )
    Runner(site.db, utc_now(), settings).run()
    assert [text["kind"] for text in service.texts] == ["test"]
    page.get_by_role("button", name="Switch off here").click()
    expect(page.get_by_text("This device gets no notifications.")).to_be_visible()
    with site.db.reading() as tx:
        assert devices.of_user(tx, alice.id) == []


def test_another_address_of_the_push_service_is_told_to_the_server(
    site: Site, alice: User, open_page: Open, service: PushService
) -> None:
    page = switch(open_page, alice, service.browser())
    page.get_by_role("button", name="Switch on here").click()
    expect(page.get_by_text("This device gets notifications until you log out here.")).to_be_visible()
    moved = Subscribed(service.browser().endpoint + "-moved")
    page.context.service_workers[0].evaluate(
        "({ endpoint, ...keys }) => renew({ newSubscription: { toJSON: () => ({ endpoint, keys }) } })",
        {"endpoint": moved.endpoint, "p256dh": moved.key, "auth": moved.secret},
    )
    with site.db.reading() as tx:
        (device,) = devices.of_user(tx, alice.id)
        assert tx.value("SELECT endpoint_hash FROM device") == devices.endpoint_hash(moved.endpoint)
    page.reload()
    expect(page.locator(f"[data-here='{device.id}']")).to_be_attached()


def test_a_browser_that_refuses_is_told_what_to_do(alice: User, open_page: Open) -> None:
    page = open_page("/offline", who=alice, service_workers="allow")
    page.context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto(PATH)
    expect(page.get_by_text("Your browser lets no notifications of this site through.")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on here")).to_be_hidden()


def test_a_browser_that_cannot_is_told_so(alice: User, open_page: Open) -> None:
    page = open_page("/offline", who=alice)
    page.context.add_init_script("delete window.PushManager")
    page.goto(PATH)
    expect(page.get_by_text("This browser takes no notifications here.")).to_be_visible()


def test_a_push_service_that_cannot_be_reached_is_said(alice: User, open_page: Open, service: PushService) -> None:
    page = switch(open_page, alice, service.browser())
    page.evaluate(
        "() => { PushManager.prototype.subscribe = async () => { throw new DOMException('no', 'AbortError'); }; }"
    )
    page.get_by_role("button", name="Switch on here").click()
    expect(page.locator("#notice")).to_contain_text("Your browser could not be switched on.")
    expect(page.get_by_role("button", name="Switch on here")).to_be_enabled()


def test_without_scripts_the_page_says_what_it_needs(alice: User, open_page: Open) -> None:
    page = open_page(PATH, who=alice, scripts=False)
    expect(page.get_by_text("To be switched on, this page needs scripts")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on here")).to_be_hidden()
    page.get_by_label("Tell me of new articles in important feeds").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Tell me of new articles in important feeds")).to_be_checked()
