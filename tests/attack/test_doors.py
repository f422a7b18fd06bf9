"""The doors: sessions, passwords, the first start, cookies that anybody may write, links that lead astray."""

import re
import threading
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from ipaddress import ip_network
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from starlette.types import ASGIApp
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.actions import accounts as account_actions
from dateline.asgi import app_from_environment, create_app
from dateline.errors import ActionError
from dateline.settings import Settings
from dateline.store import Database, accounts
from dateline.web.turns import Turns

PASSWORD = "correct horse battery"
START = {"name": "Eve", "password": PASSWORD, "language": "en", "time_zone": "UTC"}


@pytest.fixture
def carol(db: Database, clock: Clock) -> None:
    """Carol has an account with a password."""
    account_actions.create(db, name="Carol", password=PASSWORD, now=clock())


def try_to_log_in(reader: Browser, password: str = PASSWORD, name: str = "Carol", **more: Any) -> Answer:
    return reader.post("/login", {"name": name, "password": password, **more}, follow=False)


def changed(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, **values)


# ------------------------------------------------------------------------------------------------ sessions


def test_a_login_never_takes_over_a_token_that_was_there(app: ASGIApp, carol: None) -> None:
    victim = Browser(app, cookies={"dateline": "planted-by-somebody"})
    assert try_to_log_in(victim).status == 303
    assert victim.cookies["dateline"] != "planted-by-somebody"
    planted = Browser(app, cookies={"dateline": "planted-by-somebody"})
    assert planted.get("/settings", follow=False).status == 303


def test_tokens_are_long_random_and_stored_as_hashes_alone(app: ASGIApp, db: Database, carol: None) -> None:
    tokens = set()
    for _ in range(20):
        reader = Browser(app)
        try_to_log_in(reader)
        tokens.add(reader.cookies["dateline"])
    assert len(tokens) == 20
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens), "256 bits"
    with db.reading() as tx:
        stored = repr(tx.all("SELECT * FROM session")) + repr(tx.all("SELECT * FROM users"))
        hashes = tx.column("SELECT token_hash FROM session")
    assert not any(token in stored for token in tokens)
    assert PASSWORD not in stored
    thief = Browser(app)
    for stolen in hashes:
        for spelling in (stolen.hex(), urlsafe_b64encode(stolen).decode(), stolen.decode("latin-1")):
            thief.cookies = {"dateline": spelling}
            assert thief.get("/settings", follow=False).status == 303


@pytest.mark.parametrize(
    ("base_url", "scheme", "expected"),
    [
        (None, "http", r"dateline=[\w-]{43}; HttpOnly; Max-Age=7776000; Path=/; SameSite=lax"),
        ("https://news.example", "http", r"__Host-dateline=[\w-]{43}; HttpOnly; .*Path=/; SameSite=lax; Secure"),
        ("https://news.example/r", "http", r"__Secure-dateline=[\w-]{43}; .*Path=/r; SameSite=lax; Secure"),
    ],
)
def test_the_cookie_is_as_narrow_as_can_be(
    settings: Settings, db: Database, clock: Clock, carol: None, base_url: str | None, scheme: str, expected: str
) -> None:
    served = changed(settings, base_url=base_url)
    host = "news.example" if base_url else "127.0.0.1:8700"
    reader = Browser(create_app(served, db, clock=clock), host=host, scheme=scheme)
    answer = reader.post(f"{served.base_path}/login", {"name": "Carol", "password": PASSWORD}, follow=False)
    assert re.fullmatch(expected, answer.header("set-cookie") or "")
    out = reader.post(f"{served.base_path}/logout", follow=False)
    gone = [value for name, value in out.headers if name == "set-cookie" and "-notice" not in value]
    assert len(gone) == 1
    assert "Max-Age=0" in gone[0]


def test_a_plain_cookie_is_not_believed_where_there_is_https(
    settings: Settings, db: Database, clock: Clock, alice: Browser
) -> None:
    served = changed(settings, base_url="https://news.example")
    reader = Browser(create_app(served, db, clock=clock), host="news.example", cookies=dict(alice.cookies))
    assert reader.get("/settings", follow=False).status == 303


def test_many_logins_at_once_are_many_sessions(app: ASGIApp, db: Database, carol: None) -> None:
    def one(_: int) -> str:
        reader = Browser(app)
        assert try_to_log_in(reader).status == 303
        return reader.cookies["dateline"]

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(one, range(16)))
    assert len(set(tokens)) == 16
    first, second = Browser(app, cookies={"dateline": tokens[0]}), Browser(app, cookies={"dateline": tokens[1]})
    answer = first.post("/settings/password", {"old": PASSWORD, "new": "another long one"}, follow=False)
    assert answer.status == 303
    assert first.get("/settings", follow=False).status == 200
    assert second.get("/settings", follow=False).status == 303, "a new password ends all other sessions"


# ------------------------------------------------------------------------------------------------ throttle


def fail(app: ASGIApp, times: int, *, name: str = "Carol", client: str = "192.0.2.1", **more: Any) -> list[int]:
    reader = Browser(app, client=client, **more)
    return [try_to_log_in(reader, "wrong", name).status for _ in range(times)]


def test_no_spelling_of_a_name_gets_guesses_of_its_own(app: ASGIApp, carol: None) -> None:
    spellings = [
        "Carol",
        "carol",
        " CAROL ",
        "Carol\u2003",
        "ca\u0072ol",
        "Carol" + " " * 154,
        "Carol" + " " * 190 + "x",
    ]
    statuses = [
        try_to_log_in(Browser(app, client=f"192.0.2.{place}"), "wrong", spellings[place % len(spellings)]).status
        for place in range(14)
    ]
    assert statuses.count(429) >= 5
    long_names = [f"Carol{' ' * 155}{place}" for place in range(12)]
    for place, name in enumerate(long_names):
        answer = try_to_log_in(Browser(app, client=f"198.51.100.{place}"), PASSWORD, name)
        assert "set-cookie" not in dict(answer.headers), "a name is not cut until it fits"


def test_one_client_cannot_try_many_names(app: ASGIApp, carol: None) -> None:
    statuses = [fail(app, 1, name=f"name{place}")[0] for place in range(8)]
    assert statuses[:5] == [400] * 5
    assert statuses[-1] == 429


def test_a_network_of_ipv6_is_one_client(app: ASGIApp) -> None:
    statuses = [fail(app, 1, name=f"name{place}", client=f"2001:db8:1:2::{place:x}")[0] for place in range(8)]
    assert statuses[-1] == 429
    assert fail(app, 1, name="other", client="2001:db8:1:3::1") == [400], "the neighbour is another"


def test_a_stranger_cannot_write_his_own_address(settings: Settings, db: Database, clock: Clock) -> None:
    def forged(app: ASGIApp, client: str, place: int) -> int:
        reader = Browser(app, client=client)
        headers = {"x-forwarded-for": f"203.0.113.{place}", "forwarded": f"for=203.0.113.{place}"}
        answer = reader.post("/login", {"name": f"n{place}", "password": "wrong"}, headers=headers, follow=False)
        return answer.status

    direct = create_app(settings, db, clock=clock)
    assert [forged(direct, "192.0.2.7", place) for place in range(8)][-1] == 429
    behind = create_app(changed(settings, trusted_proxies=(ip_network("10.0.0.0/8"),)), db, clock=clock)
    assert [forged(behind, "192.0.2.8", place + 20) for place in range(8)][-1] == 429, "not a proxy of ours"
    assert [forged(behind, "10.0.0.1", place + 40) for place in range(8)] == [400] * 8, "a proxy of ours tells of eight"


def test_behind_a_proxy_only_the_last_address_counts(settings: Settings, db: Database, clock: Clock) -> None:
    app = create_app(changed(settings, trusted_proxies=(ip_network("10.0.0.0/8"),)), db, clock=clock)
    statuses = []
    for place in range(8):
        headers = {"x-forwarded-for": f"203.0.113.{place}, 10.9.9.9, 192.0.2.66"}
        reader = Browser(app, client="10.0.0.1")
        form = {"name": f"n{place}", "password": "wrong"}
        statuses.append(reader.post("/login", form, headers=headers, follow=False).status)
    assert statuses[-1] == 429


def test_who_keeps_guessing_a_name_keeps_its_owner_out_for_a_quarter_of_an_hour_at_most(
    app: ASGIApp, clock: Clock, carol: None
) -> None:
    """A known limit, written down: names are throttled whoever guesses, and sessions that are open stay open."""
    owner = Browser(app)
    assert try_to_log_in(owner).status == 303
    for round_ in range(30):
        fail(app, 1, client=f"192.0.2.{round_}")
        clock.pass_by(minutes=16)
    fail(app, 1, client="192.0.2.200")
    assert try_to_log_in(Browser(app)).status == 429
    assert owner.get("/settings", follow=False).status == 200
    clock.pass_by(minutes=15, seconds=1)
    assert try_to_log_in(Browser(app)).status == 303
    assert try_to_log_in(Browser(app)).status == 303, "a good login forgives the name"


def test_only_so_many_do_what_is_costly() -> None:
    turns = Turns(2, patience=0)
    with ExitStack() as stack:
        stack.enter_context(turns.taken())
        stack.enter_context(turns.taken())
        with pytest.raises(ActionError) as caught, turns.taken():
            raise AssertionError("a third one")
    assert caught.value.code == "action.too_many_attempts"
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken(), turns.taken():
        pass


# ------------------------------------------------------------------------------------------------ the first start


def test_of_many_first_accounts_at_once_one_is_made(db: Database, app: ASGIApp) -> None:
    barrier = threading.Barrier(6)

    def one(place: int) -> bool:
        reader = Browser(app)
        barrier.wait()
        reader.post("/start", {**START, "name": f"Eve {place}"}, follow=False)
        return "dateline" in reader.cookies

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(6))) == 1
    with db.reading() as tx:
        assert len(accounts.all_users(tx)) == 1


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_processes_make_one_first_account(engine: str, request: pytest.FixtureRequest, clock: Clock) -> None:
    store: Database = request.getfixturevalue(f"{engine}_db")
    barrier = threading.Barrier(6)

    def one(place: int) -> bool:
        barrier.wait()
        try:
            account_actions.create_first(
                store, name=f"Eve {place}", password=PASSWORD, language="en", time_zone="UTC", now=clock()
            )
        except ActionError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(6))) == 1


def test_once_there_is_an_account_the_start_does_nothing(
    app: ASGIApp, db: Database, carol: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def costly(password: str) -> str:
        raise AssertionError("a stranger made the server work")

    monkeypatch.setattr(account_actions, "_hashed", costly)
    answer = Browser(app).post("/start", START, follow=False)
    assert (answer.status, answer.header("location")) == (303, "/login")


@pytest.mark.parametrize("code", ["", "x", "ABCD-EFGH", "abcd-efgi", "abcd-efgh\u00e9", "abcd-efg", "\ufffd" * 50])
def test_a_wrong_start_code_opens_nothing(settings: Settings, db: Database, clock: Clock, code: str) -> None:
    reader = Browser(create_app(settings, db, clock=clock, start_code="abcd-efgh"))
    assert reader.post("/start", {**START, "code": code}, follow=False).status in (400, 403)
    assert reader.post("/start", START, follow=False).status in (400, 403)
    with db.reading() as tx:
        assert not accounts.any_user(tx)


def test_the_start_is_guarded_although_the_last_account_was_removed_while_serving(
    settings: Settings, db: Database, clock: Clock, carol: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DATELINE_LISTEN", "0.0.0.0:8700")
    reader = Browser(app_from_environment())
    with db.reading() as tx:
        user = accounts.find_user(tx, "Carol")
    assert user is not None
    account_actions.remove(db, user.id, now=clock())
    assert reader.post("/start", START, follow=False).status in (400, 403)
    assert reader.get("/start").find("//input[@name='code']")


# ------------------------------------------------------------------------------------------------ links and cookies

ASTRAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "/é",
    "/\u2028/evil.example",
    "/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("link", ASTRAY)
def test_nothing_leads_astray(alice: Browser, anonymous: Browser, app: ASGIApp, carol: None, link: str) -> None:
    assert try_to_log_in(Browser(app), next=link).header("location") == "/"
    for path in ("/refresh", "/entries/read-all"):
        answer = alice.post(path, {"kind": "main", "up_to": "1", "next": link}, follow=False)
        assert answer.header("location") == "/"
    asked = Browser(app, cookies=dict(alice.cookies))
    assert asked.get(f"/login?next={quote(link)}", follow=False).header("location") == "/"
    page = anonymous.get(f"/login?next={quote(link)}")
    assert page.find("//input[@name='next']")[0].get("value") == "/"


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "//evil.example/..", "/%2fevil.example/"])
def test_a_page_that_is_nowhere_links_to_nobody(alice: Browser, path: str) -> None:
    page = Browser(alice.app, cookies=dict(alice.cookies)).send("GET", "http://x" + path, headers={})
    assert page.status == 404
    for link in (str(found) for found in page.find("//@href | //@src | //@action | //@value")):
        assert not link.startswith("//"), link


def cookie(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


FORGED = [
    cookie(b'["read",' + b"9" * 400 + b',"",null]'),
    cookie(b'["read",-5,"",null]'),
    cookie(b'["read",1.5,"",null]'),
    cookie(b'["read",1e400,"",null]'),
    cookie(b'["unsubscribed",0,"<script>alert(1)</script>{0.__class__}{name}%s",null]'),
    cookie(b'["unsubscribed",0,"' + b"x" * 5000 + b'",null]'),
    cookie(b'["saved",0,"",-1]'),
    cookie(b'["saved",0,"",' + b"9" * 300 + b"]"),
    cookie(b'["__class__",0,"",1]'),
    cookie(b"[[[[[[" * 100),
    cookie(b'["unsubscribed",0,"\\ud800",1]'),
    cookie(b"\xff\xfe"),
    "%%%",
    "====",
    "é",
    "",
]


@pytest.mark.parametrize("value", FORGED, ids=range(len(FORGED)))
def test_a_forged_notice_is_text_or_nothing(alice: Browser, anonymous: Browser, value: str) -> None:
    for reader, path in ((alice, "/"), (alice, "/settings"), (anonymous, "/login"), (anonymous, "/nowhere")):
        reader.cookies["dateline-notice"] = value
        page = reader.get(path)
        assert page.status in (200, 404)
        assert page.find("//script[not(@src)]") == []
        assert "<script>alert" not in page.text


HOSTILE = "\"'></title></script><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{% x %}${7*7}"


def test_what_was_typed_comes_back_as_text(alice: Browser, anonymous: Browser, carol: None) -> None:
    asked = quote(HOSTILE, safe="")
    pages = [
        alice.get(f"/?q={asked}"),
        alice.get(f"/subscriptions?q={asked}"),
        alice.get(f"/subscriptions/add?url={asked}"),
        alice.get(f"/{asked}"),
        alice.get(f"/feed/{asked}"),
        alice.get(f"/?shown={asked}"),
        alice.get(f"/?before={asked}"),
        alice.post("/folders", {"name": HOSTILE}),
        alice.post("/subscriptions/add", {"url": HOSTILE}),
        alice.post("/subscriptions", {"url": HOSTILE, "new_folder": HOSTILE}),
        alice.post("/opml", {"text": HOSTILE}),
        alice.post(
            "/opml", {"text": f"<opml><body><outline xmlUrl='ftp://x/&lt;script&gt;' text='{'x'}'/></body></opml>"}
        ),
        try_to_log_in(anonymous, name=HOSTILE),
        anonymous.get(f"/login?next={asked}"),
    ]
    for page in pages:
        assert page.status < 500
        assert page.find("//script[not(@src)] | //img[@src='x'] | //@onerror") == []
        assert "49" not in page.words
    refused = alice.post("/entries/read", {"id": HOSTILE}, json=True)
    assert refused.header("content-type") == "application/json"
    assert refused.header("x-content-type-options") == "nosniff"


# ------------------------------------------------------------------------------------------------ caches


def test_nothing_personal_is_kept(alice: Browser, anonymous: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed()
    (entry,) = world.entries(feed, "Un")
    world.subscribe(alice.user, feed)
    for path in (
        "/",
        "/settings",
        f"/entry/{entry}?fragment=1",
        "/?fragment=1",
        "/opml/subscriptions.opml",
        "/nowhere",
    ):
        assert alice.get(path).header("cache-control") == "private, no-store"
    assert alice.post("/entries/read", {"id": entry}, json=True).header("cache-control") == "private, no-store"
    assert anonymous.get("/login").header("cache-control") == "private, no-store"
