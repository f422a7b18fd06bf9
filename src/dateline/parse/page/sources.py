"""A document with its rules → its entries, and each field of one as text, address or HTML: trees and JSON alike."""

import re
from collections.abc import Iterable
from typing import Any, Protocol

from dateline.errors import ParseError
from dateline.parse.addresses import absolute, absolute_links
from dateline.parse.limits import MAX_LIST, MAX_TITLE
from dateline.parse.markup import folded, looks_like_html, plain, text_as_html, without_controls

from .budget import Budget
from .documents import html_tree, json_value, script_values, xml_tree
from .json_paths import JsonPath, compile_path
from .rules import FIELDS, PageRules
from .selectors import compile_selector, looks_like_xpath
from .tree import ELEMENT, TEXT, Tree
from .xpath import XPath
from .xpath_functions import Context, Value
from .xpath_syntax import BadExpression, Expression

MAX_ENTRIES = 500
"""Entries of one page: the first ones. A list that is read by people is shorter."""

_MAX_FIELD = 1_000_000
_BACKGROUND = re.compile(r"""url\(\s*["']?([^"')]{1,2000})""", re.IGNORECASE)
_SOURCES = ("src", "data-src", "data-lazy-src", "data-original", "href", "content", "poster")
_SETS = ("srcset", "data-srcset")


class Source(Protocol):
    """A document that rules are applied to; an item is a node of a tree or a JSON value."""

    def entries(self) -> list[Any]:
        """The items that the rule for entries gives, at most ``MAX_ENTRIES`` + 1."""

    def texts(self, field: str, item: Any) -> list[str]:
        """Every text that a field's rule gives, without blanks around."""

    def url(self, field: str, item: Any, base: str | None) -> str | None:
        """The address that a field's rule gives."""

    def html(self, field: str, item: Any, base: str | None) -> str | None:
        """The content that a field's rule gives."""

    def page_facts(self) -> tuple[str | None, str | None, str | None]:
        """The document's own (title, language, base address)."""


def open_source(rules: PageRules, text: bytes, budget: Budget) -> Source:
    """Read a document as its rules say. Raises ``ParseError``, ``BadExpression``."""
    if rules.kind in {"html", "xml"}:
        return TreeSource(rules, html_tree(text) if rules.kind == "html" else xml_tree(text), budget)
    if rules.kind == "json":
        return JsonSource(rules, [json_value(text)], None, budget)
    tree = html_tree(text)
    texts = script_texts(rules, tree, budget)
    values = script_values(texts, budget)
    if texts and not values:
        raise ParseError("parse.not_json", "no JSON was found in the text that the rule for the script selects")
    return JsonSource(rules, values, tree, budget)


def script_texts(rules: PageRules, tree: Tree, budget: Budget) -> list[str]:
    """The texts that hold JSON in a page. Raises ``BadExpression``."""
    if not rules.script:
        return [tree.string(node) for node in tree.by_name.get("script", [])]
    with named("script"):
        expression = compile_selector(rules.script, css=not looks_like_xpath(rules.script))
        machine = XPath(tree, budget)
        value = machine.evaluate(expression, Context(0))
        return [machine.node_string(node) for node in value] if isinstance(value, list) else [machine.string(value)]


class named:  # noqa: N801 - used as a with statement's word
    """Says in which rule a mistake is."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, BadExpression):
            raise ParseError("parse.bad_rules", f"{self._field}: {error}") from error


# ------------------------------------------------------------------------------------------------ trees


class TreeSource:
    """HTML or XML."""

    def __init__(self, rules: PageRules, tree: Tree, budget: Budget) -> None:
        self.tree = tree
        self.budget = budget
        self.machine = XPath(tree, budget)
        self._is_html = rules.kind == "html"
        self._expressions: dict[str, Expression] = {}
        for field in ("entry", "feed_title", *FIELDS):
            if text := getattr(rules, field):
                with named(field):
                    self._expressions[field] = compile_selector(text, css=rules.language == "css", html=self._is_html)

    def entries(self) -> list[int]:
        value = self._value("entry", 0)
        if not isinstance(value, list):
            raise ParseError("parse.bad_rules", "entry: the expression gives a text, not elements")
        return value[: MAX_ENTRIES + 1]

    def _value(self, field: str, node: int) -> Value:
        expression = self._expressions.get(field)
        if expression is None:
            return []
        with named(field):
            return self.machine.evaluate(expression, Context(node))

    def texts(self, field: str, item: int) -> list[str]:
        value = self._value(field, item)
        nodes = value if isinstance(value, list) else None
        if nodes is None:
            texts: Iterable[str] = [self.machine.string(value)]
        elif field == "date":
            texts = map(self._date_text, nodes[:MAX_LIST])
        else:
            texts = map(self.machine.node_string, nodes[:MAX_LIST])
        return [text for text in map(str.strip, texts) if text]

    def _date_text(self, node: int) -> str:
        """What a machine should read of it, where there is such a thing: ``<time datetime>``, ``<meta content>``."""
        for name in ("datetime", "content"):
            if self.tree.kinds[node] == ELEMENT and (value := self.tree.attribute(node, name)):
                return value
        return self.machine.node_string(node)

    def url(self, field: str, item: int, base: str | None) -> str | None:
        value = self._value(field, item)
        if not isinstance(value, list):
            return absolute(self.machine.string(value).strip(), base)
        addresses = (self._addresses(node, is_picture=field == "thumbnail") for node in value[:10])
        found = (absolute(address.strip(), base) for some in addresses for address in some)
        return next((address for address in found if address), None)

    def _addresses(self, node: int, *, is_picture: bool) -> list[str]:
        """The addresses that a node holds, the likeliest first."""
        tree = self.tree
        if tree.kinds[node] != ELEMENT:
            return [self.machine.node_string(node)]
        inner = tree.within(tree.by_name.get("img" if is_picture else "a", []), node)[:3]
        found = [value for place in (node, *inner) for value in self._own_addresses(place, is_picture=is_picture)]
        return found or [self.machine.node_string(node)]

    def _own_addresses(self, node: int, *, is_picture: bool) -> list[str]:
        values = {self.tree.names[place]: self.tree.string(place) for place in self.tree.attributes(node)}
        if not is_picture:
            return [values[name] for name in ("href", "src", "content") if values.get(name)]
        found = [values[name] for name in _SOURCES if values.get(name) and not values[name].startswith("data:")]
        found += [values[name].split(",")[0].split()[0] for name in _SETS if values.get(name, "").split(",")[0].strip()]
        return found + _BACKGROUND.findall(values.get("style", "")[:4000])[:1]

    def html(self, field: str, item: int, base: str | None) -> str | None:
        value = self._value(field, item)
        if not isinstance(value, list):
            return _text_content(self.machine.string(value), base)
        parts = [part for node in value[:MAX_LIST] if (part := self._node_html(node, base))]
        return "".join(parts)[:_MAX_FIELD] or None

    def _node_html(self, node: int, base: str | None) -> str | None:
        tree = self.tree
        self.budget.spend(tree.ends[node] - node)
        self.budget.spend_text(2 * tree.length(node))
        if tree.kinds[node] != ELEMENT:
            return _text_content(tree.string(node), base)
        if not self._is_html and all(tree.kinds[inner] == TEXT for inner in tree.children(node)):
            return _text_content(tree.string(node), base)
        html = tree.html(node)
        self.budget.spend_text(len(html))
        return absolute_links(without_controls(html.strip()), base)

    def page_facts(self) -> tuple[str | None, str | None, str | None]:
        title = next(iter(self.texts("feed_title", 0)), None)
        if not self._is_html:
            return folded(title), None, None
        own_title, language, base = html_facts(self.tree)
        return folded(title) or own_title, language, base


def html_facts(tree: Tree) -> tuple[str | None, str | None, str | None]:
    """A web page's (title, language, base address)."""
    title = next((tree.string(node) for node in tree.by_name.get("title", [])[:1]), None)
    language = next((tree.attribute(node, "lang") for node in tree.by_name.get("html", [])[:1]), None)
    bases = (tree.attribute(node, "href") for node in tree.by_name.get("base", [])[:3])
    return folded(title), folded(language), next((base for base in bases if base), None)


def _text_content(text: str, base: str | None) -> str | None:
    """A text that a rule gives as content: HTML when it looks like it."""
    text = without_controls(text[:_MAX_FIELD]).strip()
    if not text:
        return None
    return absolute_links(text, base) if looks_like_html(text) else text_as_html(text)


# ------------------------------------------------------------------------------------------------ JSON


class JsonSource:
    """One JSON value, or those of a page's scripts (``tree`` is the page then)."""

    def __init__(self, rules: PageRules, values: list[Any], tree: Tree | None, budget: Budget) -> None:
        self.values = values
        self.budget = budget
        self._tree = tree
        self._paths: dict[str, JsonPath] = {}
        for field in ("entry", "feed_title", *FIELDS):
            if text := getattr(rules, field):
                with named(field):
                    self._paths[field] = compile_path(text, rules.language)

    def entries(self) -> list[Any]:
        found: list[Any] = []
        for value in self.values:
            listed = self._value("entry", value)
            found += listed if isinstance(listed, list) else [listed] if isinstance(listed, dict) else []
            if len(found) > MAX_ENTRIES:
                break
        return found[: MAX_ENTRIES + 1]

    def has_list(self) -> bool:
        """Whether the rule for entries leads to a list, be it an empty one."""
        return any(isinstance(self._value("entry", value), list) for value in self.values)

    def _value(self, field: str, item: Any) -> Any:
        path = self._paths.get(field)
        return None if path is None else path(item, self.budget)

    def texts(self, field: str, item: Any) -> list[str]:
        value = self._value(field, item)
        listed = value if isinstance(value, list) else [value]
        found = (_scalar(one, "name", "title", "label", "term", "value") for one in listed[:MAX_LIST])
        return [text for text in map(str.strip, found) if text]

    def url(self, field: str, item: Any, base: str | None) -> str | None:
        value = self._value(field, item)
        listed = value if isinstance(value, list) else [value]
        addresses = (_scalar(one, "url", "href", "src", "@id", "contentUrl").strip() for one in listed[:10])
        return next((found for address in addresses if (found := absolute(address, base))), None)

    def html(self, field: str, item: Any, base: str | None) -> str | None:
        value = self._value(field, item)
        listed = value if isinstance(value, list) else [value]
        texts = [_scalar(one, "html", "content", "text", "rendered", "value") for one in listed[:MAX_LIST]]
        return "".join(part for text in texts if (part := _text_content(text, base)))[:_MAX_FIELD] or None

    def page_facts(self) -> tuple[str | None, str | None, str | None]:
        titles = (text for value in self.values[:1] for text in self.texts("feed_title", value))
        title = folded(next(titles, None))
        if self._tree is None:
            return title, None, None
        own_title, language, base = html_facts(self._tree)
        return title or own_title, language, base


def _scalar(value: Any, *keys: str) -> str:
    """A text or a number as text; of an object, what it has under one of these keys (``{"name": "Jane"}``)."""
    if isinstance(value, dict):
        value = next((value[key] for key in keys if isinstance(value.get(key), str)), None)
    if isinstance(value, str):
        return without_controls(value[:_MAX_FIELD])
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def one_line(texts: list[str], *, may_be_html: bool = False) -> str | None:
    """The first text as a title, a name or a tag."""
    if not texts:
        return None
    text = texts[0][: 4 * MAX_TITLE]
    return plain(text) if may_be_html and looks_like_html(text[:MAX_TITLE]) else folded(text)
