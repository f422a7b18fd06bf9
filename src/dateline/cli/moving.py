"""``dateline import`` and ``dateline export``: everything of an account's, from another reader and to one."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from .failures import FAILURE
from .opening import now, opened, settings_of, user_named
from .opml import subscribed
from .output import JsonOption, counted, print_json, progress, say
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.actions.moving import FileReport

STDIO = Path("-")
LARGEST_FILE = 1_000_000_000
LARGEST_BUNDLE = 4_000_000_000


def bring_in(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, JSON or ZIP; - is standard input.")],
    as_json: JsonOption = False,
) -> None:
    """Bring in what another reader exported: subscriptions (OPML), stars and labels (JSON), notes, or a ZIP of all.

    What the file is shows in its content. Importing again changes nothing.
    """
    from dateline.actions import moving
    from dateline.parse.bundle import BundleLimits

    settings = settings_of(context)
    body = sys.stdin.buffer.read() if file == STDIO else file.read_bytes()
    with opened(settings) as db:
        who = user_named(db, user)
        with progress("Importing") as advance:
            reports = moving.bring_in(
                db,
                who,
                body,
                name=file.name,
                settings=settings,
                now=now(),
                limits=BundleLimits(member=LARGEST_FILE, total=LARGEST_BUNDLE),
                progress=advance,
            )
    if as_json:
        print_json(reports)
    else:
        for report in reports:
            _tell(report)
    if any(report.error for report in reports):
        raise typer.Exit(FAILURE)


def _tell(report: "FileReport") -> None:
    if report.error:
        say(f"{report.name}: {report.error}")
    for line in (*_subscribed(report), *_articles(report), *_noted(report), *_chosen(report)):
        say(f"{report.name}: {line}")


def _subscribed(report: "FileReport") -> Iterator[str]:
    if (done := report.opml) is not None:
        yield from (f"line {one.line}: {one.code}: {one.text}" for one in done.problems)
        yield subscribed(done)


def _articles(report: "FileReport") -> Iterator[str]:
    if (done := report.saved) is not None:
        yield from (f"article {one.place}: {one.code}: {one.text}" for one in done.problems)
        yield (
            f"{counted(done.articles, 'article')}: {done.starred} starred, {done.labelled} labelled, {done.read} read,"
            f" {done.stored} stored, {done.own} of them saved pages and newsletters,"
            f" {done.nothing_to_keep} left to their feeds, {counted(len(done.problems), 'problem')}"
        )


def _noted(report: "FileReport") -> Iterator[str]:
    if (done := report.noted) is not None:
        yield from (f"note {one.place}: {one.code}: {one.text}" for one in done.problems)
        yield (
            f"{counted(done.annotations, 'highlight or note', 'highlights and notes')}: {done.added} added,"
            f" {counted(done.already, 'was', 'were')} there, {done.missed} found no place"
        )


def _chosen(report: "FileReport") -> Iterator[str]:
    if (done := report.chosen) is not None:
        yield from (f"{name}: not all of it can be used here" for name in done.problems)
        taken, going = counted(done.taken, "choice"), counted(done.going, "article")
        yield f"{taken} taken over, {going} begun or queued, {done.read} more read"


def take_out(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The ZIP file to write.")],
    articles: Annotated[
        int, typer.Option("--articles", metavar="N", min=0, max=100_000, help="Of each subscription, the newest N.")
    ] = 50,
    starred_only: Annotated[
        bool, typer.Option("--starred-only", help="Only what is starred or labelled, as one JSON file.")
    ] = False,
) -> None:
    """Write everything of an account's as a ZIP that FreshRSS and Dateline import.

    In it: subscriptions with their settings as OPML, starred and labelled articles as JSON, saved pages, newsletters,
    highlights and notes, and of each subscription its newest articles with what was read of them. Passwords of feeds
    are not part of it.
    """
    from dateline.actions import exporting

    settings = settings_of(context)
    with opened(settings) as db:
        who = user_named(db, user)

        def fill(into: IO[bytes]) -> None:
            if starred_only:
                for piece in exporting.export_saved(db, who, now=now()):
                    into.write(piece)
            else:
                exporting.write_everything(db, who, into, settings=settings, now=now(), per_feed=articles)

        _write(file, fill)


def _write(file: Path, fill: Callable[[IO[bytes]], None]) -> None:
    """A file that is there whole, or as it was before."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as into:
            fill(into)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
