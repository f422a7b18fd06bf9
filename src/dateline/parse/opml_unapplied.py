"""What other readers' files say and Dateline does not do yet: kept as it stands, and given back when one leaves.

FreshRSS (https://freshrss.github.io/FreshRSS/en/developers/OPML.html): ``filtersActionRead``, searches, one a line, of
which what fits is marked as read when it comes; ``cssFullContentConditions``, likewise, what a full text is taken for.
The latter are a subscription's ``FullTextRules.only``, the former its rules, as far as every line can be meant here:
what names feeds, labels or searches by FreshRSS's numbers cannot. Pure.
"""

import re
from collections.abc import Mapping

import msgspec

from dateline.query.lines import query_of

READ_FILTERS = "frss:filtersActionRead"
CONDITIONS = "frss:cssFullContentConditions"
MAX_UNAPPLIED = 20_000
"""Characters of one such setting."""
MAX_ONLY = 1_000
MAX_READ_QUERIES = 50

Unapplied = tuple[tuple[str, str], ...]
"""(attribute, value) as they stood in the file."""
_UNQUOTABLE = re.compile(r'["\\/]')
_stored = msgspec.json.Decoder(Unapplied)


def unapplied_of(said: Mapping[str, str]) -> Unapplied:
    """What of an outline is kept and does nothing here."""
    kept = {name: said[name].strip() for name in (READ_FILTERS, CONDITIONS) if said.get(name, "").strip()}
    if READ_FILTERS in kept:
        usable = set(read_queries(said))
        kept[READ_FILTERS] = "\n".join(line for line in _lines(kept[READ_FILTERS]) if line not in usable)
    conditions = kept.get(CONDITIONS, "")
    if conditions and (applied_conditions(said) or conditions == conditions_of(said.get("dateline:fullTextOnly", ""))):
        del kept[CONDITIONS]
    return tuple((name, value) for name, value in kept.items() if 0 < len(value) <= MAX_UNAPPLIED)


def read_queries(said: Mapping[str, str]) -> tuple[str, ...]:
    """The searches of an outline that mark as read what they find, as far as they can be meant here."""
    text = said.get(READ_FILTERS, "")
    lines = list(dict.fromkeys(_lines(text))) if len(text) <= MAX_UNAPPLIED else []
    return tuple(line for line in lines[:MAX_READ_QUERIES] if _is_usable(line))


def with_read_queries(queries: tuple[str, ...], unapplied: Unapplied) -> dict[str, str]:
    """What an outline says of both, as attributes."""
    said = dict(unapplied)
    lines = [*queries, *_lines(said.get(READ_FILTERS, ""))]
    return said | ({READ_FILTERS: "\n".join(lines)} if lines else {})


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_usable(line: str) -> bool:
    found = query_of(f"({line})")
    return found is not None and found.tree is not None and not found.problems


def applied_conditions(said: Mapping[str, str]) -> str:
    """The conditions of an outline in our words, one a line; "" when there are none, or one is no plain one."""
    lines = _lines(said.get(CONDITIONS, ""))
    if len(lines) > MAX_ONLY or sum(map(len, lines)) > 10 * MAX_ONLY:
        return ""
    text = "\n".join(dict.fromkeys(_condition(line) for line in lines))
    return text if len(text) <= MAX_ONLY and all(map(_is_usable, lines)) else ""


def _condition(line: str) -> str:
    """One of theirs in our words: words in brackets, for words alone are here looked for in titles and addresses."""
    return line if query_of(line) is not None else f"({line})"


def conditions_of(only: str) -> str:
    """Our words, one a line, as FreshRSS's conditions; "" where they cannot be said so."""
    lines: list[str] = []
    for line in _lines(only):
        plain = query_of(line) is None
        if plain and _UNQUOTABLE.search(line):
            return ""
        lines += [f'{where}:"{line}"' for where in ("intitle", "inurl")] if plain else [line]
    return "\n".join(lines)


def encode_unapplied(unapplied: Unapplied) -> str | None:
    """For the store: JSON, None for nothing."""
    return msgspec.json.encode(unapplied).decode() if unapplied else None


def decode_unapplied(text: str | None) -> Unapplied:
    """From the store; what is not of ours counts as nothing."""
    try:
        found = _stored.decode(text or "[]")
    except msgspec.MsgspecError:
        return ()
    return tuple((name, value) for name, value in found if name in (READ_FILTERS, CONDITIONS))
