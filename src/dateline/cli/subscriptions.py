"""``dateline subscribe`` and ``dateline discover``: from an address to feeds, and to a subscription."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.errors import ActionError, ParseError
from dateline.settings import Settings

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
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="FILE", help="How a page without a feed is read, as JSON."),
    ] = None,
) -> None:
    """Subscribe an account to a feed.

    The address is looked at first; a page leads to the likeliest of its feeds, and the others are named. With --no-look
    nothing is asked: the address must be the feed's own, and the worker says what is wrong with it.
    """
    from dateline.actions import subscriptions
    from dateline.refresh.shelf import Shelf

    settings = settings_of(context)
    if rules is not None:
        _subscribe_to_page(settings, url, user, folder, rules, is_looked_at=not no_look)
        return
    others: tuple[LookedFeed, ...] = ()
    shelf = Shelf()
    with opened(settings) as db:
        account = user_named(db, user)
        address, title = url, url
        if not no_look:
            looked = subscriptions.look(db, settings, account, url, version=__version__, now=now(), shelf=shelf)
            found, *rest = looked.feeds
            if found.subscription_id is not None:
                raise ActionError("action.already_subscribed", found.url)
            address, title, others = found.url, found.title, tuple(rest)
        subscriptions.subscribe(db, account, address, new_folder=folder, settings=settings, now=now(), shelf=shelf)
    shown = subscriptions.split_address(address)[0]
    say(f"{account.name} is subscribed to {shown if title == address else f'{title} ({shown})'}.")
    if others:
        say("That page has other feeds too; name one of them to subscribe to it:")
        for feed in others:
            say(_line(feed))


def _subscribe_to_page(
    settings: Settings, url: str, user: str, folder: str | None, rules_file: Path, *, is_looked_at: bool
) -> None:
    """The same for a page that has no feed; rules that find nothing in it are refused, unless nothing is asked."""
    from dateline.actions import pages
    from dateline.parse.page.rules import rules_from_json
    from dateline.refresh.page_look import read_page
    from dateline.refresh.shelf import Shelf

    rules = rules_from_json(rules_file.read_bytes())
    with opened(settings) as db:
        account = user_named(db, user)
        title = ""
        if is_looked_at:
            page = pages.look_at_page(db, settings, Shelf(), account, url, version=__version__, now=now())
            looked = read_page(page, rules)
            if not looked.entry_count:
                raise ParseError("parse.no_entries", " ".join(finding.sentence for finding in looked.findings))
            title = looked.title
        pages.subscribe_to_page(
            db, account, url, rules, page_title=title, new_folder=folder, settings=settings, now=now()
        )
    say(f"{account.name} is subscribed to {title or url}, read by rules.")


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
