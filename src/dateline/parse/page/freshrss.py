"""FreshRSS's names for a scraped source ↔ ``PageRules``: what its OPML says in ``type`` and ``frss:`` attributes.

FreshRSS writes ``type="HTML+XPath"`` with ``frss:xPathItem``, ``frss:xPathItemTitle`` …, ``XML+XPath`` with the same,
``JSON+DotNotation`` with ``frss:jsonItem`` …, and ``HTML+XPath+JSON+DotNotation`` with ``frss:xPathToJson`` beside
those (namespace ``https://freshrss.org/opml``). Names here are without the prefix. ``JSONFeed`` and ``rss`` are feeds
like any other. CSS selectors and JMESPath, which FreshRSS lacks, are given back as what is nearest: CSS as the XPath
that it means, JMESPath not at all.
"""

from collections.abc import Mapping

from dateline.errors import ParseError

from .rules import PageKind, PageRules, page_rules
from .selectors import css_as_xpath, looks_like_xpath
from .xpath_syntax import BadExpression

_KINDS: dict[str, PageKind] = {
    "html+xpath": "html",
    "xml+xpath": "xml",
    "json+dotnotation": "json",
    "jsondotnotation": "json",
    "html+xpath+json+dotnotation": "script",
}
_TYPES: dict[PageKind, str] = {
    "html": "HTML+XPath",
    "xml": "XML+XPath",
    "json": "JSON+DotNotation",
    "script": "HTML+XPath+JSON+DotNotation",
}
_NAMES = {
    "Item": "entry",
    "ItemTitle": "title",
    "ItemContent": "content",
    "ItemUri": "url",
    "ItemAuthor": "author",
    "ItemTimestamp": "date",
    "ItemTimeFormat": "date_format",
    "ItemThumbnail": "thumbnail",
    "ItemCategories": "tags",
    "ItemUid": "guid",
    "FeedTitle": "feed_title",
}


def rules_from_freshrss(outline_type: str, attributes: Mapping[str, str]) -> PageRules | None:
    """The rules of an outline; None for one whose type is no scraped source.

    ``attributes`` are its ``frss:`` ones by local name, in any case (``xPathItem``). Raises ``ParseError``
    ``parse.bad_rules`` for a scraped source whose rules cannot be used.
    """
    kind = _KINDS.get(outline_type.strip().lower())
    if kind is None:
        return None
    given = {name.lower(): value for name, value in attributes.items()}
    prefix = "xpath" if kind in {"html", "xml"} else "json"
    values = {ours: given.get(prefix + theirs.lower(), "") for theirs, ours in _NAMES.items()}
    language = "xpath" if prefix == "xpath" else "dotted"
    return page_rules({**values, "kind": kind, "language": language, "script": given.get("xpathtojson", "")})


def rules_to_freshrss(rules: PageRules) -> tuple[str, dict[str, str]] | None:
    """(outline type, ``frss:`` attributes by local name) as FreshRSS reads them; None when it has no words for it."""
    if rules.language == "jmespath":
        return None
    prefix = "xPath" if rules.kind in {"html", "xml"} else "json"
    try:
        found = {prefix + theirs: _in_their_words(rules, ours) for theirs, ours in _NAMES.items()}
        if rules.kind == "script":
            script = rules.script or "//script"
            found["xPathToJson"] = script if looks_like_xpath(script) else css_as_xpath(script, within_entry=False)
    except (BadExpression, ParseError):
        return None
    return _TYPES[rules.kind], {name: value for name, value in found.items() if value}


def _in_their_words(rules: PageRules, field: str) -> str:
    text: str = getattr(rules, field)
    if rules.language != "css" or not text or field == "date_format":
        return text
    return css_as_xpath(text, within_entry=field not in {"entry", "feed_title"}, html=rules.kind == "html")
