"""``/subscriptions/ID`` → one subscription: how its feed fares, its title, folders and place, and its end."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import addresses, appearance, arranging
from dateline.actions import subscriptions as subscription_actions
from dateline.actions.appearance import IconWish
from dateline.actions.arranging import Change
from dateline.actions.health import may_change
from dateline.errors import ActionError
from dateline.model import Visibility
from dateline.refresh.pages import is_flagged
from dateline.refresh.tidy import ORPHANS_KEPT
from dateline.store import feeds, health, sidebars, subscriptions
from dateline.store.db import Tx
from dateline.store.subscriptions import SubscriptionDetails
from dateline.web import advice, findings, keeping, messages, rhythms
from dateline.web.checks import CheckLine, check_line, moment
from dateline.web.display_fields import DisplayForm, display_form
from dateline.web.forms import whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.pages.subscriptions import FolderLine, folder_lines
from dateline.web.read_when_fields import Part, ReadWhenForm, read_when_form
from dateline.web.visit import Visit

VISIBILITIES: dict[Visibility, str] = {
    "important": N_("Important: also in the important stream"),
    "main": N_("Main stream"),
    "folder": N_("Only in its folders"),
    "archived": N_("Nowhere but on its own page"),
}
_SHOWN_CHECKS = 20
_APPEARANCE_ERRORS = {
    ("action.bad_value", "site_url"): ("site_url", N_("This is not a web address.")),
    ("action.bad_value", "icon"): (
        "icon",
        N_(
            "This is no picture that can be an icon: PNG, JPEG, GIF, WebP, ICO, BMP or SVG, at most 2048 pixels a side."
        ),
    ),
    ("action.too_large", "icon"): ("icon", N_("The picture is too large: at most 1 MB, an SVG 100 kB.")),
    ("action.too_large", "icons"): ("icon", N_("Your own icons take 20 MB already: remove some first.")),
}


class SubscriptionPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/subscription.html``. Times in words, "" when unknown.

    ``url``, ``own_site`` and ``own_description`` are as typed, ``errors`` sentences by field name.
    """

    subscription: SubscriptionDetails
    folders: tuple[FolderLine, ...]
    visibilities: tuple[tuple[str, str], ...]
    checks: tuple[CheckLine, ...]
    checked: str
    last_ok: str
    next_check: str
    kept: str
    display: DisplayForm
    read_when: ReadWhenForm
    trouble: str
    trouble_detail: str
    trouble_since: str
    advice: str
    moved_url: str | None
    previous_url: str | None
    may_change_address: bool
    is_flagged: bool
    rhythm: str
    paused_since: str
    is_fetched_otherwise: bool
    url: str
    own_site: str
    own_description: str
    errors: dict[str, str]


class RemovePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/unsubscribe.html``. ``days_left``: of articles that nothing would bring again."""

    subscription: SubscriptionDetails
    days_left: int | None


def show(visit: Visit) -> Response:
    """The page. Raises ``NotFound`` for a subscription of somebody else."""
    return _page(visit)


def edit(visit: Visit) -> Response:
    """Save title, folders, place, what visitors see. A folder named in passing is made first."""
    form = visit.form
    ident = _ident(visit)
    hidden = form.flag("hidden_from_visitors")
    visibility = form.choice("visibility", list(VISIBILITIES))
    folder_ids = form.integers("folder_ids")
    try:
        new_folder = form.text("new_folder", "", max_length=200)
        if new_folder:
            with visit.db.reading() as tx:
                subscriptions.details(tx, visit.me.id, ident)
            folder_ids += (subscription_actions.add_folder(visit.db, visit.me, new_folder, now=visit.now),)
        subscription_actions.edit(
            visit.db,
            visit.me,
            ident,
            title=form.text("title", "", max_length=500),
            folder_ids=folder_ids,
            visibility=visibility,
            hidden_from_visitors=hidden,
            revised_unread=form.flag("revised_unread"),
            now=visit.now,
        )
    except ActionError as error:
        if error.code not in ("action.name_invalid", "action.name_taken"):
            raise
        return _page(visit, errors={"new_folder": messages.sentence(visit.words, error.code)}, status=400)
    return visit.see(visit.url.plain(f"/subscriptions/{ident}"), Notice(kind="saved"))


def dress(visit: Visit) -> Response:
    """``/subscriptions/ID/appearance``: one's own ``site_url``, ``description`` and ``icon`` (a file), each the
    publisher's when empty; without a file the icon stays, unless ``publisher_icon`` is ticked.
    """
    form, ident = visit.form, _ident(visit)
    typed = {name: form.text(name, "", max_length=4000) for name in ("site_url", "description")}
    icon: IconWish = form.file("icon").body if form.has_file("icon") else "keep"
    if icon == "keep" and form.flag("publisher_icon"):
        icon = "publisher"
    try:
        appearance.change(
            visit.db,
            visit.me,
            ident,
            site=typed["site_url"],
            description=typed["description"],
            icon=icon,
            now=visit.now,
        )
    except ActionError as error:
        sentences = _APPEARANCE_ERRORS.get((error.code, error.detail))
        if sentences is None:
            raise
        return _page(visit, typed=typed, errors={sentences[0]: visit.words.text(sentences[1])}, status=400)
    return visit.see(visit.url.plain(f"/subscriptions/{ident}"), Notice(kind="saved"))


def move(visit: Visit) -> Response:
    """``/subscriptions/ID/move``: the feed is at another address (``url``) from now on."""
    ident = _ident(visit)
    url = visit.form.text("url", "", max_length=2000)
    try:
        addresses.change_by_hand(visit.db, visit.me, ident, url, now=visit.now)
    except ActionError as error:
        if error.code not in ("action.bad_url", "action.already_subscribed", "action.secrets_stay"):
            raise
        return _page(visit, url=url, errors={"url": messages.sentence(visit.words, error.code)}, status=400)
    return visit.see(visit.url.plain(f"/subscriptions/{ident}"), Notice(kind="address_moved"))


def pause(visit: Visit) -> Response:
    """Let it rest (``do`` "pause"), or go on ("resume")."""
    do = visit.form.choice("do", ("pause", "resume"))
    ident = _ident(visit)
    done = arranging.arrange(visit.db, visit.me, [ident], Change(paused=do == "pause"), now=visit.now)
    link = visit.url.local(visit.form.raw("next", ""), f"/subscriptions/{ident}")
    return visit.see(link, Notice(kind="paused" if do == "pause" else "resumed", count=1, undo=done.seq))


def ask_remove(visit: Visit) -> Response:
    """The question before the end."""
    details = _details(visit)
    days_left = ORPHANS_KEPT.days if details.kind in ("mail", "saved") else None
    return visit.html("pages/unsubscribe.html", RemovePage(subscription=details, days_left=days_left))


def remove(visit: Visit) -> Response:
    """The end: unread rows go, stars stay."""
    details = _details(visit)
    subscription_actions.unsubscribe(visit.db, visit.me, details.id, now=visit.now)
    return visit.see(visit.url.plain("/subscriptions"), Notice(kind="unsubscribed", name=details.title[:200]))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["subscription_id"], "subscription_id")


def _details(visit: Visit) -> SubscriptionDetails:
    with visit.db.reading() as tx:
        return subscriptions.details(tx, visit.me.id, _ident(visit))


def _read_when(visit: Visit, tx: Tx, details: SubscriptionDetails) -> ReadWhenForm:
    """What of it counts as read by itself: no document carries mail, and what lies in no folder has none to repeat."""
    without: list[Part] = ["gone"] if details.kind in ("mail", "saved") else []
    return read_when_form(
        tx,
        visit.words,
        visit.me,
        "feed",
        details.id,
        spared="important" if details.visibility == "important" else "saved" if details.kind == "saved" else None,
        without=without if details.folder_ids else [*without, "repeated_near"],
    )


def _page(
    visit: Visit,
    *,
    url: str = "",
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.db.reading() as tx:
        details = subscriptions.details(tx, visit.me.id, _ident(visit))
        folders = folder_lines(sidebars.read(tx, visit.me.id))
        rule = keeping.counting(tx, visit.me.id, "subscription", details.id)
        display = display_form(tx, visit.words, visit.me, "feed", details.id)
        read_when = _read_when(visit, tx, details)
        feed = health.of_subscription(tx, visit.me.id, details.id)
        is_fetched_otherwise = feeds.is_asked_otherwise(tx, details.feed_id)
    words, code = visit.words, details.error_code
    trouble, detail = findings.trouble(words, code, details.error_detail or "") if code else ("", "")
    page = SubscriptionPage(
        subscription=details,
        folders=folders,
        visibilities=tuple((value, words.text(label)) for value, label in VISIBILITIES.items()),
        checks=tuple(check_line(visit, check) for check in details.checks[:_SHOWN_CHECKS]),
        checked=moment(visit, details.checked_at),
        last_ok=moment(visit, details.ok_at),
        next_check=moment(visit, details.next_at),
        kept=keeping.with_origin(words, rule, "subscription"),
        display=display,
        read_when=read_when,
        trouble=trouble,
        trouble_detail=detail,
        trouble_since=moment(visit, details.error_at),
        advice=advice.for_code(words, code) if code else "",
        moved_url=feed.moved_url,
        previous_url=feed.previous_url,
        may_change_address=may_change(visit.me, feed.subscribers),
        rhythm=rhythms.in_words(words, details.gap_seconds),
        paused_since=moment(visit, details.paused_at),
        is_flagged=is_flagged(details.kind, details.failures, details.empty_rounds),
        is_fetched_otherwise=is_fetched_otherwise,
        url=url,
        own_site=typed["site_url"] if typed else details.own.site_url or "",
        own_description=typed["description"] if typed else details.own.description or "",
        errors=errors or {},
    )
    return visit.html("pages/subscription.html", page, status=status)
