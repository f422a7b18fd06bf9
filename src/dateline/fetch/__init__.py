"""Be a polite, guarded HTTP client: ``url, Validators`` → ``Response`` | raises ``FetchError``.

``Client`` asks many (inside an event loop), ``fetch_now`` asks once (from a thread), ``Gate`` is the seam where
politeness is decided: it is asked for a turn before every request. What nobody can switch off is the guard
(``dateline.fetch.guard``): it sees every address before the connect. Also open to other rooms: ``address`` (what people
paste → a URL; the name under which a host is spared) and ``politeness`` (a gate for one process).
"""

from typing import TYPE_CHECKING

from .once import fetch_now
from .politeness import Gate

if TYPE_CHECKING:
    from .client import Client

__all__ = ["Client", "Gate", "fetch_now"]


def __getattr__(name: str) -> object:
    """``Client`` when somebody asks for it (PEP 562): a web process rarely does, and saves the 8 MB of aiohttp."""
    if name == "Client":
        from .client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
