"""Failures for people at a terminal: an error's code → exit code and one sentence that says what to do.

Exit codes are those of BSD's ``sysexits.h`` where one fits, so that scripts can tell them apart.
"""

import errno
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dateline.errors import DatelineError

FAILURE = 1
USAGE = 2
UNKNOWN_INPUT = 65
UNAVAILABLE = 69
CANNOT_CREATE = 73
TEMPORARY = 75
NO_PERMISSION = 77
CONFIGURATION = 78

EXIT_CODES: Mapping[str, int] = {
    "settings": CONFIGURATION,
    "fetch": UNAVAILABLE,
    "fetch.bad_url": UNKNOWN_INPUT,
    "fetch.forbidden_address": NO_PERMISSION,
    "fetch.unauthorized": NO_PERMISSION,
    "fetch.forbidden": NO_PERMISSION,
    "fetch.bot_wall": NO_PERMISSION,
    "fetch.mailbox_login": NO_PERMISSION,
    "fetch.mailbox_insecure": NO_PERMISSION,
    "fetch.mailbox_refused": TEMPORARY,
    "fetch.timeout": TEMPORARY,
    "fetch.rate_limited": TEMPORARY,
    "fetch.unavailable": TEMPORARY,
    "parse": UNKNOWN_INPUT,
    "extract": UNKNOWN_INPUT,
    "store.unreachable": UNAVAILABLE,
    "store.not_a_database": UNKNOWN_INPUT,
    "store.newer_schema": CONFIGURATION,
    "store.full": CANNOT_CREATE,
    "store.busy": TEMPORARY,
    "store.read_only": NO_PERMISSION,
    "store.corrupt": UNKNOWN_INPUT,
    "store.in_use": TEMPORARY,
    "store.bad_backup": UNKNOWN_INPUT,
    "store.secret": CONFIGURATION,
    "refresh": FAILURE,
    "action": FAILURE,
    "action.forbidden": NO_PERMISSION,
    "action.bad_url": UNKNOWN_INPUT,
    "action.no_feed_found": UNKNOWN_INPUT,
    "action.place_without_feed": UNKNOWN_INPUT,
    "action.place_unread": UNKNOWN_INPUT,
    "action.bad_value": UNKNOWN_INPUT,
    "action.bad_transport": UNKNOWN_INPUT,
    "action.bad_mailbox": UNKNOWN_INPUT,
    "action.name_invalid": UNKNOWN_INPUT,
    "action.password_too_short": UNKNOWN_INPUT,
    "action.password_too_long": UNKNOWN_INPUT,
    "action.too_large": UNKNOWN_INPUT,
    "action.too_many_attempts": TEMPORARY,
}
"""An error's code, else its family's → the exit code."""

_OS_CODES: Mapping[int, int] = {
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.EROFS: NO_PERMISSION,
    errno.ENOENT: USAGE,
    errno.EISDIR: USAGE,
    errno.ENOTDIR: USAGE,
    errno.ENOSPC: CANNOT_CREATE,
    errno.EFBIG: CANNOT_CREATE,
    errno.EDQUOT: CANNOT_CREATE,
}

# What the administrator at the terminal does about it; the pages' sentences speak to readers, who can only ask them.
_SENTENCES: Mapping[str, str] = {
    "settings.unknown_key": "A setting has an unknown name: correct it, or take it away.",
    "settings.bad_value": "A setting cannot be used: correct its value.",
    "settings.bad_file": "The settings file cannot be read: correct it, or name another with --config.",
    "store.unreachable": "The database cannot be opened: check DATELINE_DATABASE_URL, and whether its server runs.",
    "store.not_a_database": "The file is not a database: check DATELINE_DATABASE_URL, or restore a backup.",
    "store.newer_schema": "The database was written by a newer Dateline; nothing was changed.",
    "store.full": "The disk is full: make space and try again; nothing was lost.",
    "store.busy": "The database was locked for too long; nothing was changed, try again.",
    "store.read_only": "The file or its folder cannot be written: check its owner and permissions.",
    "store.corrupt": "The database is damaged: keep a copy of it and restore the last backup.",
    "store.in_use": "The database is in use: stop what uses it first.",
    "store.bad_backup": "The backup was not used: take another one; nothing was changed.",
    "store.secret": "The instance's key cannot be used: check DATELINE_SECRET_FILE, or restore it from a backup.",
    "action.not_found": "There is no such thing: check the spelling.",
    "action.bad_value": "A value cannot be used: correct it.",
    "action.label_exists": "Another label has this name: say --merge to make the two one.",
    "action.password_too_short": "The password is too short: take a longer one.",
}


class Refused(Exception):
    """A command cannot do what was asked, for a reason that is no room's own: a sentence and an exit code."""

    def __init__(self, sentence: str, code: int = FAILURE) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def told() -> Iterator[None]:
    """A failure inside becomes a sentence on standard error, and the process leaves with the code that tells."""
    try:
        yield
    except (DatelineError, Refused, OSError) as error:
        print(f"dateline: {sentence_of(error)}", file=sys.stderr)
        sys.exit(exit_code_of(error))


def exit_code_of(error: BaseException) -> int:
    """The exit code that says a failure best."""
    if isinstance(error, DatelineError):
        return EXIT_CODES.get(error.code) or EXIT_CODES.get(error.code.partition(".")[0], FAILURE)
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, OSError):
        return _OS_CODES.get(error.errno or 0, FAILURE)
    return FAILURE


def sentence_of(error: BaseException) -> str:
    """One line for standard error: what happened, what to do, and the stable code with its detail."""
    if isinstance(error, DatelineError):
        from dateline.web.messages import SENTENCES

        said = _SENTENCES.get(error.code) or SENTENCES.get(error.code, "Something went wrong.")
        return f"{said} [{_one_line(str(error))}]"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return _one_line(str(error))


def _one_line(text: str) -> str:
    """Text that may come from outside, fit for a terminal: one line, no control characters."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
