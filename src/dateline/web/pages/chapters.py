"""``/entries/chapters`` → the chapters of an episode, fetched because somebody opens them."""

from starlette.responses import Response

from dateline import __version__
from dateline.actions import chapters as chapter_actions
from dateline.errors import FetchError, ParseError
from dateline.web.notices import Notice
from dateline.web.visit import Visit


def fetch(visit: Visit) -> Response:
    """``id``: an episode whose chapters stand in a file; its page shows them, or says that there are none."""
    ident = visit.form.integer("id")
    page = visit.url.plain(f"/entry/{ident}")
    try:
        with visit.instance.looking.taken():
            chapter_actions.take(visit.db, visit.instance.settings, visit.me, ident, version=__version__, now=visit.now)
    except (FetchError, ParseError):
        return visit.see(page, Notice(kind="no_chapters"))
    return visit.see(page)
