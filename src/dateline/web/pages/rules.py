"""``/settings/rules`` → what is done by itself with articles that arrive: tried first, done to those here if wished."""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import rules as rule_actions
from dateline.errors import ActionError
from dateline.query import Problem
from dateline.query.grammar import MAX_TEXT
from dateline.store import labels, rules, sidebars, streams
from dateline.store.rules import Rule
from dateline.store.sidebars import Sidebar
from dateline.web import messages, searching
from dateline.web.forms import whole_number
from dateline.web.i18n import local
from dateline.web.notices import Notice
from dateline.web.visit import Visit

PATH = "/settings/rules"
_SHOWN = 10


class RuleLine(Struct, frozen=True, kw_only=True):
    """A rule of the list; ``problem`` says why it does nothing any more, "" when all is well."""

    id: int
    query: str
    where: str
    marks_read: bool
    stars: bool
    label: str
    met: int
    met_on: str
    problem: str


class Typed(Struct, frozen=True, kw_only=True):
    """What stands in the form; ``where`` is "", ``folder:3`` or ``feed:12``, ``label`` a name."""

    query: str = ""
    where: str = ""
    marks_read: bool = False
    stars: bool = False
    label: str = ""


class Tried(Struct, frozen=True, kw_only=True):
    """What a rule would have met: how many of the newest thousand, in words, and the newest (title, feed, link)."""

    count: int
    is_more: bool
    entries: tuple[tuple[str, str, str], ...]


class RulesPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/settings_rules.html``. ``rule`` is the one that is changed, None on the page of
    all.

    ``places`` are (value, name) of folders and of feeds, ``labels`` names; ``errors`` are sentences by field.
    """

    path: str
    rule: RuleLine | None
    lines: tuple[RuleLine, ...]
    typed: Typed
    folders: tuple[tuple[str, str], ...]
    feeds: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    tried: Tried | None
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """All rules, and the form for one more, filled with ``q``, ``where`` and ``label`` of the address."""
    said = visit.query
    typed = Typed(
        query=said.get("q", "")[:MAX_TEXT],
        where=said.get("where", "")[:30],
        label=said.get("label", "")[:200],
    )
    return _page(visit, typed)


def add(visit: Visit) -> Response:
    """``do``: ``add`` a rule, or ``try`` what is typed on what is here."""
    typed = _typed(visit)
    if visit.form.choice("do", ("add", "try")) == "try":
        return _try(visit, typed, None)
    try:
        rule_actions.add(visit.db, visit.me, _rule(typed), label=typed.label, now=visit.now)
    except ActionError as error:
        return _page(visit, typed, errors=_told(visit, error), status=messages.status_of(error))
    return visit.see(visit.url.plain(PATH), Notice(kind="rule_added"))


def show_one(visit: Visit) -> Response:
    """One rule. Raises ``NotFound``."""
    rule, label = _one(visit)
    return _page(visit, _as_typed(rule, label), rule_id=rule.id)


def change(visit: Visit) -> Response:
    """``do``: ``save``, ``try``, ``remove``, or ``apply`` to what is here. Raises ``NotFound``."""
    rule, _ = _one(visit)
    do = visit.form.choice("do", ("save", "try", "remove", "apply"))
    if do == "remove":
        rule_actions.remove(visit.db, visit.me, rule.id, now=visit.now)
        return visit.see(visit.url.plain(PATH), Notice(kind="rule_removed"))
    if do == "apply":
        return _apply(visit, rule)
    typed = _typed(visit)
    if do == "try":
        return _try(visit, typed, rule.id)
    try:
        rule_actions.change(visit.db, visit.me, _rule(typed, rule.id), label=typed.label, now=visit.now)
    except ActionError as error:
        return _page(visit, typed, rule_id=rule.id, errors=_told(visit, error), status=messages.status_of(error))
    return visit.see(visit.url.plain(PATH), Notice(kind="saved"))


def _apply(visit: Visit, rule: Rule) -> Response:
    deeds = [deed for deed in rule_actions.apply(visit.db, visit.me, rule.id, now=visit.now) if deed.count]
    undo = deeds[0].seq if len(deeds) == 1 else None
    met = max((deed.count for deed in deeds), default=0)
    notice = Notice(kind="rule_applied", count=met, undo=undo) if deeds else Notice(kind="nothing_changed")
    return visit.see(visit.url.plain(f"{PATH}/{rule.id}"), notice)


def _try(visit: Visit, typed: Typed, rule_id: int | None) -> Response:
    try:
        found = rule_actions.try_out(visit.db, visit.me, _rule(typed), shown=_SHOWN, now=visit.now)
    except ActionError as error:
        return _page(visit, typed, rule_id=rule_id, errors=_told(visit, error), status=messages.status_of(error))
    with visit.db.reading() as tx:
        entries = streams.entries(tx, visit.me.id, found.entry_ids, bodies="none")
    tried = Tried(
        count=found.count,
        is_more=found.count >= rule_actions.COUNTED,
        entries=tuple((entry.title, entry.feed_title, f"/entry/{entry.id}") for entry in entries),
    )
    return _page(visit, typed, rule_id=rule_id, tried=tried)


# ------------------------------------------------------------------------------------------------ the form


def _typed(visit: Visit) -> Typed:
    form = visit.form
    return Typed(
        query=form.text("query", "", max_length=MAX_TEXT),
        where=form.text("where", "", max_length=30),
        marks_read=form.flag("marks_read"),
        stars=form.flag("stars"),
        label=form.text("label", "", max_length=200),
    )


def _rule(typed: Typed, rule_id: int = 0) -> Rule:
    """Raises ``ActionError("action.bad_value")``."""
    kind, _, key = typed.where.partition(":")
    if kind not in ("", "folder", "feed"):
        raise ActionError("action.bad_value", "where")
    number = whole_number(key, "where") if kind else None
    return Rule(
        id=rule_id,
        query=typed.query.strip(),
        folder_id=number if kind == "folder" else None,
        subscription_id=number if kind == "feed" else None,
        marks_read=typed.marks_read,
        stars=typed.stars,
    )


def _as_typed(rule: Rule, label: str) -> Typed:
    return Typed(query=rule.query, where=_where(rule), marks_read=rule.marks_read, stars=rule.stars, label=label)


def _where(rule: Rule) -> str:
    if rule.folder_id is not None:
        return f"folder:{rule.folder_id}"
    return f"feed:{rule.subscription_id}" if rule.subscription_id is not None else ""


def _told(visit: Visit, error: ActionError) -> dict[str, str]:
    """The sentence beside the field that it is about. Raises what is about none."""
    words = visit.words
    match error.code:
        case "action.bad_query":
            return {"query": _query_problem(visit, error.detail)}
        case "action.empty_rule" if error.detail == "query":
            return {"query": words.text("Say which articles it is for: by a search, or by a folder or feed.")}
        case "action.empty_rule":
            return {"deeds": words.text("Choose what is done with them.")}
        case "action.name_invalid" | "action.name_taken":
            return {"label": messages.sentence(words, error.code)}
        case _:
            raise error


def _query_problem(visit: Visit, detail: str) -> str:
    code, _, part = detail.partition(" ")
    return searching.sentence(visit.words, code, part) or messages.sentence(visit.words, "action.bad_query")


# ------------------------------------------------------------------------------------------------ the page


def _one(visit: Visit) -> tuple[Rule, str]:
    with visit.db.reading() as tx:
        rule = rules.one(tx, visit.me.id, whole_number(visit.path["rule_id"], "rule_id"))
        label = labels.one(tx, visit.me.id, rule.label_id).name if rule.label_id is not None else ""
    return rule, label


def _page(
    visit: Visit,
    typed: Typed,
    *,
    rule_id: int | None = None,
    tried: Tried | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.db.reading() as tx:
        sidebar = sidebars.read(tx, visit.me.id)
        known = rules.every(tx, visit.me.id) if rule_id is None else [rules.one(tx, visit.me.id, rule_id)]
        problems = rule_actions.problems(tx, visit.me, visit.now)
        lines = tuple(_line(visit, sidebar, rule, problems.get(rule.id, ())) for rule in known)
    page = RulesPage(
        path=PATH if rule_id is None else f"{PATH}/{rule_id}",
        rule=lines[0] if rule_id is not None else None,
        lines=lines,
        typed=typed,
        folders=tuple((f"folder:{folder.id}", folder.name) for folder in sidebar.folders),
        feeds=tuple((f"feed:{row.id}", row.title) for row in sidebar.subscriptions),
        labels=tuple(label.name for label in sidebar.labels),
        tried=tried,
        errors=errors or {},
    )
    return visit.html("pages/settings_rules.html", page, status=status)


def _line(visit: Visit, sidebar: Sidebar, rule: Rule, problems: tuple[Problem, ...]) -> RuleLine:
    places = {folder.id: folder.name for folder in sidebar.folders}
    feeds = {row.id: row.title for row in sidebar.subscriptions}
    where = places.get(rule.folder_id or 0) or feeds.get(rule.subscription_id or 0) or ""
    return RuleLine(
        id=rule.id,
        query=rule.query,
        where=where,
        marks_read=rule.marks_read,
        stars=rule.stars,
        label=next((label.name for label in sidebar.labels if label.id == rule.label_id), ""),
        met=rule.met,
        met_on=visit.words.moment(local(rule.met_at, visit.zone)) if rule.met_at else "",
        problem=" ".join(searching.problems(visit.words, problems))
        if rule.does_something
        else visit.words.text("Choose what is done with them."),
    )
