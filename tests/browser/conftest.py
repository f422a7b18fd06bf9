"""A real Chromium before a real server; every test has a database of its own, and fails when the page complains."""

import os
import shutil
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

import pytest
from bench.chromium import ARGUMENTS, CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from tests.browser.stage import LiveClock, Open, Site, serving
from tests.web.browsing import World

from dateline.asgi import create_app
from dateline.model import User
from dateline.settings import Settings
from dateline.store import open_database

EVERYTHING = os.environ.get("TEST_EVERYTHING") == "1"
"""Set by ``.ci/run``: what cannot run is a failure then, not a skip."""
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not EVERYTHING:
                item.add_marker(pytest.mark.skip(reason="no Chromium here (Debian: apt-get install chromium)"))


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Iterator[Site]:
    shutil.copy(empty_database, tmp_path / "dateline.sqlite")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/dateline.sqlite",
        allowed_networks=(ip_network("127.0.0.0/8"),),
        host_connections=8,
        host_spacing=0,
    )
    db = open_database(settings.database_url)
    with serving(create_app(settings, db)) as url:
        yield Site(url=url, db=db, world=World(db, LiveClock()))
    db.close()


@pytest.fixture(scope="module")  # while it runs, its event loop is this thread's: tests elsewhere want their own
def chromium() -> Iterator[Browser]:
    assert CHROMIUM is not None, "Chromium is not installed, and everything was asked for"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Open]:
    """Opens a page as somebody: on a desk or a phone, light or dark, with or without scripts; without a service worker
    unless ``service_workers="allow"`` is said.

    Whatever the page complains about (an exception, a refused script or style) fails the test; an answer with an
    error status does not, the tests ask for those.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(
        path: str = "/",
        *,
        who: User | None = None,
        size: Literal["desk", "phone"] = "desk",
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
        **more: Any,
    ) -> Page:
        is_phone = size == "phone"
        context = chromium.new_context(
            viewport=PHONE if is_phone else DESKTOP,
            is_mobile=is_phone,
            has_touch=is_phone,
            color_scheme=scheme,
            java_script_enabled=scripts,
            base_url=site.url,
            **{"locale": "en", "service_workers": "block", **more},
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        if who is not None:
            context.add_cookies([{"name": "dateline", "value": f"token-of-{who.name}", "url": site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: _note(message.type, message.text, complaints))
        page.goto(path)
        if scripts:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def _note(kind: str, text: str, complaints: list[str]) -> None:
    if kind == "error" and not text.startswith("Failed to load resource"):
        complaints.append(text)
