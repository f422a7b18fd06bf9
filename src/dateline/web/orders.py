"""The orders of a stream: their names, what each does in a sentence, and which one a page is asked for."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
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

_NEWEST, _OLDEST, _UP, _DOWN = N_("Newest first"), N_("Oldest first"), N_("A to Z"), N_("Z to A")
_PAIRS: tuple[tuple[str, dict[Order, str]], ...] = (
    (N_("Arrival"), {"newest": _NEWEST, "oldest": _OLDEST}),
    (N_("Publication"), {"published": _NEWEST, "published_oldest": _OLDEST}),
    (N_("Title"), {"title": _UP, "title_z": _DOWN}),
    (N_("Feed"), {"feed": _UP, "feed_z": _DOWN}),
    (N_("Folder"), {"folder": _UP, "folder_z": _DOWN}),
    (N_("Link"), {"link": _UP, "link_z": _DOWN}),
    (N_("Length"), {"longest": N_("Longest first"), "shortest": N_("Shortest first")}),
)
"""What is sorted by, and how its two ways are called."""
_PLAIN: dict[Order, str] = {
    "newest": _NEWEST,
    "oldest": _OLDEST,
    "longest": N_("Longest first"),
    "shortest": N_("Shortest first"),
    "random": N_("By chance"),
    "fair": N_("Feeds in turn"),
}
"""What needs no word of what is sorted by."""
_NAME = N_("{order}: {way}")
_FAIR = N_(
    "Feeds in turn: first the newest article of each, then the second of each, and so on, so that rare voices are not"
    " drowned. After {rounds} rounds at most, the rest follows."
)
_RANDOM = N_("By chance, another way each day.")
_FROM_OLDEST = N_("{order}. The oldest {count} articles are sorted first, then the {count} after them.")
_SORTED = N_("{order}. The newest {count} articles are sorted first, then the {count} before them.")


class Choice(Struct, frozen=True, kw_only=True):
    """An order in the menu: its whole name, and the words of its button beside the other way's."""

    value: Order
    name: str
    way: str


Pair = tuple[str, tuple[Choice, ...]]
"""What is sorted by ("" for what has one way only), and its ways."""


class Ordering(Struct, frozen=True, kw_only=True):
    """The order of a page. ``asked`` and ``seed`` are what links carry on: "" when the address does not say.

    ``sentence`` explains it, "" for the order of arrival; ``pairs`` are the menu's, none where the stream has one order
    only.
    ``has_own``: an order, or what of it is shown, was chosen for this stream; ``is_own``: what is asked for.
    """

    value: Order
    asked: str
    seed: str
    sentence: str
    pairs: tuple[Pair, ...]
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
    pairs = () if kind == "recent" else _menu(words)
    return Ordering(
        value=order,
        asked=query.get("order", "") if pairs else "",
        seed=query.get("seed", "") if pairs else "",
        sentence=sentence(words, order),
        pairs=pairs,
        has_own=own.order is not None or own.shown is not None,
        is_own=query.get("order", "") in ("", own.order) and query.get("shown", "") in ("", own.shown),
    )


def options(words: Words) -> tuple[tuple[str, str], ...]:
    """(value, name) of every order, for a list to choose from."""
    return tuple((order, name(words, order)) for order in ORDERS)


def name(words: Words, order: Order) -> str:
    """What an order is called wherever it stands alone."""
    if order in _PLAIN:
        return words.text(_PLAIN[order])
    by, way = next((by, ways[order]) for by, ways in _PAIRS if order in ways)
    return words.text(_NAME, order=words.text(by), way=words.text(way))


@lru_cache(maxsize=50)
def _menu(words: Words) -> tuple[Pair, ...]:
    pairs = [
        (
            words.text(by),
            tuple(Choice(value=one, name=name(words, one), way=words.text(way)) for one, way in ways.items()),
        )
        for by, ways in _PAIRS
    ]
    alone = [Choice(value=one, name=name(words, one), way=name(words, one)) for one in ("random", "fair")]
    return (*pairs, ("", tuple(alone)))


def sentence(words: Words, order: Order) -> str:
    """What an order does; "" for the order of arrival, which needs no word."""
    if order in ("newest", "oldest"):
        return ""
    if order == "fair":
        return words.text(_FAIR, rounds=words.number(ROUNDS))
    if order == "random":
        return words.text(_RANDOM)
    said = _FROM_OLDEST if order == "published_oldest" else _SORTED
    return words.text(said, order=name(words, order), count=words.number(WINDOW))
