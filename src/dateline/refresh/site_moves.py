"""A site that moves to another host, to https, or changes how its addresses end: its articles are no news.

Many publishers make ids of addresses, or of their host's name (``tag:`` URIs, RFC 4151). When a feed's known entries
stand on one site and its new ones on another, an article is known by its former id, or by its path there, if its title
is the same too, and if the document does not carry what it was: nothing is taken for something else where numbers begin
anew, and nothing in a feed of many sites, where ``/?p=1`` may be everybody's.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dateline.clean import urls
from dateline.store import entries
from dateline.store.db import Tx
from dateline.store.entries import Known, guid_hash

from .decide import Candidate

LONGEST_TITLE = 200
MOST = 0.8
"""The share of a feed's entries that must stand on one site, where some lead elsewhere."""
SURE = 5
"""So many must be found then."""
MAX_HOST = 260
"""Characters of a host with its port; what is longer is none."""
TIMES = 3
"""So often a host's name may stand in an id."""
_ENDS = ("/index.html", "/index.htm", "/index.php", "/")


class Moved(Struct, frozen=True, kw_only=True):
    """What stood on another site before: ``known`` entries under their new hashes, ``buried`` new hashes of what was
    purged.
    """

    known: dict[bytes, Known]
    renamed: tuple[tuple[int, str, bytes], ...] = ()
    buried: frozenset[bytes] = frozenset()


NOTHING = Moved(known={})
Found = dict[int, tuple[Candidate, Known]]
"""By the known entry's id: what may be it now, and what it is."""
Thing = TypeVar("Thing")


def look_up(
    tx: Tx,
    feed_id: int,
    missing: Sequence[Candidate],
    carried: Sequence[Known],
    known: dict[bytes, Known],
    present: Container[bytes],
) -> tuple[set[bytes], Moved]:
    """What the store knows of entries that the last document did not carry, added to ``known``.

    (which were purged; what stood on another site). ``present`` are the hashes of all that the document has.
    """
    hashes = [candidate.guid_hash for candidate in missing]
    known.update((entry.guid_hash, entry) for entry in entries.with_hashes(tx, feed_id, hashes))
    buried = entries.buried(tx, feed_id, hashes)
    fresh = [one for one in missing if one.guid_hash not in known and one.guid_hash not in buried]
    elsewhere = moved(tx, feed_id, fresh, [one for one in carried if one.guid_hash not in present], present)
    ids = {entry.id for entry in elsewhere.known.values()}
    for hash_ in [hash_ for hash_, entry in known.items() if entry.id in ids] if ids else ():
        del known[hash_]
    known.update(elsewhere.known)
    return buried | elsewhere.buried, elsewhere


def moved(
    tx: Tx, feed_id: int, fresh: Sequence[Candidate], vanished: Sequence[Known], present: Container[bytes]
) -> Moved:
    """Which of a document's unknown entries are known ones of the site where the feed's entries stood before.

    ``vanished`` are those that the document before carried, and this one does not.
    """
    here, sure_here = _site(_place(one) for one in fresh)
    there, sure_there = _site(one.url or "" for one in vanished)
    if not here or not there:
        return NOTHING
    former = {guid_hash(guid): one for one in fresh for guid in written(one.guid, here, there)}
    if here == there and not any(one.guid_hash in former for one in vanished):
        return NOTHING  # as after nearly every fetch
    by_id = found = _by_id(tx, feed_id, former, present)
    if here != there:
        found = _by_path(fresh, vanished, here, there) | by_id
    same = _with_same_title(tx, found)
    if not same or (len(same) < SURE and not (sure_here and sure_there)):
        return NOTHING
    # The purged are known by their ids alone: only where ids went along, and none of them leads to another article.
    went_along = by_id and by_id.keys() <= {known.id for _, known in same}
    gone = entries.buried(tx, feed_id, list(former)) if went_along else set()
    return Moved(
        known={one.guid_hash: replace(known, guid_hash=one.guid_hash) for one, known in same},
        renamed=tuple((known.id, one.guid, one.guid_hash) for one, known in same),
        buried=frozenset(former[hash_].guid_hash for hash_ in gone),
    )


def root_of(address: str) -> str:
    """``https://host`` of a web address; "" of anything else."""
    scheme, colon, rest = address.partition("://")
    host = rest.partition("/")[0]
    is_usable = colon and scheme in ("http", "https") and 0 < len(host) <= MAX_HOST
    return f"{scheme}://{host}" if is_usable else ""


def _place(candidate: Candidate) -> str:
    """Where an entry stands on the web."""
    return candidate.guid if root_of(candidate.guid) else candidate.entry.url or ""


def _site(addresses: Iterable[str]) -> tuple[str, bool]:
    """(the root that nearly all have, "" when there is none; whether all have it)."""
    counted = Counter(root_of(address) for address in addresses)
    if not counted:
        return "", False
    root, times = counted.most_common(1)[0]
    return (root, len(counted) == 1) if times >= MOST * counted.total() else ("", False)


def written(guid: str, here: str, there: str) -> set[str]:
    """What an id may have been when the site stood ``there``: an address, or its host in another id."""
    names = ((here, there), (_host(here), _host(there)), (_name(here), _name(there)))
    former = {guid.replace(new, old, TIMES) for new, old in names if new and old}
    if root_of(guid):
        former |= {end for one in former for end in _ends(one)}
    return former - {guid}


def _host(root: str) -> str:
    return root.partition("://")[2]


def _name(root: str) -> str:
    """A host as it stands in ids that are no addresses."""
    return _host(root).partition(":")[0].removeprefix("www.")


def _ends(address: str) -> tuple[str, ...]:
    bare = next((address.removesuffix(end) for end in _ENDS if address.endswith(end)), address)
    return (bare, f"{bare}/")


def _by_id(tx: Tx, feed_id: int, former: dict[bytes, Candidate], present: Container[bytes]) -> Found:
    """Known entries by what their ids were."""
    found = entries.with_hashes(tx, feed_id, list(former))
    return {one.id: (former[one.guid_hash], one) for one in found if one.guid_hash not in present}


def _by_path(fresh: Sequence[Candidate], vanished: Sequence[Known], here: str, there: str) -> Found:
    """The same by where they stand on their sites, whatever their ids; only where it is so for many."""
    before = _only_ones((_path(one.url or "", there), one) for one in vanished)
    now = _only_ones((_path(one.entry.url or "", here), one) for one in fresh)
    found = {before[path].id: (one, before[path]) for path, one in now.items() if path in before}
    return found if len(found) >= SURE else {}


def _only_ones(pairs: Iterable[tuple[str, Thing]]) -> dict[str, Thing]:
    listed = list(pairs)
    counted = Counter(path for path, _ in listed)
    return {path: thing for path, thing in listed if path and counted[path] == 1}


def _path(address: str, root: str) -> str:
    """Where an address stands on a site, however it ends; "" when it stands elsewhere, or is the site's front page."""
    cleaned = urls.absolute(address, root) or ""
    if root_of(cleaned) != root:
        return ""
    path, mark, query = cleaned[len(root) :].partition("#")[0].partition("?")
    return (_ends(path)[0] + mark + query).strip("/")


def _with_same_title(tx: Tx, found: Found) -> list[tuple[Candidate, Known]]:
    """Of all that may be one, those that are; each of both once."""
    titles = entries.titles(tx, list(found))
    same: dict[bytes, tuple[Candidate, Known]] = {}
    for ident, (candidate, known) in found.items():
        if _is_title(candidate.entry.title, titles.get(ident, "")):
            same.setdefault(candidate.guid_hash, (candidate, known))
    return list(same.values())


def _is_title(published: str | None, stored: str) -> bool:
    return bool(published) and _plain(published or "") == _plain(stored)


def _plain(title: str) -> str:
    return "".join(char for char in title if char.isalnum())[:LONGEST_TITLE].casefold()
