"""What counts as read by itself, as fields: on the pages of a subscription and a folder, where each part may be left to
what is above, and on that of the account.
"""

from collections.abc import Collection, Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import ActionError
from dateline.model import User
from dateline.preferences import ReadWhen
from dateline.store import read_choices
from dateline.store.db import Tx
from dateline.store.read_choices import NEVER, Above
from dateline.web.forms import Form
from dateline.web.i18n import N_, Words

Options = tuple[tuple[str, str], ...]
Part = Literal["arrived", "gone", "beyond", "repeated", "repeated_near"]

FLAGS: dict[Part, str] = {
    "arrived": N_("as soon as it arrives"),
    "gone": N_("when its feed no longer carries it"),
}
NUMBERS: dict[Part, tuple[str, tuple[int, ...], int]] = {
    "beyond": (N_("when its feed has many newer unread articles"), (5, 10, 25, 50, 100, 250, 500, 1000), 100_000),
    "repeated": (N_("when its feed brought one of the same title before"), (10, 25, 100, 1000), 1_000),
    "repeated_near": (N_("when a feed in the same folder brought it before"), (10, 25, 100, 1000), 1_000),
}
"""Label, what can be chosen, and the most that is taken from outside."""
PREFIX = "read_"


class ReadWhenField(Struct, frozen=True, kw_only=True):
    """One part to choose. ``value`` "" is as what is above says. ``is_box``: it is "1" or nothing."""

    name: str
    label: str
    options: Options
    value: str
    is_box: bool = False
    help: str = ""


class ReadWhenForm(Struct, frozen=True, kw_only=True):
    """What can be chosen for one folder or subscription. ``has_own``: something was."""

    kind: Literal["folder", "feed"]
    key: int
    fields: tuple[ReadWhenField, ...]
    has_own: bool
    is_important: bool


def read_when_form(
    tx: Tx,
    words: Words,
    owner: User,
    kind: Literal["folder", "feed"],
    key: int,
    *,
    spared: Literal["important", "saved"] | None = None,
    without: Collection[Part] = (),
) -> ReadWhenForm:
    """What was chosen, and what can be; parts ``without`` which it is are not offered where nothing was chosen.

    ``spared``: as what is what its folders and the account say is not for it.

    Raises ``NotFound`` for a folder or subscription of somebody else.
    """
    own, above = read_choices.own(tx, owner.id, kind, key), read_choices.above(tx, owner, kind, key)
    fields = tuple(
        ReadWhenField(
            name=PREFIX + part,
            label=label,
            options=(("", _inherited(words, part, above, spared)), *options),
            value=_said(getattr(own, part)),
            help=_help(words, part),
        )
        for part, label, options in _parts(words, own)
        if part not in without or getattr(own, part) is not None
    )
    return ReadWhenForm(
        kind=kind, key=key, fields=fields, has_own=own != ReadWhen(), is_important=spared == "important"
    )


def account_fields(words: Words, chosen: ReadWhen) -> tuple[ReadWhenField, ...]:
    """The same for the account, above which is nothing."""
    return tuple(
        ReadWhenField(
            name=PREFIX + part,
            label=label,
            options=options,
            value=_said(getattr(chosen, part) or getattr(NEVER, part)),
            is_box=part in FLAGS,
            help=_help(words, part),
        )
        for part, label, options in _parts(words, chosen)
    )


def _parts(words: Words, own: ReadWhen) -> Iterator[tuple[Part, str, Options]]:
    """(part, its label, what can be chosen), with what was chosen among it."""
    for flag, label in FLAGS.items():
        yield flag, words.text(label), (("0", words.text(N_("No"))), ("1", words.text(N_("Yes"))))
    for number, (label, usual, _) in NUMBERS.items():
        counts = sorted({*usual, getattr(own, number) or usual[0]})
        yield number, words.text(label), tuple((str(count), _count(words, number, count)) for count in (0, *counts))


def _count(words: Words, part: Part, count: int) -> str:
    if count == 0:
        return words.text(N_("No"))
    said = N_("Yes, all but the newest {count}") if part == "beyond" else N_("Yes, among the last {count}")
    return words.text(said, count=words.number(count))


def _inherited(words: Words, part: Part, above: Above, spared: Literal["important", "saved"] | None) -> str:
    value = getattr(above.rule, part)
    said = words.text(N_("Yes") if value else N_("No")) if part in FLAGS else _count(words, part, value)
    if spared == "saved":
        return said
    if spared == "important":
        return words.text(N_("{choice} (important feeds are spared)"), choice=said)
    if part in above.from_folders:
        return words.text(N_("{choice} (its folder)"), choice=said)
    return words.text(N_("{choice} (your account)"), choice=said)


def _help(words: Words, part: Part) -> str:
    if part != "beyond":
        return ""
    return words.text(N_("Once the next one arrives, this counts for those that are there already, too."))


def _said(value: int | None) -> str:
    return "" if value is None else str(int(value))


# ------------------------------------------------------------------------------------------------ what was chosen


def chosen_of(form: Form, own: ReadWhen) -> ReadWhen:
    """The choice with those parts that a form speaks of. Raises ``ActionError("action.bad_value")``."""
    for flag in FLAGS:
        if PREFIX + flag in form:
            said = form.choice(PREFIX + flag, ("", "0", "1"))
            own = replace(own, **{flag: None if said == "" else said == "1"})
    for number, (_, _, most) in NUMBERS.items():
        if PREFIX + number in form:
            count = form.optional_integer(PREFIX + number)
            if count is not None and count > most:
                raise ActionError("action.bad_value", PREFIX + number)
            own = replace(own, **{number: count})
    return own


def chosen_for_all(form: Form) -> ReadWhen:
    """The same of the account's page, where boxes are there or not and "no" needs no word."""
    said = chosen_of(form, ReadWhen())
    return replace(said, **{name: getattr(said, name) or None for name in ReadWhen.__struct_fields__})
