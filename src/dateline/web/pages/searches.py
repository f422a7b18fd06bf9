"""``/searches`` → an account's saved searches: kept, changed, put in order, forgotten; and what can be searched for.

``GET /searches`` takes what a new one shall be (``stream name q shown order``), so that a stream's page can offer it.
"""

import re
from collections.abc import Mapping
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import saved_searches as actions
from dateline.errors import ActionError, NotFound
from dateline.model import Stream, StreamKind
from dateline.query.grammar import MAX_TEXT
from dateline.store import saved_searches, sidebars
from dateline.store.db import Tx
from dateline.store.saved_searches import SavedSearch
from dateline.store.sidebars import Sidebar
from dateline.web import messages, orders, search_language, searching, shown
from dateline.web.forms import whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.saved_searches import SearchLink, search_links
from dateline.web.search_language import Line
from dateline.web.stream_names import stream_title
from dateline.web.visit import Visit

_STREAM = re.compile(r"([a-z]+)(?:/([0-9]{1,19}))?")
_ALONE: tuple[StreamKind, ...] = ("main", "important", "starred", "all", "today", "recent", "label")
_GONE = N_("What it searched is gone. Choose another stream, or delete the search.")
_NAME_ERRORS = ("action.name_invalid", "action.name_taken", "action.too_many_searches")
_QUERY_ERRORS = ("action.bad_query", "action.search_in_itself")

Group = tuple[str, tuple[tuple[str, str], ...]]
"""Streams to choose from: a heading ("" for none), and (value, name) of each."""


class SearchForm(Struct, frozen=True, kw_only=True):
    """The fields of a saved search as entered; ``stream`` is ``folder/3``, "" for one that is gone."""

    name: str
    query: str
    stream: str
    shown: str
    order: str
    streams: tuple[Group, ...]
    shown_options: tuple[tuple[str, str], ...]
    order_options: tuple[tuple[str, str], ...]
    errors: dict[str, str]


class SearchLine(Struct, frozen=True, kw_only=True):
    """A saved search in the list: where it leads, what it asks, in which stream in words ("" when that is gone).

    ``problems`` are why it finds nothing any more, where what it names is gone.
    """

    link: SearchLink
    query: str
    stream: str
    shown: str
    order: str
    problems: tuple[str, ...]


class SearchesPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/searches.html``."""

    lines: tuple[SearchLine, ...]
    form: SearchForm
    language: tuple[Line, ...]


class SearchPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/search.html``: one, as it is kept and as it was entered. ``has_feed``: it can be one."""

    link: SearchLink
    form: SearchForm
    has_feed: bool
    language: tuple[Line, ...]


def show(visit: Visit) -> Response:
    """All of them, and the form for one more."""
    asked = {name: visit.query.get(name, "") for name in ("name", "stream", "shown", "order")}
    return _all(visit, asked | {"query": visit.query.get("q", "")[:MAX_TEXT]})


def add(visit: Visit) -> Response:
    """Keep a search; then it is shown."""
    entered = _entered(visit)
    try:
        wanted = _wanted(entered)
        ident = actions.add(visit.db, visit.me, wanted, now=visit.now)
    except ActionError as error:
        return _all(visit, entered, errors=_told(visit, error, entered), status=400)
    return _to(visit, ident, Notice(kind="search_saved", name=wanted.name.strip()))


def show_one(visit: Visit) -> Response:
    """One of them. Raises ``NotFound``."""
    return _page(visit, _ident(visit))


def change(visit: Visit) -> Response:
    """``do``: ``save``, ``remove``, ``up``, ``down`` (in the list). Raises ``NotFound``."""
    ident, do = _ident(visit), visit.form.choice("do", ("save", "remove", "up", "down"))
    if do in ("up", "down"):
        actions.arrange(visit.db, visit.me, ident, by=1 if do == "down" else -1, now=visit.now)
        return visit.see(visit.url.plain("/searches"))
    with visit.db.reading() as tx:
        known = saved_searches.one(tx, visit.me.id, ident)
    if do == "remove":
        actions.remove(visit.db, visit.me, ident, now=visit.now)
        return visit.see(visit.url.plain("/searches"), Notice(kind="search_removed", name=known.name))
    entered = _entered(visit)
    try:
        actions.change(visit.db, visit.me, replace(_wanted(entered), id=ident), now=visit.now)
    except ActionError as error:
        return _page(visit, ident, entered, errors=_told(visit, error, entered), status=400)
    return visit.see(visit.url.plain("/searches"), Notice(kind="saved"))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["search_id"], "search_id")


def _entered(visit: Visit) -> dict[str, str]:
    names = ("name", "query", "stream", "shown", "order")
    return {name: visit.form.text(name, "", max_length=MAX_TEXT) for name in names}


def _wanted(entered: Mapping[str, str]) -> SavedSearch:
    """What a form wants to be kept. Raises ``NotFound`` for what is no stream."""
    found = _STREAM.fullmatch(entered["stream"])
    kinds = [kind for kind in get_args(StreamKind) if found and kind == found[1]]
    if not found or not kinds:
        raise NotFound("stream")
    return SavedSearch(
        name=entered["name"],
        query=entered["query"],
        kind=kinds[0],
        key=whole_number(found[2], "stream") if found[2] else None,
        shown=entered["shown"],
        order=entered["order"],
    )


def _told(visit: Visit, error: ActionError, entered: Mapping[str, str]) -> dict[str, str]:
    """The sentence beside the field that it is about. Raises what is about none."""
    if error.code in _NAME_ERRORS:
        return {"name": messages.sentence(visit.words, error.code)}
    if error.code == "action.not_found":
        return {"stream": visit.words.text(_GONE)}
    if error.code not in _QUERY_ERRORS:
        raise error
    with visit.db.reading() as tx:
        said = _problems(visit, tx, entered["query"])
    return {"query": " ".join(said) or messages.sentence(visit.words, error.code)}


def _to(visit: Visit, ident: int, notice: Notice) -> Response:
    """To the page of a search that was just kept."""
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    link = next((one for one in search_links(sidebar) if one.id == ident and not one.is_gone), None)
    there = f"{visit.url.plain(link.path)}?{link.query}" if link else visit.url.plain("/searches")
    return visit.see(there, notice)


# ---------------------------------------------------------------------------------------------- the pages


def _all(
    visit: Visit, entered: Mapping[str, str], *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
        pairs = zip(sidebar.searches, search_links(sidebar), strict=True)
        lines = tuple(_line(visit, tx, one, link, sidebar) for one, link in pairs)
    page = SearchesPage(
        lines=lines,
        form=_form(visit, sidebar, {**entered, "stream": entered["stream"] or "main"}, errors or {}),
        language=search_language.lines(visit.words),
    )
    return visit.html("pages/searches.html", page, status=status)


def _page(
    visit: Visit,
    ident: int,
    entered: Mapping[str, str] | None = None,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.db.reading() as tx:
        known = saved_searches.one(tx, visit.me.id, ident)
        sidebar = sidebars.read(tx, visit.me.id)
        problems = _problems(visit, tx, known.query)
    link = next(one for one in search_links(sidebar) if one.id == ident)
    found = {"stream": visit.words.text(_GONE) if link.is_gone else "", "query": " ".join(problems)}
    gone = {field: said for field, said in found.items() if said}
    page = SearchPage(
        link=link,
        form=_form(visit, sidebar, entered or _as_entered(known), gone if errors is None else errors),
        has_feed=not link.is_gone and known.kind not in ("today", "recent"),
        language=search_language.lines(visit.words),
    )
    return visit.html("pages/search.html", page, status=status)


def _as_entered(search: SavedSearch) -> dict[str, str]:
    return {
        "name": search.name,
        "query": search.query,
        "stream": _value(search.kind, search.key),
        "shown": search.shown,
        "order": search.order,
    }


def _value(kind: str, key: int | None) -> str:
    return kind if key is None else f"{kind}/{key}"


def _problems(visit: Visit, tx: Tx, query: str) -> tuple[str, ...]:
    found = searching.search(visit, tx, visit.me, query)
    return searching.problems(visit.words, found.problems) if found else ()


def _line(visit: Visit, tx: Tx, search: SavedSearch, link: SearchLink, sidebar: Sidebar) -> SearchLine:
    stream = Stream(kind=search.kind, key=search.key)
    return SearchLine(
        link=link,
        query=search.query,
        stream="" if link.is_gone else stream_title(visit.words, stream, sidebar),
        shown=dict(_shown(visit))[search.shown] if search.shown else "",
        order=dict(_orders(visit))[search.order] if search.order else "",
        problems=_problems(visit, tx, search.query),
    )


def _form(visit: Visit, sidebar: Sidebar, entered: Mapping[str, str], errors: dict[str, str]) -> SearchForm:
    streams = _streams(visit, sidebar)
    known = {value for _, group in streams for value, _ in group}
    return SearchForm(
        name=entered["name"],
        query=entered["query"],
        stream=entered["stream"] if entered["stream"] in known else "",
        shown=entered["shown"],
        order=entered["order"],
        streams=streams,
        shown_options=_shown(visit),
        order_options=_orders(visit),
        errors=errors,
    )


def _streams(visit: Visit, sidebar: Sidebar) -> tuple[Group, ...]:
    words = visit.words
    groups: tuple[Group, ...] = (
        ("", tuple((kind, stream_title(words, Stream(kind=kind), sidebar)) for kind in _ALONE)),
        (words.text("Folders"), tuple((f"folder/{one.id}", one.name) for one in sidebar.folders)),
        (words.text("Labels"), tuple((f"label/{one.id}", one.name) for one in sidebar.labels)),
        (words.text("Feeds"), tuple((f"feed/{one.id}", one.title) for one in sidebar.subscriptions)),
    )
    return tuple(group for group in groups if group[1])


def _shown(visit: Visit) -> tuple[tuple[str, str], ...]:
    words = visit.words
    return (
        ("", words.text("As usual: all that is found")),
        *((state, shown.name(words, state)) for state in shown.STATES),
    )


def _orders(visit: Visit) -> tuple[tuple[str, str], ...]:
    return (("", visit.words.text("As the stream stands")), *orders.options(visit.words))
