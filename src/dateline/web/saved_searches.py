"""Saved searches as pages show them: where each leads, whether what it searches is still there, which one is open."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlencode

from msgspec import Struct

from dateline.model import ShownNow, Stream
from dateline.store.saved_searches import SavedSearch
from dateline.store.sidebars import Sidebar
from dateline.web.shown import STATES
from dateline.web.stream_names import path_of


class SearchLink(Struct, frozen=True, kw_only=True):
    """A saved search in a list: its page is ``path`` (without the base) with ``query``; ``is_gone``: there is none."""

    id: int
    name: str
    path: str
    query: str
    is_gone: bool
    is_current: bool


def search_links(sidebar: Sidebar, current: int | None = None) -> tuple[SearchLink, ...]:
    """All of an account, in its order; ``current`` is the one that is read."""
    known = _streams_of(sidebar) if sidebar.searches else {}
    return tuple(
        SearchLink(
            id=one.id,
            name=one.name,
            path=path_of(one.kind, one.key),
            query=_query(one),
            is_gone=one.key is not None and one.key not in known.get(one.kind, ()),
            is_current=one.id == current,
        )
        for one in sidebar.searches
    )


def _streams_of(sidebar: Sidebar) -> dict[str, Collection[int]]:
    """The folders, feeds and labels that an account has, by kind of stream."""
    return {
        "folder": {folder.id for folder in sidebar.folders},
        "feed": {row.id for row in sidebar.subscriptions},
        "label": {label.id for label in sidebar.labels},
    }


@lru_cache(maxsize=5_000)
def _query(search: SavedSearch) -> str:
    """Every page has them twice, and they hardly ever change."""
    return urlencode([(name, value) for name, value in asked(search).items() if value])


def asked(search: SavedSearch) -> dict[str, str]:
    """The query of its page's address; what is empty is left out of it."""
    return {"q": search.query, "shown": search.shown, "order": search.order, "saved": str(search.id)}


def shown_of(search: SavedSearch) -> ShownNow:
    """What of it is shown: all that is found, unless it says otherwise."""
    return next((state for state in STATES if state == search.shown), "all")


def opened(ident: str, stream: Stream, sidebar: Sidebar) -> SavedSearch | None:
    """The saved search that an address says it opens (``?saved=``): only where it is what the page shows."""
    text = stream.search.text if stream.search else ""
    for one in sidebar.searches:
        if str(one.id) == ident and (one.kind, one.key, one.query) == (stream.kind, stream.key, text):
            return one
    return None
