"""``dateline health``: how the feeds fare, grouped by what to do, and what the machine is at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, counted, moment, print_json, say

if TYPE_CHECKING:
    from dateline.store.health import FeedHealth, Works

_CHECKS = 10


def health(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Whose feeds; everybody's without.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the feeds that fail, are dead, silent or have moved, and what to do; with --json all, with their checks."""
    from dateline.store import health as store

    at = now()
    with opened(settings_of(context)) as db:
        person = user_named(db, user) if user is not None else None
        with db.reading() as tx:
            feeds = store.of_user(tx, person.id) if person else store.of_instance(tx)
            works = store.works(tx, at)
            if as_json:
                feeds = store.with_checks(tx, feeds, _CHECKS)
    groups = {kind: [feed for feed in feeds if store.kind_of(feed, at) == kind] for kind in store.KINDS}
    if as_json:
        told = [_shape(feed, kind) for kind, members in groups.items() for feed in members]
        print_json({"works": works, "feeds": told})
        return
    for kind, members in groups.items():
        if kind != "well":
            _tell(kind, members)
    unasked = sum(feed.is_unasked for feed in groups["well"])
    _tell_works(works, len(groups["well"]) - unasked, unasked)


def _shape(feed: "FeedHealth", kind: str) -> dict[str, Any]:
    fields = asdict(feed)
    for internal in ("icon_id", "subscription_id", "owner_id"):
        del fields[internal]
    return {"kind": kind, **fields, "private": feed.owner_id != 0}


def _tell(kind: str, feeds: Sequence["FeedHealth"]) -> None:
    from dateline.web.advice import ADVICE, MEANINGS, TITLES
    from dateline.web.messages import SENTENCES

    if not feeds:
        return
    known = {str(name): (TITLES[name], MEANINGS[name]) for name in TITLES}
    title, meaning = known[kind]
    say(f"{title} ({len(feeds)}): {meaning}")
    for feed in sorted(feeds, key=lambda feed: (feed.error_code or "", feed.url)):
        since = feed.ok_at if feed.error_code else feed.changed_at
        parts = [f"  {feed.url}", feed.error_code or "-", f"last {moment(since)}", f"next {moment(feed.next_at)}"]
        say("\t".join(parts))
        if feed.error_code:
            say(f"    {SENTENCES.get(feed.error_code, feed.error_code)} {ADVICE.get(feed.error_code, '')}")
        if feed.moved_url:
            say(f"    new address: {feed.moved_url}")
        if feed.previous_url:
            say(f"    old address: {feed.previous_url}")


def _tell_works(works: "Works", well: int, unasked: int) -> None:
    say(f"{counted(well, 'feed is', 'feeds are')} well.")
    if unasked:
        say(f"{counted(unasked, 'feed is new and was', 'feeds are new and were')} not asked yet.")
    since = f" (the first since {moment(works.longest_due_since)})" if works.longest_due_since else ""
    due, leased = "is" if works.due == 1 else "are", counted(works.leased, "is", "are")
    say(f"{works.due} of {works.feeds} {due} due{since}, {leased} being asked by {counted(works.holders, 'worker')}.")
    for host, until in works.quiet_hosts:
        say(f"{host} wants to be left alone until {moment(until)}.")
