"""Turns: what is costly may be done by so many at once in this process; who waits too long is told to come back.

A password's hash takes 64 MiB for a tenth of a second, a look at an address a thread for up to 20 seconds: without
turns, forty strangers at the login page would take 2.5 GB, and forty slow servers all threads that make pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from dateline.errors import ActionError


class Turns:
    """``with turns.taken(): …`` – ``at_once`` do it, others wait ``patience`` seconds at most."""

    def __init__(self, at_once: int, *, patience: float) -> None:
        self._free = BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have a turn. Raises ``ActionError("action.too_many_attempts")`` when none became free in time."""
        if not self._free.acquire(timeout=self._patience):
            raise ActionError("action.too_many_attempts", "too many at once")
        try:
            yield
        finally:
            self._free.release()
