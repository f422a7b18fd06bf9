"""Full texts: the articles behind entries' links, who wants them, and which of two texts is shown.

An article is kept once for each way in which its subscribers take it: ``rules_hash`` names the selectors, the empty
hash is readability's work. Who has rules of his own and no text by them is shown that one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dateline.model import CLEANER_VERSION, Entry, FullText, FullTextMode, FullTextRules, SafeHTML

from . import full_text_queue, saved_pages
from .bodies import SHORT, Bodies, Body, safe_html, unpack
from .db import Row, Tx, WriteTx
from .entries import decode_enclosures
from .times import from_us, to_us

Version = Literal["feed", "full", "own"]
"""The feed's text, the full text if there is one, or what the subscription says (with what is known of the other)."""

PLAIN = b""
"""The hash of rules without selectors."""
MUCH_LONGER = 1.3
"""Who wants full texts of cut entries only is shown one that has so many times the feed's words."""

_rules = msgspec.json.Decoder(FullTextRules)


class Wish(Struct, frozen=True, kw_only=True):
    """What one subscription wants."""

    mode: FullTextMode
    rules: FullTextRules


class Taken(Struct, frozen=True, kw_only=True):
    """One way in which an article was taken, ready to be stored; ``packed`` is None when ``code`` is not "ok"."""

    rules_hash: bytes
    code: str
    page_url: str | None = None
    word_count: int = 0
    packed: bytes | None = None
    title: str = ""


@lru_cache(maxsize=1024)
def rules_of(stored: str | None) -> FullTextRules:
    """The column ``full_text_rules`` → the rules; what cannot be read are none."""
    if not stored:
        return FullTextRules()
    try:
        return _rules.decode(stored)
    except msgspec.MsgspecError:
        return FullTextRules()


def stored_rules(rules: FullTextRules) -> str | None:
    """Rules → the column ``full_text_rules``."""
    stored = msgspec.json.encode(rules).decode()
    return None if stored == "{}" else stored


@lru_cache(maxsize=1024)
def rules_hash(rules: FullTextRules) -> bytes:
    """What tells two ways of taking an article apart: the selectors alone."""
    selectors = [_lines(rules.content), _lines(rules.remove)]
    if not any(selectors):
        return PLAIN
    return hashlib.blake2b(msgspec.json.encode(selectors), digest_size=16).digest()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


# ------------------------------------------------------------------------------------------------ what is shown


def chosen(
    tx: Tx,
    entries: Mapping[int, Entry],
    wishes: Mapping[int, tuple[str | None, str | None]],
    *,
    bodies: Bodies,
    version: Version | None,
) -> dict[int, Entry]:
    """Entries with their full text, or with word of it, where there is one: one read for all of them.

    ``wishes``: (mode, rules as stored) by entry.
    """
    hashes = {PLAIN, *(rules_hash(rules_of(stored)) for _, stored in wishes.values())}
    body = {"none": "NULL", "short": SHORT, "whole": "b.body"}[bodies]
    rows = tx.all(
        f"SELECT b.entry_id, b.rules_hash, b.code, b.fetched_at, b.page_url, b.word_count, b.version, {body}"
        " FROM full_text b WHERE b.entry_id IN ids(:ids) AND b.rules_hash IN hashes(:hashes)",
        ids=list(wishes),
        hashes=sorted(hashes),
    )
    there = {(row[0], bytes(row[1])): row for row in rows}
    found = {}
    for entry_id, (mode, stored) in wishes.items():
        rules = rules_of(stored)
        row = there.get((entry_id, rules_hash(rules))) or there.get((entry_id, PLAIN))
        if row is not None and entry_id in entries:
            is_shown = row[2] == "ok" and _is_wanted(entries[entry_id], row[5], mode, version)
            found[entry_id] = _with(tx, entries[entry_id], row, rules, is_shown=is_shown, bodies=bodies)
    return found


def _is_wanted(entry: Entry, word_count: int, mode: str | None, version: Version | None) -> bool:
    if version in ("feed", "full"):
        return version == "full"
    return mode == "always" or (mode == "truncated" and word_count >= MUCH_LONGER * entry.word_count)


def _with(tx: Tx, entry: Entry, row: Row, rules: FullTextRules, *, is_shown: bool, bodies: Bodies) -> Entry:
    state = FullText(code=row[2], fetched_at=from_us(row[3]), page_url=row[4], word_count=row[5], is_shown=is_shown)
    if not is_shown:
        return replace(entry, full_text=state)
    content = entry.content_html
    words = row[5]
    if bodies != "none":
        full = None if row[7] is None else safe_html(row[7], row[6], tx.sanitiser)
        content = _placed(full, entry.content_html, rules)
    if rules.place != "replace":
        words += entry.word_count
    return replace(entry, full_text=state, content_html=content, word_count=words)


def _placed(full: SafeHTML | None, feeds: SafeHTML | None, rules: FullTextRules) -> SafeHTML | None:
    if full is None or (feeds is None and rules.place != "replace"):
        return None
    if rules.place == "before":
        return SafeHTML(f"{full}\n<hr>\n{feeds}")
    return SafeHTML(f"{feeds}\n<hr>\n{full}") if rules.place == "after" else full


# ------------------------------------------------------------------------------------------------ what subscribers want


def wishes_of(tx: Tx, feed_id: int) -> list[Wish]:
    """What those subscribers of a feed want who want full texts at all."""
    rows = tx.all(
        "SELECT full_text, full_text_rules FROM subscription WHERE feed_id = :feed AND full_text <> 'off' ORDER BY id",
        feed=feed_id,
    )
    return [_wish(row) for row in rows]


def _wish(row: Row) -> Wish:
    return Wish(mode=cast("FullTextMode", row[0]), rules=rules_of(row[1]))


def wish(tx: Tx, user_id: int, feed_id: int) -> Wish:
    """What one user wants of a feed; without a subscription, nothing."""
    row = tx.one(
        "SELECT full_text, full_text_rules FROM subscription WHERE user_id = :user AND feed_id = :feed",
        user=user_id,
        feed=feed_id,
    )
    return _wish(row) if row else Wish(mode="off", rules=FullTextRules())


def set_wish(tx: WriteTx, user_id: int, subscription_id: int, wished: Wish) -> None:
    """Store what a subscription wants."""
    tx.run(
        "UPDATE subscription SET full_text = :mode, full_text_rules = :rules WHERE id = :id AND user_id = :user",
        mode=wished.mode,
        rules=stored_rules(wished.rules),
        id=subscription_id,
        user=user_id,
    )


def newest(tx: Tx, feed_id: int, limit: int) -> list[tuple[int, str | None, str]]:
    """(entry id, address, title) of a feed's newest entries."""
    rows = tx.all(
        "SELECT id, url, title FROM entry WHERE feed_id = :feed ORDER BY listed_at DESC, id DESC LIMIT :limit",
        feed=feed_id,
        limit=limit,
    )
    return [(row[0], row[1], row[2]) for row in rows]


# ------------------------------------------------------------------------------------------------ what was fetched


class Cause(Struct, frozen=True, kw_only=True):
    """An entry as the fetching of its article needs it."""

    entry_id: int
    feed_id: int
    url: str | None
    title: str
    word_count: int
    has_media: bool
    content: str | None
    summary: str | None
    html: SafeHTML
    taken: frozenset[bytes]


def cause(tx: Tx, entry_id: int) -> Cause | None:
    """The entry with the feed's text and the hashes of the rules by which its article was taken; None if it is gone."""
    row = tx.one(
        "SELECT e.feed_id, e.url, e.title, e.word_count, e.enclosures, b.version, b.body FROM entry e"
        " LEFT JOIN entry_body b ON b.entry_id = e.id WHERE e.id = :id",
        id=entry_id,
    )
    if row is None:
        return None
    body = unpack(row[6]) if row[6] is not None else None
    return Cause(
        entry_id=entry_id,
        feed_id=row[0],
        url=row[1],
        title=row[2],
        word_count=row[3],
        has_media=_has_media(row[4]),
        content=body.content if body else None,
        summary=body.summary if body else None,
        html=safe_html(row[6], row[5], tx.sanitiser) if body else SafeHTML(""),
        taken=taken(tx, entry_id),
    )


def taken(tx: Tx, entry_id: int) -> frozenset[bytes]:
    """The hashes of the rules by which the article of an entry was taken, or could not be."""
    hashes = tx.column("SELECT rules_hash FROM full_text WHERE entry_id = :id", id=entry_id)
    return frozenset(bytes(each) for each in hashes)


def _has_media(enclosures: str | None) -> bool:
    kinds = ((enclosure.type or "").partition("/")[0] for enclosure in decode_enclosures(enclosures))
    return any(kind in ("audio", "video") for kind in kinds)


def usual_words(tx: Tx, feed_id: int, limit: int = 20) -> list[int]:
    """The word counts of a feed's newest entries."""
    return tx.column(
        "SELECT word_count FROM entry WHERE feed_id = :feed ORDER BY listed_at DESC, id DESC LIMIT :limit",
        feed=feed_id,
        limit=limit,
    )


def store(tx: WriteTx, entry_id: int, texts: Sequence[Taken], now: datetime) -> None:
    """Store what became of an article, in each way; it is not due any more, and the index is told."""
    if tx.value("SELECT 1 FROM entry WHERE id = :id [[lock_row]]", id=entry_id) is None:
        return
    tx.many(
        "INSERT INTO full_text (entry_id, rules_hash, fetched_at, code, page_url, word_count, version, body)"
        " VALUES (:entry, :hash, :at, :code, :url, :words, :version, :body)"
        " ON CONFLICT (entry_id, rules_hash) DO UPDATE SET fetched_at = excluded.fetched_at, code = excluded.code,"
        " page_url = excluded.page_url, word_count = excluded.word_count, version = excluded.version,"
        " body = excluded.body",
        [
            {
                "entry": entry_id,
                "hash": each.rules_hash,
                "at": to_us(now),
                "code": each.code,
                "url": each.page_url,
                "words": each.word_count,
                "version": CLEANER_VERSION,
                "body": each.packed,
            }
            for each in texts
        ],
    )
    full_text_queue.forget_due(tx, entry_id)
    title = next((each.title for each in texts if each.title), "")
    if title:
        saved_pages.name(tx, entry_id, title)
    if any(each.packed is not None for each in texts):
        tx.run("INSERT INTO entry_edited (entry_id) VALUES (:id) ON CONFLICT DO NOTHING", id=entry_id)


def forget(tx: WriteTx, entry_id: int) -> None:
    """What became of an article does not count any more: it is to be taken anew."""
    tx.run("DELETE FROM full_text WHERE entry_id = :id", id=entry_id)


def outdated(tx: Tx, limit: int) -> list[tuple[int, bytes, int, Body]]:
    """(entry id, rules' hash, cleaner's version, body) of full texts that were cleaned by older rules, for upkeep."""
    rows = tx.all(
        "SELECT entry_id, rules_hash, version, body FROM full_text WHERE body IS NOT NULL AND version <> :version"
        " LIMIT :limit",
        version=CLEANER_VERSION,
        limit=limit,
    )
    return [(row[0], bytes(row[1]), row[2], unpack(row[3])) for row in rows]


def replace_body(tx: WriteTx, entry_id: int, name: bytes, old_version: int, packed: bytes) -> None:
    """Store a full text that was cleaned again, unless somebody was quicker."""
    tx.run(
        "UPDATE full_text SET version = :new, body = :body WHERE entry_id = :id AND rules_hash = :hash"
        " AND version = :old",
        new=CLEANER_VERSION,
        body=packed,
        id=entry_id,
        hash=name,
        old=old_version,
    )


def bodies_of(tx: Tx, entry_ids: Sequence[int]) -> dict[int, SafeHTML]:
    """The longest full text of each of these entries that has one, for the index."""
    rows = tx.all(
        "SELECT entry_id, version, body FROM full_text WHERE entry_id IN ids(:ids) AND body IS NOT NULL"
        " ORDER BY entry_id, word_count",
        ids=list(entry_ids),
    )
    longest = {row[0]: row for row in rows}
    return {entry_id: safe_html(row[2], row[1], tx.sanitiser) for entry_id, row in longest.items()}
