"""``dateline users``: add, set, list, remove."""

import sys
from typing import Annotated

import typer
from msgspec.structs import asdict

from dateline.errors import ActionError

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, print_json, say

group = typer.Typer(help="Accounts: add, set, list, remove.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
OnOff = Annotated[str | None, typer.Option(metavar="on|off")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input (its first line).")
]
Language = Annotated[str | None, typer.Option(help="The language of the pages: en, fr …")]
TimeZone = Annotated[str | None, typer.Option(help="The time zone of the pages: Europe/Paris …")]


@group.command()
def add(
    context: typer.Context,
    name: Name,
    password_stdin: PasswordStdin = False,
    admin: Annotated[bool, typer.Option("--admin", help="May administer the instance.")] = False,
    language: Language = None,
    time_zone: TimeZone = None,
) -> None:
    """Create an account. The password comes from standard input, or is asked for at a terminal."""
    from dateline.actions import accounts

    if language is not None:
        _check_language(language)
    password = _password(password_stdin)
    with opened(settings_of(context)) as db:
        user = accounts.create(
            db,
            name=name,
            password=password,
            is_admin=admin,
            language=language or "en",
            time_zone=time_zone or "UTC",
            now=now(),
        )
    say(f"{user.name} has an account.")


@group.command("set")
def change(
    context: typer.Context,
    name: Name,
    language: Language = None,
    time_zone: TimeZone = None,
    preview: OnOff = None,
    open_to_visitors: OnOff = None,
    indexed: OnOff = None,
    visitors_may_refresh: OnOff = None,
    admin: OnOff = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Change what is given of an account; a new password ends all its sessions."""
    from dateline.actions import accounts

    if language is not None:
        _check_language(language)
    switches = {
        "preview": _switch("--preview", preview),
        "open_to_visitors": _switch("--open-to-visitors", open_to_visitors),
        "indexed": _switch("--indexed", indexed),
        "visitors_may_refresh": _switch("--visitors-may-refresh", visitors_may_refresh),
    }
    is_admin = _switch("--admin", admin)
    password = _password(from_stdin=True) if password_stdin else None
    with opened(settings_of(context)) as db:
        user = user_named(db, name)
        user = accounts.change(db, user, now=now(), language=language, time_zone=time_zone, **switches)
        if is_admin is not None:
            user = accounts.set_admin(db, user, is_admin, now=now())
        if password is not None:
            accounts.set_password(db, user, password, now=now())
    say(f"{user.name} was changed.")


@group.command("list")
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the accounts."""
    from dateline.store import accounts

    with opened(settings_of(context)) as db, db.reading() as tx:
        found = accounts.all_users(tx)
    if as_json:
        # how somebody likes to read is nobody else's business
        print_json([{name: it for name, it in asdict(user).items() if name != "preferences"} for user in found])
        return
    for user in found:
        marks = [
            word for word, is_so in (("admin", user.is_admin), ("open to visitors", user.open_to_visitors)) if is_so
        ]
        say("\t".join([user.name, user.language, user.time_zone, ", ".join(marks) or "-"]))


@group.command()
def remove(
    context: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account with its subscriptions, stars and private feeds. Shared entries stay."""
    from dateline.actions import accounts

    with opened(settings_of(context)) as db:
        user = user_named(db, name)
        if not yes:
            typer.confirm(f"Delete the account {user.name} and everything that is only in it?", abort=True)
        accounts.remove(db, user.id, now=now())
    say(f"{user.name} has no account any more.")


def _password(from_stdin: bool) -> str:
    """The password: the first line of standard input, or asked for twice at a terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter("give the password on standard input with --password-stdin")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _switch(option: str, value: str | None) -> bool | None:
    if value is None:
        return None
    if value.lower() not in ("on", "off"):
        raise typer.BadParameter(f"{option} takes on or off, not {value!r}")
    return value.lower() == "on"


def _check_language(language: str) -> None:
    from dateline.web.i18n import languages

    if language not in languages():
        raise ActionError("action.bad_value", f"language {language[:20]!r} is not one of: {', '.join(languages())}")
