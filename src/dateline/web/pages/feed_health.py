"""``/health`` → how one's feeds fare, grouped by what to do, and doing it to several at once; ``/health/server`` for
administrators: the queue, the hosts, everybody's feeds that fail.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import health as health_actions
from dateline.errors import ActionError, Forbidden
from dateline.store import health, sidebars
from dateline.store.health import FeedHealth, Kind
from dateline.web import advice, findings
from dateline.web.checks import CheckLine, check_line, moment
from dateline.web.forms import Form, whole_number
from dateline.web.notices import Notice
from dateline.web.pages.subscriptions import FolderLine, folder_lines
from dateline.web.visit import Visit

_SHOWN_CHECKS = 5
_WITH_CHECKS = 100
"""More feeds than that are listed without their last attempts, which stand on each one's own page."""
_DEEDS = ("unsubscribe", "try", "adopt", "move")
_OFFERED: dict[Kind, tuple[str, ...]] = {
    "gone": ("unsubscribe", "try", "move"),
    "dead": ("unsubscribe", "try", "move"),
    "refused": ("try", "unsubscribe", "move"),
    "failing": ("try", "unsubscribe", "move"),
    "moved": ("adopt", "try", "move"),
    "silent": ("unsubscribe", "try", "move"),
}


class FeedLine(Struct, frozen=True, kw_only=True):
    """One feed. Times in words, "" when unknown; ``trouble`` and ``advice`` are sentences, "" for none.

    ``can_go_back``: it had another address, ``previous_url``, and may have it again. ``can_look_again``: it is a
    page, and the rules that it is read by find nothing.
    """

    id: int
    title: str
    address: str
    icon_id: int | None
    trouble: str
    advice: str
    detail: str
    failures: int
    last_ok: str
    last_news: str
    next_try: str
    moved_url: str | None
    previous_url: str | None
    can_go_back: bool
    can_look_again: bool
    checks: tuple[CheckLine, ...]


class Group(Struct, frozen=True, kw_only=True):
    """Feeds with the same thing to do. ``offered`` are the deeds, the first one the most likely."""

    kind: Kind
    title: str
    meaning: str
    feeds: tuple[FeedLine, ...]
    offered: tuple[str, ...]


class HealthPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/health.html``. ``unasked_count`` feeds are new: nothing can be said of them yet."""

    groups: tuple[Group, ...]
    folders: tuple[FolderLine, ...]
    well_count: int
    unasked_count: int
    total_count: int


class LeavePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/health_leave.html``: (subscription id, title) of what would go."""

    feeds: tuple[tuple[int, str], ...]


class HostLine(Struct, frozen=True, kw_only=True):
    """A host that wants to be left alone until a time, in words."""

    name: str
    until: str


class ServerPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/health_server.html``."""

    feed_count: int
    due_count: int
    longest_due_since: str
    next_at: str
    leased_count: int
    holder_count: int
    hosts: tuple[HostLine, ...]
    groups: tuple[Group, ...]


def show(visit: Visit) -> Response:
    """The groups."""
    with visit.db.reading() as tx:
        feeds = health.of_user(tx, visit.me.id)
        unwell = [feed for feed in feeds if health.kind_of(feed, visit.now) != "well"]
        if len(unwell) <= _WITH_CHECKS:
            unwell = health.with_checks(tx, unwell, _SHOWN_CHECKS)
        folders = folder_lines(sidebars.read(tx, visit.me.id))
    unasked = sum(feed.is_unasked for feed in feeds)
    page = HealthPage(
        groups=_groups(visit, unwell),
        folders=folders,
        well_count=len(feeds) - len(unwell) - unasked,
        unasked_count=unasked,
        total_count=len(feeds),
    )
    return visit.html("pages/health.html", page)


def act(visit: Visit) -> Response:
    """``do`` it to the feeds ``id…``, or to ``all`` of a ``kind``. Leaving several is asked about first."""
    form = visit.form
    deed = form.choice("do", _DEEDS)
    ids = _chosen(visit, form)
    if not ids:
        return visit.see(visit.url.plain("/health"), Notice(kind="nothing_chosen"))
    if deed == "unsubscribe" and not form.flag("sure"):
        return _ask(visit, ids)
    return visit.see(visit.url.plain("/health"), _done(visit, deed, ids))


def change_address(visit: Visit) -> Response:
    """``/subscriptions/ID/address``: take over the new address (``do`` "adopt"), keep this one, or go back."""
    ident = whole_number(visit.path["subscription_id"], "subscription_id")
    deed = visit.form.choice("do", ("adopt", "stay", "back"))
    if deed == "adopt":
        health_actions.adopt(visit.db, visit.me, [ident], now=visit.now)
    elif deed == "stay":
        health_actions.stay(visit.db, visit.me, ident, now=visit.now)
    else:
        health_actions.go_back(visit.db, visit.me, ident, now=visit.now)
    return visit.see(visit.url.local(visit.form.raw("next", ""), "/health"), Notice(kind=f"address_{deed}"))


def show_server(visit: Visit) -> Response:
    """The whole instance. Raises ``Forbidden`` for who is no administrator."""
    if not visit.me.is_admin:
        raise Forbidden("for administrators")
    with visit.db.reading() as tx:
        works = health.works(tx, visit.now)
        kinds = ((feed, health.kind_of(feed, visit.now)) for feed in health.of_instance(tx))
        unwell = [_discreet(visit, feed) for feed, kind in kinds if kind not in ("well", "silent")]
    page = ServerPage(
        feed_count=works.feeds,
        due_count=works.due,
        longest_due_since=moment(visit, works.longest_due_since),
        next_at=moment(visit, works.next_at),
        leased_count=works.leased,
        holder_count=works.holders,
        hosts=tuple(HostLine(name=name, until=moment(visit, until)) for name, until in works.quiet_hosts),
        groups=_groups(visit, unwell),
    )
    return visit.html("pages/health_server.html", page)


# ------------------------------------------------------------------------------------------------ doing it


def _chosen(visit: Visit, form: Form) -> tuple[int, ...]:
    """The subscriptions that are meant, of those there are now."""
    if not form.flag("all"):
        return form.integers("id")
    kind = form.choice("kind", health.KINDS)
    with visit.db.reading() as tx:
        feeds = health.of_user(tx, visit.me.id)
    meant = (feed.subscription_id for feed in feeds if health.kind_of(feed, visit.now) == kind)
    return tuple(meant)[: health_actions.AT_ONCE]


def _ask(visit: Visit, ids: tuple[int, ...]) -> Response:
    with visit.db.reading() as tx:
        titles = {feed.subscription_id: feed.title for feed in health.of_user(tx, visit.me.id)}
    page = LeavePage(feeds=tuple((ident, titles[ident]) for ident in dict.fromkeys(ids) if ident in titles))
    if not page.feeds:
        raise ActionError("action.bad_value", "id")
    return visit.html("pages/health_leave.html", page)


def _done(visit: Visit, deed: str, ids: tuple[int, ...]) -> Notice:
    db, user, now = visit.db, visit.me, visit.now
    if deed == "unsubscribe":
        return Notice(kind="left", count=health_actions.unsubscribe(db, user, ids, now=now))
    if deed == "try":
        count = health_actions.try_now(db, user, ids, now=now)
        return Notice(kind="refreshing" if count else "refreshed_lately", count=count)
    if deed == "adopt":
        return Notice(kind="adopted", count=health_actions.adopt(db, user, ids, now=now))
    folder_id = visit.form.optional_integer("folder_id")
    if folder_id is None:
        return Notice(kind="no_folder_chosen")
    return Notice(kind="moved_to_folder", count=health_actions.move(db, user, ids, folder_id, now=now))


# ------------------------------------------------------------------------------------------------ in words


def _groups(visit: Visit, feeds: list[FeedHealth]) -> tuple[Group, ...]:
    sorted_out: dict[Kind, list[FeedHealth]] = {}
    for feed in feeds:
        sorted_out.setdefault(health.kind_of(feed, visit.now), []).append(feed)
    return tuple(
        Group(
            kind=kind,
            title=advice.title(visit.words, kind),
            meaning=advice.meaning(visit.words, kind),
            feeds=tuple(_line(visit, feed) for feed in sorted(sorted_out[kind], key=_place)),
            offered=_offered(kind, sorted_out[kind]),
        )
        for kind in health.KINDS
        if kind in sorted_out
    )


def _offered(kind: Kind, feeds: list[FeedHealth]) -> tuple[str, ...]:
    """What can be done to some of these: an address that was taken over already is not taken over again."""
    deeds = _OFFERED.get(kind, ())
    return deeds if any(feed.moved_url for feed in feeds) else tuple(deed for deed in deeds if deed != "adopt")


def _place(feed: FeedHealth) -> tuple[str, str]:
    return (feed.error_code or "", feed.title.casefold())


def _line(visit: Visit, feed: FeedHealth) -> FeedLine:
    words, code = visit.words, feed.error_code
    trouble, detail = findings.trouble(words, code, feed.error_detail or "") if code else ("", "")
    return FeedLine(
        id=feed.subscription_id,
        title=feed.title,
        address=feed.url,
        icon_id=feed.icon_id,
        trouble=trouble,
        advice=advice.for_code(words, code) if code else "",
        detail=detail,
        failures=feed.failures,
        last_ok=moment(visit, feed.ok_at),
        last_news=moment(visit, feed.changed_at),
        next_try=moment(visit, _at_least(feed.next_at, visit.now)),
        moved_url=feed.moved_url,
        previous_url=feed.previous_url,
        can_go_back=feed.previous_url is not None and health_actions.may_change(visit.me, feed.subscribers),
        can_look_again=code == "parse.no_entries" and feed.subscription_id != 0,
        checks=tuple(check_line(visit, check) for check in feed.checks),
    )


def _at_least(at: datetime | None, now: datetime) -> datetime | None:
    return max(at, now) if at is not None else None


def _discreet(visit: Visit, feed: FeedHealth) -> FeedHealth:
    """A private feed of somebody else without what its address may give away."""
    if feed.owner_id in (0, visit.me.id):
        return feed
    return replace(
        feed,
        title=visit.words.text("a private feed"),
        url="",
        icon_id=None,
        error_detail=None,
        moved_url=None,
        previous_url=None,
    )
