"""Starred and labelled articles that a person brings from another reader, with what they had read there; from another
Dateline saved pages and newsletters too.

Batch by batch: what is in a batch is there whole or not at all, and importing the same file again goes on where an
interruption was, and changes nothing else. Where articles go and how their feeds find them: ``store/brought.py``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, count

from msgspec import Struct
from msgspec.structs import replace

from dateline.clean import clean_entry
from dateline.fetch.address import host_key
from dateline.model import ParsedEntry, User
from dateline.parse.own_words import is_own_feed
from dateline.parse.reader_json import SavedEntry, SavedFile, open_saved
from dateline.refresh import deliver
from dateline.refresh.decide import content_hash, listed_at
from dateline.store import Database, brought, entries, history, joining, labels, saved_pages, states
from dateline.store.accounts import name_key
from dateline.store.db import WriteTx
from dateline.store.entries import Arrived
from dateline.store.write import transaction

from . import own_feeds
from .labels import MAX_LABELS
from .opml import Progress, usable_name
from .own_feeds import OwnArticle
from .recognising import Known, feed_address, page_address, recognised

BATCH = 50
"""Articles that are stored in one transaction: a click beside it hardly waits."""
MAX_PROBLEMS = 1_000
MAX_TITLE = 500


class SavedProblem(Struct, frozen=True, kw_only=True):
    """An article that was passed over, by its number in the file: ``saved.unreadable``, ``saved.damaged``,
    ``saved.refused`` (its sender is refused here, or there is no room).
    """

    place: int
    code: str
    text: str


class SavedReport(Struct, frozen=True, kw_only=True):
    """What an import did. ``articles`` were in the file; ``starred`` and ``labelled`` are so now and were not before.

    ``stored`` are those that no feed here had. ``read``: articles that are read now, or will be when their feeds bring
    them; ``nothing_to_keep``: neither starred, nor labelled, nor read. ``own`` of those stored are saved pages and
    newsletters.
    """

    articles: int
    stored: int
    starred: int
    labelled: int
    read: int
    nothing_to_keep: int
    own: int
    problems: tuple[SavedProblem, ...]


def import_saved(
    db: Database, user: User, body: bytes, *, name: str = "", now: datetime, progress: Progress | None = None
) -> SavedReport:
    """Bring starred and labelled articles of another reader (see ``parse/reader_json.py``).

    Raises ``ParseError`` when the file is none; nothing was done then.
    """
    file = open_saved(body, name=name)
    deliver.catch_up(db, user.id, everything=True)
    return _Import(db, user, file, now, progress or (lambda _done, _total: None)).run()


class _Import:
    """One file on its way in."""

    def __init__(self, db: Database, user: User, file: SavedFile, now: datetime, progress: Progress) -> None:
        self._db = db
        self._user = user
        self._file = file
        self._now = now
        self._progress = progress
        self._problems: list[SavedProblem] = []
        self._shared: set[tuple[str, str]] = set()
        self._counts = dict.fromkeys(("stored", "starred", "labelled", "read", "nothing_to_keep", "own"), 0)

    def run(self) -> SavedReport:
        """Feed by feed, so that each is looked at once."""
        with self._db.reading() as tx:
            subscribed = brought.subscribed_feeds(tx, self._user.id)
            # elsewhere the folders of an article's feed stand beside its labels, and look the same
            folders = {} if self._file.program else brought.folder_names(tx, self._user.id)
        done = 0
        for batch in _batches(self._file, self._by_feed()):
            with self._db.reading() as tx:
                known = [
                    one
                    for url, articles in batch
                    for one in recognised(
                        tx,
                        self._user.id,
                        url,
                        [self._own_links(url, saved) for saved in articles],
                        subscribed,
                        all_kept=self._file.all_kept,
                    )
                ]
            self._store([_without_folders(one, folders) for one in known])
            done += len(known)
            self._progress(done, self._file.count)
        self._progress(self._file.count, self._file.count)
        if self._file.is_damaged:
            self._problem(self._file.count, "saved.damaged", "")
        return SavedReport(articles=self._file.count, problems=tuple(self._problems), **self._counts)

    def _by_feed(self) -> dict[str, list[int]]:
        """The numbers of the articles, by the address of their feed. Each is read again when its turn comes.

        A link that several of a feed's articles have (its home page) is noted: it says nothing of either.
        """
        found: dict[str, list[int]] = {}
        seen: set[tuple[str, str]] = set()
        for place in range(1, self._file.count + 1):
            saved = self._file.entry(place)
            url = _address(saved)
            if saved is None or url is None:
                self._problem(place, "saved.unreadable", (saved.entry.title or "") if saved else "")
            elif not (saved.starred or saved.labels or saved.is_read or self._file.all_kept or is_own_feed(url)):
                self._counts["nothing_to_keep"] += 1
            else:
                found.setdefault(url, []).append(place)
                links = {(url, link) for link in saved.links}
                self._shared |= links & seen
                seen |= links
        return found

    def _own_links(self, url: str, saved: SavedEntry) -> SavedEntry:
        """Without the links that it shares with others."""
        own = tuple(link for link in saved.links if (url, link) not in self._shared)
        return saved if own == saved.links else replace(saved, links=own)

    def _store(self, batch: Sequence[Known]) -> None:
        """What is costly first; then everything of the batch in one transaction."""
        new = [one for one in batch if one.is_kept and one.entry_id is None]
        arrived = {one.hashes[0]: _prepared(one, self._now) for one in new}
        with transaction(self._db) as tx:
            tx.hold_user(self._user.id)
            brought.hold_archives(tx, self._user.id, {one.place.url for one in batch})
            ids = {id(one): one.entry_id for one in batch if one.entry_id is not None}
            for url, there in _grouped(batch).items():
                put = self._put_own if is_own_feed(url) else self._put
                ids.update(put(tx, url, there, arrived))
            self._star(tx, {ids[id(one)]: _starred_at(one.saved, self._now) for one in batch if one.saved.starred})
            self._label(tx, [(ids[id(one)], one.saved.labels) for one in batch if one.saved.labels])
            were = states.mark_read(tx, self._user.id, _read_here(batch))
            self._note("read", tx, were.ids, were.kept)

    def _put_own(self, tx: WriteTx, url: str, there: Sequence[Known], arrived: "_Prepared") -> dict[int, int]:
        """Saved pages, or the newsletters of a sender, into the feed that they are. The ids of those that are new."""
        new = [one for one in there if one.entry_id is None]
        if not new:
            return {}
        titled = next((one.saved for one in there if one.saved.feed_title), there[0].saved)
        feed_id = own_feeds.feed_for(tx, self._user, url, titled.feed_title, titled.site_url, self._now)
        if feed_id is None:
            return self._put_refused(tx, url, new, arrived)
        unique = {one.hashes[0]: arrived[one.hashes[0]] for one in new}
        read = {one.hashes[0] for one in new if one.saved.is_read}
        ids, stored = own_feeds.put(tx, self._user, feed_id, list(unique.values()), read, self._now)
        if url == saved_pages.ADDRESS:
            bare = [ids[hash_] for hash_, one in unique.items() if one.text is None]
            own_feeds.fetch_missing(tx, feed_id, bare, self._now)
        self._counts["stored"] += stored
        self._counts["own"] += stored
        return {id(one): ids[one.hashes[0]] for one in new}

    def _put_refused(self, tx: WriteTx, url: str, new: Sequence[Known], arrived: "_Prepared") -> dict[int, int]:
        """Where such a feed cannot be, what was starred or labelled is kept all the same."""
        marked = [one for one in new if one.saved.starred or one.saved.labels]
        for one in new:
            if one not in marked:
                self._problem(one.saved.place, "saved.refused", one.saved.entry.title or "")
        return self._put(tx, url, marked, arrived) if marked else {}

    def _put(self, tx: WriteTx, url: str, there: Sequence[Known], arrived: "_Prepared") -> dict[int, int]:
        """One feed's articles into its archive, and what had been read of it. The ids of those that are new."""
        new = [one for one in there if one.is_kept and one.entry_id is None]
        waiting = [one for one in there if one.saved.is_read and not one.is_live]
        if not new and not waiting:
            return {}
        archive = self._archive(tx, url, there)
        known = entries.buried(tx, archive, [one.hashes[0] for one in waiting])
        brought.note_read(tx, archive, chain.from_iterable(one.hashes for one in waiting))
        self._counts["read"] += len({one.hashes[0] for one in waiting} - known)
        unique = {one.hashes[0]: arrived[one.hashes[0]].arrived for one in new}
        ids, stored = brought.put(tx, archive, list(unique.values()), self._now)
        self._counts["stored"] += stored
        return {id(one): ids[one.hashes[0]] for one in new}

    def _archive(self, tx: WriteTx, url: str, there: Sequence[Known]) -> int:
        titled = next((one.saved for one in there if one.saved.feed_title), there[0].saved)
        return brought.open_archive(
            tx,
            self._user.id,
            url,
            host=host_key(url) if "://" in url else "",
            title=titled.feed_title[:MAX_TITLE],
            site_url=titled.site_url,
            now=self._now,
        )

    def _star(self, tx: WriteTx, starred: Mapping[int, datetime]) -> None:
        new = brought.star(tx, self._user.id, starred) if starred else []
        self._counts["starred"] += len(new)
        self._note("star", tx, new)

    def _label(self, tx: WriteTx, labelled: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        if not labelled:
            return
        known = Labels(tx, self._user.id)
        by_label: dict[int, list[int]] = {}
        for entry_id, names in labelled:
            for name in names:
                label_id = known.of(name)
                if label_id is not None:
                    by_label.setdefault(label_id, []).append(entry_id)
        new = {
            entry_id for label_id, ids in by_label.items() for entry_id in labels.put(tx, self._user.id, label_id, ids)
        }
        self._counts["labelled"] += len(new)
        self._note("label", tx, sorted(new))

    def _note(self, action: str, tx: WriteTx, changed: Sequence[int], kept: Sequence[int] = ()) -> None:
        if action == "read":
            self._counts["read"] += len(changed)
        if changed:
            history.note(tx, self._user.id, action, changed, self._now, kept=kept)

    def _problem(self, place: int, code: str, text: str) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(SavedProblem(place=place, code=code, text=text[:200]))


# ------------------------------------------------------------------------------------------------ taking apart


_Prepared = Mapping[bytes, OwnArticle]
"""What will be stored, by guid hash."""


def _address(saved: SavedEntry | None) -> str | None:
    """The address of an article's feed, as a feed's address is kept."""
    url = feed_address(saved.feed_url) if saved is not None else None
    if saved is not None and url == saved_pages.ADDRESS and page_address(saved) is None:
        return None
    return url


def _batches(file: SavedFile, by_feed: Mapping[str, Sequence[int]]) -> Iterator[list[tuple[str, list[SavedEntry]]]]:
    """Articles feed by feed, ``BATCH`` at a time; several small feeds share a batch."""
    batch: list[tuple[str, list[SavedEntry]]] = []
    room = BATCH
    for url, places in by_feed.items():
        left = list(places)
        while left:
            some = [saved for place in left[:room] if (saved := file.entry(place)) is not None]
            batch.append((url, some))
            left, room = left[room:], room - len(some)
            if room <= 0:
                yield batch
                batch, room = [], BATCH
    if batch:
        yield batch


def _without_folders(one: Known, folders: Mapping[int, set[str]]) -> Known:
    """Without the labels that are the folders of its feed."""
    names = folders.get(one.place.live_id or 0, set())
    kept = tuple(name for name in one.saved.labels if name_key(usable_name(name)) not in names)
    return one if kept == one.saved.labels else replace(one, saved=replace(one.saved, labels=kept))


# ------------------------------------------------------------------------------------------------ storing


def _grouped(batch: Iterable[Known]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for one in batch:
        found.setdefault(one.place.url, []).append(one)
    return found


def _read_here(batch: Iterable[Known]) -> list[int]:
    return [one.entry_id for one in batch if one.saved.is_read and one.is_live and one.entry_id is not None]


def _prepared(one: Known, now: datetime) -> OwnArticle:
    return own_feeds.page(one, now) if own_feeds.is_page(one) else OwnArticle(arrived=_arrived(one, now))


def _arrived(one: Known, now: datetime) -> Arrived:
    """An article ready to be stored, cleaned like any entry, in the order of its own date."""
    entry: ParsedEntry = one.saved.entry
    clean = clean_entry(entry, feed_url=one.place.url, site_url=one.saved.site_url)
    base = entry.base_url or one.place.url
    return Arrived(
        guid=one.guid,
        guid_hash=one.hashes[0],
        content_hash=content_hash(entry),
        listed_at=listed_at(one.saved.listed_at or entry.published_at or one.saved.saved_at, first=True, now=now),
        clean=clean,
        packed=entries.packed_body(clean, entry.content_html, entry.summary_html, base),
    )


def _starred_at(saved: SavedEntry, now: datetime) -> datetime:
    return min(saved.saved_at or saved.entry.published_at or now, now)


class Labels:
    """A user's labels by name, made where they are missing. A folder's name is not free: "Tech" becomes "Tech (2)"."""

    def __init__(self, tx: WriteTx, user_id: int) -> None:
        self._tx = tx
        self._user_id = user_id
        self._known = brought.labels(tx, user_id)
        self._taken = joining.taken_names(tx, user_id)

    def of(self, name: str) -> int | None:
        """The label's id; None when there are too many."""
        shown = usable_name(name)
        for number in count(1):
            candidate = shown if number == 1 else f"{shown[:90]} ({number})"
            key = name_key(candidate)
            if key in self._known:
                return self._known[key]
            if key not in self._taken:
                return self._added(candidate, key)
        return None

    def _added(self, name: str, key: str) -> int | None:
        if len(self._known) >= MAX_LABELS:
            return None
        self._known[key] = labels.add(self._tx, self._user_id, name)
        self._taken.add(key)
        return self._known[key]
