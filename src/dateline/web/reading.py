"""Whose streams are read, and by whom: a path (``/…``, ``/@NAME/…``) and a session → the owner and what may be seen."""

from msgspec import Struct

from dateline.errors import Forbidden, NotFound
from dateline.model import User
from dateline.store import accounts
from dateline.web.visit import Visit


class Reading(Struct, frozen=True, kw_only=True):
    """``owner``'s streams below ``root`` ("" or ``/@NAME``). A visitor sees what is public and changes nothing."""

    owner: User
    root: str
    is_visitor: bool


def reading(visit: Visit) -> Reading:
    """For a page that the site map lets anyone reach below ``/@NAME/``. Raises ``NotFound``, ``Forbidden``.

    The owner below their own ``/@NAME/`` sees what visitors see.
    """
    name = visit.path.get("account")
    if name is not None:
        with visit.db.reading() as tx:
            owner = accounts.find_user(tx, name)
        if owner is None or not owner.open_to_visitors:
            raise NotFound("account")
        return visited(visit, owner)
    if visit.user is None:
        raise Forbidden("not logged in")
    return Reading(owner=visit.user, root="", is_visitor=False)


def visited(visit: Visit, owner: User) -> Reading:
    """An open account as visitors read it; in its own language, unless they have an account here themselves."""
    if visit.user is None:
        visit.speak_for(owner)
    return Reading(owner=owner, root=f"/@{owner.name}", is_visitor=True)
