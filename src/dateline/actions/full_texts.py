"""What a person asks of full texts: how a subscription takes them, one article now, rules tried first."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from dateline.clean import plain_text
from dateline.errors import ActionError
from dateline.model import FullTextRules, SafeHTML, User
from dateline.query.lines import problems_of
from dateline.refresh import articles
from dateline.refresh.full_text import fetch_one, page_now
from dateline.refresh.full_text_wishes import is_beginning, note_wished
from dateline.refresh.reader import Reader
from dateline.settings import Settings
from dateline.store import Database, Tx, full_texts, streams, subscriptions
from dateline.store.full_texts import Cause, Wish
from dateline.store.write import transaction

from .subscriptions import running_from

MODES = ("off", "truncated", "always")
PLACES = ("replace", "before", "after")
ASKED_LATELY = timedelta(minutes=1)
"""A page that did not give its article is not asked for again within this time."""
LOOKED_THROUGH = 20
MAX_ONLY = 1_000


class Tried(Struct, frozen=True, kw_only=True):
    """What rules would make of a subscription's newest entry.

    ``code``: "ok", or why its text would not be shown; ``html`` is what was found all the same. ``given``, ``found``:
    characters of the feed's text and of this one. ``is_beginning``: the feed gives only a beginning.
    """

    title: str
    url: str
    code: str
    html: SafeHTML
    given: int
    found: int
    is_beginning: bool


def choose(db: Database, user: User, subscription_id: int, wish: Wish, *, now: datetime) -> None:
    """How a subscription takes full texts, from now on; turned on or changed, the newest unread entries get theirs.

    Raises ``NotFound``, ``ActionError`` (``action.bad_value``, ``action.bad_query``), ``ExtractError``
    (``extract.bad_selector``).
    """
    wish = checked(wish)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        feed_id = subscriptions.feed_of(tx, user.id, subscription_id)
        before = full_texts.wish(tx, user.id, feed_id)
        full_texts.set_wish(tx, user.id, subscription_id, wish)
        if wish.mode != "off" and wish != before:
            note_wished(tx, user.id, feed_id, now)


def checked(wish: Wish) -> Wish:
    """A wish as it is kept: lines trimmed, selectors understood. Raises as ``choose`` does."""
    rules = wish.rules
    if wish.mode not in MODES or rules.place not in PLACES:
        raise ActionError("action.bad_value", f"{wish.mode} {rules.place}")
    tidy = FullTextRules(
        content=_lines(rules.content), remove=_lines(rules.remove), only=_lines(rules.only), place=rules.place
    )
    if len(tidy.only) > MAX_ONLY:
        raise ActionError("action.bad_value", f"at most {MAX_ONLY} characters")
    problem = next(problems_of(tidy.only), None)
    if problem is not None:
        raise ActionError("action.bad_query", f"{problem.code} {problem.part}")
    from dateline.clean.extract import check_selectors

    check_selectors(tidy)
    return Wish(mode=wish.mode, rules=tidy)


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\0", "").splitlines() if line.strip())


def fetch(
    db: Database,
    settings: Settings,
    user: User,
    entry_id: int,
    *,
    version: str,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
) -> str:
    """The article of one entry, now. Network, at most 20 seconds and what reading takes. "ok", or why there is none.

    What is there already, or failed a moment ago, is not asked for again. Raises ``NotFound``.
    """
    with db.reading() as tx:
        entry = streams.entry(tx, user.id, entry_id, version="own")
        wish = full_texts.wish(tx, user.id, entry.feed_id)
        by_these = full_texts.rules_hash(wish.rules) in full_texts.taken(tx, entry_id)
    state = entry.full_text
    if state is not None and by_these and (state.code == "ok" or now - state.fetched_at < ASKED_LATELY):
        return state.code
    return fetch_one(db, settings, entry_id, wish.rules, version=version, clock=clock or running_from(now))


def try_rules(
    db: Database,
    settings: Settings,
    user: User,
    subscription_id: int,
    wish: Wish,
    *,
    version: str,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
) -> Tried | None:
    """What these rules make of the newest entry that leads somewhere; None when there is none. Nothing is stored.

    Network, at most 20 seconds. Raises as ``choose`` does, and ``FetchError``, ``ExtractError``.
    """
    rules = checked(wish).rules
    with db.reading() as tx:
        cause = _newest(tx, subscriptions.feed_of(tx, user.id, subscription_id))
        cut = cause is not None and is_beginning(tx, cause)
    if cause is None or cause.url is None:
        return None
    answer = page_now(db, settings, cause.url, feed_id=cause.feed_id, version=version, clock=clock or running_from(now))
    with Reader() as reader:
        text = articles.read(reader, answer, (rules,), title=cause.title)[0]
    given = len(plain_text(cause.html))
    return Tried(
        title=cause.title,
        url=answer.final_url,
        code=articles.verdict(text, rules, given),
        html=text.html,
        given=given,
        found=len(text.text),
        is_beginning=cut,
    )


def _newest(tx: Tx, feed_id: int) -> Cause | None:
    for entry_id, url, _ in full_texts.newest(tx, feed_id, LOOKED_THROUGH):
        if url:
            return full_texts.cause(tx, entry_id)
    return None
