"""``/entry/ID/changes``: what was changed in an entry since an earlier version of it, word by word."""

from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline.clean.text import loose_text
from dateline.errors import NotFound
from dateline.model import SafeHTML
from dateline.store import streams, versions
from dateline.store.times import to_us
from dateline.store.versions import Version
from dateline.web import i18n
from dateline.web.differences import Run, differences
from dateline.web.forms import whole_number
from dateline.web.reading import reading
from dateline.web.visit import Visit


class VersionLine(Struct, frozen=True, kw_only=True):
    """A version to choose: its address, when it was replaced, whether it is the one that is shown."""

    at: int
    moment: str
    is_current: bool


class ChangesPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/changes.html``. ``root`` is "" or ``/@NAME``; runs are empty where nothing changed."""

    root: str
    entry_id: int
    title: str
    moment: str
    title_runs: tuple[Run, ...]
    paragraphs: tuple[tuple[Run, ...], ...]
    versions: tuple[VersionLine, ...]


def show(visit: Visit) -> Response:
    """The page: the newest change, or with ``?at=`` another. Raises ``NotFound``."""
    of = reading(visit)
    entry_id = whole_number(visit.path["entry_id"], "entry")
    with visit.db.reading() as tx:
        entry = streams.entry(tx, of.owner.id, entry_id, public_only=of.is_visitor)
        kept = versions.of_entry(tx, entry_id)
        now = versions.shown(tx, [entry_id]).get(entry_id, (entry.title, SafeHTML("")))  # the feed's own, no full text
    if not kept:
        raise NotFound("no earlier version")
    asked = visit.request.query_params.get("at")
    chosen = 0 if asked is None else _place(kept, whole_number(asked, "at"))
    before = kept[chosen]
    title, html = (kept[chosen - 1].title, kept[chosen - 1].html) if chosen else now
    page = ChangesPage(
        root=of.root,
        entry_id=entry_id,
        title=entry.title,
        moment=_moment(visit, before.replaced_at),
        title_runs=differences(before.title, title),
        paragraphs=_paragraphs(differences(loose_text(before.html), loose_text(html))),
        versions=tuple(
            VersionLine(at=to_us(one.replaced_at), moment=_moment(visit, one.replaced_at), is_current=one is before)
            for one in kept
        ),
    )
    return visit.html("pages/changes.html", page)


def _place(kept: list[Version], at: int) -> int:
    for place, version in enumerate(kept):
        if to_us(version.replaced_at) == at:
            return place
    raise NotFound("version")


def _paragraphs(runs: tuple[Run, ...]) -> tuple[tuple[Run, ...], ...]:
    """Runs, divided where their texts hold line breaks."""
    found: list[list[Run]] = [[]]
    for run in runs:
        for number, line in enumerate(run.text.split("\n")):
            if number:
                found.append([])
            if line.strip():
                found[-1].append(Run(kind=run.kind, text=line))
    return tuple(tuple(paragraph) for paragraph in found if paragraph)


def _moment(visit: Visit, moment: datetime) -> str:
    return visit.words.moment(i18n.local(moment, visit.zone))
