"""``/settings`` → an account's own settings, in sections; each is a form that is saved by itself."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.errors import ActionError
from dateline.model import User
from dateline.web import i18n, keeping, messages, notices
from dateline.web.notices import Notice
from dateline.web.visit import Visit


class SettingsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings.html``. ``errors`` are sentences by field name."""

    user: User
    languages: tuple[tuple[str, str], ...]
    time_zones: tuple[str, ...]
    visitor_path: str
    kept: str
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """All sections."""
    return _page(visit)


def save_reading(visit: Visit) -> Response:
    """Language, time zone, previews."""
    form = visit.form
    user = account_actions.change(
        visit.db,
        visit.me,
        language=form.choice("language", i18n.languages()),
        time_zone=form.choice("time_zone", i18n.time_zones()),
        preview=form.flag("preview"),
        now=visit.now,
    )
    visit.words = i18n.words(user.language)
    return _saved(visit)


def save_visitors(visit: Visit) -> Response:
    """Who without an account may read along, and whether search engines may."""
    is_open = visit.form.flag("open_to_visitors")
    account_actions.change(
        visit.db,
        visit.me,
        open_to_visitors=is_open,
        indexed=is_open and visit.form.flag("indexed"),
        now=visit.now,
    )
    return _saved(visit)


def save_password(visit: Visit) -> Response:
    """A new password for the old one; every other session of the account ends."""
    try:
        with visit.instance.hashing.taken():
            account_actions.change_password(
                visit.db,
                visit.me,
                old=visit.form.raw("old"),
                new=visit.form.raw("new"),
                keep_token=visit.token,
                now=visit.now,
            )
    except ActionError as error:
        field = "old" if error.code in ("action.wrong_password", "action.too_many_attempts") else "new"
        errors = {field: _password_sentence(visit, error)}
        return _page(visit, errors=errors, status=messages.status_of(error))
    return visit.see(visit.url.plain("/settings"), Notice(kind="password_changed"))


def _password_sentence(visit: Visit, error: ActionError) -> str:
    if error.code == "action.wrong_password":
        return visit.words.text("This is not your present password.")
    return messages.sentence(visit.words, error.code)


def _saved(visit: Visit) -> Response:
    notice = Notice(kind="saved")
    if visit.wants_json:
        return visit.json({"notice": notices.sentence(visit.words, notice), "undo": None})
    return visit.see(visit.url.plain("/settings"), notice)


def _page(visit: Visit, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    user = visit.me
    with visit.db.reading() as tx:
        rule = keeping.counting(tx, user.id, "account", user.id)
    page = SettingsPage(
        user=user,
        languages=tuple((code, i18n.words(code).name()) for code in i18n.languages()),
        time_zones=i18n.time_zones(),
        visitor_path=f"/@{user.name}/",
        kept=keeping.with_origin(visit.words, rule, "account"),
        errors=errors or {},
    )
    return visit.html("pages/settings.html", page, status=status)
