"""A site that moves to another host, or to https: its articles have other ids and links, and are no news.

Many publishers make ids of addresses. When all of a feed's known entries stand on one site and all of its new ones on
another, an article is known by its path there, if its title is the same too: nothing is taken for something else where
numbers begin anew, and nothing in a feed of many sites, where ``/?p=1`` may be everybody's.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dateline.store import entries
from dateline.store.db import Tx
from dateline.store.entries import Known, guid_hash

from .decide import Candidate

LONGEST_TITLE = 200


class Moved(Struct, frozen=True, kw_only=True):
    """What stood on another site before: ``known`` entries under their new hashes, ``buried`` new hashes of what was
    purged.
    """

    known: dict[bytes, Known]
    renamed: tuple[tuple[int, str, bytes], ...] = ()
    buried: frozenset[bytes] = frozenset()


NOTHING = Moved(known={})


def look_up(
    tx: Tx, feed_id: int, missing: Sequence[Candidate], carried: Sequence[Known], known: dict[bytes, Known]
) -> tuple[set[bytes], tuple[tuple[int, str, bytes], ...]]:
    """What the store knows of entries that the last document did not carry, added to ``known``.

    (which were purged; new names of entries whose site moved).
    """
    hashes = [candidate.guid_hash for candidate in missing]
    known.update((entry.guid_hash, entry) for entry in entries.with_hashes(tx, feed_id, hashes))
    buried = entries.buried(tx, feed_id, hashes)
    fresh = [one for one in missing if one.guid_hash not in known and one.guid_hash not in buried]
    elsewhere = moved(tx, feed_id, fresh, carried)
    ids = {entry.id for entry in elsewhere.known.values()}
    for hash_ in [hash_ for hash_, entry in known.items() if entry.id in ids] if ids else ():
        del known[hash_]
    known.update(elsewhere.known)
    return buried | elsewhere.buried, elsewhere.renamed


def moved(tx: Tx, feed_id: int, fresh: Sequence[Candidate], carried: Sequence[Known]) -> Moved:
    """Which of a document's unknown entries are known ones of the site where the feed's entries stood before."""
    here, there = _one({root_of(c.guid) for c in fresh}), _one({root_of(known.url or "") for known in carried})
    if not here or not there or here == there:
        return NOTHING
    former = {guid_hash(there + one.guid[len(here) :]): one for one in fresh}
    found = {one.guid_hash: one for one in entries.with_hashes(tx, feed_id, list(former))}
    titles = entries.titles(tx, [one.id for one in found.values()])
    same = {
        hash_: known for hash_, known in found.items() if _is_title(former[hash_].entry.title, titles.get(known.id, ""))
    }
    if not same:
        return NOTHING
    gone = entries.buried(tx, feed_id, [hash_ for hash_ in former if hash_ not in found])
    return Moved(
        known={former[old].guid_hash: replace(one, guid_hash=former[old].guid_hash) for old, one in same.items()},
        renamed=tuple((one.id, former[old].guid, former[old].guid_hash) for old, one in same.items()),
        buried=frozenset(former[old].guid_hash for old in gone),
    )


def root_of(address: str) -> str:
    """``https://host`` of a web address; "" of anything else."""
    scheme, colon, rest = address.partition("://")
    if not colon or scheme not in ("http", "https"):
        return ""
    return f"{scheme}://{rest.partition('/')[0]}"


def _one(roots: Iterable[str]) -> str:
    """The only one there is; "" when there are several, or none."""
    first, *others = [*roots, ""]
    return first if others == [""] else ""


def _is_title(published: str | None, stored: str) -> bool:
    return bool(published) and _plain(published or "") == _plain(stored)


def _plain(title: str) -> str:
    return "".join(char for char in title if char.isalnum())[:LONGEST_TITLE].casefold()
