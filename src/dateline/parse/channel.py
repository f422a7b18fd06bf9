"""The feed itself (``channel``, ``feed``, CDF ``CHANNEL``) → the fields of ``ParsedFeed`` above its entries."""

from typing import Any

from lxml import etree

from .addresses import absolute, base_address
from .fields import (
    XML_LANG,
    Document,
    Draft,
    Rule,
    nested_text,
    read_author,
    read_categories,
    read_category,
    read_date,
    read_html,
    read_keywords,
    read_plain_text,
    read_title,
    read_url,
)
from .limits import MAX_LIST
from .markup import XML_BASE, text_of
from .people import distinct
from .schedule import skip_days, skip_hours, ttl_seconds

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml", ""})


class ChannelDraft(Draft):
    """A channel being read."""

    def __init__(self, document: Document, base: str | None) -> None:
        super().__init__(document, base)
        self.hubs: dict[str, None] = {}
        self.skip_hours: tuple[int, ...] = ()
        self.skip_days: tuple[int, ...] = ()


def read_channel(
    root: etree._Element, channel: etree._Element, document: Document, base: str | None, language: str | None
) -> dict[str, Any]:
    """The fields of ``ParsedFeed`` that stand above the entries, by name.

    ``base`` is the document's address; ``language`` what the HTTP header says, of use when the document says nothing.
    """
    draft = ChannelDraft(document, base_address(channel.get(XML_BASE), base_address(root.get(XML_BASE), base)))
    draft.keep("site_url", 1, absolute(channel.get("HREF") or channel.get("href"), draft.base))
    draft.keep("updated", 4, channel.get("LASTMOD") or channel.get("lastmod"))
    for rank, tongue in enumerate((channel.get(XML_LANG), root.get(XML_LANG), language), 2):
        draft.keep("language", rank, (tongue or "").partition(",")[0].strip())
    elements = [channel] if channel is root else [channel, root]
    for element in elements:
        for child in element:
            rule = _RULES.get(document.names[child.tag])
            if rule is not None:
                rule.read(draft, child, rule.field, rule.rank)
    return _finished(draft)


def _finished(draft: ChannelDraft) -> dict[str, Any]:
    chosen = draft.chosen()
    return {
        "title": chosen.get("title"),
        "url": chosen.get("url"),
        "site_url": chosen.get("site_url"),
        "description": chosen.get("description"),
        "language": chosen.get("language"),
        "updated_at": draft.date("updated"),
        "icon_url": chosen.get("icon"),
        "image_url": chosen.get("image"),
        "hubs": tuple(draft.hubs),
        "authors": distinct(draft.people, atom=draft.document.atom),
        "tags": tuple(draft.tags),
        "ttl_seconds": ttl_seconds(chosen.get("ttl"), chosen.get("period"), chosen.get("frequency")),
        "skip_hours": draft.skip_hours,
        "skip_days": draft.skip_days,
    }


def _read_link(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """RSS: the text. Atom: by relation (RFC 4287 §4.2.7; WebSub §4)."""
    assert isinstance(draft, ChannelDraft)
    base = base_address(element.get(XML_BASE), draft.base)
    href = element.get("href")
    if href is None and "rel" not in element.attrib:
        draft.keep("site_url", 0 if not draft.document.atom else 2, absolute(text_of(element), base))
        return
    address = absolute(href or text_of(element), base)
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    for relation in (element.get("rel") or "alternate").lower().split():
        if relation == "alternate":
            draft.keep("site_url", 1 if kind in _HTML_TYPES else 3, address)
        elif relation == "self":
            draft.keep("url", 0, address)
        elif relation == "hub" and address is not None and len(draft.hubs) < MAX_LIST:
            draft.hubs[address] = None


def _read_image(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    inner = nested_text(element, draft.document.names, "url")
    address = inner or element.get("href") or element.get("url") or (element.text or "").strip()
    draft.keep(field, rank, absolute(address, draft.base))


def _read_itunes_link(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    if (element.get("rel") or "").strip().lower() == "image":
        draft.keep("image", 2, absolute(element.get("href"), draft.base))


def _read_logo(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Atom's logo is a picture; CDF's is an icon when its style says so."""
    style = (element.get("STYLE") or element.get("style") or "").strip().lower()
    read_url(draft, element, "icon" if style == "icon" else "image", rank)


def _read_skip_hours(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, ChannelDraft)
    draft.skip_hours = draft.skip_hours or skip_hours(element)


def _read_skip_days(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, ChannelDraft)
    draft.skip_days = draft.skip_days or skip_days(element)


_RULES: dict[str, Rule] = {
    "title": Rule(read_title, "title", 0),
    "dc:title": Rule(read_title, "title", 1),
    "dcterms:title": Rule(read_title, "title", 1),
    "itunes:title": Rule(read_title, "title", 2),
    "media:title": Rule(read_title, "title", 3),
    "link": Rule(_read_link),
    "a": Rule(read_url, "site_url", 2),  # CDF
    "description": Rule(read_html, "description", 0),
    "subtitle": Rule(read_html, "description", 0),
    "tagline": Rule(read_html, "description", 0),
    "abstract": Rule(read_html, "description", 0),
    "dc:description": Rule(read_html, "description", 1),
    "dcterms:description": Rule(read_html, "description", 1),
    "itunes:summary": Rule(read_html, "description", 2),
    "googleplay:description": Rule(read_html, "description", 3),
    "media:description": Rule(read_html, "description", 4),
    "itunes:subtitle": Rule(read_html, "description", 5),
    "language": Rule(read_plain_text, "language", 0),
    "dc:language": Rule(read_plain_text, "language", 1),
    "dcterms:language": Rule(read_plain_text, "language", 1),
    "updated": Rule(read_date, "updated", 0),
    "modified": Rule(read_date, "updated", 1),
    "dcterms:modified": Rule(read_date, "updated", 2),
    "lastbuilddate": Rule(read_date, "updated", 3),
    "dc:date": Rule(read_date, "updated", 5),
    "pubdate": Rule(read_date, "updated", 6),
    "author": Rule(read_author),
    "managingeditor": Rule(read_author),
    "dc:creator": Rule(read_author),
    "dc:author": Rule(read_author),
    "dcterms:creator": Rule(read_author),
    "itunes:author": Rule(read_author),
    "googleplay:author": Rule(read_author),
    "category": Rule(read_category),
    "dc:subject": Rule(read_category),
    "dcterms:subject": Rule(read_category),
    "media:category": Rule(read_category),
    "itunes:category": Rule(read_category),
    "categories": Rule(read_categories),
    "keywords": Rule(read_keywords),
    "itunes:keywords": Rule(read_keywords),
    "media:keywords": Rule(read_keywords),
    "icon": Rule(read_url, "icon", 0),
    "webfeeds:icon": Rule(read_url, "icon", 1),
    "image": Rule(_read_image, "image", 0),
    "itunes:image": Rule(_read_image, "image", 1),
    "itunes:link": Rule(_read_itunes_link),
    "googleplay:image": Rule(_read_image, "image", 3),
    "media:thumbnail": Rule(_read_image, "image", 4),
    "logo": Rule(_read_logo, "", 5),
    "webfeeds:logo": Rule(read_url, "image", 6),
    "ttl": Rule(read_plain_text, "ttl", 0),
    "sy:updateperiod": Rule(read_plain_text, "period", 0),
    "sy:updatefrequency": Rule(read_plain_text, "frequency", 0),
    "skiphours": Rule(_read_skip_hours),
    "skipdays": Rule(_read_skip_days),
}
