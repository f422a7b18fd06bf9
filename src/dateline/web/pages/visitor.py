"""What visitors find at ``/`` when several accounts are open, a list of them; what they may do where the owner
lets them: ``/@NAME/refresh``."""

from collections.abc import Iterable

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import visiting
from dateline.errors import ActionError
from dateline.model import Stream, User
from dateline.web.notices import Notice
from dateline.web.reading import reading
from dateline.web.visit import Visit


class VisitorPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/visitor.html``: the names of open accounts."""

    names: tuple[str, ...]


def choose(visit: Visit, opened: Iterable[User]) -> Response:
    """The list."""
    return visit.html("pages/visitor.html", VisitorPage(names=tuple(user.name for user in opened)))


def refresh(visit: Visit) -> Response:
    """``kind``, ``key``: fetch the stream's feeds soon. Raises ``NotFound``, ``ActionError("action.bad_value")``."""
    of = reading(visit)
    kind = visit.form.choice("kind", visiting.KINDS)
    key = visit.form.optional_integer("key")
    if (key is None) == (kind in ("folder", "feed")):
        raise ActionError("action.bad_value", "key")
    stream = Stream(kind=kind, key=key)
    count = visiting.refresh(visit.db, of.owner, stream, client=visit.client, now=visit.now)
    link = visit.url.local(visit.form.raw("next", ""), f"{of.root}/")
    return visit.see(link, Notice(kind="refreshing" if count else "refreshed_lately", count=count))
