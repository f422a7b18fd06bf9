"""``/entry/ID``: one entry on its own page, whole however long it is; ``?fragment=1`` gives its content alone.

``?version=feed`` and ``?version=full`` choose the text; without it, as the subscription says.
"""

from msgspec import Struct
from starlette.responses import Response

from dateline.store import full_text_queue, highlights, sidebars, streams
from dateline.web import proxied, versions
from dateline.web.forms import whole_number
from dateline.web.pages.highlights import Notes, notes_of
from dateline.web.reading import reading
from dateline.web.rows import Row, RowMaker
from dateline.web.sidebar import SidebarView, sidebar_view
from dateline.web.visit import Visit


class EntryPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/entry.html`` and ``parts/whole_body.html``. ``root`` is "" or ``/@NAME``."""

    sidebar: SidebarView
    root: str
    is_visitor: bool
    row: Row
    notes: Notes | None = None


def show(visit: Visit) -> Response:
    """The page. Reading it marks nothing: a GET changes no state. Raises ``NotFound``."""
    of = reading(visit)
    entry_id = whole_number(visit.path["entry_id"], "entry")
    version = versions.asked(visit.query.get("version", ""))
    with visit.db.reading() as tx:
        entry = streams.entry(tx, of.owner.id, entry_id, public_only=of.is_visitor, version=version)
        is_due = entry.full_text is None and full_text_queue.has_due(tx, entry_id)
        highlighted = [] if of.is_visitor else highlights.of_entry(tx, of.owner.id, entry_id)
        sidebar = sidebars.read(tx, of.owner.id, public_only=of.is_visitor)
    maker = RowMaker(visit.words, visit.zone, visit.now, preview=False, is_visitor=of.is_visitor, labels=sidebar.labels)
    view = sidebar_view(
        sidebar,
        visit.words,
        root=of.root,
        owner_name=of.owner.name,
        current=None,
        is_visitor=of.is_visitor,
    )
    (row,) = proxied.shown(visit, of, (maker.row(entry, whole=True, is_due=is_due),))
    page = EntryPage(
        sidebar=view,
        root=of.root,
        is_visitor=of.is_visitor,
        row=row,
        notes=None if of.is_visitor else notes_of(visit, highlighted, entry_id),
    )
    visit.is_kept_offline = not of.is_visitor
    if visit.wants_fragment:
        return visit.fragment("parts/whole_body.html", page, (row,))
    return visit.html("pages/entry.html", page, is_indexed=of.is_visitor and of.owner.indexed, rows=(row,))
