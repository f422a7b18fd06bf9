"""Dates as feeds write them → aware UTC times.

A cascade, cheapest and commonest first: RFC 822/2822 (RSS), ISO 8601 with W3CDTF, week and ordinal dates (Atom, JSON,
Dublin Core), numbers (epoch, compact), then free forms: month names in any of the languages feeds use, asctime,
``27.07.2011 10:00``, ``2011年7月27日 오후 3:05``. Nothing is taken from the clock: a date without its year is no date.
"""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .date_words import ENGLISH_MONTHS, MONTHS, ZONES, bare, worded

_MAX_LENGTH = 200
_YEARS = range(1800, 2200)
_WIDEST_OFFSET = timedelta(hours=15, minutes=59)
_TWO_DIGIT_PIVOT = 70  # 70 to 99 are of the 20th century: feeds write the epoch as "01 Jan 70"

_CLOCK = (
    r"(?P<hour>\d{1,2})(?:\s?:\s?|[.h])(?P<minute>\d{1,2})"
    r"(?:(?:\s?:\s?|\.)(?P<second>\d{1,2})(?:[.,:](?P<fraction>\d{1,9}))?)?\d*"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?(?![A-Za-z]))?"
)
_ZONE = r"(?P<zone>(?:[A-Za-z]{1,5}\s?)?[+\-−–]{1,2}\s?\d{1,2}(?::?\d{2})?(?::?\d{2})?(?!\d)|[A-Za-z]{1,5}\d?)?"

_RFC822 = re.compile(
    r"(?:[A-Za-z]{2,9}\.?\s*,?\s*)?(?P<day>\d{1,2})(?:\s*[-/.]\s*|\s+)(?P<month>[A-Za-z]{3})[a-z]*\.?,?(?:\s*[-/.]\s*|\s+)"
    rf"(?P<year>\d{{4}}|\d{{2}})\b,?(?:(?:\s*[T,]\s*|\s+)(?:at\s+)?{_CLOCK}\s*{_ZONE})?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?W(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?|-?(?P<ordinal>\d{3})(?!\d)"
    r"|-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?|(?P<month2>\d{2})(?P<day2>\d{2}))?"
    r"(?:(?:\s*[Tt_,]\s*|\s+|:|-(?=\d\d:\d\d:\d\d))(?P<hour>\d{2})(?:[:.]?(?P<minute>\d{2})"
    r"(?:[:.]?(?P<second>\d{2})(?:[.,:](?P<fraction>\d+))?)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?(?![A-Za-z]))?"
    rf"\s*{_ZONE})?"
)
_ISO_SHORT = re.compile(
    r"-?(?P<year>\d{2})(?:-?W(?P<week>\d{2})(?:-?(?P<weekday>[1-7]))?|-(?P<month>\d{2})(?:-(?P<day>\d{2}))?"
    r"|(?P<month2>\d{2})(?P<day2>\d{2})|-?(?P<ordinal>\d{3})(?!\d))"
    rf"(?:[Tt ](?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}})(?:[.,](?P<fraction>\d+))?)?"
    rf"(?P<half>(?!))?\s*{_ZONE})?"
)
_NUMBER = re.compile(r"(?:/Date\()?(-?\d{9,14}(?:\.\d+)?)(?:(?:[+\-]\d{4})?\)/)?")  # .NET writes its own around

# Free forms are searched for piece by piece, in text whose words were lowered and whose accents were taken off.
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_EAST_ASIAN_CLOCK = re.compile(
    r"(?P<half>오전|오후|上午|下午|午前|午後|am|pm)?\s*(?P<hour>\d{1,2})\s*(?:[時时点시]|:)\s*(?P<minute>\d{1,2})\s*(?:[分분]|:)?\s*"
    r"(?:(?P<second>\d{1,2})\s*[秒초]?)?"
)
_KOREAN = re.compile("[년오]")
_AFTERNOON = frozenset({"오후", "下午", "午後", "pm"})
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{1,2})(?!\d)")
_SPACED = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s(\d{1,2})(\s)(\d{1,2})\s(\d{4})(?!\d)")
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|r|rs)?\b")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([/.\-])\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})(?!\d)")
_DOTTED_DAY = re.compile(r"(?<!\d)(?:\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}))\.?(?![\d:])")
_DAY_MONTH_YEAR = re.compile(
    r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th|er|o|a|\.)?,?[\s\-]*(?:de |of )?([^\W\d_]{3,})[.,'’]*[\s\-]*"
    r"(?:de |del |of )?(\d{4}|\d{2}(?![\d:]))"
)
_MONTH_DAY_YEAR = re.compile(
    r"([^\W\d_]{3,})\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?:\d{1,2}:\d{2}(?::\d{2})?\s+(?:[a-z]{1,5}\s+|[+\-]\d{4}\s+)?)?(\d{4})(?!\d)"
)
_DAY_MONTH_CLOCK_YEAR = re.compile(  # what date(1) prints
    r"(?<![\d:])(\d{1,2})\s+([^\W\d_]{3,})\.?\s+\d{1,2}:\d{2}(?::\d{2})?\s+(?:[a-z]{1,5}\s+|[+\-]\d{4}\s+)?(\d{4})(?!\d)"
)
_YEAR_MONTH_DAY = re.compile(r"(?<!\d)(\d{4})[.,]?[\s\-]+([^\W\d_]{3,})[.,]?[\s\-]+(\d{1,2})(?!\d)")
_MONTH_YEAR = re.compile(r"([^\W\d_]{3,})\.?,?\s+(\d{4})")
_FREE_CLOCK = re.compile(rf"(?<![\d+\-]){_CLOCK}\s*{_ZONE}")
_PLAIN_RFC822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:([+-])(\d\d)([0-5]\d)|GMT)", re.ASCII
)
_ZONE_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]{1,5}(?:\s?[+\-−]\s?\d{1,2}(?::?\d{2})?)?)\s*\)")
_SPOKEN = (  # Finnish, Scandinavian and Italian clocks; Latvian and Lithuanian order
    (re.compile(r"\b(?:klo|kl\.?|ore|alle)\s*(\d{1,2})\.(\d{2})\b"), r"\1:\2"),
    (re.compile(r"\b(\d{4})\.?\s?gada\s(\d{1,2})\.\s?([^\W\d_]{3,})"), r"\2 \3 \1"),
    (re.compile(r"\b(\d{4})\s?m\.\s([^\W\d_]{3,})\s(\d{1,2})\s?d\."), r"\3 \2 \1"),
)
_OFFSET_AT_END = re.compile(r"\d(?:Z|[+\-]\d{2}:?\d{2})$")
_ZONE_AT_END = re.compile(r"\s([+\-]\d{2}:?\d{2}|[A-Z]{2,5})(?:\s\d{4})?$")
_OFFSET = re.compile(r"([+\-−–])\s?(\d{1,2}?):?(\d{2})?(?!\d)")  # -5, -05:00, -0500, -500
_PLACE = re.compile(
    r"\s*\[?\b((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Canada|Etc|Europe|Indian|Pacific|US)"
    r"/[A-Za-z_]{2,30}(?:/[A-Za-z_]{2,30})?(?:[+-]\d{1,2})?)\]?"
)


def parse_date(text: str) -> datetime | None:
    """The time that ``text`` means, in UTC; None when it means none, or one before 1800 or after 2199. Never raises."""
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        return _exact(text) or _free(text)
    except (ValueError, OverflowError):
        return None


def _exact(text: str) -> datetime | None:
    if text[10:11] == "T" and (time := _rfc3339(text)) is not None:
        return time
    if (time := _rfc822(text)) is not None:
        return time
    found = _RFC822.fullmatch(text)
    if found is not None:
        month = ENGLISH_MONTHS.get(found["month"].lower())
        return None if month is None else _at(_day(_year(found["year"]), month, int(found["day"])), found)
    found = _ISO.fullmatch(text)
    if found is not None:
        return _at(_iso_day(int(found["year"]), found), found)
    found = _NUMBER.fullmatch(text)
    if found is not None:
        return _number(found[1])
    found = _ISO_SHORT.fullmatch(text)
    return _at(_iso_day(_year(found["year"]), found), found) if found is not None else None


def _rfc3339(text: str) -> datetime | None:
    """The commonest form by the fastest way; None for whatever needs a closer look."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = time.utcoffset() or timedelta(0)
    if time.year not in _YEARS or abs(offset) > _WIDEST_OFFSET:
        return None
    return _bounded(time.replace(tzinfo=UTC) - offset)


def _rfc822(text: str) -> datetime | None:
    """The commonest form of RSS by a short way; None for whatever needs a closer look."""
    found = _PLAIN_RFC822.fullmatch(text)
    month = ENGLISH_MONTHS.get(found[2].lower()) if found is not None else None
    if found is None or month is None:
        return None
    try:
        time = datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), int(found[6]), tzinfo=UTC)
    except ValueError:
        return None
    if found[7] is not None:
        offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
        if offset > _WIDEST_OFFSET:
            return None
        time = time - offset if found[7] == "+" else time + offset
    return _bounded(time)


def _iso_day(year: int, found: re.Match[str]) -> date:
    if found["week"]:
        return date.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
    if found["ordinal"]:
        day = date(year, 1, 1) + timedelta(days=int(found["ordinal"]) - 1)
        return _day(day.year if day.year == year else 0, day.month, day.day)  # no 366th day in most years, no 0th
    second = int(found["month"] or found["month2"] or 1) or 1
    third = int(found["day"] or found["day2"] or 1) or 1
    return _day(year, third, second) if third <= 12 < second else _day(year, second, third)


def _number(text: str) -> datetime | None:
    """``YYYYMMDDhhmm[ss]``, else seconds, milliseconds or microseconds since 1970."""
    if len(text) in {12, 14} and text.isdigit() and int(text[:4]) in _YEARS and 1 <= int(text[4:6]) <= 12:
        day = _day(int(text[:4]), int(text[4:6]), int(text[6:8]))
        return _time(day, int(text[8:10]), int(text[10:12]), int(text[12:14] or 0))
    seconds = float(text)
    if abs(seconds) >= 1e11:
        seconds /= 1000
    return _bounded(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


def _free(text: str) -> datetime | None:
    place = _PLACE.search(text) if "/" in text else None
    if place is not None:
        return _at_place(text[: place.start()] + text[place.end() :], place[1])
    text = worded(text)
    found = _EAST_ASIAN.search(text)
    if found is not None:
        return _east_asian(_day(int(found[1]), int(found[2]), int(found[3])), text, found.end())
    words = bare(text)
    for pattern, plain in _SPOKEN:
        words = pattern.sub(plain, words)
    day = _free_day(words)
    if day is None:
        return None
    if "오" in text or "午" in text:
        return _east_asian(day, text, 0)
    clocks = _FREE_CLOCK.finditer(_DOTTED_DAY.sub(" ", words))
    clock = next((one for one in clocks if _is_clock(one)), None)
    return _at(day, clock, zone=_zone_elsewhere(text)) if clock else _time(day, 0, 0, 0)


def _at_place(text: str, place: str) -> datetime | None:
    """A time that is told with a name of the time zone database; an offset beside it (Java writes both) wins."""
    time = _exact(text) or _free(text)
    if time is None or _ZONE_AT_END.search(text) or _OFFSET_AT_END.search(text):
        return time
    try:
        return _bounded(time.replace(tzinfo=ZoneInfo(place)).astimezone(UTC))
    except (LookupError, OSError):  # no such place
        return time


def _east_asian(day: date, text: str, start: int) -> datetime | None:
    """The time that follows; Korean dates without a zone are Korea's (no other country writes them)."""
    zone = _zone_elsewhere(text) or ("KST" if _KOREAN.search(text) else None)
    clock = _EAST_ASIAN_CLOCK.search(text, start)
    if clock is None:
        return _time(day, 0, 0, 0, offset=_offset(zone))
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in _AFTERNOON else 0)
    return _time(day, hour, int(clock["minute"]), int(clock["second"] or 0), offset=_offset(zone))


def _is_clock(found: re.Match[str]) -> bool:
    """Not a date that is written with dots."""
    return (
        ":" in found[0]
        or "h" in found[0]
        or found["half"] is not None
        or (found["second"] is None and int(found["minute"]) > 12)
    )


def _free_day(words: str) -> date | None:
    for pattern in (_DAY_MONTH_CLOCK_YEAR, _DAY_MONTH_YEAR):
        for found in pattern.finditer(words):
            if (month := _month(found[2])) is not None:
                return _day(_year(found[3]), month, int(found[1]))
    for found in _MONTH_DAY_YEAR.finditer(words):
        if (month := _month(found[1])) is not None:
            return _day(int(found[3]), month, int(found[2]))
    for found in _YEAR_MONTH_DAY.finditer(words):
        if (month := _month(found[2])) is not None:
            return _day(int(found[1]), month, int(found[3]))
    return _numeric_day(words) or _month_and_year(words)


def _numeric_day(words: str) -> date | None:
    found = _YEAR_FIRST.search(words)
    if found is not None:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _YEAR_LAST.search(words) or _SPACED.search(words)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    # With slashes the United States put the month first; elsewhere, and where it cannot be one, the day is first.
    month, day = (first, second) if (found[2] == "/" and first <= 12) or second > 12 else (second, first)
    one = _day(year, month, day)
    named = _WEEKDAY.search(words) if day <= 12 else None
    if named is not None and _WEEKDAYS[one.weekday()] != named[1]:  # changed places, if the weekday says so
        other = _day(year, day, month)
        return other if _WEEKDAYS[other.weekday()] == named[1] else one
    return one


def _month_and_year(words: str) -> date | None:
    found = _MONTH_YEAR.fullmatch(words)
    month = _month(found[1]) if found is not None else None
    return _day(int(found[2]), month, 1) if found is not None and month is not None else None


def _month(word: str) -> int | None:
    return MONTHS.get(word) or (MONTHS.get(word[:4]) or MONTHS.get(word[:3]) if len(word) > 3 else None)


def _at(day: date, found: re.Match[str], zone: str | None = None) -> datetime | None:
    if not found["hour"]:
        return _time(day, 0, 0, 0)
    hour, half = int(found["hour"]), found["half"]
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0) if hour <= 12 else hour
    return _time(
        day,
        hour,
        int(found["minute"] or 0),
        int(found["second"] or 0),
        microsecond=int((found["fraction"] or "0")[:6].ljust(6, "0")),
        offset=_offset(found["zone"] or zone),
    )


def _zone_elsewhere(text: str) -> str | None:
    """The zone of ``Tue Jul 26 09:58:24 2011 (EST)`` or ``… 2011 +0200``."""
    found = _ZONE_IN_BRACKETS.search(text) or _ZONE_AT_END.search(text)
    return found[1] if found else None


def _offset(zone: str | None) -> timedelta:
    """How far ahead of UTC a zone is; a name nobody knows counts as UTC (RFC 5322 §4.3), an absurd number too."""
    if not zone:
        return timedelta(0)
    found = _OFFSET.search(zone)
    if found is None:
        return timedelta(hours=ZONES.get(zone.strip().lower(), 0))
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 15 or minutes > 59:
        return timedelta(0)
    offset = timedelta(hours=hours, minutes=minutes)
    return offset if found[1] == "+" else -offset


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= _TWO_DIGIT_PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date:
    if 2400 < year < 2700:
        year -= 543  # the Buddhist era, as Thai software writes it
    if year not in _YEARS:
        raise ValueError(year)
    return date(year, month, day)


def _time(
    day: date, hour: int, minute: int, second: int, *, microsecond: int = 0, offset: timedelta | None = None
) -> datetime | None:
    """The instant; 24:00 and a leap second roll over (RFC 3339 §5.6), anything above is no time."""
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    time = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)
    return _bounded(midnight + time - (offset or timedelta(0)))


def _bounded(time: datetime) -> datetime | None:
    return time if time.year in _YEARS else None
