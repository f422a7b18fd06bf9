"""``/debug`` → the line for one feed, step by step: asked, understood, decided, cleaned. Nothing is stored."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from msgspec import Struct
from starlette.responses import Response

from dateline import __version__
from dateline.actions import trial as trial_actions
from dateline.errors import ActionError
from dateline.fetch.exchange import Exchange, Pairs
from dateline.model import ParseWarning
from dateline.refresh.decide import Identity
from dateline.refresh.trial import Decision, Trial, TriedEntry
from dateline.store import subscriptions
from dateline.web import advice, findings, messages
from dateline.web.checks import moment
from dateline.web.forms import whole_number
from dateline.web.i18n import N_, Words
from dateline.web.visit import Visit

_MAX_ADDRESS = 2_000
_SHOWN_ENTRIES = 30
_SHOWN_HTML = 4_000

DECISIONS: dict[Decision, str] = {
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("known, unchanged"),
    "buried": N_("deleted once, stays away"),
    "double": N_("the same again"),
}
_IDENTITIES: dict[Identity, str] = {
    "guid": N_("Entries are known by the ids that the publisher gives them."),
    "link": N_("The publisher’s ids cannot be trusted: entries are known by their links."),
    "content": N_("Neither ids nor links can be trusted: entries are known by their contents."),
}
_CHARSETS = {
    "mark": N_("{name}: the document begins with its byte order mark."),
    "shape": N_("{name}: the first bytes have its shape."),
    "header": N_("{name}: the Content-Type header says so."),
    "declaration": N_("{name}: the document says so itself."),
    "valid": N_("{name}: nobody says, and every byte fits."),
    "guess": N_("Guessed: what is said, if anything, does not fit the bytes. The warnings below say more."),
}


class HopView(Struct, frozen=True, kw_only=True):
    """One request and its answer; ``status`` is "" when none came."""

    url: str
    status: str
    milliseconds: int
    sent: Pairs
    answered: Pairs


class TriedView(Struct, frozen=True, kw_only=True):
    """One entry; ``raw`` and ``safe`` are HTML to be shown as text. Unknown values are ""."""

    title: str
    url: str
    guid: str
    published: str
    decision: str
    is_news: bool
    raw: str
    safe: str


class TrialView(Struct, frozen=True, kw_only=True):
    """All steps in words. ``trouble`` is "" when all went well; ``counts`` are (word, number) pairs,
    ``warnings`` (sentence, code and details)."""

    url: str
    hops: tuple[HopView, ...]
    trouble: str
    advice: str
    detail: str
    wire_kilobytes: int
    kilobytes: int
    charset: str
    content_type: str
    format: str
    title: str
    site_url: str
    warnings: tuple[tuple[str, str], ...]
    identity: str
    counts: tuple[tuple[str, int], ...]
    entries: tuple[TriedView, ...]
    entry_count: int
    reasons: tuple[str, ...]
    next_at: str
    is_known: bool


class DebugPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/debug.html``. ``trial`` is None before the first; ``name`` is a subscription's, or ""."""

    address: str
    name: str
    back: str
    again: str
    trial: TrialView | None
    errors: dict[str, str]


def show(visit: Visit) -> Response:
    """The field for an address; ``?url=`` fills it."""
    return _page(visit, address=visit.query.get("url", "")[:_MAX_ADDRESS])


def run(visit: Visit) -> Response:
    """Try an address."""
    address = visit.form.text("url", max_length=_MAX_ADDRESS)
    try:
        with visit.instance.looking.taken():
            trial = trial_actions.of_address(
                visit.db, visit.instance.settings, visit.me, address, version=__version__, now=visit.now
            )
    except ActionError as error:
        return _page(visit, address=address, errors={"url": messages.sentence(visit.words, error.code)}, status=400)
    return _page(visit, address=address, trial=trial)


def run_subscription(visit: Visit) -> Response:
    """Try the feed of a subscription. Raises ``NotFound``."""
    ident = whole_number(visit.path["subscription_id"], "subscription_id")
    with visit.db.reading() as tx:
        details = subscriptions.details(tx, visit.me.id, ident)
    with visit.instance.looking.taken():
        trial = trial_actions.of_subscription(
            visit.db, visit.instance.settings, visit.me, ident, version=__version__, now=visit.now
        )
    return _page(visit, address=details.url, trial=trial, name=details.title, back=f"/subscriptions/{ident}")


def _page(
    visit: Visit,
    *,
    address: str,
    trial: Trial | None = None,
    name: str = "",
    back: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    page = DebugPage(
        address=address,
        name=name,
        back=back,
        again=f"{back}/debug" if back else "/debug",
        trial=_view(visit, trial) if trial else None,
        errors=errors or {},
    )
    return visit.html("pages/debug.html", page, status=status)


# ------------------------------------------------------------------------------------------------ in words


def _view(visit: Visit, trial: Trial) -> TrialView:
    words, error, answer, parsed = visit.words, trial.error, trial.answer, trial.parsed
    trouble, detail = findings.trouble(words, error.code, error.detail) if error else ("", "")
    return TrialView(
        url=trial.url,
        hops=tuple(_hop(exchange) for exchange in trial.exchanges),
        trouble=trouble,
        advice=advice.for_code(words, error.code) if error else "",
        detail=": ".join(filter(None, (error.code, detail))) if error else "",
        wire_kilobytes=-(-answer.wire_bytes // 1000) if answer else 0,
        kilobytes=-(-len(answer.body) // 1000) if answer else 0,
        charset=_charset(words, trial),
        content_type=answer.content_type if answer else "",
        format=parsed.format if parsed else "",
        title=(parsed.title or "") if parsed else "",
        site_url=(parsed.site_url or "") if parsed else "",
        warnings=tuple(_warning(words, warning) for warning in parsed.warnings) if parsed else (),
        identity=words.text(_IDENTITIES[trial.identity]) if parsed else "",
        counts=tuple((words.text(text), count) for key, text in DECISIONS.items() if (count := trial.count(key))),
        entries=tuple(_entry(visit, entry) for entry in trial.entries[:_SHOWN_ENTRIES]),
        entry_count=len(trial.entries),
        reasons=tuple(reasons(words, trial.hints)) if not error else (),
        next_at=moment(visit, trial.next_at),
        is_known=trial.is_known,
    )


def _warning(words: Words, warning: ParseWarning) -> tuple[str, str]:
    return messages.warning(words, warning.code), f"{warning.code}: {warning.message}"


def _hop(exchange: Exchange) -> HopView:
    return HopView(
        url=exchange.url,
        status="" if exchange.status is None else str(exchange.status),
        milliseconds=round(1000 * exchange.elapsed_seconds),
        sent=exchange.sent,
        answered=exchange.answered,
    )


def _charset(words: Words, trial: Trial) -> str:
    return words.text(_CHARSETS[trial.charset.why], name=trial.charset.name) if trial.charset else ""


def _entry(visit: Visit, entry: TriedEntry) -> TriedView:
    parsed, clean = entry.parsed, entry.clean
    return TriedView(
        title=clean.title if clean else parsed.title or "",
        url=(clean.url if clean else parsed.url) or "",
        guid=entry.guid[:300],
        published=moment(visit, parsed.published_at or parsed.updated_at),
        decision=visit.words.text(DECISIONS[entry.decision]),
        is_news=entry.decision in ("new", "changed"),
        raw=_cut(parsed.content_html or parsed.summary_html or ""),
        safe=_cut(clean.content_html if clean else ""),
    )


def _cut(html: str) -> str:
    return html if len(html) <= _SHOWN_HTML else f"{html[:_SHOWN_HTML]}…"


_WISHES = {
    "gap_seconds": N_("It usually brings something every {time}."),
    "fresh_seconds": N_("The server says that its answer stays fresh for {time} (Cache-Control or Expires)."),
    "ttl_seconds": N_("The document wants {time} between two visits (ttl)."),
    "retry_after": N_("The server wants us to wait {time} (Retry-After)."),
}


def reasons(words: Words, hints: Mapping[str, Any]) -> list[str]:
    """What was weighed to find the next time, in sentences."""
    found = [
        words.text(text, time=_duration(words, float(hints[name])))
        for name, text in _WISHES.items()
        if isinstance(hints.get(name), int | float)
    ]
    if hints.get("skip_hours") or hints.get("skip_days"):
        found.append(words.text("The document names hours or days in which nobody should come."))
    return found


def _duration(words: Words, seconds: float) -> str:
    spell: Callable[..., str] = format_timedelta
    return spell(timedelta(seconds=min(max(seconds, 0), 10**9)), threshold=1.2, locale=words.locale)
