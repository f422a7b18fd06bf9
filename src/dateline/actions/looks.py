"""How a person's pages look, changed: theme, type, rows, and a style sheet of one's own."""

from datetime import datetime

from msgspec.structs import replace

from dateline.actions import accounts, preferences
from dateline.clean import own_sheet
from dateline.errors import ActionError
from dateline.model import User
from dateline.preferences import Look
from dateline.store import Database

SMALLEST_TEXT, LARGEST_TEXT = 14, 28


def change(db: Database, user: User, look: Look, *, preview: bool, now: datetime) -> None:
    """Let pages look so; the style sheet stays what it is. Raises ``ActionError`` (``action.bad_value``)."""
    if not SMALLEST_TEXT <= look.text_size <= LARGEST_TEXT:
        raise ActionError("action.bad_value", "text_size")
    preferences.change(db, user, lambda chosen: replace(chosen, look=replace(look, css=chosen.look.css)), now=now)
    if preview != user.preview:
        accounts.change(db, user, preview=preview, now=now)


def change_sheet(db: Database, user: User, css: str, *, now: datetime) -> None:
    """Put a person's own style sheet in the place of the one before; "" takes it away.

    Raises ``ActionError``: ``action.too_large``; ``action.sheet_reaches_out`` when it could fetch something.
    """
    if len(css) > own_sheet.MAX_CHARS:
        raise ActionError("action.too_large", f"at most {own_sheet.MAX_CHARS} characters")
    if own_sheet.reaches_out(css):
        raise ActionError("action.sheet_reaches_out")
    preferences.change(db, user, lambda chosen: replace(chosen, look=replace(chosen.look, css=css)), now=now)
