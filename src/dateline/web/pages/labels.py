"""``/labels`` → an account's labels: made, renamed, merged, coloured, deleted; ``/entries/labels`` puts them."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import labels as label_actions
from dateline.errors import ActionError
from dateline.store import labels, sidebars
from dateline.store.labels import COLOURS, Label
from dateline.web import label_views, messages, notices
from dateline.web.display_fields import DisplayForm, display_form
from dateline.web.forms import whole_number
from dateline.web.label_views import LabelView
from dateline.web.notices import Notice
from dateline.web.sidebar import counts
from dateline.web.visit import Visit

_AT_ONCE = 1_000


class LabelLine(Struct, frozen=True, kw_only=True):
    """A row of the table."""

    label: LabelView
    entry_count: int


class LabelsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/labels.html``; ``name`` and ``colour`` are what was entered, ``errors`` by field."""

    lines: tuple[LabelLine, ...]
    colours: tuple[tuple[str, str], ...]
    name: str
    colour: str
    errors: dict[str, str]


class LabelPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/label.html``. ``other`` is the label that has the wanted name already."""

    label: Label
    entry_count: int
    colours: tuple[tuple[str, str], ...]
    name: str
    colour: str
    other: Label | None
    display: DisplayForm
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """All labels."""
    return _all(visit)


def add(visit: Visit) -> Response:
    """A new label."""
    name, colour = _entered(visit)
    try:
        label_actions.add(visit.db, visit.me, name, colour=colour, now=visit.now)
    except ActionError as error:
        return _all(visit, name=name, colour=colour, errors={"name": _told(visit, error)}, status=400)
    return visit.see(visit.url.plain("/labels"), Notice(kind="label_added", name=name))


def show_one(visit: Visit) -> Response:
    """One label. Raises ``NotFound``."""
    label = _one(visit)
    return _page(visit, label, name=label.name, colour=label.colour)


def change(visit: Visit) -> Response:
    """``do``: ``save`` (asks first when the name is another label's), ``merge`` (makes them one), ``remove``."""
    label = _one(visit)
    do = visit.form.choice("do", ("save", "merge", "remove"))
    if do == "remove":
        label_actions.remove(visit.db, visit.me, label.id, now=visit.now)
        return visit.see(visit.url.plain("/labels"), Notice(kind="label_removed", name=label.name))
    name, colour = _entered(visit)
    is_merge = do == "merge"
    try:
        kept = label_actions.change(
            visit.db, visit.me, label.id, name=name, colour=colour, merge=is_merge, now=visit.now
        )
    except ActionError as error:
        if error.code == "action.label_exists":
            return _page(visit, label, name=name, colour=colour, other=int(error.detail), status=409)
        return _page(visit, label, name=name, colour=colour, errors={"name": _told(visit, error)}, status=400)
    merged = Notice(kind="labels_merged", name=name) if kept != label.id else Notice(kind="saved")
    return visit.see(visit.url.plain("/labels"), merged)


def choose(visit: Visit) -> Response:
    """``id``: an entry; its labels become ``label`` of those that the form ``offered``, and ``new_label``."""
    form = visit.form
    entry_id = form.integer("id")
    chosen = label_actions.choose(
        visit.db,
        visit.me,
        entry_id,
        wanted=form.integers("label", at_most=_AT_ONCE),
        offered=form.integers("offered", at_most=_AT_ONCE),
        new_name=form.text("new_label", "", max_length=200),
        now=visit.now,
    )
    deeds = chosen.deeds
    notice = Notice(kind="labelled" if deeds else "nothing_changed", undo=deeds[0].seq if len(deeds) == 1 else None)
    if not visit.wants_json:
        return visit.see(f"{visit.next}#entry-{entry_id}", notice)
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
    return visit.json(
        {
            "notice": notices.sentence(visit.words, notice),
            "undo": notice.undo,
            "unread": counts(sidebar),
            "labels": [
                {"id": label.id, "name": label.name, "colour": label.colour}
                for label in sidebar.labels
                if label.id in chosen.label_ids
            ],
        }
    )


def _entered(visit: Visit) -> tuple[str, str]:
    return visit.form.text("name", max_length=200), visit.form.choice("colour", COLOURS, "")


def _told(visit: Visit, error: ActionError) -> str:
    """The sentence beside the name. Raises what is not about the name."""
    if error.code not in ("action.name_invalid", "action.name_taken"):
        raise error
    return messages.sentence(visit.words, error.code)


def _one(visit: Visit) -> Label:
    with visit.db.reading() as tx:
        return labels.one(tx, visit.me.id, whole_number(visit.path["label_id"], "label_id"))


def _all(
    visit: Visit, *, name: str = "", colour: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    with visit.db.reading() as tx:
        found = labels.all_labels(tx, visit.me.id, counted=True)
        entry_counts = labels.entry_counts(tx, visit.me.id)
    views = label_views.label_views(found, visit.words)
    page = LabelsPage(
        lines=tuple(LabelLine(label=view, entry_count=entry_counts.get(view.id, 0)) for view in views),
        colours=label_views.colours(visit.words),
        name=name,
        colour=colour,
        errors=errors or {},
    )
    return visit.html("pages/labels.html", page, status=status)


def _page(
    visit: Visit,
    label: Label,
    *,
    name: str,
    colour: str,
    other: int | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.db.reading() as tx:
        entry_counts = labels.entry_counts(tx, visit.me.id)
        namesake = labels.one(tx, visit.me.id, other) if other is not None else None
        display = display_form(tx, visit.words, visit.me, "label", label.id)
    page = LabelPage(
        label=label,
        entry_count=entry_counts.get(label.id, 0),
        colours=label_views.colours(visit.words),
        name=name,
        colour=colour,
        other=namesake,
        display=display,
        errors=errors or {},
    )
    return visit.html("pages/label.html", page, status=status)
