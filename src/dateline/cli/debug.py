"""``dateline debug``: the line for one feed, step by step, at a terminal. Nothing is stored."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict

from dateline import __version__

from .failures import FAILURE
from .opening import now, opened, settings_of
from .output import JsonOption, counted, moment, print_json, say

if TYPE_CHECKING:
    from dateline.fetch.exchange import Exchange
    from dateline.refresh.trial import Trial


def debug(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(metavar="URL|ID", help="An address, or the id of a feed.")],
    as_json: JsonOption = False,
) -> None:
    """Run the line for one feed and show each step. Exit code 1 when it failed."""
    from dateline.actions import trial

    settings = settings_of(context)
    with opened(settings) as db:
        if feed.isascii() and feed.isdigit():
            found = trial.of_feed(db, settings, int(feed), version=__version__, now=now())
        else:
            found = trial.of_any_address(db, settings, feed, version=__version__, now=now())
    if as_json:
        print_json(_shape(found))
    else:
        _tell(found)
    if found.error is not None:
        raise typer.Exit(FAILURE)


def _shape(trial: "Trial") -> dict[str, Any]:
    answer, parsed = trial.answer, trial.parsed
    return {
        "url": trial.url,
        "exchanges": [_exchange(exchange) for exchange in trial.exchanges],
        "error": {"code": trial.error.code, "detail": trial.error.detail} if trial.error else None,
        "wire_bytes": answer.wire_bytes if answer else None,
        "bytes": len(answer.body) if answer else None,
        "content_type": answer.content_type if answer else None,
        "encoding": trial.charset._asdict() if trial.charset else None,
        "format": parsed.format if parsed else None,
        "title": parsed.title if parsed else None,
        "warnings": parsed.warnings if parsed else [],
        "identity": trial.identity,
        "entries": [
            {
                "guid": entry.guid,
                "decision": entry.decision,
                "title": entry.parsed.title,
                "url": entry.parsed.url,
                "published_at": entry.parsed.published_at,
                "raw_html": entry.parsed.content_html or entry.parsed.summary_html,
                "safe_html": entry.clean.content_html if entry.clean else None,
            }
            for entry in trial.entries
        ],
        "gone": trial.gone,
        "hints": trial.hints,
        "next_at": trial.next_at,
    }


def _exchange(exchange: "Exchange") -> dict[str, Any]:
    fields = asdict(exchange)
    return {**fields, "sent": [list(pair) for pair in exchange.sent], "answered": [list(p) for p in exchange.answered]}


def _tell(trial: "Trial") -> None:
    _tell_exchanges(trial)
    if trial.error is not None:
        from dateline.web.advice import ADVICE
        from dateline.web.messages import SENTENCES

        said = SENTENCES.get(trial.error.code, "Something went wrong.")
        say(f"failed: {said} {ADVICE.get(trial.error.code, '')} [{trial.error}]")
    if trial.charset is not None and trial.answer is not None:
        name, answer = trial.charset.name or "?", trial.answer
        say(f"encoding: {name} ({trial.charset.why}); {answer.wire_bytes} bytes sent, {len(answer.body)} whole")
    if trial.parsed is not None:
        _tell_document(trial)
    for name, value in trial.hints.items():
        say(f"hint {name}: {value}")
    say(f"next: {moment(trial.next_at)}")


def _tell_exchanges(trial: "Trial") -> None:
    for exchange in trial.exchanges:
        say(f"{exchange.status or 'no answer'} {exchange.url} ({1000 * exchange.elapsed_seconds:.0f} ms)")
        for name, value in exchange.sent:
            say(f"  > {name}: {value}")
        for name, value in exchange.answered:
            say(f"  < {name}: {value}")


def _tell_document(trial: "Trial") -> None:
    parsed = trial.parsed
    assert parsed is not None
    say(f"{parsed.format}: {parsed.title or '-'}")
    for warning in parsed.warnings:
        say(f"warning {warning.code}: {warning.message}")
    found, gone = counted(len(trial.entries), "entry", "entries"), counted(trial.gone, "is", "are")
    say(f"{found}, known by {trial.identity}; {gone} not in it any more")
    for entry in trial.entries:
        date = moment(entry.parsed.published_at or entry.parsed.updated_at)
        say(f"  {entry.decision}\t{date}\t{entry.parsed.title or '-'}\t{entry.guid}")
