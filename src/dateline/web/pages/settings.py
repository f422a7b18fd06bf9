"""``/settings…``: language and time, privacy, visitors, the password, and the search above all settings."""

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.actions import preferences as preference_actions
from dateline.errors import ActionError, Forbidden
from dateline.model import User
from dateline.web import i18n, messages, notices, subjects
from dateline.web.notices import Notice
from dateline.web.subjects import Found
from dateline.web.visit import Visit

_MAX_QUERY = 100


class SettingsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings.html``. ``is_machine_made``: nobody has reviewed this language yet."""

    user: User
    is_machine_made: bool
    languages: tuple[tuple[str, str], ...]
    time_zones: tuple[str, ...]


class VisitorsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_visitors.html``."""

    user: User
    visitor_path: str


class PrivacyPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_privacy.html``. ``may_proxy``: the server hands media on."""

    media_proxy: bool
    may_proxy: bool


class PasswordPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_password.html``. ``errors`` are sentences by field name."""

    errors: dict[str, str]


class FindPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_find.html``."""

    query: str
    found: tuple[Found, ...]


def show(visit: Visit) -> Response:
    """Language and time."""
    page = SettingsPage(
        user=visit.me,
        is_machine_made=i18n.is_machine_made(visit.words.language),
        languages=tuple((code, i18n.language_name(code)) for code in i18n.languages()),
        time_zones=i18n.time_zones(),
    )
    return visit.html("pages/settings.html", page)


def find(visit: Visit) -> Response:
    """The settings whose words are asked for (``q``)."""
    query = visit.query.get("q", "").strip()[:_MAX_QUERY]
    return visit.html("pages/settings_find.html", FindPage(query=query, found=subjects.find(visit.words, query)))


def save_reading(visit: Visit) -> Response:
    """Language and time zone."""
    form = visit.form
    user = account_actions.change(
        visit.db,
        visit.me,
        language=form.choice("language", i18n.languages()),
        time_zone=form.choice("time_zone", i18n.time_zones()),
        now=visit.now,
    )
    visit.words = i18n.words(user.language)
    return saved(visit, "/settings")


def show_privacy(visit: Visit) -> Response:
    """Who learns what is read here."""
    page = PrivacyPage(media_proxy=visit.me.preferences.media_proxy, may_proxy=_may_proxy(visit))
    return visit.html("pages/settings_privacy.html", page)


def save_privacy(visit: Visit) -> Response:
    """Whether media come by way of this server. Raises ``Forbidden`` where the server does not do that."""
    wanted = visit.form.flag("media_proxy")
    if wanted and not _may_proxy(visit):
        raise Forbidden("media_proxy is off")
    preference_actions.change(visit.db, visit.me, lambda chosen: replace(chosen, media_proxy=wanted), now=visit.now)
    return saved(visit, "/settings/privacy")


def _may_proxy(visit: Visit) -> bool:
    return visit.instance.settings.media_proxy != "off"


def show_visitors(visit: Visit) -> Response:
    """Who without an account may read along."""
    page = VisitorsPage(user=visit.me, visitor_path=f"/@{visit.me.name}/")
    return visit.html("pages/settings_visitors.html", page)


def save_visitors(visit: Visit) -> Response:
    """Who without an account may read along, whether search engines may, and whether visitors may refresh."""
    is_open = visit.form.flag("open_to_visitors")
    account_actions.change(
        visit.db,
        visit.me,
        open_to_visitors=is_open,
        indexed=is_open and visit.form.flag("indexed"),
        visitors_may_refresh=is_open and visit.form.flag("visitors_may_refresh"),
        now=visit.now,
    )
    return saved(visit, "/settings/visitors")


def show_password(visit: Visit) -> Response:
    """The form for a new password."""
    return _password_page(visit)


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
        return _password_page(visit, errors=errors, status=messages.status_of(error))
    return visit.see(visit.url.plain("/settings/password"), Notice(kind="password_changed"))


def _password_sentence(visit: Visit, error: ActionError) -> str:
    if error.code == "action.wrong_password":
        return visit.words.text("This is not your present password.")
    return messages.sentence(visit.words, error.code)


def saved(visit: Visit, path: str) -> Response:
    """Say that a change was saved: to a behaviour, or on the page at ``path``."""
    notice = Notice(kind="saved")
    if visit.wants_json:
        return visit.json({"notice": notices.sentence(visit.words, notice), "undo": None})
    return visit.see(visit.url.plain(path), notice)


def _password_page(visit: Visit, *, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    return visit.html("pages/settings_password.html", PasswordPage(errors=errors or {}), status=status)
