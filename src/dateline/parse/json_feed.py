"""JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1) → ``ParsedFeed``, forgiving about every type."""

from typing import Any

from dateline.errors import ParseError
from dateline.model import Enclosure, ParsedEntry, ParsedFeed, ParseWarning, Person, RawHTML

from .addresses import absolute, absolute_links
from .fields import Document
from .json_damaged import decoded
from .limits import MAX_ENTRIES, MAX_JSON_COMMAS, MAX_JSON_NODES, MAX_LIST
from .markup import folded, plain_title, text_as_html, without_controls
from .media import distinct as distinct_files
from .media import enclosure, is_picture
from .names import Names
from .people import distinct as distinct_people

_Object = dict[str, Any]


def json_value(text: bytes, warnings: list[ParseWarning]) -> object:
    """The value of a JSON document, mended where need be; None when it is none. Raises ``parse.too_complex``."""
    if text.count(b"{") + text.count(b"[") > MAX_JSON_NODES or text.count(b",") > MAX_JSON_COMMAS:
        raise ParseError("parse.too_complex", "too many values")
    value, is_mended = decoded(text)
    if is_mended and value is not None:
        message = "The JSON is not well-formed; what can be read of it was kept."
        warnings.append(ParseWarning(code="parse.recovered", message=message))
    return value


def read_json_feed(
    root: object, *, url: str | None, language: str | None, warnings: list[ParseWarning]
) -> ParsedFeed | None:
    """Read the value of a JSON document; None when it is no JSON Feed."""
    if not isinstance(root, dict) or not _is_feed(root):
        return None
    document = Document(Names())
    items = [item for item in _list(root.get("items")) if isinstance(item, dict)]
    if len(items) > MAX_ENTRIES:
        message = f"Only the first {MAX_ENTRIES} entries were read."
        warnings.append(ParseWarning(code="parse.entries_cut", message=message))
    base = absolute(text_at(root, "home_page_url"), url) or url
    return ParsedFeed(
        format="json11" if text_at(root, "version").rstrip("/").endswith("1.1") else "json10",
        title=_title(root),
        url=absolute(text_at(root, "feed_url"), url),
        site_url=absolute(text_at(root, "home_page_url"), url),
        description=text_as_html(text_at(root, "description")) or None,
        language=folded(text_at(root, "language")) or language,
        icon_url=absolute(text_at(root, "favicon"), base),
        image_url=absolute(text_at(root, "icon"), base),
        hubs=_hubs(root, base),
        authors=_authors(root, base),
        entries=tuple(_entry(item, document, base) for item in items[:MAX_ENTRIES]),
        warnings=tuple(warnings),
    )


def _is_feed(root: _Object) -> bool:
    """By its version, by its addresses, or by items of which one at least looks like an entry."""
    if "jsonfeed.org/version" in text_at(root, "version"):
        return True
    items = [item for item in _list(root.get("items"))[:20] if isinstance(item, dict)]
    entries = {"content_html", "content_text", "date_published"}
    if root.keys() & {"feed_url", "home_page_url"}:
        entries |= {"url", "title"}
    return any(item.keys() & entries for item in items)


def _entry(item: _Object, document: Document, base: str | None) -> ParsedEntry:
    address = absolute(text_at(item, "url"), base)
    inner_base = address or base
    files = [file for file in map(_attachment(inner_base), _objects(item, "attachments")) if file is not None]
    picture = next((file.url for file in files if is_picture(file)), None)
    html = text_at(item, "content_html")
    content = absolute_links(html, inner_base) if html.strip() else text_as_html(text_at(item, "content_text"))
    summary = text_as_html(text_at(item, "summary"))
    return ParsedEntry(
        guid=text_at(item, "id").strip() or None,
        url=address or absolute(text_at(item, "external_url"), base) or absolute(text_at(item, "id"), None),
        title=_title(item),
        authors=_authors(item, base),
        published_at=document.date({0: text_at(item, "date_published")} if text_at(item, "date_published") else {}),
        updated_at=document.date({0: text_at(item, "date_modified")} if text_at(item, "date_modified") else {}),
        summary_html=RawHTML(summary) if summary else None,
        content_html=RawHTML(content) if content else None,
        tags=tuple(dict.fromkeys(tag for tag in map(folded, _strings(item.get("tags"))) if tag)),
        language=folded(text_at(item, "language")),
        enclosures=distinct_files(files, None),
        thumbnail_url=absolute(text_at(item, "image"), base)
        or absolute(text_at(item, "banner_image"), base)
        or picture,
        base_url=inner_base,
    )


class _attachment:  # noqa: N801 - used as a function
    def __init__(self, base: str | None) -> None:
        self.base = base

    def __call__(self, value: _Object) -> Enclosure | None:
        return enclosure(
            absolute(text_at(value, "url"), self.base),
            type=text_at(value, "mime_type"),
            length=_number(value, "size_in_bytes"),
            title=text_at(value, "title"),
            duration=_number(value, "duration_in_seconds"),
        )


def _authors(value: _Object, base: str | None) -> tuple[Person, ...]:
    """``authors`` (1.1), else ``author`` (1.0); a bare text counts as a name."""
    found: list[Person] = []
    for author in _list(value.get("authors")) or _list(value.get("author")) or [value.get("author")]:
        parts = author if isinstance(author, dict) else {"name": author}
        name, address = folded(text_at(parts, "name")), absolute(text_at(parts, "url"), base)
        if name or address:
            found.append(Person(name=name, url=address))
    return distinct_people(found)


def _hubs(root: _Object, base: str | None) -> tuple[str, ...]:
    hubs = [hub for hub in _objects(root, "hubs") if text_at(hub, "type").lower() in {"websub", "pubsubhubbub", ""}]
    return tuple(dict.fromkeys(url for hub in hubs if (url := absolute(text_at(hub, "url"), base))))


def _title(value: _Object) -> str | None:
    """Plain text (1.1 says so), but for entities that many leave in it."""
    title = text_at(value, "title")
    return plain_title(title) if "&" in title and "<" not in title else folded(title)


def text_at(value: _Object, key: str) -> str:
    """A text; numbers (ids are often) become text, anything else is empty."""
    found = value.get(key)
    if isinstance(found, str):
        return without_controls(found)
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def _number(value: _Object, key: str) -> str | None:
    return text_at(value, key).partition(".")[0] or None


def _list(value: object) -> list[Any]:
    """A list; an object of objects is one, too (PHP numbers some so), another object a list of one."""
    if isinstance(value, dict):
        members = list(value.values())
        return members if all(isinstance(member, dict) for member in members) else [value]
    return value if isinstance(value, list) else []


def _objects(value: _Object, key: str) -> list[_Object]:
    return [found for found in _list(value.get(key))[:MAX_LIST] if isinstance(found, dict)]


def _strings(value: object) -> list[str]:
    listed = value.split(",") if isinstance(value, str) else _list(value)
    return [found for found in listed[:MAX_LIST] if isinstance(found, str)]
