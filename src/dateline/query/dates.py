"""Spans of time as a query writes them: ``2026``, ``2026-11``, ``2026-11-23T08``, ``2026-11/2027-02``, ``P1W`` (the
last week), ``2026-11-01/P10D``, ``/2020`` … (ISO 8601, 4.4 for intervals, 5.5.2 for durations), in the reader's zone.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo

Span = tuple[int | None, int | None]
"""From one moment on and before the other, in µs since 1970; None is without a bound."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(
    r"([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2})(?:T([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?)?)?)?", re.IGNORECASE
)
_DURATION = re.compile(
    r"P(?=.)(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=.)(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?",
    re.IGNORECASE,
)
_PART = re.compile(r"[0-9]+|[^0-9]+")


def span(text: str, now: datetime, zone: tzinfo) -> Span | None:
    """What a span means now to somebody in that zone; None when it is none."""
    left, between, right = text.replace("--", "/").partition("/")
    try:
        if not between:
            return _alone(left, now, zone)
        return _from_to(left, right, zone)
    except (ValueError, OverflowError):  # no such day, or beyond what a date can be
        return None


def _alone(text: str, now: datetime, zone: tzinfo) -> Span | None:
    if duration := _DURATION.fullmatch(text):
        return _us(_moved(now.astimezone(zone), duration, -1)), None
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    return _us(_start(found, zone)), _us(_end(found, zone))


def _from_to(left: str, right: str, zone: tzinfo) -> Span | None:
    first, last = _MOMENT.fullmatch(left), _MOMENT.fullmatch(_completed(left, right))
    if duration := _DURATION.fullmatch(left):
        return (_us(_moved(_end(last, zone), duration, -1)), _us(_end(last, zone))) if last else None
    if duration := _DURATION.fullmatch(right):
        return (_us(_start(first, zone)), _us(_moved(_start(first, zone), duration, 1))) if first else None
    if (left and first is None) or (right and last is None) or not (left or right):
        return None
    return _us(_start(first, zone)) if first else None, _us(_end(last, zone)) if last else None


def _completed(left: str, right: str) -> str:
    """The end of a span that says only what differs from its beginning: ``2026-11-23/25``."""
    pieces, tail = _PART.findall(left), _PART.findall(right)
    if not tail or not tail[0].isdigit() or len(tail[0]) >= 4:
        return right
    return "".join(pieces[: len(pieces) - len(tail)]) + right


def _start(found: re.Match[str], zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)


def _end(found: re.Match[str], zone: tzinfo) -> datetime:
    """When the year, month, day, hour, minute or second that is said is over."""
    start = _start(found, zone)
    said = sum(part is not None for part in found.groups())
    if said <= 2:
        return _months_later(start, 12 if said == 1 else 1)
    lasts = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[said - 3]
    return start + lasts


def _moved(moment: datetime, duration: re.Match[str], way: int) -> datetime:
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in duration.groups())
    day = _months_later(moment, way * (12 * years + months)) + way * timedelta(weeks=weeks, days=days)
    # hours that pass, whatever the clocks do meanwhile
    passed = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return (day.astimezone(UTC) + way * passed).astimezone(moment.tzinfo)


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of another month, or its last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
