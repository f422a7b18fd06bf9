"""``dateline subscribe``: from an address to a subscription."""

from typing import Annotated

import typer

from dateline import __version__
from dateline.errors import ActionError

from .opening import now, opened, settings_of, user_named
from .output import say

UserOption = Annotated[str, typer.Option("--user", metavar="NAME", help="Whose.")]


def subscribe(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that announces one.")],
    user: UserOption,
    folder: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Put it into this folder, made if there is none.")
    ] = None,
    no_look: Annotated[
        bool, typer.Option("--no-look", help="Take the address as it is, without asking it now.")
    ] = False,
) -> None:
    """Subscribe an account to a feed.

    The address is looked at first; a web page leads to the first feed that it announces. With --no-look nothing is
    asked: the address must be the feed's own, and the worker says what is wrong with it.
    """
    from dateline.actions import subscriptions

    settings = settings_of(context)
    with opened(settings) as db:
        account = user_named(db, user)
        address, title = url, url
        if not no_look:
            found = subscriptions.look(db, settings, account, url, version=__version__, now=now()).feeds[0]
            if found.subscription_id is not None:
                raise ActionError("action.already_subscribed", found.url)
            address, title = found.url, found.title
        subscriptions.subscribe(db, account, address, new_folder=folder, settings=settings, now=now())
    shown = subscriptions.split_address(address)[0]
    say(f"{account.name} is subscribed to {shown if title == address else f'{title} ({shown})'}.")
