"""``dateline opml``: import and export subscriptions."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import following
from .opening import now, opened, settings_of, user_named
from .output import JsonOption, counted, print_json, progress, say, write_bytes
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.actions.opml import ImportReport

group = typer.Typer(help="Subscriptions in and out, as OPML.", no_args_is_help=True)

STDIO = Path("-")


@group.command("import")
def bring_in(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The OPML file; - is standard input.")] = STDIO,
    as_json: JsonOption = False,
) -> None:
    """Subscribe to everything in an OPML file, with its folders, in one transaction.

    What cannot be used is told by line.
    """
    from dateline.actions import opml

    settings = settings_of(context)
    body = sys.stdin.buffer.read() if file == STDIO else file.read_bytes()
    with opened(settings) as db:
        who = user_named(db, user)
        with progress("Importing") as advance:
            report = opml.import_opml(db, who, body, settings=settings, now=now(), progress=advance)
    if as_json:
        print_json(report)
        return
    for problem in report.problems:
        say(f"line {problem.line}: {problem.code}: {problem.text}")
    say(subscribed(report))


def subscribed(report: "ImportReport") -> str:
    """What an import did, in one line."""
    added, made = counted(report.added, "subscription"), counted(report.folders_added, "folder")
    were = counted(report.already, "was", "were")
    return f"{added} added, {were} there, {made} made, {counted(len(report.problems), 'problem')}"


@group.command("export")
def take_out(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The file to write; - is standard output.")] = STDIO,
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Passwords, headers, cookies and forms too, as plain text: keep it safe."),
    ] = False,
) -> None:
    """Write all subscriptions of an account as OPML 2.0. Passwords of feeds are part of it only when asked for."""
    from dateline.actions import exporting

    settings = settings_of(context)
    with opened(settings) as db:
        who = user_named(db, user)
        body = exporting.export_opml(db, who, settings=settings, with_secrets=with_secrets, now=now())
    if with_secrets:
        typer.echo("Passwords of feeds stand in this file as plain text: keep it where nobody else reads it.", err=True)
    if file == STDIO:
        write_bytes(body)
        return
    _keep(file, body, mode=0o600 if with_secrets else 0o666)


def _keep(file: Path, body: bytes, *, mode: int) -> None:
    """A file that is there whole, or as it was before; one with secrets is nobody else's from its first byte on."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as into:
            into.write(body)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


group.command()(following.follow)
group.command()(following.unfollow)
group.command()(following.followed)
