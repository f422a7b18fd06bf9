"""One request with its answer's head, as they went over the wire, for whoever looks over the client's shoulder.

Secrets are masked here, before anything leaves the room: of the request every value that is not of our own making, of
the answer what a server gives to one client alone.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

MASK = "•••"
_OUR_OWN = frozenset(
    {"accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "content-type"}
    | {"host", "if-modified-since", "if-none-match", "user-agent"}
)
_GIVEN = frozenset({"set-cookie", "set-cookie2", "authentication-info", "proxy-authentication-info"})
_MOST = 100
_LONGEST = 1_000

Pairs = tuple[tuple[str, str], ...]


class Exchange(Struct, frozen=True, kw_only=True):
    """One hop: ``sent`` and ``answered`` are (name, value) pairs; ``status`` is None when no answer came."""

    url: str
    sent: Pairs
    status: int | None
    answered: Pairs
    elapsed_seconds: float
    new_connection: bool


Watch = Callable[[Exchange], None]


def masked_request(headers: Iterable[tuple[str, str]]) -> Pairs:
    """What was sent, without passwords, cookies and keys."""
    return _cut((name, value if name.lower() in _OUR_OWN else MASK) for name, value in headers)


def masked_answer(raw_headers: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """What was answered, without the cookies that would let anybody in."""
    pairs = ((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in raw_headers)
    return _cut((name, MASK if name.lower() in _GIVEN else value) for name, value in pairs)


def _cut(pairs: Iterable[tuple[str, str]]) -> Pairs:
    return tuple((name[:_LONGEST], value[:_LONGEST]) for _, (name, value) in zip(range(_MOST), pairs, strict=False))
