"""``/opml`` → subscriptions in from another reader, with a report, and out to one."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import exporting
from dateline.actions import opml as opml_actions
from dateline.errors import ActionError, ParseError
from dateline.web import messages
from dateline.web.forms import MAX_UPLOAD_BYTES
from dateline.web.i18n import N_
from dateline.web.visit import Visit

_PROBLEMS = {
    "opml.damaged": N_("The file is damaged here. What could be read was taken."),
    "opml.no_address": N_("This line has no address."),
    "opml.bad_address": N_("This is not a web address."),
    "opml.duplicate": N_("This feed stands in the file a second time."),
    "opml.include": N_("This line points to another list. A folder can follow it: see the folder’s page."),
    "opml.left_out": N_("These settings have no equivalent here and were left out."),
    "opml.too_many": N_("The file holds more feeds than are taken at once."),
}


class ProblemLine(Struct, frozen=True, kw_only=True):
    """One outline that could not be imported: where it stands, what it said, why."""

    line: int
    text: str
    sentence: str


class ReportView(Struct, frozen=True, kw_only=True):
    """What an import did."""

    added: int
    already: int
    folders_added: int
    problems: tuple[ProblemLine, ...]


class OpmlPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/opml.html``. ``report`` is None before an import; ``error`` a sentence, "" for none."""

    report: ReportView | None
    error: str


def show(visit: Visit) -> Response:
    """Both forms."""
    return visit.html("pages/opml.html", OpmlPage(report=None, error=""))


def read(visit: Visit) -> Response:
    """Import a chosen file, else the pasted text, and say line by line what came of it."""
    try:
        report = opml_actions.import_opml(
            visit.db, visit.me, _body(visit), settings=visit.instance.settings, now=visit.now
        )
    except (ActionError, ParseError) as error:
        sentence = messages.sentence(visit.words, error.code)
        return visit.html("pages/opml.html", OpmlPage(report=None, error=sentence), status=400)
    problems = tuple(
        ProblemLine(line=problem.line, text=problem.text[:200], sentence=_sentence(visit, problem.code))
        for problem in report.problems
    )
    view = ReportView(added=report.added, already=report.already, folders_added=report.folders_added, problems=problems)
    return visit.html("pages/opml.html", OpmlPage(report=view, error=""))


def _sentence(visit: Visit, code: str) -> str:
    return visit.words.text(_PROBLEMS[code]) if code in _PROBLEMS else messages.sentence(visit.words, code)


def write(visit: Visit) -> Response:
    """All subscriptions as an OPML file to keep."""
    body = exporting.export_opml(visit.db, visit.me, now=visit.now)
    name = f"dateline-{visit.now:%Y-%m-%d}.opml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/x-opml", headers=headers)


def _body(visit: Visit) -> bytes:
    try:
        return visit.form.file("file").body
    except ActionError:  # none was chosen
        return visit.form.raw("text", "", max_length=MAX_UPLOAD_BYTES).encode("utf-8", "replace")
