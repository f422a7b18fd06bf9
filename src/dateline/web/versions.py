"""Which text of an entry is read, the feed's or its page's, said in one line, with the way to the other."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Struct

from dateline.errors import ActionError
from dateline.model import Entry
from dateline.store import saved_pages
from dateline.store.full_texts import Version
from dateline.web import i18n, messages
from dateline.web.i18n import Words


class Which(Struct, frozen=True, kw_only=True):
    """The line. ``other`` is the ``?version=`` of the other text, "" when there is none, ``other_words`` its link.

    ``can_fetch``: the article's page may be asked for, by a button of its own.
    """

    text: str
    trouble: str = ""
    other: str = ""
    other_words: str = ""
    can_fetch: bool = False


def asked(version: str) -> Version:
    """The query's ``version``. Raises ``ActionError`` ``action.bad_value``."""
    if version == "":
        return "own"
    if version == "feed":
        return "feed"
    if version == "full":
        return "full"
    raise ActionError("action.bad_value", "version")


def _unread_page(words: Words, code: str, *, can_fetch: bool) -> Which:
    """A saved page without its text: it waits, or it could not be read."""
    if not code:
        return Which(text=words.text("This page is fetched in a moment."))
    text = words.text("This page could not be read.")
    return Which(text=text, trouble=messages.of_page(words, code), can_fetch=can_fetch)


def which(
    words: Words, zone: ZoneInfo, entry: Entry, *, is_alone: bool, is_due: bool, is_visitor: bool
) -> Which | None:
    """What is to be said of an entry; None where nobody asked for its full text, and nobody could here."""
    state = entry.full_text
    if entry.feed_url == saved_pages.ADDRESS and (state is None or state.code != "ok"):
        return _unread_page(words, state.code if state else "", can_fetch=is_alone)
    can_fetch = is_alone and not is_visitor and bool(entry.url)
    if state is None:
        if not can_fetch:
            return None
        text = words.text("As the feed gives it; the full text is fetched in a moment.")
        return Which(text=text if is_due else words.text("As the feed gives it."), can_fetch=True)
    if state.code != "ok":
        return Which(
            text=words.text("As the feed gives it."), trouble=messages.of_page(words, state.code), can_fetch=can_fetch
        )
    if not state.is_shown:
        return Which(
            text=words.text("As the feed gives it."), other="full", other_words=words.text("Read the full text")
        )
    host = urlsplit(state.page_url or "").hostname or ""
    text = words.text(
        "Full text, fetched from {site} on {moment}.",
        site=host.removeprefix("www."),
        moment=words.moment(i18n.local(state.fetched_at, zone)),
    )
    return Which(text=text, other="feed", other_words=words.text("Read it as the feed gives it"))
