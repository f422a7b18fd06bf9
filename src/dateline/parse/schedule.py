"""What a feed says about when to ask again: ttl, the syndication module, skipHours, skipDays."""

from lxml import etree

from .markup import text_of
from .media import whole

_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST = 31_536_000


def ttl_seconds(ttl: str | None, period: str | None, frequency: str | None) -> int | None:
    """RSS ``ttl`` (minutes), else ``sy:updatePeriod`` by ``sy:updateFrequency``; None when neither is of use."""
    minutes = whole((ttl or "").strip().partition(".")[0])
    if minutes is not None:
        return min(minutes * 60, _LONGEST)
    seconds = _PERIODS.get((period or "").strip().lower())
    if seconds is None:
        return None
    return max(60, seconds // (whole(frequency) or 1))


def skip_hours(element: etree._Element) -> tuple[int, ...]:
    """The hours of ``<skipHours>``: 0 to 23 in UTC (RSS 0.91 counted 1 to 24)."""
    hours = {int(text) % 24 for child in element if (text := text_of(child)).isdecimal() and len(text) <= 2}
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def skip_days(element: etree._Element) -> tuple[int, ...]:
    """The days of ``<skipDays>``: 0 (Monday) to 6."""
    days = {_DAYS.index(day) for child in element if (day := text_of(child).lower()) in _DAYS}
    return tuple(sorted(days)) if len(days) < 7 else ()
