"""``/opml`` → moving in and out: subscriptions, stars and labels from another reader, with a report, and to one."""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from msgspec import Struct
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dateline.actions import exporting, moving
from dateline.actions.annotations import NotedReport
from dateline.actions.choices_in import ChoicesReport
from dateline.actions.moving import FileReport
from dateline.actions.saved import SavedReport
from dateline.errors import ActionError, ParseError
from dateline.web import messages
from dateline.web.forms import MAX_UPLOAD_BYTES, whole_number
from dateline.web.i18n import N_
from dateline.web.visit import Visit

_PROBLEMS = {
    "opml.damaged": N_("The file is damaged here. What could be read was taken."),
    "opml.no_address": N_("This line has no address."),
    "opml.bad_address": N_("This is not a web address."),
    "opml.duplicate": N_("This feed stands in the file a second time."),
    "opml.include": N_("This line points to another list. A folder can follow it: see the folder’s page."),
    "opml.left_out": N_("These settings have no equivalent here and were left out."),
    "opml.unapplied": N_("These settings do nothing here yet. They are kept, and stand in every file that you export."),
    "opml.proxy_not_allowed": N_(
        "The administrator does not allow this proxy: the feed waits until they do, or until you choose another way."
    ),
    "opml.secrets_withheld": N_(
        "The file does not hold these secrets: enter them on the subscription’s page, under “How it is fetched”."
    ),
    "opml.too_deep": N_("Folders nest ten deep. What lies in this one was put into the folder around it."),
    "opml.too_many": N_("The file holds more feeds than are taken at once."),
    "saved.unreadable": N_("This article says neither what it is nor where it is from."),
    "saved.damaged": N_("The file breaks off after this article. What came before was taken."),
    "saved.refused": N_("You refuse this sender here, or there is no room for another subscription."),
    "noted.unreadable": N_("This says neither which words are meant nor anything about them."),
    "noted.no_article": N_("This article is not here. Keep the file: once the article is here, import it again."),
    "choices.unusable": N_("This choice cannot be used here."),
    "noted.damaged": N_("The file breaks off after this line. What came before was taken."),
}
_NOTHING = N_("There is nothing in it. Choose the file that your reader exported, or paste its text.")
_CHOICES = {
    "language": N_("Language"),
    "time_zone": N_("Time zone"),
    "look": N_("Look"),
    "keys": N_("Keys"),
    "share": N_("Sharing"),
    "preferences": N_("Settings"),
    "retention": N_("How long articles are kept"),
    "labels": N_("Labels"),
    "searches": N_("Saved searches"),
    "rules": N_("Rules"),
    "own_feeds": N_("Subscriptions"),
    "icons": N_("Icon"),
    "begun": N_("Continue reading"),
    "queue": N_("Continue reading"),
    "read": N_("Articles"),
}
"""What a part of an account's choices is called on the pages."""
_IN_MEMORY = 5_000_000
_PIECE = 256_000


class ProblemLine(Struct, frozen=True, kw_only=True):
    """What could not be imported: the line or the number of the article, what stood there, why not."""

    line: int
    text: str
    sentence: str


class ReportView(Struct, frozen=True, kw_only=True):
    """What came of one file. ``name`` is "" for the only one; ``error`` a sentence, "" when something was done.

    ``added``, ``already`` and ``folders_added`` are an OPML file's, ``saved`` that of articles, ``noted`` that of
    highlights and notes, ``chosen`` that of the account's choices.
    """

    name: str
    error: str
    added: int | None
    already: int
    folders_added: int
    saved: SavedReport | None
    noted: NotedReport | None
    chosen: ChoicesReport | None
    problems: tuple[ProblemLine, ...]


class OpmlPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/opml.html``. ``reports`` is empty before an import; ``error`` a sentence, "" for none."""

    reports: tuple[ReportView, ...]
    error: str


def show(visit: Visit) -> Response:
    """Both forms."""
    return visit.html("pages/opml.html", OpmlPage(reports=(), error=""))


def read(visit: Visit) -> Response:
    """Import a chosen file, else the pasted text, and say line by line what came of it."""
    try:
        name, body = _body(visit)
        with visit.instance.importing.taken():
            reports = moving.bring_in(
                visit.db, visit.me, body, name=name, settings=visit.instance.settings, now=visit.now
            )
    except (ActionError, ParseError) as error:
        is_empty = error.code == "parse.empty"
        sentence = visit.words.text(_NOTHING) if is_empty else messages.sentence(visit.words, error.code)
        return visit.html("pages/opml.html", OpmlPage(reports=(), error=sentence), status=400)
    is_one = len(reports) == 1
    views = tuple(_view(visit, report, is_one=is_one) for report in reports)
    return visit.html("pages/opml.html", OpmlPage(reports=views, error=""))


def _view(visit: Visit, report: FileReport, *, is_one: bool) -> ReportView:
    problems = [(p.line, p.text, p.code) for p in report.opml.problems] if report.opml else []
    problems += [(p.place, p.text, p.code) for p in report.saved.problems] if report.saved else []
    problems += [(p.place, p.text, p.code) for p in report.noted.problems] if report.noted else []
    if report.chosen:
        problems += [
            (place, visit.words.text(_CHOICES.get(name, name)), "choices.unusable")
            for place, name in enumerate(report.chosen.problems, 1)
        ]
    return ReportView(
        name="" if is_one else report.name,
        error=messages.sentence(visit.words, report.error) if report.error else "",
        added=report.opml.added if report.opml else None,
        already=report.opml.already if report.opml else 0,
        folders_added=report.opml.folders_added if report.opml else 0,
        saved=report.saved,
        noted=report.noted,
        chosen=report.chosen,
        problems=tuple(
            ProblemLine(line=line, text=text[:200], sentence=_sentence(visit, code)) for line, text, code in problems
        ),
    )


def _sentence(visit: Visit, code: str) -> str:
    return visit.words.text(_PROBLEMS[code]) if code in _PROBLEMS else messages.sentence(visit.words, code)


def _body(visit: Visit) -> tuple[str, bytes]:
    """(the file's name, what is in it)."""
    try:
        upload = visit.form.file("file")
    except ActionError:  # none was chosen
        return "", visit.form.raw("text", "", max_length=MAX_UPLOAD_BYTES).encode("utf-8", "replace")
    return upload.name, upload.body


# ------------------------------------------------------------------------------------------------ out


def write(visit: Visit) -> Response:
    """All subscriptions as an OPML file to keep; a POST with ``secrets`` ticked puts passwords into it."""
    with_secrets = visit.request.method == "POST" and visit.form.flag("secrets")
    body = exporting.export_opml(
        visit.db, visit.me, settings=visit.instance.settings, with_secrets=with_secrets, now=visit.now
    )
    name = f"dateline-{visit.now:%Y-%m-%d}{'-secret' if with_secrets else ''}.opml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/x-opml", headers=headers)


def write_folder(visit: Visit) -> Response:
    """The feeds of one folder, to give to somebody. Raises ``NotFound``."""
    body = exporting.export_folder(visit.db, visit.me, whole_number(visit.path["folder_id"], "folder"), now=visit.now)
    headers = {"content-disposition": f'attachment; filename="dateline-{visit.now:%Y-%m-%d}.opml"'}
    return Response(body, media_type="text/x-opml", headers=headers)


def write_saved(visit: Visit) -> Response:
    """Everything that is starred or labelled, as JSON."""

    def fill(into: IO[bytes]) -> None:
        for piece in exporting.export_saved(visit.db, visit.me, now=visit.now):
            into.write(piece)

    return _download(visit, fill, f"dateline-starred-{visit.now:%Y-%m-%d}.json", "application/json")


def write_everything(visit: Visit) -> Response:
    """All of it, as a ZIP."""

    def fill(into: IO[bytes]) -> None:
        exporting.write_everything(visit.db, visit.me, into, settings=visit.instance.settings, now=visit.now)

    return _download(visit, fill, f"dateline-{visit.now:%Y-%m-%d}.zip", "application/zip")


class _Download(StreamingResponse):
    """A file that may be large, from a temporary file that goes with it, however far it got."""

    def __init__(self, file: "SpooledTemporaryFile[bytes]", name: str, media_type: str) -> None:
        self.file = file
        headers = {"content-disposition": f'attachment; filename="{name}"', "content-length": str(file.tell())}
        super().__init__(_pieces(file), media_type=media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.file.close()


def _download(visit: Visit, fill: Callable[[IO[bytes]], None], name: str, media_type: str) -> Response:
    """Written whole before a byte of it is sent, so that a failure is a page and never half a file."""
    with visit.instance.importing.taken():
        file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - _Download closes it
        try:
            fill(file)
        except BaseException:  # whatever ends it, the file ends too
            file.close()
            raise
    return _Download(file, name, media_type)


def _pieces(file: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece
