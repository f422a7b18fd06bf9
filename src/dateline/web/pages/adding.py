"""``/subscriptions/add`` → from an address to a subscription: look what is there, show it, subscribe."""

from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline import __version__
from dateline.actions import subscriptions as subscription_actions
from dateline.errors import ActionError, DatelineError, StoreError
from dateline.refresh.look import LookedFeed
from dateline.store import sidebars, subscriptions
from dateline.web import i18n, kinds, messages, rhythms
from dateline.web.notices import Notice
from dateline.web.pages.packs import PackView, offered
from dateline.web.pages.subscriptions import FolderLine, folder_lines
from dateline.web.visit import Visit

_MAX_ADDRESS = 2000
_FEEDLESS = frozenset({"action.no_feed_found", "action.place_without_feed", "action.place_unread"})
"""What says that something answers at an address, and that it is no feed: perhaps it can be read by rules."""


class FoundEntry(Struct, frozen=True, kw_only=True):
    """One of a feed's last entries; ``published`` is a day in words, "" when unknown."""

    title: str
    published: str


class FoundFeed(Struct, frozen=True, kw_only=True):
    """A feed that was found. ``entry_count`` is None for one that was only announced, not read.

    ``kind`` says in words what it is: what it holds, and its format when it was not read; "" when unknown.
    """

    url: str
    title: str
    kind: str
    site_url: str | None
    description: str
    entries: tuple[FoundEntry, ...]
    entry_count: int | None
    rhythm: str
    subscription_id: int | None


class AddPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/add.html``. ``found`` is empty before the look; ``errors`` are sentences by field name.

    ``place`` is the known place that the address is of, "" for any other; ``is_feedless``: there is a page, no feed.
    """

    address: str
    place: str
    is_welcome: bool
    found: tuple[FoundFeed, ...]
    folders: tuple[FolderLine, ...]
    is_feedless: bool
    packs: tuple[PackView, ...]
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The field for an address; ``?url=`` fills it, so that a bookmark can bring one."""
    address = visit.query.get("url", "")[:_MAX_ADDRESS]
    return _page(visit, address=address, is_welcome="welcome" in visit.query)


def look(visit: Visit) -> Response:
    """Ask the address, and show what it holds. A feed that is subscribed already is led to.

    ``look`` is one of the feeds found before, to be shown too; it counts before ``url``.
    """
    address = visit.form.text("look", "", max_length=_MAX_ADDRESS) or visit.form.text("url", max_length=_MAX_ADDRESS)
    try:
        with visit.instance.looking.taken():
            looked = subscription_actions.look(
                visit.db,
                visit.instance.settings,
                visit.me,
                address,
                version=__version__,
                now=visit.now,
                shelf=visit.instance.shelf,
            )
    except StoreError:
        raise
    except DatelineError as error:
        return _refused(visit, address, error)
    if len(looked.feeds) == 1 and looked.feeds[0].subscription_id is not None:
        return _already(visit, looked.feeds[0].subscription_id)
    return _page(
        visit,
        address=address,
        found=tuple(_found(visit, feed) for feed in looked.feeds),
        place=looked.feeds[0].place,
    )


def subscribe(visit: Visit) -> Response:
    """Subscribe to one feed: its stream shows what was looked at; else the worker fetches it at once."""
    form = visit.form
    url = form.text("url", max_length=_MAX_ADDRESS)
    try:
        ident = subscription_actions.subscribe(
            visit.db,
            visit.me,
            url,
            title=form.text("title", "", max_length=500) or None,
            folder_ids=form.integers("folder_ids"),
            new_folder=form.text("new_folder", "", max_length=200) or None,
            private=form.flag("private"),
            settings=visit.instance.settings,
            now=visit.now,
            shelf=visit.instance.shelf,
        )
    except ActionError as error:
        if error.code == "action.not_found":
            raise
        return _not_subscribed(visit, url, error)
    return visit.see(visit.url.plain(f"/feed/{ident}"), Notice(kind="subscribed"))


def _not_subscribed(visit: Visit, url: str, error: ActionError) -> Response:
    if error.code == "action.already_subscribed":
        with visit.db.reading() as tx:
            ident = subscriptions.by_feed_url(tx, visit.me.id, url)
        if ident is not None:
            return _already(visit, ident)
    return _refused(visit, url, error)


def _already(visit: Visit, subscription_id: int) -> Response:
    return visit.see(visit.url.plain(f"/feed/{subscription_id}"), Notice(kind="already_subscribed"))


def _refused(visit: Visit, address: str, error: DatelineError) -> Response:
    field = "new_folder" if error.code in ("action.name_invalid", "action.name_taken") else "url"
    return _page(
        visit,
        address=address,
        is_feedless=error.code in _FEEDLESS,
        errors={field: messages.of_look(visit.words, error.code)},
        status=400,
    )


def _found(visit: Visit, feed: LookedFeed) -> FoundFeed:
    form = "" if feed.entry_count is not None else feed.format or ""
    nameless = feed.title in ("", feed.url) and feed.kind in kinds.KINDS
    return FoundFeed(
        url=feed.url,
        title=kinds.words(visit.words, feed.kind, "") if nameless else feed.title or feed.url,
        kind=kinds.words(visit.words, "" if nameless else feed.kind, form),
        site_url=feed.site_url,
        description=(feed.description or "")[:500],
        entries=tuple(
            FoundEntry(title=entry.title, published=_day(visit, entry.published_at)) for entry in feed.entries
        ),
        entry_count=feed.entry_count,
        rhythm=rhythms.in_words(
            visit.words, rhythms.usual_gap([at for entry in feed.entries if (at := entry.published_at)])
        ),
        subscription_id=feed.subscription_id,
    )


def _day(visit: Visit, moment: datetime | None) -> str:
    return visit.words.short_day(i18n.local(moment, visit.zone).date()) if moment else ""


def _page(
    visit: Visit,
    *,
    address: str,
    is_welcome: bool = False,
    found: tuple[FoundFeed, ...] = (),
    place: str = "",
    is_feedless: bool = False,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.db.reading() as tx:
        folders = folder_lines(sidebars.read(tx, visit.me.id))
    page = AddPage(
        address=address,
        place=place,
        is_welcome=is_welcome,
        found=found,
        folders=folders,
        is_feedless=is_feedless,
        packs=() if found else offered(visit.words),
        errors=errors or {},
    )
    return visit.html("pages/add.html", page, status=status)
