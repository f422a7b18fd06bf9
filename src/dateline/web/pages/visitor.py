"""What visitors find at ``/`` when several accounts are open: a list of them."""

from collections.abc import Iterable

from msgspec import Struct
from starlette.responses import Response

from dateline.model import User
from dateline.web.visit import Visit


class VisitorPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/visitor.html``: the names of open accounts."""

    names: tuple[str, ...]


def choose(visit: Visit, opened: Iterable[User]) -> Response:
    """The list."""
    return visit.html("pages/visitor.html", VisitorPage(names=tuple(user.name for user in opened)))
