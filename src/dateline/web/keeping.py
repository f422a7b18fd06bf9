"""How long articles are kept, in words: for the pages that tell it and the one that changes it."""

from dateline.model import Retention, RetentionUnit
from dateline.store import Tx, retention
from dateline.store.retention import Effective, Scope
from dateline.web.i18n import N_, NN_, Words

UNITS: dict[RetentionUnit, str] = {"days": N_("days"), "months": N_("months"), "years": N_("years")}
_AGES: dict[RetentionUnit, tuple[str, str]] = {
    "days": NN_("for {count} day", "for {count} days"),
    "months": NN_("for {count} month", "for {count} months"),
    "years": NN_("for {count} year", "for {count} years"),
}
_AT_MOST = NN_("at most {count} article of each feed", "at most {count} articles of each feed")
_ORIGINS: dict[Scope, str] = {
    "subscription": "{rule}",
    "folder": N_("{rule} (as its folder says)"),
    "account": N_("{rule} (as your account says)"),
    "instance": N_("{rule} (as this server does)"),
}


def in_words(words: Words, rule: Retention) -> str:
    """``for 3 months, and at most 500 articles of each feed; unread ones longer``."""
    if rule.is_endless:
        return words.text("for ever")
    parts = []
    if rule.age is not None:
        parts.append(words.plural(*_AGES[rule.unit], rule.age))
    if rule.count is not None:
        parts.append(words.plural(*_AT_MOST, rule.count))
    said = words.text("{age}, and {number}", age=parts[0], number=parts[1]) if len(parts) > 1 else parts[0]
    return words.text("{rule}; unread ones longer", rule=said) if rule.keep_unread else said


def with_origin(words: Words, found: Effective, here: Scope) -> str:
    """The same, and where it stands unless that is ``here``."""
    said = in_words(words, found.rule)
    return said if found.scope == here else words.text(_ORIGINS[found.scope], rule=said)


def counting(tx: Tx, user_id: int, scope: Scope, key: int) -> Effective:
    """The rule that counts at a place of a user's."""
    own = retention.stored(tx, scope, key)
    return retention.above(tx, user_id, scope, key) if own is None else Effective(rule=own, scope=scope)
