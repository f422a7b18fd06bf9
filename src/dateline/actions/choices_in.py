"""What a person chose on another Dateline, brought along: taken over where nothing was chosen here yet.

The account's own choices are one transaction; what was read and begun follows in batches. Each value meets the bounds
that its own page has: what breaks them is told by name and left out.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict, replace

from dateline import preferences
from dateline.clean import own_sheet
from dateline.clean.text import one_line
from dateline.errors import ActionError
from dateline.model import Retention, User
from dateline.parse.choices import (
    Choices,
    LabelChoice,
    OwnFeedChoice,
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
    displays,
    full_texts,
    labels,
    mail,
    retention,
)
from dateline.store import read_choices as by_itself
from dateline.store import subscriptions as stored
from dateline.store.choosing import choosing
from dateline.store.db import WriteTx
from dateline.store.full_texts import Wish
from dateline.store.retention import Proposal
from dateline.store.write import transaction

from .accounts import check_language, check_zone
from .appearance import bring_icons, bring_words
from .articles_in import FEEDS, bring_articles, chunks
from .choices_out import LABEL
from .finding import Finder
from .looks import LARGEST_TEXT, SMALLEST_TEXT
from .opml import Folders
from .opml import Progress as Told
from .own_feeds import MAX_TITLE, feed_for
from .preferences import MAX_CHARS
from .rules_moving import bring_rules
from .saved import Labels
from .searches_moving import bring_searches
from .sharing import MAX_NAME, MAX_TARGETS, is_target

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
        self._taken = 0

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
        articles = bring_articles(self._db, self._user, self._said, finder, self._now)
        problems = tuple(dict.fromkeys([*self._problems, *articles.problems]))
        return ChoicesReport(taken=self._taken, going=articles.going, read=articles.read, problems=problems)

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
        for some in chunks(self._said.own_feeds, FEEDS):
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
