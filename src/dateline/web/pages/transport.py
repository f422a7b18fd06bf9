"""``/subscriptions/ID/transport`` → how one feed is asked otherwise than all; secrets go in and never come out."""

from collections.abc import Mapping

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import transport as transport_actions
from dateline.actions.transport import Shown, Wish
from dateline.errors import ActionError
from dateline.fetch.transport import FORM, MAX_BODY, Login, Method, Tls, proxy_name
from dateline.store import subscriptions
from dateline.store.subscriptions import SubscriptionDetails
from dateline.web import messages
from dateline.web.forms import Form, whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.visit import Visit

LOGINS: dict[Login, str] = {"basic": N_("as usual (basic)"), "digest": N_("as a digest")}
METHODS: dict[Method, str] = {"GET": N_("Ask for it (GET)"), "POST": N_("Send a form (POST)")}
TLS: dict[Tls, str] = {
    "strict": N_("Checked, as everywhere"),
    "any": N_("Not checked: anybody between may read and change what is sent"),
}
_TROUBLES: Mapping[str, str] = {
    "user_agent": N_("One line of at most 500 characters, please."),
    "login": N_("A user name is needed, without a colon."),
    "headers": N_(
        "One header a line, Name: value. Names that steer the connection (Host, Content-Length, Cookie, …) cannot be "
        "set, nor Authorization beside a user name."
    ),
    "cookies": N_("One line, please: name=value; other=value."),
    "body": N_("This is too long."),
    "body_type": N_("A type looks like application/json."),
    "proxy": N_("The administrator does not allow this proxy."),
    "timeout": N_("A number of seconds from 1 to 120, please."),
    "max_redirects": N_("A whole number from 0 to 10, please."),
    "authority": N_("This is no certificate (PEM)."),
}
_NOTICES = {"shared": "fetched_as_all", "private": "fetched_as_all_alone"}


class TransportFields(Struct, frozen=True, kw_only=True):
    """What the form holds: what may be shown, numbers as they were typed."""

    user_agent: str
    keep_cookies: bool
    login_by: str
    method: str
    body_type: str
    proxy: str
    timeout: str
    max_redirects: str
    tls: str


class TransportPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/transport.html``. ``present`` are the secrets that are there, by the field's name.

    ``errors`` are sentences by field name.
    """

    subscription: SubscriptionDetails
    fields: TransportFields
    present: tuple[str, ...]
    logins: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str], ...]
    proxies: tuple[tuple[str, str], ...]
    is_set: bool
    is_unreadable: bool
    can_be_shared: bool
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The page. Raises ``NotFound`` for a subscription of somebody else."""
    shown = transport_actions.shown(visit.db, visit.instance.settings, visit.me, _ident(visit))
    transport = shown.transport
    fields = TransportFields(
        user_agent=transport.user_agent,
        keep_cookies=transport.keep_cookies,
        login_by=transport.login_by,
        method=transport.method,
        body_type=transport.body_type,
        proxy=transport.proxy,
        timeout="" if transport.timeout is None else f"{transport.timeout:g}",
        max_redirects="" if transport.max_redirects is None else str(transport.max_redirects),
        tls=transport.tls,
    )
    return _page(visit, shown, fields)


def save(visit: Visit) -> Response:
    """Save (``do`` "save"), or forget all of it ("clear")."""
    ident, settings = _ident(visit), visit.instance.settings
    here = visit.url.plain(f"/subscriptions/{ident}/transport")
    if visit.form.choice("do", ("save", "clear"), "save") == "clear":
        outcome = transport_actions.clear(visit.db, settings, visit.me, ident, now=visit.now)
        return visit.see(visit.url.plain(f"/subscriptions/{ident}"), Notice(kind=_NOTICES[outcome]))
    fields = _sent(visit.form)
    try:
        transport_actions.change(visit.db, settings, visit.me, ident, _wish(visit.form, fields), now=visit.now)
    except ActionError as error:
        if error.code != "action.bad_transport":
            raise
        trouble = _TROUBLES.get(error.detail)
        sentence = visit.words.text(trouble) if trouble else messages.sentence(visit.words, error.code)
        shown = transport_actions.shown(visit.db, settings, visit.me, ident)
        return _page(visit, shown, fields, errors={error.detail: sentence}, status=400)
    return visit.see(here, Notice(kind="saved"))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["subscription_id"], "subscription_id")


def _sent(form: Form) -> TransportFields:
    return TransportFields(
        user_agent=form.text("user_agent", "", max_length=600),
        keep_cookies=form.flag("keep_cookies"),
        login_by=form.choice("login_by", list(LOGINS), "basic"),
        method=form.choice("method", list(METHODS), "GET"),
        body_type=form.text("body_type", "", max_length=200),
        proxy=form.text("proxy", "", max_length=500),
        timeout=form.text("timeout", "", max_length=20),
        max_redirects=form.text("max_redirects", "", max_length=20),
        tls=form.choice("tls", list(TLS), "strict"),
    )


def _wish(form: Form, fields: TransportFields) -> Wish:
    """What was sent, understood. Raises ``ActionError`` ``action.bad_transport``."""
    headers = _secret(form, "headers")
    return Wish(
        user_agent=fields.user_agent,
        login=_login(form),
        login_by=form.choice("login_by", list(LOGINS), "basic"),
        headers=None if headers is None else _headers(headers),
        cookies=_secret(form, "cookies"),
        keep_cookies=fields.keep_cookies,
        method=form.choice("method", list(METHODS), "GET"),
        body=_secret(form, "body"),
        body_type=fields.body_type or FORM,
        proxy=fields.proxy,
        timeout=_number(fields.timeout, "timeout"),
        max_redirects=_whole(fields.max_redirects),
        tls=form.choice("tls", list(TLS), "strict"),
        authority=_secret(form, "authority"),
    )


def _secret(form: Form, name: str) -> str | None:
    """What was typed; "" to remove what is there, None to keep it."""
    if form.flag(f"remove_{name}"):
        return ""
    return form.text(name, "", max_length=MAX_BODY + 1) or None


def _login(form: Form) -> str | None:
    if form.flag("remove_login"):
        return ""
    user = form.text("user", "", max_length=500)
    password = form.raw("password", "", max_length=500)
    if not user and not password:
        return None
    if not user or ":" in user:
        raise ActionError("action.bad_transport", "login")
    return f"{user}:{password}"


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for line in text.splitlines():
        if line.strip():
            name, _, value = line.partition(":")
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _number(text: str, name: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError as error:
        raise ActionError("action.bad_transport", name) from error


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ActionError("action.bad_transport", "max_redirects")
    return int(text)


def _page(
    visit: Visit, shown: Shown, fields: TransportFields, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    words = visit.words
    with visit.db.reading() as tx:
        details = subscriptions.details(tx, visit.me.id, _ident(visit))
    names = [proxy_name(address) for address in visit.instance.settings.proxies]
    if fields.proxy and fields.proxy not in names and fields.proxy == shown.transport.proxy:
        names.append(fields.proxy)  # it was allowed once
    page = TransportPage(
        subscription=details,
        fields=fields,
        present=tuple(sorted(shown.present)),
        logins=tuple((value, words.text(label)) for value, label in LOGINS.items()),
        methods=tuple((value, words.text(label)) for value, label in METHODS.items()),
        checks=tuple((value, words.text(label)) for value, label in TLS.items()),
        proxies=tuple((name, name) for name in names),
        is_set=shown.is_set,
        is_unreadable=shown.is_unreadable,
        can_be_shared=shown.can_be_shared,
        errors=errors or {},
    )
    return visit.html("pages/transport.html", page, status=status)
