"""Documents made to hurt: each a name and the bytes, and what must come of it."""

from collections.abc import Callable

HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
TAIL = b"</channel></rss>"
ITEM = b"<item><title>x</title></item>"

JSON = b'{"version":"https://jsonfeed.org/version/1","items":'

Attack = tuple[Callable[[], bytes], str | int]
"""How the document is made; the error's code, or the number of entries that are understood."""


def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    return b'<!DOCTYPE rss [<!ENTITY l0 "lol">' + entities + b"]>" + HEAD + b"<item><title>&l9;</title></item>" + TAIL


def _quadratic() -> bytes:
    item = b"<item><title>" + b"&a;" * 50_000 + b"</title></item>"
    return b'<!DOCTYPE rss [<!ENTITY a "' + b"A" * 400 + b'">]>' + HEAD + item + TAIL


def _external(declaration: bytes) -> bytes:
    return b"<!DOCTYPE rss " + declaration + b">" + HEAD + b"<item><title>&x;</title></item>" + TAIL


def _inside(text: bytes) -> bytes:
    return HEAD + b"<item><description>" + text + b"</description></item>" + TAIL


def _attributes(count: int) -> bytes:
    return HEAD + b"<item " + b" ".join(b'a%d="1"' % n for n in range(count)) + b"><title>x</title></item>" + TAIL


def _numbered(count: int) -> bytes:
    return b" ".join(b'a%d="1"' % n for n in range(count))


def _xhtml(inside: bytes) -> bytes:
    return (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml"><div>'
        + inside
        + b"</div></content></entry></feed>"
    )


def _nested(start: bytes, end: bytes) -> bytes:
    return start * 60 + b"<p>" + b"x" * 100_000 + b"</p>" + end * 60


def _namespaces() -> bytes:
    return HEAD + b"".join(b'<item xmlns:n%d="urn:%d"/>' % (n, n) for n in range(19_000)) + TAIL


def _root_namespaces() -> bytes:
    declared = b" ".join(b'xmlns:n%d="urn:%d"' % (n, n) for n in range(20_000))
    entry = b'<entry><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content></entry>'
    return b'<feed xmlns="http://www.w3.org/2005/Atom" ' + declared + b">" + entry * 2_000 + b"</feed>"


def _long_base() -> bytes:
    base = b"http://a.example/" + b"a" * 450 + b"/"
    links = b'<a href="b">c</a>' * 100_000
    return (
        b'<rss version="2.0" xml:base="'
        + base
        + b'"><channel><item><description><![CDATA['
        + links
        + b"]]></description></item>"
        + TAIL
    )


ATTACKS: dict[str, Attack] = {
    "billion laughs": (_laughs, 1),
    "quadratic entities": (_quadratic, 1),
    "a file as entity": (lambda: _external(b'[<!ENTITY x SYSTEM "file:///etc/passwd">]'), 1),
    "a parameter entity": (lambda: _external(b'[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd">%p;]'), 1),
    "an address as entity": (lambda: _external(b'[<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]'), 1),
    "an external DTD": (lambda: _external(b'SYSTEM "http://127.0.0.1:9/rss.dtd"'), 1),
    "XInclude": (
        lambda: _inside(b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'),
        1,
    ),
    "an endless DOCTYPE": (lambda: b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'" * 200_000 + HEAD + ITEM + TAIL, 1),
    "an unclosed quote in the DOCTYPE": (lambda: b"<!DOCTYPE rss [\"" + b"'" * 500_000 + b"]>" + HEAD + ITEM + TAIL, 1),
    "200,000 deep": (lambda: HEAD + b"<a>" * 200_000, "parse.too_complex"),
    "200,000 deep after an entry": (lambda: HEAD + ITEM + b"<a>" * 200_000, 1),
    "250 deep XHTML": (lambda: _inside((b"<b>" * 240 + b"x" + b"</b>" * 240) * 1_000), 1),
    "200,000 attributes": (lambda: _attributes(200_000), 1),
    "200,000 attributes in XHTML": (lambda: _xhtml(b"<p " + _numbered(200_000) + b">x</p>"), 1),
    "texts inside of nested items": (lambda: HEAD + _nested(b"<item><guid>", b"</guid></item>") * 20 + TAIL, 1_200),
    "contents inside of nested entries": (
        lambda: HEAD + _nested(b"<entry><content>", b"</content></entry>") * 20 + TAIL,
        1_200,
    ),
    "600,000 attributes": (lambda: _attributes(600_000), "parse.too_complex"),
    "300,000 items": (lambda: HEAD + ITEM * 300_000 + TAIL, 20_000),
    "300,000 items, unclosed": (lambda: HEAD + ITEM * 300_000, 20_000),
    "3,000,000 elements": (lambda: HEAD + b"<a/>" * 3_000_000 + TAIL, "parse.too_complex"),
    "19,000 namespaces": (_namespaces, 19_000),
    "20,000 namespaces on the root": (_root_namespaces, 2_000),
    "2 MB of <": (lambda: b"<" * 2_000_000, "parse.too_complex"),
    "500 kB of < in an entry": (lambda: _inside(b"<" * 500_000), 1),
    "2 MB of &": (lambda: _inside(b"&" * 2_000_000), 1),
    "2 MB of &&nbsp;": (lambda: _inside(b"&&nbsp;" * 300_000), 1),
    "1,000,000 nested &amp;": (lambda: _inside(b"&" + b"amp;" * 1_000_000), 1),
    "a title of nested tags": (lambda: HEAD + b"<item><title>" + b"&lt;a " * 300_000 + b"</title></item>" + TAIL, 1),
    "a text of 11 MB": (lambda: _inside(b"x" * 11_000_000), 1),
    "a text of 40 MB": (lambda: _inside(b"x" * 40_000_000), "parse.too_complex"),
    "open comments": (lambda: b"<!--" * 300_000 + HEAD + ITEM + TAIL, 1),
    "comments before the DOCTYPE": (lambda: b"<!-- a -->" * 100_000 + b"<!DOCTYPE", "parse.not_a_feed"),
    "open CDATA sections": (lambda: _inside(b"<![CDATA[" * 60_000), 1),
    "items that never end": (lambda: HEAD + b"<item>" * 100_000, 20_000),
    "190,000 tags, none closed": (lambda: HEAD + ITEM + b"<item><description>" + b"<p>" * 190_000, 2),
    "190,000 tags, none opened": (lambda: HEAD + ITEM + b"</x><item><description>" + b"</p>" * 190_000, 2),
    "open comments in a broken text": (lambda: HEAD + ITEM + b"</x>" + b"<!--" * 300_000, 1),
    "open quotes in a tag": (lambda: HEAD + ITEM + b"</x><a " + b"\"" * 2_000_000, 1),
    "half-closed items": (lambda: HEAD + b"<item><b></item>" * 20_000 + TAIL, 20_000),
    "a long base for many links": (_long_base, 1),
    "dates that mean nothing": (lambda: HEAD + (b"<item><pubDate>" + b"1 x " * 40 + b"</pubDate></item>") * 999, 999),
    "damaged UTF-8": (lambda: HEAD + b"<item><title>" + b"\xff\xc3\xa9" * 1_000_000 + b"</title></item>" + TAIL, 1),
    "nested JSON": (lambda: JSON + b"[" * 200_000, "parse.not_a_feed"),
    "too much JSON": (lambda: JSON + b"[" + b"{}," * 400_000 + b"{}]}", "parse.too_complex"),
    "JSON of 100,000 items": (lambda: JSON + b"[" + b"{}," * 100_000 + b"{}]}", 20_000),
    "JSON of escapes": (lambda: JSON + b'[{"id":"' + b"\\x" * 5_000_000, "parse.not_a_feed"),
    "JSON that breaks off late": (lambda: JSON + b"[" + b'{"id":"1"},' * 200_000, 20_000),
    "RSS in JSON of 250,000 items": (
        lambda: b'{"rss":{"channel":{"item":[' + b'{"title":"x"},' * 250_000 + b"{}]}}}",
        20_000,
    ),
    "RSS in JSON of 90,000 members": (
        lambda: b'{"rss":{"channel":{"item":{"title":"x"' + b"".join(b',"a%d":1' % n for n in range(90_000)) + b"}}}}",
        1,
    ),
    "a text escaped twice": (lambda: _inside(b"&amp;lt;p" + b"&amp;lt;a " * 1_000_000 + b"&amp;gt;"), 1),
    "zeros": (lambda: b"\0" * 5_000_000, "parse.empty"),
}  # fmt: skip
