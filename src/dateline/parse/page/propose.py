"""A page → rules for the lists that it seems to hold, the likeliest first. No model: repeated structure, counted.

In HTML every run of like siblings and every class that comes often is a candidate; what its elements hold (an address
each, a title, a date, a picture) is its score, what surrounds it (menus, footers) counts against it. In JSON and XML
the names of keys and elements say what they are (``proposed_keys``).
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dateline.errors import ParseError

from .budget import Budget
from .documents import html_tree, json_value, utf8, xml_tree
from .proposed_fields import Item, described, is_stable, rules_for, simple_classes
from .proposed_keys import Scored, in_json, in_scripts, in_xml
from .reading import parse_page
from .rules import PageRules
from .selectors import compile_selector
from .tree import Tree
from .xpath import XPath
from .xpath_functions import Context
from .xpath_syntax import BadExpression

MOST = 5
LEAST_ENTRIES = 3
PROPOSING_STEPS = 6_000_000

_WORTH = 0.2  # of the best list's score, for one more to be offered
_LOOKED_AT = 40  # elements of a candidate
_TRIED = 60  # candidates whose elements are looked at
_SKIPPED = frozenset({"head", "script", "style", "template", "svg", "select", "noscript", "html", "body", "option"})
_ASIDE = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|footer|header|sidebar|aside|breadcrumbs?|pagination|pager|social|share"
    r"|cookie|related|comments?|widget|tags?|toolbar|login|search|lang(?:uage)?s?)(?:$|[-_ ])",
    re.IGNORECASE,
)
_ASIDE_NAMES = frozenset({"nav", "footer", "aside", "form"})
_XML = re.compile(rb"\s*<\?xml", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)


class _Group(NamedTuple):
    """Elements that look alike; ``selector`` is what they have in common."""

    nodes: list[int]
    name: str
    token: str
    parent: int | None


def propose(body: bytes, *, url: str | None = None, content_type: str = "") -> list[PageRules]:
    """At most five sets of rules, each of which finds entries with titles in this page. [] for a page without lists.

    Never raises for what the page holds.
    """
    budget = Budget(PROPOSING_STEPS)
    found: list[Scored] = []
    try:
        text = utf8(body, content_type)
        found = _candidates(text, budget)
    except ParseError:
        pass  # what there is was found before the steps were used up, or there is nothing to read
    kept: list[PageRules] = []
    seen: list[set[str]] = []
    least = _WORTH * max((score for score, _ in found), default=0.0)
    for score, rules in sorted(found, key=lambda one: -one[0])[: 4 * MOST]:
        if score < least:
            break
        names = _entries_of(body, rules, url, content_type)
        if len(names) < 2 or any(len(names & other) > 0.7 * min(len(names), len(other)) for other in seen):
            continue
        seen.append(names)
        kept.append(rules)
        if len(kept) == MOST:
            break
    return kept


def _candidates(text: bytes, budget: Budget) -> list[Scored]:
    if text[:1] in b"{[":
        return in_json(json_value(text), budget)
    if _XML.match(text) and not _HTML.search(text[:2_000]):
        return in_xml(xml_tree(text), budget)
    tree = html_tree(text)
    found = in_scripts(tree, budget)
    _in_html(tree, budget, found)
    return found


def _entries_of(body: bytes, rules: PageRules, url: str | None, content_type: str) -> set[str]:
    """What tells the entries apart that rules find: addresses, else titles."""
    try:
        feed = parse_page(body, rules, url=url, content_type=content_type)
    except ParseError:
        return set()
    return {name for entry in feed.entries if (name := entry.url or entry.title)}


# ------------------------------------------------------------------------------------------------ lists in HTML


def _in_html(tree: Tree, budget: Budget, found: list[Scored]) -> None:
    """Add the lists of a page; those that were found stay when the steps are used up."""
    groups = sorted(_groups(tree, budget), key=lambda group: -_promise(group))
    machine = XPath(tree, budget)
    aside = _aside(tree, budget)
    done: list[tuple[float, frozenset[str], PageRules]] = []
    for group in groups[:_TRIED]:
        items = [Item(tree, node, budget) for node in group.nodes[:_LOOKED_AT]]
        score = _score(items) * (0.15 if _share(aside, group.nodes) > 0.5 else 1.0)
        if score <= 1:
            continue
        entry = _selector(tree, group, machine)
        if entry is not None:
            _keep_better(done, score, frozenset(item.address for item in items), rules_for(entry, items))
    found += [(score, rules) for score, _, rules in done]


def _groups(tree: Tree, budget: Budget) -> Iterable[_Group]:
    """Siblings of one name, and elements of one name and class wherever they stand."""
    by_class: dict[tuple[str, str], list[int]] = {}
    by_parent: dict[tuple[int, str], list[int]] = {}
    budget.spend(2 * len(tree.all_elements))
    for node in tree.all_elements:
        name = tree.names[node]
        if name in _SKIPPED:
            continue
        by_parent.setdefault((tree.parents[node], name), []).append(node)
        for token in simple_classes(tree, node):
            by_class.setdefault((name, token), []).append(node)
    for (name, token), nodes in by_class.items():
        if len(nodes) >= LEAST_ENTRIES:
            yield _Group(_outermost(tree, nodes), name, token, None)
    for (parent, name), nodes in by_parent.items():
        if len(nodes) >= LEAST_ENTRIES:
            yield _Group(nodes, name, "", parent)


def _outermost(tree: Tree, nodes: Sequence[int]) -> list[int]:
    found: list[int] = []
    for node in nodes:
        if not found or node >= tree.ends[found[-1]]:
            found.append(node)
    return found


def _promise(group: _Group) -> float:
    """Which candidates to look at first: many elements, a name that lists are made of."""
    is_usual = group.name in {"article", "li", "tr", "div", "section", "a", "h2", "h3", "dt", "p"}
    return math.log2(1 + min(len(group.nodes), 60)) + is_usual + 2 * (group.name == "article") + bool(group.token)


def _aside(tree: Tree, budget: Budget) -> list[tuple[int, int]]:
    """The parts of a page that are no contents, as (first node, end)."""
    found: list[tuple[int, int]] = []
    budget.spend(len(tree.all_elements))
    for node in tree.all_elements:
        if found and node < found[-1][1]:
            continue
        marks = f"{tree.attribute(node, 'class') or ''} {tree.attribute(node, 'id') or ''}"
        inner = tree.ends[node] - node
        is_named = inner < len(tree.kinds) / 2 and _ASIDE.search(marks[:300]) is not None
        if tree.names[node] not in {"body", "main", "article"} and (tree.names[node] in _ASIDE_NAMES or is_named):
            found.append((node, tree.ends[node]))
    return found


def _share(aside: Sequence[tuple[int, int]], nodes: Sequence[int]) -> float:
    some = nodes[:_LOOKED_AT]
    starts = [start for start, _ in aside]
    places = [bisect_right(starts, node) - 1 for node in some]
    return sum(place >= 0 and node < aside[place][1] for place, node in zip(places, some, strict=True)) / len(some)


def _score(items: Sequence[Item]) -> float:
    """How much a candidate looks like a list of articles."""
    count = len(items)
    addresses = {item.address for item in items if item.address}
    titles = {item.title for item in items if item.title}
    if len(titles) < LEAST_ENTRIES or len(titles) < 0.6 * count or (addresses and len(addresses) < 0.6 * count):
        return 0.0
    lengths = sorted(len(item.title) for item in items)
    middle = lengths[count // 2]
    if not addresses and (middle < 20 or not any(item.has_date for item in items)):
        return 0.0
    score = 2.0 * min(middle, 60) / 60 + 2.0 * len(addresses) / count
    score += 3.0 * sum(item.has_date for item in items) / count
    score += 1.0 * sum(item.has_heading for item in items) / count
    score += 1.0 * sum(item.has_picture for item in items) / count
    score += 1.5 * sum(len(item.summary) > 40 for item in items) / count
    score += 1.0 * _share_of_commonest([item.address.rpartition("/")[0] for item in items if item.address])
    crowded = sum(item.heading_count > 1 for item in items) / count
    return score * math.log2(1 + count) * (1 - 0.8 * crowded) * (0.4 if middle < 12 else 1.0)


def _share_of_commonest(values: Sequence[str]) -> float:
    return Counter(values).most_common(1)[0][1] / len(values) if values else 0.0


def _keep_better(
    done: list[tuple[float, frozenset[str], PageRules]], score: float, addresses: frozenset[str], rules: PageRules
) -> None:
    """Of several ways to the same list the one that says most of its entries."""
    for place, (other, known, _) in enumerate(done):
        if len(addresses & known) > 0.7 * min(len(addresses), len(known)):
            if score > other:
                done[place] = (score, addresses, rules)
            return
    done.append((score, addresses, rules))


# ------------------------------------------------------------------------------------------------ a group's selector


def _selector(tree: Tree, group: _Group, machine: XPath) -> str | None:
    """CSS that gives exactly these elements, the plainest first."""
    for text in _selectors(tree, group):
        try:
            found = machine.nodes(compile_selector(text, css=True), Context(0))
        except BadExpression:
            continue
        if set(group.nodes) <= set(found) and len(found) <= len(group.nodes) * 1.1:
            return text
    return None


def _selectors(tree: Tree, group: _Group) -> Iterable[str]:
    if group.token:
        yield f"{group.name}.{group.token}"
        return
    assert group.parent is not None
    path = group.name
    node = group.parent
    for _ in range(5):
        name = described(tree, node)
        yield f"{name} > {path}"
        if tree.kinds[node] == 0 or name.startswith("#"):
            return
        path = f"{tree.names[node] if not is_stable(name) else name} > {path}"
        node = tree.parents[node]
