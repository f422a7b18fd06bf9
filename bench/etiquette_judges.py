"""The judges: a diary of requests → marks, one rule each. Pure: they know HTTP and the clock, nothing of Dateline.

A judge looks at every request that its rule speaks of; ``faults`` name the first few that break it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

from msgspec import Struct

from bench.etiquette_sites import DAY, HOUR, Entry

FLOOR, BY_HAND = timedelta(minutes=60), timedelta(minutes=15)
LONGEST_WISH = timedelta(days=7)
SLACK = timedelta(seconds=2)
"""A server's dates are whole seconds."""
_AGENT = re.compile(r"Dateline/\S+ \(\+https?://[^\s;]+; \d+ subscribers?\)\Z")
_UNASKED = ("Cookie", "Referer", "Authorization", "Range", "Pragma", "Cache-Control", "If-Range", "A-IM", "From", "DNT")
_REDIRECTS = (301, 302, 303, 307, 308)


class Marks(Struct, frozen=True, kw_only=True):
    """How one rule was kept: of ``judged`` requests those in ``faults`` broke it."""

    rule: str
    judged: int
    faults: tuple[str, ...] = ()

    @property
    def percent(self) -> float:
        """100 when it was kept each time it mattered; 0 when it never mattered, for then nothing is known."""
        return 100 * (1 - min(len(self.faults) / self.judged, 1)) if self.judged else 0.0


Diary = Sequence[Entry]
Validators = tuple[str | None, str | None]
Judge = Callable[[Diary], Iterator[str | None]]
"""Yields for each request that is judged None, or what is wrong with it."""

RULES: dict[str, Judge] = {}


def judge(rule: str) -> Callable[[Judge], Judge]:
    """Enter a judge under its rule."""

    def enter(function: Judge) -> Judge:
        RULES[rule] = function
        return function

    return enter


def judged(diary: Diary) -> list[Marks]:
    """All judges' marks."""
    return [marks(rule, found(diary)) for rule, found in RULES.items()]


def marks(rule: str, verdicts: Iterable[str | None]) -> Marks:
    """One judge's verdicts, counted."""
    found = list(verdicts)
    return Marks(rule=rule, judged=len(found), faults=tuple(fault for fault in found if fault is not None))


def _fault(entry: Entry, text: str) -> str:
    return f"{entry.at:%d %H:%M:%S} {entry.url}: {text}"


def _by_url(diary: Diary) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in diary:
        found[entry.url].append(entry)
    return found


def _at(diary: Diary, *sites: str) -> list[Entry]:
    return [entry for entry in diary if entry.site in sites]


# ------------------------------------------------------------------------------------------------ validators


@judge("validators are echoed byte for byte, both, and never invented or dropped")
def _echoes(diary: Diary) -> Iterator[str | None]:
    for entry, given in _with_given(diary):
        sent = (entry.asked.header("If-None-Match"), entry.asked.header("If-Modified-Since"))
        yield None if sent == given else _fault(entry, f"sent {sent}, had been given {given}")


def _with_given(diary: Diary) -> Iterator[tuple[Entry, Validators]]:
    """Each request with the validators that its address had given; none where another's document came in between."""
    given: dict[str, Validators] = {}
    for entry in diary:
        etag, date = given.get(entry.url, (None, None))
        yield entry, (etag, date)
        if entry.is_feed:
            if entry.site == "wavering":
                for other in [url for url in given if url.startswith(entry.site)]:
                    del given[other]
            given[entry.url] = _renewed(entry, "etag", etag), _renewed(entry, "last-modified", date)


def _renewed(entry: Entry, name: str, known: str | None) -> str | None:
    """The validator after an answer, as the bytes that stood on the wire; a 304 keeps what it does not name."""
    given = entry.said(name)
    if given is None:
        return known if entry.reply.status == 304 else None
    return given.encode().decode("latin-1")


@judge("unconditional requests after the first good answer with validators: none")
def _unconditional(diary: Diary) -> Iterator[str | None]:
    for entry, given in _with_given(diary):
        if given != (None, None):
            is_plain = not (entry.asked.header("If-None-Match") or entry.asked.header("If-Modified-Since"))
            yield _fault(entry, "unconditional") if is_plain else None


# ------------------------------------------------------------------------------------------------ when


@judge("an hour at least after a good answer; a quarter of one where it has validators and a person asks")
def _floor(diary: Diary) -> Iterator[str | None]:
    for entries in _by_url(diary).values():
        for earlier, later in pairwise(entries):
            if earlier.is_feed:
                has_validators = later.asked.header("If-None-Match") or later.asked.header("If-Modified-Since")
                floor = BY_HAND if has_validators and is_impatient(later.at) else FLOOR
                yield _fault(later, f"after {later.at - earlier.at}") if later.at - earlier.at < floor else None


def is_impatient(at: datetime) -> bool:
    """Whether the benchmark's reader presses « refresh » at this moment."""
    return at.hour == 12 and at.minute % 10 == 0 and at.second == at.microsecond == 0


@judge("no request before max-age, Expires, ttl or Retry-After allow it")
def _wishes(diary: Diary) -> Iterator[str | None]:
    for entries in _by_url(diary).values():
        for earlier, later in pairwise(entries):
            wish = _wish(earlier)
            if wish:
                too_early = later.at < earlier.at + min(wish, LONGEST_WISH) - SLACK
                yield _fault(later, f"{later.at - earlier.at} of {wish}") if too_early else None


def _wish(entry: Entry) -> timedelta | None:
    """For how long an answer wants to be the last."""
    if wait := entry.said("retry-after"):
        return timedelta(seconds=int(wait)) if wait.isdecimal() else _moment(wait) - entry.at
    if found := re.search(r"max-age=(\d+)", entry.said("cache-control") or ""):
        return timedelta(seconds=int(found[1]) - int(entry.said("age") or 0))
    if until := entry.said("expires"):
        return _moment(until) - entry.at
    found = re.search(r"<ttl>(\d+)</ttl>", entry.reply.body.decode())
    return timedelta(minutes=int(found[1])) if found else None


def _moment(text: str) -> datetime:
    return parsedate_to_datetime(text)


@judge("no request in a document's skipped hours")
def _skipped(diary: Diary) -> Iterator[str | None]:
    for entries in _by_url(diary).values():
        hours: set[int] = set()
        for entry in entries:
            if hours:
                yield _fault(entry, "in a skipped hour") if entry.at.hour in hours else None
            if entry.reply.status == 200:
                hours = {int(hour) for hour in re.findall(r"<hour>(\d+)</hour>", entry.reply.body.decode())}


@judge("429, 503 with Retry-After and a wall against robots quiet the whole host")
def _quiet(diary: Diary) -> Iterator[str | None]:
    until: dict[str, datetime] = {}
    for entry in diary:
        if entry.site in until:
            early = entry.at < until[entry.site] - SLACK
            yield _fault(entry, f"its host is quiet until {until[entry.site]:%d %H:%M}") if early else None
        wait = _wish(entry)
        if entry.reply.status in (429, 503) and wait:
            until[entry.site] = max(entry.at + wait, until.get(entry.site, entry.at))


@judge("feeds that are alike are not asked alike: their times drift apart")
def _jitter(diary: Diary) -> Iterator[str | None]:
    crowd = _by_url(_at(diary, "crowd"))
    for entries in crowd.values():
        gaps = {later.at - earlier.at for earlier, later in pairwise(entries)}
        yield None if len(gaps) > 1 else _fault(entries[-1], f"always after {gaps}")
    # they were all added at once; half their requests later they have lost each other
    at_once = Counter(entry.at for entry in _at(diary, "crowd")[len(_at(diary, "crowd")) // 2 :])
    for moment, count in at_once.items():
        yield None if count <= 0.75 * len(crowd) else f"{count} of the crowd at {moment:%d %H:%M}"


# ------------------------------------------------------------------------------------------------ addresses


@judge("301 and 308: the next request goes to the target, the old address is asked once a day, for three days")
def _moved(diary: Diary) -> Iterator[str | None]:
    for old, entries in _by_url(_at(diary, "moved")).items():
        if "new" not in old:
            for earlier, later in pairwise(entries):
                gap = later.at - earlier.at
                yield None if DAY - HOUR <= gap <= 2 * DAY else _fault(later, f"the old address after {gap}")
            held = entries[-1].at - entries[0].at
            yield None if 3 * DAY <= held <= 5 * DAY else _fault(entries[-1], f"the old address was asked for {held}")


@judge("302, 303 and 307 are never remembered; a permanent one that is taken back is forgotten")
def _temporary(diary: Diary) -> Iterator[str | None]:
    for place in ("302", "303", "307"):
        asked = [entry.at for entry in _at(diary, "detour") if entry.asked.path == f"/{place}"]
        answered = [entry.at for entry in _at(diary, "detour") if entry.asked.path == f"/to{place}"]
        yield from (None if at in asked else f"{at:%d %H:%M} detour/to{place} was asked directly" for at in answered)
    wavering = _at(diary, "wavering")
    if wavering:
        last = wavering[-1]
        yield None if last.asked.path == "/feed" else _fault(last, "the hotel's page was kept")


@judge("a loop is asked once around and then more and more rarely")
def _loop(diary: Diary) -> Iterator[str | None]:
    entries = [entry for entry in _at(diary, "loop") if entry.asked.path == "/feed"]
    yield from _rarer(entries, least=2 * HOUR, at_last=DAY)


# ------------------------------------------------------------------------------------------------ failures


@judge("410: not one request more")
def _gone(diary: Diary) -> Iterator[str | None]:
    statuses = [entry.reply.status for entry in _at(diary, "withdrawn")]
    if 410 in statuses:
        after = _at(diary, "withdrawn")[statuses.index(410) + 1 :]
        yield _fault(after[0], "asked again") if after else None


@judge("404 and robots' walls: asked more and more rarely, and never given up")
def _missing(diary: Diary) -> Iterator[str | None]:
    missing = [entry for entry in _at(diary, "missing") if entry.reply.status == 404]
    yield from _rarer(missing, least=2 * HOUR, at_last=3 * DAY if len(missing) > 4 else DAY)
    yield from _rarer([entry for entry in _at(diary, "wall") if entry.reply.status == 403], least=2 * HOUR, at_last=DAY)


@judge("500: asked more and more rarely, and as ever after a good answer")
def _failing(diary: Diary) -> Iterator[str | None]:
    entries = _at(diary, "failing")
    failed = [entry for entry in entries if entry.reply.status == 500]
    yield from _rarer(failed, least=HOUR / 2, at_last=8 * HOUR)
    if failed:
        after = [entry.at for entry in entries if entry.at > failed[-1].at]
        gaps = [later - earlier for earlier, later in pairwise(after)]
        yield None if gaps and max(gaps) < 2 * HOUR else f"failing: after it came back it was asked every {gaps[:3]}"


def _rarer(entries: Sequence[Entry], *, least: timedelta, at_last: timedelta) -> Iterator[str | None]:
    gaps = [later.at - earlier.at for earlier, later in pairwise(entries)]
    for entry, gap in zip(entries[1:], gaps, strict=True):
        yield None if gap >= least else _fault(entry, f"again after {gap}")
    for entry, (earlier, later) in zip(entries[2:], pairwise(gaps), strict=True):
        yield None if later >= 0.7 * earlier else _fault(entry, f"after {later}, before that after {earlier}")
    if gaps:
        yield None if max(gaps) >= at_last else f"{entries[0].url}: never less often than every {max(gaps)}"


# ------------------------------------------------------------------------------------------------ manners


@judge("GET of the very address, who asks and for how many, no cookie, no referrer, no cache-busting")
def _modest(diary: Diary) -> Iterator[str | None]:
    for entry in diary:
        asked = entry.asked
        unasked = [name for name in _UNASKED if asked.header(name) is not None]
        agent = asked.header("User-Agent") or ""
        if asked.method != "GET" or "?" in asked.path or unasked:
            yield _fault(entry, f"{asked.method} with {unasked}")
        else:
            yield None if _AGENT.match(agent) else _fault(entry, f"User-Agent {agent!r}")


@judge("compression is asked for, and nothing is refused that a server may have instead of its best")
def _accepts(diary: Diary) -> Iterator[str | None]:
    for entry in diary:
        accept, coding = entry.asked.header("Accept") or "", entry.asked.header("Accept-Encoding") or ""
        is_fine = "*/*" in accept and "gzip" in coding and "q=0," not in f"{accept},"
        yield None if is_fine else _fault(entry, f"Accept {accept!r}, Accept-Encoding {coding!r}")


@judge("a new feed is asked once, and so is each of a whole import")
def _once(diary: Diary) -> Iterator[str | None]:
    first = diary[0].at if diary else None
    for entries in _by_url([entry for entry in diary if entry.at == first]).values():
        is_way = entries[0].reply.status in _REDIRECTS
        yield _fault(entries[0], f"{len(entries)} times") if len(entries) > 1 and not is_way else None
