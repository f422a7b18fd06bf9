"""Streams as feeds for other programs: ``/atom/SECRET/KIND[/KEY]`` of one's own, ``/@NAME/atom/KIND[/KEY]`` of what
visitors see; ``/atom`` is the page that gives the addresses and makes new ones.

Nobody is logged in to a feed: the address says all, and reading it changes no states. ``search/3`` is a saved search.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from msgspec import Struct
from msgspec.structs import replace
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.actions import preferences as preference_actions
from dateline.errors import ActionError, NotFound
from dateline.model import Entry, ShownNow, Stream, User
from dateline.parse.atom_writing import TYPE, OutgoingEntry, OutgoingFeed, write_atom
from dateline.store import accounts, sidebars, streams
from dateline.store.db import Tx
from dateline.store.sidebars import Sidebar
from dateline.web import saved_searches, searching, shown
from dateline.web.forms import whole_number
from dateline.web.notices import Notice
from dateline.web.reading import Reading, reading
from dateline.web.sidebar import for_visitors
from dateline.web.stream_feeds import KINDS, MARKED, PATH, VISITED, Wanted, account_of, came_as_one, next_number, wanted
from dateline.web.stream_names import stream_path, stream_title
from dateline.web.visit import Visit

_ENTRIES = 50
_MOST = 100
_ROUNDS = 4
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Named(Struct, frozen=True, kw_only=True):
    """A stream as it is asked for now, its name, and the path and query of its page."""

    stream: Stream
    title: str
    path: str
    asked: dict[str, str]


class StreamFeedPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/stream_feed.html``: a stream, its page, and its addresses as feeds.

    ``part`` is that of what is ``shown`` of it alone (``part_words`` say what that is); ``visited`` the one for
    everybody, "" where there is none.
    """

    kind: str
    key: int | None
    title: str
    path: str
    asked: dict[str, str]
    own: str
    shown: str
    part: str
    part_words: str
    visited: str


# ---------------------------------------------------------------------------------------------- the feeds


def own(visit: Visit) -> Response:
    """A stream of the account whose secret the address has. Raises ``NotFound``, whatever is wrong with it."""
    visit.forget_user()
    feed = _named(visit.path, visit.query.get("shown", ""))
    secret = visit.path["secret"]
    with visit.db.reading() as tx:
        owner = accounts.user_by_id(tx, account_of(secret))
    if not visit.instance.stream_feeds.is_right(secret, owner, feed):
        raise NotFound("stream feed")
    visit.speak_for(owner)
    return _answer(visit, Reading(owner=owner, root="", is_visitor=False), feed)


def visited(visit: Visit) -> Response:
    """A stream as visitors see it. Raises ``NotFound``."""
    visit.forget_user()
    of = reading(visit)
    feed = _named(visit.path)
    if feed.kind not in VISITED:
        raise NotFound("stream feed")
    return _answer(visit, of, feed)


def _named(path: Mapping[str, str], part: str = "") -> Wanted:
    """What a path asks for. Raises ``NotFound``."""
    try:
        key = whole_number(path["key"], "key") if "key" in path else None
    except ActionError as error:
        raise NotFound("stream feed") from error
    return _known(wanted(path["kind"], key, part))


def _known(feed: Wanted | None) -> Wanted:
    if feed is None:
        raise NotFound("stream feed")
    return feed


def _answer(visit: Visit, of: Reading, feed: Wanted) -> Response:
    most = min(max(whole_number(visit.query.get("n", "") or str(_ENTRIES), "n"), 1), _MOST)
    if feed.shown != "all" or feed.kind == "search":
        account_actions.catch_up(visit.db, of.owner.id, now=visit.now)
    with visit.db.reading() as tx:
        named = _stream(visit, tx, feed, of)
        entries = _newest(tx, of.owner, named.stream, most)
    came_at = max((entry.revised_at or entry.received_at for entry in entries), default=_NEVER)
    body = write_atom(
        OutgoingFeed(
            id=visit.instance.stream_feeds.feed_id(of.owner, feed, is_visitor=of.is_visitor),
            title=f"{named.title} · Dateline",
            self_url=_address(visit, of, feed),
            page_url=visit.absolute(named.path, named.asked),
            updated_at=came_at,
        ),
        [_outgoing(visit, of, entry) for entry in entries],
    )
    return _unless_known(visit, body, None if feed.kind in MARKED or feed.shown != "all" else came_at)


def _stream(visit: Visit, tx: Tx, feed: Wanted, of: Reading) -> Named:
    """What a feed is of. Raises ``NotFound``."""
    sidebar = sidebars.read(tx, of.owner.id, public_only=of.is_visitor)
    if feed.kind == "search":
        return _searched(visit, tx, feed, of, sidebar)
    sidebar = for_visitors(sidebar) if of.is_visitor else sidebar
    stream = Stream(kind=feed.kind, key=feed.key, shown=feed.shown, order="newest", public_only=of.is_visitor)
    title = stream_title(visit.words, stream, sidebar)
    return Named(stream=stream, title=title, path=stream_path(of.root, stream), asked={})


def _searched(visit: Visit, tx: Tx, feed: Wanted, of: Reading, sidebar: Sidebar) -> Named:
    """A saved search, as it is meant now: a week ends today."""
    saved = next((one for one in sidebar.searches if one.id == feed.key), None)
    if saved is None or saved.kind not in KINDS:
        raise NotFound("stream feed")
    stream = Stream(
        kind=saved.kind,
        key=saved.key,
        shown=saved_searches.shown_of(saved) if feed.shown == "all" else feed.shown,
        search=searching.search(visit, tx, of.owner, saved.query),
        order="newest",
    )
    stream_title(visit.words, stream, sidebar)  # what it searches may be gone
    return Named(stream=stream, title=saved.name, path=stream_path("", stream), asked=saved_searches.asked(saved))


def _newest(tx: Tx, owner: User, stream: Stream, most: int) -> list[Entry]:
    """The newest of a stream that did not come by such a feed themselves."""
    found: list[Entry] = []
    before = None
    for _ in range(_ROUNDS):
        page = streams.read(tx, owner.id, stream, before=before, limit=most)
        found += [entry for entry in page.entries if not came_as_one(entry.guid)]
        before = page.next
        if before is None or len(found) >= most:
            break
    return found[:most]


def _outgoing(visit: Visit, of: Reading, entry: Entry) -> OutgoingEntry:
    ids = visit.instance.stream_feeds
    return OutgoingEntry(
        id=ids.entry_id(entry.id),
        source_id=ids.source_id(entry.feed_id),
        page_url=visit.absolute(f"{of.root}/entry/{entry.id}"),
        entry=entry,
    )


def _address(visit: Visit, of: Reading, feed: Wanted) -> str:
    if of.is_visitor:
        return visit.absolute(f"{of.root}{PATH}/{feed.path}")
    part = feed.shown if feed.shown != "all" else None
    return visit.absolute(visit.instance.stream_feeds.path(of.owner, feed), shown=part)


# ---------------------------------------------------------------------------------------------- what is known


def _unless_known(visit: Visit, body: bytes, came_at: datetime | None) -> Response:
    """The document, or 304 for whoever has it (RFC 9110, 13).

    Without ``came_at`` there is no ``Last-Modified``: what is starred, labelled or read changes with no newer entry.
    """
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "cache-control": "private, no-cache",  # to be kept, and asked for again each time
        "etag": etag,
        "x-robots-tag": "noindex, nofollow",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    if came_at is not None:
        headers["last-modified"] = format_datetime(came_at.astimezone(UTC), usegmt=True)
    if _is_known(visit, etag, came_at):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=f"{TYPE}; charset=utf-8")


def _is_known(visit: Visit, etag: str, came_at: datetime | None) -> bool:
    told = visit.request.headers.get("if-none-match")
    if told is not None:
        return told.strip() == "*" or any(one.strip() in (etag, etag[2:]) for one in told[:1000].split(","))
    since = _moment(visit.request.headers.get("if-modified-since", ""))
    return came_at is not None and since is not None and since >= came_at.replace(microsecond=0)


def _moment(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text[:100])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


# ---------------------------------------------------------------------------------------------- the page


def show(visit: Visit) -> Response:
    """The addresses of one stream: ``kind``, ``key``; all of it, and what is ``shown``, the unread unless told.

    Raises ``NotFound``, ``ActionError("action.bad_value")``.
    """
    text = visit.query.get("key", "")
    feed = _known(wanted(visit.query.get("kind", "main"), whole_number(text, "key") if text else None))
    part = replace(feed, shown=_part(visit))
    of = Reading(owner=visit.me, root="", is_visitor=False)
    with visit.db.reading() as tx:
        named = _stream(visit, tx, feed, of)
        for_everybody = _for_visitors(visit, tx, of.owner, feed)
    page = StreamFeedPage(
        kind=feed.kind,
        key=feed.key,
        title=named.title,
        path=named.path,
        asked=named.asked,
        own=_address(visit, of, feed),
        shown=part.shown,
        part=_address(visit, of, part),
        part_words=shown.name(visit.words, part.shown),
        visited=for_everybody,
    )
    return visit.html("pages/stream_feed.html", page)


def _part(visit: Visit) -> ShownNow:
    """What of the stream. Raises ``ActionError("action.bad_value")``."""
    asked = shown.asked(visit.query, "unread")
    return next((state for state in shown.STATES if state == asked != "all"), "unread")


def _for_visitors(visit: Visit, tx: Tx, owner: User, feed: Wanted) -> str:
    """The address that needs no secret; "" where visitors have none."""
    if not owner.open_to_visitors or feed.kind not in VISITED:
        return ""
    theirs = Reading(owner=owner, root=f"/@{owner.name}", is_visitor=True)
    try:
        _stream(visit, tx, feed, theirs)
    except NotFound:
        return ""
    return _address(visit, theirs, feed)


def renew(visit: Visit) -> Response:
    """All addresses of the account's streams end; ``kind``, ``key``, ``shown`` say on whose page one was."""
    kind, key = visit.form.text("kind", "main"), visit.form.optional_integer("key")
    feed = _known(wanted(kind, key, visit.form.text("shown", "")))
    preference_actions.change(
        visit.db,
        visit.me,
        lambda chosen: replace(chosen, feed_addresses=next_number(chosen.feed_addresses, visit.now)),
        now=visit.now,
    )
    return visit.see(
        visit.url.plain(PATH, kind=feed.kind, key=feed.key, shown=visit.form.text("shown", "")),
        Notice(kind="feed_addresses"),
    )
