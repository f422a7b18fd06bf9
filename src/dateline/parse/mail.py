"""Bytes of a mail → ``ParsedFeed`` with one entry: the sender is the feed, the mail its entry.

RFC 5322 (messages), 2045–2047 (MIME), 2919 (List-Id), 2369 and 8058 (List-Unsubscribe), 5064 (Archived-At). The parts
are taken apart by a splitter of our own: each level is searched once, and levels, parts and bytes are bounded.
"""

import base64
import binascii
import email.errors
import email.header
import html
import re
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

from msgspec import Struct

from dateline.errors import ParseError
from dateline.model import ParsedEntry, ParsedFeed, Person, RawHTML

from .dates import parse_date
from .encoding import codec_name, to_utf8

MAX_BYTES: Final = 10_000_000
MAX_DEPTH: Final = 10
MAX_PARTS: Final = 200
MAX_HEADERS: Final = 200_000
MAX_VALUE: Final = 4_000

_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_ADDR = r"(?P<address>[^\s<>@\"(),:;\[\]\\\x00-\x1f\x7f]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8})"
_ADDRESS = re.compile(_ADDR)
_IN_BRACKETS = re.compile(rf"<\s*{_ADDR}\s*>")
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}")
_BRACKETED = re.compile(r"<\s*([^<>\s]{1,2000})\s*>")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


class _Found(Struct, kw_only=True):
    """What was gathered while walking through the parts."""

    parts: int = 0


def parse_mail(message: bytes) -> ParsedFeed:
    """A message as it came → its sender as a feed (``url`` is ``mailto:…``) and itself as the one entry.

    HTML counts before text. Attachments and pictures inside the mail are left out. Raises ``ParseError``:
    ``parse.empty``, ``parse.too_complex``, ``parse.not_mail`` (nobody sent it).
    """
    if not message.strip():
        raise ParseError("parse.empty")
    if len(message) > MAX_BYTES:
        raise ParseError("parse.too_complex", f"{len(message)} bytes")
    head, body = _parted(message)
    name, address = _sender(head)
    content = _content(head, body, _Found(), 0) or ""
    domain = address.rpartition("@")[2]
    site_url = f"https://{domain}/" if "." in domain else None
    entry = ParsedEntry(
        guid=_value(head, "Message-ID") or None,
        url=_archived(head),
        title=_value(head, "Subject") or None,
        authors=(Person(name=name or None, email=address),),
        published_at=parse_date(_value(head, "Date")[:200]) if head["Date"] else None,
        content_html=RawHTML(content + _leaving(head)),
        language=_value(head, "Content-Language").partition(",")[0] or None,
        base_url=site_url,
    )
    return ParsedFeed(
        format="mail",
        title=(name or _list_name(head) or address)[:500],
        url=f"mailto:{address}",
        site_url=site_url,
        entries=(entry,),
    )


def _parted(message: bytes) -> tuple[Message, bytes]:
    """Headers and body of a message or part."""
    if message.startswith((b"\n", b"\r\n")):
        return Message(), message.lstrip(b"\r\n")
    blank = _BLANK_LINE.search(message, 0, MAX_HEADERS)
    head, body = (message[: blank.start()], message[blank.end() :]) if blank else (message[:MAX_HEADERS], b"")
    try:
        return BytesHeaderParser().parsebytes(head), body
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        IndexError,
    ) as error:  # as old versions of the parser do
        raise ParseError("parse.not_mail", "headers that cannot be read") from error


def _value(head: Message, name: str) -> str:
    """A header in plain words, bounded; "" where there is none."""
    raw = head.get(name)
    if raw is None:
        return ""
    text = str(raw)[:MAX_VALUE]
    try:
        chunks = email.header.decode_header(text.encode("ascii", "surrogateescape").decode("utf-8", "replace"))
    except (email.errors.MessageError, ValueError, LookupError):  # base64 that is none
        chunks = [(text, None)]
    words = "".join(chunk if isinstance(chunk, str) else _decoded(chunk, label or "") for chunk, label in chunks)
    return " ".join(words.split())


def _sender(head: Message) -> tuple[str, str]:
    """Name and address of who sent it. Raises ``ParseError`` ``parse.not_mail``."""
    for header in ("From", "Sender", "Return-Path"):
        raw = str(head.get(header, ""))[:MAX_VALUE].lower()
        found = _IN_BRACKETS.search(raw) or _ADDRESS.search(raw)
        if found:
            address = found["address"]
            name = _value(head, header).partition("<")[0].replace('\\"', '"').strip(' "')
            return ("" if address in name.lower() else name[:300]), address
    raise ParseError("parse.not_mail", "it names no sender")


def _list_name(head: Message) -> str:
    """The words before the id of a mailing list."""
    return _value(head, "List-Id").partition("<")[0].strip(' "')


def _archived(head: Message) -> str | None:
    """Where the mail stands on the web, if it says."""
    found = _LINK.search(_value(head, "Archived-At"))
    return found[0].rstrip(">") if found else None


def _leaving(head: Message) -> str:
    """The addresses at which one leaves the list, as links to press; nobody else ever asks them."""
    links = []
    for found in _BRACKETED.findall(_value(head, "List-Unsubscribe"))[:4]:
        if found.lower().startswith(("https://", "http://", "mailto:")):
            shown = html.escape(found if len(found) <= 80 else found[:79] + "…")
            links.append(f'<a href="{html.escape(found, quote=True)}">{shown}</a>')
    return f"<hr><p>List-Unsubscribe: {', '.join(links)}</p>" if links else ""


# ------------------------------------------------------------------------------------------------ parts


def _content(head: Message, body: bytes, found: _Found, depth: int) -> str | None:
    """A part as HTML; None where there is nothing to read in it. Raises ``ParseError`` ``parse.too_complex``."""
    found.parts += 1
    if depth > MAX_DEPTH or found.parts > MAX_PARTS:
        raise ParseError("parse.too_complex", "parts in parts")
    kind, parameters = _typed(head)
    if str(head.get("Content-Disposition", "")).strip().lower().startswith("attachment"):
        return None
    if kind.startswith("multipart/"):
        return _joined(kind, body, parameters.get("boundary", ""), found, depth)
    if kind not in ("text/html", "text/plain", "application/xhtml+xml"):
        return None
    text = _decoded(_bytes(head, body), parameters.get("charset", ""))
    return text if kind != "text/plain" else _paragraphs(text)


def _typed(head: Message) -> tuple[str, dict[str, str]]:
    """The type of a part and the parameters that matter."""
    small = Message()
    small["Content-Type"] = " ".join(str(head.get("Content-Type", "text/plain"))[:1_000].split())
    try:
        kind = small.get_content_type()
        parameters = {name: small.get_param(name) for name in ("boundary", "charset")}
    except (ValueError, LookupError, TypeError, AttributeError):
        return "text/plain", {}
    return kind, {name: value for name, value in parameters.items() if isinstance(value, str)}


def _joined(kind: str, body: bytes, boundary: str, found: _Found, depth: int) -> str | None:
    """Of alternatives the best that can be read, of a mixture all that is to be read."""
    contents: list[tuple[bool, str]] = []
    for part in _split(body, boundary):
        head, inner = _parted(part)
        content = _content(head, inner, found, depth + 1)
        if content is not None and content.strip():
            contents.append((_typed(head)[0] != "text/plain", content))
    if not contents:
        return None
    if kind == "multipart/alternative":
        rich = [content for is_rich, content in contents if is_rich]
        return rich[-1] if rich else contents[-1][1]
    if kind == "multipart/related":
        return contents[0][1]
    return "\n".join(content for _, content in contents)


def _split(body: bytes, boundary: str) -> list[bytes]:
    """The parts between the lines of a boundary; what stands before the first is no part."""
    if not boundary:
        return []
    line = re.compile(
        rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    )
    parts: list[bytes] = []
    start: int | None = None
    at = 0
    while len(parts) <= MAX_PARTS:
        mark = line.search(body, at)
        if start is not None:
            parts.append(body[start : mark.start() if mark else len(body)])
        if mark is None or mark[1]:
            break
        # two boundaries may share the end of a line
        start, at = mark.end(), mark.end() - 1
    return parts


def _bytes(head: Message, body: bytes) -> bytes:
    """A body without its transfer encoding; what is broken is read as far as it goes."""
    encoding = str(head.get("Content-Transfer-Encoding", ""))[:100].strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        plain = _NOT_BASE64.sub(b"", body)
        plain = plain[:-1] if len(plain) % 4 == 1 else plain
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    return body


def _decoded(body: bytes, label: str) -> str:
    """Bytes in a charset → text; the charset is guessed where it is not said, or wrong."""
    name = codec_name(label[:100]) if label else None
    if name is not None:
        try:
            return body.decode(name)
        except (UnicodeError, ValueError):
            pass
    return to_utf8(body).text.decode("utf-8", "replace")


def _paragraphs(text: str) -> str:
    """Plain text → paragraphs, with links to press."""
    blocks = _PARAGRAPHS.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "\n".join(f"<p>{_linked(block)}</p>" for block in blocks if block.strip())


def _linked(block: str) -> str:
    pieces, at = [], 0
    for link in _LINK.finditer(block):
        url = link[0].rstrip(".,;:!?)'")
        pieces += [_lines(block[at : link.start()]), f'<a href="{html.escape(url, quote=True)}">{html.escape(url)}</a>']
        at = link.start() + len(url)
    return "".join([*pieces, _lines(block[at:])])


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")
