"""``dateline entries``: a stream of an account, as lines or JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from dateline.errors import NotFound
from dateline.model import Cursor, Entry, Search, Shown, Stream, User

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, moment, print_json, say
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.store import Database
    from dateline.store.bodies import Bodies

AT_ONCE = 200
PLAIN_KINDS = ("main", "important", "starred", "all")


def entries(
    context: typer.Context,
    user: UserOption,
    stream: Annotated[
        str, typer.Option(metavar="STREAM", help="main, important, starred, all, folder:ID or feed:ID.")
    ] = "main",
    shown: Annotated[
        str,
        typer.Option(
            metavar="STATE",
            help="unread, all, read, starred, unread_or_starred, unread_not_starred, or adaptive: unread, or all when"
            " nothing is unread.",
        ),
    ] = "adaptive",
    search: Annotated[
        str, typer.Option(metavar="QUERY", help="Only what it finds: words, “phrases”, intitle:, author:, date:P1W …")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Print entries, newest first. What arrived is delivered first; nothing is marked read."""
    if shown not in get_args(Shown):
        raise typer.BadParameter(f"--shown takes {', '.join(get_args(Shown))}, not {shown!r}")
    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        asked = _stream(db, account, stream, shown, _search(db, account, search))  # type: ignore[arg-type] # checked against Shown above
        _deliver(db, account)
        found = _read(db, account, asked, limit, bodies="whole" if as_json else "none")
        if as_json:
            print_json([_shape(entry) for entry in found])
            return
        for entry in found:
            marks = ("•" if entry.unread else " ") + ("★" if entry.starred else " ")
            say(f"{marks} {moment(entry.listed_at)}  {entry.feed_title}  {entry.title}  {entry.url or ''}")


def _stream(db: "Database", user: User, spec: str, shown: Shown, search: Search | None) -> Stream:
    kind, colon, number = spec.partition(":")
    if not colon and kind in PLAIN_KINDS:
        return Stream(kind=kind, shown=shown, search=search)  # type: ignore[arg-type] # one of PLAIN_KINDS
    if kind not in ("folder", "feed") or not number.isdecimal() or len(number) > 18:
        raise typer.BadParameter(f"--stream takes main, important, starred, all, folder:ID or feed:ID, not {spec!r}")
    key = int(number) if kind == "folder" else _subscription(db, user, int(number))
    return Stream(kind=kind, key=key, shown=shown, search=search)  # type: ignore[arg-type] # folder or feed


def _search(db: "Database", user: User, text: str) -> Search | None:
    from dateline.store import queries
    from dateline.store.times import zone

    if not text.strip():
        return None
    with db.reading() as tx:
        found = queries.understood(tx, user.id, text, now=now(), zone=zone(user.time_zone))
    if found.problems:
        part = found.problems[0]
        raise typer.BadParameter(f"--search: {part.part!r} cannot be meant ({part.code})")
    return found


def _subscription(db: "Database", user: User, feed_id: int) -> int:
    from dateline.store import subscriptions

    with db.reading() as tx:
        found = subscriptions.by_feed(tx, user.id, feed_id)
    if found is None:
        raise NotFound(f"{user.name} has no feed {feed_id}")
    return found


def _deliver(db: "Database", user: User) -> None:
    from dateline.actions import accounts

    while accounts.catch_up(db, user.id, now=now()):
        pass


def _read(db: "Database", user: User, stream: Stream, limit: int, *, bodies: "Bodies") -> Iterator[Entry]:
    """At most ``limit`` entries, in one consistent state, a page at a time."""
    from dateline.store import streams

    before: Cursor | None = None
    left = limit
    with db.reading() as tx:
        while left > 0:
            page = streams.read(tx, user.id, stream, before=before, limit=min(left, AT_ONCE), bodies=bodies)
            yield from page.entries
            left -= len(page.entries)
            before = page.next
            if before is None:
                return


def _shape(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "feed": {"id": entry.feed_id, "title": entry.feed_title, "url": entry.feed_url},
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "authors": entry.authors,
        "published_at": entry.published_at,
        "received_at": entry.received_at,
        "listed_at": entry.listed_at,
        "updated_at": entry.updated_at,
        "unread": entry.unread,
        "starred": entry.starred,
        "labels": entry.labels,
        "content_html": entry.content_html,
        "full_text": entry.full_text,
    }
