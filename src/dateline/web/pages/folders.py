"""``/folders`` → make, rename, move, order and remove folders; what lies in them stays."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import folder_order
from dateline.actions import subscriptions as subscription_actions
from dateline.actions.entries import Done
from dateline.errors import ActionError, NotFound
from dateline.store import followed, sidebars
from dateline.web import keeping, messages
from dateline.web.display_fields import DisplayForm, display_form
from dateline.web.forms import whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.pages.subscriptions import FolderLine, folder_lines
from dateline.web.read_when_fields import ReadWhenForm, read_when_form
from dateline.web.visit import Visit

_FIRST = "first"


class FolderPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/folder.html``. ``folder`` is None for a new one; ``parents`` are where it may lie.

    ``places`` are those where it may stand among the others there, ``stands`` where it does: the folder above it, ""
    for none. ``list_url`` is the list that it follows, "" for none.
    """

    folder: FolderLine | None
    name: str
    parent_id: int | None
    parents: tuple[FolderLine, ...]
    places: tuple[tuple[str, str], ...]
    stands: str
    kept: str
    list_url: str
    display: DisplayForm | None
    read_when: ReadWhenForm | None
    errors: dict[str, str]


def add(visit: Visit) -> Response:
    """A new folder."""
    name = visit.form.text("name", max_length=200)
    parent_id = visit.form.optional_integer("parent_id")
    try:
        subscription_actions.add_folder(visit.db, visit.me, name, parent_id=parent_id, now=visit.now)
    except ActionError as error:
        return _refused(visit, None, name, parent_id, error)
    return visit.see(visit.url.plain("/subscriptions"), Notice(kind="folder_added", name=name))


def show(visit: Visit) -> Response:
    """One folder's page. Raises ``NotFound``."""
    folder, parents = _read(visit, _ident(visit))
    return _page(visit, folder, parents, name=folder.name, parent_id=folder.parent_id)


def edit(visit: Visit) -> Response:
    """A new name, another folder to lie in, another place there (``above``: the folder above it, "first")."""
    ident = _ident(visit)
    name = visit.form.text("name", max_length=200)
    parent_id = visit.form.optional_integer("parent_id")
    folder, _ = _read(visit, ident)
    wished = visit.form.raw("above", "")
    if wished == _places(visit, folder)[1]:
        wished = ""  # it stands there already; a new name may move it
    try:
        if name != folder.name:
            subscription_actions.rename_folder(visit.db, visit.me, ident, name, now=visit.now)
        if parent_id != folder.parent_id:
            subscription_actions.move_folder(visit.db, visit.me, ident, parent_id, now=visit.now)
        elif wished:
            _put_below(visit, folder, wished)
    except ActionError as error:
        return _refused(visit, ident, name, parent_id, error)
    return visit.see(visit.url.local(visit.form.raw("next", ""), "/subscriptions"), Notice(kind="saved"))


def _put_below(visit: Visit, folder: FolderLine, wished: str) -> None:
    """Below a folder that lies beside it, or above all of them ("first"). Raises ``ActionError``, ``NotFound``."""
    order = [line.id for line in _beside(visit, folder)]
    above = None if wished == _FIRST else whole_number(wished, "above")
    if above is not None and above not in order:
        raise ActionError("action.bad_value", "above")
    others = [one for one in order if one != folder.id]
    beside = others[0] if above is None else above
    folder_order.place(visit.db, visit.me, folder.id, beside=beside, after=above is not None, now=visit.now)


def place(visit: Visit) -> Response:
    """``do``: one "up" or "down"; or "before" or "after" the folder ``beside``, wherever that lies."""
    folder, _ = _read(visit, _ident(visit))
    do = visit.form.choice("do", ("up", "down", "before", "after"))
    if do in ("up", "down"):
        folder_order.step(visit.db, visit.me, folder.id, down=do == "down", now=visit.now)
        return visit.see(f"{_back(visit)}#{_button(visit, folder, do)}")
    beside = visit.form.integer("beside")
    done = folder_order.place(visit.db, visit.me, folder.id, beside=beside, after=do == "after", now=visit.now)
    return visit.see(_back(visit), _placed(folder, done))


def by_name(visit: Visit) -> Response:
    """All folders stand by name again."""
    done = folder_order.by_name(visit.db, visit.me, now=visit.now)
    return visit.see(f"{_back(visit)}#folders", Notice(kind="folders_by_name", undo=done.seq))


def _back(visit: Visit) -> str:
    return visit.url.local(visit.form.raw("next", ""), "/subscriptions")


def _placed(folder: FolderLine, done: Done) -> Notice:
    if not done.count:
        return Notice(kind="nothing_changed")
    return Notice(kind="folder_placed", name=folder.name, undo=done.seq)


def _button(visit: Visit, folder: FolderLine, do: str) -> str:
    """The button that has the focus next: the one that was pressed; at the end the other one."""
    order = [line.id for line in _beside(visit, folder)]
    is_last = folder.id == (order[0] if do == "up" else order[-1])
    return f"{'down' if (do == 'up') == is_last else 'up'}-{folder.id}"


def _beside(visit: Visit, folder: FolderLine) -> list[FolderLine]:
    """The folders that lie where this one lies, itself included, in their order."""
    with visit.db.reading() as tx:
        lines = folder_lines(sidebars.read(tx, visit.me.id))
    return [line for line in lines if line.parent_id == folder.parent_id]


def _places(visit: Visit, folder: FolderLine | None) -> tuple[tuple[tuple[str, str], ...], str]:
    """Where a folder may stand among the others there, as options, and which of them it is; none when it is alone."""
    beside = _beside(visit, folder) if folder else []
    if folder is None or len(beside) < 2:
        return (), ""
    options = [(_FIRST, visit.words.text(N_("First")))]
    stands = above = _FIRST
    for line in beside:
        if line.id == folder.id:
            stands = above
        else:
            above = str(line.id)
            options.append((above, visit.words.text(N_("Below “{name}”"), name=line.name)))
    return tuple(options), stands


def remove(visit: Visit) -> Response:
    """Remove the folder; its subscriptions and folders stay, outside of it."""
    folder, _ = _read(visit, _ident(visit))
    subscription_actions.remove_folder(visit.db, visit.me, folder.id, now=visit.now)
    return visit.see(visit.url.plain("/subscriptions"), Notice(kind="folder_removed", name=folder.name))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["folder_id"], "folder_id")


def _read(visit: Visit, ident: int) -> tuple[FolderLine, tuple[FolderLine, ...]]:
    """The folder and those it may be moved into: all but itself and what lies in it."""
    with visit.db.reading() as tx:
        lines = folder_lines(sidebars.read(tx, visit.me.id))
    folder = next((line for line in lines if line.id == ident), None)
    if folder is None:
        raise NotFound(f"folder {ident}")
    below = {ident}
    parents: list[FolderLine] = []
    for line in lines:  # parents stand before what lies in them
        if line.id in below or line.parent_id in below:
            below.add(line.id)
        else:
            parents.append(line)
    return folder, tuple(parents)


def _refused(visit: Visit, ident: int | None, name: str, parent_id: int | None, error: ActionError) -> Response:
    if error.code not in ("action.name_invalid", "action.name_taken"):
        raise error
    if ident is None:
        with visit.db.reading() as tx:
            parents = folder_lines(sidebars.read(tx, visit.me.id))
        folder = None
    else:
        folder, parents = _read(visit, ident)
    errors = {"name": messages.sentence(visit.words, error.code)}
    return _page(visit, folder, parents, name=name, parent_id=parent_id, errors=errors, status=400)


def _page(
    visit: Visit,
    folder: FolderLine | None,
    parents: tuple[FolderLine, ...],
    *,
    name: str,
    parent_id: int | None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    kept, list_url, display, read_when = _told(visit, folder)
    places, stands = _places(visit, folder)
    page = FolderPage(
        folder=folder,
        name=name,
        parent_id=parent_id,
        parents=parents,
        places=places,
        stands=stands,
        kept=kept,
        list_url=list_url,
        display=display,
        read_when=read_when,
        errors=errors or {},
    )
    return visit.html("pages/folder.html", page, status=status)


def _told(visit: Visit, folder: FolderLine | None) -> tuple[str, str, DisplayForm | None, ReadWhenForm | None]:
    """How long a folder's articles are kept, the list it follows, how it is shown, what counts as read by itself;
    nothing for a new one.
    """
    if folder is None:
        return "", "", None, None
    with visit.db.reading() as tx:
        rule = keeping.counting(tx, visit.me.id, "folder", folder.id)
        one = followed.of_folder(tx, folder.id)
        display = display_form(tx, visit.words, visit.me, "folder", folder.id)
        read_when = read_when_form(tx, visit.words, visit.me, "folder", folder.id)
    return keeping.with_origin(visit.words, rule, "folder"), one.url if one else "", display, read_when
