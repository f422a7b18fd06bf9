"""Refusals (403) of one host, one after the other: some large sites say so to who asks too often, instead of 429.

One feed that is refused is that feed's matter. Three of a host within a while, and nothing good in between, are the
host's: it is left alone like one that says 429, and asked again by one feed at a time.
"""

from datetime import datetime, timedelta

from dateline.errors import DatelineError, FetchError

STORM = 3
"""So many different feeds of a host, refused in a row, are no accident."""
WITHIN = timedelta(hours=1)
QUIET_SECONDS = 900.0


class Refusals:
    """What one process saw of its hosts lately."""

    def __init__(self) -> None:
        self._feeds: dict[str, dict[int, datetime]] = {}

    def note_answer(self, host: str) -> None:
        """A host let somebody in: whom it refuses, it refuses for another reason."""
        self._feeds.pop(host, None)

    def note_failure(self, host: str, feed_id: int, error: DatelineError, now: datetime) -> None:
        """A feed of a host failed; a refusal that is one of many is given the time for which all wait
        (``retry_after``)."""
        if not isinstance(error, FetchError) or error.code != "fetch.forbidden":
            return
        self._forget(now - WITHIN)
        refused = self._feeds.setdefault(host, {})
        refused[feed_id] = now
        if len(refused) >= STORM:
            error.retry_after = max(error.retry_after or 0.0, QUIET_SECONDS)

    def _forget(self, before: datetime) -> None:
        for host, refused in list(self._feeds.items()):
            self._feeds[host] = {feed_id: at for feed_id, at in refused.items() if at > before}
            if not self._feeds[host]:
                del self._feeds[host]
