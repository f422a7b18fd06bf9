"""Turns: what is costly may be done by so many at once in this process; who waits too long is told to come back.

A password's hash takes 64 MiB for a tenth of a second, a look at an address a thread for up to 20 seconds: without
turns, forty strangers at the login page would take 2.5 GB, and forty slow servers all threads that make pages.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

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


BRIEFLY = 0.0005
"""Seconds that a long piece of work computes before it lets others have the interpreter: Python's own are 0.005, and a
click gives the interpreter away about six times, at each of its statements.
"""


class LongTurns(Turns):
    """Turns for what computes for many seconds in a thread of this process: whoever clicks meanwhile hardly waits."""

    def __init__(self, at_once: int, *, patience: float) -> None:
        super().__init__(at_once, patience=patience)
        self._counting = Lock()
        self._under_way = 0
        self._usual = sys.getswitchinterval()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have a turn. Raises ``ActionError("action.too_many_attempts")`` when none became free in time."""
        with super().taken():
            self._note(1)
            try:
                yield
            finally:
                self._note(-1)

    def _note(self, more: int) -> None:
        with self._counting:
            if self._under_way == 0:
                self._usual = sys.getswitchinterval()
            self._under_way += more
            sys.setswitchinterval(BRIEFLY if self._under_way else self._usual)
