"""OPML for people: import with a report line by line, export of everything."""

import unicodedata
from datetime import datetime
from itertools import chain, count

from msgspec import Struct

from dateline.errors import ActionError, FetchError
from dateline.fetch.address import absolute_http_url
from dateline.model import User
from dateline.parse.opml import OpmlDocument, OpmlFeed, parse_opml, write_opml
from dateline.settings import Settings
from dateline.store import Database, subscriptions
from dateline.store.accounts import name_key
from dateline.store.db import WriteTx
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from .subscriptions import MAX_DEPTH, MAX_FOLDER_NAME, MAX_SUBSCRIPTIONS, add_subscription, split_address


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
    db: Database, user: User, body: bytes, *, settings: Settings | None = None, now: datetime
) -> ImportReport:
    """Subscribe to everything in an OPML file, in one transaction: nothing half done. The feeds are due at once.

    Who subscribes already keeps title and folders. Raises ``ParseError`` when the file is no OPML; nothing was done
    then.
    """
    document = parse_opml(body)
    keyring = Keyring(key_path(settings or Settings()))
    with transaction(db) as tx:
        tx.hold_user(user.id)
        return _Import(tx, user, keyring, now).run(document)


class _Import:
    """One import: remembers the folders it has met or made."""

    def __init__(self, tx: WriteTx, user: User, keyring: Keyring, now: datetime) -> None:
        self._tx = tx
        self._user = user
        self._keyring = keyring
        self._now = now
        self._folders = {
            (folder.parent_id, name_key(folder.name)): folder.id for folder in subscriptions.folders(tx, user.id)
        }
        self._folders_added = 0
        self._room = MAX_SUBSCRIPTIONS - subscriptions.count(tx, user.id)
        self._problems: list[ImportProblem] = []

    def run(self, document: OpmlDocument) -> ImportReport:
        self._problems += [ImportProblem(line=p.line, code=p.code, text=p.text) for p in document.problems]
        done = [self._subscribe(feed) for feed in document.feeds]
        return ImportReport(
            added=done.count("added"),
            already=done.count("already"),
            folders_added=self._folders_added,
            problems=tuple(sorted(self._problems, key=lambda problem: problem.line)),
        )

    def _subscribe(self, feed: OpmlFeed) -> str:
        try:
            url, credentials = split_address(absolute_http_url(feed.url))
            if subscriptions.by_feed_url(self._tx, self._user.id, url) is not None:
                return "already"
            if self._room <= 0:
                raise ActionError("action.too_large", f"at most {MAX_SUBSCRIPTIONS} subscriptions")
            folder_ids = [self._folder(path) for path in feed.folders]
            encrypted = self._keyring.encrypt(credentials) if credentials else None
            add_subscription(
                self._tx,
                self._user.id,
                url,
                owner_id=self._user.id if encrypted else 0,
                credentials=encrypted,
                title=feed.title,
                folder_ids=folder_ids,
                now=self._now,
            )
        except FetchError as error:
            self._problems.append(ImportProblem(line=feed.line, code="opml.bad_address", text=error.detail[:200]))
            return "refused"
        except ActionError as error:
            self._problems.append(ImportProblem(line=feed.line, code=error.code, text=feed.url[:200]))
            return "refused"
        self._room -= 1
        return "added"

    def _folder(self, path: tuple[str, ...]) -> int:
        """The folder at a path, made where it is missing.

        Names are unique per user: a second "Tech" becomes "Tech (Blogs)".
        """
        parent: int | None = None
        above = ""
        for name in path[:MAX_DEPTH]:
            shown = _usable(name)
            known = self._folders.get((parent, name_key(shown)))
            if known is None:
                known = subscriptions.add_folder(self._tx, self._user.id, self._free_name(shown, above), parent)
                self._folders[parent, name_key(shown)] = known
                self._folders_added += 1
            parent, above = known, shown
        assert parent is not None
        return parent

    def _free_name(self, name: str, above: str) -> str:
        ends = chain(["", f" ({above})"] if above else [""], (f" ({number})" for number in count(2)))
        candidates = (
            f"{name[: MAX_FOLDER_NAME - len(end)]}{end}" for end in (end[-MAX_FOLDER_NAME // 2 :] for end in ends)
        )
        return next(free for free in candidates if subscriptions.name_owner(self._tx, self._user.id, free) is None)


def _usable(name: str) -> str:
    """The nearest name that a folder may have: see ``subscriptions.folder_name``."""
    visible = "".join(char for char in name.replace("/", "-") if char.isspace() or unicodedata.category(char)[0] != "C")
    return " ".join(unicodedata.normalize("NFC", visible).split())[:MAX_FOLDER_NAME].rstrip() or "-"


def export_opml(db: Database, user: User, *, now: datetime) -> bytes:
    """All subscriptions of a user, in their folders, as OPML 2.0. Credentials are not part of it."""
    with db.reading() as tx:
        rows = subscriptions.all_details(tx, user.id)
        folders = {folder.id: folder for folder in subscriptions.folders(tx, user.id)}

    def path(folder_id: int) -> tuple[str, ...]:
        names: list[str] = []
        current: int | None = folder_id
        while current is not None and len(names) <= MAX_DEPTH:
            names.insert(0, folders[current].name)
            current = folders[current].parent_id
        return tuple(names)

    feeds = [
        OpmlFeed(
            url=row.url,
            title=row.title,
            site_url=row.site_url,
            description=row.description or "",
            folders=tuple(path(folder_id) for folder_id in row.folder_ids),
        )
        for row in rows
    ]
    return write_opml(f"Dateline: {user.name}", feeds, created_at=now)
