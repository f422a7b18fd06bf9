"""The words of IMAP (RFC 3501 §5, §7): strings and folder names as they are sent, answers as understood. Pure."""

import base64
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

_TOKEN = re.compile(rb'\(|\)|"((?:[^"\\]|\\.)*)"|[^\s()"]+')
_QUOTABLE = re.compile(r"[\x20-\x7e]{0,1000}\Z")
_COUNT = re.compile(rb"\* (\d{1,10}) EXISTS", re.IGNORECASE)
_CODED = re.compile(rb"\* OK \[(UIDVALIDITY|UIDNEXT) (\d{1,10})\]", re.IGNORECASE)
_FETCHED = re.compile(rb"\* \d{1,10} FETCH ", re.IGNORECASE)
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\Z")
_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


def with_strings(command: bytes, *strings: str) -> list[bytes]:
    """A command and its strings → its pieces: quoted where they may be, else as literals, which the server asks for."""
    pieces = [command]
    for string in strings:
        if _QUOTABLE.match(string):
            pieces[-1] += b' "' + re.sub(r'(["\\])', r"\\\1", string).encode("ascii") + b'"'
        else:
            sent = string.encode("utf-8", "replace")
            pieces[-1] += b" {%d}" % len(sent)
            pieces.append(sent)
    return pieces


def folder_name(name: str) -> str:
    """A folder's name as it is sent: modified UTF-7 (RFC 3501 §5.1.3)."""
    written, run = [], ""
    for char in name:
        if " " <= char <= "~":
            written += [_shifted(run), "&-" if char == "&" else char]
            run = ""
        else:
            run += char
    return "".join([*written, _shifted(run)])


def _shifted(run: str) -> str:
    if not run:
        return ""
    coded = base64.b64encode(run.encode("utf-16-be", "replace")).decode("ascii")
    return f"&{coded.rstrip('=').replace('/', ',')}-"


def examined(answers: list[list[bytes]]) -> dict[bytes, int]:
    """What EXAMINE said: EXISTS, UIDVALIDITY, UIDNEXT, as far as it did."""
    said: dict[bytes, int] = {}
    for answer in answers:
        if count := _COUNT.match(answer[0]):
            said[b"EXISTS"] = int(count[1])
        elif coded := _CODED.match(answer[0]):
            said[coded[1].upper()] = int(coded[2])
    return said


def fetched(answer: list[bytes]) -> dict[bytes, bytes]:
    """The names and values of a FETCH answer; {} for any other. What is NIL or a list is left out."""
    if not _FETCHED.match(answer[0]):
        return {}
    values = _values(answer)
    pairs = zip(values[::2], values[1::2], strict=False)
    return {name.upper(): value for name, value in pairs if name is not None and value is not None}


def _values(answer: list[bytes]) -> list[bytes | None]:
    """What stands in the outermost parentheses; None for NIL and for a list."""
    values: list[bytes | None] = []
    depth = 0
    for step, value in _steps(answer):
        if depth == 1 and step >= 0:
            values.append(value)
        depth += step
    return values


def _steps(answer: list[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The parts of an answer as (how many levels deeper, value)."""
    for place, part in enumerate(answer):
        if place % 2:
            yield 0, part
            continue
        for token in _TOKEN.finditer(part):
            if token[0] == b"(":
                yield 1, None
            elif token[0] == b")":
                yield -1, None
            else:
                yield 0, _value(token)


def _value(token: re.Match[bytes]) -> bytes | None:
    if token[1] is not None:
        return re.sub(rb"\\(.)", rb"\1", token[1])
    return None if token[0].upper() == b"NIL" else token[0]


def number(text: bytes | None) -> int | None:
    """Digits → their number, up to 64 bits (sizes, UIDs)."""
    return int(text) if text is not None and text.isdigit() and len(text) <= 18 else None


def internal_date(text: bytes) -> datetime | None:
    """When a server got a mail: ``17-Jul-1996 02:44:25 -0700``."""
    found = _DATE.match(text)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == b"-" else 1)
    try:
        return datetime(
            int(found[3]),
            _MONTHS.index(found[2].lower()) + 1,
            int(found[1]),
            int(found[4]),
            int(found[5]),
            int(found[6]),
            tzinfo=timezone(offset),
        )
    except ValueError:
        return None
