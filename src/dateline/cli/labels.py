"""``dateline labels``: an account's labels."""

from typing import TYPE_CHECKING, Annotated

import typer

from dateline.errors import NotFound

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, counted, print_json, say
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.model import User
    from dateline.store import Database

group = typer.Typer(no_args_is_help=True, help="Labels: marks on articles.")

NameArgument = Annotated[str, typer.Argument(metavar="LABEL", help="The label's name.")]
ColourOption = Annotated[
    str | None,
    typer.Option("--colour", metavar="COLOUR", help='red, orange, yellow, green, teal, blue, purple, pink; none: "".'),
]


@group.command("list")
def list_labels(context: typer.Context, user: UserOption, as_json: JsonOption = False) -> None:
    """List an account's labels: name, colour, unread, articles."""
    from dateline.store import labels

    with opened(settings_of(context)) as db, db.reading() as tx:
        account = user_named(db, user)
        counts = labels.entry_counts(tx, account.id)
        found = labels.all_labels(tx, account.id, counted=True)
    if as_json:
        print_json(
            [
                {
                    "id": label.id,
                    "name": label.name,
                    "colour": label.colour,
                    "unread": label.unread_count,
                    "entries": counts.get(label.id, 0),
                }
                for label in found
            ]
        )
        return
    for label in found:
        say(f"{label.name}\t{label.colour or '-'}\t{label.unread_count}\t{counts.get(label.id, 0)}")


@group.command()
def add(context: typer.Context, name: NameArgument, user: UserOption, colour: ColourOption = None) -> None:
    """Make a label."""
    from dateline.actions import labels

    with opened(settings_of(context)) as db:
        labels.add(db, user_named(db, user), name, colour=colour or "", now=now())
    say(f"The label {name} was added.")


@group.command("set")
def change(
    context: typer.Context,
    name: NameArgument,
    user: UserOption,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    colour: ColourOption = None,
    merge: Annotated[bool, typer.Option("--merge", help="If another label has that name, make the two one.")] = False,
) -> None:
    """Give a label another name, another colour, or both."""
    from dateline.actions import labels as actions
    from dateline.store import labels

    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        label_id = _named(db, account, name)
        with db.reading() as tx:
            label = labels.one(tx, account.id, label_id)
        actions.change(
            db,
            account,
            label_id,
            name=new_name or label.name,
            colour=label.colour if colour is None else colour,
            merge=merge,
            now=now(),
        )
    say(f"The label {new_name or label.name} was saved.")


@group.command()
def remove(context: typer.Context, name: NameArgument, user: UserOption) -> None:
    """Delete a label; the articles stay."""
    from dateline.actions import labels

    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        count = labels.remove(db, account, _named(db, account, name), now=now())
    say(f"The label {name} was taken from {counted(count, 'article')} and deleted.")


def _named(db: "Database", account: "User", name: str) -> int:
    """The label of this name. Raises ``NotFound``."""
    from dateline.store import subscriptions

    with db.reading() as tx:
        owner = subscriptions.name_owner(tx, account.id, name)
    if owner is None or owner[0] != "label":
        raise NotFound(f"label {name}")
    return owner[1]
