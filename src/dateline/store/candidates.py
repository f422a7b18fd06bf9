"""Entries as a query sees them: what it is asked of when no index can tell."""

from collections.abc import Callable, Iterator, Sequence

from dateline.query.matching import Subject
from dateline.query.tree import StateName

from . import full_texts
from .bodies import safe_html
from .db import Row, Tx
from .entries import decode_people, decode_tags
from .shown import condition


def subjects(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> Iterator[Subject]:
    """The entries of these that there are, in order of id, with what a user did with them. Their texts are read while
    the transaction lasts.
    """
    labels = _labels(tx, user_id, entry_ids)
    for row in tx.all(
        "SELECT e.id, e.feed_id, e.title, e.url, e.authors, e.tags, e.received_at,"
        f" coalesce(e.published_at, e.received_at), {condition('unread', 'e', 'id')}, {condition('starred', 'e', 'id')}"
        " FROM entry e WHERE e.id IN ids(:ids) ORDER BY e.id",
        user=user_id,
        ids=list(entry_ids),
    ):
        yield Subject(
            entry_id=row[0],
            feed_id=row[1],
            title=row[2],
            url=row[3],
            authors=[person.name or person.email or "" for person in decode_people(row[4])] if row[4] else (),
            tags=decode_tags(row[5]) if row[5] else (),
            received_at=row[6],
            published_at=row[7],
            read_text=_text_of(tx, row[0]),
            states=_states(row),
            label_ids=frozenset(labels.get(row[0], ())),
        )


def _states(row: Row) -> frozenset[StateName]:
    starred: tuple[StateName, ...] = ("starred",) if row[9] else ()
    return frozenset(("unread" if row[8] else "read", *starred))


def _labels(tx: Tx, user_id: int, entry_ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry_id, label_id in tx.all(
        "SELECT entry_id, label_id FROM entry_label WHERE entry_id IN ids(:ids) AND user_id = :user",
        user=user_id,
        ids=list(entry_ids),
    ):
        found.setdefault(entry_id, []).append(label_id)
    return found


def _text_of(tx: Tx, entry_id: int) -> Callable[[], str]:
    """Reads what an entry says, by its feed and (as it is indexed) by the article behind its link."""

    def read() -> str:
        row = tx.one("SELECT version, body FROM entry_body WHERE entry_id = :id", id=entry_id)
        if row is None or tx.text_of is None:
            return ""
        articles = full_texts.bodies_of(tx, [entry_id])
        return "\n".join(tx.text_of(html) for html in (safe_html(row[1], row[0], tx.sanitiser), *articles.values()))

    return read
