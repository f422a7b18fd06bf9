"""Takes the pictures of ``docs/screenshots``: the demo's sample feeds in a real Chromium, light and dark, desk, phone.

``python -m bench.screenshots`` writes the twelve that the documents show; ``--all FOLDER`` every page, to be looked at.
"""

import argparse
import asyncio
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

import uvicorn
from msgspec import Struct
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.chromium import ARGUMENTS, CHROMIUM
from dateline import __version__
from dateline.actions import accounts as account_actions
from dateline.actions import entries as entry_actions
from dateline.actions import opml as opml_actions
from dateline.actions import subscriptions as subscription_actions
from dateline.asgi import create_app
from dateline.demo import DemoServer, feeds, opml
from dateline.model import Stream, User
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database, open_database, sidebars, streams, subscriptions

DOCUMENTS = Path(__file__).parent.parent / "docs" / "screenshots"
LARGEST = 150_000
NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
"""The moment of all pictures: taken again, they are the same."""
SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 800},
    "table": {"width": 1024, "height": 600},
    "phone": {"width": 390, "height": 844},
}

Opened = Literal["", "first", "picture", "panel", "sidebar", "look"]


class Shot(Struct, frozen=True, kw_only=True):
    """One picture: a page, who looks at it, what is opened on it."""

    name: str
    path: str = "/"
    size: str = "desk"
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    opened: Opened = ""
    logged_in: bool = True


NAMED = (
    Shot(name="normal", size="table"),
    Shot(name="reading", opened="picture"),
    Shot(name="reader", path="/?view=reader", size="table"),
    Shot(name="cards", path="/?view=cards", size="table", language="fr"),
    Shot(name="panes", path="/?view=panes", opened="first", size="table"),
    Shot(name="board", path="/?view=global", size="table"),
    Shot(name="adding", path="/subscriptions/add", size="table", opened="look"),
    Shot(name="subscriptions", path="/subscriptions", size="table"),
    Shot(name="statistics", path="/statistics", size="table", language="fr"),
    Shot(name="settings", path="/settings/look", size="table"),
    Shot(name="phone", size="phone"),
    Shot(name="phone-article", size="phone", opened="picture", language="fr"),
)
"""The twelve pages that the documents show."""

EVERY = (
    Shot(name="list"),
    Shot(name="list-fr", language="fr"),
    Shot(name="opened", opened="first"),
    Shot(name="picture", opened="picture"),
    Shot(name="panel", opened="panel"),
    Shot(name="reader", path="/?view=reader"),
    Shot(name="cards", path="/?view=cards", language="fr"),
    Shot(name="panes", path="/?view=panes", opened="first"),
    Shot(name="board", path="/?view=global", language="fr"),
    Shot(name="search", path="/?q=harbour"),
    Shot(name="nothing-found", path="/?q=zzzzzz"),
    Shot(name="starred", path="/starred"),
    Shot(name="feed", path="/feed/1"),
    Shot(name="broken-feed", path="/feed/BROKEN"),
    Shot(name="entry", path="/entry/1"),
    Shot(name="settings", path="/settings", language="fr"),
    Shot(name="look", path="/settings/look", language="fr"),
    Shot(name="marking", path="/settings/marking"),
    Shot(name="sharing", path="/settings/sharing", language="fr"),
    Shot(name="privacy", path="/settings/privacy"),
    Shot(name="notifications", path="/settings/notifications"),
    Shot(name="labels", path="/labels"),
    Shot(name="statistics", path="/statistics", language="fr"),
    Shot(name="highlights", path="/highlights"),
    Shot(name="subscriptions", path="/subscriptions"),
    Shot(name="subscription", path="/subscriptions/BROKEN"),
    Shot(name="subscription-phone", path="/subscriptions/OWN", size="phone", language="fr"),
    Shot(name="full-text", path="/subscriptions/OWN/full-text"),
    Shot(name="retention", path="/subscriptions/OWN/retention", language="fr"),
    Shot(name="health", path="/health"),
    Shot(name="health-fr", path="/health", size="phone", scheme="dark", language="fr"),
    Shot(name="health-server", path="/health/server"),
    Shot(name="debug", path="/debug"),
    Shot(name="list-of-folder", path="/folders/FOLDER/list", language="fr"),
    Shot(name="unsubscribe", path="/subscriptions/OWN/remove"),
    Shot(name="page", path="/subscriptions/page"),
    Shot(name="add", path="/subscriptions/add", opened="look"),
    Shot(name="welcome", path="/subscriptions/add?welcome=1", language="fr"),
    Shot(name="folder", path="/folders/FOLDER"),
    Shot(name="opml", path="/opml"),
    Shot(name="missing", path="/nothing-here"),
    Shot(name="login", path="/login", logged_in=False),
)


class Stage(Struct, frozen=True, kw_only=True):
    """A running instance with the demo's feeds in it. ``feed_url`` is one that can be looked at.

    ``places``: the ids that stand for words in the paths of shots, by language.
    """

    url: str
    feed_url: str
    tokens: dict[str, str]
    places: dict[str, dict[str, int]]


@contextmanager
def staged() -> Iterator[Stage]:
    """Serve an instance of its own: an account a language, the sample feeds, one feed that fails."""
    with tempfile.TemporaryDirectory() as folder, DemoServer(now=NOW) as demo:
        settings = Settings(
            database_url=f"sqlite:///{folder}/dateline.sqlite",
            allowed_networks=(ip_network("127.0.0.0/8"),),
            host_connections=8,
            host_spacing=0,
        )
        db = open_database(settings.database_url, create=True)
        people = {language: _account(db, language) for language in ("en", "fr")}
        looked = next(feed.url for feed in feeds(demo.url, demo.now) if feed.name == "parallax")
        places = {language: _subscribe(db, user, demo.url, looked) for language, (user, _) in people.items()}
        asyncio.run(_refresh(db, settings))
        for user, _ in people.values():
            _read_a_little(db, user)
        with _serving(settings, db) as url:
            tokens = {language: token for language, (_, token) in people.items()}
            yield Stage(url=url, feed_url=looked, tokens=tokens, places=places)
        db.close()


def _now() -> datetime:
    return NOW


def _account(db: Database, language: str) -> tuple[User, str]:
    """Somebody with previews on, and an open session."""
    name, password = f"reader-{language}", secrets.token_urlsafe(16)
    account_actions.create(
        db, name=name, password=password, is_admin=True, language=language, time_zone="Europe/Paris", now=_now()
    )
    user, token = account_actions.log_in(db, name=name, password=password, client="127.0.0.1", now=_now())
    return account_actions.change(db, user, preview=True, now=_now()), token


def _subscribe(db: Database, user: User, demo_url: str, all_but: str) -> dict[str, int]:
    """The sample feeds but for one, and one that is not there. The ids that paths name."""
    opml_actions.import_opml(db, user, opml(demo_url), now=_now())
    with db.reading() as tx:
        left_out = subscriptions.by_feed_url(tx, user.id, all_but)
    if left_out is not None:
        subscription_actions.unsubscribe(db, user, left_out, now=_now())
    missing = f"{demo_url}/almanac/feed.xml"
    broken = subscription_actions.subscribe(db, user, missing, title="The Old Almanac", now=_now())
    with db.reading() as tx:
        bar = sidebars.read(tx, user.id)
    return {"BROKEN": broken, "OWN": bar.subscriptions[0].id, "FOLDER": bar.folders[0].id}


async def _refresh(db: Database, settings: Settings) -> None:
    refresher = Refresher(db, settings, version=__version__, holder="screenshots", clock=_now)
    await refresher.run_once()
    await refresher.find_icons()


def _read_a_little(db: Database, user: User) -> None:
    """Some of the newest entries were read, some are favourites: a list as people have it."""
    account_actions.catch_up(db, user.id, now=_now())
    with db.reading() as tx:
        ids = [entry.id for entry in streams.read(tx, user.id, Stream(shown="all"), limit=40).entries]
    entry_actions.mark(db, user, [*ids[2:4], *ids[6:7], *ids[25:]], read=True, now=_now())
    entry_actions.star(db, user, [ids[1], ids[6], ids[12]], starred=True, now=_now())


@contextmanager
def _serving(settings: Settings, db: Database) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(settings, db, clock=_now), log_level="warning", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


# ------------------------------------------------------------------------------------------------ pictures


def take(browser: Browser, stage: Stage, shot: Shot, folder: Path) -> Path:
    """Take one picture. Its file."""
    context = browser.new_context(
        viewport=SIZES[shot.size],
        is_mobile=shot.size == "phone",
        has_touch=shot.size == "phone",
        color_scheme=shot.scheme,
        base_url=stage.url,
        locale=shot.language,
        reduced_motion="reduce",
    )
    if shot.logged_in:
        context.add_cookies([{"name": "dateline", "value": stage.tokens[shot.language], "url": stage.url}])
    page = context.new_page()
    page.goto(_path(shot, stage))
    page.wait_for_selector("html[data-ready]", state="attached")
    _open(page, shot.opened, stage)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('#notice:not(.is-empty) a.close')?.click()")
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def _path(shot: Shot, stage: Stage) -> str:
    path = shot.path
    for word, ident in stage.places[shot.language].items():
        path = path.replace(word, str(ident))
    return path


def _open(page: Page, opened: Opened, stage: Stage) -> None:
    match opened:
        case "first":
            page.keyboard.press("j")
        case "picture":
            page.locator("details.entry:has(.article-content img) summary").first.click()
        case "panel":
            page.keyboard.press("?")
        case "sidebar":
            page.locator(".bar-menu").tap()
        case "look":
            page.locator("#url").fill(stage.feed_url)
            page.locator("form[data-behaviour='busy'] button").click()
            page.wait_for_selector("#found")
        case _:
            pass


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m bench.screenshots", description=__doc__)
    parser.add_argument("--all", metavar="FOLDER", type=Path, help="every page, in both schemes and sizes, into FOLDER")
    folder = parser.parse_args().all
    shots = every_shot() if folder else for_documents()
    target = folder or DOCUMENTS
    target.mkdir(parents=True, exist_ok=True)
    with staged() as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for shot in shots:
            path = take(browser, stage, shot, target)
            size = path.stat().st_size
            print(f"{path}  {size // 1000} kB{'  too large' if not folder and size > LARGEST else ''}")
        browser.close()


def for_documents() -> list[Shot]:
    """Each of ``NAMED``, light and dark."""
    return [
        replace(shot, name=f"{shot.name}-{scheme}", scheme=scheme) for shot in NAMED for scheme in ("light", "dark")
    ]


def every_shot() -> list[Shot]:
    """Each of ``EVERY`` at a desk and on a phone, light and dark."""
    return [
        replace(shot, name=f"{shot.name}-{size}-{scheme}", size=size, scheme=scheme)
        for shot in EVERY
        for size in ("desk", "phone")
        for scheme in ("light", "dark")
    ]


if __name__ == "__main__":
    main()
