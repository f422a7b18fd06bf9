"""``dateline mail box``: mailboxes that newsletters are read from (IMAP)."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, moment, print_json, say
from .subscriptions import UserOption
from .users import PasswordStdin

group = typer.Typer(no_args_is_help=True, help="Mailboxes that newsletters are read from (IMAP).")


class Safe(StrEnum):
    """How the connection is encrypted."""

    tls = "tls"
    starttls = "starttls"
    none = "none"


BoxId = Annotated[int, typer.Argument(metavar="ID", help="The mailbox's id, as `dateline mail box list` prints it.")]


@group.command()
def add(
    context: typer.Context,
    host: Annotated[str, typer.Argument(metavar="HOST", help="The mail server.")],
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The user name there.")],
    user: UserOption,
    folder: Annotated[str, typer.Option("--folder", metavar="FOLDER", help="The folder that is read.")] = "INBOX",
    security: Annotated[Safe, typer.Option("--security", help="How the connection is encrypted.")] = Safe.tls,
    port: Annotated[int | None, typer.Option("--port", help="The port, if it is not the usual one.")] = None,
    with_old: Annotated[bool, typer.Option("--with-old", help="Bring what is in the folder already too.")] = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Open a folder of a mailbox, and read it from now on: each sender becomes a feed. Prints its id.

    The password comes from standard input, or is asked for at a terminal.
    """
    from dateline.actions import mailboxes
    from dateline.actions.mailboxes import Wish

    settings = settings_of(context)
    wish = Wish(
        host=host,
        port=port,
        security=security.value,
        user=login,
        password=_password(password_stdin),
        folder=folder,
        with_old=with_old,
    )
    with opened(settings) as db:
        say(str(mailboxes.add(db, settings, user_named(db, user), wish, now=now())))


@group.command("list")
def list_boxes(context: typer.Context, user: UserOption, as_json: JsonOption = False) -> None:
    """List an account's mailboxes, and how they fare."""
    from dateline.store import mailboxes

    with opened(settings_of(context)) as db, db.reading() as tx:
        found = mailboxes.of_user(tx, user_named(db, user).id)
    if as_json:
        names = (
            "id host port security folder taken left_out left_out_last checked_at ok_at next_at failures error_code"
            " error_detail"
        )
        print_json([{name: getattr(one, name) for name in names.split()} for one in found])
        return
    for one in found:
        state = one.error_code or ("ok" if one.checked_at else "-")
        say(f"{one.id}\t{one.host}\t{one.folder}\t{one.taken}\t{state}\t{moment(one.checked_at)}")


@group.command()
def check(context: typer.Context, mailbox: BoxId, user: UserOption) -> None:
    """Read a mailbox now."""
    from dateline.actions import mailboxes

    settings = settings_of(context)
    with opened(settings) as db:
        done = mailboxes.check_now(db, settings, user_named(db, user), mailbox, now=now())
    if done is None:
        say("It is being read already.")
        return
    say(f"{done.code}: {done.new} new, {done.left_out} left out {done.detail}".rstrip())
    if done.code != "ok":
        raise typer.Exit(1)


@group.command()
def remove(context: typer.Context, mailbox: BoxId, user: UserOption) -> None:
    """Read a mailbox no more. What it brought stays."""
    from dateline.actions import mailboxes

    with opened(settings_of(context)) as db:
        mailboxes.remove(db, user_named(db, user), mailbox, now=now())


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("give the password on standard input with --password-stdin")
    asked: str = typer.prompt("Password", hide_input=True)
    return asked
