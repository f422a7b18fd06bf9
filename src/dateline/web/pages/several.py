"""``/subscriptions/several`` → something done to many subscriptions: first said, then done, undone by one press.

One field ``do`` says what: ``pause``, ``resume``, ``leave``, ``out``, ``add:ID``, ``move:ID``, ``add_new`` (with
``new_folder``), ``visibility:…``, ``full_text:…``, ``keep:…``, ``read:…``. To the ticked ``id``, or with ``all``
to what fits the table's filter.
"""

from collections.abc import Mapping

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import arranging
from dateline.actions.arranging import Change
from dateline.errors import ActionError, NotFound
from dateline.store import sidebars, subscriptions
from dateline.store.expiry import Effect
from dateline.store.sidebars import Sidebar
from dateline.store.subscriptions import SubscriptionDetails
from dateline.web import keeping
from dateline.web.forms import whole_number
from dateline.web.i18n import N_, Words
from dateline.web.notices import Notice
from dateline.web.several import FULL_TEXTS, KEEPS, PLACES, READ
from dateline.web.subscription_table import rows_of, wanted_of
from dateline.web.visit import Visit

_NAMED = 30
_MAX_IDS = 1_000
_FILTER = ("q", "only", "folder", "days", "sort")

_PLAIN: Mapping[str, str] = {
    "pause": N_("Pause them: nothing of them arrives until you resume them."),
    "resume": N_("Resume them: what came meanwhile is unread."),
    "out": N_("Take them out of all folders."),
    "leave": N_(
        "Unsubscribe. Their unread articles leave your streams; favourites and labels stay. This cannot be undone."
    ),
    "read:above": N_("What counts as read by itself is what their folder, or your account, says."),
    "keep:above": N_("Keep articles as their folder, or your account, says."),
}


class SeveralPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/several.html``. ``titles`` are the first of ``count``; ``fields`` are sent again.

    ``effect`` is what a rule of keeping would delete, None for anything else.
    """

    sentence: str
    count: int
    titles: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    is_final: bool
    effect: Effect | None
    back: str


class _Deed(Struct, frozen=True, kw_only=True):
    """What ``do`` means: a change (None: leave), the notice after it, the sentence before."""

    change: Change | None
    notice: str
    sentence: str


def act(visit: Visit) -> Response:
    """Say what would happen; with ``sure``, do it."""
    form = visit.form
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
        rows = subscriptions.all_details(tx, visit.me.id)
    back = {name: form.text(name, "", max_length=300) for name in _FILTER if form.text(name, "", max_length=300)}
    chosen = _chosen(visit, rows, sidebar, back)
    link = (
        visit.url.local(form.raw("next", ""), "/subscriptions")
        if "next" in form
        else visit.url.plain("/subscriptions", back)
    )
    if not chosen:
        return visit.see(link, Notice(kind="nothing_chosen"))
    do = form.text("do", max_length=40)
    if do == "":
        return visit.see(link, Notice(kind="nothing_to_do"))
    deed = _deed(visit, do, sidebar)
    if not form.flag("sure") or form.optional_integer("count") not in (None, len(chosen)):
        return _ask(visit, do, deed, chosen, back)
    ids = [row.id for row in chosen]
    if deed.change is None:
        return visit.see(link, Notice(kind="left", count=arranging.leave(visit.db, visit.me, ids, now=visit.now)))
    done = arranging.arrange(visit.db, visit.me, ids, deed.change, now=visit.now)
    notice = Notice(kind=deed.notice, count=done.count, undo=done.seq) if done.count else Notice(kind="nothing_changed")
    return visit.see(link, notice)


def _chosen(
    visit: Visit, rows: list[SubscriptionDetails], sidebar: Sidebar, said: Mapping[str, str]
) -> list[SubscriptionDetails]:
    """The ticked rows, or all that fit. Raises ``NotFound`` for one that is not the user's."""
    if visit.form.flag("all"):
        names = {folder.id: folder.name for folder in sidebar.folders}
        return rows_of(rows, wanted_of(said, visit.now), names)
    by_id = {row.id: row for row in rows}
    ids = dict.fromkeys(visit.form.integers("id"))
    if any(ident not in by_id for ident in ids):
        raise NotFound("subscriptions")
    return [by_id[ident] for ident in ids]


def _deed(visit: Visit, do: str, sidebar: Sidebar) -> _Deed:
    """Raises ``ActionError``; ``NotFound`` for a folder that is not the user's."""
    words = visit.words
    kind, _, value = do.partition(":")
    if kind in ("pause", "resume"):
        change = Change(paused=kind == "pause")
        return _Deed(change=change, notice=f"{kind}d", sentence=words.text(_PLAIN[kind]))
    if kind == "leave":
        return _Deed(change=None, notice="left", sentence=words.text(_PLAIN[kind]))
    if kind in ("out", "add", "move", "add_new"):
        return _folder_deed(visit, kind, value, sidebar)
    return _setting_deed(words, kind, value)


def _folder_deed(visit: Visit, kind: str, value: str, sidebar: Sidebar) -> _Deed:
    words = visit.words
    if kind == "out":
        return _Deed(change=Change(out_of_all=True), notice="arranged", sentence=words.text(_PLAIN["out"]))
    if kind == "add_new":
        name = visit.form.text("new_folder", max_length=100)
        sentence = words.text("Put them into the folder “{name}” too; it is made if there is none.", name=name)
        return _Deed(change=Change(new_folder=name or "/"), notice="arranged", sentence=sentence)
    ident = whole_number(value, "do")
    name = next((folder.name for folder in sidebar.folders if folder.id == ident), "")
    if not name:
        raise NotFound(f"folder {ident}")
    if kind == "add":
        sentence = words.text("Put them into the folder “{name}”, beside those they are in.", name=name)
        return _Deed(change=Change(add_to=ident), notice="arranged", sentence=sentence)
    sentence = words.text("Put them into the folder “{name}”, and out of all others.", name=name)
    return _Deed(change=Change(move_to=ident), notice="arranged", sentence=sentence)


def _setting_deed(words: Words, kind: str, value: str) -> _Deed:
    for visibility, label in PLACES.items():
        if (kind, value) == ("visibility", visibility):
            return _Deed(change=Change(visibility=visibility), notice="arranged", sentence=words.text(label) + ".")
    for mode, label in FULL_TEXTS.items():
        if (kind, value) == ("full_text", mode):
            return _Deed(change=Change(full_text=mode), notice="arranged", sentence=words.text(label) + ".")
    if (kind, value) == ("keep", "above"):
        return _Deed(change=Change(keep_as_above=True), notice="arranged", sentence=words.text(_PLAIN["keep:above"]))
    if kind == "keep" and value in KEEPS:
        rule = KEEPS[value]
        sentence = words.text(
            "Keep their articles {rule}. What is past that begins to go in an hour.", rule=keeping.in_words(words, rule)
        )
        return _Deed(change=Change(keep=rule), notice="arranged", sentence=sentence)
    return _read_deed(words, kind, value)


def _read_deed(words: Words, kind: str, value: str) -> _Deed:
    if (kind, value) == ("read", "above"):
        return _Deed(change=Change(read_as_above=True), notice="arranged", sentence=words.text(_PLAIN["read:above"]))
    if kind == "read" and value in READ:
        chosen, _, sentence = READ[value]
        return _Deed(change=Change(read_when=chosen), notice="arranged", sentence=words.text(sentence))
    raise ActionError("action.bad_value", "do")


def _ask(visit: Visit, do: str, deed: _Deed, chosen: list[SubscriptionDetails], back: Mapping[str, str]) -> Response:
    fields = [("do", do), ("sure", "1"), ("new_folder", visit.form.text("new_folder", "", max_length=100))]
    fields += list(back.items())
    if visit.form.flag("all") and len(chosen) > _MAX_IDS:
        fields += [("all", "1"), ("count", str(len(chosen)))]
    else:  # by name, whatever fits the filter by then: nobody was asked about the others
        fields += [("id", str(row.id)) for row in chosen]
    page = SeveralPage(
        sentence=deed.sentence,
        count=len(chosen),
        titles=tuple(row.title for row in chosen[:_NAMED]),
        fields=tuple(fields),
        is_final=deed.change is None,
        effect=_effect(visit, deed.change, chosen),
        back=visit.url.plain("/subscriptions", back),
    )
    return visit.html("pages/several.html", page)


def _effect(visit: Visit, change: Change | None, chosen: list[SubscriptionDetails]) -> Effect | None:
    if change is None or (change.keep is None and not change.keep_as_above):
        return None
    return arranging.preview_keep(visit.db, visit.me, [row.id for row in chosen], change.keep, now=visit.now)
