"""The judge of SafeHTML: reads it with two parsers that are not nh3, and knows the rules from ``docs/cleaning.md``."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html as lxml_html

from dateline.clean import clean_html
from dateline.model import RawHTML

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "cleaning.md").read_text(encoding="utf-8")
GLOBAL = {"dir", "lang", "title"}
PLAYER_HOSTS = set(re.findall(r"`([a-z0-9.-]+\.[a-z]+)`", DOCUMENT.split("of these hosts stays")[1].split("(any")[0]))
Attributes = dict[str, str | None]


def written_allow_list() -> dict[str, set[str]]:
    """Element → attributes, as the table of ``docs/cleaning.md`` has it."""
    allowed: dict[str, set[str]] = {}
    for row in re.findall(r"^\| (`.*) \| (.*) \|$", DOCUMENT, re.MULTILINE):
        for element in re.findall(r"`([a-z0-9]+)`", row[0]):
            allowed[element] = set(re.findall(r"`([a-z-]+)`", row[1]))
    return allowed


ALLOWED = written_allow_list()


def problems(html: str, *, thorough: bool = True) -> list[str]:
    """Everything about this HTML that must not stand in a page; empty when it is safe.

    ``thorough`` reads it with both parsers, else with the quick one alone.
    """
    found = [f"character {sign!r}" for sign in "\0\r" if sign in html]
    for name, attributes in [*_tags_by_lxml(html), *(_tags_by_html_parser(html) if thorough else [])]:
        found += _problems_of(name, attributes)
    return found


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, _data: str) -> None:
        self.tags.append(("!--", {}))

    def handle_decl(self, _decl: str) -> None:
        self.tags.append(("!", {}))

    def handle_pi(self, _data: str) -> None:
        self.tags.append(("?", {}))


def _tags_by_html_parser(html: str) -> list[tuple[str, Attributes]]:
    tokens = _Tokens()
    tokens.feed(html)
    tokens.close()
    return tokens.tags


def _tags_by_lxml(html: str) -> list[tuple[str, Attributes]]:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = lxml_html.document_fromstring(f"<html><body><div>{html}</div></body></html>".encode(), parser=parser)
    body = root.find("body")
    assert body is not None
    found: list[tuple[str, Attributes]] = []
    for element in list(body.iter())[1:]:
        name: object = element.tag  # a function for comments and processing instructions
        found.append((name if isinstance(name, str) else "!--", {str(k): str(v) for k, v in element.attrib.items()}))
    return found


def _problems_of(name: str, attributes: Attributes) -> list[str]:
    if name not in ALLOWED:
        return [f"element {name}"]
    found = [f"attribute {name} {key}" for key in attributes if key not in ALLOWED[name] | GLOBAL | {"id"}]
    if not re.fullmatch(r"text-[\w.:-]+", attributes.get("id", "text-x") or ""):
        found.append(f"id {attributes['id']!r}")
    loaded = {key: attributes[key] for key in ("src", "poster") if key in attributes}
    found += [f"address {name} {key}={value!r}" for key, value in loaded.items() if not _is_loadable(value)]
    if "srcset" in attributes:
        candidates = (attributes["srcset"] or "").split(", ")
        found += [f"srcset {one!r}" for one in candidates if not _is_loadable(one.partition(" ")[0])]
    rule = _RULES.get(name)
    return found + ([f"rule of {name}: {attributes}"] if rule and not rule(attributes) else [])


def _as_browsers_read(address: str | None) -> str:
    """What the URL Standard makes of an address before it looks at the scheme."""
    return re.sub(r"[\t\n\r]", "", (address or "").strip("".join(map(chr, range(33)))))


def _is_loadable(address: str | None) -> bool:
    return re.match(r"https?://[^/?#\\]", _as_browsers_read(address)) is not None


def _link_is_right(attributes: Attributes) -> bool:
    href = attributes.get("href")
    if href is not None and re.fullmatch(r"#text-[\w.:-]+", href):
        return "target" not in attributes  # to a place of the same article
    leads_well = href is None or _is_loadable(href) or re.match(r"(mailto|tel):", _as_browsers_read(href)) is not None
    return leads_well and attributes.get("rel") == "noopener noreferrer" and attributes.get("target") == "_blank"


def _picture_is_right(attributes: Attributes) -> bool:
    sides = [attributes[key] or "" for key in ("width", "height") if key in attributes]
    return (
        "src" in attributes
        and attributes.get("loading") == "lazy"
        and attributes.get("decoding") == "async"
        and attributes.get("referrerpolicy") == "no-referrer"
        and all(side.isdecimal() and 1 < int(side) <= 10_000 for side in sides)
    )


def _frame_is_right(attributes: Attributes) -> bool:
    parts = urlsplit(attributes.get("src") or "")
    sandbox = set((attributes.get("sandbox") or "allow-everything").split())
    return (
        parts.scheme == "https"
        and parts.netloc in PLAYER_HOSTS
        and sandbox <= {"allow-scripts", "allow-popups", "allow-popups-to-escape-sandbox", "allow-presentation"}
        and attributes.get("loading") == "lazy"
        and attributes.get("referrerpolicy") in ("no-referrer", "strict-origin")
        and bool(attributes.get("title"))
    )


def _medium_is_right(attributes: Attributes) -> bool:
    return "controls" in attributes and attributes.get("preload") == "none"


_RULES = {
    "a": _link_is_right,
    "img": _picture_is_right,
    "iframe": _frame_is_right,
    "audio": _medium_is_right,
    "video": _medium_is_right,
}


def cleaned(html: str, base: str | None = "https://news.example/2026/entry") -> str:
    """``clean_html`` for a plain string, without what every link carries, to be compared in tables."""
    return clean_html(RawHTML(html), base).replace(' target="_blank" rel="noopener noreferrer"', "")
