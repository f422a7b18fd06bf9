"""``/folders/…/list`` → the list that a folder follows: its address, how it fares, checking it, giving it up."""

from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import following
from dateline.errors import ActionError
from dateline.store import followed, subscriptions
from dateline.store.followed import FollowedList
from dateline.web import i18n, messages
from dateline.web.forms import whole_number
from dateline.web.notices import Notice
from dateline.web.visit import Visit


class ListView(Struct, frozen=True, kw_only=True):
    """A followed list as the page shows it; moments in words, "" for never. ``trouble`` is a sentence, "" for none."""

    url: str
    checked: str
    last_ok: str
    next_check: str
    trouble: str
    detail: str
    failures: int
    brought: int
    left_out: int


class FollowingPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/following.html``. ``followed`` is None for a folder that follows nothing."""

    folder_id: int
    folder_name: str
    followed: ListView | None
    url: str
    error: str


def show(visit: Visit) -> Response:
    """The page. Raises ``NotFound``."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Follow the address that was given, ask for the list soon, or follow nothing any more. Raises ``NotFound``."""
    wanted = visit.form.choice("do", ("follow", "check", "stop"), "follow")
    ident = _ident(visit)
    if wanted == "stop":
        following.unfollow(visit.db, visit.me, ident, now=visit.now)
    elif wanted == "check":
        following.check_soon(visit.db, visit.me, ident, now=visit.now)
        return visit.see(visit.url.plain(f"/folders/{ident}/list"), Notice(kind="list_due"))
    else:
        url = visit.form.text("url", max_length=8_000)
        try:
            following.follow(visit.db, visit.me, ident, url, now=visit.now)
        except ActionError as error:
            if error.code not in ("action.bad_url", "action.bad_value"):
                raise
            sentence = messages.sentence(visit.words, "action.bad_url")
            return _page(visit, url=url, error=sentence, status=400)
    return visit.see(visit.url.plain(f"/folders/{ident}/list"), Notice(kind="saved"))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["folder_id"], "folder_id")


def _page(visit: Visit, *, url: str | None = None, error: str = "", status: int = 200) -> Response:
    with visit.db.reading() as tx:
        folder = subscriptions.folder(tx, visit.me.id, _ident(visit))
        one = followed.of_folder(tx, folder.id)
        brought = followed.brought(tx, visit.me.id, folder.id) if one else []
    page = FollowingPage(
        folder_id=folder.id,
        folder_name=folder.name,
        followed=_view(visit, one, len(brought)) if one else None,
        url=url if url is not None else (one.url if one else ""),
        error=error,
    )
    return visit.html("pages/following.html", page, status=status)


def _view(visit: Visit, one: FollowedList, brought: int) -> ListView:
    return ListView(
        url=one.url,
        checked=_moment(visit, one.checked_at),
        last_ok=_moment(visit, one.ok_at),
        next_check=_moment(visit, one.next_at) if one.next_at > visit.now else "",
        trouble=messages.sentence(visit.words, one.error_code) if one.error_code else "",
        detail=one.error_detail or "",
        failures=one.failures,
        brought=brought,
        left_out=len(one.left_out),
    )


def _moment(visit: Visit, moment: datetime | None) -> str:
    return visit.words.moment(i18n.local(moment, visit.zone)) if moment else ""
