"""``/save`` → any page of the web into one's saved pages: by its address, a bookmarklet, the phone's share sheet.

A GET fills a form in and stores nothing: other sites may lead here, only its own button saves.
"""

import re

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import saved_pages
from dateline.errors import ActionError
from dateline.web import messages
from dateline.web.notices import Notice
from dateline.web.visit import Visit

_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_MAX = 2_000


class SavePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/save.html``. ``is_given``: another page or app brought the address."""

    url: str
    title: str
    is_given: bool
    bookmarklet: str
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The form. Phones put the address into ``text``, or into ``title``, as often as into ``url``."""
    sent = {name: visit.query.get(name, "").strip()[:_MAX] for name in ("url", "text", "title")}
    found = next((match[0] for text in sent.values() if (match := _ADDRESS.search(text))), "")
    title = "" if _ADDRESS.fullmatch(sent["title"]) else sent["title"]
    return _page(visit, url=found or sent["url"], title=title, is_given=bool(found))


def save(visit: Visit) -> Response:
    """``url``, ``title``: save it, and read it as soon as it is there."""
    url, title = visit.form.text("url", max_length=_MAX), visit.form.text("title", "", max_length=_MAX)
    feed_title = visit.words.text("Saved pages")
    try:
        entry_id = saved_pages.save(visit.db, visit.me, url, title=title, feed_title=feed_title, now=visit.now)
    except ActionError as error:
        errors = {"url": messages.sentence(visit.words, error.code)}
        return _page(visit, url=url, title=title, errors=errors, status=messages.status_of(error))
    return visit.see(visit.url.plain(f"/entry/{entry_id}"), Notice(kind="page_saved"))


def _page(
    visit: Visit,
    *,
    url: str,
    title: str,
    is_given: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    page = SavePage(url=url, title=title, is_given=is_given, bookmarklet=_bookmarklet(visit), errors=errors or {})
    return visit.html("pages/save.html", page, status=status)


def _bookmarklet(visit: Visit) -> str:
    """It opens our form with the page's address and title; it sends nothing itself, and needs no rights there."""
    base = visit.instance.settings.base_url or f"{visit.request.scope['scheme']}://{visit.request.headers['host']}"
    host = base.removesuffix(visit.instance.settings.base_path).rstrip("/")
    target = host + visit.url.plain("/save")
    return (
        f"javascript:location.href='{target}?url='+encodeURIComponent(location.href)"
        "+'&title='+encodeURIComponent(document.title)"
    )
