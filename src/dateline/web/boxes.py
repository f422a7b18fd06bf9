"""Mailboxes as the page of newsletters shows them, and the form for another one."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from dateline.actions.mailboxes import user_name
from dateline.fetch.mailbox import Security
from dateline.store import mailboxes
from dateline.store.mailboxes import Mailbox
from dateline.web import i18n, messages
from dateline.web.i18n import N_
from dateline.web.visit import Visit

SECURITY: dict[Security, str] = {
    "tls": N_("TLS (port 993)"),
    "starttls": N_("STARTTLS (port 143)"),
    "none": N_("none: only inside networks that the administrator opened"),
}


class BoxLine(Struct, frozen=True, kw_only=True):
    """A mailbox; moments in words, "" for never. ``trouble`` is a sentence, "" for none; ``detail`` the server's own
    words; ``left_out`` how many mails could not be taken, ``left_out_why`` the last one's reason.
    """

    id: int
    host: str
    user: str
    folder: str
    taken: int
    checked: str
    last_ok: str
    next_check: str
    trouble: str
    detail: str
    left_out: int
    left_out_why: str


class BoxFields(Struct, frozen=True, kw_only=True):
    """What somebody typed of another mailbox, but for the password."""

    host: str = ""
    port: str = ""
    security: str = "tls"
    user: str = ""
    folder: str = "INBOX"
    with_old: bool = False


class BoxesView(Struct, frozen=True, kw_only=True):
    """The section of mailboxes. ``is_on``: this server reads some. ``errors`` are sentences by field name, that of a
    mailbox's new password as ``password-ID``.
    """

    is_on: bool
    lines: tuple[BoxLine, ...]
    fields: BoxFields
    securities: tuple[tuple[str, str], ...]
    errors: Mapping[str, str]


def view(visit: Visit, fields: BoxFields | None = None, errors: Mapping[str, str] | None = None) -> BoxesView:
    """The section as it stands, or with what was just typed and what is wrong with it."""
    with visit.db.reading() as tx:
        boxes = mailboxes.of_user(tx, visit.me.id)
    return BoxesView(
        is_on=visit.instance.settings.reads_mailboxes,
        lines=tuple(_line(visit, box) for box in boxes),
        fields=fields or BoxFields(),
        securities=tuple((value, visit.words.text(label)) for value, label in SECURITY.items()),
        errors=errors or {},
    )


def _line(visit: Visit, box: Mailbox) -> BoxLine:
    last = box.left_out_last
    return BoxLine(
        id=box.id,
        host=box.host,
        user=user_name(box, visit.instance.settings),
        folder=box.folder,
        taken=box.taken,
        checked=_moment(visit, box.checked_at),
        last_ok=_moment(visit, box.ok_at),
        next_check=_moment(visit, box.next_at) if box.next_at > visit.now else "",
        trouble=messages.of_mailbox(visit.words, box.error_code) if box.error_code else "",
        detail=box.error_detail or "",
        left_out=box.left_out,
        left_out_why=messages.of_mailbox(visit.words, last.code) if last else "",
    )


def _moment(visit: Visit, moment: datetime | None) -> str:
    return visit.words.moment(i18n.local(moment, visit.zone)) if moment else ""
