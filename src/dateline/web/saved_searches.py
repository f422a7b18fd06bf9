"""Saved searches as pages show them: where each leads, whether what it searches is still there, which one is open."""

from collections.abc import Sequence

from msgspec import Struct

from dateline.model import ShownNow, Stream, StreamKind
from dateline.store.saved_searches import SavedSearch
from dateline.store.sidebars import Sidebar
from dateline.web.shown import STATES


class SearchLink(Struct, frozen=True, kw_only=True):
    """A saved search in a list: its page is ``path`` (without the base) with ``asked``; ``is_gone``: there is none."""

    id: int
    name: str
    path: str
    asked: dict[str, str]
    is_gone: bool
    is_current: bool


def search_links(sidebar: Sidebar, current: int | None = None) -> tuple[SearchLink, ...]:
    """All of an account, in its order; ``current`` is the one that is read."""
    return tuple(
        SearchLink(
            id=one.id,
            name=one.name,
            path=path_of(one.kind, one.key),
            asked=asked(one),
            is_gone=not is_there(one.kind, one.key, sidebar),
            is_current=one.id == current,
        )
        for one in sidebar.searches
    )


def path_of(kind: StreamKind, key: int | None) -> str:
    """The path of a stream of one's own, without the base: ``/folder/3``."""
    if kind == "main":
        return "/"
    return f"/{kind}" if key is None else f"/{kind}/{key}"


def asked(search: SavedSearch) -> dict[str, str]:
    """The query of its page's address; what is empty is left out of it."""
    return {"q": search.query, "shown": search.shown, "order": search.order, "saved": str(search.id)}


def shown_of(search: SavedSearch) -> ShownNow:
    """What of it is shown: all that is found, unless it says otherwise."""
    return next((state for state in STATES if state == search.shown), "all")


def is_there(kind: StreamKind, key: int | None, sidebar: Sidebar) -> bool:
    """Whether the account still has that stream."""
    if key is None:
        return True
    known: Sequence[object] = {
        "folder": [folder.id for folder in sidebar.folders],
        "feed": [row.id for row in sidebar.subscriptions],
        "label": [label.id for label in sidebar.labels],
    }.get(kind, [])
    return key in known


def opened(ident: str, stream: Stream, sidebar: Sidebar) -> SavedSearch | None:
    """The saved search that an address says it opens (``?saved=``): only where it is what the page shows."""
    text = stream.search.text if stream.search else ""
    for one in sidebar.searches:
        if str(one.id) == ident and (one.kind, one.key, one.query) == (stream.kind, stream.key, text):
            return one
    return None
