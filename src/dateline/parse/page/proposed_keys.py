"""Lists in JSON and XML: found by their shape, their fields by the names that publishers give them."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dateline.errors import ParseError

from .budget import Budget
from .documents import script_values
from .rules import PageKind, PageRules
from .selectors import compile_selector
from .tree import ELEMENT, TEXT, Tree
from .xpath import XPath
from .xpath_functions import Context

Scored = tuple[float, PageRules]

LEAST = 2
_MOST_LISTS = 200
_DEEPEST = 12
_SAMPLE = 10
_SIMPLE_KEY = re.compile(r"[\w@$:-]{1,60}")

# The names of a field, the likeliest first; compared in lower case without "_" and "-".
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "name", "subject", "label", "head", "heading"),
    "url": ("url", "link", "href", "permalink", "weburl", "canonicalurl", "htmlurl", "uri", "path", "externalurl"),
    "content": (
        "contenthtml", "content", "html", "bodyhtml", "body", "description", "summary", "excerpt", "abstract", "text",
        "contenttext", "teaser",
    ),
    "date": (
        "datepublished", "publishedat", "publishdate", "published", "pubdate", "publicationdate", "date", "createdat",
        "created", "datecreated", "time", "timestamp", "postedat", "day", "updatedat", "modified", "datemodified",
        "startdate",
    ),
    "thumbnail": ("thumbnail", "thumbnailurl", "image", "imageurl", "cover", "picture", "photo", "img", "banner"),
    "author": ("author", "authors", "byline", "creator", "authorname", "username", "user"),
    "tags": ("tags", "categories", "keywords", "labels", "topics", "category"),
    "guid": ("guid", "id", "uuid", "identifier", "slug", "permalink"),
}  # fmt: skip
_WEIGHTS = {"title": 3.0, "url": 2.0, "date": 2.0, "content": 1.5, "thumbnail": 0.5, "author": 0.5, "tags": 0.3,
            "guid": 0.5}  # fmt: skip
_URL = re.compile(r"(?:https?:)?/{1,2}[^\s]|[^\s:]+/[^\s]*$")


def in_json(value: Any, budget: Budget, *, kind: PageKind = "json", script: str = "") -> list[Scored]:
    """Rules for the lists of objects in a JSON value."""
    found: list[Scored] = []
    for path, listed in _lists(value, budget):
        fields = _fields(listed)
        if "title" not in fields and "content" not in fields:
            continue
        score = sum(_WEIGHTS[field] for field in fields) * math.log2(1 + min(len(listed), 60))
        rules = PageRules(kind=kind, language="dotted", script=script, entry=path, **fields)
        found.append((score, rules))
    return found


def in_scripts(tree: Tree, budget: Budget) -> list[Scored]:
    """Rules for the lists in the scripts of a page."""
    found: list[Scored] = []
    machine = XPath(tree, budget)
    for node in tree.by_name.get("script", [])[:60]:
        selector = _script_selector(tree, node)
        try:
            values = script_values([tree.string(node)], budget)
            alone = machine.nodes(compile_selector(selector, css=True), Context(0)) == [node] if selector else False
        except ParseError:
            continue
        for value in values:
            found += in_json(value, budget, kind="script", script=selector if alone else selector.partition("#")[0])
    return found


def _script_selector(tree: Tree, node: int) -> str:
    ident, kind = tree.attribute(node, "id") or "", tree.attribute(node, "type") or ""
    if re.fullmatch(r"[A-Za-z_][\w-]{0,60}", ident):
        return f"script#{ident}"
    return f"script[type='{kind}']" if re.fullmatch(r"[\w/+.-]{1,60}", kind) else "script"


def _lists(value: Any, budget: Budget) -> Iterator[tuple[str, list[Any]]]:
    """(dotted path, list) of every list that holds objects."""
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    count = 0
    while waiting and count < _MOST_LISTS:
        path, one, depth = waiting.pop(0)
        budget.spend(1)
        if isinstance(one, list):
            if len(one) >= LEAST and all(isinstance(inner, dict) for inner in one[:_SAMPLE]):
                count += 1
                yield path or "$", one
            inner_values = [(f"{path}[{place}]" if path else str(place), inner) for place, inner in enumerate(one[:3])]
        elif isinstance(one, dict):
            keys = [key for key in list(one)[:200] if _SIMPLE_KEY.fullmatch(str(key))]
            inner_values = [(f"{path}.{key}" if path else key, one[key]) for key in keys]
        else:
            continue
        if depth < _DEEPEST:
            waiting += [(name, inner, depth + 1) for name, inner in inner_values if isinstance(inner, list | dict)]


def _fields(listed: Sequence[Any]) -> dict[str, str]:
    """The fields that the objects of a list have, each with its path: directly, or one object down (``meta.title``)."""
    paths: dict[str, Any] = {}
    for one in listed[:_SAMPLE]:
        for key, value in _simple(one):
            paths.setdefault(key, value)
            for inner, deeper in _simple(value):
                paths.setdefault(f"{key}.{inner}", deeper)
    return {field: path for field in _NAMES if (path := _path_of(field, paths))}


def _simple(value: Any) -> list[tuple[str, Any]]:
    """What an object has under keys that a dotted path can name; nothing else has anything."""
    pairs = list(value.items())[:100] if isinstance(value, dict) else []
    return [(key, inner) for key, inner in pairs if _SIMPLE_KEY.fullmatch(str(key))]


def _path_of(field: str, paths: Mapping[str, Any]) -> str:
    for name in _NAMES[field]:
        for depth in (0, 1):
            for path, value in paths.items():
                above, _, key = path.rpartition(".")
                if (
                    path.count(".") == depth
                    and _bare(key) == name
                    and _fits(field, value)
                    and not _is_of_another(above)
                ):
                    return path
    return ""


def _is_of_another(key: str) -> bool:
    """What stands in an author or a picture (``author.url``) is theirs, not the entry's."""
    return _bare(key) in {*_NAMES["author"], *_NAMES["thumbnail"], *_NAMES["tags"]}


def _bare(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "").lstrip("@$")


def _fits(field: str, value: Any) -> bool:
    """Whether a value can be such a field."""
    if field in {"url", "thumbnail"} and isinstance(value, str):
        return _URL.match(value) is not None
    if field in {"thumbnail", "author"} and isinstance(value, dict):
        return True
    if field in {"tags", "author"} and isinstance(value, list):
        return True
    if field in {"guid", "date"}:
        return isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return isinstance(value, str) and bool(value.strip())


# ------------------------------------------------------------------------------------------------ XML


def in_xml(tree: Tree, budget: Budget) -> list[Scored]:
    """Rules for the elements of XML that come again and again and hold fields."""
    found: list[Scored] = []
    for name, nodes in tree.by_name.items():
        budget.spend(1 + len(nodes))
        inner = {tree.names[child]: child for node in nodes[:_SAMPLE] for child in _fields_of(tree, node)}
        if len(nodes) < LEAST or not inner:
            continue
        fields = {field: path for field in _NAMES if (path := _element_of(field, inner, tree))}
        if "title" in fields or "content" in fields:
            score = sum(_WEIGHTS[field] for field in fields) * math.log2(1 + min(len(nodes), 60))
            rules = PageRules(kind="xml", language="xpath", entry=f"//{_step(tree, nodes[0], name)}", **fields)
            found.append((score, rules))
    return found


def _fields_of(tree: Tree, node: int) -> list[int]:
    """The elements and attributes of an element that hold nothing but text."""
    children = [
        child
        for child in tree.children(node)
        if tree.kinds[child] == ELEMENT and all(tree.kinds[inner] == TEXT for inner in tree.children(child))
    ]
    return [*children, *tree.attributes(node)]


def _element_of(field: str, inner: Mapping[str, int], tree: Tree) -> str:
    for name in _NAMES[field]:
        for key, node in inner.items():
            if _bare(key) == name and _fits(field, tree.string(node).strip()):
                return _step(tree, node, key)
    return ""


def _step(tree: Tree, node: int, name: str) -> str:
    if tree.kinds[node] != ELEMENT:
        return f"@{name}"
    return name if tree.spaces[node] in {"", tree.default_space} else f"*[local-name() = '{name}']"
