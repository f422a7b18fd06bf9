"""What an outline says of its subscription's settings: FreshRSS's attributes, Miniflux's and our own, both ways. Pure.

FreshRSS: https://freshrss.github.io/FreshRSS/en/developers/OPML.html; Miniflux: the namespace
``https://miniflux.app/opml`` since 2.3.0; ours, ``https://dateline.example/opml``, for what neither has.
Whatever is not understood is named, so that nobody believes that it was taken over.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from dateline.errors import ParseError
from dateline.model import FullTextRules, Retention, Visibility
from dateline.preferences import Display, ReadWhen, decode_display, decode_read_when, encode

from .opml import OpmlFeed, OpmlFolder
from .opml_transport import OpmlTransport, is_transport, transport_attributes, transport_of
from .opml_unapplied import (
    CONDITIONS,
    READ_FILTERS,
    Unapplied,
    applied_conditions,
    conditions_of,
    read_queries,
    unapplied_of,
    with_read_queries,
)
from .page.freshrss import rules_from_freshrss, rules_to_freshrss
from .page.rules import PageRules, rules_from_json, rules_to_json

FullText = Literal["off", "truncated", "always"]
MAX_SELECTORS = 1_000
LONGEST_AGE = 1_000
LARGEST_COUNT = 1_000_000
MAX_LEFT_OUT = 20_000
_retention = msgspec.json.Decoder(Retention)
_addresses = msgspec.json.Decoder(list[str])

_PRIORITIES: dict[str, Visibility] = {
    "important": "important",
    "main": "main",
    "category": "folder",
    "feed": "archived",
    "hidden": "archived",
}
_TO_PRIORITY: dict[Visibility, str] = {
    "important": "important",
    "main": "main",
    "folder": "category",
    "archived": "hidden",
}
_TRUE = frozenset({"1", "t", "true", "yes"})
_FALSE = frozenset({"", "0", "f", "false", "no"})
_USED = frozenset(
    {
        *("frss:priority", "miniflux:hideGlobally", "miniflux:crawler", "miniflux:scraperRules", "miniflux:disabled"),
        *("frss:cssFullContent", "frss:cssContentFilter", CONDITIONS, READ_FILTERS),
    }
)
_OF_NO_CONSEQUENCE = frozenset(
    {
        *("frss:unicityCriteria", "frss:unicityCriteriaForced"),
        *("miniflux:ignoreHTTPCache", "miniflux:noMediaPlayer", "miniflux:disableHTTP2"),
        "miniflux:ignoreEntryUpdates",
    }
)
"""What Dateline sees to by itself."""
_FORMS = frozenset({"", "rss", "rss1", "rss2", "atom", "rdf", "pie", "feed", "jsonfeed", "link"})
"""Outline types that are read as any feed is."""


class OpmlSettings(Struct, frozen=True, kw_only=True):
    """The settings of one subscription as a file carries them.

    ``own_title``: the title is the person's, not the feed's. ``private``: the feed is the person's alone. ``rules``:
    it is a page that is read by them. ``transport``: how it is fetched, where that is otherwise than all.
    ``followed``: a followed list brought it; None when the file does not say. ``own_site`` and ``own_description``
    stand in the place of the publisher's.
    ``read_queries`` are searches that mark as read what arrives and is found by them.
    ``unapplied`` is kept for whoever reads the next file; ``left_out`` names what has no equivalent here.
    """

    own_title: bool = True
    private: bool = False
    transport: OpmlTransport | None = None
    display: Display | None = None
    read_when: ReadWhen | None = None
    rules: PageRules | None = None
    visibility: Visibility = "main"
    hidden_from_visitors: bool = False
    full_text: FullText = "off"
    full_text_rules: FullTextRules = FullTextRules()
    revised_unread: bool = False
    is_paused: bool = False
    retention: Retention | None = None
    followed: bool | None = None
    own_site: str | None = None
    own_description: str | None = None
    read_queries: tuple[str, ...] = ()
    unapplied: Unapplied = ()
    left_out: tuple[str, ...] = ()


def settings_of(feed: OpmlFeed) -> OpmlSettings:
    """An outline's settings; every value from outside that is not one of ours counts as not said."""
    said = feed.attributes
    rules = _rules(feed)
    transport, not_sent = transport_of(said)
    return OpmlSettings(
        own_title=said.get("dateline:titleIs") != "feed",
        private=_is_true(said.get("dateline:private")),
        transport=transport,
        display=_display(said),
        read_when=_read_when(said),
        rules=rules,
        visibility=_visibility(said),
        hidden_from_visitors=_is_true(said.get("dateline:hiddenFromVisitors")),
        full_text=_full_text(said),
        full_text_rules=_full_text_rules(said),
        revised_unread=_is_true(said.get("dateline:revisedUnread")),
        is_paused=_is_paused(said),
        retention=_kept(said),
        followed=_is_true(said["dateline:followed"]) if "dateline:followed" in said else None,
        own_site=said.get("dateline:ownSite"),
        own_description=said.get("dateline:ownDescription"),
        read_queries=read_queries(said),
        unapplied=unapplied_of(said),
        left_out=tuple(sorted((*_left_out(feed, rules), *not_sent))),
    )


def _rules(feed: OpmlFeed) -> PageRules | None:
    """How a page is read: in our own words, else in FreshRSS's; None for a feed, or rules that cannot be used."""
    ours = feed.attributes.get("dateline:pageRules")
    theirs = {name[5:]: value for name, value in feed.attributes.items() if name.startswith("frss:")}
    try:
        return rules_from_json(ours) if ours else rules_from_freshrss(feed.type, theirs)
    except ParseError:
        return None


def _kept(said: Mapping[str, str]) -> Retention | None:
    """How long articles are kept; a rule that is not quite one counts as none: nothing goes by mistake."""
    try:
        rule = _retention.decode(said.get("dateline:retention", ""))
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return rule if is_usable(rule) else None


def is_usable(rule: Retention) -> bool:
    """Whether a rule that came from outside is within what may be chosen."""
    bounds = ((rule.age, LONGEST_AGE), (rule.count, LARGEST_COUNT))
    return all(bound is None or 1 <= bound <= most for bound, most in bounds)


def _left_out(feed: OpmlFeed, rules: PageRules | None) -> Iterator[str]:
    """What the file says and nothing here can keep."""
    if feed.type not in _FORMS and rules is None:
        yield f"type={feed.type[:60]}"
    for name, value in feed.attributes.items():
        said = value.strip().lower()
        is_setting = name.startswith(("frss:", "miniflux:")) and said not in _FALSE
        is_needless = name in _USED or name in _OF_NO_CONSEQUENCE or name == "frss:ttl"  # how often is learnt
        is_needless |= rules is not None and name.startswith(("frss:xPath", "frss:json"))
        is_needless |= is_transport(name)
        if is_setting and not is_needless:
            yield name[:80]


def _is_paused(said: Mapping[str, str]) -> bool:
    """Whether it rests: in our words, else in Miniflux's or FreshRSS's (a negative interval)."""
    if _is_true(said.get("dateline:paused")) or _is_true(said.get("miniflux:disabled")):
        return True
    return said.get("frss:ttl", "").strip().startswith("-")


def _is_true(value: str | None) -> bool:
    return value is not None and value.strip().lower() in _TRUE


def _visibility(said: dict[str, str]) -> Visibility:
    for option in get_args(Visibility):
        if said.get("dateline:visibility") == option:
            visible: Visibility = option
            return visible
    if "frss:priority" in said:
        return _PRIORITIES.get(said["frss:priority"].lower(), "main")
    return "folder" if _is_true(said.get("miniflux:hideGlobally")) else "main"


def _full_text(said: dict[str, str]) -> FullText:
    for option in get_args(FullText):
        if said.get("dateline:fullText") == option:
            wanted: FullText = option
            return wanted
    if "dateline:titleIs" in said:  # ours says it when it is on
        return "off"
    return "always" if _is_true(said.get("miniflux:crawler")) or said.get("frss:cssFullContent") else "off"


def _full_text_rules(said: dict[str, str]) -> FullTextRules:
    """Selectors, those of ours before those of others; what is too long to be one is left."""
    place = said.get("dateline:fullTextPlace")
    return FullTextRules(
        content=_selectors(said, "dateline:fullTextContent", "frss:cssFullContent", "miniflux:scraperRules"),
        remove=_selectors(said, "dateline:fullTextRemove", "frss:cssContentFilter"),
        only=_selectors(said, "dateline:fullTextOnly") or applied_conditions(said),
        place="before" if place == "before" else "after" if place == "after" else "replace",
    )


def _selectors(said: dict[str, str], *names: str) -> str:
    value = next((said[name] for name in names if said.get(name)), "")
    text = "\n".join(line.strip() for line in value.splitlines() if line.strip())
    return text if len(text) <= MAX_SELECTORS else ""


def settings_attributes(settings: OpmlSettings) -> dict[str, str]:
    """Settings → an outline's attributes: FreshRSS's where it has the same, else ours; what is as usual is not said."""
    said = {"dateline:titleIs": "own" if settings.own_title else "feed"}
    if settings.visibility != "main":
        said["frss:priority"] = _TO_PRIORITY[settings.visibility]
    if settings.hidden_from_visitors:
        said["dateline:hiddenFromVisitors"] = "true"
    if settings.full_text != "off":
        said["dateline:fullText"] = settings.full_text
    said |= {name: value for name, value in _rules_attributes(settings.full_text_rules) if value}
    if settings.revised_unread:
        said["dateline:revisedUnread"] = "true"
    if settings.is_paused:
        said |= {"dateline:paused": "true", "frss:ttl": "-3600"}
    said |= retention_attributes(settings.retention) | _display_attributes(settings.display)
    own = {"dateline:ownSite": settings.own_site, "dateline:ownDescription": settings.own_description}
    said |= {name: value for name, value in own.items() if value}
    said |= _read_when_attributes(settings.read_when)
    said |= _asking_attributes(settings) | with_read_queries(settings.read_queries, settings.unapplied)
    if settings.rules is not None:
        _, theirs = rules_to_freshrss(settings.rules) or ("", {})
        said |= {f"frss:{name}": value for name, value in theirs.items()}
        said["dateline:pageRules"] = rules_to_json(settings.rules)
    if settings.followed is not None:
        said["dateline:followed"] = "true" if settings.followed else "false"
    return said


def _asking_attributes(settings: OpmlSettings) -> dict[str, str]:
    said = {"dateline:private": "true"} if settings.private else {}
    return said if settings.transport is None else said | transport_attributes(settings.transport)


def outline_type(settings: OpmlSettings) -> str:
    """An outline's type: FreshRSS's for a page, where it has one."""
    theirs = rules_to_freshrss(settings.rules) if settings.rules is not None else None
    return theirs[0] if theirs is not None else "rss"


def retention_attributes(rule: Retention | None) -> dict[str, str]:
    """How long articles are kept, of a subscription or a folder."""
    return {"dateline:retention": msgspec.json.encode(rule).decode()} if rule is not None else {}


def _display_attributes(display: Display | None) -> dict[str, str]:
    """How the entries of a subscription or a folder are shown, where that was chosen."""
    return {"dateline:display": encode(display)} if display is not None and encode(display) else {}


def _read_when_attributes(chosen: ReadWhen | None) -> dict[str, str]:
    """What counts as read by itself, where that was chosen."""
    return {"dateline:readWhen": encode(chosen)} if chosen is not None and encode(chosen) else {}


def _read_when(said: Mapping[str, str]) -> ReadWhen | None:
    return decode_read_when(said.get("dateline:readWhen"))


def _display(said: Mapping[str, str]) -> Display | None:
    found = decode_display(said.get("dateline:display"))
    return None if found == Display() else found


def _rules_attributes(rules: FullTextRules) -> Iterator[tuple[str, str]]:
    for ours, theirs, selectors in (
        ("dateline:fullTextContent", "frss:cssFullContent", rules.content),
        ("dateline:fullTextRemove", "frss:cssContentFilter", rules.remove),
    ):
        lines = selectors.splitlines()
        yield theirs, ", ".join(lines)  # one selector list in CSS; its lines are ours
        yield ours, selectors if len(lines) > 1 else ""
    yield "dateline:fullTextOnly", rules.only
    yield CONDITIONS, conditions_of(rules.only)
    yield "dateline:fullTextPlace", "" if rules.place == "replace" else rules.place


def followed_address(folder: OpmlFolder) -> str | None:
    """The address of the list that a folder follows (FreshRSS's dynamic OPML)."""
    return folder.attributes.get("frss:opmlUrl") or None


def folder_retention(folder: OpmlFolder) -> Retention | None:
    """How long the articles of what a folder holds are kept."""
    return _kept(folder.attributes)


def folder_display(folder: OpmlFolder) -> Display | None:
    """How a folder is shown, where that was chosen."""
    return _display(folder.attributes)


def folder_read_when(folder: OpmlFolder) -> ReadWhen | None:
    """What of a folder counts as read by itself, where that was chosen."""
    return _read_when(folder.attributes)


def folder_left_out(folder: OpmlFolder) -> tuple[str, ...]:
    """Addresses of the list that a folder follows which its owner does not want."""
    try:
        return tuple(_addresses.decode(folder.attributes.get("dateline:leftOut", ""))[:MAX_LEFT_OUT])
    except (msgspec.MsgspecError, UnicodeError):
        return ()


def folder_attributes(
    followed_url: str | None,
    kept: Retention | None = None,
    display: Display | None = None,
    read_when: ReadWhen | None = None,
    *,
    left_out: Iterable[str] = (),
) -> dict[str, str]:
    """What a file says of a folder."""
    said = {"frss:opmlUrl": followed_url} if followed_url else {}
    if addresses := sorted(left_out):
        said["dateline:leftOut"] = msgspec.json.encode(addresses).decode()
    return said | retention_attributes(kept) | _display_attributes(display) | _read_when_attributes(read_when)
