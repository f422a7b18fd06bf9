"""How many mails an address may get in a while. Time is an argument."""

from collections import deque
from collections.abc import Callable
from typing import Final

MAILS: Final = 60
SECONDS: Final = 600.0
"""At most so many mails to one address in so long a time; more are asked to come later."""
MAX_TOKENS: Final = 10_000


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
