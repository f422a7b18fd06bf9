"""Be a polite, guarded HTTP client: ``url, Validators`` → ``Response`` | raises ``FetchError``.

``Client`` asks many (inside an event loop), ``fetch_now`` asks once (from a thread), ``Gate`` is the seam where
politeness is decided: it is asked for a turn before every request. What nobody can switch off is the guard
(``dateline.fetch.guard``): it sees every address before the connect. Also open to other rooms: ``address`` (what people
paste → a URL; the name under which a host is spared) and ``politeness`` (a gate for one process).
"""

from .client import Client
from .once import fetch_now
from .politeness import Gate

__all__ = ["Client", "Gate", "fetch_now"]
