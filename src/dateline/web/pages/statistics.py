"""``/statistics`` → what arrived and when, what was read, which feeds one reads and which are silent.

Query: ``days=365`` (a year instead of thirty days), ``feed`` or ``folder`` (the id of one to count alone).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.store import statistics
from dateline.store.statistics import EVERYTHING, FeedNumbers, Part, Statistics
from dateline.web import i18n
from dateline.web.charts import Chart, chart
from dateline.web.forms import whole_number
from dateline.web.i18n import NN_, Words
from dateline.web.visit import Visit

PERIODS = (30, 365)
_SHOWN = 20
_IDLE: tuple[tuple[int, tuple[str, str], int], ...] = (
    (7, NN_("in {count} week", "in {count} weeks"), 1),
    (30, NN_("in {count} month", "in {count} months"), 1),
    (91, NN_("in {count} month", "in {count} months"), 3),
    (182, NN_("in {count} month", "in {count} months"), 6),
    (365, NN_("in {count} year", "in {count} years"), 1),
    (730, NN_("in {count} year", "in {count} years"), 2),
    (1095, NN_("in {count} year", "in {count} years"), 3),
    (1826, NN_("in {count} year", "in {count} years"), 5),
)


class FeedLine(Struct, frozen=True, kw_only=True):
    """A feed or folder: ``share`` is what was read of what arrived, in percent (at most 100); ``bar`` its arrivals'.

    ``asked`` is the query of this page for it alone.
    """

    asked: dict[str, str]
    title: str
    arrived: int
    read: int
    starred: int
    unread: int
    share: int
    bar: float


class IdleLine(Struct, frozen=True, kw_only=True):
    """How many feeds have brought nothing for so long; ``days`` narrows the table of subscriptions to them."""

    since: str
    days: int
    count: int


class StatisticsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/statistics.html``.

    ``title`` and ``link`` are of the feed or folder that is counted alone, "" for all; ``asked`` is what links to
    another period carry on. ``by_month`` is there for a year.
    """

    days: int
    title: str
    link: str
    asked: dict[str, str]
    arrived: int
    a_day: str
    read: int
    unread: int
    starred: int
    by_day: Chart
    by_hour: Chart
    by_weekday: Chart
    by_month: Chart | None
    folders: tuple[FeedLine, ...]
    feeds: tuple[FeedLine, ...]
    idle: tuple[IdleLine, ...]


def show(visit: Visit) -> Response:
    """The page."""
    days = 365 if visit.query.get("days") == "365" else 30
    account_actions.catch_up(visit.db, visit.me.id, now=visit.now)
    today = i18n.local(visit.now, visit.zone).date()
    part = _part(visit)
    with visit.db.reading() as tx:
        numbers = statistics.of_user(tx, visit.me.id, visit.now - timedelta(days=days), part)
    feeds = numbers.feeds
    is_one, is_all = part.subscription_id is not None, part == EVERYTHING
    title, link = _named(numbers, part)
    page = StatisticsPage(
        days=days,
        title=title,
        link=link,
        asked={name: visit.query[name] for name in ("feed", "folder") if visit.query.get(name)},
        arrived=numbers.arrived,
        a_day=visit.words.average(numbers.arrived / days),
        read=sum(feed.read for feed in feeds),
        unread=sum(feed.unread for feed in feeds),
        starred=sum(feed.starred for feed in feeds),
        by_day=_by_day(visit, numbers, today, days),
        by_hour=_by_hour(visit, numbers),
        by_weekday=_by_weekday(visit, numbers),
        by_month=_by_month(visit, numbers) if days > 31 else None,
        folders=_folders(numbers, days) if is_all else (),
        feeds=() if is_one else _lines(feeds, days)[:_SHOWN],
        idle=_idle(visit, feeds) if is_all else (),
    )
    return visit.html("pages/statistics.html", page)


def _part(visit: Visit) -> Part:
    feed, folder = visit.query.get("feed", ""), visit.query.get("folder", "")
    if feed:
        return Part(subscription_id=whole_number(feed, "feed"))
    return Part(folder_id=whole_number(folder, "folder")) if folder else EVERYTHING


def _named(numbers: Statistics, part: Part) -> tuple[str, str]:
    """The title of what is counted alone, and where it is read."""
    if part.subscription_id is not None:
        return numbers.feeds[0].title, f"/feed/{part.subscription_id}"
    if part.folder_id is not None:
        return numbers.folder_names[part.folder_id], f"/folder/{part.folder_id}"
    return "", ""


def _by_day(visit: Visit, numbers: Statistics, today: date, days: int) -> Chart:
    counts: Counter[date] = Counter()
    for at, count in numbers.quarters:
        counts[i18n.local(at, visit.zone).date()] += count
    shown = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    if days > 31:  # a bar a week: a year of days is finer than a screen
        weeks = [shown[place : place + 7] for place in range(0, len(shown), 7)]
        return _drawn(visit, [(visit.words.day_of_year(week[0]), sum(counts[day] for day in week)) for week in weeks])
    return _drawn(visit, [(visit.words.day_of_year(day), counts[day]) for day in shown])


def _by_hour(visit: Visit, numbers: Statistics) -> Chart:
    counts: Counter[int] = Counter()
    for at, count in numbers.quarters:
        counts[i18n.local(at, visit.zone).hour] += count
    return _drawn(visit, [(f"{hour}:00", counts[hour]) for hour in range(24)])


def _by_weekday(visit: Visit, numbers: Statistics) -> Chart:
    counts: Counter[int] = Counter()
    for at, count in numbers.quarters:
        counts[i18n.local(at, visit.zone).weekday()] += count
    return _drawn(visit, [(visit.words.weekday(day), counts[day]) for day in range(7)])


def _drawn(visit: Visit, values: list[tuple[str, int]]) -> Chart:
    return chart(values, from_right=visit.words.direction == "rtl")


def _by_month(visit: Visit, numbers: Statistics) -> Chart:
    counts: Counter[int] = Counter()
    for at, count in numbers.quarters:
        counts[i18n.local(at, visit.zone).month] += count
    return _drawn(visit, [(visit.words.month(month), counts[month]) for month in range(1, 13)])


def _folders(numbers: Statistics, days: int) -> tuple[FeedLine, ...]:
    """Each folder by what lies directly in it; without those in which nothing does."""
    found = []
    for ident, name in numbers.folder_names.items():
        inside = [feed for feed in numbers.feeds if ident in feed.folder_ids]
        if inside:
            found.append(_line("folder", ident, days, name, inside))
    return _scaled(found)


def _lines(feeds: Iterable[FeedNumbers], days: int) -> tuple[FeedLine, ...]:
    return _scaled([_line("feed", feed.subscription_id, days, feed.title, [feed]) for feed in feeds])


def _line(kind: str, ident: int, days: int, title: str, feeds: list[FeedNumbers]) -> FeedLine:
    arrived, read = sum(feed.arrived for feed in feeds), sum(feed.read for feed in feeds)
    return FeedLine(
        asked={kind: str(ident)} | ({"days": str(days)} if days > 31 else {}),
        title=title,
        arrived=arrived,
        read=read,
        starred=sum(feed.starred for feed in feeds),
        unread=sum(feed.unread for feed in feeds),
        share=min(100, round(100 * read / arrived)) if arrived else 0,
        bar=float(arrived),
    )


def _scaled(lines: list[FeedLine]) -> tuple[FeedLine, ...]:
    """The busiest first, their bars a hundred wide at most."""
    from msgspec.structs import replace

    most = max((line.arrived for line in lines), default=0) or 1
    lines.sort(key=lambda line: -line.arrived)
    return tuple(replace(line, bar=round(100 * line.arrived / most, 1)) for line in lines)


def _idle(visit: Visit, feeds: Iterable[FeedNumbers]) -> tuple[IdleLine, ...]:
    known = list(feeds)
    found = []
    for days, words, number in _IDLE:
        before = visit.now - timedelta(days=days)
        count = sum(1 for feed in known if feed.newest_at is not None and feed.newest_at < before)
        if count:
            found.append(IdleLine(since=_since(visit.words, words, number), days=days, count=count))
    return tuple(found)


def _since(words: Words, said: tuple[str, str], number: int) -> str:
    return words.plural(*said, number)
