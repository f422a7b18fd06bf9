"""``dateline refresh``: one round of the worker's work, watched."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.errors import NotFound
from dateline.settings import Settings

from .failures import FAILURE
from .opening import holder, notification_words, now, opened, settings_of
from .output import JsonOption, counted, print_json, progress, say

if TYPE_CHECKING:
    from dateline.refresh.work import Refresher, Report
    from dateline.store import Database

GOOD = ("ok", "not_modified", "unchanged")
SKIPPED = "skipped"
"""Another process is at it, or its host asked for quiet."""


def refresh(
    context: typer.Context,
    urls: Annotated[
        list[str] | None, typer.Argument(metavar="[URL]...", help="Feeds that somebody subscribes to.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Feeds whose time has come (the default).")] = False,
    all_feeds: Annotated[bool, typer.Option("--all", help="Every feed that somebody subscribes to.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch feeds now and store what they bring. Exit code 1 when a feed that was named failed."""
    if sum((due, all_feeds, bool(urls))) > 1:
        raise typer.BadParameter("take one of --due, --all and addresses")
    settings = settings_of(context)
    with opened(settings) as db:
        wanted = _wanted(db, urls or [], all_feeds=all_feeds)
        reports = refresh_now(db, settings, wanted)
        missing = _skipped(db, wanted, reports)
    if as_json:
        print_json([*reports, *missing])
    else:
        _tell(reports, missing)
    if urls and any(report.code not in GOOD for report in [*reports, *missing]):
        raise typer.Exit(FAILURE)


def refresh_now(db: "Database", settings: Settings, only: list[int] | None) -> list["Report"]:
    """Refresh these feeds (None: those that are due), with a progress bar. What was reported of each."""
    from dateline.refresh.work import Refresher, Report
    from dateline.store import leases

    name = holder()
    with db.reading() as tx:
        total = len(
            only if only is not None else leases.due(tx, holder=name, now=now(), limit=1_000_000, full_hosts=[])
        )
    reports: list[Report] = []
    with progress("Fetching feeds") as advance:

        def note(report: Report) -> None:
            reports.append(report)
            advance(len(reports), total)

        advance(0, total)
        refresher = Refresher(
            db, settings, version=__version__, holder=name, clock=now, on_report=note, say=notification_words
        )
        asyncio.run(_all_of(refresher, only))
    return reports


async def _all_of(refresher: "Refresher", only: list[int] | None) -> None:
    await refresher.run_once(only)
    await refresher.fetch_articles()


def _wanted(db: "Database", urls: list[str], *, all_feeds: bool) -> list[int] | None:
    from dateline.store import feeds

    with db.reading() as tx:
        if all_feeds:
            return feeds.all_ids(tx)
        found = {url: feeds.ids_by_url(tx, url) for url in urls}
    for url, ids in found.items():
        if not ids:
            raise NotFound(f"no feed has the address {url}")
    return sorted({ident for ids in found.values() for ident in ids}) if urls else None


def _skipped(db: "Database", wanted: list[int] | None, reports: list["Report"]) -> list["Report"]:
    from dateline.errors import NotFound as Gone
    from dateline.refresh.work import Report
    from dateline.store import feeds

    told = {report.url for report in reports}
    missing = []
    with db.reading() as tx:
        for ident in wanted or []:
            try:
                url = feeds.read(tx, ident).url
            except Gone:  # merged into another feed meanwhile
                continue
            if url not in told:
                missing.append(
                    Report(url=url, code=SKIPPED, new=0, changed=0, detail="another process is at it, or its host")
                )
    return missing


def _tell(reports: list["Report"], missing: list["Report"]) -> None:
    for report in sorted([*reports, *missing], key=lambda report: report.url):
        if report.code in GOOD:
            say(f"{report.code}\t{report.new} new, {report.changed} changed\t{report.url}")
        else:
            say(f"{report.code}\t{report.detail}\t{report.url}")
    new = sum(report.new for report in reports)
    failed = sum(report.code not in GOOD for report in reports)
    skipped = f", {len(missing)} skipped" if missing else ""
    asked, entries = counted(len(reports), "feed"), counted(new, "new entry", "new entries")
    say(f"{asked}: {entries}, {failed} failed{skipped}")
