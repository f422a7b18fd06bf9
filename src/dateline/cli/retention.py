"""``dateline retention``: how long entries are kept, for the instance, an account, a folder, a subscription."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from dateline.errors import NotFound
from dateline.model import Retention, RetentionUnit

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, counted, print_json, say

if TYPE_CHECKING:
    from dateline.model import User
    from dateline.store import Database
    from dateline.store.retention import Proposal, Scope

_UNITS: dict[str, RetentionUnit] = {"d": "days", "m": "months", "y": "years"}
_PART = re.compile(r"([1-9]\d{0,6})([dmy]?)|unread-too")


def retention(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Whose; the instance's default without.")] = None,
    folder: Annotated[str | None, typer.Option(metavar="FOLDER", help="Of one folder of theirs.")] = None,
    feed: Annotated[str | None, typer.Option(metavar="URL", help="Of one subscription of theirs.")] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="forever, inherit, or parts such as 90d, 3m, 1y, 500, unread-too: 1y,500"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how long entries are kept, or change it. What it would delete is told, and asked about, first."""
    if (folder or feed) and (not user or (folder and feed)):
        raise typer.BadParameter("--folder or --feed, and whose: --user NAME")
    rule = parse_rule(keep) if keep is not None else None
    with opened(settings_of(context)) as db:
        person = user_named(db, user) if user is not None else None
        scope, key = _place(db, person, folder, feed)
        if keep is None:
            _show(db, person, scope, key, as_json=as_json)
        else:
            _change(db, person, _proposal(scope, key, rule), yes=yes)


def parse_rule(text: str) -> Retention | None:
    """``1y,500`` → a rule; ``inherit`` → None. Raises ``typer.BadParameter``."""
    if text.strip() in ("forever", "inherit"):
        return Retention() if text.strip() == "forever" else None
    age: int | None = None
    count: int | None = None
    unit: RetentionUnit = "days"
    keep_unread = True
    for part in text.replace(",", " ").split():
        found = _PART.fullmatch(part)
        if found is None:
            raise typer.BadParameter(f"{part!r} is none of: forever, inherit, 90d, 3m, 1y, 500, unread-too")
        if found[1] is None:
            keep_unread = False
        elif found[2]:
            age, unit = int(found[1]), _UNITS[found[2]]
        else:
            count = int(found[1])
    return Retention(age=age, unit=unit, count=count, keep_unread=keep_unread)


def rule_text(rule: Retention | None) -> str:
    """The other way round."""
    if rule is None:
        return "inherit"
    if rule.is_endless:
        return "forever"
    parts = [f"{rule.age}{rule.unit[0]}"] if rule.age is not None else []
    parts += [str(rule.count)] if rule.count is not None else []
    return ",".join([*parts, *([] if rule.keep_unread else ["unread-too"])])


def _place(db: "Database", user: "User | None", folder: str | None, feed: str | None) -> tuple["Scope", int]:
    from dateline.store import subscriptions

    if user is None:
        return "instance", 0
    with db.reading() as tx:
        if folder is not None:
            owner = subscriptions.name_owner(tx, user.id, folder)
            if owner is None or owner[0] != "folder":
                raise NotFound(f"folder {folder}")
            return "folder", owner[1]
        if feed is not None:
            found = subscriptions.at_address(tx, user.id, feed)
            if found is None:
                raise NotFound(f"subscription to {feed}")
            return "subscription", found
    return "account", user.id


def _proposal(scope: "Scope", key: int, rule: Retention | None) -> "Proposal":
    from dateline.store.retention import Proposal

    return Proposal(scope=scope, key=key, rule=rule)


def _show(db: "Database", user: "User | None", scope: "Scope", key: int, *, as_json: bool) -> None:
    from dateline.store import retention as kept

    with db.reading() as tx:
        own = kept.stored(tx, scope, key)
        above = kept.above(tx, user.id, scope, key) if user is not None else None
    counts = own or (above.rule if above else Retention())
    if as_json:
        print_json({"scope": scope, "own": own, "counts": counts, "from": scope if own or not above else above.scope})
    elif own is None and above is not None:
        say(f"{rule_text(counts)} (inherited from the {above.scope})")
    else:
        say(rule_text(counts))


def _change(db: "Database", user: "User | None", proposal: "Proposal", *, yes: bool) -> None:
    from dateline.actions import retention as acting

    if user is None:
        effect = acting.preview_by_default(db, proposal, now=now())
    else:
        effect = acting.preview(db, user, proposal, now=now())
    say(f"{rule_text(proposal.rule)}: this would delete {effect.gone} of {counted(effect.total, 'entry', 'entries')}.")
    if effect.gone and not yes:
        typer.confirm("Save it? The first entries go in an hour.", abort=True)
    if user is None:
        acting.keep_by_default(db, proposal.rule, now=now())
    else:
        acting.keep(db, user, proposal, now=now())
    say("Saved.")
