"""The chapters of an episode that stand in a file of their own: fetched when somebody opens them, then kept for all.

They are kept with the entry until its publisher changes it; what changes then may be the chapters too.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from dateline.clean.episode import clean_chapters
from dateline.errors import ActionError
from dateline.fetch import fetch_now
from dateline.model import User
from dateline.parse.chapters import MAX_BYTES, parse_chapters
from dateline.refresh.asking import beside
from dateline.refresh.polite import TableGate
from dateline.settings import Settings
from dateline.store import Database, entries, feeds, streams
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from .subscriptions import running_from

DEADLINE = 15.0


def take(
    db: Database,
    settings: Settings,
    user: User,
    entry_id: int,
    *,
    version: str,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
) -> int:
    """How many chapters an episode has now that its file was read, if it was not before. Network, at most 15 seconds.

    Nothing secret of how the feed itself is fetched (logins, cookies) is sent; its proxy is kept to. Raises
    ``NotFound``; ``ActionError`` ``action.bad_value`` for an entry without such a file; ``FetchError``, ``ParseError``,
    ``StoreError`` (``store.secret``).
    """
    with db.reading() as tx:
        entry = streams.entry(tx, user.id, entry_id)
        feed = feeds.read(tx, entry.feed_id)
    episode = entry.episode
    if episode is None or episode.chapters_url is None:
        raise ActionError("action.bad_value", "this article has no file of chapters")
    if episode.chapters:
        return len(episode.chapters)
    gate = TableGate(db, settings, holder=f"chapters-{secrets.token_hex(4)}", clock=clock or running_from(now))
    answer = fetch_now(
        settings,
        episode.chapters_url,
        version=version,
        gate=gate,
        accept="chapters",
        max_bytes=MAX_BYTES,
        deadline=DEADLINE,
        transport=beside(feed, Keyring(key_path(settings))),
    )
    chapters = clean_chapters(parse_chapters(answer.body), answer.final_url)
    with transaction(db) as tx:
        entries.keep_chapters(tx, entry_id, episode.chapters_url, chapters)
    return len(chapters)
