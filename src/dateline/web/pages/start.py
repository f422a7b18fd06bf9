"""``/start`` → the first account of an instance that has none; then on to the first feed."""

import secrets

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.errors import ActionError
from dateline.store import accounts
from dateline.web import i18n, messages
from dateline.web.visit import Visit


class StartPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/start.html``. ``errors`` are sentences by field name, under "form" what concerns none."""

    name: str
    language: str
    languages: tuple[tuple[str, str], ...]
    time_zone: str
    time_zones: tuple[str, ...]
    asks_code: bool
    errors: dict[str, str]


_FIELD_OF = {
    "action.name_invalid": "name",
    "action.name_taken": "name",
    "action.password_too_short": "password",
    "action.password_too_long": "password",
    "action.wrong_start_code": "code",
}


def show(visit: Visit) -> Response:
    """The form, in the language that the browser asks for; once there is an account, nothing but the front page."""
    if _has_users(visit):
        return visit.see(visit.url.plain("/"))
    return _page(visit, name="", language=visit.words.language, time_zone="UTC")


def create(visit: Visit) -> Response:
    """Make the account, an administrator's, and log it in; once there is one, nothing costly is done for strangers."""
    if _has_users(visit):
        return visit.see(visit.url.plain("/login"))
    form = visit.form
    name = form.text("name", max_length=200)
    language = form.choice("language", i18n.languages())
    time_zone = form.choice("time_zone", i18n.time_zones())
    try:
        _check_code(visit)
        with visit.instance.hashing.taken():
            _, token = account_actions.create_first(
                visit.db,
                name=name,
                password=form.raw("password"),
                language=language,
                time_zone=time_zone,
                now=visit.now,
            )
    except ActionError as error:
        if error.code == "action.forbidden":  # somebody else was first
            return visit.see(visit.url.plain("/login"))
        visit.words = i18n.words(language)
        sentence = messages.sentence(visit.words, error.code)
        errors = {_FIELD_OF.get(error.code, "form"): sentence}
        status = messages.status_of(error)
        return _page(visit, name=name, language=language, time_zone=time_zone, errors=errors, status=status)
    return visit.log_in(visit.see(visit.url.plain("/subscriptions/add", welcome=1)), token)


def _check_code(visit: Visit) -> None:
    """Beyond loopback, only who can read the server's terminal may make the first account."""
    wanted = visit.instance.start_code
    given = visit.form.text("code", "", max_length=100)
    if wanted is not None and not secrets.compare_digest(given.encode(), wanted.encode()):
        raise ActionError("action.wrong_start_code")


def _has_users(visit: Visit) -> bool:
    with visit.db.reading() as tx:
        return accounts.any_user(tx)


def _page(
    visit: Visit,
    *,
    name: str,
    language: str,
    time_zone: str,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    page = StartPage(
        name=name,
        language=language,
        languages=tuple((code, i18n.language_name(code)) for code in i18n.languages()),
        time_zone=time_zone,
        time_zones=i18n.time_zones(),
        asks_code=visit.instance.start_code is not None,
        errors=errors or {},
    )
    return visit.html("pages/start.html", page, status=status)
