"""``/subscriptions/ID/full-text`` → whether and how a subscription takes full texts, tried on its newest entry.

``/entries/full-text`` fetches the full text of one entry, because somebody asks for it.
"""

from msgspec import Struct
from starlette.responses import Response

from dateline import __version__
from dateline.actions import full_texts as full_text_actions
from dateline.errors import ActionError, DatelineError, ExtractError, StoreError
from dateline.model import FullTextMode, FullTextPlace, FullTextRules, SafeHTML
from dateline.store import full_texts, subscriptions
from dateline.store.full_texts import Wish
from dateline.store.subscriptions import SubscriptionDetails
from dateline.web import messages, searching
from dateline.web.forms import whole_number
from dateline.web.i18n import N_
from dateline.web.notices import Notice
from dateline.web.visit import Visit

MODES: dict[FullTextMode, str] = {
    "off": N_("Never: as the feed gives it"),
    "truncated": N_("Where the feed gives only a beginning"),
    "always": N_("Always"),
}
PLACES: dict[FullTextPlace, str] = {
    "replace": N_("In place of what the feed gives"),
    "before": N_("Before what the feed gives"),
    "after": N_("After what the feed gives"),
}
_MAX_FIELD = 1_000
_SHOWN = 60_000


class TriedView(Struct, frozen=True, kw_only=True):
    """What the rules made of an entry. ``trouble`` says why it would not be shown, "" when it would."""

    title: str
    url: str
    trouble: str
    body: SafeHTML
    is_long: bool
    is_beginning: bool
    given: int
    found: int


class FullTextPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/full_text.html``. ``errors`` are sentences by field; ``failure`` is the trial's."""

    subscription: SubscriptionDetails
    mode: str
    modes: tuple[tuple[str, str], ...]
    rules: FullTextRules
    places: tuple[tuple[str, str], ...]
    errors: dict[str, str]
    tried: TriedView | None = None
    failure: str = ""


def show(visit: Visit) -> Response:
    """The page. Raises ``NotFound`` for a subscription of somebody else."""
    with visit.db.reading() as tx:
        details = subscriptions.details(tx, visit.me.id, _ident(visit))
        wish = full_texts.wish(tx, visit.me.id, details.feed_id)
    return _page(visit, details, wish)


def save(visit: Visit) -> Response:
    """Save; or, by the button ``try``, show what the rules make of the newest entry."""
    with visit.db.reading() as tx:
        details = subscriptions.details(tx, visit.me.id, _ident(visit))
    wish = _wish(visit)
    try:
        wish = full_text_actions.checked(wish)
        if visit.form.flag("try"):
            return _tried(visit, details, wish)
        full_text_actions.choose(visit.db, visit.me, details.id, wish, now=visit.now)
    except ActionError as error:
        if error.code != "action.bad_query":
            raise
        sentence = searching.sentence(visit.words, *error.detail.split(" ", 1))
        return _page(visit, details, wish, errors={"only": sentence}, status=400)
    except ExtractError as error:
        if error.code != "extract.bad_selector":
            raise
        field = "remove" if error.detail in wish.rules.remove.splitlines() else "content"
        sentence = f"{messages.sentence(visit.words, error.code)} {error.detail}"
        return _page(visit, details, wish, errors={field: sentence}, status=400)
    return visit.see(visit.url.plain(f"/subscriptions/{details.id}/full-text"), Notice(kind="saved"))


def fetch(visit: Visit) -> Response:
    """``id``: the full text of one entry; its page shows what came of it."""
    ident = visit.form.integer("id")
    with visit.instance.looking.taken():
        code = full_text_actions.fetch(
            visit.db, visit.instance.settings, visit.me, ident, version=__version__, now=visit.now
        )
    return visit.see(visit.url.plain(f"/entry/{ident}", {"version": "full"} if code == "ok" else {}))


def _ident(visit: Visit) -> int:
    return whole_number(visit.path["subscription_id"], "subscription_id")


def _wish(visit: Visit) -> Wish:
    form = visit.form
    rules = FullTextRules(
        content=form.text("content", "", max_length=_MAX_FIELD),
        remove=form.text("remove", "", max_length=_MAX_FIELD),
        only=form.text("only", "", max_length=_MAX_FIELD),
        place=form.choice("place", list(PLACES), "replace"),
    )
    return Wish(mode=form.choice("mode", list(MODES)), rules=rules)


def _tried(visit: Visit, details: SubscriptionDetails, wish: Wish) -> Response:
    try:
        with visit.instance.looking.taken():
            tried = full_text_actions.try_rules(
                visit.db, visit.instance.settings, visit.me, details.id, wish, version=__version__, now=visit.now
            )
    except (StoreError, ActionError):
        raise
    except DatelineError as error:
        return _page(visit, details, wish, failure=messages.of_page(visit.words, error.code))
    if tried is None:
        failure = visit.words.text("This feed has no article yet that leads to a page.")
        return _page(visit, details, wish, failure=failure)
    is_long = len(tried.html) > _SHOWN
    view = TriedView(
        title=tried.title,
        url=tried.url,
        trouble="" if tried.code == "ok" else messages.of_page(visit.words, tried.code),
        body=SafeHTML("") if is_long else tried.html,
        is_long=is_long,
        is_beginning=tried.is_beginning,
        given=tried.given,
        found=tried.found,
    )
    return _page(visit, details, wish, tried=view)


def _page(
    visit: Visit,
    details: SubscriptionDetails,
    wish: Wish,
    *,
    errors: dict[str, str] | None = None,
    tried: TriedView | None = None,
    failure: str = "",
    status: int = 200,
) -> Response:
    words = visit.words
    page = FullTextPage(
        subscription=details,
        mode=wish.mode,
        modes=tuple((value, words.text(label)) for value, label in MODES.items()),
        rules=wish.rules,
        places=tuple((value, words.text(label)) for value, label in PLACES.items()),
        errors=errors or {},
        tried=tried,
        failure=failure,
    )
    return visit.html("pages/full_text.html", page, status=status)
