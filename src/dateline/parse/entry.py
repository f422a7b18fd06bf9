"""One ``item`` or ``entry`` element → ``ParsedEntry``, by a table of every name that entries use."""

from lxml import etree

from dateline.model import ParsedEntry, RawHTML

from .addresses import absolute, base_address
from .entry_fields import (
    EntryDraft,
    read_comments,
    read_content,
    read_content_items,
    read_enclosure,
    read_guid,
    read_id,
    read_image,
    read_link,
    read_markdown,
    read_media_description,
    read_source,
    read_summary,
)
from .episode_fields import (
    read_alternate_enclosure,
    read_episode_chapters,
    read_episode_person,
    read_episode_player,
    read_episode_text,
    read_episode_transcript,
)
from .fields import (
    XML_LANG,
    Document,
    Draft,
    Rule,
    read_author,
    read_categories,
    read_category,
    read_date,
    read_html,
    read_keywords,
    read_plain_text,
    read_rss_html,
    read_title,
    read_url,
)
from .markup import XML_BASE
from .media import distinct as distinct_files
from .media import media_content, player_address
from .names import RDF, Names
from .people import distinct as distinct_people

_ABOUT = f"{{{RDF}}}about"


def read_entry(
    element: etree._Element, document: Document, base: str | None, source_hash: bytes | None = None
) -> ParsedEntry:
    """Read one entry; ``base`` is what relative addresses outside any ``xml:base`` of its own are relative to."""
    base = base_address(element.get(XML_BASE), base)
    draft = EntryDraft(document, base)
    if element.keys():
        _read_attributes(draft, element)
    _read_children(draft, element)
    return _finished(draft, source_hash)


def _read_attributes(draft: Draft, element: etree._Element) -> None:
    """What RSS 1.0 and CDF say in attributes of an item."""
    about = element.get(_ABOUT) or element.get("about")
    draft.keep("guid", 1, about)
    draft.keep("url", 4, absolute(about, draft.base))
    draft.keep("url", 1, absolute(element.get("HREF") or element.get("href"), draft.base))
    draft.keep("updated", 4, element.get("LASTMOD") or element.get("lastmod"))
    draft.keep("language", 2, element.get(XML_LANG))


def _read_children(draft: EntryDraft, element: etree._Element) -> None:
    names = draft.document.names
    for child in element:
        rule = _RULES.get(names[child.tag])
        if rule is not None:
            rule.read(draft, child, rule.field, rule.rank)
            if rule.empty and len(child):  # nobody closed it: what follows stands inside
                _read_children(draft, child)


def _finished(draft: EntryDraft, source_hash: bytes | None) -> ParsedEntry:
    chosen = draft.chosen()
    guid = chosen.get("guid")
    published, updated = draft.date("published"), draft.date("updated")
    if published is None and 5 in draft.best.get("updated", {}):
        published = updated  # dc:date is whichever date there is
    if published is None:
        published = draft.date("issue")  # of a journal: a day, often to come
    summary, content = chosen.get("summary"), chosen.get("content")
    return ParsedEntry(
        guid=guid,
        url=chosen.get("url") or (absolute(guid, None) if guid is not None else None),
        title=chosen.get("title"),
        authors=distinct_people(draft.people or draft.source_people, atom=draft.document.atom),
        published_at=published,
        updated_at=updated,
        summary_html=RawHTML(summary) if summary else None,
        content_html=RawHTML(content) if content else None,
        tags=tuple(draft.tags),
        language=chosen.get("language"),
        enclosures=distinct_files(draft.files, chosen.get("duration")),
        thumbnail_url=chosen.get("thumbnail"),
        comments_url=chosen.get("comments"),
        base_url=draft.content_base or draft.base,
        source_hash=source_hash,
        episode=draft.episode.finished() if draft.episode is not None else None,
    )


def _read_media(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``media:content`` and ``media:group``: the files, and what stands inside about them."""
    assert isinstance(draft, EntryDraft)
    names = draft.document.names
    grouped = names[element.tag] == "media:group"
    if not grouped:
        _read_media_content(draft, element, None)
    draft.groups += grouped
    for child in _best_first(element, names) if grouped else element:
        name = names[child.tag]
        if grouped and name == "media:content":
            _read_media_content(draft, child, draft.groups)
        if name.startswith("media:") and name not in {"media:text", "media:title", "media:description"}:
            rule = _RULES.get(name) if name != "media:content" else None
        else:
            rule = _IN_GROUP.get(name) if grouped else None
        if rule is not None:
            rule.read(draft, child, rule.field, rule.rank)


def _read_media_content(draft: EntryDraft, element: etree._Element, group: int | None) -> None:
    if element.get("url"):
        draft.file(media_content(element, draft.base, group))
        if player := player_address(element, draft.base):
            draft.about_episode().keep("player_url", player)


def _best_first(group: etree._Element, names: Names) -> list[etree._Element]:
    """A group's elements, its files ordered: the default one, else as they stand."""
    return sorted(group, key=lambda child: names[child.tag] == "media:content" and child.get("isDefault") != "true")


_IN_GROUP = {
    "media:title": Rule(read_plain_text, "title", 4),
    "media:description": Rule(read_media_description, "summary", 5),
}
_RULES: dict[str, Rule] = {
    "title": Rule(read_title, "title", 0),
    "dc:title": Rule(read_title, "title", 1),
    "dcterms:title": Rule(read_title, "title", 1),
    "itunes:title": Rule(read_title, "title", 2),
    "media:title": Rule(read_plain_text, "title", 3),
    "link": Rule(read_link, empty=True),
    "a": Rule(read_url, "url", 2),  # CDF
    "url": Rule(read_url, "url", 6),
    "feedburner:origlink": Rule(read_url, "url", 0),
    "pheedo:origlink": Rule(read_url, "url", 0),
    "guid": Rule(read_guid),
    "id": Rule(read_id),
    "description": Rule(read_summary, "summary", 0),
    "summary": Rule(read_summary, "summary", 0),
    "xhtml:description": Rule(read_summary, "summary", 0),  # the namespace of what it holds
    "abstract": Rule(read_summary, "summary", 0),  # CDF
    "dc:description": Rule(read_html, "summary", 1),
    "dcterms:description": Rule(read_html, "summary", 1),
    "dcterms:abstract": Rule(read_html, "summary", 2),
    "itunes:summary": Rule(read_html, "summary", 3),
    "googleplay:description": Rule(read_html, "summary", 4),
    "media:description": Rule(read_media_description, "summary", 5),
    "itunes:subtitle": Rule(read_html, "summary", 6),
    "source:markdown": Rule(read_markdown, "summary", 7),
    "content": Rule(read_content, "content", 0),
    "xhtml:content": Rule(read_content, "content", 0),
    "content:encoded": Rule(read_rss_html, "content", 0),
    "encoded": Rule(read_rss_html, "content", 0),
    "content:items": Rule(read_content_items, "content", 1),
    "body": Rule(read_rss_html, "content", 0),
    "xhtml:body": Rule(read_rss_html, "content", 0),
    "xhtml:div": Rule(read_rss_html, "content", 1),
    "fullitem": Rule(read_rss_html, "content", 0),
    "turbo:content": Rule(read_rss_html, "content", 2),
    "yandex:full-text": Rule(read_rss_html, "content", 3),
    "published": Rule(read_date, "published", 0),
    "pubdate": Rule(read_date, "published", 1),
    "issued": Rule(read_date, "published", 2),
    "dcterms:issued": Rule(read_date, "published", 3),
    "dcterms:available": Rule(read_date, "published", 4),
    "prism:publicationdate": Rule(read_date, "issue", 0),
    "prism:coverdate": Rule(read_date, "issue", 1),
    "created": Rule(read_date, "published", 6),
    "dcterms:created": Rule(read_date, "published", 7),
    "dcterms:date": Rule(read_date, "published", 8),
    "date": Rule(read_date, "published", 9),
    "updated": Rule(read_date, "updated", 0),
    "modified": Rule(read_date, "updated", 1),
    "dcterms:modified": Rule(read_date, "updated", 2),
    "lastbuilddate": Rule(read_date, "updated", 3),
    "dc:date": Rule(read_date, "updated", 5),
    "author": Rule(read_author),
    "dc:creator": Rule(read_author),
    "creator": Rule(read_author),
    "dc:author": Rule(read_author),
    "dcterms:creator": Rule(read_author),
    "itunes:author": Rule(read_author),
    "googleplay:author": Rule(read_author),
    "source": Rule(read_source),
    "category": Rule(read_category),
    "dc:subject": Rule(read_category),
    "dcterms:subject": Rule(read_category),
    "media:category": Rule(read_category),
    "itunes:category": Rule(read_category),
    "categories": Rule(read_categories),
    "keywords": Rule(read_keywords),
    "tags": Rule(read_keywords),
    "itunes:keywords": Rule(read_keywords),
    "media:keywords": Rule(read_keywords),
    "language": Rule(read_plain_text, "language", 0),
    "dc:language": Rule(read_plain_text, "language", 0),
    "dcterms:language": Rule(read_plain_text, "language", 0),
    "comments": Rule(read_comments, "comments", 0),
    "enclosure": Rule(read_enclosure, empty=True),
    "media:content": Rule(_read_media),
    "media:group": Rule(_read_media),
    "media:thumbnail": Rule(read_image, "thumbnail", 0, empty=True),
    "itunes:image": Rule(read_image, "thumbnail", 1),
    "googleplay:image": Rule(read_image, "thumbnail", 2),
    "image": Rule(read_image, "thumbnail", 3),
    "thumbnail": Rule(read_image, "thumbnail", 4),
    "itunes:duration": Rule(read_plain_text, "duration", 0),
    "itunes:season": Rule(read_episode_text, "season"),
    "itunes:episode": Rule(read_episode_text, "number"),
    "itunes:episodetype": Rule(read_episode_text, "kind"),
    "itunes:explicit": Rule(read_episode_text, "explicit"),
    "googleplay:explicit": Rule(read_episode_text, "explicit"),
    "podcast:season": Rule(read_episode_text, "season"),
    "podcast:episode": Rule(read_episode_text, "number"),
    "podcast:chapters": Rule(read_episode_chapters),
    "podcast:transcript": Rule(read_episode_transcript),
    "podcast:person": Rule(read_episode_person),
    "podcast:alternateenclosure": Rule(read_alternate_enclosure),
    "psc:chapters": Rule(read_episode_chapters),
    "media:player": Rule(read_episode_player),
}
