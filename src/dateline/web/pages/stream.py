"""The stream page: ``/ /important /starred /all /folder/ID /feed/ID``, one's own or below ``/@NAME/``; of one's own
also ``/today /recent /label /label/ID``.

Query: ``shown`` (of ``web.shown``; without it, what suits), ``q`` (search), ``saved`` (the id of the saved search that
this is, if it is), ``order`` and ``seed`` (its chance),
``before`` (where the last page ended), ``since`` (µs, when today began on the first page), ``select=1`` (rows with a
box to tick, for those without scripts), ``fragment=1`` (only the rows). Reading changes no states; arrived entries are
delivered first.
"""

from datetime import UTC, datetime
from typing import Literal

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.actions import visiting
from dateline.model import Cursor, Page, ShownNow, Stream, StreamKind
from dateline.store import accounts, board, displays, sidebars, streams
from dateline.store.bodies import Bodies
from dateline.store.db import Tx
from dateline.store.labels import Label
from dateline.store.sidebars import Sidebar
from dateline.store.times import to_us
from dateline.web import cursors, messages, orders, proxied, saved_searches, searching, shown, views
from dateline.web.board import BoardMaker, Box, feed_ids
from dateline.web.forms import whole_number
from dateline.web.i18n import N_, Words, local
from dateline.web.marked import instant
from dateline.web.orders import Ordering
from dateline.web.pages import visitor
from dateline.web.reading import Reading, reading, visited
from dateline.web.rows import Row, RowMaker
from dateline.web.shown import Options as ShownOptions
from dateline.web.sidebar import SidebarView, for_visitors, sidebar_view
from dateline.web.stream_feeds import PATH, is_possible
from dateline.web.stream_names import stream_path, stream_title, unread_count
from dateline.web.views import Layout
from dateline.web.visit import Visit

_OWN_PAGES: dict[str, tuple[str, str]] = {
    "feed": ("/subscriptions", N_("Settings of this feed")),
    "folder": ("/folders", N_("Settings of this folder")),
    "label": ("/labels", N_("Settings of this label")),
    "search": ("/searches", N_("Settings of this search")),
}
_WITH_RULES = ("folder", "feed")

Empty = Literal[
    "",
    "search",
    "unread",
    "starred",
    "important",
    "label",
    "today",
    "recent",
    "none_such",
    "no_feeds",
    "waiting",
    "nothing",
]


class StreamPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/stream.html`` and ``parts/entries.html``.

    ``may_refresh``: a visitor may where the owner lets them.
    ``root`` and ``path`` are paths without the base (``/@NAME``, ``/folder/3``). ``unread`` counts the whole stream.
    ``saved`` is the id of the saved search that is open, ``title`` then its name; ``stream_name`` is ``folder/3``.
    ``rule_place`` is where a rule of the search would be for (``pages.rules``), "" for all.
    ``asked_at`` is when a search was asked, in µs; "" without one.
    ``problems`` are why the search finds nothing, where it cannot be meant.
    ``shown_words`` say what of it is shown, "" where the bar does.
    ``more`` is the next page's ``before``, "" at the end. ``empty`` says why there are no rows, "" when there are.
    ``layout`` is the view and what is chosen about it, ``order`` the order; ``asked`` what links carry on of both, and
    of ``is_selecting``: whether rows have a box to tick.
    ``since`` is when today began for this page, in µs; "" elsewhere. ``own_page`` is where a feed, folder or label is
    set, as a link without the base and its words; "" elsewhere. ``feed_link`` leads to it as a feed: a visitor at once,
    its reader to the page with its addresses; "" where there is none. An overview has a ``board`` instead of rows.
    """

    sidebar: SidebarView
    root: str
    path: str
    is_visitor: bool
    may_refresh: bool
    kind: StreamKind
    key: int | None
    title: str
    own_page: str
    own_page_words: str
    feed_link: Markup
    layout: Layout
    order: Ordering
    asked: dict[str, str]
    is_selecting: bool
    since: str
    problem: str
    shown: ShownNow
    shown_choices: ShownOptions
    shown_words: str
    search: str
    saved: int | None
    stream_name: str
    problems: tuple[str, ...]
    rule_place: str
    asked_at: str
    unread: int
    newest_id: int
    rows: tuple[Row, ...]
    board: tuple[Box, ...]
    more: str
    is_first: bool
    empty: Empty


def front(visit: Visit) -> Response:
    """``/``: one's own main stream; for visitors the only open account, a list of them, or the login."""
    if "account" in visit.path or visit.user is not None:
        return _show(visit, reading(visit), "main")
    with visit.db.reading() as tx:
        opened = accounts.open_accounts(tx)
        has_users = bool(opened) or accounts.any_user(tx)
    if len(opened) == 1:
        return _show(visit, visited(visit, opened[0]), "main")
    if opened:
        return visitor.choose(visit, opened)
    return visit.see(visit.url.plain("/login" if has_users else "/start"))


def important(visit: Visit) -> Response:
    """Feeds marked as important."""
    return _show(visit, reading(visit), "important")


def starred(visit: Visit) -> Response:
    """Favourites."""
    return _show(visit, reading(visit), "starred")


def everything(visit: Visit) -> Response:
    """All subscriptions."""
    return _show(visit, reading(visit), "all")


def folder(visit: Visit) -> Response:
    """A folder and what is below it."""
    return _show(visit, reading(visit), "folder", whole_number(visit.path["key"], "folder"))


def feed(visit: Visit) -> Response:
    """One subscription."""
    return _show(visit, reading(visit), "feed", whole_number(visit.path["key"], "feed"))


def today(visit: Visit) -> Response:
    """What the feeds of the main stream listed since midnight."""
    return _show(visit, reading(visit), "today")


def recent(visit: Visit) -> Response:
    """What was read lately."""
    return _show(visit, reading(visit), "recent")


def label(visit: Visit) -> Response:
    """What has a label; without a key, any."""
    key = visit.path.get("key")
    return _show(visit, reading(visit), "label", None if key is None else whole_number(key, "label"))


def _show(visit: Visit, of: Reading, kind: StreamKind, key: int | None = None) -> Response:
    before = cursors.cursor(visit.query.get("before", ""))
    account_actions.catch_up(visit.db, of.owner.id, now=visit.now)
    with visit.db.reading() as tx:
        arranged = displays.arrangement(tx, of.owner, kind, key)
        stream = asked_stream(visit, of, tx, kind, key, arranged)
        own = displays.own(tx, of.owner, kind, key)
        layout = views.layout(visit, of, kind, arranged, own=own)
        order = orders.ordering(visit.words, visit.query, kind, stream.order, own=own)
        sidebar = sidebars.read(tx, of.owner.id, public_only=of.is_visitor)
        sidebar = for_visitors(sidebar) if of.is_visitor else sidebar
        named = saved_searches.opened(visit.query.get("saved", ""), stream, sidebar)
        stream = replace(stream, saved=named.id if named else None)
        title = named.name if named else stream_title(visit.words, stream, sidebar)
        bodies: Bodies = "none" if layout.view in ("cards", "global") else "short"
        seed = orders.seed(visit.query, visit.now, visit.zone)
        limit = 1 if layout.view == "global" else of.owner.preferences.look.page_size
        page = streams.read(tx, of.owner.id, stream, before=before, limit=limit, bodies=bodies, seed=seed)
        boxes = _boxes(visit, of, tx, stream, sidebar, page) if layout.view == "global" else None
    context = _context(
        visit,
        of,
        stream,
        sidebar,
        page,
        title=title,
        layout=layout,
        order=order,
        before=before,
        boxes=boxes,
    )
    if visit.wants_fragment:
        return visit.fragment("parts/entries.html", context, context.rows)
    visit.is_kept_offline = not of.is_visitor and not stream.search
    return visit.html(
        "pages/stream.html",
        context,
        is_indexed=of.is_visitor and of.owner.indexed,
        title_count=context.unread,
        rows=context.rows,
    )


def _boxes(visit: Visit, of: Reading, tx: Tx, stream: Stream, sidebar: Sidebar, page: Page) -> tuple[Box, ...]:
    """The stream as a board."""
    heads = board.headlines(tx, of.owner.id, feed_ids(sidebar), public_only=of.is_visitor)
    maker = RowMaker(visit.words, visit.zone, visit.now, preview=False, is_visitor=of.is_visitor)
    side = _side(visit, of, stream, sidebar)
    links = proxied.linker(visit, of, tx, heads)
    return BoardMaker(maker, sidebar, heads, shown="unread" if page.shown == "unread" else "all", links=links).boxes(
        side, stream
    )


def _side(visit: Visit, of: Reading, stream: Stream, sidebar: Sidebar) -> SidebarView:
    return sidebar_view(
        sidebar, visit.words, root=of.root, owner_name=of.owner.name, current=stream, is_visitor=of.is_visitor
    )


def asked_stream(
    visit: Visit, of: Reading, tx: Tx, kind: StreamKind, key: int | None, arranged: displays.Arrangement
) -> Stream:
    """The stream that path and query ask for, else as it was ``arranged``. Raises ``ActionError("action.bad_value")``.

    Visitors are not shown what the owner has read: for them it is always everything. So does a search, unless told.
    """
    search = searching.search(visit, tx, of.owner, visit.query.get("q", ""), public_only=of.is_visitor)
    wished = shown.asked(visit.query, "all" if search else arranged.shown)
    return Stream(
        kind=kind,
        key=key,
        shown="all" if of.is_visitor else wished,
        search=search,
        order=orders.asked(visit.query, kind, arranged.order),
        since=since(visit, visit.query.get("since", "")) if kind == "today" else None,
        public_only=of.is_visitor,
    )


def since(visit: Visit, text: str) -> datetime:
    """When today began: as a page said that was made before (µs), else midnight where the reader is.

    Raises ``ActionError("action.bad_value")``.
    """
    if not text:
        return local(visit.now, visit.zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    return instant(whole_number(text, "since"), "since")


def _context(
    visit: Visit,
    of: Reading,
    stream: Stream,
    sidebar: Sidebar,
    page: Page,
    *,
    title: str,
    layout: Layout,
    order: Ordering,
    before: Cursor | None,
    boxes: tuple[Box, ...] | None,
) -> StreamPage:
    own_page, own_page_words = _own_page(visit.words, stream)
    listed = page if boxes is None else replace(page, entries=(), next=None)
    is_selecting = visit.query.get("select") == "1" and not of.is_visitor and boxes is None
    return StreamPage(
        sidebar=_side(visit, of, stream, sidebar),
        root=of.root,
        path=stream_path(of.root, stream),
        is_visitor=of.is_visitor,
        may_refresh=not of.is_visitor or (of.owner.visitors_may_refresh and stream.kind in visiting.KINDS),
        kind=stream.kind,
        key=stream.key,
        title=title,
        own_page=own_page,
        own_page_words=own_page_words,
        feed_link=_feed_link(visit, of, stream, page.shown),
        layout=layout,
        order=order,
        asked={
            "view": layout.asked,
            "order": order.asked,
            "seed": order.seed,
            "select": "1" if is_selecting else "",
            "saved": str(stream.saved or ""),
        },
        is_selecting=is_selecting,
        since=str(to_us(stream.since)) if stream.since else "",
        problem="" if of.is_visitor else _problem(visit.words, stream, sidebar),
        shown=page.shown,
        shown_choices=() if of.is_visitor else shown.choices(visit.words, stream.kind),
        shown_words="" if page.shown in shown.PLAIN else shown.name(visit.words, page.shown),
        search=stream.search.text if stream.search else "",
        saved=stream.saved,
        stream_name=displays.stream_name(stream.kind, stream.key),
        asked_at=str(to_us(visit.now)) if stream.search else "",
        rule_place=f"{stream.kind}:{stream.key}" if stream.kind in _WITH_RULES else "",
        problems=searching.problems(visit.words, stream.search.problems) if stream.search else (),
        unread=0 if of.is_visitor else unread_count(stream, sidebar),
        newest_id=0 if of.is_visitor else page.newest_id,  # it counts what arrives in private feeds too
        rows=proxied.shown(
            visit, of, _rows(visit, of, stream, listed, before if visit.wants_fragment else None, sidebar.labels)
        ),
        board=boxes or (),
        more=cursors.written(listed.next),
        is_first=before is None,
        empty="" if page.entries or before else _why_empty(stream, sidebar, is_visitor=of.is_visitor),
    )


def _own_page(words: Words, stream: Stream) -> tuple[str, str]:
    """Where what is read is set, as a path without the base, and its words; "" where nothing is."""
    kind, key = ("search", stream.saved) if stream.saved is not None else (stream.kind, stream.key)
    if key is None or kind not in _OWN_PAGES:
        return "", ""
    path, said = _OWN_PAGES[kind]
    return f"{path}/{key}", words.text(said)


def _feed_link(visit: Visit, of: Reading, stream: Stream, now: ShownNow) -> Markup:
    if not is_possible(stream.kind, is_visitor=of.is_visitor):
        return Markup()
    if stream.saved is not None:
        return visit.url(PATH, kind="search", key=stream.saved, shown=None if now in shown.PLAIN else now)
    if stream.search:
        return Markup()
    if not of.is_visitor:
        return visit.url(PATH, kind=stream.kind, key=stream.key, shown=None if now in shown.PLAIN else now)
    key = "" if stream.key is None else f"/{stream.key}"
    return visit.url(f"{of.root}{PATH}/{stream.kind}{key}")


def _rows(
    visit: Visit, of: Reading, stream: Stream, page: Page, after: Cursor | None, marks: tuple[Label, ...]
) -> tuple[Row, ...]:
    maker = RowMaker(
        visit.words, visit.zone, visit.now, preview=of.owner.preview, is_visitor=of.is_visitor, labels=marks
    )
    important_here = stream.kind in ("important", "feed")
    if stream.kind == "recent" or stream.order not in ("newest", "oldest"):
        return tuple(maker.row(entry, protects_important=not important_here) for entry in page.entries)
    moment = instant(after.at, "before") if after else None
    return maker.rows(page.entries, after=moment, protects_important=not important_here)


def _problem(words: Words, stream: Stream, sidebar: Sidebar) -> str:
    """Why the feed that is shown cannot be fetched; "" when it can, or when no single feed is shown."""
    if stream.kind != "feed":
        return ""
    codes = [row.error_code for row in sidebar.subscriptions if row.id == stream.key and row.error_code]
    return messages.sentence(words, codes[0]) if codes else ""


def _why_empty(stream: Stream, sidebar: Sidebar, *, is_visitor: bool) -> Empty:
    is_narrowed = stream.shown not in ("adaptive", "all")
    if stream.search and not (stream.saved is not None and is_narrowed and not stream.search.problems):
        return "search"
    if is_narrowed:
        return "unread" if stream.shown == "unread" else "none_such"
    if stream.kind in ("starred", "label", "recent"):
        return stream.kind
    if not sidebar.subscriptions:
        return "nothing" if is_visitor else "no_feeds"
    if stream.kind in ("important", "today"):
        return stream.kind
    return "nothing" if is_visitor else "waiting"
