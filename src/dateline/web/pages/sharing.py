"""``/settings/sharing``: the places that an account shares articles with, in order."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import sharing
from dateline.actions.sharing import SERVICES
from dateline.errors import ActionError
from dateline.preferences import ShareTarget
from dateline.web import messages
from dateline.web.notices import Notice
from dateline.web.visit import Visit

PATH = "/settings/sharing"


class SharingPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_sharing.html``. ``errors`` are sentences by field; ``typed`` what was typed."""

    targets: tuple[ShareTarget, ...]
    services: tuple[tuple[str, str], ...]
    own_servers: str
    typed: dict[str, str]
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The list, and the form for one more."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Add, move or take away one (``do``). Raises ``NotFound``."""
    form = visit.form
    wanted = form.choice("do", ("add", "up", "down", "remove"))
    if wanted == "add":
        typed = {name: form.text(name, "", max_length=4000) for name in ("service", "name", "address", "fields")}
        try:
            sharing.add(visit.db, visit.me, **typed, now=visit.now)
        except ActionError as error:
            return _page(visit, typed=typed, errors=_errors(visit, error, typed), status=messages.status_of(error))
    elif wanted == "remove":
        sharing.remove(visit.db, visit.me, form.integer("place"), name=form.text("name"), now=visit.now)
    else:
        step = -1 if wanted == "up" else 1
        sharing.move(visit.db, visit.me, form.integer("place"), name=form.text("name"), step=step, now=visit.now)
    return visit.see(visit.url.plain(PATH), Notice(kind="saved"))


def _errors(visit: Visit, error: ActionError, typed: dict[str, str]) -> dict[str, str]:
    words = visit.words
    if error.code == "action.bad_value" and error.detail == "address" and typed["fields"]:
        return {
            "address": words.text("A form cannot be sent there: give the address without a name or password in it.")
        }
    if error.code == "action.bad_value" and error.detail == "address":
        return {
            "address": words.text(
                "This address cannot be used. It begins with https or mailto and holds {place} where the article’s"
                " own goes.",
                place="{url}",
            )
        }
    if error.code == "action.bad_value" and error.detail == "fields":
        return {
            "fields": words.text(
                "Write at most 10 lines such as {line}, each with a name. One of them holds {place}, for the address.",
                line="link={url}",
                place="{url}",
            )
        }
    if error.code == "action.bad_value" and error.detail == "name":
        return {"name": words.text("Give it a name of at most 60 characters.")}
    return {"service": messages.sentence(words, error.code)}


def _page(
    visit: Visit,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    own = visit.words.text("Another, by its address")
    page = SharingPage(
        targets=sharing.targets(visit.me.preferences),
        services=(("", own), *((service.key, service.name) for service in SERVICES)),
        own_servers=", ".join(service.name for service in SERVICES if service.needs_server),
        typed=typed or {"service": SERVICES[1].key, "name": "", "address": "", "fields": ""},
        errors=errors or {},
    )
    return visit.html("pages/settings_sharing.html", page, status=status)
