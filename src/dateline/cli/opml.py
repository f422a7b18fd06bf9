"""``dateline opml``: import and export subscriptions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from . import following
from .opening import now, opened, settings_of, user_named
from .output import JsonOption, print_json, progress, say, write_bytes
from .subscriptions import UserOption

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
    say(
        f"{report.added} subscriptions added, {report.already} were there, {report.folders_added} folders made, "
        f"{len(report.problems)} problems"
    )


@group.command("export")
def take_out(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="The file to write; - is standard output.")] = STDIO,
) -> None:
    """Write all subscriptions of an account as OPML 2.0. Passwords of feeds are not part of it."""
    from dateline.actions import exporting

    with opened(settings_of(context)) as db:
        body = exporting.export_opml(db, user_named(db, user), now=now())
    if file == STDIO:
        write_bytes(body)
        return
    part = file.with_name(file.name + ".part")
    try:
        part.write_bytes(body)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


group.command()(following.follow)
group.command()(following.unfollow)
group.command()(following.followed)
