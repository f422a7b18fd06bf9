"""Times as the database keeps them: whole microseconds since 1970 UTC; and the zones that people are in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_MICROSECOND = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """An aware time → microseconds since 1970."""
    return (at - EPOCH) // _MICROSECOND


def to_us_or_none(at: datetime | None) -> int | None:
    """The same, None for None."""
    return None if at is None else to_us(at)


def from_us(us: int) -> datetime:
    """Microseconds since 1970 → an aware UTC time."""
    return EPOCH + timedelta(0, 0, us)


def from_us_or_none(us: int | None) -> datetime | None:
    """The same, None for None."""
    return None if us is None else EPOCH + timedelta(0, 0, us)


def zone(name: str) -> ZoneInfo:
    """The named zone, or UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
