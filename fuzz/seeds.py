"""Seeds and dictionaries of the fuzzer: our own corpus and vectors; captured feeds are read where they are."""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import zstandard
from tests.clean.vectors import VECTORS

from fuzz.targets import CORPUS, ROOT, Target

DATE_TESTS = ROOT / "tests" / "parse" / "test_dates.py"

_PLAIN = {
    "address": (b"https://user:pass@example.org:8080/a/../b?c=d#e", b"feed:https://a.example/", b"http://[::1]/"),
    "header_fields": (
        b'ETag:"a"\nLink:<https://a.example/>;rel="hub self", </b>;rel=x\nRetry-After:120\nCache-Control:max-age=1',
        b"Expires:Fri, 31 Dec 2027 23:59:59 GMT\nDate:Fri, 31 Dec 2027 23:00:00 GMT\nAge:7",
    ),
    "opml": (b"<opml><body><outline text='a'><outline text='b' xmlUrl='http://c/'/></outline></body></opml>",),
    "page_rules": (
        b"\x00\ndiv.a\nb\na::attr(href)\n<html><div class=a><a href=/1><b>x</b></a></div></html>",
        b"\x01\n//div\n.//b\n.//a/@href\n<html><div><a href=/1><b>x</b></a></div></html>",
        b'\x04\nitems\nt\nu\n{"items":[{"t":"x","u":"/1"}]}',
        b'\x05\nitems[?t]\nt\nu\n{"items":[{"t":"x","u":"/1"}]}',
    ),
    "pasted": (b"see https://www.youtube.com/@name/videos, or @name@host.example", b"r/name", b"!name@host.example"),
    "page": (b"<link rel=alternate type=application/rss+xml href=/a title=b><a href=/feed>c</a><base href=//d/>",),
}


def seeds_of(name: str) -> Iterator[bytes]:
    """What a target begins with, beside the folders that it names."""
    yield from _PLAIN.get(name, ())
    if name in ("html", "page"):
        yield from (vector.encode("utf-8", "replace") for vector in VECTORS)
    elif name == "dates":
        yield from (text.encode() for text in _dates())
    elif name == "codings":
        yield from _coded()
    elif name == "json_feed":
        yield from (path.read_bytes().lstrip()[1:] for path in sorted((CORPUS / "json").glob("*.json")))


def _dates() -> Iterator[str]:
    """Every text between quotes in the tests of dates that holds a digit."""
    for found in re.finditer(r'"([^"\n]{4,80})"', DATE_TESTS.read_text(encoding="utf-8")):
        if re.search(r"\d", found[1]):
            yield found[1]


def _coded() -> Iterator[bytes]:
    plain = b"<rss><channel><title>words words words</title></channel></rss>" * 3
    packed = (gzip.compress(plain), zlib.compress(plain), brotli.compress(plain), zstandard.compress(plain))
    for number, body in enumerate(packed):
        yield bytes([number]) + body
    yield b"\x04" + brotli.compress(gzip.compress(plain))
    yield b"\x00" + gzip.compress(b"") * 5


def write(name: str, target: Target, folder: Path) -> Path:
    """Write a target's seeds and its dictionary into ``folder``; where the dictionary is."""
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds_of(name)):
        (seeds / f"{number:04}").write_bytes(seed)
    words = folder / "words.dict"
    lines = ['"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n' for word in target.words.split()]
    words.write_text("".join(lines), encoding="ascii")
    return words
