"""What one process works on: feeds that are due, leased together with their hosts until each was recorded.

Claims are taken and given back in threads while the loop asks; ``gate.table`` keeps the two apart
(docs/decisions/0002).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from dateline.settings import Settings
from dateline.store import Database, hosts, leases
from dateline.store.feeds import Feed
from dateline.store.times import to_us
from dateline.store.write import transaction

from .polite import TableGate

LEASE = timedelta(minutes=4)
"""How long a feed is leased beyond the time that its server may take."""
HOST_QUEUE_SECONDS = 5.0


class Claims:
    """The leases of one process. ``leased`` are the ids of its feeds, being asked or being stored; ``holder`` must be
    unique among living processes.
    """

    def __init__(
        self, db: Database, settings: Settings, gate: TableGate, *, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self.leased: set[int] = set()
        # no more than the client asks at once: a turn at a host is taken before a free connection
        self.capacity = settings.fetch_concurrency
        self._db = db
        self._gate = gate
        self._holder = holder
        self._clock = clock
        self._lease_time = LEASE + timedelta(seconds=settings.fetch_timeout)
        self._spacing = timedelta(seconds=settings.host_spacing)
        self._limit_per_host = (
            max(settings.host_connections, int(HOST_QUEUE_SECONDS / settings.host_spacing))
            if settings.host_spacing
            else self.capacity
        )

    def take(self, free: int, only: list[int] | None) -> list[Feed]:
        """Lease at most ``free`` feeds that are due (of ``only`` these, due or not), each host's within its limit."""
        now = self._clock()
        load = self._gate.load()
        full = [host for host, count in load.items() if count >= self._limit_per_host]
        chosen: list[int] = []
        for limit in (2 * free, 8 * free + len(self.leased)):  # the second where few hosts have many feeds
            with self._db.reading() as tx:
                rows = leases.due(tx, holder=self._holder, now=now, limit=limit, full_hosts=full, only=only)
            chosen = self._chosen(rows, free, load)
            if len(chosen) == free or len(rows) < limit:
                break
        return self._lease(chosen, now) if chosen else []

    def _chosen(self, rows: Sequence[tuple[int, str]], free: int, load: Mapping[str, int]) -> list[int]:
        """At most ``free`` of the feeds that are due, each host's within its limit."""
        chosen: list[int] = []
        per_host = dict(load)
        for feed_id, host in rows:
            room = len(chosen) < free and per_host.get(host, 0) < self._limit_per_host
            if room and feed_id not in self.leased:
                per_host[host] = per_host.get(host, 0) + 1
                chosen.append(feed_id)
        return chosen

    def _lease(self, chosen: list[int], now: datetime) -> list[Feed]:
        with self._gate.table:
            with transaction(self._db) as tx:
                claimed = leases.lease(tx, chosen, holder=self._holder, now=now, until=now + self._lease_time)
                times = hosts.times(tx, sorted({feed.host for feed in claimed}))
            for feed in claimed:
                self.leased.add(feed.id)
                self._gate.hold(feed.host, times.get(feed.host, (0, 0))[0], to_us(now))
        return claimed

    def let_go(self, done: Sequence[tuple[Feed, timedelta | None]]) -> None:
        """Give hosts back, and feeds: those with a pause were not asked, or their answer could not be stored; they are
        due again after it.
        """
        now = self._clock()
        with self._gate.table:
            free = [feed.host for feed, _ in done if self._gate.let_go(feed.host)]
            asked = self._gate.take_asked()
            self.leased.difference_update(feed.id for feed, _ in done)
            with transaction(self._db) as tx:  # feeds, then hosts, each in order: as whoever notes a failure does
                for feed, pause in sorted(done, key=lambda one: one[0].id):
                    if pause is not None:
                        leases.postpone(tx, feed.id, self._holder, now + pause)
                for host in sorted(asked):
                    hosts.note_asked(tx, [host], asked[host] + self._spacing)
                hosts.release(tx, sorted(free), holder=self._holder)
