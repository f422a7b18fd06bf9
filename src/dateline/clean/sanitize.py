"""RawHTML → SafeHTML: bounded, then nh3 with our allow-list, then the few elements that it cannot judge by itself.

nh3 parses as browsers do and writes HTML in one normal form (``tags``). Only where a picture, player or odd address
stands in that form does a second step look at it: a tree built in Python would cost more than everything else here.
"""

import re
from typing import Final

import nh3

from dateline.model import RawHTML, SafeHTML

from . import balance, pictures, players, policy, tags, urls

MAX_ROUNDS: Final = 6
"""How often a result is cleaned again until it stays the same; two nearly always do."""

_CLEANER: Final = nh3.Cleaner(
    tags=set(policy.TAGS | {"embed", "h1"}),
    clean_content_tags=set(policy.DROPPED_WITH_CONTENT),
    attributes={
        "*": set(policy.GLOBAL_ATTRIBUTES),
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
    url_relative="pass_through",  # resolved below, with the base of each entry
)

_MARKUP: Final = re.compile(r"[<&>\r\0\xa0]")
_NOSCRIPT: Final = re.compile(r"</?noscript[^<>]*>", re.IGNORECASE)
_PLAIN_ADDRESS: Final = r'(?!https?://[^/?#\\\s"&]|mailto:|tel:)'
_HAS_ODD_ADDRESS: Final = re.compile(rf'="(?:(?<= href=")|(?<= src=")|(?<= poster=")){_PLAIN_ADDRESS}')
_ODD_ADDRESS: Final = re.compile(rf' (href|src|poster)="{_PLAIN_ADDRESS}([^"]*)"')
_HEADING: Final = re.compile(r"<(/?)h1(?=[ >])")
_PRE: Final = re.compile(rf"<pre{tags.ATTRIBUTES_PATTERN}>\n")
_RESTLESS: Final = re.compile(r"<(?:table|button|marquee|applet|object|form|iframe|embed|audio|video)", re.IGNORECASE)
"""Elements after which parsing the result may give yet another one: misplaced parts of tables, barriers taken away."""


def clean_html(html: RawHTML, base_url: str | None) -> SafeHTML:
    """HTML as published → HTML that may be put into a page as it is; cleaning it again changes nothing.

    ``base_url`` is what relative addresses are relative to (absolute http or https); without one they are dropped.
    Never raises: what cannot be cleaned becomes paragraphs of its text.
    """
    if not _MARKUP.search(html):
        return SafeHTML(html)
    base = urls.usable_base(base_url)
    raw = _readable(html)
    once = _cleaned(raw, base)
    if not _may_change_again(raw, once):
        return SafeHTML(once)
    for _ in range(MAX_ROUNDS):
        again = _cleaned(once, base)
        if again == once:
            return SafeHTML(once)
        once = again
    return SafeHTML(balance.text_only(once))


def _readable(html: str) -> str:
    """Published HTML → what nh3 can read: of bounded length, without halves of characters, ``<noscript>`` laid open."""
    raw = html[: balance.MAX_CHARS]
    try:
        raw.encode()
    except UnicodeEncodeError:
        raw = raw.encode("utf-8", "replace").decode()
    if "<![CDATA[" in raw:  # a second wrapping, left over in broken feeds
        raw = raw.replace("<![CDATA[", "").replace("]]>", "")
    return raw


def _may_change_again(raw: str, cleaned: str) -> bool:
    return _RESTLESS.search(raw) is not None or (balance.is_crowded(cleaned) and not balance.is_crowded(raw))


def _cleaned(raw: str, base: str | None) -> str:
    """One round: readable HTML → safe HTML."""
    if "<noscript" in raw or "<NOSCRIPT" in raw:
        raw = _NOSCRIPT.sub("", raw)
    if balance.is_crowded(raw):
        raw = balance.balanced(raw)
    html = _CLEANER.clean(raw)
    if len(html) > balance.MAX_CHARS:
        return balance.text_only(raw)
    # Frames come first: what stands between their tags is not escaped.
    if "<iframe" in html or "<embed" in html:
        html = players.rewrite_frames(html, base)
    html = _with_addresses(html, base)
    if "<img" in html or "<source" in html:
        html = pictures.rewrite(html, base)
    if "<audio" in html or "<video" in html:
        html = players.rewrite_media(html, base)
    if "<h1" in html:  # the page has one of its own
        html = _HEADING.sub(r"<\1h2", html)
    if "<pre" in html:  # HTML drops the first line end after <pre>, nh3 does not write it again
        html = _PRE.sub("<pre\\1>\n\n", html)
    return html if len(html) <= balance.MAX_CHARS else balance.text_only(html)


def _with_addresses(html: str, base: str | None) -> str:
    """Normalised HTML → the same with absolute addresses, freed of tracking parameters; unusable ones are taken out."""
    if _HAS_ODD_ADDRESS.search(html):
        html = _ODD_ADDRESS.sub(lambda found: _address(found[1], found[2], base), html)
    return urls.without_tracking(html)


def _address(attribute: str, value: str, base: str | None) -> str:
    """One attribute that holds a relative, strangely written or hostile address → the attribute set right, or nothing."""
    address = urls.unescaped(value)
    target = urls.link_target(address, base) if attribute == "href" else urls.absolute(address, base)
    return f' {attribute}="{urls.escaped(target)}"' if target else ""
