"""Attacks on the whole line by what a server does: sizes, slowness, redirects, names, headers that lie."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

from tests.attack.line_scene import QUICK, Attack, Played, Scene, Served
from tests.fetch.test_encoding import bomb
from tests.internet import Asked, Page, Reply, Script, compressed, endless, redirect, rss, says, silent, slams

OK = b"HTTP/1.1 200 OK\r\n"
FEED = rss("Hostile", "A word", "B")
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def raw(data: bytes, **how: Any) -> Served:
    """A server that says these bytes."""
    return lambda scene: says(data, **how)


def script(what: Script) -> Served:
    """A server that does this."""
    return lambda scene: what


def feed(**reply: Any) -> Served:
    """A server whose feed is this reply."""
    return lambda scene: {"/feed": Reply(**{"body": FEED, **reply})}


def with_headers(*lines: bytes, body: bytes = FEED) -> Served:
    """A server that sends these header lines and a good feed."""
    head = b"".join(line + b"\r\n" for line in lines)
    return raw(OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def quick(scene: Scene) -> dict[str, Any]:
    """A short time for the whole GET."""
    return {"fetch_timeout": QUICK}


def twice(scene: Scene) -> dict[str, Any]:
    """A second round, a day later."""
    return {"rounds": 2}


def drip(head: bytes, piece: bytes, every: float) -> Script:
    """Head, then a piece every so many seconds, for ever."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return answer


def leads_to(place: str) -> Served:
    """A redirect; ``{secret}`` and ``{port}`` stand for the server that nobody may reach."""
    return lambda scene: {"/feed": redirect(place.format(secret=scene.secret, port=scene.secret_port))}


def named(name: str, *answers: list[str]) -> dict[str, Any]:
    """An attack whose feed's host is this name, resolved so, one time after the other."""
    return {
        "address": lambda scene: f"http://{name}:{scene.own_port}/feed",
        "job": lambda scene: {"names": {name: list(answers)}, "rounds": len(answers)},
    }


# ------------------------------------------------------------------------------------------------ what must hold


def asked_once(played: Played) -> None:
    """A failure is not tried again in the same round."""
    assert played.asked == 1


def no_cookie(played: Played) -> None:
    """Cookies are neither kept nor sent."""
    assert played.asked == 2
    assert not any("cookie:" in head.lower() for head in played.heads)


def no_password(played: Played) -> None:
    """What a redirect brings as user information is sent to nobody."""
    assert not any("authorization:" in head.lower() for head in played.heads)


def no_odd_validator(played: Played) -> None:
    """Validators that cannot stand in a header are not sent back."""
    assert played.asked == 2
    assert not any("if-none-match" in head.lower() for head in played.heads)


def next_within(days: float) -> Callable[[Played], None]:
    """No server silences us, or calls us, as it likes."""

    def check(played: Played) -> None:
        assert 0.0 < played.told.next_days[played.hostile] <= days

    return check


def kept(*titles: str) -> Callable[[Played], None]:
    """What is stored of the hostile feed."""

    def check(played: Played) -> None:
        assert sorted(played.told.titles[played.hostile]) == sorted(titles)

    return check


# ------------------------------------------------------------------------------------------------ servers


def _hops(scene: Scene) -> dict[str, Page]:
    return {"/feed": redirect("/0"), **{f"/{n}": redirect(f"/{n + 1}") for n in range(40)}}


def _the_second_time(second: Reply) -> Served:
    def serve(scene: Scene) -> dict[str, Page]:
        seen: list[str] = []

        def answer(asked: Asked) -> Reply:
            seen.append(asked.path)
            return Reply(FEED) if len(seen) == 1 else second

        pages: dict[str, Page] = {"/feed": answer}
        return pages

    return serve


async def _lies_in_wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers well, and sends a second answer that nobody asked for."""
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(FEED) + FEED
    writer.write(whole + whole.replace(b"A word", b"Slipped in"))
    await writer.drain()
    await reader.read()


SIZES: dict[str, Attack] = {
    "a body without end": Attack(
        serve=script(endless(OK + b"\r\n<rss>", b"<a/>" * 16_384)), code="fetch.too_large", limit="size"
    ),
    "chunks without end": Attack(
        serve=script(endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n")), code="fetch.too_large", limit="size"
    ),
    "chunks of one byte without end": Attack(
        serve=script(endless(CHUNKED, b"1\r\nx\r\n" * 4_096)),
        code="fetch.too_large",
        limit="size",
        job=lambda scene: {"fetch_max_bytes": 1_000_000},
    ),
    "a chunk extension without end": Attack(
        serve=script(endless(CHUNKED + b"5;a=", b"x" * 65_536)), code="fetch.timeout", limit="time", job=quick
    ),
    "a chunk size of many digits": Attack(
        serve=script(endless(CHUNKED, b"0" * 65_536)), code="fetch.timeout", limit="time", job=quick
    ),
    "trailers without end": Attack(
        serve=script(endless(CHUNKED + b"5\r\nhello\r\n0\r\n", b"X-Trailer: " + b"y" * 4_000 + b"\r\n")),
        code="fetch.truncated",
        limit="head",
        job=quick,
    ),
    "headers without end": Attack(
        serve=script(endless(OK, b"X-More: " + b"y" * 4_000 + b"\r\n")), code="fetch.protocol", limit="head", job=quick
    ),
    "a header line without end": Attack(
        serve=script(endless(OK + b"X-Long: ", b"y" * 65_536)), code="fetch.protocol", limit="head", job=quick
    ),
    "a status line without end": Attack(
        serve=script(endless(b"HTTP/1.1 200 ", b"y" * 65_536)), code="fetch.protocol", limit="head", job=quick
    ),
    "interim answers without end": Attack(
        serve=script(endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500)),
        code="fetch.timeout",
        limit="time",
        job=quick,
    ),
    "200 MB of zeros in gzip": Attack(
        serve=feed(body=bomb("gzip"), headers=(("Content-Encoding", "gzip"),)), code="fetch.too_large", limit="size"
    ),
    "200 MB of zeros in br": Attack(
        serve=feed(body=bomb("br"), headers=(("Content-Encoding", "br"),)), code="fetch.too_large", limit="size"
    ),
    "200 MB of zeros in zstd": Attack(
        serve=feed(body=bomb("zstd"), headers=(("Content-Encoding", "zstd"),)), code="fetch.too_large", limit="size"
    ),
    "a bomb in a bomb": Attack(
        serve=feed(body=gzip.compress(bomb("gzip")), headers=(("Content-Encoding", "gzip, gzip"),)),
        code="fetch.too_large",
        limit="size",
    ),
    "a million empty gzip members": Attack(
        serve=feed(body=gzip.compress(b"", mtime=0) * 500_000, headers=(("Content-Encoding", "gzip"),)),
        code="fetch.encoding",
        limit="size",
    ),
    "five codings upon each other": Attack(
        serve=feed(headers=(("Content-Encoding", "gzip, gzip, gzip, gzip, gzip"),)),
        code="fetch.encoding",
        limit="answer",
    ),
    "an announced terabyte": Attack(
        serve=raw(OK + b"Content-Length: 1099511627776\r\n\r\n" + FEED), code="fetch.too_large", limit="size"
    ),
}

SLOWNESS: dict[str, Attack] = {
    "one byte a second": Attack(
        serve=script(drip(OK + b"\r\n", b"<", 0.3)), code="fetch.timeout", limit="time", job=quick, check=asked_once
    ),
    "headers a byte at a time": Attack(
        serve=script(drip(OK + b"X: ", b"y", 0.05)), code="fetch.timeout", limit="time", job=quick, check=asked_once
    ),
    "a steady drip for ever": Attack(
        serve=script(drip(OK + b"\r\n<rss>", b"<!-- just fast enough -->" * 200, 0.05)),
        code="fetch.timeout",
        limit="time",
        job=quick,
    ),
    "silence": Attack(serve=script(silent), code="fetch.timeout", limit="time", job=quick, check=asked_once),
    "silence after the headers": Attack(
        serve=raw(OK + b"Content-Length: 9\r\n\r\n", then="hang"), code="fetch.timeout", limit="time", job=quick
    ),
    "every redirect takes its time": Attack(
        serve=lambda scene: {
            f"/{name}": Reply(status=302, headers=(("Location", f"/{n}"),), delay=0.3)
            for n, name in enumerate(["feed", *range(9)])
        },
        code="fetch.timeout",
        limit="time",
        job=quick,
    ),
    "a closed door": Attack(serve=script(slams), code="fetch.connect", limit="answer", check=asked_once),
}


def _inside(place: str) -> Attack:
    """A redirect to where nobody may go (``leads_to``)."""
    return Attack(serve=leads_to(place), code="fetch.forbidden_address", limit="guard")


REDIRECTS: dict[str, Attack] = {
    "redirects without end": Attack(serve=_hops, code="fetch.redirects", limit="hops"),
    "a redirect to itself": Attack(
        serve=lambda scene: {"/feed": redirect("/feed", 301)}, code="fetch.redirects", limit="hops", check=asked_once
    ),
    "a redirect to nowhere": Attack(serve=feed(status=302), code="fetch.redirects", limit="hops", check=asked_once),
    "a redirect into the private network": _inside("{secret}/"),
    "the same by a number": _inside("http://2130706435:{port}/"),
    "the same in octal": _inside("http://0177.0.0.3:{port}/"),
    "the same in short": _inside("http://127.3:{port}/"),
    "the same in IPv6": _inside("http://[::ffff:127.0.0.3]:{port}/"),
    "the same percent-encoded": _inside("http://127.0.0.%33:{port}/"),
    "the same in wide digits": _inside("http://１２７.０.０.３:{port}/"),
    "a redirect to the cloud's secrets": _inside("http://169.254.169.254/latest/meta-data/"),
    "a redirect to a file": Attack(serve=leads_to("file:///etc/passwd"), code="fetch.redirects", limit="hops"),
    "a redirect to a script": Attack(serve=leads_to("javascript:alert(1)"), code="fetch.redirects", limit="hops"),
    "a redirect to gopher": Attack(
        serve=leads_to("gopher://127.0.0.3:{port}/_x"), code="fetch.redirects", limit="hops"
    ),
    "a redirect with a password": Attack(
        serve=lambda scene: {
            "/feed": redirect(scene.own.replace("//", "//user:secret@") + "/there"),
            "/there": FEED,
        },
        stored=2,
        limit="hops",
        check=no_password,
    ),
    "a redirect with control characters": Attack(
        serve=raw(b"HTTP/1.1 302 Found\r\nLocation: /a\tb\x01c\r\nContent-Length: 0\r\n\r\n"),
        code="fetch.redirects",  # to /ab%01c, which says the same
        limit="hops",
    ),
    "a redirect of 10,000 characters": Attack(
        serve=raw(b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 10_000 + b"\r\nContent-Length: 0\r\n\r\n"),
        code="fetch.redirects",
        limit="fields",
    ),
    "a redirect of bytes": Attack(
        serve=raw(b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\nContent-Length: 0\r\n\r\n"),
        code="fetch.redirects",
        limit="answer",
    ),
    "two targets at once": Attack(
        serve=lambda scene: {
            "/feed": Reply(status=302, headers=(("Location", "/there"), ("Location", scene.secret))),
            "/there": FEED,
        },
        stored=2,
        limit="hops",
    ),
}

NAMES: dict[str, Attack] = {
    "a name inside the private network": Attack(
        serve=feed(), code="fetch.forbidden_address", limit="guard", **named("inside.test", ["127.0.0.3"])
    ),
    "a name that is inside the second time": Attack(
        serve=feed(),
        code="fetch.forbidden_address",
        stored=2,
        limit="guard",
        **named("rebinds.test", ["127.0.0.1"], ["127.0.0.3"]),
    ),
    "a name that is the cloud's secrets the second time": Attack(
        serve=feed(),
        code="fetch.forbidden_address",
        stored=2,
        limit="guard",
        **named("rebinds.test", ["127.0.0.1"], ["169.254.169.254", "fd00:ec2::254"]),
    ),
    "a name that is both": Attack(
        serve=feed(), stored=2, limit="guard", **named("both.test", ["127.0.0.3", "127.0.0.1", "10.0.0.1", "::1"])
    ),
    "a redirect to a name that is inside by then": Attack(
        serve=lambda scene: {"/feed": redirect(f"http://rebinds.test:{scene.secret_port}/")},
        code="fetch.forbidden_address",
        limit="guard",
        address=lambda scene: f"http://rebinds.test:{scene.own_port}/feed",
        job=lambda scene: {"names": {"rebinds.test": [["127.0.0.1"], ["127.0.0.3"]]}},
    ),
    "a name with a thousand addresses": Attack(
        serve=feed(),
        code="fetch.forbidden_address",
        limit="guard",
        **named("many.test", [f"10.0.{n // 250}.{n % 250}" for n in range(1_000)]),
    ),
    "a name without an address": Attack(serve=feed(), code="fetch.dns", limit="answer", **named("none.test", [])),
}

HEADERS: dict[str, Attack] = {
    "a body shorter than announced": Attack(
        serve=raw(OK + b"Content-Length: 9999\r\n\r\n" + FEED), code="fetch.truncated", limit="answer"
    ),
    "a body longer than announced": Attack(
        serve=raw(OK + b"Content-Length: 5\r\n\r\n" + FEED), code="fetch.protocol", limit="answer"
    ),
    "a negative length": Attack(
        serve=raw(OK + b"Content-Length: -1\r\n\r\n" + FEED), code="fetch.protocol", limit="answer"
    ),
    "two lengths": Attack(
        serve=raw(OK + b"Content-Length: 3\r\nContent-Length: 500\r\n\r\n" + FEED),
        code="fetch.protocol",
        limit="answer",
    ),
    "a length and chunks": Attack(
        serve=raw(OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + FEED),
        code="fetch.protocol",
        limit="answer",
    ),
    "a negative chunk": Attack(serve=raw(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"), code="fetch.protocol", limit="answer"),
    "a chunk of 2^64 bytes": Attack(
        serve=raw(CHUNKED + b"10000000000000000\r\nhello"), code="fetch.protocol", limit="answer"
    ),
    "chunks that end early": Attack(serve=raw(CHUNKED + b"5\r\nhel"), code="fetch.truncated", limit="answer"),
    "HTTP/1.0 without a length": Attack(serve=raw(b"HTTP/1.0 200 OK\r\n\r\n" + FEED), stored=2, limit="size"),
    "HTTP/0.9": Attack(serve=raw(FEED), code="fetch.protocol", limit="answer"),
    "HTTP/2 in the clear": Attack(serve=raw(b"\0\0\x12\4\0\0\0\0\0\0\3" * 9), code="fetch.protocol", limit="answer"),
    "a switch to another protocol": Attack(
        serve=raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + FEED),
        code="fetch.unexpected_status",
        limit="answer",
    ),
    "nothing new, though nothing was asked": Attack(
        serve=feed(status=304), code="fetch.unexpected_status", limit="answer"
    ),
    "no content": Attack(serve=feed(status=204), code="fetch.unexpected_status", limit="answer"),
    "a part of it": Attack(serve=feed(status=206), code="fetch.unexpected_status", limit="answer"),
    "a status beyond all": Attack(
        serve=raw(b"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n"), code="fetch.unexpected_status", limit="answer"
    ),
    "an answer nobody asked for": Attack(
        serve=script(_lies_in_wait), code="fetch.protocol", stored=0, limit="answer", job=twice
    ),
    "folded header lines": Attack(
        serve=with_headers(b"X-Folded: a", b" b", b"\tc", b"Content-Type: text/xml"), code="ok", limit="head"
    ),
    "a tag with NUL": Attack(serve=with_headers(b'ETag: "a\x00b"'), code="fetch.protocol", limit="answer"),
    "a tag with a lone carriage return": Attack(
        serve=with_headers(b'ETag: "a\rX-Injected: b"'), code="fetch.protocol", limit="answer"
    ),
    "a tag in Latin-1": Attack(
        serve=with_headers(b'ETag: "\xe9\xff"', b"Connection: close"),
        code="unchanged",
        stored=2,
        limit="fields",
        job=twice,
        check=no_odd_validator,
    ),
    "a tag of 8,000 characters": Attack(
        serve=with_headers(b'ETag: "' + b"a" * 8_000 + b'"', b"Connection: close"),
        code="unchanged",
        stored=2,
        limit="fields",
        job=twice,
        check=no_odd_validator,
    ),
    "a thousand links": Attack(
        serve=with_headers(b"Link: " + b", ".join(b"</%d>;rel=hub" % n for n in range(1_000)), b"Connection: close"),
        stored=2,
        limit="head",
    ),
    "links that never end": Attack(
        serve=with_headers(b"Link: " + b"<" * 5_000 + b">;" * 5_000, b"Connection: close"), stored=2, limit="head"
    ),
    "cookies": Attack(
        serve=with_headers(b"Set-Cookie: a=b; Domain=127.0.0.2; Path=/", b"Set-Cookie: \xff", b"Connection: close"),
        code="unchanged",
        stored=2,
        limit="fields",
        job=twice,
        check=no_cookie,
    ),
    "to be kept for 300,000 years": Attack(
        serve=with_headers(b"Cache-Control: max-age=9999999999999", b"Connection: close"),
        stored=2,
        limit="fields",
        check=next_within(31),
    ),
    "expired in the year 1": Attack(
        serve=with_headers(
            b"Expires: Mon, 01 Jan 0001 00:00:00 GMT",
            b"Date: Fri, 31 Dec 9999 23:59:59 -2359",
            b"Age: -99999999999999999999",
            b"Connection: close",
        ),
        stored=2,
        limit="fields",
        check=next_within(31),
    ),
    "to be asked again in a million years": Attack(
        serve=feed(status=503, headers=(("Retry-After", "31536000000000"),)),
        code="fetch.unavailable",
        limit="fields",
        check=next_within(31),
    ),
    "to be asked again at once": Attack(
        serve=feed(status=429, headers=(("Retry-After", "-1"),)),
        code="fetch.rate_limited",
        limit="fields",
        check=next_within(31),
    ),
    "a type that is no type": Attack(
        serve=with_headers(b"Content-Type: \xff/;;charset=\x80;charset=punycode", b"Connection: close"),
        stored=2,
        limit="fields",
    ),
    "a picture, by its type": Attack(serve=feed(content_type="image/png"), stored=2, limit="fields"),
    "a base in the headers": Attack(
        serve=with_headers(b"Content-Location: javascript:alert(1)", b"Connection: close"), stored=2, limit="fields"
    ),
    "text that calls itself gzip": Attack(serve=feed(headers=(("Content-Encoding", "gzip"),)), stored=2, limit="size"),
    "br that calls itself gzip": Attack(
        serve=feed(body=compressed(FEED, "br"), headers=(("Content-Encoding", "gzip"),)),
        code="fetch.encoding",
        limit="answer",
    ),
    "gzip that ends early": Attack(
        serve=feed(body=compressed(FEED, "gzip")[:-9], headers=(("Content-Encoding", "gzip"),)),
        code="fetch.truncated",
        limit="answer",
    ),
    "gone, but only the second time": Attack(
        serve=_the_second_time(Reply(status=410)), code="fetch.gone", stored=2, limit="answer", job=twice
    ),
    "zeros, but only the second time": Attack(
        serve=_the_second_time(Reply(b"\0" * 1_000_000)), code="parse.empty", stored=2, limit="document", job=twice
    ),
    "another feed the second time": Attack(
        serve=_the_second_time(Reply(rss("Other", "X", "Y", "Z"))), stored=5, limit="fields", job=twice, engines="both"
    ),
    "the good feed's own document": Attack(
        serve=lambda scene: {"/feed": Reply(rss("Good", "One word", "Two", "Three"))},
        stored=3,
        limit="fields",
        engines="both",
        check=kept("One word", "Two", "Three"),
    ),
    "a move to the good feed": Attack(
        serve=lambda scene: {"/feed": redirect(f"{scene.good}/feed", 301)},
        stored=3,
        limit="hops",
    ),
}

SERVERS: dict[str, dict[str, Attack]] = {
    "Sizes": SIZES,
    "Slowness": SLOWNESS,
    "Redirects": REDIRECTS,
    "Names": NAMES,
    "Headers and framing": HEADERS,
}
