"""``/entry/ID/share/PLACE`` → what is sent to a place that takes a form, and where, with the button that sends it.

Pages send forms to ourselves alone (CSP ``form-action``); this one to the one origin that it names, and only by a
press: the browser sends it, not this server. Which article and which place are read here, so that no link from
elsewhere can say what would be sent.
"""

from urllib.parse import urlsplit

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import sharing
from dateline.errors import NotFound
from dateline.preferences import ShareTarget
from dateline.store import streams
from dateline.web.forms import whole_number
from dateline.web.visit import Visit


class SharePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/share.html``. ``host`` with its port, where it says one."""

    entry_id: int
    title: str
    name: str
    address: str
    host: str
    is_plain: bool
    fields: tuple[tuple[str, str], ...]


def show(visit: Visit) -> Response:
    """The page. Raises ``NotFound`` for an entry of somebody else, and where no form is chosen."""
    target = _target(visit, whole_number(visit.path["place"], "place"))
    allowed = sharing.origin(target.template) if sharing.is_target(target) else None
    if not target.fields or allowed is None:
        raise NotFound("share target")
    entry_id = whole_number(visit.path["entry_id"], "entry")
    with visit.db.reading() as tx:
        entry = streams.entry(tx, visit.me.id, entry_id)
    visit.forms_to = allowed
    page = SharePage(
        entry_id=entry.id,
        title=entry.title,
        name=target.name,
        address=target.template,
        host=urlsplit(allowed).netloc,
        is_plain=allowed.startswith("http:"),
        fields=sharing.filled(target, url=entry.url or _own_address(visit, entry.id), title=entry.title),
    )
    return visit.html("pages/share.html", page)


def _target(visit: Visit, place: int) -> ShareTarget:
    targets = sharing.targets(visit.me.preferences)
    if place >= len(targets):
        raise NotFound("share target")
    return targets[place]


def _own_address(visit: Visit, entry_id: int) -> str:
    """Of an article that has none: its page here."""
    request = visit.request
    return f"{request.scope['scheme']}://{request.headers['host']}{visit.url.plain(f'/entry/{entry_id}')}"
