"""Bytes → what the rules of a kind are applied to: a tree, or JSON values; one of them, or one for each script."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
from lxml import etree

from dateline.errors import ParseError
from dateline.parse.encoding import to_utf8
from dateline.parse.limits import MAX_JSON_COMMAS, MAX_JSON_NODES
from dateline.parse.page_tree import bounded_tags
from dateline.parse.xml import read_tree

from .budget import Budget
from .tree import HtmlEvents, Tree, tree_of_xml

MAX_PAGE_BYTES = 12_000_000
"""Bytes of a page; one above is refused."""

MAX_SCRIPTS = 40
_STARTS_TRIED = 6
_START = re.compile(r"[{\[]")
_BLANKS = b" \t\r\n\x0b\x0c\0\xef\xbb\xbf"


def utf8(body: bytes, content_type: str) -> bytes:
    """The document's text. Raises ``parse.empty``, ``parse.too_complex``."""
    if len(body) > MAX_PAGE_BYTES:
        raise ParseError("parse.too_complex", f"more than {MAX_PAGE_BYTES} bytes")
    text = to_utf8(body, content_type).text.strip(_BLANKS)
    if not text:
        raise ParseError("parse.empty")
    return text


def html_tree(text: bytes) -> Tree:
    """A web page, as libxml2's forgiving parser reads it. Raises ``parse.too_complex``, ``parse.not_a_feed``."""
    parser = etree.HTMLParser(
        target=HtmlEvents(),  # type: ignore[arg-type] # it lacks comments, which are not asked for
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    try:
        found: object = etree.fromstring(bounded_tags(text.replace(b"\0", b""), with_scripts=True), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError("parse.not_a_feed", "no element can be found in it") from error
    assert isinstance(found, Tree)
    return found


def xml_tree(text: bytes) -> Tree:
    """XML, repaired where it is broken, without its document type. Raises as ``html_tree``."""
    read = read_tree(text)
    if read is None:
        raise ParseError("parse.not_a_feed", "no element can be found in it")
    return tree_of_xml(read.root)


def json_value(text: bytes) -> Any:
    """A JSON document. Raises ``parse.not_json``, ``parse.too_complex``."""
    _check_size(text.count(b"{") + text.count(b"["), text.count(b","))
    with suppress(msgspec.DecodeError, RecursionError, ValueError):
        return msgspec.json.decode(text)
    try:
        return json.loads(text, strict=False)
    except (RecursionError, ValueError) as error:
        raise ParseError("parse.not_json", str(error)[:200]) from error


def script_values(texts: list[str], budget: Budget) -> list[Any]:
    """The JSON values in the texts of scripts: each is one, or holds one (``window.state = {…};``)."""
    found = []
    for text in texts[:MAX_SCRIPTS]:
        budget.spend_text(len(text))
        _check_size(text.count("{") + text.count("["), text.count(","))
        value = next(_decoded(text), None)
        if value is not None:
            found.append(value)
    return found


def _decoded(text: str) -> Iterator[Any]:
    with suppress(msgspec.DecodeError, RecursionError, ValueError):
        yield msgspec.json.decode(text)
    decoder = json.JSONDecoder(strict=False)
    place = 0
    for _ in range(_STARTS_TRIED):
        start = _START.search(text, place)
        if start is None:
            return
        try:
            value, _ = decoder.raw_decode(text, start.start())
        except (RecursionError, ValueError):
            place = start.end()
            continue
        if value:
            yield value
        place = start.end()


def _check_size(values: int, commas: int) -> None:
    if values > MAX_JSON_NODES or commas > MAX_JSON_COMMAS:
        raise ParseError("parse.too_complex", "too many values")
