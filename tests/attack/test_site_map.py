"""Every place of the site map, as the owner, somebody else, nobody, from another site: one table, none left out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec import Struct
from starlette.types import ASGIApp
from tests.web.browsing import Answer, Browser, World

from dateline.actions import entries as entry_actions
from dateline.actions import highlights as highlight_actions
from dateline.actions import labels as label_actions
from dateline.actions import progress as progress_actions
from dateline.actions import saved_searches as search_actions
from dateline.actions import sharing
from dateline.model import SafeHTML, User
from dateline.store import Database, devices, icons, mailboxes, rules, versions
from dateline.store import write as store_write
from dateline.store.rules import Rule
from dateline.store.saved_searches import SavedSearch
from dateline.web.endpoints import Place
from dateline.web.routes import routes

MISSING = 900_000_001
"""An id that nothing has."""


class Rights(Struct, frozen=True, kw_only=True):
    """The statuses of one place for (owner, somebody else with the owner's ids, nobody); None: it has no such method.

    ``form`` is what a POST sends; ``{words}`` in it and in the path are ids of Alice's.
    """

    get: tuple[int, int, int] | None = None
    post: tuple[int, int, int] | None = None
    form: Mapping[str, str] = {}


READ = Rights(get=(200, 200, 303))
OWN = Rights(get=(200, 404, 303))
VISITED = Rights(get=(404, 404, 404))
MARK = Rights(post=(303, 404, 403), form={"id": "{entry_id}"})

LOOK = {
    "order": "newest",
    "shown": "adaptive",
    "page_size": "50",
    "view": "cards",
    "theme": "sepia",
    "typeface": "sans",
    "text_size": "22",
    "measure": "wide",
    "density": "compact",
    "thumbnail": "small",
    "row_site": "icon",
}
RETENTION = {"step": "save", "mode": "own", "age": "7", "unit": "days"}

TABLE: dict[str, Rights] = {
    "/": READ,
    "/important": READ,
    "/starred": READ,
    "/all": READ,
    "/folder/{key}": OWN,
    "/feed/{key}": OWN,
    "/today": READ,
    "/recent": READ,
    "/label": READ,
    "/label/{key}": OWN,
    "/entry/{entry_id}": OWN,
    "/entry/{entry_id}/changes": OWN,
    "/entry/{entry_id}/share/{place}": OWN,
    # Alice's account is closed here: nothing of it is there, not even for herself below this address.
    "/@{account}": VISITED,
    "/@{account}/": VISITED,
    "/@{account}/important": VISITED,
    "/@{account}/starred": VISITED,
    "/@{account}/all": VISITED,
    "/@{account}/folder/{key}": VISITED,
    "/@{account}/feed/{key}": VISITED,
    "/@{account}/entry/{entry_id}": VISITED,
    "/@{account}/entry/{entry_id}/changes": VISITED,
    # The secret in ``ids`` is a wrong one; tests/web/test_stream_feeds.py has the right ones.
    "/atom": Rights(get=(200, 200, 303), post=(303, 303, 403), form={"kind": "main"}),
    "/atom/{secret}/{kind}": VISITED,
    "/atom/{secret}/{kind}/{key}": VISITED,
    "/@{account}/atom/{kind}": VISITED,
    "/@{account}/atom/{kind}/{key}": VISITED,
    "/@{account}/refresh": Rights(post=(404, 404, 404), form={"kind": "folder", "key": "{folder_id}"}),
    "/entries/read": MARK,
    "/entries/unread": MARK,
    "/entries/late": Rights(post=(303, 403, 403), form={"account": "{alice}", "deed": "{entry_id} read 1000"}),
    "/entries/star": MARK,
    "/entries/unstar": MARK,
    "/entries/read-all": Rights(
        post=(303, 404, 403), form={"kind": "feed", "key": "{subscription_id}", "up_to": "{entry_id}"}
    ),
    "/entries/full-text": MARK,
    "/entries/chapters": Rights(post=(400, 404, 403), form={"id": "{entry_id}"}),
    "/entries/label": Rights(post=(303, 404, 403), form={"id": "{entry_id}", "label": "{label_id}"}),
    "/entries/unlabel": Rights(post=(303, 404, 403), form={"id": "{entry_id}", "label": "{label_id}"}),
    "/entries/labels": Rights(post=(303, 404, 403), form={"id": "{entry_id}", "label": "{label_id}"}),
    "/save": Rights(get=(200, 200, 303), post=(303, 303, 403), form={"url": "http://127.0.0.1:9/", "title": ""}),
    "/entry/{entry_id}/highlights": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"quote": "Deux", "place": "0", "note": ""}
    ),
    "/highlights": READ,
    "/highlights/export": READ,
    "/highlights/{highlight_id}": Rights(post=(303, 404, 403), form={"do": "save", "note": "Mine"}),
    "/entries/progress": Rights(get=(400, 400, 303), post=(303, 404, 403), form={"id": "{entry_id}", "share": "500"}),
    "/continue": Rights(get=(200, 200, 303), post=(303, 404, 403), form={"id": "{entry_id}"}),
    "/queue": Rights(get=(200, 200, 303), post=(303, 404, 403), form={"id": "{entry_id}", "do": "add"}),
    "/undo": Rights(post=(303, 404, 403), form={"seq": "{seq}"}),
    "/refresh": Rights(post=(303, 404, 403), form={"kind": "folder", "key": "{folder_id}"}),
    "/live": Rights(post=(200, 404, 403), form={"after": "0", "kind": "folder", "key": "{folder_id}"}),
    "/read-when": Rights(post=(303, 404, 403), form={"kind": "folder", "key": "{folder_id}", "read_beyond": "50"}),
    "/displays": Rights(post=(303, 404, 403), form={"kind": "folder", "key": "{folder_id}", "view": "cards"}),
    "/start": Rights(get=(303, 303, 303), post=(303, 303, 303), form={"name": "x", "password": "long enough"}),
    "/login": Rights(get=(303, 303, 200), post=(400, 400, 400), form={"name": "alice", "password": "wrong"}),
    "/logout": Rights(post=(303, 303, 303)),
    "/settings": READ,
    "/settings/find": READ,
    "/settings/look": Rights(get=(200, 200, 303), post=(303, 303, 403), form=LOOK),
    "/settings/look/sheet": Rights(post=(303, 303, 403), form={"css": "p"}),
    # Nobody has one here: each is told so, and nobody sees another's (tests/web/test_look.py).
    "/settings/look/own.css": Rights(get=(404, 404, 303)),
    "/settings/reading": Rights(post=(303, 303, 403), form={"language": "en", "time_zone": "UTC"}),
    "/settings/privacy": Rights(get=(200, 200, 303), post=(303, 303, 403)),
    "/settings/visitors": Rights(get=(200, 200, 303), post=(303, 303, 403)),
    "/settings/password": Rights(
        get=(200, 200, 303), post=(400, 400, 403), form={"old": "wrong", "new": "long enough"}
    ),
    "/settings/marking": Rights(get=(200, 200, 303), post=(303, 303, 403), form={"shown": "all"}),
    "/settings/keys": Rights(get=(200, 200, 303), post=(303, 303, 403), form={"next": "z"}),
    "/settings/retention": Rights(get=(200, 200, 303), post=(303, 303, 403), form=RETENTION),
    "/settings/sharing": Rights(
        get=(200, 200, 303), post=(303, 303, 403), form={"do": "add", "service": "reddit", "name": "", "address": ""}
    ),
    "/settings/rules": Rights(
        get=(200, 200, 303), post=(303, 303, 403), form={"do": "add", "query": "a", "stars": "1"}
    ),
    "/settings/rules/{rule_id}": Rights(get=(200, 404, 303), post=(303, 404, 403), form={"do": "apply"}),
    "/settings/newsletters": Rights(get=(200, 200, 303), post=(404, 404, 403), form={"do": "remove", "id": "1"}),
    "/settings/newsletters/mailboxes": Rights(post=(303, 404, 403), form={"do": "remove", "id": "{mailbox_id}"}),
    "/settings/notifications": Rights(
        get=(200, 200, 303), post=(303, 404, 403), form={"do": "remove", "id": "{device_id}"}
    ),
    "/subscriptions/{subscription_id}/retention": Rights(get=(200, 404, 303), post=(303, 404, 403), form=RETENTION),
    "/folders/{folder_id}/retention": Rights(get=(200, 404, 303), post=(303, 404, 403), form=RETENTION),
    "/subscriptions/{subscription_id}/move": Rights(post=(303, 404, 403), form={"url": "https://elsewhere.example/"}),
    "/subscriptions/{subscription_id}/address": Rights(post=(400, 404, 403), form={"do": "back"}),
    "/subscriptions/{subscription_id}/debug": Rights(post=(200, 404, 403)),
    "/debug": Rights(get=(200, 200, 303), post=(200, 200, 403), form={"url": "http://127.0.0.1:9/"}),
    "/health": Rights(get=(200, 200, 303), post=(303, 404, 403), form={"do": "try", "id": "{subscription_id}"}),
    "/health/server": Rights(get=(200, 403, 303)),
    "/subscriptions": Rights(
        get=(200, 200, 303),
        post=(303, 404, 403),
        form={"url": "https://new.example/feed", "folder_ids": "{folder_id}"},
    ),
    "/subscriptions/packs": Rights(post=(303, 303, 403), form={"pack": "science"}),
    "/subscriptions/several": Rights(post=(200, 404, 403), form={"do": "pause", "id": "{subscription_id}"}),
    "/subscriptions/{subscription_id}/pause": Rights(post=(303, 404, 403), form={"do": "pause"}),
    "/subscriptions/add": Rights(get=(200, 200, 303), post=(400, 400, 403), form={"url": "http://127.0.0.1:9/"}),
    "/subscriptions/page": Rights(get=(200, 200, 303), post=(400, 400, 403), form={"url": "http://127.0.0.1:9/"}),
    # Alice's is a feed, read without rules; tests/web/test_page_source.py asks for one that is a page
    "/subscriptions/{subscription_id}/page": Rights(get=(404, 404, 303), post=(404, 404, 403)),
    "/subscriptions/{subscription_id}": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"title": "Mine", "visibility": "main", "new_folder": "New"}
    ),
    "/subscriptions/{subscription_id}/remove": Rights(get=(200, 404, 303), post=(303, 404, 403)),
    "/subscriptions/{subscription_id}/appearance": Rights(
        post=(303, 404, 403), form={"site_url": "https://mine.example/", "description": "Mine"}
    ),
    "/subscriptions/{subscription_id}/transport": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"user_agent": "Mine/1", "cookies": "a=b"}
    ),
    "/subscriptions/{subscription_id}/full-text": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"mode": "truncated"}
    ),
    "/statistics": READ,
    "/searches": Rights(
        get=(200, 200, 303), post=(303, 303, 403), form={"name": "New", "query": "a", "stream": "main"}
    ),
    "/searches/{search_id}": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"do": "save", "name": "Mine", "query": "a", "stream": "main"}
    ),
    "/labels": Rights(get=(200, 200, 303), post=(303, 303, 403), form={"name": "New"}),
    "/labels/{label_id}": Rights(get=(200, 404, 303), post=(303, 404, 403), form={"name": "Mine", "do": "save"}),
    "/folders": Rights(post=(303, 404, 403), form={"name": "New", "parent_id": "{folder_id}"}),
    "/folders/{folder_id}": Rights(get=(200, 404, 303), post=(303, 404, 403), form={"name": "Mine"}),
    "/folders/all/by-name": Rights(post=(303, 303, 403)),
    "/folders/{folder_id}/place": Rights(post=(303, 404, 403), form={"do": "up"}),
    "/folders/{folder_id}/remove": Rights(post=(303, 404, 403)),
    "/folders/{folder_id}/feeds.opml": OWN,
    "/folders/{folder_id}/list": Rights(
        get=(200, 404, 303), post=(303, 404, 403), form={"url": "https://lists.example/a.opml"}
    ),
    "/opml": Rights(
        get=(200, 200, 303),
        post=(200, 200, 403),
        form={"text": "<opml><body><outline xmlUrl='https://a.example/'/></body></opml>"},
    ),
    "/opml/subscriptions.opml": Rights(get=(200, 200, 303), post=(200, 200, 403), form={"secrets": "1"}),
    "/opml/starred.json": READ,
    "/opml/everything.zip": READ,
    "/palette": READ,
    "/keys": Rights(get=(200, 200, 200)),
    "/icon/{icon_id}": Rights(get=(200, 404, 404)),
    "/manifest.webmanifest": Rights(get=(200, 200, 200)),
    "/service-worker.js": Rights(get=(200, 200, 200)),
    "/offline": Rights(get=(200, 200, 200)),
    "/static/{hash}/{name:path}": Rights(get=(200, 200, 200)),
    "/healthz": Rights(get=(200, 200, 200)),
}
PLACES = {place.path: place for place in routes()}
PATHS = pytest.mark.parametrize("path", list(PLACES))
POSTS = [place.path for place in routes() if place.post]
OF_IDS = [path for path in TABLE if re.search(r"\{\w+\}", path + "".join(TABLE[path].form.values())) and path[1] != "@"]


@pytest.fixture
def ids(alice: Browser, world: World, db: Database) -> dict[str, Any]:
    """Something of everything that Alice can own."""
    assert alice.user is not None
    feed = world.feed("Le Phare", owner=alice.user)
    first, second = world.entries(feed, "Un", "Deux", url="http://127.0.0.1:9/")
    subscription = world.subscribe(alice.user, feed)
    folder = world.folder(alice.user, "Grenier", subscription)
    seq = entry_actions.star(db, alice.user, [first], starred=True, now=world.clock()).seq
    label = label_actions.add(db, alice.user, "Étiquette", now=world.clock())
    kept = SavedSearch(name="Grenier", query="Étiquette", kind="folder", key=folder)
    search = search_actions.add(db, alice.user, kept, now=world.clock())
    highlight = highlight_actions.add(db, alice.user, second, quote="Phare", note="Grenier", now=world.clock())
    progress_actions.read_to(db, alice.user, second, 500, now=world.clock())
    shelf = {"address": "https://shelf.example/", "fields": "link={url}"}
    sharing.add(db, alice.user, service="", name="Grenier", **shelf, now=world.clock())
    with store_write.transaction(db) as tx:
        icon = icons.add(tx, "image/svg+xml", b"<svg/>")
        tx.run("UPDATE feed SET icon_id = :icon WHERE id = :id", icon=icon, id=feed)
        mailbox = mailboxes.add(
            tx,
            alice.user.id,
            host="127.0.0.1",
            port=9,
            security="tls",
            login=b"",
            folder="Grenier",
            uid_validity=1,
            last_uid=0,
            since_at=None,
            now=world.clock(),
        )
        rule = rules.add(tx, alice.user.id, Rule(query="Phare", stars=True), world.clock())
        device = devices.add(
            tx,
            alice.user.id,
            token="token-of-alice",
            name="Grenier",
            endpoint="https://push.example/alice",
            address=b"",
            told_entry_id=second,
            now=world.clock(),
        )
        versions.keep(tx, second, versions.replaced("Deux Phare", SafeHTML("<p>Avant.</p>")), world.clock())
    return {
        "entry_id": second,
        "subscription_id": subscription,
        "folder_id": folder,
        "highlight_id": highlight,
        "icon_id": icon,
        "alice": alice.user.id,
        "label_id": label,
        "search_id": search,
        "rule_id": rule,
        "mailbox_id": mailbox,
        "device_id": device,
        "seq": seq,
        "account": "alice",
        "place": 3,
        "secret": f"{alice.user.id}-{'A' * 22}",
        "hash": "0",
        "name:path": "css/dateline.css",
    }


def filled(text: str, ids: Mapping[str, Any], path: str) -> str:
    """``text`` with its ``{words}`` replaced; what ``key`` is depends on the path."""
    key = ids["folder_id" if "/folder/" in path else "label_id" if "/label/" in path else "subscription_id"]
    kind = "feed" if "{key}" in path else "main"
    return re.sub(r"\{([^}]+)\}", lambda found: str({**ids, "key": key, "kind": kind}[found[1]]), text)


def send(reader: Browser, method: str, path: str, ids: Mapping[str, Any]) -> Answer:
    """Ask for a place of the table with these ids."""
    address = filled(path, ids, path)
    if method == "GET":
        return reader.get(address, follow=False)
    return reader.post(address, {k: filled(v, ids, path) for k, v in TABLE[path].form.items()}, follow=False)


def contents(db: Database) -> dict[str, list[Any]]:
    """Everything that a request must not change by the way; when people were last seen is left out."""
    tables = {
        "users": "id, name, password_hash, is_admin, language, time_zone, preview, open_to_visitors, indexed,"
        " visitors_may_refresh",
        "session": "token_hash, user_id",
        **dict.fromkeys(
            (
                *("unread", "star", "label", "entry_label", "progress", "play_queue", "highlight", "saved_search"),
                *("subscription", "subscription_folder", "folder", "history"),
            ),
            "*",
        ),
        "feed": "id, url, owner_id, next_at",
        "mailbox": "id, user_id, next_at",
        "device": "*",
        "notification": "*",
    }
    with db.reading() as tx:
        return {name: sorted(tx.all(f"SELECT {columns} FROM {name}"), key=repr) for name, columns in tables.items()}


def test_no_place_is_missing_in_the_table() -> None:
    assert set(TABLE) == set(PLACES)
    for path, place in PLACES.items():
        assert (place.get is None) == (TABLE[path].get is None), path
        assert (place.post is None) == (TABLE[path].post is None), path


@PATHS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_what_is_theirs_and_nothing_else(
    path: str, method: str, ids: dict[str, Any], alice: Browser, bob: Browser, anonymous: Browser, db: Database
) -> None:
    expected = TABLE[path].get if method == "GET" else TABLE[path].post
    before = contents(db)
    for place, reader in enumerate((bob, anonymous)):
        answer = send(reader, method, path, ids)
        assert answer.status == (expected[place + 1] if expected else 405), (path, answer.status)
        assert "Le Phare" not in answer.text
        assert "Grenier" not in answer.text
        assert "Étiquette" not in answer.text
    if method == "GET" or (expected and expected[1] == 404):
        assert contents(db) == before, "nothing of Alice's was touched"
    assert send(alice, method, path, ids).status == (expected[0] if expected else 405)


@PATHS
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "QUERY"])
def test_only_a_post_changes_anything(
    path: str, method: str, ids: dict[str, Any], alice: Browser, db: Database
) -> None:
    before = contents(db)
    form = "&".join(f"{name}={filled(value, ids, path)}" for name, value in TABLE[path].form.items())
    address = filled(path, ids, path)
    for headers in ({}, {"x-http-method-override": "POST"}, {"x-method-override": "DELETE"}):
        sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", **headers}
        answer = alice.send(method, f"{address}?_method=POST&{form}", headers=sent, body=form.encode(), follow=False)
        assert answer.status < 500
        if method not in ("GET", "HEAD"):
            assert answer.status == 405
            assert answer.header("allow") == PLACES[path].methods
    assert contents(db) == before


FORGERIES: tuple[dict[str, str], ...] = (
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
    {"sec-fetch-site": "same-origin, cross-site"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://127.0.0.1:8701"},
    {"origin": "https://127.0.0.1:8700"},
    {"origin": "http://127.0.0.1:8700.evil.example"},
    {"origin": "http://127.0.0.1:8700@evil.example"},
    {"origin": "http://evil.example#http://127.0.0.1:8700"},
    {"origin": "http://127.0.0.1:8700", "sec-fetch-site": "cross-site"},
    {"referer": "http://127.0.0.1:8700/"},
    {"origin": "file://", "referer": "http://127.0.0.1:8700/"},
)


@pytest.mark.parametrize("path", POSTS)
def test_no_post_of_another_site_is_believed(path: str, ids: dict[str, Any], alice: Browser, db: Database) -> None:
    before = contents(db)
    form = "&".join(f"{name}={filled(value, ids, path)}" for name, value in TABLE[path].form.items())
    address = filled(path, ids, path)
    for forged in FORGERIES:
        for content_type in ("application/x-www-form-urlencoded", "text/plain", "application/json", ""):
            headers = {**forged, "content-type": content_type}
            answer = alice.send("POST", address, headers=headers, body=form.encode(), follow=False)
            assert answer.status == 403, (forged, content_type)
            assert answer.header("set-cookie") is None
            assert answer.header("access-control-allow-origin") is None
    assert contents(db) == before


@pytest.mark.parametrize("path", OF_IDS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_somebody_elses_looks_like_what_is_not_there(
    path: str, method: str, ids: dict[str, Any], bob: Browser, db: Database
) -> None:
    missing = {name: MISSING if isinstance(value, int) else value for name, value in ids.items()}
    bob.get("/settings")  # the first page prolongs the session's cookie

    def told(answer: Answer) -> tuple[int, list[tuple[str, str]], str]:
        headers = [pair for pair in answer.headers if pair[0] not in ("content-length", "content-encoding")]
        return answer.status, headers, answer.text.replace("&#x2f;", "/").replace(f'"{answer.url}"', '"HERE"')

    assert told(send(bob, method, path, ids)) == told(send(bob, method, path, missing))


@pytest.mark.parametrize("path", [path for path in PLACES if re.search(r"\{(key|\w+_id)\}", path)])
@pytest.mark.parametrize("ident", ["0", "-1", "9223372036854775807", "9223372036854775808", "1e9", "١٢", "%00", "1%0a"])
def test_odd_ids_are_nobodys(path: str, ident: str, ids: dict[str, Any], alice: Browser, db: Database) -> None:
    address = re.sub(r"\{(key|\w+_id)\}", ident, path).replace("{account}", "alice")
    before = contents(db)
    assert alice.get(address, follow=False).status in (400, 404, 405)
    form = {name: filled(value, ids, path) for name, value in TABLE[path].form.items()}
    assert alice.post(address, form, follow=False).status in (400, 404, 405)
    assert contents(db) == before


# ------------------------------------------------------------------------------------------------ visitors


@pytest.fixture
def opened(alice: Browser, world: World, ids: dict[str, Any]) -> dict[str, Any]:
    """Alice's account is open; what ``ids`` name is private, what is returned is hidden, each starred and important."""
    assert alice.user is not None
    world.change(alice.user, open_to_visitors=True)
    feed = world.feed("Hidden Phare")
    (entry,) = world.entries(feed, "Hidden Un")
    subscription = world.subscribe(alice.user, feed, hidden_from_visitors=True, visibility="important")
    world.star(alice.user, entry, ids["entry_id"])
    folder = world.folder(alice.user, "Hidden Grenier", subscription)
    return {**ids, "entry_id": entry, "subscription_id": subscription, "folder_id": folder}


@pytest.mark.parametrize("path", [p for p in PLACES if PLACES[p].get and (p.startswith("/@") or p == "/")])
@pytest.mark.parametrize(
    "query", ["", "?fragment=1", "?shown=unread", "?shown=all", "?q=Un", "?before=9223372036854775807.9"]
)
def test_visitors_never_meet_what_is_private_or_hidden(
    path: str, query: str, ids: dict[str, Any], opened: dict[str, Any], bob: Browser, anonymous: Browser
) -> None:
    for reader in (anonymous, *([bob] if path != "/" else [])):
        for theirs in (ids, opened):
            answer = reader.get(filled(path, theirs, path) + query, follow=False)
            assert answer.status == (404 if re.search(r"entry|feed|folder|\{key\}", path) else 200), path
            for secret in ("Phare", "Grenier", "Deux", "Hidden", "data-unread", "data-starred"):
                assert secret not in answer.text, (path, secret)
            assert reader is bob or answer.header("set-cookie") is None
            if "/atom/" in path and answer.status == 200:
                assert answer.header("x-robots-tag") == "noindex, nofollow"
                assert answer.header("cache-control") == "private, no-cache"
                continue
            if not query.startswith("?fragment") and answer.status == 200:
                assert '<meta name="robots" content="noindex, nofollow">' in answer.text
            assert answer.header("cache-control") == "private, no-store"


def test_the_owners_marks_do_not_show_in_what_visitors_get(
    alice: Browser, anonymous: Browser, opened: dict[str, Any], world: World, db: Database
) -> None:
    assert alice.user is not None
    feed = world.feed("Public")
    (entry,) = world.entries(feed, "Public Un")
    world.subscribe(alice.user, feed)
    pages = ("/@alice/", "/@alice/all", f"/@alice/entry/{entry}", "/@alice/?shown=unread")
    before = [anonymous.get(path).text for path in pages]
    entry_actions.mark(db, alice.user, [entry], read=True, now=world.clock())
    entry_actions.mark(db, alice.user, [opened["entry_id"]], read=True, now=world.clock())
    assert [anonymous.get(path).text for path in pages] == before
    world.entries(world.feed("Unseen", owner=alice.user), "Arrived in secret")
    assert [anonymous.get(path).text for path in pages] == before


Make = Callable[..., Browser]


def test_a_user_named_like_a_page_or_a_path_harms_nothing(log_in: Make, world: World, app: ASGIApp) -> None:
    for name in ("all", "starred", "a b", "ü&amp;'", "@", "..."):
        reader = log_in(name)
        assert isinstance(reader.user, User)
        world.change(reader.user, open_to_visitors=True)
    page = Browser(app).get("/")
    links = [str(link) for link in page.find("//ul[@class='accounts']//a/@href")]
    assert len(links) == 6
    for link in links:
        assert Browser(app).get(link).status == 200


def test_the_place_says_who_may_come() -> None:
    """Strangers may come where the table lets them; a new place is closed unless it says otherwise."""
    assert Place(path="/new").open_to == "user"
    for path, rights in TABLE.items():
        is_open = any(statuses and statuses[2] in (200, 404) for statuses in (rights.get, rights.post))
        assert not is_open or PLACES[path].open_to == "anyone", path
