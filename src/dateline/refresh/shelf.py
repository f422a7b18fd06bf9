"""What was fetched to be looked at, kept for a little while: what is made of it next need not ask again."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from dateline.model import Response

KEPT_FOR = timedelta(minutes=10)


class Shelf:
    """Documents that were fetched lately, by who asked and for what; so many bytes of them. Threads may share it."""

    def __init__(self, max_bytes: int = 32_000_000) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[int, str], tuple[datetime, Response]] = OrderedDict()

    def find(self, user_id: int, url: str, now: datetime) -> Response | None:
        """The document, when it was fetched lately."""
        with self._lock:
            at, page = self._pages.get((user_id, url), (None, None))
        return page if at is not None and now - at < KEPT_FOR else None

    def keep(self, user_id: int, url: str, page: Response, now: datetime) -> None:
        """Remember a document; the oldest ones go when there is no room."""
        with self._lock:
            self._pages[user_id, url] = (now, page)
            self._pages.move_to_end((user_id, url))
            while sum(len(kept.body) for _, kept in self._pages.values()) > self._max_bytes or len(self._pages) > 100:
                self._pages.popitem(last=False)
