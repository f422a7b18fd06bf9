"""What only entries have: their draft, and the readers of one element each.

What they share with channels is in ``fields``, what is said of episodes in ``episode_fields``.
"""

from lxml import etree

from dateline.model import Enclosure

from .addresses import absolute, base_address
from .episode import EpisodeDraft
from .fields import (
    XML_LANG,
    Document,
    Draft,
    nested_text,
    read_html,
    read_rss_html,
    read_url,
)
from .limits import MAX_LIST
from .markup import XML_BASE, content_of, text_as_html, text_of
from .media import enclosure_of, is_picture, media_type
from .names import RDF
from .people import person_from_element

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


def read_summary(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """The first of description and summary is the summary, a second one the content (if nothing better is)."""
    first = draft.best.get("summary", {}).get(rank)
    if first is None:
        read_html(draft, element, "summary", rank)
    elif (second := content_of(element, draft.base, atomic=draft.document.atomic(element))) != first:
        draft.keep("content", 5, second)
    _note_language(draft, element)


def read_content(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """The whole text; one that stands elsewhere (``src``) is a file or the page."""
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


def read_link(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
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


def read_guid(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """RSS's guid; the address of the page too, where it says so or looks like one."""
    guid = text_of(element)
    draft.keep("guid", 0, guid)
    said = (element.get("isPermaLink") or element.get("ispermalink") or "").strip().lower()
    if said not in {"", "true"}:
        return
    if guid.startswith("/") or guid[:5].lower() == "http:" or guid[:6].lower() == "https:":
        draft.keep("url", 4, absolute(guid, draft.base))
    elif said and "/" in guid:
        draft.keep("url", 8, absolute(guid, draft.base))


def read_id(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Atom's id. One that is no IRI (against RFC 4287 §4.2.6) is resolved when it is a path, or below ``xml:base``."""
    guid = text_of(element)
    base = base_address(element.get(XML_BASE), draft.base)
    rebased = draft.document.rebased or XML_BASE in element.attrib
    if draft.document.atom and ":" not in guid and (rebased or guid.startswith("/")):
        guid = absolute(guid, base) or guid
    draft.keep("guid", 0, guid)


def read_comments(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where the comments are; some say here how many there are."""
    if not text_of(element).isdigit():
        read_url(draft, element, field, rank)


def read_content_items(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``content:items``, the first form of the content module: the text stands in ``rdf:value``."""
    for value in element.iter(f"{{{RDF}}}value"):
        read_rss_html(draft, value, field, rank)


def read_markdown(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``source:markdown`` (http://source.scripting.com/), where it is all that there is: with its lines, as text."""
    draft.keep(field, rank, text_as_html(text_of(element)))


def read_enclosure(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A file that comes along."""
    assert isinstance(draft, EntryDraft)
    draft.file(enclosure_of(element, draft.base, None))


def read_media_description(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Media RSS descriptions are plain text unless they say otherwise."""
    if (element.get("type") or "plain").strip().lower() in {"html", "text/html"}:
        read_rss_html(draft, element, field, rank)
    else:
        draft.keep(field, rank, text_as_html(text_of(element)))


def read_image(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A picture: in ``href`` or ``url``, as text, or in RSS's ``<image><url>``."""
    inner = nested_text(element, draft.document.names, "url")
    address = element.get("href") or element.get("url") or inner or (element.text or "").strip()
    draft.keep(field, rank, absolute(address, draft.base))


def read_source(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where an aggregated entry comes from: its authors are the entry's if it names none (RFC 4287 §4.2.1)."""
    for child in element:
        if draft.document.names[child.tag] == "author":
            person = person_from_element(child, draft.document.names, draft.base)
            if person is not None and len(draft.source_people) < MAX_LIST:
                draft.source_people.append(person)
