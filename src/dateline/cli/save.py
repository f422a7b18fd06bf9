"""``dateline save``: any page of the web into an account's saved pages."""

from typing import Annotated

import typer

from .opening import now, opened, settings_of, user_named
from .output import say
from .subscriptions import UserOption


def save(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The page.")],
    user: UserOption,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is called; else the page says it.")] = "",
) -> None:
    """Save a page of the web to read it later.

    It is kept in a feed that only this account sees; the worker fetches its text. Saved again, it is fetched again if
    that did not work. Prints the entry's id.
    """
    from dateline.actions import saved_pages

    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        say(str(saved_pages.save(db, account, url, title=title, feed_title="Saved pages", now=now())))
