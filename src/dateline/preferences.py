"""What a person may choose about reading: how it looks, what marks an entry read, which keys; and how it is kept.

Kept as one JSON object an account (``users.preferences``), and one for a folder or a subscription that differs
(``display``, ``read_when``): only what was chosen. A part that another version wrote and this one cannot read counts as
not chosen; nothing else is lost by that.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Struct

View = Literal["normal", "reader", "cards", "panes", "global"]
"""Rows that open, everything open, pictures, list and article side by side, a board of folders."""
Order = Literal[
    "newest",
    "oldest",
    "published",
    "published_oldest",
    "title",
    "title_z",
    "feed",
    "feed_z",
    "folder",
    "folder_z",
    "link",
    "link_z",
    "longest",
    "shortest",
    "random",
    "fair",
]
"""By arrival, publication, title, feed, folder, link, length, each both ways; by chance; feeds in turn."""
ShownChoice = Literal["adaptive", "unread", "all", "read", "starred", "unread_or_starred", "unread_not_starred"]
"""By what a person did with entries; ``adaptive``: unread, or all when nothing is."""
Theme = Literal["auto", "light", "dark", "sepia", "contrast"]
Typeface = Literal["serif", "sans"]
Measure = Literal["narrow", "normal", "wide", "full"]
Density = Literal["comfortable", "compact"]
Thumbnail = Literal["none", "small", "large"]
RowSite = Literal["full", "icon", "name", "none"]
PageSize = Literal[20, 50, 100, 200]


class Display(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a stream is shown; None is as what is above says: the folder, then the account."""

    view: View | None = None
    order: Order | None = None
    shown: ShownChoice | None = None


class Look(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How pages look. ``text_size`` is of articles, in CSS pixels; ``css`` is the person's own sheet.

    ``hide_read_feeds``: what has nothing unread leaves the sidebar while only the unread is shown. ``more_by_itself``:
    the next page of a stream, of ``page_size`` articles too, comes when its end comes near, without a press.
    """

    theme: Theme = "auto"
    typeface: Typeface = "serif"
    text_size: int = 19
    measure: Measure = "normal"
    density: Density = "comfortable"
    thumbnail: Thumbnail = "none"
    row_site: RowSite = "full"
    row_authors: bool = False
    hide_read_feeds: bool = False
    more_by_itself: bool = True
    page_size: PageSize = 50
    css: str = ""


class Marking(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What marks an entry read, and what happens when a whole stream is marked.

    ``on_site``: the publisher's page was opened. ``on_scroll``: it went past the top. ``on_focus``: it was reached by
    the keyboard. ``hide_read``: rows leave once they are read. ``to_next``: after a stream was marked, go to the next
    one with unread entries.
    """

    on_open: bool = True
    on_site: bool = True
    on_scroll: bool = False
    on_focus: bool = False
    hide_read: bool = False
    confirm: bool = False
    to_next: bool = True


class ReadWhen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which entries count as read by themselves; None is as what is above says: the folder, then the account.

    ``arrived``: all of them. ``gone``: what the feed carries no more. ``beyond``: all but so many of the newest unread
    of the feed. ``repeated``: when one of so many before it in the feed has the same title; ``repeated_near``: in its
    folders. 0 is none of them.
    """

    arrived: bool | None = None
    gone: bool | None = None
    beyond: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    repeated: Annotated[int, msgspec.Meta(ge=0, le=1_000)] | None = None
    repeated_near: Annotated[int, msgspec.Meta(ge=0, le=1_000)] | None = None


class ShareTarget(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place to share an article with: ``template`` is an address in which ``{url}`` and ``{title}`` are put.

    With ``fields`` (name, value) it takes a form: ``template`` is where that is sent, and what is put in stands in the
    values.
    """

    name: str
    template: str
    fields: tuple[tuple[str, str], ...] = ()


class Notify(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of what a person's devices are told. ``important``: of new entries in important feeds."""

    important: bool = False


class Preferences(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One account's choices, by subject. Every field has a default: a new account is ready to read.

    ``display`` is what all streams begin with; ``streams`` holds what differs for those that are no folder and no
    subscription (``main``, ``starred``, ``label/7``). ``keys``: action → key, where it is not the usual one.
    ``feed_addresses``: the number that addresses of streams as feeds are made with; it stays on this server.
    """

    display: Display = Display()
    streams: dict[str, Display] = {}
    look: Look = Look()
    marking: Marking = Marking()
    read_when: ReadWhen = ReadWhen()
    keys: dict[str, str] = {}
    share: tuple[ShareTarget, ...] | None = None
    media_proxy: bool = False
    notify: Notify = Notify()
    feed_addresses: int = 0


_Kept = TypeVar("_Kept", Preferences, Display, ReadWhen)
_NOTHING_CHOSEN = Preferences()
_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)


def encode(chosen: Preferences | Display | ReadWhen) -> str:
    """As it is stored; "" when nothing was chosen."""
    text = msgspec.json.encode(chosen).decode()
    return "" if text == "{}" else text


def decode(text: str) -> Preferences:
    """What ``encode`` made; what cannot be read is left at its default, field by field."""
    return _decoded(text, Preferences) if text else _NOTHING_CHOSEN


def decode_display(text: str | None) -> Display | None:
    """The same for one folder's or subscription's; None for none."""
    return _decoded(text, Display) if text else None


def decode_read_when(text: str | None) -> ReadWhen | None:
    """The same for what counts as read by itself; None for none."""
    found = _decoded(text, ReadWhen) if text else None
    return None if found == ReadWhen() else found


def _decoded(text: str, kind: type[_Kept]) -> _Kept:
    try:
        return msgspec.json.decode(text, type=kind)
    except _UNREADABLE:
        return kind(**_readable(text, kind))


def _readable(text: str, kind: type[Struct]) -> dict[str, Any]:
    try:
        parts = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except _UNREADABLE:
        return {}
    found = {}
    for field in msgspec.structs.fields(kind):
        try:
            found[field.name] = msgspec.json.decode(parts[field.encode_name], type=field.type)
        except (KeyError, *_UNREADABLE):
            continue
    return found
