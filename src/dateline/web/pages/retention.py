"""``…/retention`` → how long articles are kept: a rule, what it would delete, and only then saving it.

The same page for an account (``/settings/retention``), a folder and a subscription.
"""

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import retention as retention_actions
from dateline.errors import ActionError
from dateline.model import Retention
from dateline.store import retention, subscriptions
from dateline.store.expiry import Effect
from dateline.store.retention import Proposal, Scope
from dateline.web import keeping
from dateline.web.forms import whole_number
from dateline.web.i18n import N_, Words
from dateline.web.notices import Notice
from dateline.web.visit import Visit

_ABOVE: dict[Scope, str] = {
    "folder": N_("As the folder says: {rule}"),
    "account": N_("As your account says: {rule}"),
    "instance": N_("As this server does: {rule}"),
}


class Chosen(Struct, frozen=True, kw_only=True):
    """What the form holds: numbers as they were typed."""

    mode: str
    age: str
    unit: str
    count: str
    keep_unread: bool


class RetentionPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/retention.html``, ``pages/settings_retention.html`` and ``parts/retention.html``.

    ``link`` is this very page's, ``back`` that of what the rule is for, called ``name`` ("" for the account).
    ``kept`` is the rule that counts now. ``effect`` is None before the preview. ``errors`` are sentences by field name.
    """

    scope: Scope
    name: str
    link: str
    back: str
    kept: str
    above: str
    chosen: Chosen
    units: tuple[tuple[str, str], ...]
    effect: Effect | None
    rule: str
    errors: dict[str, str]


class _Place(Struct, frozen=True, kw_only=True):
    """What a rule is for."""

    scope: Scope
    key: int
    name: str
    link: str
    back: str


def show(visit: Visit) -> Response:
    """The rule as it stands. Raises ``NotFound`` for what is somebody else's."""
    place = _place(visit)
    with visit.db.reading() as tx:
        stored = retention.stored(tx, place.scope, place.key)
        counts = keeping.counting(tx, visit.me.id, place.scope, place.key)
    mode = "above" if stored is None else "own"
    return _page(visit, place, _chosen(mode, counts.rule))


def save(visit: Visit) -> Response:
    """Show what a rule would delete (``step`` "look"), or save it ("save")."""
    place = _place(visit)
    step = visit.form.choice("step", ("look", "save"), "look")
    chosen = _sent(visit)
    rule, errors = _rule(visit.words, chosen)
    if errors:
        return _page(visit, place, chosen, errors=errors, status=400)
    proposal = Proposal(scope=place.scope, key=place.key, rule=rule)
    if step == "look":
        effect = retention_actions.preview(visit.db, visit.me, proposal, now=visit.now)
        return _page(visit, place, chosen, effect=effect)
    retention_actions.keep(visit.db, visit.me, proposal, now=visit.now)
    return visit.see(visit.url.plain(place.back), Notice(kind="retention_saved"))


def _place(visit: Visit) -> _Place:
    if "folder_id" in visit.path:
        key = whole_number(visit.path["folder_id"], "folder_id")
        with visit.db.reading() as tx:
            name = subscriptions.folder(tx, visit.me.id, key).name
        return _Place(scope="folder", key=key, name=name, link=f"/folders/{key}/retention", back=f"/folders/{key}")
    if "subscription_id" in visit.path:
        key = whole_number(visit.path["subscription_id"], "subscription_id")
        with visit.db.reading() as tx:
            name = subscriptions.details(tx, visit.me.id, key).title
        back = f"/subscriptions/{key}"
        return _Place(scope="subscription", key=key, name=name, link=f"{back}/retention", back=back)
    return _Place(scope="account", key=visit.me.id, name="", link="/settings/retention", back="/settings/retention")


def _chosen(mode: str, rule: Retention) -> Chosen:
    return Chosen(
        mode=mode,
        age="" if rule.age is None else str(rule.age),
        unit=rule.unit,
        count="" if rule.count is None else str(rule.count),
        keep_unread=rule.keep_unread,
    )


def _sent(visit: Visit) -> Chosen:
    form = visit.form
    return Chosen(
        mode=form.choice("mode", ("above", "own")),
        age=form.text("age", "", max_length=20),
        unit=form.choice("unit", list(keeping.UNITS), "days"),
        count=form.text("count", "", max_length=20),
        keep_unread=form.flag("keep_unread"),
    )


def _rule(words: Words, chosen: Chosen) -> tuple[Retention | None, dict[str, str]]:
    """The rule that was typed (None: as what is above says), and what is wrong with it."""
    if chosen.mode == "above":
        return None, {}
    errors: dict[str, str] = {}
    numbers: dict[str, int | None] = {}
    bounds = {"age": retention_actions.LONGEST_AGE, "count": retention_actions.LARGEST_COUNT}
    for name, most in bounds.items():
        try:
            numbers[name] = _number(getattr(chosen, name), name, most)
        except ActionError:
            errors[name] = words.text("A whole number from 1 to {most}, please.", most=words.number(most))
    if errors:
        return None, errors
    unit = next(unit for unit in keeping.UNITS if unit == chosen.unit)
    return Retention(unit=unit, keep_unread=chosen.keep_unread, **numbers), {}


def _number(text: str, name: str, most: int) -> int | None:
    if not text:
        return None
    number = whole_number(text, name)
    if not 1 <= number <= most:
        raise ActionError("action.bad_value", name)
    return number


def _page(
    visit: Visit,
    place: _Place,
    chosen: Chosen,
    *,
    effect: Effect | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    words = visit.words
    with visit.db.reading() as tx:
        above = retention.above(tx, visit.me.id, place.scope, place.key)
        counting = keeping.counting(tx, visit.me.id, place.scope, place.key)
    rule = _rule(words, chosen)[0] or above.rule
    page = RetentionPage(
        scope=place.scope,
        name=place.name,
        link=place.link,
        back=place.back,
        kept=keeping.with_origin(words, counting, place.scope),
        above=words.text(_ABOVE[above.scope], rule=keeping.in_words(words, above.rule)),
        chosen=chosen,
        units=tuple((unit, words.text(name)) for unit, name in keeping.UNITS.items()),
        effect=effect,
        rule=keeping.in_words(words, rule),
        errors=errors or {},
    )
    template = "pages/settings_retention.html" if place.scope == "account" else "pages/retention.html"
    return visit.html(template, page, status=status)
