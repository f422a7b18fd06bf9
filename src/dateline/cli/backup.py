"""``dateline backup`` and ``dateline restore``: the instance and its key in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from .opening import now, settings_of
from .output import progress, say


def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write; an older one of that name is replaced.")
    ],
) -> None:
    """Write the database and the key into one file while everything runs; it appears only when it was verified.

    The key is in it: whoever holds the file can read everything, so its mode is 600.
    """
    from dateline.store import backup as room

    with progress("Copying") as advance:
        manifest = room.backup(settings_of(context), file, now=now(), advance=advance)
    size = file.stat().st_size / 1_000_000
    say(f"{file} holds the instance ({manifest.engine}, schema {manifest.schema}, {size:.1f} MB), verified.")
    if not manifest.has_key:
        say("There is no key yet, so none is in it.")


def restore(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that `dateline backup` wrote, from the same engine.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Verify a backup and put it in the place of the instance's state, which is kept aside.

    Stop `dateline serve` and all workers first. PostgreSQL: the database must be empty, or hold no account and no feed.
    """
    from dateline.store import backup as room
    from dateline.store.lock import alone

    settings = settings_of(context)
    if not file.is_file():
        raise typer.BadParameter(f"{file} does not exist")
    if not yes:
        typer.confirm("Put the backup in the place of what the instance holds now?", abort=True)
    with alone(settings.database_url), progress("Restoring") as advance:
        kept = room.restore(settings, file, now=now(), advance=advance)
    say(f"The instance is as it was in {file}.")
    for path in kept:
        say(f"What it was before is in {path}.")
