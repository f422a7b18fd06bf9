"""``dateline subscribe`` and ``dateline discover``: from an address to feeds, and to a subscription."""

from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.errors import ActionError

from .opening import holder, now, opened, settings_of, user_named
from .output import JsonOption, print_json, say

if TYPE_CHECKING:
    from dateline.refresh.look import LookedFeed

UserOption = Annotated[str, typer.Option("--user", metavar="NAME", help="Whose.")]


def subscribe(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page that has one.")],
    user: UserOption,
    folder: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Put it into this folder, made if there is none.")
    ] = None,
    no_look: Annotated[
        bool, typer.Option("--no-look", help="Take the address as it is, without asking it now.")
    ] = False,
) -> None:
    """Subscribe an account to a feed.

    The address is looked at first; a page leads to the likeliest of its feeds, and the others are named. With --no-look
    nothing is asked: the address must be the feed's own, and the worker says what is wrong with it.
    """
    from dateline.actions import subscriptions

    settings = settings_of(context)
    others: tuple[LookedFeed, ...] = ()
    with opened(settings) as db:
        account = user_named(db, user)
        address, title = url, url
        if not no_look:
            found, *rest = subscriptions.look(db, settings, account, url, version=__version__, now=now()).feeds
            if found.subscription_id is not None:
                raise ActionError("action.already_subscribed", found.url)
            address, title, others = found.url, found.title, tuple(rest)
        subscriptions.subscribe(db, account, address, new_folder=folder, settings=settings, now=now())
    shown = subscriptions.split_address(address)[0]
    say(f"{account.name} is subscribed to {shown if title == address else f'{title} ({shown})'}.")
    if others:
        say("That page has other feeds too; name one of them to subscribe to it:")
        for feed in others:
            say(_line(feed))


def discover(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, a feed, an account (@name@host).")],
    as_json: JsonOption = False,
) -> None:
    """Show the feeds behind an address.

    The likeliest first, one a line: address, kind, title; for the first one also its newest entries. Nothing is stored.
    """
    from dateline.refresh.look import look

    settings = settings_of(context)
    with opened(settings) as db:
        feeds = look(db, settings, url, version=__version__, holder=holder(), clock=now)
    if as_json:
        print_json([_shape(feed) for feed in feeds])
        return
    for feed in feeds:
        say(_line(feed))
        for entry in feed.entries:
            say(f"    {entry.title}")


def _line(feed: "LookedFeed") -> str:
    return "\t".join((feed.url, feed.kind or "-", "" if feed.title == feed.url else feed.title))


def _shape(feed: "LookedFeed") -> dict[str, object]:
    """What of a found feed is printed as JSON. ``entry_count`` is null for one that was not read."""
    return {
        "url": feed.url,
        "title": feed.title,
        "kind": feed.kind,
        "place": feed.place,
        "format": feed.format,
        "site_url": feed.site_url,
        "entry_count": feed.entry_count,
        "entries": [
            {"title": entry.title, "url": entry.url, "published_at": entry.published_at} for entry in feed.entries
        ],
    }
