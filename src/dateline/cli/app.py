"""The table of commands, and the one place where a failure becomes a sentence and an exit code.

Nothing heavy is loaded here or by the commands' modules: each imports what it needs when it runs, so that
``dateline --help`` is quick.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dateline import __version__

from . import (
    backup,
    debug,
    demo,
    doctor,
    entries,
    extract,
    health,
    labels,
    moving,
    newsletters,
    opml,
    parse,
    refresh,
    retention,
    save,
    serve,
    stats,
    subscriptions,
    transport,
    users,
    worker,
)
from .failures import told
from .opening import read_settings

app = typer.Typer(
    name="dateline",
    help="A news reader for your own server: feeds, many people, one page.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serve.serve)
app.command()(worker.worker)
app.command()(demo.demo)
app.add_typer(users.group, name="users")
app.command()(subscriptions.subscribe)
app.command()(subscriptions.discover)
app.command()(save.save)
app.command()(refresh.refresh)
app.add_typer(opml.group, name="opml")
app.add_typer(newsletters.group, name="mail")
app.add_typer(labels.group, name="labels")
app.command("import")(moving.bring_in)
app.command("export")(moving.take_out)
app.command()(entries.entries)
app.command()(parse.parse)
app.command()(debug.debug)
app.command()(health.health)
app.command()(stats.stats)
app.command()(retention.retention)
app.command()(transport.transport)
app.command()(extract.extract)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(doctor.doctor)
app.command()(doctor.migrate)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"dateline {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="A TOML file with settings; the environment wins over it."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """A news reader for your own server: feeds, many people, one page."""
    if context.invoked_subcommand and not {"-h", "--help"} & set(sys.argv):
        context.obj = read_settings(config)


def main() -> None:
    """Run the command line and leave the process with an exit code that tells (``failures.EXIT_CODES``).

    Wrong usage (2), Ctrl-C (130) and a reader that went away (1) are typer's matter; it is quiet about the last two.
    """
    with told():
        app()
