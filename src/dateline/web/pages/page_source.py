"""``/subscriptions/page`` and ``/subscriptions/ID/page`` → a page without a feed: its lists, its rules, what they find.

One form, three buttons: look for lists, try the rules, take them. Every answer is the whole page again, with what was
typed.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from starlette.responses import Response

from dateline import __version__
from dateline import model as nouns
from dateline.actions import pages as page_actions
from dateline.actions.pages import Proposed
from dateline.errors import ActionError, DatelineError, NotFound, ParseError, StoreError
from dateline.parse.page import PageRules
from dateline.parse.page.rules import TEXTS, page_rules
from dateline.refresh.page_look import LookedPage, LookedPageEntry, read_page
from dateline.store import sidebars, subscriptions
from dateline.web import findings, i18n, messages
from dateline.web.forms import whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.pages.subscriptions import FolderLine, folder_lines
from dateline.web.visit import Visit

READINGS: dict[str, str] = {
    "html+css": N_("A web page, by CSS selectors"),
    "html+xpath": N_("A web page, by XPath"),
    "script+dotted": N_("JSON inside of a web page, by dotted paths"),
    "script+jmespath": N_("JSON inside of a web page, by JMESPath"),
    "json+dotted": N_("JSON, by dotted paths"),
    "json+jmespath": N_("JSON, by JMESPath"),
    "xml+xpath": N_("XML, by XPath"),
    "xml+css": N_("XML, by CSS selectors"),
}
"""A kind and a language of rules → its words."""

_MAX_ADDRESS = 2000
_PREFIX = "rule_"  # of the rules' fields: one of them is called as the address is
_MAX_RULE = 1000
_SHOWN = 5  # of a proposed list


class EntryView(Struct, frozen=True, kw_only=True):
    """An article as it would come; ``published`` in words, "" when unknown."""

    title: str
    url: str | None
    published: str
    author: str
    text: str


class FindingView(Struct, frozen=True, kw_only=True):
    """A sentence on how the reading went."""

    text: str
    is_problem: bool


class ProposalView(Struct, frozen=True, kw_only=True):
    """A list that was found: its articles, and its rules as the form's fields (name, value)."""

    entries: tuple[EntryView, ...]
    entry_count: int
    entry: str
    fields: tuple[tuple[str, str], ...]


class RuleField(Struct, frozen=True, kw_only=True):
    """One rule of the form."""

    name: str
    label: str
    value: str
    help: str


class PageSourcePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/page_source.html``.

    ``subscription_id`` is None while adding. ``proposals`` is None before they were looked for. ``looked_at`` says
    that rules were tried: ``entries`` and ``findings`` are what came of it, ``can_be_taken`` that they found something.
    """

    subscription_id: int | None
    title: str
    address: str
    reading: str
    readings: tuple[tuple[str, str], ...]
    fields: tuple[RuleField, ...]
    more_fields: tuple[RuleField, ...]
    proposals: tuple[ProposalView, ...] | None
    looked_at: bool
    can_be_taken: bool
    page_title: str
    entries: tuple[EntryView, ...]
    entry_count: int
    findings: tuple[FindingView, ...]
    folders: tuple[FolderLine, ...]
    errors: dict[str, str]


class _State(Struct, frozen=True, kw_only=True):
    """What the page shows beyond the form's fields."""

    subscription_id: int | None = None
    title: str = ""
    address: str = ""
    proposals: tuple[Proposed, ...] | None = None
    looked: LookedPage | None = None
    errors: dict[str, str] = {}


# ------------------------------------------------------------------------------------------------ adding


def show(visit: Visit) -> Response:
    """The form; ``?url=`` fills the address."""
    return _page(visit, _State(address=visit.query.get("url", "")[:_MAX_ADDRESS]), {})


def act(visit: Visit) -> Response:
    """Look for lists, try rules, or subscribe. A page that cannot be fetched says why."""
    address = visit.form.text("url", max_length=_MAX_ADDRESS)
    state = _State(address=address)

    def fetched() -> nouns.Response:
        return page_actions.look_at_page(
            visit.db,
            visit.instance.settings,
            visit.instance.shelf,
            visit.me,
            address,
            version=__version__,
            now=visit.now,
        )

    def taken(rules: PageRules, looked: LookedPage) -> Response:
        ident = page_actions.subscribe_to_page(
            visit.db,
            visit.me,
            address,
            rules,
            page_title=looked.title,
            folder_ids=visit.form.integers("folder_ids"),
            new_folder=visit.form.text("new_folder", "", max_length=200) or None,
            private=visit.form.flag("private"),
            settings=visit.instance.settings,
            now=visit.now,
        )
        return visit.see(visit.url.plain(f"/feed/{ident}"), Notice(kind="subscribed"))

    return _acted(visit, state, fetched, taken)


# ------------------------------------------------------------------------------------------------ editing


def show_source(visit: Visit) -> Response:
    """The rules of a page that is subscribed to. Raises ``NotFound`` for somebody else's, and for ordinary feeds."""
    state, rules = _source(visit)
    return _page(visit, state, _values(rules))


def act_on_source(visit: Visit) -> Response:
    """Look for its lists again, try rules, or read it by them from now on."""
    state, _ = _source(visit)
    ident = state.subscription_id
    assert ident is not None

    def fetched() -> nouns.Response:
        return page_actions.look_at_source(
            visit.db, visit.instance.settings, visit.instance.shelf, visit.me, ident, version=__version__, now=visit.now
        )[1]

    def taken(rules: PageRules, looked: LookedPage) -> Response:
        page_actions.change_rules(visit.db, visit.me, ident, rules, now=visit.now)
        return visit.see(visit.url.plain(f"/subscriptions/{ident}"), Notice(kind="rules_changed"))

    return _acted(visit, state, fetched, taken)


def _source(visit: Visit) -> tuple[_State, PageRules]:
    ident = whole_number(visit.path["subscription_id"], "subscription_id")
    with visit.db.reading() as tx:
        found = page_actions.source(tx, visit.me, ident)
        title = subscriptions.details(tx, visit.me.id, ident).title
    return _State(subscription_id=ident, title=title, address=found.feed.address), found.rules


# ------------------------------------------------------------------------------------------------ both


def _acted(
    visit: Visit,
    state: _State,
    fetched: Callable[[], nouns.Response],
    taken: Callable[[PageRules, LookedPage], Response],
) -> Response:
    """Carry out the button that was pressed."""
    deed = visit.form.choice("do", ("propose", "try", "take"), "propose")
    values = {name: visit.form.text(_PREFIX + name, "", max_length=_MAX_RULE) for name in TEXTS}
    values["reading"] = visit.form.text("reading", "", max_length=40)
    try:
        with visit.instance.looking.taken():
            page = fetched()
            if deed == "propose":
                return _page(visit, _with(state, proposals=page_actions.proposals(page)), values)
            kind, _, language = values["reading"].partition("+")
            rules = page_rules({**values, "kind": kind, "language": language})
            looked = read_page(page, rules)
        if deed == "take" and looked.error_code is None and (looked.entry_count or _is_empty_list(looked)):
            return taken(rules, looked)
        return _page(visit, _with(state, looked=looked), values)
    except (StoreError, NotFound):
        raise
    except DatelineError as error:
        return _refused(visit, state, values, error)


def _refused(visit: Visit, state: _State, values: dict[str, str], error: DatelineError) -> Response:
    if isinstance(error, ActionError) and error.code == "action.already_subscribed" and error.detail.isdigit():
        return visit.see(visit.url.plain(f"/feed/{error.detail}"), Notice(kind="already_subscribed"))
    field = "new_folder" if error.code in ("action.name_invalid", "action.name_taken") else "url"
    if isinstance(error, ParseError) and error.code == "parse.bad_rules":
        named = error.detail.partition(":")[0]
        field = _PREFIX + (named if named in TEXTS else "entry")
    text = messages.of_look(visit.words, error.code)
    return _page(visit, _with(state, errors={field: text}), values, status=400)


def _with(state: _State, **changes: object) -> _State:
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    return _State(**{**fields, **changes})


def _is_empty_list(looked: LookedPage) -> bool:
    return any(finding.code == "json.empty" for finding in looked.findings)


# ------------------------------------------------------------------------------------------------ views


def _values(rules: PageRules) -> dict[str, str]:
    """Rules as the form's fields."""
    return {"reading": f"{rules.kind}+{rules.language}", **{name: getattr(rules, name) for name in TEXTS}}


def _page(visit: Visit, state: _State, values: dict[str, str], *, status: int = 200) -> Response:
    words = visit.words
    with visit.db.reading() as tx:
        folders = folder_lines(sidebars.read(tx, visit.me.id))
    looked = state.looked
    fields = _fields(visit, values)
    page = PageSourcePage(
        subscription_id=state.subscription_id,
        title=state.title,
        address=state.address,
        reading=values.get("reading") or "html+css",
        readings=tuple((value, words.text(label)) for value, label in READINGS.items()),
        fields=fields[:_FIRST],
        more_fields=fields[_FIRST:],
        proposals=None if state.proposals is None else tuple(_proposal(visit, one) for one in state.proposals),
        looked_at=looked is not None,
        can_be_taken=looked is not None and bool(looked.entry_count or _is_empty_list(looked)),
        page_title=looked.title if looked else "",
        entries=_entries(visit, looked.entries) if looked else (),
        entry_count=looked.entry_count if looked else 0,
        findings=_findings(visit, looked) if looked else (),
        folders=folders,
        errors=state.errors,
    )
    return visit.html("pages/page_source.html", page, status=status)


_ORDER = (
    "entry", "title", "url", "content", "date", "author", "thumbnail", "tags", "guid", "date_format", "script",
    "feed_title",
)  # fmt: skip
_FIRST = 5  # so many are shown at once
_HELP: dict[str, str] = {
    "entry": N_("What each article of the list is in. The only rule that must be there."),
    "url": N_("Empty: articles have no link."),
    "script": N_("CSS or XPath for the text that holds the JSON. Empty: every script."),
    "date_format": N_("Only where a date is misread: d day, m month, Y year, H hour, i minute, as in d/m/Y H:i."),
    "guid": N_("What tells articles apart. Empty: their link."),
    "feed_title": N_("In the whole page. Empty: the page’s own title."),
}


def _fields(visit: Visit, values: dict[str, str]) -> tuple[RuleField, ...]:
    return tuple(
        RuleField(
            name=_PREFIX + name,
            label=visit.words.text(findings.FIELDS[name]),
            value=values.get(name, ""),
            help=visit.words.text(_HELP[name]) if name in _HELP else "",
        )
        for name in _ORDER
    )


def _proposal(visit: Visit, proposed: Proposed) -> ProposalView:
    fields = _values(proposed.rules)
    return ProposalView(
        entries=_entries(visit, proposed.looked.entries[:_SHOWN]),
        entry_count=proposed.looked.entry_count,
        entry=proposed.rules.entry,
        fields=tuple((name if name == "reading" else _PREFIX + name, value) for name, value in fields.items() if value),
    )


def _entries(visit: Visit, entries: tuple[LookedPageEntry, ...]) -> tuple[EntryView, ...]:
    return tuple(
        EntryView(
            title=entry.title,
            url=entry.url,
            published=_day(visit, entry.published_at),
            author=entry.author,
            text=entry.text,
        )
        for entry in entries
    )


def _findings(visit: Visit, looked: LookedPage) -> tuple[FindingView, ...]:
    return tuple(
        FindingView(
            text=findings.sentence(visit.words, finding, looked.error_code), is_problem=findings.is_problem(finding)
        )
        for finding in looked.findings
        if finding.code != "entries"  # the heading says it
    )


def _day(visit: Visit, moment: datetime | None) -> str:
    return visit.words.short_day(i18n.local(moment, visit.zone).date()) if moment else ""
