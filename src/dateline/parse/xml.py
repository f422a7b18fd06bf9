"""UTF-8 bytes → the root of an XML tree, however broken the document is.

A cascade: strict as it is; else repaired by hand (stray ``&`` and ``<``, HTML's named entities, control characters, a
second declaration) and read by libxml2 in its recovering mode; else entry by entry ("islands"), when that finds more.
The document type declaration never reaches libxml2, so no entity is ever expanded by it and nothing outside is ever
asked for; simple internal text entities are put in here, a bounded number of times.
"""

import re
from collections.abc import Iterable
from html.entities import html5, name2codepoint
from typing import NamedTuple

from lxml import etree

from dateline.errors import ParseError
from dateline.model import ParseWarning

from .limits import MAX_ATTRIBUTES, MAX_ENTRIES, MAX_TAGS
from .tag_soup import balanced

_BLANKS = b" \t\r\n\x0b\x0c\0"
_DECLARATION = re.compile(rb"<\?xml\b[^>]*>", re.IGNORECASE)
_BEGINNING = re.compile(
    rb"<(?:\?xml\s|!DOCTYPE\s|(?:[A-Za-z][\w.-]*:)?(?:rss|feed|rdf|channel|opml)[\s>])", re.IGNORECASE
)
_PROLOG = re.compile(rb"(?>\s+|<!--(?s:.*?)-->|<\?(?s:.*?)\?>)*+(?=<!DOCTYPE)", re.IGNORECASE)
_PROLOG_ONLY = re.compile(rb"(?>\s+|<!--(?s:.*?)-->|<\?(?s:.*?)\?>)*+", re.IGNORECASE)
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE(?>[^\[>"']++|"[^"]*+"|'[^']*+')*+"""
    rb"""(?:\[(?>[^\]"'<]++|"[^"]*+"|'[^']*+'|<!--(?s:.*?)-->|<)*+\]\s*+)?+>""",
    re.IGNORECASE,
)
_DOCTYPE_ROUGH = re.compile(rb"<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?+>?", re.IGNORECASE)
_ENTITY = re.compile(rb"""<!ENTITY\s+([A-Za-z_][\w.-]{0,60})\s+(?:"([^"<&%]{0,500})"|'([^'<&%]{0,500})')\s*>""")
_MAX_ENTITIES = 100
_MAX_ENTITY_GROWTH = 1_000_000

_CDATA = re.compile(rb"(<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z))")
_SECTION_START = re.compile(rb"<!\[CDATA\[", re.IGNORECASE)
_LAST_OPENED = re.compile(rb"<([A-Za-z][\w:.-]{0,60})[^<>]{0,300}>\s*\Z")
_STRAY_LESS = re.compile(rb"<(?![A-Za-z_/!?])")
_REFERENCE_SYNTAX = rb"(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9._-]{0,60});"
_STRAY_AMPERSAND = re.compile(rb"&(?!" + _REFERENCE_SYNTAX + rb")")
_ESCAPED_REFERENCE = re.compile(rb"&amp;(" + _REFERENCE_SYNTAX + rb")")
_OWN = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"', b"apos": "'"}
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9._-]{0,60});")
_SECTION_END = b"]]>"
# A tag with an attribute that has no quotation marks, and an attribute: its name, and its value in either form.
_UNQUOTED = re.compile(rb"""<[A-Za-z](?>[^<>"'=]++|=\s*+"[^"<]*+"|=\s*+'[^'<]*+')*+=\s*+[^\s"'<>][^<>]*+>""")
_ATTRIBUTE = re.compile(rb"""([\w:.-]{1,60})\s{0,9}=\s{0,9}(?:("[^"<]*"|'[^'<]*')|([^\s"'<>]+?)(?=\s|/?>))""")
_NUMBERED = re.compile(rb"&#(?:([0-9]{1,7})|[xX]([0-9a-fA-F]{1,6}));")
# Two references to half a surrogate pair each (UTF-16's, as JavaScript counts letters) mean one character.
_HALF = rb"&#(?:(5[5-7][0-9]{3})|[xX]([dD][89a-fA-F][0-9a-fA-F]{2}));"
_PAIR = re.compile(_HALF + _HALF)
_GONE = b"\x01"
_CONTROLS = bytes({*range(0x20)} - {9, 10, 13})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_NAMESPACE = re.compile(rb"""(xmlns(?::[\w.-]{1,40})?)\s*=\s*(?:"[^"<]{0,300}"|'[^'<]{0,300}')""")

# C1 control characters in what calls itself UTF-8 or Latin-1 are windows-1252 (WHATWG Encoding and HTML say so).
# What windows-1252 has no character for, the delete character and a referred-to carriage return go.
_C1_REFERENCE = re.compile(rb"&#(?:0*(13|12[7-9]|1[345][0-9])|[xX]0*([89][0-9a-fA-F]|7[fF]|[dD]));")
_C1_CHARACTER = re.compile(rb"\xc2([\x80-\x9f])")

_ITEM_START = re.compile(rb"<((?:[A-Za-z][\w.-]*:)?(?:item|entry))(?=[\s/>])", re.IGNORECASE)
_ITEM_TAGS = ("{*}item", "{*}entry", "{*}Item", "{*}Entry", "{*}ITEM", "{*}ENTRY")
_PREFIXED_TAGS = (*_ITEM_TAGS, "atom:entry", "a10:entry", "rss:item")  # where the root's prefix is not declared
_UNDECLARED_PREFIX = 201  # libxml2's XML_NS_ERR_UNDEFINED_NAMESPACE
_RESOURCE_LIMIT = 114  # libxml2's XML_ERR_RESOURCE_LIMIT: depth, text length


class Tree(NamedTuple):
    """A read document: its root, the warnings that reading it gave, and where it is damaged (line, what) if it is."""

    root: etree._Element
    warnings: list[ParseWarning]
    damage: tuple[int, str] | None


def read_tree(text: bytes) -> Tree | None:
    """Parse UTF-8 ``text``; None when no element can be found in it. Raises ``parse.too_complex``."""
    warnings: list[ParseWarning] = []
    text = _bounded(_trimmed(text, warnings), warnings)
    text, entities = _without_doctype(text)
    text = _without_c1(text)
    parser = _parser(recover=False)
    root = _parse(text, parser)
    if root is not None:
        return Tree(root, warnings, None)
    damage = _first_error(parser)
    root = _recovered(balanced(repaired(text, entities)), warnings)
    return None if root is None else Tree(root, warnings, damage)


def items_of(root: etree._Element) -> list[etree._Element]:
    """The item and entry elements of a tree in document order, in any namespace; at most one above the limit."""
    found: list[etree._Element] = []
    tag = str(root.tag)
    for element in root.iter(*(_PREFIXED_TAGS if ":" in tag and tag[0] != "{" else _ITEM_TAGS)):
        found.append(element)
        if len(found) > MAX_ENTRIES:
            break
    return found


def unnested(items: Iterable[etree._Element]) -> list[etree._Element]:
    """The same items, each taken out of another that it stands in: an unclosed field must not swallow (and a hostile
    document not multiply) the text of all that follow."""
    found = list(items)
    is_inside: dict[etree._Element, bool] = {}  # asked of a parent once: most items have the same
    for element in reversed(found):
        parent = element.getparent()
        if parent is None:
            continue
        if parent not in is_inside:
            is_inside[parent] = next(element.iterancestors(*_ITEM_TAGS), None) is not None
        if is_inside[parent]:
            parent.remove(element)
    return found


def repaired(text: bytes, entities: dict[bytes, bytes]) -> bytes:
    """The commonest damage undone outside CDATA sections, so that recovery loses no text."""
    # References to what is no character go everywhere: libxml2 may see an attribute where a section seems to be, and
    # would make broken UTF-8 of half a surrogate pair. A mark stays in their place, so that nothing new is joined.
    text = text.translate(None, _CONTROLS)
    for no_character in _NO_CHARACTERS:
        text = text.replace(no_character, b"")
    text = _NUMBERED.sub(_allowed, _PAIR.sub(_joined, text))
    parts = _CDATA.split(_closed(_SECTION_START.sub(b"<![CDATA[", text)))
    named = _Named(entities)
    for index, part in enumerate(parts):
        parts[index] = part.replace(_GONE, b" ") if index % 2 else _repaired_part(part, named)
    return b"".join(parts)


def _closed(text: bytes) -> bytes:
    """The text with its last CDATA section closed, if nobody did: libxml2 would drop all that it holds."""
    start = text.rfind(b"<![CDATA[")
    if start < 0 or text.find(_SECTION_END, start) >= 0:
        return text
    opened = _LAST_OPENED.search(text, max(0, start - 400), start)
    end = text.find(b"</" + opened[1], start) if opened is not None else -1
    end = end if end >= 0 else len(text)
    return text[:end] + _SECTION_END + text[end:]


def _repaired_part(part: bytes, named: "_Named") -> bytes:
    part = _UNQUOTED.sub(_quoted, _DECLARATION.sub(b" ", part).replace(_SECTION_END, b"]]&#62;"))
    if _STRAY_AMPERSAND.search(part):
        # All, and then the references back: a substitution each would cost a hundred bytes a byte.
        part = _ESCAPED_REFERENCE.sub(rb"&\1", part.replace(b"&", b"&amp;"))
    return _NAMED.sub(named, named.own_in_numbers(_STRAY_LESS.sub(b"&lt;", part))).replace(_GONE, b"")


def _quoted(found: re.Match[bytes]) -> bytes:
    """A tag whose attributes have quotation marks, each of them once."""
    seen: set[bytes] = set()

    def attribute(one: re.Match[bytes]) -> bytes:
        if one[1] in seen:
            return b""
        seen.add(one[1])
        return one[1] + b"=" + (one[2] or b'"' + one[3] + b'"')

    return _ATTRIBUTE.sub(attribute, found[0])


def _joined(pair: re.Match[bytes]) -> bytes:
    """The character that two references to a surrogate each mean; the references, when they are no pair."""
    high = int(pair[1]) if pair[1] else int(pair[2], 16)
    low = int(pair[3]) if pair[3] else int(pair[4], 16)
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return pair[0]
    return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _allowed(found: re.Match[bytes]) -> bytes:
    """A character reference, or nothing when XML has no such character (XML 1.0 §2.2): controls, surrogates."""
    code = int(found[1]) if found[1] else int(found[2], 16)
    legal = code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return found[0] if legal else _GONE


def _trimmed(text: bytes, warnings: list[ParseWarning]) -> bytes:
    """Without blanks, junk in front of the document, and the XML declaration (line numbers kept)."""
    start = text.find(b"<")
    if start < 0:
        return b""
    beginning = _BEGINNING.search(text, start, start + 20_000)
    junk = text[: beginning.start()] if beginning else text[:start]
    if junk.strip(_BLANKS) and not _PROLOG_ONLY.fullmatch(junk):
        start = len(junk)
        warnings.append(_warning("parse.junk_before", "There is text before the document; it was ignored."))
    declaration = _DECLARATION.match(text, start)
    end = declaration.end() if declaration else start
    return b"\n" * text.count(b"\n", 0, end) + text[end:]


def _bounded(text: bytes, warnings: list[ParseWarning]) -> bytes:
    if len(text) < min(2 * MAX_ATTRIBUTES, MAX_TAGS):
        return text  # too short for too many
    # one sign is counted many times faster than two, and nearly always answers
    if text.count(b"=") > MAX_ATTRIBUTES and text.count(b'="') + text.count(b"='") > MAX_ATTRIBUTES:
        raise ParseError("parse.too_complex", f"more than {MAX_ATTRIBUTES} attributes")
    if text.count(b"<") <= MAX_TAGS:
        return text
    position, left, step = 0, MAX_TAGS, 65_536
    while left > 0 and position < len(text):
        left -= text.count(b"<", position, position + step)
        position += step
    end = max(text.rfind(b"</item>", 0, position) + 7, text.rfind(b"</entry>", 0, position) + 8)
    if end <= 8:
        raise ParseError("parse.too_complex", f"more than {MAX_TAGS} tags")
    warnings.append(_warning("parse.cut", f"The document has more than {MAX_TAGS} tags; the rest was not read."))
    return text[:end]


def _without_doctype(text: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The text without its document type declaration, and the simple text entities that it declared."""
    prolog = _PROLOG.match(text)
    if prolog is None:
        return text, {}
    found = _DOCTYPE.match(text, prolog.end()) or _DOCTYPE_ROUGH.match(text, prolog.end())
    if found is None:
        return text, {}
    entities: dict[bytes, bytes] = {}
    for entity in _ENTITY.finditer(text, found.start(), found.end()):
        entities.setdefault(entity[1], entity[2] if entity[2] is not None else entity[3])
        if len(entities) >= _MAX_ENTITIES:
            break
    return text[: found.start()] + b"\n" * found[0].count(b"\n") + text[found.end() :], entities


def _without_c1(text: bytes) -> bytes:
    if b"\x7f" in text:
        text = text.replace(b"\x7f", b"")
    if b"\xc2" in text:
        text = _C1_CHARACTER.sub(lambda found: _cp1252(found[1][0]), text)
    # "&#" is not asked for first: where every second sign is escaped, that takes longer than the pattern
    return _C1_REFERENCE.sub(lambda found: _cp1252(int(found[1]) if found[1] else int(found[2], 16)), text)


def _cp1252(code: int) -> bytes:
    return bytes([code]).decode("cp1252", "ignore").encode() if code >= 0x80 else b""


class _Named:
    """Replaces ``&name;``: by the document's own entity, by HTML's, else by itself as text. Growth is bounded.

    XML's own five become numbers too: libxml2 drops references by name from the first error on. They are by far the
    commonest and hardly grow, so they go all at once.
    """

    def __init__(self, entities: dict[bytes, bytes]) -> None:
        self._known = dict(entities)
        self._left = _MAX_ENTITY_GROWTH
        self._own = [(b"&%b;" % name, b"&#%d;" % ord(sign)) for name, sign in _OWN.items() if name not in entities]

    def own_in_numbers(self, part: bytes) -> bytes:
        for name, number in self._own:
            part = part.replace(name, number)
        return part

    def __call__(self, found: re.Match[bytes]) -> bytes:
        name = found[1]
        value = self._known.get(name)
        if value is None:
            character = _character(name.decode("ascii"))
            # As references: the characters of HTML's entities may be markup (&LT;).
            value = "".join(f"&#{ord(c)};" for c in character).encode() if character else b"&#38;" + name + b";"
            if len(self._known) < 5000:
                self._known[name] = value
        self._left -= max(0, len(value) - len(found[0]))
        return value if self._left > 0 else b""


def _character(name: str) -> str | None:
    """What an entity means in XML: as XHTML's own declarations say (``&lang;`` differs), else as HTML's."""
    return chr(name2codepoint[name]) if name in name2codepoint else html5.get(name + ";")


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parse(text: bytes, parser: etree.XMLParser) -> etree._Element | None:
    try:
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _first_error(parser: etree.XMLParser) -> tuple[int, str] | None:
    """Line and message of the first real error: a prefix that nobody declared harms nothing."""
    return next(
        ((error.line, error.message[:200]) for error in parser.error_log if error.type != _UNDECLARED_PREFIX), None
    )


def _recovered(text: bytes, warnings: list[ParseWarning]) -> etree._Element | None:
    parser = _parser(recover=True)
    root = _parse(text, parser)
    if any(error.type == _RESOURCE_LIMIT for error in parser.error_log):
        if root is None or not items_of(root):
            raise ParseError("parse.too_complex", "nested too deeply, or one text too long")
        warnings.append(_warning("parse.cut", "Nested too deeply, or one text too long; the rest was not read."))
    elif root is None or len(items_of(root)) < min(_count_items(text), MAX_ENTRIES):
        root = _islands(text, root)
    if root is not None:
        warnings.append(_warning("parse.recovered", "The XML is not well-formed; it was repaired."))
    return root


def _count_items(text: bytes) -> int:
    return sum(len(_ITEM_START.findall(part)) for part in _CDATA.split(text)[::2])


def _islands(text: bytes, whole: etree._Element | None) -> etree._Element | None:
    """Each entry parsed by itself below what came before the first; ``whole`` when that finds no more."""
    starts = [found.start() for found in _ITEM_START.finditer(text)][: MAX_ENTRIES + 1]
    if not starts:
        return whole
    parser = _parser(recover=True)
    head = text[: starts[0]]
    root = _parse(head, parser)
    if root is None:
        root = etree.Element("rss")
    opening = b"<island " + b" ".join(_declared_namespaces(head)) + b">"
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        island = _parse(opening + text[start:end] + b"</island>", parser)
        if island is not None:
            root.extend(items_of(island)[:1])
    return root if whole is None or len(items_of(root)) > len(items_of(whole)) else whole


def _declared_namespaces(head: bytes) -> list[bytes]:
    """The first few ``xmlns…="…"`` of a document, each prefix once."""
    found = {match[1]: match[0] for match in _NAMESPACE.finditer(head, 0, 20_000)}
    return list(found.values())[:30]


def _warning(code: str, message: str) -> ParseWarning:
    return ParseWarning(code=code, message=message)
