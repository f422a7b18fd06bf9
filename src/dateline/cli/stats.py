"""``dateline stats``: what arrived for an account, what was read of it, which feeds are silent."""

from datetime import timedelta
from typing import Annotated

import typer

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, moment, print_json, say
from .subscriptions import UserOption


def stats(
    context: typer.Context,
    user: UserOption,
    days: Annotated[int, typer.Option(metavar="DAYS", min=1, max=365, help="How far back.")] = 30,
    as_json: JsonOption = False,
) -> None:
    """Count what arrived for an account, feed by feed: arrived, read one by one, favourites, unread, last news."""
    from dateline.store import statistics

    with opened(settings_of(context)) as db, db.reading() as tx:
        numbers = statistics.of_user(tx, user_named(db, user).id, now() - timedelta(days=days))
    if as_json:
        print_json(
            {
                "since": numbers.since,
                "arrived": numbers.arrived,
                "read": sum(feed.read for feed in numbers.feeds),
                "unread": sum(feed.unread for feed in numbers.feeds),
                "starred": sum(feed.starred for feed in numbers.feeds),
                "quarters": numbers.quarters,
                "feeds": numbers.feeds,
            }
        )
        return
    for feed in sorted(numbers.feeds, key=lambda feed: -feed.arrived):
        columns = (feed.arrived, feed.read, feed.starred, feed.unread, moment(feed.newest_at), feed.title)
        say("\t".join(str(column) for column in columns))
