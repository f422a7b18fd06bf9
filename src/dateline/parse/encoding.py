"""Bytes in any encoding → valid UTF-8 bytes, and a word on what had to be guessed.

The order is that of RFC 7303 with what the web taught since: a byte order mark, then the charset of the HTTP header,
then the document's own declaration, then strict UTF-8, then a detector, then windows-1252. Two departures: text that
is valid UTF-8 beats a claim that it is Latin-1 (no Latin text looks like that by chance), and a UTF-8 document with a
few damaged bytes stays UTF-8, each damaged byte read as windows-1252.
"""

import codecs
import re
from typing import Literal, NamedTuple, cast

import cchardet

from dateline.model import ParseWarning

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZERO_PATTERNS = (  # where the zero bytes of the first two ASCII characters lie (XML 1.0, appendix F)
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
_EBCDIC_XML = b"Lo\xa7\x94"  # "<?xml" in EBCDIC
_DECLARED = re.compile(
    rb"""\s{0,100}<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']\s{0,9}([A-Za-z0-9._:-]{1,40})"""
    rb"""|(?s:.{0,2000}?)<meta\s[^>]{0,300}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9._:-]{1,40})""",
    re.IGNORECASE,
)
_EBCDIC_DECLARED = re.compile(r"encoding\s?=\s?.([A-Za-z0-9_-]{1,40})")  # whose quotation marks differ
_CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

_LATIN = {"ascii", "iso8859-1", "cp1252"}
# Written in ASCII's bytes alone: nothing but a claim, or an escape sequence, tells them apart.
_STATEFUL = {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr", "hz", "utf-7"}
_EBCDIC = {"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"}
_WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
# Labels mean their supersets, as in the WHATWG Encoding Standard.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_KNOWN = (
    _LATIN
    | _STATEFUL
    | _WIDE
    | set(_SUPERSETS)
    | {"utf-8", "gb18030", "big5hkscs", "cp949", "johab", "euc_jp", "euc_jisx0213", "euc_jis_2004", "shift_jisx0213"}
    | {"shift_jis_2004", "koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "hp-roman8", "cp932", "cp950"}
    | {f"iso8859-{n}" for n in range(2, 17)}
    | {f"cp125{n}" for n in range(9)}
    | _EBCDIC
    | {f"cp{n}" for n in (437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863)}
    | {f"cp{n}" for n in (864, 865, 866, 869, 874, 1006, 1125)}
    | {"mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2", "mac-turkish", "mac-iceland", "mac-croatian"}
)
# Labels of the WHATWG Encoding Standard that Python does not know (without "x-", and MySQL's name of UTF-8).
_LABELS = {
    label: name
    for name, labels in {
        "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8mb4",
        "iso8859-6": "csiso88596e csiso88596i",
        "iso8859-7": "sun_eu_greek",
        "iso8859-8": "csiso88598e csiso88598i logical visual",
        "iso8859-15": "csisolatin9",
        "koi8-r": "koi koi8",
        "koi8-u": "koi8-ru",
        "mac-roman": "csmacintosh mac",
        "mac-cyrillic": "mac-ukrainian",
        "cp874": "dos-874 windows-874",
        "gb2312": "csgb2312 gb_2312 gb_2312-80",
        "big5": "cn-big5 x-big5",
        "euc_jp": "cseucpkdfmtjapanese",
        "shift_jis": "windows-31j",
        "euc_kr": "cseuckr csksc56011987 iso-ir-149 ks_c_5601-1989 ksc_5601 windows-949",
        "utf-16": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff unicodefffe",
    }.items()
    for label in labels.split()
}
_ISO_LABEL = re.compile(r"iso[-_]?8859[-_]?(\d{1,2})(?:-[ei])?")
# A character above U+FFFF as two surrogates of three bytes each (CESU-8): what Java and MySQL once took for UTF-8.
_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]|\xc5[\x92-\xbe]|\xcb[\x86\x9c]|\xe2[\x80-\x84][\x80-\xbf])")
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_TRIED = 60
_TRIED_BYTES = 4_096
_ENOUGH = 10
_SURE = 0.5
"""Below, the detector names code pages that nobody writes; windows-1252 is the better guess."""
_LEADING = re.compile(rb"[\xc0-\xff]")
_UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}  # in windows-1252
_CP1252_AS_BYTES = {ord(bytes([code]).decode("cp1252")): code for code in range(0x80, 0xA0) if code not in _UNDEFINED}
_MAX_DAMAGED = 10_000  # each costs a call
_FEW = 3  # so few characters may be valid UTF-8 by chance in an East Asian text


class Decoded(NamedTuple):
    """A document as UTF-8 without byte order mark, and the warnings that reading it gave."""

    text: bytes
    warnings: list[ParseWarning]


def to_utf8(body: bytes, content_type: str = "") -> Decoded:
    """Transcode ``body`` (its ``content_type`` is the HTTP header's value) into valid UTF-8; never fails."""
    decoded = _decoded(body, content_type)
    once = _encoded_once(decoded.text)
    return decoded if once is None else Decoded(once, [*decoded.warnings, _guess("UTF-8, encoded twice")])


class Charset(NamedTuple):
    """How a document's encoding was found: its ``name``, and ``why``.

    ``why``: a byte order ``mark``, the ``shape`` of its first bytes, the ``header``, the document's own
    ``declaration``, ``valid`` UTF-8 that nobody claimed, or a ``guess`` (its warning says which).
    """

    name: str
    why: Literal["mark", "shape", "header", "declaration", "valid", "guess"]
    header: str | None
    declared: str | None


def charset_of(body: bytes, content_type: str = "") -> Charset:
    """What ``to_utf8`` takes a document for, and why: for whoever wonders about its letters. Never fails."""
    header, declared = _header_charset(content_type), _declared_charset(body)
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return Charset(name, "mark", header, declared)
    shape = _shape(body[:64].lstrip(b" \t\r\n") if b"\0" not in body[:8] else body[:8])
    if shape is not None:
        return Charset(shape, "shape", header, declared)
    text = to_utf8(body, content_type).text
    if text == body:
        why = "header" if header == "utf-8" else "declaration" if declared == "utf-8" else "valid"
        return Charset("utf-8", cast("Literal['header', 'declaration', 'valid']", why), header, declared)
    for claim, source in ((header, "header"), (declared, "declaration")):
        whole = _strict(body, _SUPERSETS.get(claim, claim)) if claim else None
        if claim and whole is not None and _encode(whole) == text:
            return Charset(claim, cast("Literal['header', 'declaration']", source), header, declared)
    return Charset("", "guess", header, declared)


def _decoded(body: bytes, content_type: str) -> Decoded:
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _marked(body[len(mark) :], name)
    name_without_mark = _shape(body[:64].lstrip(b" \t\r\n") if b"\0" not in body[:8] else body[:8])
    if name_without_mark == "cp037":
        name_without_mark = _ebcdic(body, _header_charset(content_type))
    if name_without_mark is not None:
        return Decoded(_encode(body.decode(name_without_mark, "replace")), [])
    claims = [claim for claim in (_header_charset(content_type), _declared_charset(body)) if claim]
    return _as_utf8(body, claims) or _as_claimed(body, claims) or _guessed(body, claims)


def codec_name(label: str) -> str | None:
    """Python's name of a charset, by any of its labels; None for others and for codecs that are no charsets."""
    label = label.strip().lower().removeprefix("x-")
    iso = _ISO_LABEL.fullmatch(label)
    label = f"iso8859-{iso[1]}" if iso is not None else _LABELS.get(label, label)
    try:
        name = codecs.lookup(label).name.replace("_", "-")
    except (LookupError, ValueError):
        return None
    for known in (name, name.replace("-", "_")):
        if known in _KNOWN:
            return known
    return None


def _marked(body: bytes, name: str) -> Decoded:
    if name != "utf-8":
        return Decoded(_encode(body.decode(name, "replace")), [])
    return _as_utf8(body, []) or _guessed(body, [])


def _shape(head: bytes) -> str | None:
    if head.startswith(_EBCDIC_XML):
        return "cp037"
    if b"\0" not in head:
        return None
    return next((name for pattern, name in _ZERO_PATTERNS if pattern.match(head)), None)


def _ebcdic(body: bytes, header: str | None) -> str:
    """Which of EBCDIC's pages it is: the declaration reads the same in all of them."""
    if header is not None and header in _EBCDIC:
        return header
    found = _EBCDIC_DECLARED.search(body[:400].decode("cp037"))
    name = codec_name(found[1]) if found else None
    return name if name is not None and name in _EBCDIC else "cp037"


def _header_charset(content_type: str) -> str | None:
    found = _CHARSET_PARAMETER.search(content_type[:500])
    return codec_name(found[1]) if found else None


def _declared_charset(body: bytes) -> str | None:
    found = _DECLARED.match(body[:4096])
    if not found:
        return None
    name = codec_name((found[1] or found[2]).decode("ascii"))
    # A declaration that can be read as ASCII is not written in a wide encoding.
    return "utf-8" if name in _WIDE or name in _EBCDIC else name


def _as_utf8(body: bytes, claims: list[str]) -> Decoded | None:
    """The body as it is, when it is valid UTF-8 and no claim has a better right to it."""
    others = [claim for claim in claims[:1] if claim != "utf-8"]
    if any(claim in _STATEFUL for claim in claims):
        return None
    if body.isascii():
        if b"\x1b$" in body:
            return None
        return Decoded(body, [])
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if not others:
        return Decoded(body, [])
    if others[0] not in _LATIN and sum(not character.isascii() for character in text[:100_000]) <= _FEW:
        return None
    return Decoded(body, [_wrong(others[0], "utf-8")])


def _as_claimed(body: bytes, claims: list[str]) -> Decoded | None:
    for index, claim in enumerate(claims):
        if claim == "utf-8":
            continue
        if claim in _LATIN and (mended := _mend_utf8(body, 10)) is not None:
            return Decoded(mended, [_wrong(claim, "utf-8 with damaged bytes")])
        text = _strict(body, _SUPERSETS.get(claim, claim))
        if claim in _STATEFUL and text is not None and text.count("<") < body.count(b"<") // 2:
            continue  # what says so is not written so
        if text is not None and ("<" in text[:4096] or "{" in text[:4096]):
            return Decoded(_encode(text), [_wrong(claims[0], claim)] if index else [])
    return None


def _guessed(body: bytes, claims: list[str]) -> Decoded:
    if body.isascii():
        return _escaped(body)
    if "utf-8" in claims or not claims:
        mended = _mend_utf8(body, 1)
        if mended is not None:
            return Decoded(mended, [_guess("utf-8 with damaged bytes")])
    guess = cchardet.detect(body[:200_000])
    detected = codec_name(guess["encoding"] or "")
    if detected is not None and (guess["confidence"] or 0) >= _SURE:
        text = _strict(body, _SUPERSETS.get(detected, detected))
        if text is not None:
            return Decoded(_encode(text), [_guess(detected)])
    return Decoded(_encode(body.decode("cp1252", "replace")), [_guess("windows-1252")])


def _escaped(body: bytes) -> Decoded:
    """ASCII, unless escape sequences switch to Korean or Japanese letters."""
    name = "iso2022_kr" if b"\x1b$)C" in body[:1000] else "iso2022_jp_2"
    text = _strict(body, name) if b"\x1b$" in body else None
    return Decoded(body, []) if text is None else Decoded(_encode(text), [_guess(name)])


def _encoded_once(text: bytes) -> bytes | None:
    """UTF-8 that was taken for Latin-1 and encoded again (``FlÃ¼chtling``), undone; None when it was not.

    Only when every character outside ASCII belongs to such a sequence, so that a text *about* it stays as it is.
    """
    if b"\xc3" not in text:
        return None
    # What is damaged so is damaged throughout: a look at the first places ends it for nearly all documents.
    first = _NOT_ASCII.findall(text, 0, _TRIED_BYTES)[:_TRIED]
    if len(first) >= _ENOUGH and 8 * len(_TWICE.findall(b"|".join(first))) < len(first):
        return None
    sequences = len(_TWICE.findall(text, 0, 1_000_000))
    if sequences < _FEW or 4 * sequences < len(_LEADING.findall(text, 0, 1_000_000)):
        return None
    # Such a sequence never holds ASCII, nor does what it meant: each different run of other bytes is read once.
    runs = list(set(_NOT_ASCII.findall(text)))
    try:
        once = b" ".join(runs).decode("utf-8").translate(_CP1252_AS_BYTES).encode("latin-1")
        once.decode("utf-8")
    except UnicodeError:
        return None
    meant = dict(zip(runs, once.split(b" "), strict=True))
    return _NOT_ASCII.sub(lambda run: meant[run[0]], text)


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:
        # windows-1252 leaves five bytes undefined; Latin-1 has (control) characters there.
        return body.decode("latin-1") if name == "cp1252" else None


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _mend_utf8(body: bytes, odds: int) -> bytes | None:
    """UTF-8 with its damaged bytes read as windows-1252; None unless ``odds`` times more is whole than damaged."""
    body = _PAIR.sub(_joined, body)
    text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    intact = len(text) - len(text.encode("ascii", "ignore")) - damaged
    if damaged * odds > min(intact, _MAX_DAMAGED):
        return None
    return _encode(body.decode("utf-8", "dateline-cp1252"))


def _joined(pair: re.Match[bytes]) -> bytes:
    return pair[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()


def _byte_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("dateline-cp1252", _byte_as_cp1252)


def _guess(name: str) -> ParseWarning:
    return ParseWarning(code="parse.encoding_guessed", message=f"The encoding was guessed: {name}.")


def _wrong(claimed: str, found: str) -> ParseWarning:
    return ParseWarning(code="parse.declaration_wrong", message=f"Said to be {claimed}, but is {found}.")
