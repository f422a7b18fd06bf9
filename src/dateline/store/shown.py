"""Which entries of a stream are shown, by what the user did with them: as a condition of SQL, and of two facts."""

from dateline.model import ShownNow

_UNREAD = (
    "EXISTS (SELECT 1 FROM unread u WHERE u.user_id = :user AND u.feed_id = {row}.feed_id"
    " AND u.listed_at = {row}.listed_at AND u.entry_id = {row}.{entry})"
)
_STARRED = (
    "EXISTS (SELECT 1 FROM star w WHERE w.user_id = :user AND w.listed_at = {row}.listed_at"
    " AND w.entry_id = {row}.{entry})"
)
_CONDITIONS: dict[ShownNow, str] = {
    "all": "",
    "unread": _UNREAD,
    "read": f"NOT {_UNREAD}",
    "starred": _STARRED,
    "unread_or_starred": f"({_UNREAD} OR {_STARRED})",
    "unread_not_starred": f"{_UNREAD} AND NOT {_STARRED}",
}
ALL_UNREAD: tuple[ShownNow, ...] = ("unread", "unread_not_starred")
"""Nothing in these is read."""


def condition(shown: ShownNow, row: str, entry: str = "entry_id") -> str:
    """What an entry must be, in SQL with the parameter ``:user``; "" for anything. ``row`` is a table or its alias with
    the columns ``feed_id``, ``listed_at`` and ``entry``.
    """
    return _CONDITIONS[shown].format(row=row, entry=entry)


def not_starred(row: str) -> str:
    """The same for what is no favourite."""
    return "NOT " + _STARRED.format(row=row, entry="entry_id")


def fits(shown: ShownNow, *, unread: bool, starred: bool) -> bool:
    """Whether an entry is shown that is so."""
    return {
        "all": True,
        "unread": unread,
        "read": not unread,
        "starred": starred,
        "unread_or_starred": unread or starred,
        "unread_not_starred": unread and not starred,
    }[shown]
