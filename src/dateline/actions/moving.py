"""Moving in: one file, whatever it is (OPML, articles, annotations, a ZIP of them), with a report for each file."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from dateline.errors import ParseError
from dateline.model import User
from dateline.parse.bundle import Bundle, BundleLimits, Kind, kind_of, looks_like_zip
from dateline.settings import Settings
from dateline.store import Database

from .annotations import NotedReport, import_annotations
from .choices_in import ChoicesReport, import_choices
from .opml import ImportReport, Progress, import_opml
from .saved import SavedReport, import_saved


class FileReport(Struct, frozen=True, kw_only=True):
    """What came of one file: one of ``opml``, ``saved``, ``noted`` and ``chosen`` is its report, or ``error`` the code
    why nothing was done.
    """

    name: str
    kind: Kind
    opml: ImportReport | None = None
    saved: SavedReport | None = None
    noted: NotedReport | None = None
    chosen: ChoicesReport | None = None
    error: str = ""


def bring_in(
    db: Database,
    user: User,
    body: bytes,
    *,
    name: str = "",
    settings: Settings | None = None,
    now: datetime,
    limits: BundleLimits | None = None,
    progress: Progress | None = None,
) -> tuple[FileReport, ...]:
    """Import a file, told by its content. An OPML file is taken whole or not at all; articles batch by batch.

    Each file of a ZIP stands for itself: one that cannot be read stops no other. Raises ``ParseError`` when the file is
    nothing that can be imported.
    """
    if not looks_like_zip(body):
        return (_one(db, user, name, kind_of(body), body, settings, now, progress),)
    bundle = Bundle(body, limits or BundleLimits())
    reports = tuple(_each(db, user, bundle, settings, now, progress))
    if all(report.error for report in reports):
        raise ParseError("parse.bad_archive" if not reports else reports[0].error, "nothing in it can be imported")
    return reports


def _each(
    db: Database, user: User, bundle: Bundle, settings: Settings | None, now: datetime, progress: Progress | None
) -> Iterator[FileReport]:
    for member in bundle.members:
        try:
            yield _one(db, user, member.name, member.kind, bundle.read(member), settings, now, progress)
        except ParseError as error:
            yield FileReport(name=member.name, kind=member.kind, error=error.code)


def _one(
    db: Database,
    user: User,
    name: str,
    kind: Kind,
    body: bytes,
    settings: Settings | None,
    now: datetime,
    progress: Progress | None,
) -> FileReport:
    if kind == "articles":
        saved = import_saved(db, user, body, name=name, now=now, progress=progress)
        return FileReport(name=name, kind=kind, saved=saved)
    if kind == "choices":
        chosen = import_choices(db, user, body, now=now, progress=progress)
        return FileReport(name=name, kind=kind, chosen=chosen)
    if kind == "annotations":
        noted = import_annotations(db, user, body, now=now, progress=progress)
        return FileReport(name=name, kind=kind, noted=noted)
    report = import_opml(db, user, body, settings=settings, now=now, progress=progress)
    return FileReport(name=name, kind="opml", opml=report)
