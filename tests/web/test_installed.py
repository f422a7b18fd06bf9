"""The manifest, the service worker's file, the page for no connection; and which pages may be kept by whom."""

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp
from tests.web.browsing import Browser, Clock, World

from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database
from dateline.web.assets import load_assets


def test_the_manifest_speaks_the_readers_language_and_all_it_names_is_there(alice: Browser, bob: Browser) -> None:
    answer = alice.get("/manifest.webmanifest")
    assert (answer.header("content-type") or "").startswith("application/manifest+json")
    assert answer.json["display"] == "standalone"
    assert [alice.get(icon["src"]).header("content-type") for icon in answer.json["icons"]] == ["image/png"] * 3
    assert {icon["purpose"] for icon in answer.json["icons"]} == {"any", "maskable"}
    assert {alice.get(shortcut["url"]).status for shortcut in answer.json["shortcuts"]} == {200}
    assert answer.json["share_target"]["action"] == "/save"
    assert "Favoris" in [shortcut["name"] for shortcut in answer.json["shortcuts"]]
    assert "Favourites" in [shortcut["name"] for shortcut in bob.get("/manifest.webmanifest").json["shortcuts"]]


def test_below_a_base_path_manifest_and_worker_stay_there(settings: Settings, db: Database, clock: Clock) -> None:
    app: ASGIApp = create_app(replace(settings, base_url="http://127.0.0.1:8700/reader"), db, clock=clock)
    browser = Browser(app)
    manifest = browser.get("/reader/manifest.webmanifest").json
    assert (manifest["start_url"], manifest["scope"], manifest["id"]) == ("/reader/",) * 3
    assert all(icon["src"].startswith("/reader/static/") for icon in manifest["icons"])
    worker = browser.get("/reader/service-worker.js")
    assert worker.header("service-worker-allowed") == "/reader/"
    assert '"base":"/reader"' in worker.text


def test_the_worker_is_never_kept_and_names_files_that_are_there(anonymous: Browser) -> None:
    worker = anonymous.get("/service-worker.js")
    assert worker.header("cache-control") == "no-cache"
    assert (worker.header("content-type") or "").startswith("text/javascript")
    assert "worker-src 'self'" in (worker.header("content-security-policy") or "")
    assets = load_assets()
    assert f'"version":"{assets.hash_hex}"' in worker.text
    named = [name for name in assets.files if f'"{name}"' in worker.text]
    assert {"css/dateline.css", "js/dateline.js", "icons/sprite.svg"} <= set(named)
    assert "js/service-worker.js" not in named


def test_the_page_for_no_connection_says_nothing_of_anybody_in_ones_own_words(alice: Browser) -> None:
    answer = alice.get("/offline")
    assert "Pas de connexion" in answer.words
    assert answer.header("dateline-account") is None
    assert "/logout" not in answer.text


@pytest.mark.parametrize("path", ["/", "/all", "/starred", "/entry/{id}", "/entry/{id}?fragment=1"])
def test_ones_own_streams_and_articles_may_be_kept(alice: Browser, world: World, path: str) -> None:
    assert alice.user is not None
    feed = world.feed("A feed")
    (entry_id,) = world.entries(feed, "An entry")
    world.subscribe(alice.user, feed)
    answer = alice.get(path.format(id=entry_id))
    assert answer.header("dateline-keep") == "1"
    assert answer.header("dateline-account") == str(alice.user.id)


@pytest.mark.parametrize("path", ["/?q=word", "/settings", "/subscriptions", "/health", "/settings/password"])
def test_searches_and_settings_may_not(alice: Browser, path: str) -> None:
    answer = alice.get(path)
    assert answer.status == 200
    assert answer.header("dateline-keep") is None


def test_a_page_that_tells_a_notice_is_not_kept_with_it(alice: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed("A feed")
    (entry_id,) = world.entries(feed, "An entry")
    world.subscribe(alice.user, feed)
    told = alice.post("/entries/star", {"id": entry_id, "next": "/"})
    assert told.header("dateline-keep") is None
    assert alice.get("/").header("dateline-keep") == "1"


def test_static_files_come_as_small_as_brotli_makes_them_where_browsers_take_it(anonymous: Browser) -> None:
    assets = load_assets()
    path = f"/static/{assets.hash_hex}/css/dateline.css"
    sheet = assets.files["css/dateline.css"].body
    for _ in range(2):
        answer = anonymous.get(path, headers={"accept-encoding": "gzip, deflate, br, zstd"})
        assert (answer.header("content-encoding"), answer.header("vary")) == ("br", "Accept-Encoding")
        assert brotli.decompress(answer.body) == sheet
        assert len(answer.body) < len(sheet) / 5
    assert anonymous.get(path, headers={"accept-encoding": "br;q=0, gzip"}).header("content-encoding") == "gzip"
    assert anonymous.get(path).body == sheet
    picture = f"/static/{assets.hash_hex}/icons/app-192.png"
    assert anonymous.get(picture, headers={"accept-encoding": "br"}).header("content-encoding") is None
