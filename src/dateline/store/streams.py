"""Streams: the one way to ask for entries, page by page, in the stream's order.

What a stream holds is ``listing``'s, in order of arrival; any other order is ``orders``' and ``fair``'s; ``recent``
reads the history. Here the page is put together, and the entries on it as the user sees them.
"""

from collections.abc import Sequence

from dateline.errors import NotFound
from dateline.model import Cursor, Entry, Page, SafeHTML, ShownNow, Stream

from . import fair, full_texts, listing, orders, recent
from .arrival import END, START
from .bodies import SHORT, Bodies, Recent
from .db import Row, Tx
from .entries import decode_enclosures, decode_episode, decode_people, decode_tags, newest_id
from .feeds import asked_address
from .listing import Wanted
from .scopes import Scope, scope
from .times import from_us, from_us_or_none


def read(
    tx: Tx,
    user_id: int,
    stream: Stream,
    *,
    before: Cursor | None = None,
    limit: int = 50,
    bodies: Bodies = "short",
    seed: int = 0,
) -> Page:
    """One page of a stream. Raises ``NotFound`` when the stream is not the user's.

    ``seed`` is the chance of a first page in random order; the next ones find it in ``before``.
    """
    within = scope(tx, user_id, stream)
    shown = _shown(tx, user_id, stream, within)
    wanted = Wanted(user_id=user_id, stream=stream, within=within, shown=shown)
    ids, following = _page(tx, wanted, before, limit, seed)
    return Page(
        entries=tuple(entries(tx, user_id, ids, bodies=bodies)),
        next=following,
        shown=shown,
        newest_id=newest_id(tx),
    )


def newest_ids(tx: Tx, user_id: int, stream: Stream, limit: int) -> list[int]:
    """The ids of the first entries of a stream, whatever its order is."""
    if stream.kind == "recent":
        return recent.page(tx, user_id, stream, None, limit)[0]
    within = scope(tx, user_id, stream)
    wanted = Wanted(user_id=user_id, stream=stream, within=within, shown=_shown(tx, user_id, stream, within))
    return [key[1] for key in listing.keys(tx, wanted, END, limit)]


def _shown(tx: Tx, user_id: int, stream: Stream, within: Scope) -> ShownNow:
    if stream.kind == "recent":
        return "all"
    if stream.shown != "adaptive":
        return stream.shown
    if stream.kind in ("starred", "label") or stream.search:
        return "all"
    if stream.since is not None and within.unread:
        wanted = Wanted(user_id=user_id, stream=stream, within=within, shown="unread")
        return "unread" if listing.keys(tx, wanted, END, 1) else "all"
    return "unread" if within.unread else "all"


def _page(tx: Tx, wanted: Wanted, before: Cursor | None, limit: int, seed: int) -> tuple[list[int], Cursor | None]:
    stream = wanted.stream
    if stream.kind == "recent":
        return recent.page(tx, wanted.user_id, stream, before, limit)
    if stream.order in ("newest", "oldest"):
        return _by_arrival(tx, wanted, before, limit)
    if stream.order == "fair" and stream.kind not in ("starred", "label") and not stream.search:
        return fair.page(tx, wanted, before, limit)
    return orders.page(tx, wanted, before, limit, before.seed if before else seed)


def _by_arrival(tx: Tx, wanted: Wanted, before: Cursor | None, limit: int) -> tuple[list[int], Cursor | None]:
    rising = wanted.stream.order == "oldest"
    place = (before.at, before.entry_id) if before else START if rising else END
    keys = listing.keys(tx, wanted, place, limit + 1, rising=rising)
    more = len(keys) > limit
    keys = keys[:limit]
    return [key[1] for key in keys], Cursor(at=keys[-1][0], entry_id=keys[-1][1]) if more else None


# ------------------------------------------------------------------------------------------------ entries

_ENTRY = (
    "SELECT e.id, e.feed_id, s.id, CASE WHEN s.title <> '' THEN s.title WHEN f.title <> '' THEN f.title ELSE f.url END,"
    " f.url, coalesce(s.own_icon_id, f.icon_id), e.guid, e.url, e.title, e.authors, e.tags, e.language, e.enclosures,"
    " e.thumbnail_url,"
    " e.comments_url,"
    " e.preview, e.word_count, e.published_at, e.updated_at, e.received_at, e.listed_at,"
    " (SELECT u.kept FROM unread u WHERE u.user_id = :user AND u.feed_id = e.feed_id"
    " AND u.listed_at = e.listed_at AND u.entry_id = e.id),"
    " EXISTS (SELECT 1 FROM star t WHERE t.user_id = :user AND t.listed_at = e.listed_at AND t.entry_id = e.id),"
    " e.episode, s.full_text, s.full_text_rules, e.revised_at, s.visibility"
)
_NO_FULL_TEXT = (None, "off")
_recent = Recent()
_FROM = (
    " FROM entry e JOIN feed f ON f.id = e.feed_id"
    " LEFT JOIN subscription s ON s.user_id = :user AND s.feed_id = e.feed_id"
)


def entries(
    tx: Tx, user_id: int, entry_ids: Sequence[int], *, bodies: Bodies, version: full_texts.Version | None = None
) -> list[Entry]:
    """These entries in this order, as a user sees them; the caller has checked the user's right to them.

    ``version`` chooses the feed's text or the full text; None: as each subscription says.
    """
    if not entry_ids:
        return []
    body = {"none": "", "short": f", b.version, {SHORT}", "whole": ", b.version, b.body"}[bodies]
    join = " LEFT JOIN entry_body b ON b.entry_id = e.id" if body else ""
    rows = tx.all(f"{_ENTRY}{body}{_FROM}{join} WHERE e.id IN ids(:ids)", user=user_id, ids=list(entry_ids))
    labels = _labels(tx, user_id, entry_ids)
    found = {row[0]: _entry(row, labels.get(row[0], ()), tx) for row in rows}
    wishes = {row[0]: (row[24], row[25]) for row in rows if version is not None or row[24] not in _NO_FULL_TEXT}
    if wishes:
        found.update(full_texts.chosen(tx, found, wishes, bodies=bodies, version=version))
    return [found[entry_id] for entry_id in entry_ids if entry_id in found]


def _labels(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    if tx.value("SELECT 1 FROM label WHERE user_id = :user LIMIT 1", user=user_id) is None:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for entry_id, name in tx.all(
        "SELECT m.entry_id, l.name FROM entry_label m JOIN label l ON l.id = m.label_id"
        " WHERE m.user_id = :user AND m.entry_id IN ids(:ids) ORDER BY l.name_key",
        user=user_id,
        ids=list(entry_ids),
    ):
        found[entry_id] = (*found.get(entry_id, ()), name)
    return found


def _entry(row: Row, labels: tuple[str, ...], tx: Tx) -> Entry:
    html: SafeHTML | None = None
    if len(row) > 28 and row[29] is not None:
        html = _recent.safe_html(row[29], row[28], tx.sanitiser)
    return Entry(
        id=row[0],
        feed_id=row[1],
        subscription_id=row[2],
        feed_title=row[3],
        feed_url=asked_address(row[4]),
        icon_id=row[5],
        guid=row[6],
        url=row[7],
        title=row[8],
        authors=decode_people(row[9]),
        tags=decode_tags(row[10]),
        language=row[11],
        enclosures=decode_enclosures(row[12]),
        thumbnail_url=row[13],
        comments_url=row[14],
        preview_text=row[15],
        word_count=row[16],
        published_at=from_us_or_none(row[17]),
        updated_at=from_us_or_none(row[18]),
        received_at=from_us(row[19]),
        listed_at=from_us(row[20]),
        unread=row[21] is not None,
        kept=row[21] == 1,
        important=row[27] == "important",
        starred=bool(row[22]),
        labels=labels,
        content_html=html,
        episode=decode_episode(row[23]),
        revised_at=from_us_or_none(row[26]),
    )


def entry(
    tx: Tx, user_id: int, entry_id: int, *, public_only: bool = False, version: full_texts.Version | None = None
) -> Entry:
    """One entry with its body. Raises ``NotFound`` unless the user has a right to it: a subscription, or an own star
    or label.

    ``public_only``: unless a visitor may see it (the subscription is not hidden, its feed not private).
    ``version``: the feed's text, the full text, or (``None``) as the subscription says.
    """
    right = (
        "EXISTS (SELECT 1 FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user"
        " AND s.feed_id = e.feed_id AND s.hidden_from_visitors = 0 AND f.owner_id = 0)"
        if public_only
        else "(EXISTS (SELECT 1 FROM subscription s WHERE s.user_id = :user AND s.feed_id = e.feed_id)"
        " OR EXISTS (SELECT 1 FROM star t WHERE t.user_id = :user AND t.entry_id = e.id)"
        " OR EXISTS (SELECT 1 FROM entry_label l WHERE l.user_id = :user AND l.entry_id = e.id)"
        " OR EXISTS (SELECT 1 FROM highlight h WHERE h.user_id = :user AND h.entry_id = e.id)"
        " OR EXISTS (SELECT 1 FROM play_queue q WHERE q.user_id = :user AND q.entry_id = e.id))"
    )
    if tx.value(f"SELECT 1 FROM entry e WHERE e.id = :id AND {right}", id=entry_id, user=user_id) is None:
        raise NotFound(f"entry {entry_id}")
    return entries(tx, user_id, [entry_id], bodies="whole", version=version)[0]
