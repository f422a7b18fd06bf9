"""Raw bytes against the real servers: requests that are no requests, lie about themselves, or are far too large."""

import time
from contextlib import ExitStack
from socket import create_connection

import pytest
from tests.attack.conftest import Server, status_of

HOST = b"Host: 127.0.0.1:8700\r\nConnection: close\r\n"
FROM_US = HOST + b"Sec-Fetch-Site: same-origin\r\n"
AS_FORM = FROM_US + b"Content-Type: application/x-www-form-urlencoded\r\n"


def get(target: bytes, *lines: bytes) -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def post(target: bytes, body: bytes, *lines: bytes, head: bytes = AS_FORM) -> bytes:
    more = b"".join(line + b"\r\n" for line in (*lines, b"Content-Length: %d" % len(body)))
    return b"POST " + target + b" HTTP/1.1\r\n" + head + more + b"\r\n" + body


def in_chunks(target: bytes, *chunks: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"POST " + target + b" HTTP/1.1\r\n" + AS_FORM + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"


def multipart(value: bytes, *, boundary: bytes = b"b", more: bytes = b"") -> bytes:
    body = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + value + b"\r\n--b--\r\n"
    return post(b"/login", body, b"Content-Type: multipart/form-data; boundary=" + boundary + more, head=FROM_US)


TARGETS: dict[bytes, set[int]] = {
    b"/\xff\xfe": {400},
    b"/%ff%fe": {404},
    b"/%ed%a0%80": {404},
    b"/%00": {404},
    b"/@%00/": {404},
    b"/\x00": {400},
    b"/login%0a": {303, 404},
    b"/login%0d%0aSet-Cookie:%20a=b": {404},
    b"/..;/healthz": {404},
    b"/healthz/../settings": {404},
    b"/./settings": {404},
    b"//evil.example/": {404},
    b"/%2f%2fevil.example": {404},
    b"/%5cevil.example": {404},
    b"/settings%2f": {404},
    b"/Settings": {404},
    b"/settings;/healthz": {404},
    b"/static/0/../../../../../../etc/passwd": {404},
    b"/static/0/..%2f..%2fi18n.py": {404},
    b"/static/0/%2e%2e/%2e%2e/i18n.py": {404},
    b"/static/0//etc/passwd": {404},
    b"/static/0/css/dateline.css%00.js": {404},
    b"/static/..%5c..%5ci18n.py/x": {404},
    b"/" + b"a" * 60_000: {400, 404, 414, 431},
    b"/start?" + b"a&" * 20_000: {200},
    b"/start?%ff%00=%ed%a0%80&q=%": {200},
    b"http://evil.example/settings": {303, 404},
}


@pytest.mark.parametrize("target", list(TARGETS), ids=lambda target: target[:30].decode("latin-1"))
def test_odd_targets_are_nowhere(server: Server, target: bytes) -> None:
    answer = server.say(get(target))
    assert status_of(answer) in TARGETS[target]
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nset-cookie: a=b" not in head
    assert b"location: //" not in head
    assert b"evil.example" not in head
    assert b'href="//' not in answer
    assert b"root:" not in answer


HOSTS: dict[str, bytes] = {
    "none": b"GET /start HTTP/1.1\r\nConnection: close\r\n\r\n",
    "none in HTTP/1.0": b"GET /start HTTP/1.0\r\n\r\n",
    "two": b"GET /start HTTP/1.1\r\nHost: localhost\r\n" + HOST + b"\r\n",
    "two, the second foreign": b"GET /start HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "foreign": b"GET /start HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "foreign, the target ours": b"GET http://localhost/start HTTP/1.0\r\nHost: evil.example\r\n\r\n",
    "with a user": b"GET /start HTTP/1.1\r\nHost: localhost@evil.example\r\nConnection: close\r\n\r\n",
    "with a path": b"GET /start HTTP/1.1\r\nHost: evil.example/@localhost\r\nConnection: close\r\n\r\n",
    "with a blank": b"GET /start HTTP/1.1\r\nHost: localhost evil.example\r\nConnection: close\r\n\r\n",
    "a list": b"GET /start HTTP/1.1\r\nHost: localhost, evil.example\r\nConnection: close\r\n\r\n",
    "forwarded": b"GET /start HTTP/1.0\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n\r\n",
    "empty": b"GET /start HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("name", list(HOSTS))
def test_a_host_that_is_not_ours_gets_no_page(server: Server, name: str) -> None:
    assert status_of(server.say(HOSTS[name])) in (400, 421)


def test_what_a_stranger_forwards_changes_no_address(server: Server) -> None:
    lines = (b"X-Forwarded-Host: evil.example", b"X-Forwarded-Prefix: /evil", b"Forwarded: host=evil.example")
    answer = server.say(get(b"/settings", *lines, b"X-Original-URL: /healthz", b"X-Rewrite-URL: /healthz"))
    assert status_of(answer) == 303
    assert b"location: /start\r\n" in answer.lower()
    assert b"evil" not in answer


REQUESTS: dict[str, tuple[bytes, set[int]]] = {
    "a header of a megabyte": (get(b"/start", b"X-Long: " + b"a" * 1_000_000), {0, 400, 431}),
    "five thousand headers": (get(b"/start", *(b"X-%d: a" % n for n in range(5000))), {0, 200, 400, 431}),
    "cookies of bytes": (get(b"/start", b'Cookie: dateline=\xff\xfe\x80; ;;=;a="\\777"; dateline-notice=////'), {200}),
    "a language of bytes": (get(b"/start", b"Accept-Language: \xff\xfe;q=nan,fr;q=1e999,de;q=\xb2"), {200}),
    "both lengths": (
        post(b"/login", b"0\r\n\r\nGET /settings HTTP/1.1\r\n\r\n", b"Transfer-Encoding: chunked"),
        {0, 400},
    ),
    "two lengths": (post(b"/login", b"a=b", b"Content-Length: 30"), {0, 400}),
    "a negative length": (b"POST /login HTTP/1.1\r\n" + AS_FORM + b"Content-Length: -5\r\n\r\n", {0, 400}),
    "an endless length": (
        b"POST /login HTTP/1.1\r\n" + AS_FORM + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n",
        {0, 400},
    ),
    "three megabytes without a length": (in_chunks(b"/login", *[b"x" * 100_000] * 30), {413}),
    "a chunk of nonsense": (
        b"POST /login HTTP/1.1\r\n" + AS_FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        {0, 400, 500},  # granian's own word for it
    ),
    "400,000 fields": (post(b"/login", b"a&" * 400_000), {400}),
    "a field of escapes": (post(b"/login", b"name=" + b"%41" * 300_000), {400}),
    "NUL and no UTF-8": (post(b"/login", b"name=%00&password=%ff%fe"), {400}),
    "JSON": (post(b"/login", b'{"name": "a"}', b"Content-Type: application/json", head=FROM_US), {400}),
    "no type": (post(b"/login", b"name=a&password=b", head=FROM_US), {400}),
    "no boundary": (post(b"/login", b"----", b"Content-Type: multipart/form-data", head=FROM_US), {400}),
    "an empty boundary": (multipart(b"x", boundary=b""), {400}),
    "a boundary of bytes": (multipart(b"x", boundary=b"\xff\xfe"), {400}),
    "a long boundary": (multipart(b"x", boundary=b"a" * 5000), {400}),
    "halves of characters": (multipart(b"\\ud800", more=b"; charset=unicode_escape"), {400}),
    "a charset that takes minutes": (multipart(b"a-" + b"9" * 900_000, more=b"; charset=punycode"), {400}),
    "the same, written otherwise": (multipart(b"a-" + b"9" * 900_000, more=b';CharSet="punycode"'), {400}),
    "and again": (multipart(b"a-" + b"9" * 900_000, more=b";charset*=utf-8''punycode"), {400}),
    "part headers without end": (
        post(
            b"/login",
            b"--b\r\n" + b"X-H: y\r\n" * 100_000,
            b"Content-Type: multipart/form-data; boundary=b",
            head=FROM_US,
        ),
        {400},
    ),
    "five thousand parts": (
        post(
            b"/login",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 5000 + b"--b--\r\n",
            b"Content-Type: multipart/form-data; boundary=b",
            head=FROM_US,
        ),
        {400},
    ),
    "many files": (
        post(
            b"/login",
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n' * 500 + b"--b--\r\n",
            b"Content-Type: multipart/form-data; boundary=b",
            head=FROM_US,
        ),
        {400},
    ),
    "twenty megabytes of a stranger": (post(b"/opml", b"text=" + b"%41" * 6_000_000), {403}),
    "the same as parts": (
        post(
            b"/opml",
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"x" * 18_000_000 + b"\r\n--b--\r\n",
            b"Content-Type: multipart/form-data; boundary=b",
            head=FROM_US,
        ),
        {403},
    ),
    "a method of its own": (b"BREW /start HTTP/1.1\r\n" + HOST + b"\r\n", {400, 403, 405}),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n", {0, 400, 403, 404, 405}),
    "a star": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", {400, 404, 405}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500 + b"\r\n\r\n", {0, 400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9, {0, 400, 421, 505}),
    "nonsense": (b"\r\n\r\n\r\nhello\r\n\r\n", {0, 400}),
    "a WebSocket": (
        get(
            b"/",
            b"Connection: Upgrade",
            b"Upgrade: websocket",
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ),
        {0, 303, 400, 403},
    ),
}


@pytest.mark.parametrize("name", list(REQUESTS))
def test_no_request_breaks_the_server(server: Server, name: str) -> None:
    request, statuses = REQUESTS[name]
    answer = server.say(request)
    assert status_of(answer) in statuses
    assert b"Traceback" not in answer
    assert status_of(server.ask("GET", "/healthz")) == 200


def test_who_sends_slowly_holds_up_nobody(server: Server) -> None:
    with ExitStack() as stack:
        for place in range(100):
            connection = stack.enter_context(create_connection(("127.0.0.1", server.port), timeout=20))
            head = b"POST /login HTTP/1.1\r\n" + AS_FORM + b"Content-Length: 1000\r\n\r\nname="
            connection.sendall(head if place % 2 else head[:40])
        time.sleep(0.2)
        assert status_of(server.ask("GET", "/start")) == 200


def test_a_head_has_the_headers_of_a_get_and_no_body(server: Server) -> None:
    answer = server.ask("HEAD", "/start")
    assert status_of(answer) == 200
    assert answer.endswith(b"\r\n\r\n")
    assert b"content-security-policy: default-src 'none'" in answer.lower()
