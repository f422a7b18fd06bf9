"""Notices: what an action did, told on the page that follows it, with an *undo* where there is one.

After a ``303`` the notice travels in a short-lived cookie as its kind and numbers, never as a finished sentence.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from dateline.web.i18n import N_, NN_, Words

COOKIE = "dateline-notice"
_MAX_COOKIE = 1500

Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Anybody may write a cookie: no number of ours is larger, and Babel writes none of hundreds of digits."""


class Notice(Struct, frozen=True, kw_only=True, array_like=True):
    """``kind`` is a key of ``SENTENCES``; ``undo`` the history number that ``/undo`` takes back."""

    kind: str
    count: Number = 0
    name: str = ""
    undo: Number | None = None


SENTENCES: dict[str, str | tuple[str, str]] = {
    "read": NN_("{count} article marked as read.", "{count} articles marked as read."),
    "unread": NN_("{count} article marked as unread.", "{count} articles marked as unread."),
    "starred": NN_("{count} article added to the favourites.", "{count} articles added to the favourites."),
    "unstarred": NN_("{count} article taken from the favourites.", "{count} articles taken from the favourites."),
    "read_on": NN_(
        "{count} article marked as read. Here is “{name}”.", "{count} articles marked as read. Here is “{name}”."
    ),
    "moved_on": N_("Everything was read there. Here is “{name}”."),
    "late": NN_("{count} change sent.", "{count} changes sent."),
    "nothing_changed": N_("There was nothing to change."),
    "undone": NN_("Undone, for {count} article.", "Undone, for {count} articles."),
    "refreshing": NN_("{count} feed is being fetched.", "{count} feeds are being fetched."),
    "refreshed_lately": N_(
        "Nothing is fetched yet: these feeds were checked not long ago, or want to be left alone for a while."
    ),
    "saved": N_("Saved."),
    "rule_added": N_("The rule holds for what arrives from now on."),
    "rule_removed": N_("The rule is gone. What it did stays."),
    "rule_applied": NN_("Done, to {count} article.", "Done, to {count} articles."),
    "highlighted": N_("Highlighted."),
    "noted": N_("Noted."),
    "highlight_removed": N_("The highlight and its note are gone."),
    "page_saved": N_("The page is saved."),
    "queued": N_("It is played next."),
    "dequeued": N_("It is not played next any more."),
    "progress_forgotten": N_("It is not offered any more."),
    "fetched_as_all": N_("Forgotten. The feed is fetched as all feeds are, for everybody here."),
    "fetched_as_all_alone": N_("Forgotten. The feed is fetched as all feeds are, and stays yours alone."),
    "retention_saved": N_("Saved. What is not kept any more begins to go in an hour."),
    "logged_out": N_("You are logged out."),
    "password_changed": N_("Your password was changed. All your other sessions have ended."),
    "subscribed": N_("Subscribed. The articles arrive in a moment."),
    "rules_changed": N_("Saved. The page is read by these rules in a moment."),
    "already_subscribed": N_("You are subscribed to this feed already."),
    "left": NN_("You left {count} subscription.", "You left {count} subscriptions."),
    "adopted": NN_("{count} new address was taken over.", "{count} new addresses were taken over."),
    "moved_to_folder": NN_("{count} subscription was moved.", "{count} subscriptions were moved."),
    "nothing_chosen": N_("Nothing was chosen: tick the feeds that you mean, or all of them."),
    "nothing_to_do": N_("Choose what shall be done with them."),
    "no_folder_chosen": N_("Choose the folder that they shall be in."),
    "address_adopt": N_("The new address was taken over."),
    "address_stay": N_("The address stays. Where it leads is followed each time."),
    "address_moved": N_("The feed is asked at its new address in a moment."),
    "address_back": N_("The old address is back, and stays. Where it leads is followed each time."),
    "unsubscribed": N_("You are no longer subscribed to “{name}”."),
    "folder_added": N_("The folder “{name}” was added."),
    "folder_removed": N_("The folder “{name}” was removed."),
    "joined": NN_(
        "“{name}”: {count} feed more. Its articles arrive in a moment.",
        "“{name}”: {count} feeds more. Their articles arrive in a moment.",
    ),
    "joined_already": N_("You have all of “{name}” already."),
    "paused": NN_("{count} subscription is paused.", "{count} subscriptions are paused."),
    "resumed": NN_("{count} subscription goes on.", "{count} subscriptions go on."),
    "arranged": NN_("{count} subscription was changed.", "{count} subscriptions were changed."),
    "undone_feeds": NN_("Undone, for {count} subscription.", "Undone, for {count} subscriptions."),
    "undone_folders": N_("Undone. The folders stand as they did before."),
    "folder_placed": N_("“{name}” stands elsewhere now."),
    "folders_by_name": N_("All folders stand by name."),
    "label_added": N_("The label “{name}” was added."),
    "label_removed": N_("The label “{name}” was deleted."),
    "search_saved": N_("The search “{name}” is saved."),
    "search_removed": N_("The search “{name}” was deleted."),
    "labels_merged": N_("The two labels are one now: “{name}”."),
    "labelled": N_("The labels are as you chose."),
    "label_put": NN_("{count} article has the label “{name}” now.", "{count} articles have the label “{name}” now."),
    "label_taken": NN_(
        "The label “{name}” was taken off {count} article.", "The label “{name}” was taken off {count} articles."
    ),
    "no_label_chosen": N_("Choose a label, or name a new one."),
    "nothing_selected": N_("Nothing was selected: tick the articles that you mean."),
    "mailbox_added": N_(
        "The mailbox could be opened. Its mail is read in a moment, and then every quarter of an hour."
    ),
    "mailbox_due": N_("The mailbox is read in a moment."),
    "no_chapters": N_("The file of chapters could not be fetched, or holds none."),
    "device_added": N_("This device gets notifications from now on."),
    "device_tried": N_("A notification is on its way. It is there in a few seconds."),
    "device_removed": N_("The device gets no notifications any more."),
    "feed_addresses": N_("All earlier addresses have ended. Here are the new ones."),
    "list_due": N_("The list is asked for in a moment, unless that was just done."),
}


def sentence(words: Words, notice: Notice) -> str:
    """The notice in the reader's language; "" for a kind that does not exist."""
    known = SENTENCES.get(notice.kind, "")
    if isinstance(known, tuple):
        return words.plural(*known, notice.count, name=notice.name)
    return words.text(known, name=notice.name) if known else ""


def leave(request: Request, response: Response, notice: Notice, path: str) -> None:
    """Put the notice where the next page finds it."""
    value = urlsafe_b64encode(msgspec.json.encode(notice)).decode().rstrip("=")
    secure = request.scope["scheme"] == "https"
    response.set_cookie(COOKIE, value, max_age=60, path=path, secure=secure, httponly=True, samesite="lax")


def find(request: Request) -> Notice | None:
    """The notice that an action left for this page."""
    value = request.cookies.get(COOKIE)
    if not value or len(value) > _MAX_COOKIE:
        return None
    try:
        notice = msgspec.json.decode(urlsafe_b64decode(value + "=" * (-len(value) % 4)), type=Notice)
    except ValueError:
        return None
    return notice if notice.kind in SENTENCES else None


def take(request: Request, response: Response, path: str) -> None:
    """Remove the notice once a page has shown it."""
    secure = request.scope["scheme"] == "https"
    response.delete_cookie(COOKIE, path=path, secure=secure, httponly=True, samesite="lax")
