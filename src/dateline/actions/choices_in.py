"""What a person chose on another Dateline, brought along: taken over where nothing was chosen here yet.

The account's own choices are one transaction; what was read and begun follows in batches. Each value meets the bounds
that its own page has: what breaks them is told by name and left out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from dateline import preferences
from dateline.clean import own_sheet
from dateline.clean.text import one_line
from dateline.errors import ActionError
from dateline.fetch.address import host_key
from dateline.model import Retention, User
from dateline.parse.addresses import absolute
from dateline.parse.choices import (
    Choices,
    Going,
    LabelChoice,
    OwnFeedChoice,
    ReadThere,
    hashes_of,
    moment,
    read_choices,
)
from dateline.parse.opml import OpmlFeed
from dateline.parse.opml_settings import is_usable, settings_of
from dateline.parse.own_words import is_own_feed
from dateline.preferences import Display, Look, Preferences, ReadWhen, ShareTarget
from dateline.store import (
    Database,
    accounts,
    brought,
    delivery,
    displays,
    entries,
    full_texts,
    highlights,
    history,
    labels,
    mail,
    progress,
    retention,
    states,
)
from dateline.store import read_choices as by_itself
from dateline.store import subscriptions as stored
from dateline.store.brought import Place
from dateline.store.choosing import choosing
from dateline.store.db import WriteTx
from dateline.store.full_texts import Wish
from dateline.store.progress import Progress
from dateline.store.retention import Proposal
from dateline.store.write import transaction

from .accounts import check_language, check_zone
from .appearance import bring_icons, bring_words
from .choices_out import LABEL
from .finding import Finder
from .looks import LARGEST_TEXT, SMALLEST_TEXT
from .opml import Folders
from .opml import Progress as Told
from .own_feeds import MAX_TITLE, feed_for
from .preferences import MAX_CHARS
from .progress import MAX_QUEUE, MAX_SECONDS, MAX_URL
from .recognising import feed_address
from .rules_moving import bring_rules
from .saved import Labels
from .searches_moving import bring_searches
from .sharing import MAX_NAME, MAX_TARGETS, is_target

BATCH = 200
"""Articles that are looked for, and marked, in one transaction."""
FEEDS = 20
"""Feeds that are opened in one transaction: each takes several statements, and a click shall not wait for many."""
MAX_FOLDERS = 100
MAX_KEYS, MAX_KEY_CHARS = 200, 60
_ACTION = re.compile(r"[a-z_]{1,40}")
_STREAM = re.compile(r"main|important|starred|all|label|recent|today")


class ChoicesReport(Struct, frozen=True, kw_only=True):
    """What an import did: so many choices were taken over, so many articles go on or are queued, so many are read.

    ``problems`` names what could not be used.
    """

    taken: int
    going: int
    read: int
    problems: tuple[str, ...]


def import_choices(
    db: Database, user: User, body: bytes, *, now: datetime, progress: Told | None = None
) -> ChoicesReport:
    """Bring what was chosen elsewhere. Raises ``ParseError`` when the file is none; nothing was done then."""
    return _Import(db, user, read_choices(body), now, progress or (lambda _done, _total: None)).run()


class _Import:
    """One file on its way in."""

    def __init__(self, db: Database, user: User, said: Choices, now: datetime, told: Told) -> None:
        self._db, self._user, self._said, self._now, self._told = db, user, said, now, told
        self._problems: list[str] = list(said.unreadable)
        self._taken = self._going = self._read = 0

    def run(self) -> ChoicesReport:
        with transaction(self._db) as tx:
            tx.hold_user(self._user.id)
            mine = accounts.user_by_id(tx, self._user.id)
            streams = self._labels(tx)
            self._preferences(tx, mine, streams)
            self._account(tx, mine)
        with self._db.reading() as tx:
            finder = Finder(tx, self._user.id)
        self._own_feeds()
        self._beside()
        self._read_there()
        self._begun(finder)
        self._queue(finder)
        problems = tuple(dict.fromkeys(self._problems))
        return ChoicesReport(taken=self._taken, going=self._going, read=self._read, problems=problems)

    # -------------------------------------------------------------------------------------------- the account

    def _preferences(self, tx: WriteTx, mine: User, streams: dict[str, Display]) -> None:
        """Field by field: what is here as for a new account is as there."""
        usual, there = Preferences(), self._usable(replace(self._said.preferences, streams={}, feed_addresses=0))
        there = replace(there, streams=_streams(self._said.preferences.streams) | streams)
        chosen = {
            name: said
            for name, said in asdict(there).items()
            if said != getattr(usual, name) and getattr(mine.preferences, name) == getattr(usual, name)
        }
        kept = preferences.encode(replace(mine.preferences, **chosen))
        if len(kept) > MAX_CHARS:
            self._problems.append("preferences")
        elif chosen:
            with choosing(tx, self._user.id):
                accounts.change_user(tx, self._user.id, preferences=kept)
            self._taken += len(chosen)

    def _usable(self, there: Preferences) -> Preferences:
        """Preferences within the bounds that their own pages have."""
        keys = {action: keys for action, keys in there.keys.items() if _is_key(action, keys)}
        share = there.share and tuple(one for one in there.share if _is_target(one))[:MAX_TARGETS]
        for name, is_whole in (
            ("keys", len(keys) == len(there.keys) <= MAX_KEYS),
            ("share", share == there.share),
            ("look", _look(there.look) == there.look),
        ):
            if not is_whole:
                self._problems.append(name)
        return replace(there, keys=keys if len(keys) <= MAX_KEYS else {}, share=share, look=_look(there.look))

    def _account(self, tx: WriteTx, mine: User) -> None:
        usual = User(id=0, name="")
        said = {"language": (self._said.language, check_language), "time_zone": (self._said.time_zone, check_zone)}
        wanted: dict[str, object] = {}
        for name, (word, check) in said.items():
            is_open = word != getattr(usual, name) == getattr(mine, name)
            wanted |= {name: word} if word is not None and is_open and self._passes(name, check, word) else {}
        if self._said.preview and not mine.preview:
            wanted["preview"] = True
        accounts.change_user(tx, self._user.id, **wanted)
        self._taken += len(wanted) + self._keep(tx, self._said.retention)

    def _keep(self, tx: WriteTx, rule: Retention | None) -> int:
        """The account's rule of how long articles are kept; not where it would reach what was here before. How many."""
        if rule is None or retention.stored(tx, "account", self._user.id) is not None:
            return 0
        if not is_usable(rule) or stored.any_before(tx, self._user.id, self._now):
            self._problems.append("retention")
            return 0
        retention.save(tx, Proposal(scope="account", key=self._user.id, rule=rule))
        return 1

    def _passes(self, name: str, check: Callable[[str], None], said: str) -> bool:
        try:
            check(said)
        except ActionError:
            self._problems.append(name)
            return False
        return True

    # -------------------------------------------------------------------------------------------- labels, own feeds

    def _labels(self, tx: WriteTx) -> dict[str, Display]:
        """Labels with their colours, made where they are missing. How their streams are shown."""
        known = Labels(tx, self._user.id)
        colours = {one.id: one for one in labels.all_labels(tx, self._user.id)}
        streams: dict[str, Display] = {}
        for one in self._said.labels:
            label_id = known.of(one.name) if one.name.strip() else None
            if label_id is None:
                self._problems.append("labels")
                continue
            there = colours.get(label_id)
            self._colour(tx, one, labels.one(tx, self._user.id, label_id))
            self._taken += there is None
            if one.display is not None:
                streams[f"{LABEL}{label_id}"] = one.display
        return streams

    def _colour(self, tx: WriteTx, said: LabelChoice, label: labels.Label) -> None:
        for colour in labels.COLOURS:
            if colour == said.colour and colour and not label.colour:
                labels.change(tx, self._user.id, label.id, name=label.name, colour=colour)

    def _own_feeds(self) -> None:
        """How saved pages and newsletters are shown and kept, and whose newsletters are refused."""
        for some in _chunks(self._said.own_feeds, FEEDS):
            with transaction(self._db) as tx:
                tx.hold_user(self._user.id)
                self._put_own(tx, some)

    def _put_own(self, tx: WriteTx, some: Sequence[OwnFeedChoice]) -> None:
        folders = Folders(tx, self._user.id)
        for one in some:
            if not is_own_feed(one.url):
                self._problems.append("own_feeds")
            elif one.refused:
                self._refuse(tx, one)
            else:
                with choosing(tx, self._user.id):
                    self._own_feed(tx, one, folders)

    def _refuse(self, tx: WriteTx, one: OwnFeedChoice) -> None:
        if one.url.startswith("mailto:") and not brought.has_feed(tx, self._user.id, one.url):
            host = one.url.rpartition("@")[2]
            title = one_line(one.title, MAX_TITLE)
            mail.refuse(tx, mail.add_sender(tx, self._user.id, one.url, host, title, self._now), self._now)
            self._taken += 1

    def _own_feed(self, tx: WriteTx, one: OwnFeedChoice, folders: Folders) -> None:
        """What is as usual here is as there."""
        feed_id = feed_for(tx, self._user, one.url, one_line(one.title, MAX_TITLE), None, self._now)
        ident = None if feed_id is None else stored.by_feed(tx, self._user.id, feed_id)
        if ident is None or feed_id is None:
            self._problems.append("own_feeds")
            return
        there = stored.details(tx, self._user.id, ident)
        said = settings_of(OpmlFeed(url=one.url, attributes=one.attributes))
        if not there.own_title and one.title:
            stored.change(tx, self._user.id, ident, title=one_line(one.title, MAX_TITLE))
        if there.visibility == "main" and not there.folder_ids:
            stored.change(tx, self._user.id, ident, visibility=said.visibility)
            inside = (folders.there(path) for path in one.folders[:MAX_FOLDERS])  # the OPML file has made them
            stored.put_in_folders(tx, ident, [folder_id for folder_id in inside if folder_id is not None])
        if said.hidden_from_visitors:
            stored.change(tx, self._user.id, ident, hidden_from_visitors=True)
        bring_words(tx, self._user, there, said)
        if said.display is not None and displays.own(tx, self._user, "feed", ident) == Display():
            displays.keep(tx, self._user.id, "feed", ident, said.display)
        if said.read_when is not None and by_itself.own(tx, self._user.id, "feed", ident) == ReadWhen():
            by_itself.keep(tx, self._user.id, "feed", ident, said.read_when)
        if there.created_at >= self._now:  # made by this import
            retention.save(tx, Proposal(scope="subscription", key=ident, rule=said.retention))
            wish = Wish(mode=said.full_text, rules=said.full_text_rules)
            full_texts.set_wish(tx, self._user.id, ident, wish)

    def _beside(self) -> None:
        """What needs the feeds to be there."""
        icons = bring_icons(self._db, self._user, self._said.icons)
        searches = bring_searches(self._db, self._user, self._said.searches, self._now)
        rules = bring_rules(self._db, self._user, self._said.rules, self._now)  # they may name searches
        self._taken += icons[0] + searches[0] + rules[0]
        came = {"icons": icons[1], "searches": searches[1], "rules": rules[1]}
        self._problems += [name for name, is_whole in came.items() if not is_whole]

    # -------------------------------------------------------------------------------------------- articles

    def _read_there(self) -> None:
        """What had been read of feeds stays read, also if they bring it only now."""
        with self._db.reading() as tx:
            subscribed = brought.subscribed_feeds(tx, self._user.id)
        for batch in _batches(self._said.read):
            with transaction(self._db) as tx:
                tx.hold_user(self._user.id)
                for url, hashes in batch:
                    self._read += self._note_read(tx, brought.place(tx, self._user.id, url, subscribed), hashes)

    def _note_read(self, tx: WriteTx, place: Place, hashes: Sequence[bytes]) -> int:
        if place.live_id is not None and (came := delivery.deliver_feed(tx, self._user.id, place.live_id)) is not None:
            brought.settle(tx, self._user.id, [came])  # only what was delivered can be marked as read
        live = brought.matches(tx, place.live_id, hashes, [])[0] if place.live_id is not None else {}
        were = states.mark_read(tx, self._user.id, list(live.values()))
        read = were.ids
        if read:
            history.note(tx, self._user.id, "read", read, self._now, kept=were.kept)
        left = [hash_ for hash_ in hashes if hash_ not in live]
        if not left:
            return len(read)
        host = host_key(place.url)
        archive = brought.open_archive(tx, self._user.id, place.url, host=host, title="", site_url=None, now=self._now)
        known = entries.buried(tx, archive, left)
        brought.note_read(tx, archive, left)
        return len(read) + len(set(left) - known)

    def _begun(self, finder: Finder) -> None:
        """Where one stopped, unless one went on here."""
        for some in _chunks(self._said.begun[: progress.KEPT], BATCH):
            found = self._found(finder, some)
            with transaction(self._db) as tx:
                tx.hold_user(self._user.id)
                there = highlights.held(tx, list(found.values()))
                for one in some:
                    entry_id = found.get(one.place)
                    reached = _reached(one, entry_id) if entry_id in there else None
                    if reached is None:
                        self._problems.append("begun")
                    elif progress.of(tx, self._user.id, reached.entry_id).at is None:
                        progress.note(tx, self._user.id, reached, min(moment(one.at) or self._now, self._now))
                        self._going += 1

    def _queue(self, finder: Finder) -> None:
        """What is played next, after what is here."""
        wanted = self._said.queue[:MAX_QUEUE]
        found = self._found(finder, wanted)
        if len(found) < len(self._said.queue):
            self._problems.append("queue")
        with transaction(self._db) as tx:
            tx.hold_user(self._user.id)
            there = highlights.held(tx, list(found.values()))
            before = progress.queue(tx, self._user.id)
            queue = list(dict.fromkeys((*before, *(found[one.place] for one in wanted if one.place in found))))
            queue = [entry_id for entry_id in queue if entry_id in there or entry_id in before][:MAX_QUEUE]
            if queue != before:
                progress.put_queue(tx, self._user.id, queue)
                self._going += len(queue) - len(before)

    def _found(self, finder: Finder, some: Sequence[Going]) -> dict[int, int]:
        with self._db.reading() as tx:
            return finder.entries_of(tx, some)


# ------------------------------------------------------------------------------------------------ values of any kind


def _streams(there: dict[str, Display]) -> dict[str, Display]:
    return {name: one for name, one in there.items() if _STREAM.fullmatch(name)}


def _is_key(action: str, keys: str) -> bool:
    return _ACTION.fullmatch(action) is not None and len(keys) <= MAX_KEY_CHARS and keys.isprintable()


def _is_target(one: ShareTarget) -> bool:
    return 0 < len(one.name) <= MAX_NAME and one.name.isprintable() and is_target(one)


def _look(look: Look) -> Look:
    size = look.text_size if SMALLEST_TEXT <= look.text_size <= LARGEST_TEXT else Look().text_size
    is_safe = len(look.css) <= own_sheet.MAX_CHARS and not own_sheet.reaches_out(look.css)
    return replace(look, text_size=size, css=look.css if is_safe else "")


def _reached(one: Going, entry_id: int | None) -> Progress | None:
    """How far one is, within the bounds that a player has; None for what is beyond them, or nothing."""
    url = absolute(one.played_url, None)
    is_sane = 0 <= one.share <= 1000 and 0 <= one.played <= MAX_SECONDS and 0 <= one.played_of <= MAX_SECONDS
    if entry_id is None or not is_sane or (one.played and (url is None or len(url) > MAX_URL)):
        return None
    if not (one.share or one.played):
        return None
    return Progress(
        entry_id=entry_id,
        share=one.share,
        played_url=url if one.played else None,
        played=one.played,
        played_of=one.played_of,
    )


_One = TypeVar("_One")


def _chunks(some: Sequence[_One], size: int) -> Iterator[Sequence[_One]]:
    for start in range(0, len(some), size):
        yield some[start : start + size]


def _batches(read: Sequence[ReadThere]) -> Iterator[list[tuple[str, list[bytes]]]]:
    """(address, hashes) of several feeds, ``BATCH`` hashes at a time."""
    batch: list[tuple[str, list[bytes]]] = []
    size = 0
    for one in read:
        url = feed_address(one.feed_url)
        hashes = hashes_of(one) if url is not None and "://" in url else []
        while url is not None and hashes:
            some, hashes = hashes[: BATCH - size], hashes[BATCH - size :]
            batch.append((url, some))
            size += len(some)
            if size >= BATCH or len(batch) >= FEEDS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch
