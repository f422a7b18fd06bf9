"""Names → numbers, in threads of our own; forbidden numbers are sorted out where allowed ones stand beside them.

The threads are not the event loop's: a name server that does not answer holds a thread for half a minute, and
a loop that is done waits for *its* threads. The sorting is no protection (the guard's socket factory is): it spares
useless attempts and lets the error say what went wrong with the address that was really tried.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

from .guard import Guard

THREADS = 32
"""How many names may be looked up at once."""
MAX_ADDRESSES = 8
"""How many addresses of a name are tried: a stranger's name server may give a thousand, and trying each costs time."""


class ThreadResolver(AbstractResolver):
    """The system's resolver (``getaddrinfo``: hosts file, DNS, …). Raises ``OSError`` when a name is not known."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="dateline-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a host name, in the system's order of preference."""
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, ask)
        except UnicodeError as error:  # the "idna" codec inside getaddrinfo
            raise OSError(f"not a host name: {host!r}") from error
        return [_result(host, port, kind, protocol, str(address[0])) for kind, _, protocol, _, address in found]

    async def close(self) -> None:
        """Let the threads end when they can; nobody waits for them."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class SortingResolver(AbstractResolver):
    """Wraps a resolver: if some addresses of a name are allowed, only those are given on; else others, to be refused.

    At most ``MAX_ADDRESSES`` of either.
    """

    def __init__(self, inner: AbstractResolver, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The allowed addresses of a host name, or others when none is. Raises ``OSError`` when there are none."""
        found = await self._inner.resolve(host, port, family)
        if not found:
            raise OSError(f"no address for {host!r}")
        allowed = [result for result in found if self._guard.allows(result["host"])]
        return (allowed or found)[:MAX_ADDRESSES]

    async def close(self) -> None:
        """Close the wrapped resolver."""
        await self._inner.close()


def _result(host: str, port: int, family: int, protocol: int, address: str) -> ResolveResult:
    return {
        "hostname": host,
        "host": address,
        "port": port,
        "family": family,
        "proto": protocol,
        "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    }
