"""The schedule: the dates of the captured feeds played again, the first half to learn from, the second to score.

Every feed with at least 20 dated entries. Each rule learns from the first half, begins within an hour of its last
entry, and goes on until it has seen the very last one. Counted are its requests, and for each entry of the second half
the time until the first request after it. The floor of an hour, the feed's own wishes (``ttl``, skipped hours and
days) and a day at most hold for all. The dates are believed: an entry that says midnight and appeared at noon is one of
midnight.
"""

import hashlib
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import fmean, median, quantiles

from msgspec import Struct

from bench.figures import Context, Figure
from bench.parse import CAPTURED
from bench.schedule_rules import DAY, FLOOR_SECONDS, HOUR, RULES, Rule
from dateline.errors import ParseError
from dateline.parse import parse_feed
from dateline.refresh.decide import dated
from dateline.refresh.schedule import LONGEST_WISH, Hints, allowed

LEAST = 20
ROUNDS = 4
"""How often each feed is played, from other minutes of the hour: whoever asks every hour may be lucky with one."""
OURS = "Dateline"
PEERS = ("fixed 60 min", "entry_frequency", "empirical", "empirical, 4 h")


class Past(Struct, frozen=True, kw_only=True):
    """One feed: when its entries were published (seconds since 1970, oldest first), and what it wishes."""

    name: str
    dates: list[float]
    wish: float
    hints: Hints

    @property
    def half(self) -> int:
        return len(self.dates) // 2

    @property
    def pace(self) -> str:
        """Of its first half."""
        gap = (self.dates[self.half - 1] - self.dates[0]) / max(1, self.half - 1)
        return "busy" if gap < 6 * HOUR else "daily" if gap < 3 * DAY else "seldom"

    @property
    def is_first_half(self) -> bool:
        """Of the feeds, by a hash of the name: on these the constants were searched, the others checked."""
        return hashlib.sha256(f"real/{self.name}".encode()).digest()[0] % 2 == 0

    @property
    def has_hours(self) -> bool:
        """Whether its dates say more than the day: not half of them are of one and the same whole hour."""
        hours = Counter(at % DAY for at in self.dates if at % HOUR == 0)
        return max(hours.values(), default=0) < len(self.dates) / 2


class Score(Struct):
    """Of one rule on one feed, all phases together."""

    requests: int = 0
    delays: list[float] = []

    @property
    def is_empty(self) -> bool:
        """Whether the second half was over within the hour."""
        return not self.delays


Scores = dict[str, dict[str, Score]]
"""By rule, by feed."""


def bench(context: Context) -> list[Figure]:
    """Requests and delays of every rule; the gates: on both figures at once better than each of the others."""
    pasts = captured()
    if not pasts:
        context.say("there are no captured feeds beside the project: nothing to play")
        return []
    rounds = 1 if context.quick else ROUNDS
    scores = {rule: {past.name: score(past, make, rounds) for past in pasts} for rule, make in RULES.items()}
    pasts = [past for past in pasts if not scores[OURS][past.name].is_empty]
    for line in report(pasts, scores):
        context.say(line)
    return _figures(pasts, scores)


def captured() -> list[Past]:
    """The captured feeds that have enough dates; none where they do not stand beside the project."""
    return [past for path in sorted(CAPTURED.glob("*/*")) if (past := _past(f"{path.parent.name}/{path.name}"))]


def _past(name: str) -> Past | None:
    try:
        parsed = parse_feed((CAPTURED / name).read_bytes(), url="https://feed.example/feed", content_type="")
    except ParseError:
        return None
    dates = sorted(at.timestamp() for entry in parsed.entries if (at := dated(entry)))
    if len(dates) < LEAST:
        return None
    wish = min(parsed.ttl_seconds or 0, LONGEST_WISH.total_seconds())
    hints = Hints(skip_hours=parsed.skip_hours, skip_days=parsed.skip_days)
    return Past(name=name, dates=dates, wish=wish, hints=hints)


# ------------------------------------------------------------------------------------------------ replay


def score(past: Past, make: Callable[[str], Rule], rounds: int) -> Score:
    """Play one feed's second half so many times."""
    found = Score()
    begin = random.Random(past.name).random()
    for place in range(rounds):
        requests, delays = replay(past, make(f"{past.name} {place}"), (begin + place / rounds) % 1)
        found.requests += requests
        found.delays += delays
    return found


def replay(past: Past, rule: Rule, phase: float) -> tuple[int, list[float]]:
    """(requests, seconds from each entry's date to the request that found it) of one rule on one feed.

    ``phase``: how far into the hour after the last entry of the first half somebody subscribes. What is there then is
    learnt from and not scored, for no rule chose that moment.
    """
    dates = past.dates
    now = dates[past.half - 1] + phase * HOUR
    seen = bisect_right(dates, now)
    before = 0
    requests, delays = 0, []
    while seen < len(dates):
        pause = rule.pause(now, dates, before, seen, past.wish)
        at = now + max(pause, FLOOR_SECONDS, past.wish)
        now = allowed(datetime.fromtimestamp(at, UTC), past.hints).timestamp() if past.hints != Hints() else at
        requests += 1
        before, seen = seen, bisect_right(dates, now)
        delays += [now - date for date in dates[before:seen]]
    return requests, delays


# ------------------------------------------------------------------------------------------------ what is said


class Summary(Struct, frozen=True, kw_only=True):
    """Of one rule on some feeds; times in minutes."""

    cost: float
    middle: float
    late: float
    mean: float
    cost_of_feeds: float
    middle_of_feeds: float


def summary(scores: Sequence[Score]) -> Summary:
    """All entries alike; ``…_of_feeds``: all feeds alike, however much they say."""
    delays = [delay / 60 for one in scores for delay in one.delays]
    return Summary(
        cost=sum(one.requests for one in scores) / len(delays),
        middle=median(delays),
        late=quantiles(delays, n=10)[-1],
        mean=fmean(delays),
        cost_of_feeds=fmean(one.requests / len(one.delays) for one in scores),
        middle_of_feeds=median(median(one.delays) / 60 for one in scores),
    )


GROUPS: dict[str, Callable[[Past], bool]] = {
    "all": lambda past: True,
    "busy (under 6 h)": lambda past: past.pace == "busy",
    "daily (under 3 d)": lambda past: past.pace == "daily",
    "seldom": lambda past: past.pace == "seldom",
    "chosen on": lambda past: past.is_first_half,
    "held back": lambda past: not past.is_first_half,
    "dates with hours": lambda past: past.has_hours,
}


def report(pasts: Sequence[Past], scores: Scores) -> list[str]:
    """A table: for each group of feeds a line a rule."""
    head = f"{'feeds':22} {'rule':16} {'requests':>8} {'median':>8} {'90 %':>8} {'mean':>8}"
    lines = [f"{head}   {'each feed alike: requests':>25} {'median':>8}"]
    for group, belongs in GROUPS.items():
        names = [past.name for past in pasts if belongs(past)]
        for rule, by_feed in scores.items():
            one = summary([by_feed[name] for name in names])
            lines.append(
                f"{f'{group}: {len(names)}':22} {rule:16} {one.cost:8.2f} {one.middle:6.1f} m {one.late / 60:6.1f} h"
                f" {one.mean / 60:6.1f} h   {one.cost_of_feeds:25.2f} {one.middle_of_feeds:6.1f} m"
            )
    return lines


def _figures(pasts: Sequence[Past], scores: Scores) -> list[Figure]:
    found = {rule: summary([by_feed[past.name] for past in pasts]) for rule, by_feed in scores.items()}
    ours = found[OURS]
    figures = []
    for peer in PEERS:
        theirs = found[peer]
        note = f"{len(pasts)} feeds; {peer}"
        figures += [
            Figure(name=f"requests a new entry, against {peer}", value=ours.cost, gate=theirs.cost, note=note),
            Figure(name=f"median delay, against {peer}", value=ours.middle, unit="min", gate=theirs.middle, note=note),
        ]
    return figures
