"""What entries and channels have in common: a draft that keeps the best candidate of each field.

A feed says one thing in several ways (``title``, ``dc:title``, ``media:title``). Each way has a rank in the tables of
``entry`` and ``channel``; the lowest rank wins, and within a rank the first — but the last of several dates.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from lxml import etree

from dateline.model import Person

from .addresses import absolute, base_address
from .dates import parse_date
from .limits import MAX_LIST
from .markup import XML_BASE, content_of, folded, plain_title, text_of, title_of
from .names import ATOM03, ATOM10, XML, Names, split
from .people import person_from_element

XML_LANG = f"{{{XML}}}lang"
_ATOM_TAGS = (f"{{{ATOM10}}}", f"{{{ATOM03}}}")
_MAX_BAD_DATES = 500  # so many that mean nothing, and no more are tried


class Document:
    """What holds for a whole document while it is read.

    ``names`` of its elements, ``atom`` or not, ``rebased`` by an ``xml:base`` of its own, the dates that made no sense.
    """

    def __init__(self, names: Names, *, atom: bool = False, rebased: bool = False) -> None:
        self.names = names
        self.atom = atom
        self.rebased = rebased
        self.bad_dates: list[str] = []
        self._atomic: dict[object, bool] = {}

    def atomic(self, element: etree._Element) -> bool:
        """True when Atom's text rules hold for an element: in an Atom feed, or for an Atom element elsewhere."""
        tag: object = element.tag
        known = self._atomic.get(tag)
        if known is None:
            # an RSS document that declares Atom's namespace for all it holds is still RSS
            foreign = str(tag).startswith(_ATOM_TAGS) and split(str(tag))[0] != self.names.core
            known = self._atomic[tag] = self.atom or foreign
        return known

    def date(self, texts: dict[int, str]) -> datetime | None:
        """The first of the candidates that means a time."""
        for _, text in sorted(texts.items()):
            if len(self.bad_dates) >= _MAX_BAD_DATES:
                break
            if (time := parse_date(text)) is not None:
                return time
            self.bad_dates.append(text)
        return None


class Draft:
    """One entry or channel being read. ``best[field][rank]`` holds candidates; lists hold what may come many times."""

    def __init__(self, document: Document, base: str | None) -> None:
        self.document = document
        self.base = base
        self.best: dict[str, dict[int, str]] = {}
        self.people: list[Person] = []
        self.source_people: list[Person] = []
        self.tags: dict[str, None] = {}

    def keep(self, field: str, rank: int, value: str | None) -> None:
        """A candidate, unless an earlier one has this rank."""
        if value:
            self.best.setdefault(field, {}).setdefault(rank, value)

    def chosen(self) -> dict[str, str]:
        """Of each field that there is, the candidate with the lowest rank."""
        return {field: candidates[min(candidates)] for field, candidates in self.best.items()}

    def date(self, field: str) -> datetime | None:
        """The time of a date field."""
        candidates = self.best.get(field)
        return self.document.date(candidates) if candidates else None

    def tag(self, text: str | None) -> None:
        """One more tag, its entities decoded where it holds no markup; doubles and blanks are dropped."""
        escaped = text is not None and "&" in text and "<" not in text and "&lt;" not in text
        tag = plain_title(text) if escaped else folded(text)
        if tag and len(self.tags) < MAX_LIST:
            self.tags[tag] = None


Reader = Callable[[Draft, etree._Element, str, int], None]
"""Reads one element into a draft: (draft, element, field, rank)."""


class Rule(NamedTuple):
    """How an element is read: by which reader, into which field, with which rank; ``empty`` ones hold no others."""

    read: Reader
    field: str = ""
    rank: int = 0
    empty: bool = False


def read_title(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A title: plain text."""
    draft.keep(field, rank, title_of(element, atomic=draft.document.atomic(element)))


def read_plain_text(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A text without markup, blanks folded."""
    draft.keep(field, rank, folded(text_of(element)))


def read_html(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A description: raw HTML by RSS's or Atom's rules."""
    draft.keep(field, rank, content_of(element, draft.base, atomic=draft.document.atomic(element)))


def read_rss_html(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Raw HTML wherever it stands: ``content:encoded``, ``xhtml:body``."""
    draft.keep(field, rank, content_of(element, draft.base, atomic=False))


def read_date(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A date: the last one of its rank counts."""
    text = text_of(element)
    if text:
        draft.best.setdefault(field, {})[rank] = text


def read_url(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """An address, as text or in ``href`` or ``url``."""
    base = base_address(element.get(XML_BASE), draft.base)
    address = element.get("href") or element.get("url") or element.get("HREF") or text_of(element)
    draft.keep(field, rank, absolute(address, base))


def read_author(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """One author more."""
    person = person_from_element(element, draft.document.names, draft.base)
    if person is not None and len(draft.people) < MAX_LIST:
        draft.people.append(person)


def read_category(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A tag: Atom's ``term``, iTunes' ``text`` (nested), else the text."""
    term = element.get("term") or element.get("text") or (element.text or "").strip() or element.get("label")
    draft.tag(term)
    for child in element:
        if draft.document.names[child.tag] == "itunes:category":
            draft.tag(child.get("text"))


def read_categories(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Categories wrapped in an element of their own."""
    for child in element:
        if draft.document.names[child.tag] == "category":
            read_category(draft, child, field, rank)


def read_keywords(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Tags in one text, parted by commas."""
    for word in text_of(element)[:20_000].split(",")[:MAX_LIST]:
        draft.tag(word)


def nested_text(element: etree._Element, names: Names, name: str) -> str | None:
    """The text of the child called ``name``."""
    return next((text_of(child) for child in element if names[child.tag] == name), None)
