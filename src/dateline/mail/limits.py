"""How many mails an address may get in a while, and how much of them is in memory at once. Time is an argument."""

from collections import deque
from collections.abc import Callable
from typing import Final

MAILS: Final = 60
SECONDS: Final = 600.0
"""At most so many mails to one address in so long a time; more are asked to come later."""
MAX_TOKENS: Final = 10_000
SMALL: Final = 1_000_000
"""What a mail may take in memory, in bytes, without waiting for others: nearly all take less."""
MAX_ONE: Final = 40_000_000
"""What the largest may: ten megabytes in lines of the usual length take half of it."""
LARGE_AT_ONCE: Final = 1
A_LINE: Final = 64
"""What a line takes beside its bytes: a mail of nothing but line ends is thirty times as large in memory."""


def weight(data: bytes) -> int:
    """What text that has come takes in memory."""
    return len(data) + A_LINE * data.count(b"\n")


class Room:
    """The memory for what is larger than small: for so many at once, from the first bytes until it is stored.

    All of it is used from one thread.
    """

    def __init__(self, at_once: int = LARGE_AT_ONCE) -> None:
        self._free = at_once
        self._waiting: deque[Callable[[], None]] = deque()

    def ask(self, go_on: Callable[[], None]) -> bool:
        """Whether there is room; else ``go_on`` is called once there is, in the order of asking."""
        if self._free > 0:
            self._free -= 1
            return True
        self._waiting.append(go_on)
        return False

    def leave(self, go_on: Callable[[], None]) -> None:
        """Wait no longer."""
        self._waiting.remove(go_on)

    def give_back(self) -> None:
        """One is stored, or gone: the next one may."""
        if self._waiting:
            self._waiting.popleft()()
        else:
            self._free += 1


class Pace:
    """The mails of the last minutes, by address."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def may(self, token: str) -> bool:
        """Count one more mail to an address; False when there were too many."""
        now = self._clock()
        if len(self._times) >= MAX_TOKENS:
            self._times = {key: times for key, times in self._times.items() if times[-1] > now - SECONDS}
        times = self._times.setdefault(token, deque(maxlen=MAILS))
        if len(times) == MAILS and times[0] > now - SECONDS:
            return False
        times.append(now)
        return True
