"""``dateline doctor`` and ``dateline migrate``: is the instance sound, is its schema current."""

from typing import TYPE_CHECKING, Annotated

import typer

from .failures import FAILURE
from .opening import opened, settings_of
from .output import JsonOption, print_json, progress, say

if TYPE_CHECKING:
    from dateline.store import Database

SIGNS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


def doctor(
    context: typer.Context,
    recount: Annotated[bool, typer.Option("--recount", help="Make every counter what the rows say.")] = False,
    reclean: Annotated[bool, typer.Option("--reclean", help="Clean texts of older rules again.")] = False,
    reindex: Annotated[bool, typer.Option("--reindex", help="Build the search index anew.")] = False,
    compact: Annotated[bool, typer.Option("--compact", help="Make the SQLite file as small as can be.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Repair what is asked for, then check everything. Exit code 1 when something is wrong."""
    from dateline.store.doctor import examine

    settings = settings_of(context)
    with opened(settings) as db:
        done = _repaired(db, recount=recount, reclean=reclean, reindex=reindex, compact=compact)
        findings = list(examine(db, settings))
    if as_json:
        print_json({"done": done, "findings": findings})
    else:
        for word, count in done.items():
            say(f"{word}: {count}")
        for finding in findings:
            say(f"{SIGNS[finding.state]} {finding.check}: {finding.text}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(FAILURE)


def _repaired(db: "Database", *, recount: bool, reclean: bool, reindex: bool, compact: bool) -> dict[str, int]:
    """Do what was asked for. How much of each."""
    from dateline.actions import instance

    done: dict[str, int] = {}
    if recount:
        done["recounted"] = instance.recount(db)
    if reclean:
        with progress("Cleaning") as advance:
            done["recleaned"] = instance.reclean(db, advance)
    if reindex or reclean:
        with progress("Indexing") as advance:
            done["reindexed"] = instance.reindex(db, advance) if reindex else instance.index_rest(db)
    if compact:
        done["bytes given back"] = instance.compact(db)
    return done


def migrate(context: typer.Context) -> None:
    """Create the database or bring its schema up to date. A SQLite file is copied before it is changed."""
    settings = settings_of(context)
    with opened(settings) as db:
        say(f"The schema is current ({db.schema_version()}).")
