"""``/login`` → a session for a name and a password; ``/logout`` ends it."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.errors import ActionError
from dateline.store import accounts
from dateline.web import messages
from dateline.web.notices import Notice
from dateline.web.visit import Visit

_LONGEST_NAME = 160
"""As much of a name as is looked up: beyond, one account would have many names, each with failures of its own."""


class LoginPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/login.html``. ``next`` is a safe link; ``error`` a sentence, "" for none."""

    name: str
    next: str
    error: str


def show(visit: Visit) -> Response:
    """The form. Whoever is logged in goes on; on an instance without accounts the first start comes first."""
    following = visit.url.local(visit.query.get("next"), "/")
    if visit.user is not None:
        return visit.see(following)
    with visit.db.reading() as tx:
        has_users = accounts.any_user(tx)
    if not has_users:
        return visit.see(visit.url.plain("/start"))
    return _page(visit, LoginPage(name="", next=following, error=""))


def log_in(visit: Visit) -> Response:
    """Check the name and the password; a mistake is told above the form, whichever of the two it was."""
    name = visit.form.text("name", max_length=_LONGEST_NAME)
    password = visit.form.raw("password")
    try:
        with visit.instance.hashing.taken():
            _, token = account_actions.log_in(
                visit.db, name=name, password=password, client=visit.client, now=visit.now
            )
    except ActionError as error:
        sentence = messages.sentence(visit.words, error.code)
        status = messages.status_of(error)
        return _page(visit, LoginPage(name=name, next=visit.next, error=sentence), status=status)
    return visit.log_in(visit.see(visit.next), token)


def log_out(visit: Visit) -> Response:
    """End this session, here and in the database."""
    if visit.token is not None:
        account_actions.log_out(visit.db, token=visit.token, now=visit.now)
    return visit.log_out(visit.see(visit.url.plain("/login"), Notice(kind="logged_out")))


def _page(visit: Visit, page: LoginPage, *, status: int = 200) -> Response:
    return visit.html("pages/login.html", page, status=status)
