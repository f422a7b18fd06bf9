"""Attacks on the whole line by what a document holds: bombs, depth, floods, charsets, dates, ids, JSON.

The documents that are made against the parser alone (``tests/parse/attacks.py``) go through the whole line here too.
"""

import json
from collections.abc import Callable
from html import escape
from typing import Any

from tests.attack.line_scene import Attack, Scene, Served
from tests.attack.line_servers import kept, twice
from tests.internet import Asked, Page, Reply
from tests.parse.attacks import ATTACKS as PARSER_ATTACKS
from tests.parse.attacks import ITEM, JSON, TAIL

SPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'"
    " xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
)
ATOM = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>"


def body(make: Callable[[], bytes], content_type: str = "application/rss+xml") -> Served:
    """A server whose feed is this document, made when it is asked for."""
    return lambda scene: {"/feed": lambda asked: Reply(make(), content_type=content_type)}


_UNCLOSED = "<p>" + "".join(f"<b {number:x}>" for number in range(45)) + "<p>x" * 200
"""Every paragraph opens all of it again, or 9,000 elements of 1 kB."""


def item(inside: str, head: str = "<title>t</title>") -> bytes:
    """An RSS document with one item."""
    return (f"<rss version='2.0' {SPACES}><channel>{head}<item><guid>g</guid>{inside}</item></channel></rss>").encode()


def _item(inside: Callable[[], str], *, limit: str, megabytes: int = 60, engines: str = "sqlite") -> Attack:
    """An RSS document with one item, which is stored."""
    return Attack(serve=body(lambda: item(inside())), stored=1, limit=limit, megabytes=megabytes, engines=engines)


def items(count: int, inside: Callable[[int], str]) -> bytes:
    """An RSS document with many items."""
    many = "".join(f"<item>{inside(number)}</item>" for number in range(count))
    return f"<rss version='2.0' {SPACES}><channel><title>t</title>{many}</channel></rss>".encode()


def json_feed(*entries: Any, **fields: Any) -> bytes:
    """A JSON feed."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries, **fields}).encode()


def large(scene: Scene) -> dict[str, Any]:
    """An instance that takes larger bodies than is usual."""
    return {"fetch_max_bytes": 60_000_000}


def _at_each_fetch(make: Callable[[int], bytes]) -> Served:
    """Another document each time."""

    def serve(scene: Scene) -> dict[str, Page]:
        times: list[int] = []

        def answer(asked: Asked) -> Reply:
            times.append(1)
            return Reply(make(len(times)))

        return {"/feed": answer}

    return serve


# ------------------------------------------------------------------------------------------------ the parser's own


def _whole(name: str, expected: str | int) -> Attack:
    make = PARSER_ATTACKS[name][0]
    is_json = "JSON" in name
    return Attack(
        serve=body(make),
        code=expected if isinstance(expected, str) else "ok",
        limit="json" if is_json else "document",
        megabytes=300,
        job=large,
    )


ON_THE_PARSER = {name: _whole(name, expected) for name, (_, expected) in PARSER_ATTACKS.items()}


# ------------------------------------------------------------------------------------------------ size and depth


def _secret_entity(scene: Scene) -> dict[str, Page]:
    declared = f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{scene.secret}/'><!ENTITY % p SYSTEM '{scene.secret}/p'>%p;]>"
    style = f"<?xml-stylesheet href='{scene.secret}/s.xsl' type='text/xsl'?>"
    include = f"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='{scene.secret}/'/>"
    schema = f"xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:x {scene.secret}/x.xsd'"
    inside = f"<item {schema}><title>&x;{include}</title><guid>1</guid></item>"
    return {"/feed": f"{style}{declared}<rss version='2.0'><channel>{inside}</channel></rss>".encode()}


SIZE: dict[str, Attack] = {
    "entities that ask elsewhere": Attack(serve=_secret_entity, stored=1, limit="document"),
    "one entry of 50 MB": Attack(
        serve=body(lambda: item("<description>" + "word " * 10_000_000 + "</description>")),
        code="fetch.too_large",
        stored=0,
        limit="size",
    ),
    "one entry of 50 MB, allowed to come in": Attack(
        serve=body(lambda: item("<description>" + "word " * 10_000_000 + "</description>")),
        code="parse.too_complex",
        stored=0,
        limit="document",
        megabytes=200,
        job=large,
    ),
    "one entry of 9 MB": _item(
        lambda: "<description>" + "word &amp;lt;b&amp;gt; " * 450_000 + "</description>",
        limit="content",
        megabytes=200,
        engines="both",
    ),
    "one entry of 9 MB of different words": _item(
        lambda: "<description>" + " ".join(f"w{n:x}" for n in range(1_400_000)) + "</description>",
        limit="content",
        megabytes=200,
        engines="both",
    ),
    "100,000 entries": Attack(
        serve=body(lambda: items(100_000, lambda n: f"<guid>{n}</guid><title>word {n}</title>")),
        stored=20_000,
        limit="document",
        megabytes=300,
    ),
    "100,000 empty entries": Attack(
        serve=body(lambda: items(100_000, lambda n: "")), stored=1, limit="document", megabytes=300, engines="both"
    ),
    "a million attributes": Attack(
        serve=body(lambda: item("<a " + " ".join(f'a{n}="1"' for n in range(1_000_000)) + "/>")),
        code="parse.too_complex",
        limit="document",
        megabytes=150,
    ),
    "a million attributes in a content": _item(
        lambda: "<description>&lt;p " + " ".join(f"a{n}=1" for n in range(1_000_000)) + "&gt;x</description>",
        limit="content",
        megabytes=200,
    ),
    "10,000 deep": _item(lambda: "<a>" * 10_000 + "x" + "</a>" * 10_000, limit="document", megabytes=100),
    "10,000 deep in a content": _item(
        lambda: "<description>" + "&lt;b&gt;" * 10_000 + "x</description>", limit="content", megabytes=100
    ),
    "10,000 deep, of all kinds": _item(
        lambda: "<description>" + escape("<table><tr><td><ul><li><blockquote><i>" * 1_500) + "x</description>",
        limit="content",
        megabytes=100,
    ),
    "10,000 deep in XHTML": Attack(
        serve=body(
            lambda: (
                ATOM
                + b"<entry><id>1</id><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
                + b"<b>" * 10_000
            )
        ),
        stored=1,
        limit="document",
        megabytes=100,
    ),
    "400,000 tags in a content": _item(
        lambda: "<description>" + "&lt;p&gt;&lt;/i&gt;" * 200_000 + "</description>",
        limit="content",
        megabytes=250,
        engines="both",
    ),
    "1,000 short articles of unclosed formatting": Attack(
        serve=body(lambda: items(1_000, lambda n: f"<guid>{n}</guid><description>{escape(_UNCLOSED)}</description>")),
        stored=1_000,
        limit="content",
        megabytes=150,
    ),
    "every field of 100 kB": Attack(
        serve=body(
            lambda: item(
                "".join(
                    f"<{name}>{'w x' * 33_000}</{name}>"
                    for name in [
                        "title",
                        "link",
                        "author",
                        "category",
                        "comments",
                        "dc:creator",
                        "dc:date",
                        "pubDate",
                        "itunes:duration",
                    ]
                )
                + "<enclosure url='https://a.example/' type='"
                + "t" * 100_000
                + "' length='"
                + "9" * 100_000
                + "'/>",
                "".join(
                    f"<{name}>{'w x' * 33_000}</{name}>" for name in ["title", "link", "language", "ttl", "pubDate"]
                ),
            )
        ),
        stored=1,
        limit="fields",
        engines="both",
    ),
    "10,000 of every field": _item(
        lambda: "".join(
            f"<title>t{n}</title><link>https://a.example/{n}</link><category>c{n}</category><author>a{n}</author>"
            f"<enclosure url='https://a.example/{n}.mp3'/><media:content url='https://a.example/{n}.mp4'/>"
            for n in range(10_000)
        ),
        limit="fields",
        megabytes=150,
        engines="both",
    ),
    "pictures without end": _item(
        lambda: "<description>" + "&lt;img src=x srcset='a 1x'&gt;" * 40_000 + "</description>",
        limit="content",
        megabytes=200,
    ),
}


# ------------------------------------------------------------------------------------------------ characters


def _breaks() -> bytes:
    return b"\r".join(item("<title>a\rword\r\nb\n\rc</title><description>x\r\n\r\ry</description>").split(b"\n"))


def _claims(charset: str, text: bytes = b"") -> bytes:
    return b"<?xml version='1.0' encoding='" + charset.encode() + b"'?>" + (text or item("<title>word \xe9</title>"))


CHARACTERS: dict[str, Attack] = {
    "mixed line ends": Attack(serve=body(_breaks), stored=1, limit="document", engines="both"),
    "NULs everywhere": _item(
        lambda: "<title>a\0 word</title><link>https://a.example/\0</link><description>x\0y</description>",
        limit="document",
        engines="both",
    ),
    "NULs as references": _item(
        lambda: "<title>a&#0;&#x0; word</title><category>&#0;</category><description>&amp;#0;</description>",
        limit="document",
        engines="both",
    ),
    "halves of characters": _item(
        lambda: "<title>&#xD800;a&#xDFFF; &#xFFFE;&#x110000; word</title><description>&amp;#xD800;</description>",
        limit="document",
        engines="both",
    ),
    "control characters": _item(
        lambda: "<title>" + "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f\u202e\ufeff</title>",
        limit="document",
        engines="both",
    ),
    "UTF-16 that is UTF-8": Attack(serve=body(lambda: _claims("utf-16")), stored=1, limit="document"),
    "UTF-8 that is UTF-16": Attack(
        serve=body(lambda: item("<title>word \xe9</title>").decode("utf-8").encode("utf-16-le")),
        stored=1,
        limit="document",
    ),
    "half of it in another charset": Attack(
        serve=body(lambda: item("<title>é word</title>")[:-20] + "é</title>é".encode("latin-1") + TAIL),
        stored=1,
        limit="document",
        engines="both",
    ),
    "UTF-7": Attack(
        serve=body(lambda: _claims("utf-7", item("<title>+ADw-script+AD4-alert(1)+ADw-/script+AD4- word</title>"))),
        stored=1,
        limit="document",
    ),
    "a charset that takes minutes": Attack(
        serve=body(lambda: _claims("punycode", item("<title>a-" + "9" * 3_000_000 + "</title>"))),
        stored=1,
        limit="document",
        megabytes=150,
    ),
    "a charset that is a program": Attack(
        serve=body(lambda: _claims("unicode_escape", item("<title>\\ud800 \\x00 \\N{BELL} word</title>"))),
        stored=1,
        limit="document",
        engines="both",
    ),
    "a charset that is a compression": Attack(serve=body(lambda: _claims("zlib_codec")), stored=1, limit="document"),
    "a charset of the headers that is none": Attack(
        serve=body(lambda: item("<title>word é</title>"), "text/xml; charset=../../etc/passwd"),
        stored=1,
        limit="document",
    ),
    "escapes that never end": Attack(
        serve=body(lambda: _claims("iso-2022-jp", item("<title>" + "\x1b$B" * 300_000 + "</title>"))),
        stored=1,
        limit="document",
        megabytes=150,
    ),
    "combining characters without end": _item(
        lambda: (
            "<title>Z" + "\u0335" * 900 + " word</title><description>" + "e\u0301\u0327" * 150_000 + "</description>"
        ),
        limit="content",
        megabytes=150,
        engines="both",
    ),
    "one letter that becomes eighteen": _item(
        lambda: "<title>\ufdfa word</title><description>" + "\ufdfa" * 300_000 + "</description>",
        limit="content",
        megabytes=200,
        engines="both",
    ),
}


# ------------------------------------------------------------------------------------------------ dates and ids

DATES = [
    "Mon, 01 Jan 1900 00:00:00 GMT",
    "1900-01-01",
    "0000-00-00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "-9999-01-01",
    "10000-01-01",
    "99999999999999",
    "-1",
    "0",
    "1e400",
    "NaN",
    "2026-02-30",
    "2026-13-45T99:99:99Z",
    "2026-11-22T12:00:00+99:99",
    "Thu, 32 Foo 2026 25:61:61 XYZ",
    "1601-01-01",
    "2038-01-19T03:14:08Z",
    "2199-12-31T23:59:59-15:59",
    "1800-01-01T00:00:00+15:59",
]


def _dates() -> bytes:
    return items(
        3 * len(DATES),
        lambda n: (
            f"<guid>{n}</guid><title>{n}</title><{name}>{DATES[n // 3]}</{name}>"
            if (name := ("pubDate", "dc:date", "updated")[n % 3])
            else ""
        ),
    )


def _new_ids(time: int) -> bytes:
    return items(12, lambda n: f"<guid>{time}/{n}</guid><title>word {n}</title><description>the same</description>")


def _new_ids_and_links(time: int) -> bytes:
    return items(
        12, lambda n: f"<guid>{time}/{n}</guid><link>https://a.example/{n}?{time}</link><title>word {n}</title>"
    )


def _thrice(scene: Scene) -> dict[str, Any]:
    return {"rounds": 3}


IDS: dict[str, Attack] = {
    "dates from 1900 to 9999": Attack(serve=body(_dates), stored=3 * len(DATES), limit="fields", engines="both"),
    "one id for all": Attack(
        serve=body(lambda: items(12, lambda n: f"<guid>same</guid><title>word {n}</title>")),
        stored=12,
        limit="fields",
        engines="both",
        job=twice,
        code="unchanged",
    ),
    "no ids": Attack(
        serve=body(lambda: items(12, lambda n: f"<title>word {n}</title>")), stored=12, limit="fields", engines="both"
    ),
    "an id of a megabyte": Attack(
        serve=body(lambda: items(3, lambda n: f"<guid>{'i' * 1_000_000}{n}</guid><title>word {n}</title>")),
        stored=3,
        limit="fields",
        engines="both",
    ),
    "ids that differ by what cannot be seen": Attack(
        serve=body(lambda: items(4, lambda n: f"<guid>a{chr(0x200B + n)}</guid><title>word {n}</title>")),
        stored=4,
        limit="fields",
        engines="both",
    ),
    "ids that change at each fetch": Attack(
        serve=_at_each_fetch(_new_ids),
        stored=12,
        limit="fields",
        job=_thrice,
        engines="both",
        check=kept(*(f"word {n}" for n in range(12))),
    ),
    "ids and links that change at each fetch": Attack(
        serve=_at_each_fetch(_new_ids_and_links), limit="fields", job=_thrice, engines="both"
    ),
    "another document at each fetch": Attack(
        serve=_at_each_fetch(lambda time: items(50, lambda n: f"<guid>{time}.{n}</guid><title>{time} {n}</title>")),
        stored=150,
        limit="fields",
        job=_thrice,
        engines="both",
    ),
    "a feed in a feed": Attack(
        serve=body(
            lambda: b"<rss version='2.0'><channel><title>out</title>" + item("<title>in word</title>") + ITEM + TAIL
        ),
        limit="document",
    ),
    "a page": Attack(
        serve=body(lambda: b"<!DOCTYPE html><html><head><title>A page</title></head><body>x</body></html>"),
        code="parse.web_page",
        stored=0,
        limit="answer",
    ),
    "a picture": Attack(serve=body(lambda: b"GIF89a" + b"\0\xff" * 50_000), code="parse.not_a_feed", limit="answer"),
    "a program": Attack(
        serve=body(lambda: b"\x7fELF" + bytes(range(256)) * 4_000), code="parse.not_a_feed", limit="answer"
    ),
    "an archive": Attack(
        serve=body(lambda: b"PK\x03\x04" + bytes(range(256)) * 4_000), code="parse.not_a_feed", limit="answer"
    ),
    "a list of feeds": Attack(
        serve=body(lambda: b"<opml version='2.0'><body><outline text='a' xmlUrl='http://127.0.0.3/'/></body></opml>"),
        code="parse.not_a_feed",
        limit="answer",
    ),
    "nothing at all": Attack(serve=body(lambda: b""), code="parse.empty", stored=0, limit="answer"),
}


# ------------------------------------------------------------------------------------------------ JSON

_WRONG: list[Any] = [None, True, 1, -1.5, [], {}, [[]], [{}], {"a": []}, [None, 1], "", "x"]

JSON_ATTACKS: dict[str, Attack] = {
    "100,000 deep JSON": Attack(
        serve=body(lambda: JSON + b"[" * 100_000 + b"]" * 100_000 + b"}"), code="parse.not_a_feed", limit="json"
    ),
    "JSON, deep in what nobody reads": Attack(
        serve=body(
            lambda: (
                b'{"x":'
                + b'{"a":' * 900
                + b"1"
                + b"}" * 900
                + b","
                + json_feed({"id": "1", "content_text": "word"})[1:]
            )
        ),
        stored=1,
        limit="json",
    ),
    "numbers without end": Attack(
        serve=body(lambda: JSON + b'[{"id":' + b"9" * 100_000 + b',"content_text":"word"}]}'),
        code="parse.not_a_feed",
        limit="json",
    ),
    "numbers beyond all": Attack(
        serve=body(
            lambda: (
                JSON
                + b'[{"id":1e400,"content_text":"word","attachments":[{"url":"https://a.example/x","size_in_bytes":1e308,'
                b'"duration_in_seconds":-1e300}]},{"id":123456789012345678901234567890,"content_text":"x"}]}'
            )
        ),
        limit="json",
        engines="both",
    ),
    "infinities": Attack(
        serve=body(
            lambda: (
                JSON
                + b'[{"id":Infinity,"content_text":"a"},{"id":NaN,"content_text":"b"},'
                + b'{"id":-Infinity,"content_text":"c"}]}'
            )
        ),
        limit="json",
        engines="both",
    ),
    "halves of characters in JSON": Attack(
        serve=body(
            lambda: (
                JSON
                + b'[{"id":"\\ud800","title":"\\udfff word","content_html":"<p>\\ud83d</p>","url":"https://a.example/\\ud800",'
                b'"tags":["\\ud800"],"authors":[{"name":"\\ud800"}],"language":"\\ud800"}]}'
            )
        ),
        stored=1,
        limit="json",
        engines="both",
    ),
    "NULs in JSON": Attack(
        serve=body(
            lambda: (
                JSON
                + b'[{"id":"a\\u0000b","title":"\\u0000 word","content_html":"<p>\\u0000</p>","url":"https://a.example/\\u0000",'
                b'"tags":["\\u0000"],"authors":[{"name":"a\\u0000"}],"summary":"\\u0000"}],"title":"\\u0000x","home_page_url":"\\u0000"}'
            )
        ),
        stored=1,
        limit="json",
        engines="both",
    ),
    "keys twice": Attack(
        serve=body(
            lambda: (
                JSON
                + b'[{"id":"1","id":"2","content_text":"a","content_text":"b"}],'
                + b'"items":[{"id":"3","content_text":"c"}]}'
            )
        ),
        stored=1,
        limit="json",
    ),
    "a key of 5 MB": Attack(
        serve=body(lambda: b'{"' + b"k" * 5_000_000 + b'":1,' + json_feed({"id": "1", "content_text": "word"})[1:]),
        stored=1,
        limit="json",
        megabytes=100,
    ),
    "every type where another belongs": Attack(
        serve=body(
            lambda: json_feed(
                *[
                    {
                        "id": {"a": n},
                        "url": wrong,
                        "title": wrong,
                        "content_html": wrong,
                        "content_text": "w",
                        "tags": wrong,
                        "authors": wrong,
                        "author": wrong,
                        "attachments": wrong,
                        "date_published": wrong,
                        "image": wrong,
                    }
                    for n, wrong in enumerate(_WRONG)
                ],
                title=[],
                home_page_url={},
                feed_url=1,
                description=[1],
                icon=None,
                favicon=True,
                hubs={},
                author=[],
                authors="x",
                language=[],
            )
        ),
        limit="json",
        engines="both",
    ),
    "objects by the hundred thousand": Attack(
        serve=body(lambda: JSON + b"[" + b'{"content_text":"a"},' * 290_000 + b"{}]}"), limit="json", megabytes=300
    ),
}


DOCUMENTS: dict[str, dict[str, Attack]] = {
    "Documents against the parser": ON_THE_PARSER,
    "Size and depth": SIZE,
    "Characters": CHARACTERS,
    "Dates, ids and other documents": IDS,
    "JSON Feed": JSON_ATTACKS,
}
