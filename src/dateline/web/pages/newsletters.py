"""``/settings/newsletters`` → mailboxes that are read, addresses that an account gives to newsletters, senders it does
not hear.
"""

from collections.abc import Mapping

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import newsletters
from dateline.store import mail
from dateline.store.mail import Sender
from dateline.web import boxes, i18n
from dateline.web.boxes import BoxesView, BoxFields
from dateline.web.notices import Notice
from dateline.web.visit import Visit


class AddressLine(Struct, frozen=True, kw_only=True):
    """One address; ``since`` in words."""

    id: int
    address: str
    since: str


class NewslettersPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/newsletters.html``. ``is_on``: this server takes mail."""

    is_on: bool
    is_admin: bool
    addresses: tuple[AddressLine, ...]
    refused: tuple[Sender, ...]
    boxes: BoxesView


def show(visit: Visit) -> Response:
    """The page."""
    return page(visit)


def page(
    visit: Visit,
    *,
    fields: BoxFields | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; ``fields`` and ``errors`` are those of the form for a mailbox."""
    domain = visit.instance.settings.mail_domain or "…"
    with visit.db.reading() as tx:
        addresses = mail.addresses(tx, visit.me.id)
        refused = mail.refused(tx, visit.me.id)
    context = NewslettersPage(
        is_on=visit.instance.settings.takes_mail,
        is_admin=visit.me.is_admin,
        addresses=tuple(
            AddressLine(
                id=one.id,
                address=f"{one.token}@{domain}",
                since=visit.words.moment(i18n.local(one.created_at, visit.zone)),
            )
            for one in addresses
        ),
        refused=tuple(refused),
        boxes=boxes.view(visit, fields, errors),
    )
    return visit.html("pages/newsletters.html", context, status=status)


def change(visit: Visit) -> Response:
    """Make an address, take one away, or hear a sender again. Raises ``NotFound``, ``ActionError``."""
    wanted = visit.form.choice("do", ("add", "remove", "hear"))
    if wanted == "add":
        newsletters.add_address(visit.db, visit.instance.settings, visit.me, now=visit.now)
    elif wanted == "remove":
        newsletters.remove_address(visit.db, visit.me, visit.form.integer("id"), now=visit.now)
    else:
        newsletters.hear_again(visit.db, visit.me, visit.form.integer("id"), now=visit.now)
    return visit.see(visit.url.plain("/settings/newsletters"), Notice(kind="saved"))
