"""RawHTML → SafeHTML: bounded, then nh3 with our allow-list, then the few elements that it cannot judge by itself.

nh3 parses as browsers do and writes HTML in one normal form (``tags``). Only where a picture, player or odd address
stands in that form does a second step look at it: a tree built in Python would cost more than everything else here.
"""

import re
from typing import Final

import nh3

from dateline.model import RawHTML, SafeHTML

from . import anchors, balance, links, nesting, pictures, players, policy, reopening, tags, urls

MAX_ROUNDS: Final = 5
"""How often a result is cleaned again until it stays the same; two nearly always do."""


def _cleaner(*more: str) -> nh3.Cleaner:
    """A cleaner by the policy; ``more`` are attributes that any element may carry besides."""
    return nh3.Cleaner(
        tags=set(policy.TAGS | {"embed", "h1"}),
        clean_content_tags=set(policy.DROPPED_WITH_CONTENT),
        attributes={
            "*": set(policy.GLOBAL_ATTRIBUTES) | set(more),
            **{
                name: set(
                    policy.ATTRIBUTES.get(name, frozenset()) - policy.SET_BY_US.get(name, frozenset())
                    | policy.READ_AND_REMOVED.get(name, frozenset())
                )
                for name in policy.ATTRIBUTES.keys() | policy.READ_AND_REMOVED.keys()
            },
        },
        set_tag_attribute_values={"a": {"target": policy.LINK_TARGET}},
        link_rel=policy.LINK_REL,
        url_schemes=set(policy.SCHEMES),
        url_relative="pass_through",  # resolved afterwards, with the base of each entry
    )


_CLEANER: Final = _cleaner()
_CLEANER_WITH_ANCHORS: Final = _cleaner("id")
if "<" in _CLEANER.clean('<p title="<">')[1:].partition(">")[0]:
    # Editing its output with patterns would not be safe: a value could look like a tag.
    raise ImportError("nh3 0.3.7 or newer is needed: older ones leave < and > in attributes as they are")

_MARKUP: Final = re.compile(r"[<&>\r\0\xa0\ud800-\udfff]")
_NOSCRIPT: Final = re.compile(r"</?noscript[^<>]*>", re.IGNORECASE)
_LAZY: Final = re.compile(r"\sdata-(?:lazy-|orig-)?src[=\s]|\sdata-original=", re.IGNORECASE)
_NAME: Final = re.compile(r"<([a-zA-Z]{3,}+)")  # none of the unusual is shorter
_UNUSUAL: Final = frozenset(
    {"applet", "button", "dir", "fieldset", "form", "isindex", "listing", "main", "marquee", "menu", "nav", "noscript"}
    | {"object", "plaintext", "ruby", "search", "select", "table", "template", "xmp"}
)
"""Elements that let others stand where they could not without them (a link in a link), and ``<noscript>``."""
_SECOND_LOOK: Final = re.compile(r"<(img|h1|pre|iframe|embed|source|audio|video)[ >]")
_HEADING: Final = re.compile(r"<(/?)h1(?=[ >])")
_PRE: Final = re.compile(rf"<pre{tags.ATTRIBUTES_PATTERN}>\n")
_LINK_OR_HEADING: Final = re.compile(r"<(/?(?:a|h[2-6]))[ >]")


def clean_html(html: RawHTML, base_url: str | None) -> SafeHTML:
    """HTML as published → HTML that may be put into a page as it is; cleaning it again changes nothing.

    ``base_url`` is what relative addresses are relative to (absolute http or https); without one they are dropped.
    Never raises: what cannot be cleaned becomes paragraphs of its text.
    """
    raw = balance.cut(html)
    if not _MARKUP.search(raw):
        return SafeHTML(raw)
    base = urls.usable_base(base_url)
    try:
        return SafeHTML(_settled(raw, base))
    except UnicodeEncodeError:  # halves of characters, which no encoding can write
        return SafeHTML(_settled(raw.encode("utf-8", "replace").decode(), base))


def _settled(raw: str, base: str | None) -> str:
    """HTML of bounded length → safe HTML, cleaned as often as it takes to stay the same."""
    unusual = _is_unusual(raw)
    if unusual and not _LAZY.search(raw):
        raw = _NOSCRIPT.sub("", raw)  # it holds the real picture, unless an attribute names that too
    once = _cleaned(raw, base)
    if _is_settled(once, is_unusual=unusual):
        return once
    for _ in range(MAX_ROUNDS):
        again = _cleaned(once, base)
        if again == once:
            return once
        once = again
    return balance.text_only(once)


def _is_unusual(raw: str) -> bool:
    return not _UNUSUAL.isdisjoint(map(str.lower, set(_NAME.findall(raw))))


def _is_settled(cleaned: str, *, is_unusual: bool) -> bool:
    """Whether parsing the result surely gives the tree that it was written from, and balancing leaves it as it is."""
    if "\r" in cleaned:  # a reference wrote it; read again, it is a line end
        return False
    is_read_alike = nesting.is_read_as_written(cleaned) if is_unusual else _has_nothing_in_its_like(cleaned)
    if not is_read_alike:
        return False
    return not balance.is_crowded(cleaned) or balance.is_balanced(cleaned) or balance.balanced(cleaned) == cleaned


def _has_nothing_in_its_like(cleaned: str) -> bool:
    """Whether no link stands in a link and no heading in a heading: without anything unusual, only these may change."""
    marks = _LINK_OR_HEADING.findall(cleaned)
    if marks == ["a", "/a"] * (len(marks) // 2):  # links, one after the other
        return True
    links = [mark for mark in marks if mark[-1] == "a"]
    headings = [mark[0] for mark in marks if mark[-1] != "a"]
    return links == ["a", "/a"] * (len(links) // 2) and headings == ["h", "/"] * (len(headings) // 2)


def _cleaned(raw: str, base: str | None) -> str:
    """One round: readable HTML → safe HTML."""
    is_crowded = balance.is_crowded(raw)
    bounded = balance.balanced(raw) if is_crowded else raw
    if len(bounded) <= 2 * balance.MAX_CHARS and not (is_crowded and reopening.writes_much(bounded)):
        if anchors.may_have(bounded, base):
            html = _finished(_CLEANER_WITH_ANCHORS.clean(bounded), base, has_anchors=True)
        else:
            html = _finished(_CLEANER.clean(bounded), base)
        if len(html) <= balance.MAX_CHARS:
            return html
    return balance.text_only(raw)


def _finished(html: str, base: str | None, *, has_anchors: bool = False) -> str:
    """What nh3 wrote → the same after the second look at whatever needs one."""
    found = _SECOND_LOOK.findall(html)
    present = set(found)
    pictures_there = found.count("img")
    # Frames come first: what stands between their tags is not escaped.
    if present & {"iframe", "embed"}:
        html = players.rewrite_frames(html, base)
        pictures_there = 0  # not known any more
    if has_anchors:
        html = anchors.rewrite(html, base)
    html = links.rewrite(html, base, may_be_inner=has_anchors)
    if "source" in present:
        html = pictures.rewrite_sources(html, base)
    if "img" in present:
        html = pictures.rewrite(html, base, pictures_there)
    if present & {"audio", "video"}:
        html = players.rewrite_media(html, base)
    if "h1" in present:  # the page has one of its own
        html = _HEADING.sub(r"<\1h2", html)
    if "pre" in present:  # HTML drops the first line end after <pre>, nh3 does not write it again
        html = _PRE.sub("<pre\\1>\n\n", html)
    return html
