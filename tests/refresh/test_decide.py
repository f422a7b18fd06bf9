"""What a document means for the store: pure tables and properties."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.model import Enclosure, ParsedEntry, ParsedFeed, RawHTML
from dateline.refresh.decide import (
    MAX_GUID,
    Candidate,
    Changes,
    Identity,
    candidates,
    content_hash,
    decide,
    folded,
    identify,
    listed_at,
    untrusted,
    weaker,
)
from dateline.store.entries import Known, guid_hash

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    """One item of a small document."""

    guid: str | None = None
    title: str = ""
    url: str | None = None
    day: int | None = None

    def parsed(self) -> ParsedEntry:
        published = None if self.day is None else NOW - timedelta(days=self.day)
        return ParsedEntry(guid=self.guid, title=self.title, url=self.url, published_at=published)


def seen(*items: Item, identity: Identity = "guid") -> list[Candidate]:
    return candidates(ParsedFeed(format="rss20", entries=tuple(item.parsed() for item in items)), identity)


def known(*items: Item, carried: bool = True, first_id: int = 1) -> dict[bytes, Known]:
    return {
        c.guid_hash: Known(
            id=first_id + place, guid_hash=c.guid_hash, content_hash=c.content_hash, url=c.entry.url, carried=carried
        )
        for place, c in enumerate(seen(*items))
    }


def decided(
    *items: Item, old: dict[bytes, Known] | None = None, buried: set[bytes] | None = None, first: bool = False
) -> Changes:
    return decide(folded(seen(*items)), old or {}, buried or set(), identity="guid", first=first, now=NOW)


def titles(changes: Changes) -> list[str | None]:
    return [new.candidate.entry.title for new in changes.new]


# ------------------------------------------------------------------------------------------------ new, changed, gone


def test_what_was_never_seen_is_new_and_what_was_is_not() -> None:
    old = known(Item("1", "One"), Item("2", "Two"))
    changes = decided(Item("3", "Three"), Item("2", "Two!"), Item("1", "One"), old=old)
    assert titles(changes) == ["Three"]
    assert [(changed.id, changed.candidate.entry.title) for changed in changes.changed] == [(2, "Two!")]
    assert (changes.unchanged, changes.gone_ids, changes.back_ids) == (1, (), ())


def test_what_left_is_gone_and_what_returns_is_back() -> None:
    old = known(Item("1", "One"), Item("2", "Two")) | known(Item("3", "Three"), carried=False, first_id=3)
    changes = decided(Item("2", "Two"), Item("3", "Three"), old=old)
    assert (changes.gone_ids, changes.back_ids, changes.new, changes.changed) == ((1,), (3,), (), ())


def test_what_returns_changed_is_changed_only() -> None:
    changes = decided(Item("3", "New"), old=known(Item("3", "Three"), carried=False))
    assert (changes.back_ids, [changed.id for changed in changes.changed]) == ((), [1])


def test_what_was_purged_is_not_new() -> None:
    changes = decided(Item("1", "One"), Item("2", "Two"), buried={guid_hash("1")})
    assert titles(changes) == ["Two"]


def test_a_date_alone_is_no_change() -> None:
    changes = decided(Item("1", "One", day=1), old=known(Item("1", "One", day=2)))
    assert (changes.changed, changes.unchanged) == ((), 1)


@pytest.mark.parametrize(
    "other",
    [
        ParsedEntry(title="t", url="u", content_html=RawHTML("c"), summary_html=RawHTML("x")),
        ParsedEntry(title="t", url="u", content_html=RawHTML("x"), summary_html=RawHTML("s")),
        ParsedEntry(title="t", url="x", content_html=RawHTML("c"), summary_html=RawHTML("s")),
        ParsedEntry(title="x", url="u", content_html=RawHTML("c"), summary_html=RawHTML("s")),
        ParsedEntry(title="tu", url=None, content_html=RawHTML("c"), summary_html=RawHTML("s")),
        ParsedEntry(title="t", url="u", content_html=RawHTML("s"), summary_html=RawHTML("c")),
        ParsedEntry(
            title="t",
            url="u",
            content_html=RawHTML("c"),
            summary_html=RawHTML("s"),
            enclosures=(Enclosure(url="https://e"),),
        ),
    ],
)
def test_what_a_reader_would_see_changes_the_hash(other: ParsedEntry) -> None:
    one = ParsedEntry(title="t", url="u", content_html=RawHTML("c"), summary_html=RawHTML("s"))
    assert content_hash(one) != content_hash(other)


# ------------------------------------------------------------------------------------------------ the order


def test_a_first_document_reads_in_the_order_of_its_dates() -> None:
    changes = decided(Item("a", "A", day=1), Item("b", "B", day=3), Item("c", "C", day=2), first=True)
    assert titles(changes) == ["B", "C", "A"]
    assert [new.listed_at for new in changes.new] == [NOW - timedelta(days=day) for day in (3, 2, 1)]


def test_without_dates_the_first_of_a_document_is_the_newest() -> None:
    assert titles(decided(Item("a", "A"), Item("b", "B"), Item("c", "C"), first=True)) == ["C", "B", "A"]


def test_later_nothing_is_slipped_in_behind_a_reader() -> None:
    changes = decided(Item("a", "A", day=400), Item("b", "B", day=1), Item("c", "C"))
    assert {new.listed_at for new in changes.new} == {NOW}
    assert titles(changes) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (None, NOW),
        (NOW, NOW),
        (NOW + timedelta(seconds=1), NOW),
        (datetime(9999, 12, 31, tzinfo=UTC), NOW),
        (datetime(1, 1, 1, tzinfo=UTC), NOW),
        (datetime(1989, 12, 31, 23, 59, 59, tzinfo=UTC), NOW),
        (datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC)),
        (NOW - timedelta(days=3), NOW - timedelta(days=3)),
    ],
)
def test_the_place_of_a_first_documents_entries(published: datetime | None, expected: datetime) -> None:
    assert listed_at(published, first=True, now=NOW) == expected
    assert listed_at(published, first=False, now=NOW) == NOW


# ------------------------------------------------------------------------------------------------ identity


def test_an_entry_is_known_by_its_id_else_its_link_else_its_content() -> None:
    content = b"0" * 16
    entry = ParsedEntry(guid="g", url="https://u/", published_at=NOW)
    without_link = ParsedEntry(published_at=NOW)
    assert identify(entry, "guid", content) == "g"
    assert identify(ParsedEntry(guid="", url="https://u/"), "guid", content) == "https://u/"
    assert identify(entry, "link", content) == "https://u/"
    assert identify(entry, "content", content) == identify(without_link, "content", content)
    assert identify(without_link, "guid", content).startswith("content:")
    assert identify(without_link, "guid", content) != identify(ParsedEntry(), "guid", content)


def test_ids_that_differ_after_two_thousand_characters_are_two() -> None:
    one, two = (identify(ParsedEntry(guid="g" * 5000 + end), "guid", b"") for end in "ab")
    assert one != two
    assert len(one) == len(two) <= MAX_GUID


def test_doubles_are_folded_and_the_first_counts() -> None:
    changes = decided(Item("1", "Newer"), Item("2", "Two"), Item("1", "Older"))
    assert titles(changes) == ["Two", "Newer"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([Item(str(n), f"T{n}") for n in range(40)], False),
        ([Item("same", f"T{n}") for n in range(40)], True),
        ([Item("same", f"T{n}") for n in range(2)], True),  # a small document loses entries just the same
        ([Item("same", "Same")] * 10, False),  # one entry given ten times is a double, no sign
        ([Item(str(n), f"T{n}") for n in range(38)] + [Item("0", "edited")], False),  # 1 of 39
        ([Item(str(n), f"T{n}") for n in range(18)] + [Item("0", "edited")], True),  # 1 of 19: over 5 %
        # five with one guid, hidden among five guids with one content
        ([Item("same", f"T{n}") for n in range(5)] + [Item(str(n), "empty") for n in range(5)], True),
        ([], False),
        ([Item()], False),
    ],
)
def test_ids_that_repeat_are_not_trusted(items: list[Item], expected: bool) -> None:
    assert untrusted(seen(*items), []) is expected


@pytest.mark.parametrize(
    ("renamed", "kept", "fresh", "expected"),
    [
        (5, 0, 0, True),
        (4, 0, 0, False),
        (8, 2, 0, True),
        (7, 3, 0, False),
        (8, 0, 2, True),
        (7, 0, 3, False),
        (0, 9, 9, False),
    ],
)
def test_new_ids_for_known_contents_are_not_trusted(renamed: int, kept: int, fresh: int, expected: bool) -> None:
    """At least 80 % of the document, and five."""
    old = known(*(Item(f"old {n}", f"T{n}", f"https://u/{n}") for n in range(renamed + kept)))
    now = [Item(f"new {n}", f"T{n}", f"https://u/{n}") for n in range(renamed)]
    now += [Item(f"old {n}", f"T{n}", f"https://u/{n}") for n in range(renamed, renamed + kept)]
    now += [Item(f"fresh {n}", f"fresh {n}", f"https://f/{n}") for n in range(fresh)]
    assert untrusted(seen(*now), list(old.values())) is expected


def test_an_identity_falls_to_the_link_then_to_the_content() -> None:
    assert (weaker("guid"), weaker("link"), weaker("content")) == ("link", "content", "content")


# ------------------------------------------------------------------------------------------------ properties

items = st.builds(
    Item,
    guid=st.none() | st.sampled_from("abcdefgh") | st.text(max_size=3),
    title=st.sampled_from(["", "x", "y", "\0", "\ud800"]),
    url=st.none() | st.sampled_from(["https://u/1", "https://u/2"]),
    day=st.none() | st.integers(-5, 400),
)


@given(st.lists(items, max_size=12), st.lists(items, max_size=12), st.sets(st.sampled_from("abcdefgh")), st.booleans())
def test_every_entry_of_a_document_has_one_fate(
    document: list[Item], before: list[Item], purged: set[str], first: bool
) -> None:
    old = known(*before)
    buried = {guid_hash(guid) for guid in purged} - set(old)
    unique = folded(seen(*document))
    changes = decided(*document, old=old, buried=buried, first=first)
    new = {entry.candidate.guid_hash for entry in changes.new}
    changed = {entry.id for entry in changes.changed}
    names = {candidate.guid_hash for candidate in unique}
    assert len(unique) == len(names)
    assert len(changes.new) + len(changes.changed) + changes.unchanged + len(names & buried) == len(unique)
    assert not new & (set(old) | buried)
    assert changed <= {entry.id for entry in old.values()}
    assert {entry.id for entry in old.values() if entry.guid_hash not in names} == set(changes.gone_ids)
    places = [entry.listed_at for entry in changes.new]
    assert places == sorted(places)
    assert all(place <= NOW for place in places)
    again = decide(
        unique,
        {
            c.guid_hash: Known(id=1, guid_hash=c.guid_hash, content_hash=c.content_hash, url=None, carried=True)
            for c in unique
        },
        set(),
        identity="guid",
        first=False,
        now=NOW,
    )
    assert (again.new, again.changed, again.gone_ids, again.back_ids) == ((), (), (), ())
