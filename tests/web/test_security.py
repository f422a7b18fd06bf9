"""The outer wall: hosts, origins, proxies, headers, cookies, sizes."""

import gzip
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import msgspec
import pytest
import zstandard
from starlette.requests import Request
from starlette.responses import Response
from tests.web.browsing import Browser, Clock, World

from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import write as store_write
from dateline.web.session import Sessions


def browser(settings: Settings, db: Database, clock: Clock, **fields: Any) -> Browser:
    """Anonymous, before an application with other settings."""
    return Browser(create_app(settings, db, clock=clock), **fields)


def changed(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, **values)


# ------------------------------------------------------------------------------------------------ hosts


OURS = ["127.0.0.1:8700", "localhost", "localhost:8700", "[::1]:8700", "127.1.2.3", "LOCALHOST."]
FOREIGN = [
    "evil@localhost",
    "localhost/evil",
    "localhost#@e",
    "localhost:abc",
    "evil.example",
    "192.0.2.1",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "",
    "[",
    "a b",
]


@pytest.mark.parametrize("host", OURS)
def test_loopback_is_always_answered(anonymous: Browser, host: str) -> None:
    anonymous.host = host
    assert anonymous.get("/login", follow=False).status != 421


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_is_refused_with_the_next_step(anonymous: Browser, host: str) -> None:
    anonymous.host = host
    page = anonymous.get("/")
    assert page.status == 421
    assert "DATELINE_BASE_URL" in page.text


def test_the_host_of_the_base_url_is_answered_and_others_not(settings: Settings, db: Database, clock: Clock) -> None:
    served = changed(settings, base_url="https://news.example", listen="0.0.0.0:8700")
    assert browser(served, db, clock, host="news.example").get("/healthz").status == 200
    assert browser(served, db, clock, host="news.example:443").get("/login", follow=False).status == 303
    assert browser(served, db, clock, host="192.0.2.1:8700").get("/login").status == 421
    assert browser(served, db, clock, host="other.example").get("/login").status == 421


def test_beyond_loopback_without_a_base_url_addresses_in_digits_are_answered(
    settings: Settings, db: Database, clock: Clock
) -> None:
    served = changed(settings, listen="0.0.0.0:8700")
    assert browser(served, db, clock, host="192.0.2.1:8700").get("/login", follow=False).status == 303
    assert browser(served, db, clock, host="[2001:db8::1]:8700").get("/login", follow=False).status == 303
    assert browser(served, db, clock, host="rebound.example:8700").get("/login").status == 421


def test_health_is_told_under_any_name(anonymous: Browser) -> None:
    anonymous.host = "container-7:8700"
    answer = anonymous.get("/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_health_says_503_when_the_database_is_damaged(
    settings: Settings, db: Database, clock: Clock, tmp_path: Path
) -> None:
    reader = browser(settings, db, clock)
    db.close()
    for file in tmp_path.glob("dateline.sqlite*"):
        file.write_bytes(b"This is not a database. " * 400)
    answer = reader.get("/healthz")
    assert answer.status == 503
    assert answer.json["status"] == "failed"


# ------------------------------------------------------------------------------------------------ origins


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "nonsense"])
def test_a_post_that_another_site_may_have_caused_is_refused(alice: Browser, site: str) -> None:
    page = alice.post("/logout", headers={"sec-fetch-site": site, "origin": "http://127.0.0.1:8700"}, follow=False)
    assert page.status == 403
    assert alice.cookies


def test_a_post_without_fetch_metadata_needs_our_origin(alice: Browser) -> None:
    def post(origin: str | None) -> int:
        headers = {"content-type": "application/x-www-form-urlencoded"} | ({"origin": origin} if origin else {})
        return alice.send("POST", "/refresh", headers=headers, body=b"kind=main", follow=False).status

    assert post("http://127.0.0.1:8700") == 303
    assert post("https://127.0.0.1:8700") == 403
    assert post("http://127.0.0.1:8701") == 403
    assert post("http://evil.example") == 403
    assert post("null") == 403
    assert post("http://[") == 403
    assert post(None) == 403


def test_behind_a_proxy_the_origin_of_the_base_url_is_ours(settings: Settings, db: Database, clock: Clock) -> None:
    served = changed(settings, base_url="https://news.example/reader")
    for host in ("news.example", "127.0.0.1:8700"):
        reader = browser(served, db, clock, host=host)
        headers = {"origin": "https://news.example", "content-type": "application/x-www-form-urlencoded"}
        page = reader.send("POST", "/reader/logout", headers=headers, follow=False)
        assert page.status == 303, host


def test_a_refused_post_of_a_behaviour_is_told_as_json(alice: Browser) -> None:
    answer = alice.post("/entries/read", {"id": 1}, json=True, headers={"sec-fetch-site": "cross-site"})
    assert answer.status == 403
    assert answer.json["code"] == "action.forbidden"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(alice: Browser, method: str) -> None:
    page = alice.send(method, "/", headers={"sec-fetch-site": "same-origin"})
    assert page.status == 405
    assert page.header("allow") == "GET, HEAD"


def test_a_get_where_only_posts_go_is_refused(alice: Browser) -> None:
    page = alice.get("/undo")
    assert page.status == 405
    assert page.header("allow") == "POST"


# ------------------------------------------------------------------------------------------------ proxies


def test_a_trusted_proxy_says_who_asks_and_how(settings: Settings, db: Database, clock: Clock, world: World) -> None:
    served = changed(settings, trusted_proxies=(ip_network("10.0.0.0/8"),))
    headers = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7, 10.0.0.2"}
    assert (
        browser(served, db, clock, client="10.0.0.1")
        .get("/login", headers=headers, follow=False)
        .header("strict-transport-security")
    )
    assert (
        not browser(served, db, clock, client="192.0.2.9")
        .get("/login", headers=headers, follow=False)
        .header("strict-transport-security")
    )


# ------------------------------------------------------------------------------------------------ headers and cookies


def test_every_answer_carries_the_policy(anonymous: Browser) -> None:
    for path in ("/login", "/nowhere", "/healthz"):
        page = anonymous.get(path, follow=False)
        policy = page.header("content-security-policy") or ""
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert page.header("x-content-type-options") == "nosniff"
        assert page.header("referrer-policy") == "same-origin"
        assert page.header("cache-control") == "private, no-store"


def test_no_page_has_inline_script_or_style(alice: Browser, anonymous: Browser) -> None:
    for page in (alice.get("/"), alice.get("/nowhere"), anonymous.get("/login")):
        assert page.find("//style | //script[not(@src)] | //*[@style]") == []
        assert page.find("//@*[starts-with(name(), 'on')]") == []


def test_a_login_cookie_is_bound_to_https_where_there_is_https(settings: Settings, db: Database, clock: Clock) -> None:
    def cookie(scheme: str, base_path: str) -> str:
        response = Response()
        Sessions(db, base_path).start(Request({"type": "http", "scheme": scheme, "headers": []}), response, "t")
        return response.headers["set-cookie"]

    assert cookie("https", "").startswith("__Host-dateline=t;")
    assert cookie("https", "/reader").startswith("__Secure-dateline=t;")
    assert cookie("http", "").startswith("dateline=t;")
    assert "Path=/reader" in cookie("https", "/reader")
    for text in (cookie("https", ""), cookie("http", "")):
        assert "HttpOnly" in text
        assert "samesite=lax" in text.lower()
    assert "Secure" in cookie("https", "")
    assert "Secure" not in cookie("http", "")


def test_a_session_ends_when_its_time_is_over_and_lives_on_while_used(alice: Browser, clock: Clock) -> None:
    for _ in range(4):
        clock.pass_by(days=60)
        page = alice.get("/", follow=False)
        assert page.status == 200
        assert "max-age=7776000" in (page.header("set-cookie") or "").lower()
    assert alice.get("/").header("set-cookie") is None
    clock.pass_by(days=91)
    assert alice.get("/starred", follow=False).status == 303


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "token-of-alice\x7f", "é"])
def test_an_unknown_token_is_nobody(alice: Browser, token: str) -> None:
    alice.cookies = {"dateline": token}
    assert alice.get("/starred", follow=False).status == 303


# ------------------------------------------------------------------------------------------------ sizes and base path


def test_a_form_that_is_too_large_is_refused(alice: Browser) -> None:
    assert alice.post("/refresh", {"kind": "main" * 300_000}).status == 413
    body = b"kind=" + b"x" * 1_100_000
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    assert alice.send("POST", "/refresh", headers=headers, body=body).status == 413
    assert alice.post("/refresh", {"kind": "main"}, headers={"content-length": "9" * 30}).status == 200


def test_broken_forms_are_told_so(alice: Browser) -> None:
    headers = {"content-type": "multipart/form-data", "sec-fetch-site": "same-origin"}
    assert alice.send("POST", "/refresh", headers=headers, body=b"nonsense").status == 400
    assert alice.post("/refresh", [("kind", "main")] * 3000).status == 400
    assert alice.post("/refresh", {"kind": "m\0"}).status == 400


def test_below_a_base_path_every_link_and_form_has_it(
    settings: Settings, db: Database, clock: Clock, alice: Browser, world: World
) -> None:
    assert alice.user is not None
    feed = world.feed()
    world.entries(feed, "Un", "Deux")
    world.subscribe(alice.user, feed)
    served = changed(settings, base_url="http://127.0.0.1:8700/reader")
    reader = browser(served, db, clock, cookies=dict(alice.cookies))
    for path in ("/reader/", "/reader", "/"):  # a proxy may take the prefix off, or not
        page = reader.get(path)
        assert page.status == 200
        links = [*page.find("//@href"), *page.find("//@src"), *page.find("//@action"), *page.find("//@formaction")]
        ours = [str(link) for link in links if str(link).startswith("/")]
        assert ours
        assert [link for link in ours if not link.startswith("/reader/")] == []
    assert reader.get("/starred", follow=False).status == 200
    style = next(str(link) for link in reader.get("/reader/").find("//link[@rel='stylesheet']/@href"))
    assert reader.get(style).status == 200


def test_static_files_may_be_kept_for_ever_under_their_hash_only(anonymous: Browser) -> None:
    style = str(anonymous.get("/nowhere").find("//link[@rel='stylesheet']/@href")[0])
    kept = anonymous.get(style)
    assert kept.status == 200
    assert "immutable" in (kept.header("cache-control") or "")
    assert kept.header("content-type") == "text/css; charset=utf-8"
    name = style.partition("/static/")[2].partition("/")[2]
    assert anonymous.get(f"/static/0000/{name}").header("cache-control") == "no-cache"
    for path in ("/static/0/../../i18n.py", "/static/0/%2e%2e/i18n.py", "/static/0/", "/static/0/css"):
        assert anonymous.get(path).status == 404


@pytest.mark.parametrize("accepted", ["zstd, br, gzip", "br", "gzip", "gzip, br;q=0.9", "gzip;q=0, identity", ""])
def test_pages_are_compressed_as_asked(anonymous: Browser, accepted: str) -> None:
    page = anonymous.get("/nowhere", headers={"accept-encoding": accepted})
    plain = anonymous.get("/nowhere")
    encoding = page.header("content-encoding")
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstandard.decompress, None: bytes}[encoding]
    assert unpack(page.body) == plain.body
    assert page.header("content-length") == str(len(page.body))
    assert page.header("vary") == "Accept-Encoding"
    assert (encoding is None) == (accepted in ("", "gzip;q=0, identity"))


def test_an_unexpected_mistake_is_a_finished_page_without_a_traceback(
    settings: Settings, db: Database, clock: Clock, alice: Browser, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with store_write.transaction(db) as tx:
        tx.run("DROP TABLE entry_label")
        tx.run("DROP TABLE star")
    page = alice.get("/starred")
    assert page.status in (500, 503)
    assert "Traceback" not in page.text
    assert "star" not in page.words.lower().replace("start", "")
    assert caplog.records
