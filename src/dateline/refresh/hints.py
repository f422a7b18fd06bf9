"""An answer → what it says of when to come again, with what is remembered of the feed."""

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from dateline.model import ParsedFeed, Response
from dateline.store.feeds import Feed

from . import schedule
from .decide import Changes, dated
from .rhythm import Rhythm, learned, remembered
from .schedule import Hints, minute_of

_HINTS = msgspec.json.Decoder(Hints)
_GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples lie far apart within a whole."""
_RHYTHM = msgspec.json.Decoder(Rhythm | None)


def known_hints(feed: Feed) -> Hints:
    """What the last document left; nothing of a feed that was never read."""
    return _HINTS.decode(feed.hints) if feed.hints else Hints()


def rhythm_of(hints: Hints) -> Rhythm:
    """The rhythm that is kept in ``hints``."""
    return _RHYTHM.decode(hints.rhythm) or Rhythm()


def kept(hints: Hints) -> str:
    """What is stored with the feed: without what the answer's headers said, which each answer says anew."""
    return msgspec.json.encode(msgspec.structs.replace(hints, fresh_seconds=None, retry_after=None)).decode()


def hints_of(
    feed: Feed,
    parsed: ParsedFeed,
    answer: Response,
    news: tuple[Changes, Sequence[datetime]],
    now: datetime,
) -> Hints:
    """The hints of a document. ``news``: what was new in it, and the dates of all its entries."""
    known = known_hints(feed)
    said = Hints(
        fresh_seconds=answer.fresh_seconds,
        retry_after=answer.retry_after,
        ttl_seconds=parsed.ttl_seconds,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        plan=known.plan,
        gap_seconds=known.gap_seconds,
        rhythm=known.rhythm,
    )
    before = rhythm_of(known)
    changes, dates = news
    rhythm = _rhythm(feed, before, changes, [at for at in dates if at <= now], now)
    if rhythm is not before:
        return _planned(feed, said, rhythm, now)
    return _planned(feed, said, before, now) if _is_over(said, now) else said


def hints_again(feed: Feed, answer: Response, now: datetime) -> tuple[Hints, str | None]:
    """The last document's hints with this answer's: a 304 has no document, but its headers count.

    What is to be stored of them comes with them, if that is something new: the plan was over.
    """
    known = known_hints(feed)
    hints = msgspec.structs.replace(known, fresh_seconds=answer.fresh_seconds, retry_after=answer.retry_after)
    if not _is_over(hints, now):
        return hints, None
    hints = _planned(feed, hints, rhythm_of(hints), now)
    return hints, kept(hints)


def _is_over(hints: Hints, now: datetime) -> bool:
    return hints.plan is not None and minute_of(now) >= hints.plan.until


def _planned(feed: Feed, hints: Hints, rhythm: Rhythm, now: datetime) -> Hints:
    """``hints`` with this rhythm and its plan. Feeds that are alike are scattered, each always by as much: a plan that
    follows another goes on at its minute.
    """
    plan = schedule.plan_of(rhythm, now, hints, feed.id * _GOLDEN % 1)
    packed = msgspec.Raw(msgspec.json.encode(rhythm))
    return msgspec.structs.replace(hints, rhythm=packed, gap_seconds=rhythm.gap_seconds, plan=plan)


def _rhythm(feed: Feed, known: Rhythm, changes: Changes, dates: Sequence[datetime], now: datetime) -> Rhythm:
    """What is remembered with what is new; but from all the dates of a first document, and of one that holds a newer
    one than any that came from it: a hub brought the others.
    """
    if feed.ok_at is not None and changes.new:
        said = [dated(new.candidate.entry) for new in changes.new]
        minutes = [minute_of(at) if at else None for at in said]
        known = remembered(known, minutes, since=minute_of(feed.ok_at), now=minute_of(now))
    if not dates or (known.news and minute_of(max(dates)) <= known.news[-1]):
        return known
    return learned([minute_of(at) for at in dates])
