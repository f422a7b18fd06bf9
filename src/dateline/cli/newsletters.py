"""``dateline mail``: addresses that newsletters are sent to, mailboxes that they are read from."""

from typing import Annotated

import typer

from dateline.errors import NotFound

from . import mailboxes
from .opening import now, opened, settings_of, user_named
from .output import JsonOption, moment, print_json, say
from .subscriptions import UserOption

group = typer.Typer(
    no_args_is_help=True, help="Newsletters: addresses that mail is sent to, mailboxes that it is read from."
)
addresses = typer.Typer(no_args_is_help=True, help="An account's addresses for newsletters.")
group.add_typer(addresses, name="address")
group.add_typer(mailboxes.group, name="box")


@addresses.command()
def add(context: typer.Context, user: UserOption) -> None:
    """Make an address and print it."""
    from dateline.actions import newsletters

    settings = settings_of(context)
    with opened(settings) as db:
        say(newsletters.add_address(db, settings, user_named(db, user), now=now()))


@addresses.command("list")
def list_addresses(context: typer.Context, user: UserOption, as_json: JsonOption = False) -> None:
    """List an account's addresses."""
    from dateline.store import mail

    settings = settings_of(context)
    with opened(settings) as db, db.reading() as tx:
        found = mail.addresses(tx, user_named(db, user).id)
    rows = [(f"{one.token}@{settings.mail_domain}", one.created_at) for one in found]
    if as_json:
        print_json([{"address": address, "created_at": at} for address, at in rows])
        return
    for address, at in rows:
        say(f"{address}\t{moment(at)}")


@addresses.command()
def remove(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address, with or without what follows the @.")],
    user: UserOption,
) -> None:
    """Take an address away; mail to it is refused from now on."""
    from dateline.actions import newsletters
    from dateline.store import mail

    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        token = address.partition("@")[0].lower()
        with db.reading() as tx:
            ids = [one.id for one in mail.addresses(tx, account.id) if one.token == token]
        if not ids:
            raise NotFound(f"address {address}")
        newsletters.remove_address(db, account, ids[0], now=now())
