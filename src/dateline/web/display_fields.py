"""How one stream is shown, as a form: its view, its order, what of it is shown; each may be left to what is above.

On the pages of a folder, a subscription and a label; ``/displays`` takes what is chosen.
"""

from msgspec import Struct

from dateline.model import StreamKind, User
from dateline.preferences import Display
from dateline.store import displays
from dateline.store.db import Tx
from dateline.store.displays import Inherited
from dateline.web import orders, shown, views
from dateline.web.i18n import N_, Words

Options = tuple[tuple[str, str], ...]


class DisplayField(Struct, frozen=True, kw_only=True):
    """One part of a ``Display`` to choose. ``value`` "" is as what is above says; its option says what that is."""

    name: str
    label: str
    options: Options
    value: str
    help: str


class DisplayForm(Struct, frozen=True, kw_only=True):
    """Everything that can be chosen for one stream alone. ``has_own``: something was."""

    kind: StreamKind
    key: int
    fields: tuple[DisplayField, ...]
    has_own: bool


def display_form(tx: Tx, words: Words, owner: User, kind: StreamKind, key: int) -> DisplayForm:
    """What was chosen, and what can be. Raises ``NotFound`` for a folder or subscription of somebody else."""
    own, above = displays.own(tx, owner, kind, key), displays.inherited(tx, owner, kind, key)
    view = tuple((choice, name) for choice, name, _ in views.choices(words, kind))
    order = orders.options(words)
    counting = own.order or above.arrangement.order
    return DisplayForm(
        kind=kind,
        key=key,
        fields=(
            _field(words, "view", words.text("View"), view, own, above),
            _field(words, "order", words.text("Order"), order, own, above, sentence=orders.sentence(words, counting)),
            _field(words, "shown", words.text("What is shown"), shown.options(words), own, above),
        ),
        has_own=own != Display(),
    )


def _field(
    words: Words, name: str, label: str, options: Options, own: Display, above: Inherited, *, sentence: str = ""
) -> DisplayField:
    names = dict(options)
    usual = getattr(above.arrangement, name)
    is_folders = name in above.from_folders
    said = N_("{choice} (its folder)") if is_folders else N_("{choice} (your account)")
    first = words.text(said, choice=names.get(usual) or options[0][1])  # what it cannot have is the first it can
    return DisplayField(
        name=name, label=label, options=(("", first), *options), value=getattr(own, name) or "", help=sentence
    )
