"""Entries without a network: what the line would hand to the store."""

from datetime import datetime, timedelta

from dateline.actions import subscriptions
from dateline.model import CleanEntry, SafeHTML, User
from dateline.store import Database, entries
from dateline.store.entries import Arrived, guid_hash
from dateline.store.write import transaction


def clean(title: str, *, text: str = "", published_at: datetime | None = None) -> CleanEntry:
    """A cleaned entry of a title and a text."""
    return CleanEntry(
        url=f"https://a.example/{title}",
        title=title,
        authors=(),
        published_at=published_at,
        updated_at=None,
        content_html=SafeHTML(f"<p>{text}</p>"),
        text=text,
        preview_text=text[:500],
        word_count=len(text.split()),
        tags=(),
        language=None,
        enclosures=(),
        thumbnail_url=None,
        comments_url=None,
    )


def arrived(title: str, listed_at: datetime, *, text: str = "") -> Arrived:
    """A new entry whose guid is its title."""
    body = clean(title, text=text, published_at=listed_at)
    return Arrived(
        guid=title,
        guid_hash=guid_hash(title),
        content_hash=guid_hash(text),
        listed_at=listed_at,
        clean=body,
        packed=entries.packed_body(body, None, None, None),
    )


def fill(
    db: Database, feed_id: int, titles: list[str], start: datetime, *, step: int = 60, text: str = ""
) -> list[int]:
    """Insert entries with these titles, ``step`` seconds apart from ``start`` on. Their ids."""
    new = [
        arrived(title, start + timedelta(seconds=step * place), text=text or f"text of {title}")
        for place, title in enumerate(titles)
    ]
    with transaction(db) as tx:
        return entries.insert(tx, feed_id, new, start)


def subscribed(db: Database, user: User, url: str, now: datetime) -> tuple[int, int]:
    """(subscription id, feed id) of a new subscription."""
    subscription_id = subscriptions.subscribe(db, user, url, now=now)
    with db.reading() as tx:
        feed_id = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=subscription_id)
    return subscription_id, feed_id
