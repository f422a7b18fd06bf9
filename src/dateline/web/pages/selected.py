"""``/entries/label`` and ``/entries/unlabel`` → one label put on several articles, or taken off; told as marking is."""

from starlette.responses import Response

from dateline.actions import labels as label_actions
from dateline.actions.entries import Done
from dateline.store import labels
from dateline.web.notices import Notice
from dateline.web.pages.marking import answer, selected_ids
from dateline.web.visit import Visit


def put_label(visit: Visit) -> Response:
    """``id`` (several) get ``label``, or the one named ``new_label``, made if there is none. Raises ``NotFound``."""
    ids = selected_ids(visit)
    name = visit.form.text("new_label", "", max_length=200)
    if not ids or not name:
        return _turned(visit, ids, on=True)
    label_id, done = label_actions.put_named(visit.db, visit.me, ids, name, now=visit.now)
    return _told(visit, label_id, done, on=True)


def take_label(visit: Visit) -> Response:
    """``label`` is taken off ``id`` (several). Raises ``NotFound``."""
    return _turned(visit, selected_ids(visit), on=False)


def _turned(visit: Visit, ids: tuple[int, ...], *, on: bool) -> Response:
    label_id = visit.form.optional_integer("label")
    if not ids:
        return answer(visit, Notice(kind="nothing_selected"))
    if label_id is None:
        return answer(visit, Notice(kind="no_label_chosen"))
    done = label_actions.put(visit.db, visit.me, ids, label_id, on=on, now=visit.now)
    return _told(visit, label_id, done, on=on)


def _told(visit: Visit, label_id: int, done: Done, *, on: bool) -> Response:
    if not done.count:
        return answer(visit, Notice(kind="nothing_changed"), label_id=label_id)
    with visit.db.reading() as tx:
        name = labels.one(tx, visit.me.id, label_id).name
    kind = "label_put" if on else "label_taken"
    return answer(visit, Notice(kind=kind, count=done.count, name=name, undo=done.seq), label_id=label_id)
