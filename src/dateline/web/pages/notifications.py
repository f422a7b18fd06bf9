"""``/settings/notifications`` → of what a person's devices are told, and which these are: added, tried, removed."""

from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import devices
from dateline.actions.devices import Wish
from dateline.errors import Forbidden
from dateline.fetch.web_push import MAX_ENDPOINT
from dateline.store import devices as stored
from dateline.store.devices import Device
from dateline.web import i18n, notices
from dateline.web.notices import Notice
from dateline.web.pages.settings import saved
from dateline.web.visit import Visit

PATH = "/settings/notifications"

_BROWSERS = {
    "Edg/": "Edge",
    "EdgA/": "Edge",
    "EdgiOS/": "Edge",
    "OPR/": "Opera",
    "Vivaldi/": "Vivaldi",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chromium/": "Chromium",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
"""What a browser's own words hold → its name; the first that is found, for most name others too."""


class DeviceLine(Struct, frozen=True, kw_only=True):
    """A device; moments in words, "" for never. ``error_code``: why the last notification did not go out, "" if so."""

    id: int
    name: str
    since: str
    last: str
    error_code: str
    is_here: bool


class NotificationsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_notifications.html``. ``key`` is what browsers know this instance by."""

    is_on: bool
    important: bool
    account: int
    key: str
    devices: tuple[DeviceLine, ...]


def show(visit: Visit) -> Response:
    """The page."""
    is_on = visit.instance.settings.may_push
    with visit.db.reading() as tx:
        found = stored.of_user(tx, visit.me.id, visit.token)
    page = NotificationsPage(
        is_on=is_on,
        important=visit.me.preferences.notify.important,
        account=visit.me.id,
        key=visit.instance.push_key if is_on else "",
        devices=tuple(_line(visit, device) for device in found),
    )
    return visit.html("pages/settings_notifications.html", page)


def change(visit: Visit) -> Response:
    """``do``: choose, add, renew (by the service worker), test, remove. Raises ``NotFound``, ``ActionError``."""
    wanted = visit.form.choice("do", ("choose", "add", "renew", "test", "remove"))
    if wanted == "choose":
        devices.choose(visit.db, visit.me, important=visit.form.flag("important"), now=visit.now)
        return saved(visit, PATH)
    if wanted == "add":
        _add(visit)
        return _done(visit, "device_added")
    if wanted == "renew":
        if visit.form.integer("account") != visit.me.id:  # somebody else has logged in here
            raise Forbidden("another account's device")
        _add(visit, has_moved=True)
        return visit.json({})
    ident = visit.form.integer("id")
    if wanted == "test":
        devices.try_one(visit.db, visit.instance.settings, visit.me, ident, now=visit.now)
        return _done(visit, "device_tried")
    devices.remove(visit.db, visit.me, ident, now=visit.now)
    return _done(visit, "device_removed")


def _add(visit: Visit, *, has_moved: bool = False) -> None:
    form = visit.form
    wish = Wish(
        endpoint=form.text("endpoint", max_length=MAX_ENDPOINT),
        key=form.text("key", max_length=200),
        secret=form.text("secret", max_length=100),
        name=device_name(visit.request.headers.get("user-agent", "")),
    )
    devices.add(
        visit.db,
        visit.instance.settings,
        visit.me,
        wish,
        token=visit.token or "",
        now=visit.now,
        has_moved=has_moved,
    )


def _done(visit: Visit, kind: str) -> Response:
    """Say so on the page, which a behaviour loads again."""
    notice = Notice(kind=kind)
    if visit.wants_json:
        return visit.json({"notice": notices.sentence(visit.words, notice), "undo": None}, notice=notice)
    return visit.see(visit.url.plain(PATH), notice)


def device_name(user_agent: str) -> str:
    """``Firefox · Linux``, of what a browser says of itself; "" when it says nothing that is known."""
    said = user_agent[:1_000]
    browser = next((name for sign, name in _BROWSERS.items() if sign in said), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in said), "")
    return " · ".join(part for part in (browser, system) if part)


def _line(visit: Visit, device: Device) -> DeviceLine:
    def moment(at: datetime | None) -> str:
        return visit.words.moment(i18n.local(at, visit.zone)) if at else ""

    return DeviceLine(
        id=device.id,
        name=device.name,
        since=moment(device.created_at),
        last=moment(device.sent_at),
        error_code=device.error_code or "",
        is_here=device.is_here,
    )
