"""The judge of whole pages: what no page of ours may hold, whatever stood in a feed."""

import re
from urllib.parse import urlsplit

import lxml.html
from tests.clean.checker import PLAYER_HOSTS

from dateline.clean.on_demand import CLASS

_ADDRESSES = frozenset(
    ["href", "src", "action", "formaction", "poster", "data", "background", "cite", "srcset", "xlink:href", "longdesc"]
)
_FORBIDDEN = frozenset(["style", "srcdoc", "ping", "http-equiv"])
_NO_ELEMENTS = frozenset(
    [
        "object",
        "embed",
        "applet",
        "base",
        "frame",
        "frameset",
        "math",
        "animate",
        "set",
        "foreignobject",
        "style",
    ]
)
_BAD_SCHEME = re.compile(
    r"[\x00-\x20]*(?:javascript|data|vbscript|file|blob|filesystem|view-source|about)\s*:", re.IGNORECASE
)
_OUR_TEMPLATES = frozenset(["label-tick", "label-chip"])
_IN_CONTENT = frozenset(
    [
        "template",
        "form",
        "input",
        "button",
        "select",
        "textarea",
        "svg",
        "link",
        "meta",
        "script",
        "title",
        "body",
        "html",
    ]
)
_NO_IDENTITY = frozenset(("id", "class", "name"))


def wrongs(html: str) -> list[str]:
    """Everything that must not stand in a page; empty when it is as it should be. ``html`` may be cut short."""
    if not html:
        return []
    root = lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True))
    found: list[str] = []
    for element in root.iter():
        if isinstance(element.tag, str):
            found += _element(element)
    for content in root.iterfind(".//div[@class='article-content']"):
        if content.get("data-whole") is None:  # else what stands there is ours: a way to the rest of it
            found += _content(content)
    return found[:20]


def _element(element: lxml.html.HtmlElement) -> list[str]:
    name = str(element.tag).lower()
    found = [f"<{name}>"] if name in _NO_ELEMENTS else []
    if name == "template" and element.get("class") not in _OUR_TEMPLATES:
        found.append("<template>")
    if name == "script" and not (str(element.get("src") or "").startswith("/static/") and not element.text_content()):
        found.append(f"a script: {element.get('src')}")
    for key, value in element.attrib.items():
        low = str(key).lower()
        is_event = low.startswith("on")
        if is_event or low in _FORBIDDEN or (low in _ADDRESSES and _BAD_SCHEME.match(str(value))):
            found.append(f"<{name} {low}={str(value)[:80]!r}>")
    return found


def _content(content: lxml.html.HtmlElement) -> list[str]:
    """What stands in an entry's content has neither forms nor a name by which a script or a style could mean it."""
    found = []
    for element in content.iter():
        if element is content or not isinstance(element.tag, str):
            continue
        if element.tag in _IN_CONTENT:
            found.append(f"<{element.tag}> in a content")
        if element.tag == "a" and element.get("class") == CLASS:  # a player that waits: ours, with an address we judged
            source = urlsplit(str(element.get("data-src") or ""))
            found += [] if source.scheme == "https" and source.netloc in PLAYER_HOSTS else [f"a player: {source}"]
        else:
            found += [f"{key} in a content" for key in element.attrib if key in _NO_IDENTITY]
    return found
