"""Authors: ``jane@example.org (Jane)``, ``Jane <jane@…>``, Atom persons, plain names → ``Person``."""

import re
from collections.abc import Sequence

from lxml import etree

from dateline.model import Person

from .addresses import absolute, base_address
from .limits import MAX_LIST, MAX_TITLE
from .markup import XML_BASE, plain_title, text_of
from .names import Names

_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]++@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)++(?:\?subject=\S+)?")
_EMPTY = re.compile(r"\(\s*(?:mailto:)?\s*\)|<\s*(?:mailto:)?\s*>|\[\s*\]|^mailto:", re.IGNORECASE)
_WRAPPED = re.compile(r"[(\[<](.*)[)\]>]")
_PARTS = {"name": "name", "email": "email", "uri": "url", "url": "url", "homepage": "url"}


def person_from_text(text: str | None) -> Person | None:
    """An author written as one text (RSS 2.0 wants ``email (name)``, publishers write anything)."""
    text = plain_title(text[:MAX_TITLE]) if text else None
    if not text:
        return None
    email = _EMAIL.search(text) if "@" in text else None
    if email is None:
        return _person(url=text) if text.lower().startswith(("http://", "https://")) else Person(name=text)
    rest = _EMPTY.sub("", text[: email.start()] + text[email.end() :]).strip(" \t,;:-\"'")
    wrapped = _WRAPPED.fullmatch(rest)
    return Person(name=(wrapped[1] if wrapped else rest).strip() or None, email=email[0].partition("?")[0])


def person_from_element(element: etree._Element, names: Names, base: str | None) -> Person | None:
    """An Atom person construct, or an element that holds an author as text."""
    if not len(element):
        return person_from_text(element.text)
    base = base_address(element.get(XML_BASE), base)
    parts: dict[str, str] = {}
    for child in element:
        part = _PARTS.get(names[child.tag].rpartition(":")[2])
        if part is not None:
            parts.setdefault(part, text_of(child)[:MAX_TITLE])
    if not parts:
        return person_from_text(text_of(element))
    return _person(name=plain_title(parts.get("name")), email=parts.get("email"), url=absolute(parts.get("url"), base))


def distinct(people: Sequence[Person], *, atom: bool = False) -> tuple[Person, ...]:
    """Everybody once: a second mention completes the first.

    A bare address and a bare name are one author, but for ``atom``, where one element holds all that is known of one.
    """
    if len(people) < 2:
        return tuple(people)
    known: list[Person] = []
    for person in people:
        for index, other in enumerate(known):
            if _same(person, other):
                known[index] = _merged(other, person)
                break
        else:
            known.append(person)
        if len(known) >= MAX_LIST:
            break
    if len(known) == 2 and not atom and _complementary(*known):
        known = [_merged(*known)]
    return tuple(known)


def _person(*, name: str | None = None, email: str | None = None, url: str | None = None) -> Person | None:
    if url is not None and not url.lower().startswith(("http://", "https://")):
        url = None
    return Person(name=name, email=email or None, url=url) if name or email or url else None


def _same(one: Person, other: Person) -> bool:
    if one.name and other.name:
        return one.name.casefold() == other.name.casefold()
    return bool(one.email and one.email == other.email) or bool(one.url and one.url == other.url)


def _merged(one: Person, other: Person) -> Person:
    return Person(name=one.name or other.name, email=one.email or other.email, url=one.url or other.url)


def _complementary(one: Person, other: Person) -> bool:
    """One is only an address, the other only a name."""
    return bool(one.email and not one.name and other.name and not other.email) or bool(
        other.email and not other.name and one.name and not one.email
    )
