"""OPML for people: import with a report line by line, all of it or nothing; export of everything with its settings."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain, count

from msgspec import Struct
from msgspec.structs import replace

from dateline.errors import FetchError
from dateline.model import User
from dateline.parse.opml import OpmlDocument, OpmlFeed, OpmlFolder, parse_opml
from dateline.parse.opml_settings import (
    OpmlSettings,
    folder_display,
    folder_left_out,
    folder_read_when,
    folder_retention,
    followed_address,
    settings_of,
)
from dateline.parse.opml_unapplied import READ_FILTERS, decode_unapplied, encode_unapplied, with_read_queries
from dateline.refresh.carrying import refused_proxy, usable
from dateline.refresh.joining import MAX_SUBSCRIPTIONS, joining_of, split_url
from dateline.settings import Settings
from dateline.store import (
    Database,
    displays,
    folder_order,
    followed,
    joining,
    read_choices,
    retention,
    rules,
    subscriptions,
)
from dateline.store.accounts import name_key
from dateline.store.db import WriteTx
from dateline.store.joining import Joining
from dateline.store.retention import Proposal
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from .rules import MAX_RULES
from .subscriptions import MAX_DEPTH, MAX_FOLDER_NAME

Progress = Callable[[int, int], None]
"""Called with (done, of how many)."""
STEPS = 4
"""What is told of each outline: it is understood; its feed, its subscription and its folders are written."""


class ImportProblem(Struct, frozen=True, kw_only=True):
    """What was passed over, with its line: ``code`` is ``opml.*`` or an action's."""

    line: int
    code: str
    text: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did: subscriptions added, those that were there, folders made, and what could not be used."""

    added: int
    already: int
    folders_added: int
    problems: tuple[ImportProblem, ...]


def import_opml(
    db: Database,
    user: User,
    body: bytes,
    *,
    settings: Settings | None = None,
    now: datetime,
    progress: Progress | None = None,
) -> ImportReport:
    """Subscribe to everything in an OPML file, in one transaction: nothing half done. The feeds are due at once.

    Who subscribes already keeps title, folders and settings. Raises ``ParseError`` when the file is no OPML; nothing
    was done then. Nearly all the work is done before the transaction, so that others do not wait for it.
    """
    document = parse_opml(body)
    bringing = _Import(user, settings or Settings(), document, progress or (lambda _done, _total: None))
    with transaction(db) as tx:
        tx.hold_user(user.id)
        return bringing.carry_out(tx, now)


class _Outline(Struct, frozen=True, kw_only=True):
    feed: OpmlFeed
    followed: bool | None
    joining: Joining


class _Import:
    """One import: understands the file first, then writes."""

    def __init__(self, user: User, settings: Settings, document: OpmlDocument, progress: Progress) -> None:
        self._user = user
        self._proxies = settings.proxies
        self._document = document
        self._problems = [ImportProblem(line=p.line, code=p.code, text=p.text) for p in document.problems]
        self._progress = progress
        self._total = STEPS * len(document.feeds)
        self._done = 0
        keyring = Keyring(key_path(settings))
        self._outlines = [
            outline for feed in document.feeds if (outline := self._understood(feed, keyring)) is not None
        ]

    def _understood(self, feed: OpmlFeed, keyring: Keyring) -> _Outline | None:
        said = usable(feed, settings_of(feed))
        self._tell(1)
        try:
            wanted = joining_of(feed, said, user_id=self._user.id, keyring=keyring)
        except FetchError as error:
            self._problem(feed.line, "opml.bad_address", error.detail)
            return None
        self._tell_of_settings(feed, said)
        return _Outline(feed=feed, followed=said.followed, joining=wanted)

    def _tell_of_settings(self, feed: OpmlFeed, said: OpmlSettings) -> None:
        """What of the settings could not be taken over, or needs something yet."""
        proxy = refused_proxy(said.transport, self._proxies)
        for code, names in (
            ("opml.left_out", said.left_out),
            ("opml.unapplied", tuple(name for name, _ in said.unapplied)),
            ("opml.proxy_not_allowed", (proxy,) if proxy else ()),
            ("opml.secrets_withheld", said.transport.withheld if said.transport else ()),
        ):
            if names:
                self._problem(feed.line, code, f"{feed.title or split_url(feed.url)[0]}: {', '.join(names)}")

    def carry_out(self, tx: WriteTx, now: datetime) -> ImportReport:
        """Write everything."""
        there = joining.subscribed_addresses(tx, self._user.id)
        room = MAX_SUBSCRIPTIONS - subscriptions.count(tx, self._user.id)
        folders = Folders(tx, self._user.id)
        new: dict[str, Joining] = {}
        rules_left = MAX_RULES - rules.count(tx, self._user.id)
        lists = self._follow(tx, folders, now)
        already = 0
        for outline in self._outlines:
            url = outline.joining.url
            if url in there:
                already += 1
            elif url in new or len(new) < room:
                new[url] = _joined(new.get(url), _placed(outline, folders, lists))
                rules_left -= len(outline.joining.read_queries)
                if rules_left < 0:
                    new[url] = _without_rules(new[url])
                    self._problem(outline.feed.line, "opml.unapplied", f"{outline.feed.title}: {READ_FILTERS}")
            else:
                self._problem(outline.feed.line, "action.too_large", url)
        folder_order.take_order(tx, self._user.id, folders.new(self._document.folder_order))
        joining.join(tx, self._user.id, list(new.values()), now, self._tell)
        self._tell(self._total - self._done)
        problems = tuple(sorted(self._problems, key=lambda problem: problem.line))
        return ImportReport(added=len(new), already=already, folders_added=folders.added, problems=problems)

    def _follow(self, tx: WriteTx, folders: "Folders", now: datetime) -> set[int]:
        """Make the folders of which the file says something. Those that follow a list now, or did."""
        for folder in self._document.folders:
            folders_before = folders.added
            folder_id = folders.at(folder.path)
            if folders.added > folders_before:  # who has the folder already has said enough
                self._arrange(tx, folder, folder_id)
            address = followed_address(folder)
            if address is not None:
                self._follow_one(tx, folder, folder_id, address, now)
        return followed.folders_of(tx, self._user.id)

    def _arrange(self, tx: WriteTx, folder: OpmlFolder, folder_id: int) -> None:
        """What the file says of a folder that is new here."""
        rule, display, read_when = folder_retention(folder), folder_display(folder), folder_read_when(folder)
        if rule is not None:
            retention.save(tx, Proposal(scope="folder", key=folder_id, rule=rule))
        if display is not None:
            displays.keep(tx, self._user.id, "folder", folder_id, display)
        if read_when is not None:
            read_choices.keep(tx, self._user.id, "folder", folder_id, read_when)

    def _follow_one(self, tx: WriteTx, folder: OpmlFolder, folder_id: int, address: str, now: datetime) -> None:
        try:
            url, credentials = split_url(address)
        except FetchError as error:
            self._problem(folder.line, "opml.bad_address", error.detail)
            return
        if credentials:  # a list behind a password is not followed
            self._problem(folder.line, "opml.left_out", f"{folder.path[-1]}: frss:opmlUrl")
        elif folder_id not in followed.folders_of(tx, self._user.id):
            followed.follow(tx, folder_id, url, now)
            if left_out := folder_left_out(folder):
                followed.leave_out_all(tx, folder_id, list(left_out))

    def _problem(self, line: int, code: str, text: str) -> None:
        if len(self._problems) < MAX_SUBSCRIPTIONS:
            self._problems.append(ImportProblem(line=line, code=code, text=text[:200]))

    def _tell(self, steps: int) -> None:
        self._done += steps
        self._progress(self._done, self._total)


def _placed(outline: _Outline, folders: "Folders", lists: set[int]) -> Joining:
    """A subscription with its folders; one that stands in a folder with a followed list came with that list."""
    ids = tuple(folders.at(path) for path in outline.feed.folders)
    bringing = next((ident for ident in ids if ident in lists), None) if outline.followed is not False else None
    return replace(outline.joining, folder_ids=ids, followed_folder_id=bringing)


def _joined(first: Joining | None, again: Joining) -> Joining:
    """Two outlines whose addresses turn out to be one: the first one counts, in the folders of both."""
    if first is None:
        return again
    return replace(first, folder_ids=tuple(dict.fromkeys((*first.folder_ids, *again.folder_ids))))


def _without_rules(one: Joining) -> Joining:
    """A subscription whose searches that mark as read are kept, and do nothing: an account has enough rules."""
    kept = with_read_queries(one.read_queries, decode_unapplied(one.unapplied))
    return replace(one, read_queries=(), unapplied=encode_unapplied(tuple(kept.items())))


class Folders:
    """A user's folders by path, made where they are missing."""

    def __init__(self, tx: WriteTx, user_id: int) -> None:
        self._tx = tx
        self._user_id = user_id
        self._known = {
            (folder.parent_id, name_key(folder.name)): folder.id for folder in subscriptions.folders(tx, user_id)
        }
        self._taken = joining.taken_names(tx, user_id)
        self._new: list[int] = []

    @property
    def added(self) -> int:
        """How many were made."""
        return len(self._new)

    def new(self, order: Iterable[Sequence[str]]) -> list[int]:
        """Those that were made, as far as they are among these paths in their order; then the others."""
        made = set(self._new)
        listed = dict.fromkeys(ident for path in order if (ident := self.there(path)) in made and ident is not None)
        return [*listed, *(ident for ident in self._new if ident not in listed)]

    def there(self, path: Sequence[str]) -> int | None:
        """The folder at a path, where there is one."""
        ident: int | None = None
        for name in path[:MAX_DEPTH]:
            ident = self._known.get((ident, name_key(usable_name(name))))
            if ident is None:
                return None
        return ident

    def at(self, path: Sequence[str]) -> int:
        """The folder at a path. Names are unique per user: a second "Tech" becomes "Tech (Blogs)"."""
        parent: int | None = None
        above = ""
        for name in path[:MAX_DEPTH]:
            shown = usable_name(name)
            known = self._known.get((parent, name_key(shown)))
            if known is None:
                free = self._free_name(shown, above)
                known = subscriptions.add_folder(self._tx, self._user_id, free, parent)
                self._taken.add(name_key(free))
                self._known[parent, name_key(shown)] = known
                self._new.append(known)
            parent, above = known, shown
        assert parent is not None
        return parent

    def _free_name(self, name: str, above: str) -> str:
        ends = chain(["", f" ({above})"] if above else [""], (f" ({number})" for number in count(2)))
        candidates = (
            f"{name[: MAX_FOLDER_NAME - len(end)]}{end}" for end in (end[-MAX_FOLDER_NAME // 2 :] for end in ends)
        )
        return next(free for free in candidates if name_key(free) not in self._taken)


def usable_name(name: str) -> str:
    """The nearest name that a folder or label may have: see ``subscriptions.folder_name``."""
    visible = "".join(char for char in name.replace("/", "-") if char.isspace() or unicodedata.category(char)[0] != "C")
    return " ".join(unicodedata.normalize("NFC", visible).split())[:MAX_FOLDER_NAME].rstrip() or "-"
