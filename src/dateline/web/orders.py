"""The orders of a stream: their names, what each does in a sentence, and which one a page is asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from msgspec import Struct

from dateline.errors import ActionError
from dateline.model import StreamKind
from dateline.preferences import Display, Order
from dateline.store.fair import ROUNDS
from dateline.store.orders import WINDOW
from dateline.web.forms import whole_number
from dateline.web.i18n import N_, Words, local

ORDERS: tuple[Order, ...] = get_args(Order)

_NAMES: dict[Order, str] = {
    "newest": N_("Newest first"),
    "oldest": N_("Oldest first"),
    "published": N_("By date of publication"),
    "title": N_("By title"),
    "feed": N_("By feed"),
    "longest": N_("Longest first"),
    "shortest": N_("Shortest first"),
    "random": N_("By chance"),
    "fair": N_("Feeds in turn"),
}
_FAIR = N_(
    "Feeds in turn: first the newest article of each, then the second of each, and so on, so that rare voices are not"
    " drowned. After {rounds} rounds at most, the rest follows."
)
_RANDOM = N_("By chance, another way each day.")
_SORTED = N_("{order}. The newest {count} articles are sorted first, then the {count} before them.")


class Ordering(Struct, frozen=True, kw_only=True):
    """The order of a page. ``asked`` and ``seed`` are what links carry on: "" when the address does not say.

    ``sentence`` explains it, "" for the order of arrival; ``choices`` are none where the stream has one order only.
    ``has_own``: an order, or what of it is shown, was chosen for this stream; ``is_own``: what is asked for.
    """

    value: Order
    asked: str
    seed: str
    sentence: str
    choices: tuple[tuple[Order, str], ...]
    has_own: bool
    is_own: bool

    @property
    def is_by_arrival(self) -> bool:
        """Whether days follow each other."""
        return self.value in ("newest", "oldest")


def asked(query: Mapping[str, str], kind: StreamKind, arranged: Order) -> Order:
    """The order that ``?order=`` asks for, else the arranged one. Raises ``ActionError("action.bad_value")``."""
    wished = query.get("order", "")
    if kind == "recent":
        return "newest"
    if not wished:
        return arranged
    for order in ORDERS:
        if order == wished:
            return order
    raise ActionError("action.bad_value", "order")


def seed(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> int:
    """The chance of the day, or ``?seed=``. Raises ``ActionError("action.bad_value")``."""
    wished = query.get("seed", "")
    return whole_number(wished, "seed") if wished else local(now, zone).toordinal()


def ordering(words: Words, query: Mapping[str, str], kind: StreamKind, order: Order, *, own: Display) -> Ordering:
    """What a page says of its order."""
    offered = () if kind == "recent" else ORDERS
    return Ordering(
        value=order,
        asked=query.get("order", "") if offered else "",
        seed=query.get("seed", "") if offered else "",
        sentence=sentence(words, order),
        choices=tuple((choice, words.text(_NAMES[choice])) for choice in offered),
        has_own=own.order is not None or own.shown is not None,
        is_own=query.get("order", "") in ("", own.order) and query.get("shown", "") in ("", own.shown),
    )


def options(words: Words) -> tuple[tuple[str, str], ...]:
    """(value, name) of every order, for a list to choose from."""
    return tuple((order, words.text(_NAMES[order])) for order in ORDERS)


def sentence(words: Words, order: Order) -> str:
    """What an order does; "" for the order of arrival, which needs no word."""
    if order in ("newest", "oldest"):
        return ""
    if order == "fair":
        return words.text(_FAIR, rounds=words.number(ROUNDS))
    if order == "random":
        return words.text(_RANDOM)
    return words.text(_SORTED, order=words.text(_NAMES[order]), count=words.number(WINDOW))
