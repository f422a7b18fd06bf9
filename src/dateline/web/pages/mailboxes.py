"""``/settings/newsletters/mailboxes`` → a mailbox: added once it was opened, checked, given a new password, removed."""

from starlette.responses import Response

from dateline.actions import mailboxes
from dateline.actions.mailboxes import Wish
from dateline.errors import ActionError, DatelineError, NotFound, StoreError
from dateline.web import messages
from dateline.web.boxes import SECURITY, BoxFields
from dateline.web.forms import Form
from dateline.web.notices import Notice
from dateline.web.pages import newsletters
from dateline.web.visit import Visit

_FIELD_OF = {
    "fetch.mailbox_login": "password",
    "fetch.mailbox_folder": "folder",
    "action.mailbox_known": "folder",
    "fetch.mailbox_insecure": "security",
    "fetch.tls": "security",
    "fetch.no_tls": "security",
}
"""Where an error stands; any other beside the server."""


def change(visit: Visit) -> Response:
    """``do``: add, check, password, remove. Raises ``NotFound``, ``StoreError``."""
    wanted = visit.form.choice("do", ("add", "check", "password", "remove"))
    if wanted == "add":
        return _add(visit)
    ident = visit.form.integer("id")
    if wanted == "password":
        return _change_password(visit, ident)
    if wanted == "check":
        mailboxes.check_soon(visit.db, visit.me, ident, now=visit.now)
        return _back(visit, "mailbox_due")
    mailboxes.remove(visit.db, visit.me, ident, now=visit.now)
    return _back(visit, "saved")


def _add(visit: Visit) -> Response:
    fields = _sent(visit.form)
    try:
        wish = _wish(visit.form, fields)
        with visit.instance.looking.taken():
            mailboxes.add(visit.db, visit.instance.settings, visit.me, wish, now=visit.now)
    except (StoreError, NotFound):
        raise
    except DatelineError as error:
        return newsletters.page(visit, fields=fields, errors={_field(error): _said(visit, error)}, status=400)
    return _back(visit, "mailbox_added")


def _change_password(visit: Visit, ident: int) -> Response:
    password = visit.form.raw("password", max_length=1_000)
    try:
        with visit.instance.looking.taken():
            mailboxes.change_password(visit.db, visit.instance.settings, visit.me, ident, password, now=visit.now)
    except (StoreError, NotFound):
        raise
    except DatelineError as error:
        return newsletters.page(visit, errors={f"password-{ident}": _said(visit, error)}, status=400)
    return _back(visit, "mailbox_due")


def _back(visit: Visit, notice: str) -> Response:
    return visit.see(visit.url.plain("/settings/newsletters"), Notice(kind=notice))


def _field(error: DatelineError) -> str:
    return error.detail if error.code == "action.bad_mailbox" else _FIELD_OF.get(error.code, "host")


def _said(visit: Visit, error: DatelineError) -> str:
    """What happened, and the server's own words where it said some."""
    sentence = messages.of_mailbox(visit.words, error.code)
    return f"{sentence} ({error.detail})" if error.code.startswith("fetch.mailbox_") and error.detail else sentence


def _sent(form: Form) -> BoxFields:
    return BoxFields(
        host=form.text("host", "", max_length=300),
        port=form.text("port", "", max_length=10),
        security=form.choice("security", list(SECURITY), "tls"),
        user=form.text("user", "", max_length=400),
        folder=form.text("folder", "INBOX", max_length=400) or "INBOX",
        with_old=form.flag("with_old"),
    )


def _wish(form: Form, fields: BoxFields) -> Wish:
    """What was sent, understood. Raises ``ActionError``."""
    if fields.port and not (fields.port.isascii() and fields.port.isdigit()):
        raise ActionError("action.bad_mailbox", "port")
    return Wish(
        host=fields.host,
        port=int(fields.port) if fields.port else None,
        security=form.choice("security", list(SECURITY), "tls"),
        user=fields.user,
        password=form.raw("password", "", max_length=2_000),
        folder=fields.folder,
        with_old=fields.with_old,
    )
