"""Attempts at a feed, in words: for the page of a subscription and for that of all feeds' health."""

from datetime import datetime

from msgspec import Struct

from dateline.store.checks import CheckRow
from dateline.web import i18n, messages
from dateline.web.i18n import N_
from dateline.web.visit import Visit

_OUTCOMES = {
    "ok": N_("Read."),
    "not_modified": N_("Nothing new (304)."),
    "push": N_("Brought by its hub (WebSub)."),
    "unchanged": N_("Nothing new: the same document."),
}


class CheckLine(Struct, frozen=True, kw_only=True):
    """One attempt at the feed, in words; ``status`` is "" where no answer came."""

    at: str
    outcome: str
    is_failure: bool
    status: str
    new_entries: int
    kilobytes: int
    duration_ms: int


def check_line(visit: Visit, check: CheckRow) -> CheckLine:
    """One attempt in the reader's language and zone."""
    known = _OUTCOMES.get(check.code)
    return CheckLine(
        at=moment(visit, check.at),
        outcome=visit.words.text(known) if known else messages.sentence(visit.words, check.code),
        is_failure=known is None,
        status="" if check.status is None else str(check.status),
        new_entries=check.new_entries,
        kilobytes=-(-check.wire_bytes // 1000),
        duration_ms=check.duration_ms,
    )


def moment(visit: Visit, at: datetime | None) -> str:
    """A time in the reader's words and zone; "" for none."""
    return visit.words.moment(i18n.local(at, visit.zone)) if at else ""
