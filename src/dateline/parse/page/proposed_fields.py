"""What an element of a list holds (title, address, date, picture, …), and the CSS that finds it in all of them."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from dateline.parse.dates import parse_date
from dateline.parse.markup import folded

from .budget import Budget
from .rules import PageRules
from .tree import TEXT, Tree

_TOKEN = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]{0,50}")
# States, places in a row, and what build tools make: not what a list is known by.
_FLEETING = re.compile(
    r"(?:^|[-_])(?:active|current|selected|first|last|odd|even|open|closed|hidden|visible|new|sticky|featured|loaded|lazy)$"
    r"|\d{3,}|^(?:css|sc|jsx|svelte|emotion)-"
    r"|(?:^|[-_])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{5,}$|^[a-zA-Z]{1,2}$"
)
_VAGUE = frozenset({"div", "span", "p", "li", "td", "a", "b", "strong", "em", "i", "small"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLE = re.compile(r"title|headline|heading|titre|titel|titulo|subject", re.IGNORECASE)
_DATE = re.compile(r"date|time|publi|datum|fecha|posted", re.IGNORECASE)
_SUMMARY = re.compile(
    r"summary|excerpt|teaser|descr|intro|lead|chapo|text|content|body|abstract|snippet", re.IGNORECASE
)
_AUTHOR = re.compile(r"author|byline|auteur|autor|writer", re.IGNORECASE)
_DATE_LIKE = re.compile(r"\d{1,4}[./\-\s]|\d{4}")


def simple_classes(tree: Tree, node: int) -> list[str]:
    """The classes of an element by which it may be known."""
    text = tree.attribute(node, "class")
    return [token for token in text.split()[:12] if is_stable(token)] if text else []


def is_stable(token: str) -> bool:
    """Whether a class or an id is a name that somebody gave, and plain enough for a selector."""
    return _TOKEN.fullmatch(token) is not None and _FLEETING.search(token) is None


def described(tree: Tree, node: int) -> str:
    """An element in CSS, by itself: ``#id``, ``ul.news``, ``ul``."""
    ident = tree.attribute(node, "id") if node else None
    if ident and is_stable(ident):
        return f"#{ident}"
    classes = simple_classes(tree, node) if node else []
    return f"{tree.names[node] or ':root'}{''.join('.' + token for token in classes[:2])}"


class Item:
    """One element of a list, looked at: ``parts`` are its elements by what they seem to be."""

    def __init__(self, tree: Tree, node: int, budget: Budget) -> None:
        budget.spend(4 * (tree.ends[node] - node))
        self.tree = tree
        self.node = node
        self.inner = [node, *tree.within(tree.all_elements, node)]
        self.parts: dict[str, int] = {}
        headings = [place for place in self.inner if tree.names[place] in _HEADINGS]
        self.heading_count = len(headings)
        link = self._link(headings)
        if link is not None:
            self.parts["url"] = link
        title = self._title(headings, link)
        if title is not None:
            self.parts["title"] = title
        self._others(title)
        self.title = self._text("title")
        self.summary = self._text("content")
        self.address = (tree.attribute(link, "href") or "").strip() if link is not None else ""

    @property
    def has_heading(self) -> bool:
        return self.heading_count > 0

    @property
    def has_date(self) -> bool:
        return "date" in self.parts

    @property
    def has_picture(self) -> bool:
        return "thumbnail" in self.parts

    def _text(self, part: str) -> str:
        node = self.parts.get(part)
        return folded(self.tree.string(node)[:2_000]) or "" if node is not None else ""

    def _link(self, headings: Sequence[int]) -> int | None:
        """The link to the article: in or around the heading, else the one that says most, else the first."""
        tree = self.tree
        links = [place for place in self.inner if tree.names[place] == "a" and _leads_on(tree.attribute(place, "href"))]
        for heading in headings[:1]:
            near = [link for link in links if heading <= link < tree.ends[heading] or link < heading < tree.ends[link]]
            if near:
                return near[0]
        return max(links, key=lambda link: min(tree.length(link), 200), default=None)

    def _title(self, headings: Sequence[int], link: int | None) -> int | None:
        tree = self.tree
        named = (
            place
            for place in self.inner[1:]
            if _TITLE.search(tree.attribute(place, "class") or "") and tree.string(place).strip()
        )
        filled = (heading for heading in headings if tree.string(heading).strip())
        found = next(filled, None) or next(named, None)
        if found is None and link is not None and tree.string(link).strip():
            return link
        return found if found is not None else (self.node if tree.length(self.node) < 300 else None)

    def _others(self, title: int | None) -> None:
        """Date, picture, author, summary, tags: the first of each."""
        tree = self.tree
        for place in self.inner[1:]:
            name, marks = tree.names[place], tree.attribute(place, "class") or ""
            if name == "img" or (name == "source" and tree.attribute(place, "srcset")):
                self.parts.setdefault("thumbnail", place)
            elif name == "time" or (place != title and self._is_date(place, marks)):
                self.parts.setdefault("date", place)
            elif tree.attribute(place, "rel") == "tag":
                self.parts.setdefault("tags", place)
            elif _AUTHOR.search(marks) and self._is_name(place):
                self.parts.setdefault("author", place)
        texts = [place for place in self.inner[1:] if self._is_summary(place, title)]
        best = max(texts, key=tree.length, default=None)
        if best is not None:
            self.parts["content"] = best

    def _is_name(self, place: int) -> bool:
        """Short, and more than the date: a byline may hold nothing else."""
        tree = self.tree
        text = tree.string(place).strip()
        within = range(place + 1, min(tree.ends[place], place + 8))
        return 2 < len(text) < 100 and all(tree.names[n] != "time" or tree.string(n).strip() != text for n in within)

    def _is_date(self, place: int, marks: str) -> bool:
        text = self.tree.string(place).strip() if self.tree.length(place) < 60 else ""
        if not text or not _DATE_LIKE.search(text) or len(text) < 6:
            return False
        is_leaf = all(self.tree.kinds[child] == TEXT for child in self.tree.children(place))
        return (is_leaf or _DATE.search(marks) is not None) and parse_date(text) is not None

    def _is_summary(self, place: int, title: int | None) -> bool:
        tree = self.tree
        if tree.length(place) < 40 or (title is not None and place <= title < tree.ends[place]):
            return False
        if title is not None and title < place < tree.ends[title]:
            return False
        return tree.names[place] == "p" or _SUMMARY.search(tree.attribute(place, "class") or "") is not None


def _leads_on(address: str | None) -> bool:
    return bool(address) and not str(address).lower().startswith(("#", "javascript:", "mailto:", "tel:"))


# ------------------------------------------------------------------------------------------------ rules for all of them


def rules_for(entry: str, items: Sequence[Item]) -> PageRules:
    """Rules that find in each element what it seems to hold."""
    rules = {field: _best(items, field) for field in ("title", "url", "content", "date", "thumbnail", "author", "tags")}
    if rules["url"] in {"", "a"} and all(item.parts.get("url") == item.node for item in items):
        rules["url"] = ":scope"
    if not rules["title"]:
        rules["title"] = ":scope"
    return PageRules(kind="html", language="css", entry=entry, **rules)


def _best(items: Sequence[Item], field: str) -> str:
    """The plainest selector that gives the part in most of the elements that have it; "" where few have it."""
    having = [item for item in items if field in item.parts]
    if len(having) < max(1, 0.3 * len(items)):
        return ""
    if all(item.parts[field] == item.node for item in having):
        return ":scope"
    votes: Counter[str] = Counter()
    for item in having[:20]:
        for text, finds in _ways(item, item.parts[field]):
            votes[text] += finds(item) == item.parts[field]
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0] in _VAGUE, len(vote[0])))
    return ranked[0][0] if ranked and ranked[0][1] >= 0.6 * len(having[:20]) else ""


Way = tuple[str, Callable[[Item], int | None]]


def _ways(item: Item, node: int) -> list[Way]:
    """Selectors that may lead to a part, each with what it gives in an element of the list."""
    tree = item.tree
    name = tree.names[node]
    ways: list[Way] = [(name, partial(_first, name=name, token=""))]
    if tree.attribute(node, "rel") == "tag":
        return [("[rel=tag]", lambda one: one.parts.get("tags"))]
    ways += [(f".{token}", partial(_first, name="", token=token)) for token in simple_classes(tree, node)[:4]]
    parent = tree.parents[node]
    if parent > item.node:
        for token in simple_classes(tree, parent)[:2]:
            ways += [(f".{token} > {name}", partial(_within, above="", token=token, name=name))]
        if tree.names[parent] in _HEADINGS:
            above = tree.names[parent]
            ways.append((f"{above} > {name}", partial(_within, above=above, token="", name=name)))
    if name in {"td", "th"}:
        column = 1 + [child for child in tree.children(parent) if tree.kinds[child] != TEXT].index(node)
        ways.append((f"{name}:nth-child({column})", partial(_column, name=name, column=column)))
    return ways


def _first(item: Item, name: str, token: str) -> int | None:
    tree = item.tree
    for place in item.inner[1:]:
        if (not name or tree.names[place] == name) and (not token or token in simple_classes(tree, place)):
            return place
    return None


def _within(item: Item, above: str, token: str, name: str) -> int | None:
    tree = item.tree
    for place in item.inner[1:]:
        parent = tree.parents[place]
        fits = parent > item.node and (tree.names[parent] == above if above else token in simple_classes(tree, parent))
        if tree.names[place] == name and fits:
            return place
    return None


def _column(item: Item, name: str, column: int) -> int | None:
    tree = item.tree
    cells = [child for child in tree.children(item.node) if tree.kinds[child] != TEXT]
    return cells[column - 1] if len(cells) >= column and tree.names[cells[column - 1]] == name else None
