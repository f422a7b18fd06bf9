"""``PageRules``: how a page without a feed is read. A value that is stored, hashed and checked; it reads nothing."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from dateline.errors import ParseError

PageKind = Literal["html", "xml", "json", "script"]
"""The document: a web page, XML, JSON, or JSON inside of a web page."""

Language = Literal["css", "xpath", "jmespath", "dotted"]
"""What the rules are written in: selectors for ``html`` and ``xml``, paths for ``json`` and ``script``."""

MAX_RULE = 1_000
MAX_JSON = 20_000

LANGUAGES: Mapping[PageKind, tuple[Language, ...]] = {
    "html": ("css", "xpath"),
    "xml": ("xpath", "css"),
    "json": ("dotted", "jmespath"),
    "script": ("dotted", "jmespath"),
}


class PageRules(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How entries are found in a document, and each field in an entry. "" : there is no such rule.

    ``entry`` gives the entries; all other rules start at one of them, but ``feed_title`` (the document) and ``script``
    (``script`` pages: CSS or XPath for the text that holds the JSON; "" means every script). ``date_format`` is needed
    only where the date would be misread (``dates.py``).
    """

    kind: PageKind
    language: Language
    entry: str
    script: str = ""
    title: str = ""
    url: str = ""
    content: str = ""
    author: str = ""
    date: str = ""
    date_format: str = ""
    thumbnail: str = ""
    tags: str = ""
    guid: str = ""
    feed_title: str = ""


FIELDS = ("title", "url", "content", "author", "date", "thumbnail", "tags", "guid")
"""The rules that give a field of an entry, in the order in which forms show them."""

TEXTS = ("script", "entry", *FIELDS, "date_format", "feed_title")


def page_rules(values: Mapping[str, str]) -> PageRules:
    """Rules from a form's fields, trimmed; what is missing is "". Raises ``ParseError`` ``parse.bad_rules``."""
    kind, language = values.get("kind", ""), values.get("language", "")
    if kind not in get_args(PageKind) or language not in get_args(Language):
        raise ParseError("parse.bad_rules", f"{kind[:20]!r} with {language[:20]!r}")
    texts: dict[str, Any] = {name: " ".join(values.get(name, "").split()) for name in TEXTS}
    return bounded(PageRules(kind=kind, language=language, **texts))  # type: ignore[arg-type] # just compared


def bounded(rules: PageRules) -> PageRules:
    """The same rules. Raises ``ParseError`` ``parse.bad_rules`` for what no rule can be, whatever it says."""
    if rules.language not in LANGUAGES[rules.kind]:
        raise ParseError("parse.bad_rules", f"{rules.kind} is not read with {rules.language}")
    if not rules.entry:
        raise ParseError("parse.bad_rules", "entry: there must be a rule for the entries")
    for name in TEXTS:
        text = getattr(rules, name)
        if len(text) > MAX_RULE or not text.isprintable():
            raise ParseError("parse.bad_rules", f"{name}: longer than {MAX_RULE} characters, or not in one line")
    return rules


def rules_to_json(rules: PageRules) -> str:
    """The one way in which rules are written down: equal rules are equal texts."""
    return msgspec.json.encode(rules).decode()


def rules_from_json(text: str | bytes) -> PageRules:
    """Raises ``ParseError`` ``parse.bad_rules``."""
    if len(text) > MAX_JSON:
        raise ParseError("parse.bad_rules", f"more than {MAX_JSON} characters")
    try:
        return bounded(msgspec.json.decode(text, type=PageRules))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ParseError("parse.bad_rules", str(error)[:200]) from error


def rules_hash(rules: PageRules) -> str:
    """A short name for rules: equal for equal ones only."""
    return hashlib.blake2b(rules_to_json(rules).encode(), digest_size=10).hexdigest()
