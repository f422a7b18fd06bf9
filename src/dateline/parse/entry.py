"""One ``item`` or ``entry`` element → ``ParsedEntry``, by a table of every name that entries use."""

from lxml import etree

from dateline.model import Enclosure, ParsedEntry, RawHTML

from .addresses import absolute, base_address
from .episode import EpisodeDraft, read_chapters, read_person, read_transcript
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
    read_rss_html,
    read_title,
    read_url,
)
from .limits import MAX_LIST
from .markup import XML_BASE, content_of, folded, text_as_html, text_of
from .media import distinct as distinct_files
from .media import enclosure, enclosure_of, is_picture, media_content, media_type, player_address
from .names import RDF, Names
from .people import distinct as distinct_people
from .people import person_from_element

_ABOUT = f"{{{RDF}}}about"
_NOWHERE = frozenset({"n/a", "null", "none", "nil", "undefined", "-", "#"})  # what programs write without an address
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml", ""})


class EntryDraft(Draft):
    """An entry being read."""

    def __init__(self, document: Document, base: str | None) -> None:
        super().__init__(document, base)
        self.files: list[Enclosure] = []
        self.groups = 0
        self.episode: EpisodeDraft | None = None
        self.content_base: str | None = None

    def file(self, file: Enclosure | None) -> None:
        """One more enclosure; a picture is also a candidate for the thumbnail."""
        if file is not None and len(self.files) < 2 * MAX_LIST:
            self.files.append(file)
            if is_picture(file):
                self.keep("thumbnail", 5, file.url)

    def about_episode(self) -> EpisodeDraft:
        """The draft of the episode, begun with the first thing that is said of it."""
        if self.episode is None:
            self.episode = EpisodeDraft()
        return self.episode


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


# ------------------------------------------------------------------------------------------ readers of entries only


def _read_summary(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """The first of description and summary is the summary, a second one the content (if nothing better is)."""
    first = draft.best.get("summary", {}).get(rank)
    if first is None:
        read_html(draft, element, "summary", rank)
    elif (second := content_of(element, draft.base, atomic=draft.document.atomic(element))) != first:
        draft.keep("content", 5, second)
    _note_language(draft, element)


def _read_content(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    source = absolute(element.get("src"), base_address(element.get(XML_BASE), draft.base))
    if source is not None:
        kind = media_type(element.get("type")) or ""
        if kind.startswith(("audio/", "video/", "image/")):
            draft.file(Enclosure(url=source, type=kind))
        draft.keep("url", 5, source)
        return
    draft.content_base = base_address(element.get(XML_BASE), draft.base)
    read_html(draft, element, field, rank)
    _note_language(draft, element)


def _note_language(draft: Draft, element: etree._Element) -> None:
    draft.keep("language", 1, element.get(XML_LANG))


def _read_link(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """RSS: the text. Atom: by relation; without a relation it is the page (RFC 4287 §4.2.7.2)."""
    assert isinstance(draft, EntryDraft)
    base = base_address(element.get(XML_BASE), draft.base)
    href = element.get("href")
    if href is None and "rel" not in element.attrib:
        text = text_of(element)
        draft.keep("url", 1, absolute(text, base) if text.lower() not in _NOWHERE else None)
        return
    href = href or text_of(element)
    relation = _relation(element.get("rel"))
    kind = (element.get("type") or "").partition(";")[0].strip().lower()
    if relation == "enclosure":
        draft.file(enclosure_of(element, base, href))
    elif relation == "alternate":
        draft.keep("url", (1 if draft.document.atom else 2) if kind in _HTML_TYPES else 3, absolute(href, base))
    elif relation == "replies" and kind in _HTML_TYPES:
        draft.keep("comments", 1, absolute(href, base))
    elif relation in {"via", "related", "self"}:
        draft.keep("url", 7, absolute(href, base))


def _relation(written: str | None) -> str:
    """The relation of a link: by its name, among several (RFC 8288 allows a list) the first that is of use here."""
    relation = (written or "alternate").strip().lower().removeprefix("http://www.iana.org/assignments/relation/")
    if " " not in relation:
        return relation
    return next((one for one in relation.split() if one in {"alternate", "enclosure", "replies"}), relation)


def _read_guid(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    guid = text_of(element)
    draft.keep("guid", 0, guid)
    said = (element.get("isPermaLink") or element.get("ispermalink") or "").strip().lower()
    if said not in {"", "true"}:
        return
    if guid.startswith("/") or guid[:5].lower() == "http:" or guid[:6].lower() == "https:":
        draft.keep("url", 4, absolute(guid, draft.base))
    elif said and "/" in guid:
        draft.keep("url", 8, absolute(guid, draft.base))


def _read_id(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Atom's id. One that is no IRI (against RFC 4287 §4.2.6) is resolved when it is a path, or below ``xml:base``."""
    guid = text_of(element)
    base = base_address(element.get(XML_BASE), draft.base)
    rebased = draft.document.rebased or XML_BASE in element.attrib
    if draft.document.atom and ":" not in guid and (rebased or guid.startswith("/")):
        guid = absolute(guid, base) or guid
    draft.keep("guid", 0, guid)


def _read_comments(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where the comments are; some say here how many there are."""
    if not text_of(element).isdigit():
        read_url(draft, element, field, rank)


def _read_content_items(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``content:items``, the first form of the content module: the text stands in ``rdf:value``."""
    for value in element.iter(f"{{{RDF}}}value"):
        read_rss_html(draft, value, field, rank)


def _read_markdown(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``source:markdown`` (http://source.scripting.com/), where it is all that there is: with its lines, as text."""
    draft.keep(field, rank, text_as_html(text_of(element)))


def _read_enclosure(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    draft.file(enclosure_of(element, draft.base, None))


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


def _read_media_description(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Media RSS descriptions are plain text unless they say otherwise."""
    if (element.get("type") or "plain").strip().lower() in {"html", "text/html"}:
        read_rss_html(draft, element, field, rank)
    else:
        draft.keep(field, rank, text_as_html(text_of(element)))


def _read_image(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A picture: in ``href`` or ``url``, as text, or in RSS's ``<image><url>``."""
    inner = nested_text(element, draft.document.names, "url")
    address = element.get("href") or element.get("url") or inner or (element.text or "").strip()
    draft.keep(field, rank, absolute(address, draft.base))


def _read_source(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where an aggregated entry comes from: its authors are the entry's if it names none (RFC 4287 §4.2.1)."""
    for child in element:
        if draft.document.names[child.tag] == "author":
            person = person_from_element(child, draft.document.names, draft.base)
            if person is not None and len(draft.source_people) < MAX_LIST:
                draft.source_people.append(person)


# -------------------------------------------------------------------------------------------------- episodes


def _read_episode_text(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    draft.about_episode().keep(field, folded(text_of(element)))


def _read_chapters(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    read_chapters(draft.about_episode(), element, draft.document.names, draft.base)


def _read_transcript(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    read_transcript(draft.about_episode(), element, draft.base)


def _read_person(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    read_person(draft.about_episode(), element, draft.base)


def _read_player(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    assert isinstance(draft, EntryDraft)
    draft.about_episode().keep("player_url", absolute(element.get("url"), draft.base))


def _read_alternate(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``podcast:alternateEnclosure``: the same episode as another file, at the first of its web addresses."""
    assert isinstance(draft, EntryDraft)
    for child in element:
        if draft.document.names[child.tag] != "podcast:source":
            continue
        url = absolute(child.get("uri"), draft.base)
        if url is not None:
            kind = element.get("type")
            title, height = element.get("title"), element.get("height")
            draft.file(enclosure(url, type=kind, length=element.get("length"), title=title, height=height, group=0))
            return


_IN_GROUP = {
    "media:title": Rule(read_plain_text, "title", 4),
    "media:description": Rule(_read_media_description, "summary", 5),
}
_RULES: dict[str, Rule] = {
    "title": Rule(read_title, "title", 0),
    "dc:title": Rule(read_title, "title", 1),
    "dcterms:title": Rule(read_title, "title", 1),
    "itunes:title": Rule(read_title, "title", 2),
    "media:title": Rule(read_plain_text, "title", 3),
    "link": Rule(_read_link, empty=True),
    "a": Rule(read_url, "url", 2),  # CDF
    "url": Rule(read_url, "url", 6),
    "feedburner:origlink": Rule(read_url, "url", 0),
    "pheedo:origlink": Rule(read_url, "url", 0),
    "guid": Rule(_read_guid),
    "id": Rule(_read_id),
    "description": Rule(_read_summary, "summary", 0),
    "summary": Rule(_read_summary, "summary", 0),
    "xhtml:description": Rule(_read_summary, "summary", 0),  # the namespace of what it holds
    "abstract": Rule(_read_summary, "summary", 0),  # CDF
    "dc:description": Rule(read_html, "summary", 1),
    "dcterms:description": Rule(read_html, "summary", 1),
    "dcterms:abstract": Rule(read_html, "summary", 2),
    "itunes:summary": Rule(read_html, "summary", 3),
    "googleplay:description": Rule(read_html, "summary", 4),
    "media:description": Rule(_read_media_description, "summary", 5),
    "itunes:subtitle": Rule(read_html, "summary", 6),
    "source:markdown": Rule(_read_markdown, "summary", 7),
    "content": Rule(_read_content, "content", 0),
    "xhtml:content": Rule(_read_content, "content", 0),
    "content:encoded": Rule(read_rss_html, "content", 0),
    "encoded": Rule(read_rss_html, "content", 0),
    "content:items": Rule(_read_content_items, "content", 1),
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
    "source": Rule(_read_source),
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
    "comments": Rule(_read_comments, "comments", 0),
    "enclosure": Rule(_read_enclosure, empty=True),
    "media:content": Rule(_read_media),
    "media:group": Rule(_read_media),
    "media:thumbnail": Rule(_read_image, "thumbnail", 0, empty=True),
    "itunes:image": Rule(_read_image, "thumbnail", 1),
    "googleplay:image": Rule(_read_image, "thumbnail", 2),
    "image": Rule(_read_image, "thumbnail", 3),
    "thumbnail": Rule(_read_image, "thumbnail", 4),
    "itunes:duration": Rule(read_plain_text, "duration", 0),
    "itunes:season": Rule(_read_episode_text, "season"),
    "itunes:episode": Rule(_read_episode_text, "number"),
    "itunes:episodetype": Rule(_read_episode_text, "kind"),
    "itunes:explicit": Rule(_read_episode_text, "explicit"),
    "googleplay:explicit": Rule(_read_episode_text, "explicit"),
    "podcast:season": Rule(_read_episode_text, "season"),
    "podcast:episode": Rule(_read_episode_text, "number"),
    "podcast:chapters": Rule(_read_chapters),
    "podcast:transcript": Rule(_read_transcript),
    "podcast:person": Rule(_read_person),
    "podcast:alternateenclosure": Rule(_read_alternate),
    "psc:chapters": Rule(_read_chapters),
    "media:player": Rule(_read_player),
}
