"""What somebody typed into the search box → what it asks for; and what of it could not be meant, in words."""

from datetime import datetime

from dateline.errors import ActionError
from dateline.model import Search, User
from dateline.query import Problem
from dateline.query.grammar import MAX_TEXT
from dateline.store import queries
from dateline.store.db import Tx
from dateline.web.i18n import N_, Words
from dateline.web.visit import Visit

_SENTENCES: dict[str, str] = {
    "too_long": N_("This search is too long, or too deep in brackets: “%s”."),
    "date": N_(
        "“%s” is no date or span of time."
        " Write date:2026-11, date:2026-11-01/2026-11-15, or date:P1W for the last week."
    ),
    "pattern": N_("“%s” is no regular expression that can be searched for."),
    "number": N_("“%s” should name a number."),
    "state": N_("“%s” is not known: it can be is:unread, is:read, is:starred or is:labelled."),
    "empty": N_("There is no word in “%s” that can be searched for."),
    "operator": N_("“%s” is not known. Where the words are meant, put them into quotes."),
    "unknown": N_("There is nothing of that name: “%s”."),
    "too_much": N_("Together with the rules before it, its regular expressions would take too long: “%s”."),
    "not_here": N_("This cannot be searched for here: “%s”."),
}


def search(
    visit: Visit,
    tx: Tx,
    user: User,
    text: str,
    *,
    public_only: bool = False,
    strict: bool = False,
    asked_at: datetime | None = None,
) -> Search | None:
    """What is searched for, or was ``asked_at`` a moment; None when nothing is.

    Raises ``ActionError("action.bad_value")``.
    """
    text = text.strip()
    if len(text) > MAX_TEXT or "\0" in text:
        raise ActionError("action.bad_value", "q")
    if not text:
        return None
    return queries.understood(
        tx, user.id, text, now=asked_at or visit.now, zone=visit.zone, public_only=public_only, strict=strict
    )


def problems(words: Words, found: tuple[Problem, ...]) -> tuple[str, ...]:
    """Why a search finds nothing, a sentence each."""
    return tuple(sentence(words, problem.code, problem.part) for problem in found[:3])


def sentence(words: Words, code: str, part: str) -> str:
    """Why a part of a search cannot be meant; "" for a code that is none."""
    return words.text(_SENTENCES[code]) % part[:60] if code in _SENTENCES else ""
