"""``/keys``: what can be done by keyboard; ``/settings/keys``: which keys do it."""

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import preferences
from dateline.web import keys
from dateline.web.i18n import Words
from dateline.web.keys import GroupView
from dateline.web.notices import Notice
from dateline.web.visit import Visit

PATH = "/settings/keys"


class HelpPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/keys.html`` and ``parts/keys.html``."""

    groups: tuple[GroupView, ...]
    may_change: bool


class Field(Struct, frozen=True, kw_only=True):
    """The keys of one action, to be typed. ``error`` is a sentence, "" for none."""

    name: str
    label: str
    value: str
    usual: str
    error: str


class Fields(Struct, frozen=True, kw_only=True):
    """A group of them."""

    words: str
    fields: tuple[Field, ...]


class KeysPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_keys.html``. ``is_changed``: not all are the usual ones."""

    groups: tuple[Fields, ...]
    is_changed: bool
    problems: int


def show(visit: Visit) -> Response:
    """The keys, for a look at them; the panel beside a stream asks for them alone."""
    chosen = visit.user.preferences.keys if visit.user else {}
    groups = keys.view(visit.words, chosen, is_visitor=visit.user is None)
    page = HelpPage(groups=groups, may_change=visit.user is not None)
    if visit.wants_fragment:
        return visit.fragment("parts/keys.html", page)
    return visit.html("pages/keys.html", page)


def choose(visit: Visit) -> Response:
    """The form."""
    chosen = visit.me.preferences.keys
    return _page(visit, keys.bound(chosen), {}, is_changed=bool(chosen))


def save(visit: Visit) -> Response:
    """Keep the keys that were typed, or go back to the usual ones (``do=reset``)."""
    if visit.form.choice("do", ("save", "reset"), "save") == "reset":
        return _keep(visit, {})
    typed = {action: visit.form.text(action, key.usual, max_length=1000) for action, key in keys.KEYS.items()}
    named = {action: keys.normal(text) if len(text) <= keys.MAX_CHARS else None for action, text in typed.items()}
    wanted = {action: text for action, text in named.items() if text is not None}
    errors = {action: _no_key(visit.words, typed[action]) for action in typed if action not in wanted}
    for action, other in keys.conflicts(wanted).items():
        errors[action] = visit.words.text(
            "This key does “{action}” already.", action=visit.words.text(keys.KEYS[other].words)
        )
    if errors:
        return _page(visit, {**typed, **wanted}, errors, is_changed=True, status=400)
    return _keep(visit, {action: text for action, text in wanted.items() if text != keys.KEYS[action].usual})


def _keep(visit: Visit, chosen: dict[str, str]) -> Response:
    preferences.change(visit.db, visit.me, lambda before: replace(before, keys=chosen), now=visit.now)
    return visit.see(visit.url.plain(PATH), Notice(kind="saved"))


def _no_key(words: Words, typed: str) -> str:
    return words.text("“{typed}” is no key. Type a letter, a sign, or a name such as home or space.", typed=typed[:20])


def _page(
    visit: Visit, values: dict[str, str], errors: dict[str, str], *, is_changed: bool, status: int = 200
) -> Response:
    words = visit.words
    groups = tuple(
        Fields(
            words=words.text(group.words),
            fields=tuple(
                Field(
                    name=key.action,
                    label=words.text(key.words),
                    value=values[key.action],
                    usual=key.usual,
                    error=errors.get(key.action, ""),
                )
                for key in group.keys
            ),
        )
        for group in keys.GROUPS
    )
    page = KeysPage(groups=groups, is_changed=is_changed, problems=len(errors))
    return visit.html("pages/settings_keys.html", page, status=status)
