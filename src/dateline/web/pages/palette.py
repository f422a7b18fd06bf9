"""``/palette``: everywhere one can go and what the keys do, as JSON for the command palette, asked for when it opens.

Every one of these places has a link elsewhere; this is only the short way.
"""

from collections.abc import Iterator

from msgspec import Struct
from starlette.responses import Response

from dateline.store import sidebars
from dateline.store.sidebars import Sidebar
from dateline.web import keys
from dateline.web.i18n import N_
from dateline.web.saved_searches import search_links
from dateline.web.subjects import subjects
from dateline.web.visit import Visit

_STREAMS = (
    ("/", N_("Main stream")),
    ("/important", N_("Important")),
    ("/starred", N_("Favourites")),
    ("/all", N_("All articles")),
    ("/today", N_("Today")),
    ("/recent", N_("Recently read")),
    ("/label", N_("All labels")),
    ("/continue", N_("Continue reading")),
    ("/highlights", N_("Highlights and notes")),
    ("/queue", N_("Play next")),
)
_PLACES = (
    ("/subscriptions", N_("Subscriptions")),
    ("/subscriptions/add", N_("Add a feed")),
    ("/health", N_("Health of your feeds")),
    ("/opml", N_("Import and export")),
    ("/debug", N_("Feed debugger")),
    ("/labels", N_("Labels")),
    ("/searches", N_("Saved searches")),
)


class Goal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place to go to (``url``), or an action with its keys; ``group`` says what kind it is."""

    name: str
    group: str
    url: str = ""
    action: str = ""
    keys: str = ""


def show(visit: Visit) -> Response:
    """All of them, in the order in which they are offered to who has typed nothing yet."""
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    return visit.json(
        {
            "none": visit.words.text("Nothing was found"),
            "goals": [*_streams(visit), *_subscribed(visit, sidebar), *_actions(visit), *_places(visit)],
        }
    )


def _streams(visit: Visit) -> Iterator[Goal]:
    group = visit.words.text("Streams and feeds")
    for path, name in _STREAMS:
        yield Goal(name=visit.words.text(name), group=group, url=visit.url.plain(path))


def _subscribed(visit: Visit, sidebar: Sidebar) -> Iterator[Goal]:
    words = visit.words
    for folder in sidebar.folders:
        yield Goal(name=folder.name, group=words.text("Folder"), url=visit.url.plain(f"/folder/{folder.id}"))
    for row in sidebar.subscriptions:
        yield Goal(name=row.title, group=words.text("Feed"), url=visit.url.plain(f"/feed/{row.id}"))
    for search in search_links(sidebar):
        if not search.is_gone:
            url = f"{visit.url.plain(search.path)}?{search.query}"
            yield Goal(name=search.name, group=words.text("Saved search"), url=url)
    for label in sidebar.labels:
        yield Goal(name=label.name, group=words.text("Label"), url=visit.url.plain(f"/label/{label.id}"))


def _actions(visit: Visit) -> Iterator[Goal]:
    for group in keys.view(visit.words, visit.me.preferences.keys, is_visitor=False, all_actions=True):
        for key in group.keys:
            yield Goal(name=key.words, group=group.words, action=key.action, keys=" ".join(key.keys[:1]))


def _places(visit: Visit) -> Iterator[Goal]:
    for path, name in _PLACES:
        yield Goal(name=visit.words.text(name), group=visit.words.text("Subscriptions"), url=visit.url.plain(path))
    for subject in subjects(visit.words):
        yield Goal(name=subject.title, group=visit.words.text("Settings"), url=visit.url.plain(subject.path))
