"""What other readers' files say and Dateline does not do yet: kept as it stands, and given back when one leaves.

FreshRSS (https://freshrss.github.io/FreshRSS/en/developers/OPML.html): ``filtersActionRead``, searches, one a line, of
which what fits is marked as read when it comes; ``cssFullContentConditions``, likewise, what a full text is taken for.
The latter are applied where each line asks for words of the title or the address and nothing else: those are a
subscription's ``FullTextRules.only``. Pure.
"""

import re
from collections.abc import Mapping

import msgspec

READ_FILTERS = "frss:filtersActionRead"
CONDITIONS = "frss:cssFullContentConditions"
MAX_UNAPPLIED = 20_000
"""Characters of one such setting."""
MAX_ONLY = 1_000

Unapplied = tuple[tuple[str, str], ...]
"""(attribute, value) as they stood in the file."""
_PLAIN = re.compile(r"""(?:intitle|inurl):(?:"([^"\\/]+)"|'([^'\\/]+)'|([\w.+-]+))\Z""")
_stored = msgspec.json.Decoder(Unapplied)


def unapplied_of(said: Mapping[str, str]) -> Unapplied:
    """What of an outline is kept and does nothing here."""
    kept = {name: said[name].strip() for name in (READ_FILTERS, CONDITIONS) if said.get(name, "").strip()}
    conditions = kept.get(CONDITIONS, "")
    if conditions and (applied_conditions(said) or conditions == conditions_of(said.get("dateline:fullTextOnly", ""))):
        del kept[CONDITIONS]
    return tuple((name, value) for name, value in kept.items() if len(value) <= MAX_UNAPPLIED)


def applied_conditions(said: Mapping[str, str]) -> str:
    """The conditions of an outline in our words, one a line; "" when there are none, or one is no plain one."""
    lines = [line.strip() for line in said.get(CONDITIONS, "").splitlines() if line.strip()]
    found = [_PLAIN.match(line) for line in lines]
    words = [next(word for word in match.groups() if word) for match in found if match is not None]
    text = "\n".join(dict.fromkeys(words))
    return text if len(words) == len(lines) and len(text) <= MAX_ONLY else ""


def conditions_of(only: str) -> str:
    """Our words, one a line, as FreshRSS's conditions; "" where they cannot be said so."""
    words = [line.strip() for line in only.splitlines() if line.strip()]
    quoted = [f'"{word}"' for word in words]
    lines = [f"{where}:{word}" for word in quoted for where in ("intitle", "inurl")]
    return "\n".join(lines) if all(_PLAIN.match(line) for line in lines) else ""


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
