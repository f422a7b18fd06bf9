"""``ParsedFeed`` × what is known → ``Changes``: which entries are new, changed, unchanged, back or gone. Pure.

An entry is known by its guid: the publisher's id, else its link, else a hash of title, date and content. A feed whose
guids cannot
be trusted (over 5 % repeat within a document, or at least 80 % are new while their contents are known) falls to the
link, then to
the content: FreshRSS's rule of 5 %, with a second sign for ids that change at each fetch.
Content is compared by a hash of the raw fields, before any HTML is touched: an unchanged entry costs nothing more.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from dateline.model import ParsedEntry, ParsedFeed
from dateline.store.entries import Known, guid_hash

Identity = Literal["guid", "link", "content"]

REPEATED_SHARE = 0.05
RENAMED_SHARE = 0.8
SMALLEST_SAMPLE = 5
MAX_GUID = 2_000
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class Candidate(Struct, frozen=True, kw_only=True):
    """One entry of a document with what it is known by."""

    guid: str
    guid_hash: bytes
    content_hash: bytes
    entry: ParsedEntry


class NewEntry(Struct, frozen=True, kw_only=True):
    """An entry that was never seen, and its place in the default order."""

    candidate: Candidate
    listed_at: datetime


class ChangedEntry(Struct, frozen=True, kw_only=True):
    """A known entry whose content is another now."""

    id: int
    candidate: Candidate


class Changes(Struct, frozen=True, kw_only=True):
    """What a document means for the store. ``new`` in the order of insertion: rising ``listed_at``."""

    identity: Identity
    new: tuple[NewEntry, ...] = ()
    changed: tuple[ChangedEntry, ...] = ()
    back_ids: tuple[int, ...] = ()
    gone_ids: tuple[int, ...] = ()
    renamed: tuple[tuple[int, str, bytes], ...] = ()
    """(entry id, guid, hash) of known entries that the new identity calls otherwise."""
    unchanged: int = 0
    sources: tuple[tuple[int, bytes | None], ...] = ()
    """(entry id, hash) of entries that say the same in other bytes: by what they are recognised next time. None: by
    nothing, for a feed's weaker identity gives their name to another that says the same."""
    purged: tuple[bytes, ...] = ()
    """New hashes of entries that were purged before their site moved: they stay known as such."""


def content_hash(entry: ParsedEntry) -> bytes:
    """16 bytes that change when a reader would see a change.

    Dates do not count: many feeds touch them at every build.
    """
    files = "\1".join([enclosure.url for enclosure in entry.enclosures]) if entry.enclosures else ""
    parts = (entry.title or "", entry.url or "", entry.content_html or "", entry.summary_html or "", files)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def identify(entry: ParsedEntry, identity: Identity, content: bytes) -> str:
    """What an entry is known by within its feed."""
    if identity == "guid" and entry.guid:
        return _bounded(entry.guid)
    if identity in ("guid", "link") and entry.url:
        return _bounded(entry.url)
    date = entry.published_at.isoformat() if entry.published_at and identity != "content" else ""
    return f"content:{hashlib.blake2b(content + date.encode(), digest_size=16).hexdigest()}"


def _bounded(guid: str) -> str:
    """A guid of endless length (some are whole pictures) in short, and still its own."""
    if len(guid) <= MAX_GUID:
        return guid
    whole = hashlib.blake2b(guid.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{guid[: MAX_GUID - 40]}…{whole}"


def candidates(parsed: ParsedFeed, identity: Identity) -> list[Candidate]:
    """Every entry of a document with its guid, doubles included."""
    found = []
    for entry in parsed.entries:
        content = content_hash(entry)
        guid = identify(entry, identity, content)
        found.append(Candidate(guid=guid, guid_hash=guid_hash(guid), content_hash=content, entry=entry))
    return found


def folded(entries: Sequence[Candidate]) -> list[Candidate]:
    """Without doubles: the first one counts, for feeds put the newest first."""
    found: dict[bytes, Candidate] = {}
    for candidate in entries:
        found.setdefault(candidate.guid_hash, candidate)
    return list(found.values())


def weaker(identity: Identity) -> Identity:
    """What to fall to when an identity cannot be trusted."""
    return "link" if identity == "guid" else "content"


def untrusted(entries: Sequence[Candidate], carried: Sequence[Known], recognised: Sequence[Known] = ()) -> bool:
    """Whether the guids of a document say too little: they repeat, or they are all new for contents that are known.

    ``recognised`` are those of its entries that were known by their bytes.
    """
    listed = [(entry.guid_hash, entry.content_hash) for entry in entries]
    listed += [(entry.guid_hash, entry.content_hash) for entry in recognised]
    different, pairs = dict(listed), set(listed)
    # The same entry given twice is a double, not a sign: only different contents under one guid count.
    if len(pairs) - len(different) > REPEATED_SHARE * len(listed):
        return True
    known_guids = {known.guid_hash for known in carried}
    known_contents = {known.content_hash for known in carried}
    renamed = sum(1 for guid, content in different.items() if guid not in known_guids and content in known_contents)
    return renamed >= RENAMED_SHARE * len(different) and renamed >= SMALLEST_SAMPLE


def dated(entry: ParsedEntry) -> datetime | None:
    """When an entry says that it is from: many Atom feeds only say when it was updated."""
    return entry.published_at or entry.updated_at


def listed_at(published_at: datetime | None, *, first: bool, now: datetime) -> datetime:
    """The place in the default order ("Times" in the house).

    Nothing is slipped in behind a reader after the first document.
    """
    if not first or published_at is None or published_at > now or published_at < EARLIEST:
        return now
    return published_at


def decide(
    entries: Sequence[Candidate],
    known: Mapping[bytes, Known],
    buried: set[bytes],
    *,
    identity: Identity,
    first: bool,
    now: datetime,
    recognised: Sequence[Known] = (),
    renamed: tuple[tuple[int, str, bytes], ...] = (),
    doubles: tuple[int, ...] = (),
    purged: tuple[bytes, ...] = (),
) -> Changes:
    """Compare a document with the store.

    ``entries`` are the document's, folded; ``known`` the carried entries and those with the same hashes, by guid hash;
    ``buried`` the hashes of purged entries; ``first`` whether this is the feed's first document; ``recognised`` the
    known entries that the document carries too, in the bytes that it carried them in before; ``doubles`` the ids of
    those that are not to be recognised so again; ``purged`` the new hashes of what was purged under another.
    """
    fresh = [c for c in entries if c.guid_hash not in known and c.guid_hash not in buried]
    met = [(known[c.guid_hash], c) for c in entries if c.guid_hash in known]
    changed = [(old, c) for old, c in met if old.content_hash != c.content_hash]
    present = {c.guid_hash for c in entries} | {entry.guid_hash for entry in recognised}
    new = [NewEntry(candidate=c, listed_at=listed_at(dated(c.entry), first=first, now=now)) for c in reversed(fresh)]
    new.sort(key=lambda entry: (entry.listed_at, dated(entry.candidate.entry) or entry.listed_at))
    return Changes(
        identity=identity,
        new=tuple(new),
        changed=tuple(ChangedEntry(id=old.id, candidate=c) for old, c in changed),
        back_ids=tuple(old.id for old, c in met if not old.carried and old.content_hash == c.content_hash),
        gone_ids=tuple(old.id for hash_, old in known.items() if old.carried and hash_ not in present),
        renamed=renamed,
        unchanged=len(recognised) + len(met) - len(changed),
        sources=(*_other_bytes(met, len(recognised)), *((ident, None) for ident in doubles)),
        purged=purged,
    )


def _other_bytes(met: Sequence[tuple[Known, Candidate]], recognised: int) -> tuple[tuple[int, bytes], ...]:
    """Entries that say the same in other bytes.

    Where that is most of a document, it may be so each time (a token, a count of views): then writing down the new
    bytes would only cost.
    """
    same = [(old, c.entry.source_hash) for old, c in met if old.content_hash == c.content_hash and c.entry.source_hash]
    never = [(old.id, hash_) for old, hash_ in same if old.source_hash is None]
    other = [(old.id, hash_) for old, hash_ in same if old.source_hash is not None and old.source_hash != hash_]
    return (*never, *other) if len(other) <= recognised else tuple(never)
