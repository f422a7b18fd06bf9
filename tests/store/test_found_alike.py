"""What is found by index and by column is what the query means: the same on both engines as asked of each entry."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.people import Cast, make_cast
from tests.store.feeding import arrived, clean, subscribed

from dateline.actions import labels
from dateline.model import Person
from dateline.query import Node, matches, parse
from dateline.query.tree import And, Feeds, Labelled, Not, Or, Words
from dateline.refresh import deliver, index
from dateline.store import Database, entries, search, states
from dateline.store.candidates import subjects
from dateline.store.conditions import MAX_PROBES, narrowed
from dateline.store.entries import Arrived, packed_body
from dateline.store.write import transaction

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXTS = ["quick fox", "lazy dog", "Zoë’s fox", "été à Köln", "C++ and C#", "東京都", "fox dog quick", ""]
PEOPLE = [(), ("Jane Doe",), ("Li Wei", "Jane Roe"), ("Quick Fox",)]
TAGS = [(), ("animals",), ("C#", "two words"), ("fox",)]


def entry_of(number: int) -> Arrived:
    at = NOW - timedelta(days=number)
    value = replace(
        clean(TEXTS[number % 8] or "–", text=TEXTS[number // 7 % 8]),
        url=None if number % 9 == 0 else f"https://site{number % 4}.test/A_b%/{number}",
        authors=tuple(Person(name=name) for name in PEOPLE[number % 4]),
        tags=TAGS[number // 2 % 4],
        published_at=None if number % 5 == 0 else at - timedelta(hours=5),
    )
    return replace(arrived(str(number), at), clean=value, packed=packed_body(value, None, None, None))


@pytest.fixture
def shelf(db: Database) -> tuple[Database, Cast, list[int]]:
    """Alice's sixty entries in three feeds, in many states."""
    cast = make_cast(db, NOW)
    feeds = [subscribed(db, cast.alice, f"https://{number}.test/", NOW)[1] for number in range(3)]
    with transaction(db) as tx:
        for number in range(60):
            entries.insert(tx, feeds[number % 3], [entry_of(number)], NOW - timedelta(days=number))
    deliver.catch_up(db, cast.alice.id, everything=True)
    index.index_all(db)
    with db.reading() as tx:
        ids = tx.column("SELECT id FROM entry ORDER BY id")
    with transaction(db) as tx:
        states.mark_read(tx, cast.alice.id, ids[::3])
        states.star(tx, cast.alice.id, ids[::4], NOW)
    for name, some in (("one", ids[::5]), ("two", ids[::6])):
        labels.put_named(db, cast.alice, some, name, now=NOW)
    return db, cast, feeds


def compared(shelf: tuple[Database, Cast, list[int]], tree: Node) -> int:
    """Asks both ways. How many were found."""
    db, cast, feeds = shelf
    user = cast.alice.id
    with db.reading() as tx:
        ids = tx.column("SELECT id FROM entry ORDER BY id")
        right = [one.entry_id for one in subjects(tx, user, ids) if matches(tree, one)]
        found = sorted(entry_id for _, entry_id in search.newest_matches(tx, tree, feeds, user_id=user))
        among = sorted(search.matching(tx, tree, ids, user_id=user))
    assert found == right, tree
    assert among == right, tree
    return len(right)


SAID = [
    "quick",
    "fox",
    "dog OR koln",
    '"quick fox"',
    "-fox",
    "zo*",
    "intitle:fox",
    "-intitle:fox",
    "intext:dog",
    "author:jane",
    "-author:'quick fox'",
    "roe animals",
    "#animals",
    "#C#",
    "-#fox",
    "#two+words OR lazy",
    "inurl:site1",
    "-inurl:a_b%",
    "inurl:site1 OR fox",
    "/f.x/",
    "-/Zo/",
    "intitle:/^C/ fox",
    "author:/Roe$/ OR lazy",
    "#/^a/",
    "inurl:/[02]$/",
    "date:P10D",
    "-date:2026-10",
    "pubdate:2026-11-01/2026-11-10 fox",
    "pubdate:/2026-10 OR fox",
    "is:unread fox",
    "is:read -fox",
    "is:starred",
    "-is:starred dog",
    "L:*",
    "-L:*",
    "is:starred OR L:* -fox",
    "e:1,2,3,4,5 -e:2",
    "(fox OR dog) -(quick OR is:read)",
    "fox (-dog OR #animals) -author:/e$/",
    "東京",
    "京東",
    "-(#animals fox)",
    "date:P30D",
]


def test_what_is_found_is_what_is_meant(shelf: tuple[Database, Cast, list[int]]) -> None:
    for text in SAID:
        assert (compared(shelf, leaf(text)) > 0) == (text != "京東"), text


OFTEN, FAR = ["the", "sea"] * 300, [f"w{number}" for number in range(17_000)]


@pytest.mark.parametrize(("before", "cuts"), [(OFTEN, range(60, 120)), (FAR, range(605, 635))], ids=["often", "far"])
def test_a_phrase_is_found_however_far_in_a_text_it_stands(db: Database, before: list[str], cuts: range) -> None:
    """PostgreSQL knows no place beyond the 16,383rd, nor any more of a word that came often; it stands around there."""
    cast = make_cast(db, NOW)
    _, feed = subscribed(db, cast.alice, "https://a.test/", NOW)
    for cut in (0, *cuts):
        said = [*before[: len(before) - cut], "the red dog of the old house 5e quay"]
        body = clean(str(cut), text=" ".join(said))
        one = replace(arrived(str(cut), NOW), clean=body, packed=packed_body(body, None, None, None))
        with transaction(db) as tx:
            entries.insert(tx, feed, [one], NOW)
    index.index_all(db)
    for text in (
        "red dog",
        "the red dog of the old house",
        "dog of the",
        "old house",
        "the dog",
        "of red",
        "house the",
        "house 5e quay",
    ):
        found = compared((db, cast, [feed]), Words(tuple(text.split())))
        assert found == (0 if text in ("the dog", "of red", "house the") else len(cuts) + 1), text
    assert compared((db, cast, [feed]), Words(("of", "the", "ol"), is_open=True)) == len(cuts) + 1


LONG = [
    " OR ".join(["(is:read is:unread)"] * 30),
    " ".join(["(is:starred OR is:unread)"] * 30),
    " OR ".join(f"(is:unread inurl:/{number})" for number in range(40)),
    " OR ".join(f"inurl:%/{number}" for number in range(40)),
    " ".join(f"-inurl:{number}/9" for number in range(30)) + " is:unread",
    " OR ".join(f"(is:starred -inurl:{number})" for number in range(30)),
]


@pytest.mark.parametrize("text", LONG)
def test_a_long_query_means_the_same_and_little_of_it_is_looked_up_for_each_entry(
    shelf: tuple[Database, Cast, list[int]], text: str
) -> None:
    assert (compared(shelf, leaf(text)) > 0) == (text != LONG[0])
    sql = narrowed(shelf[0].engine, leaf(text)).sql
    assert sql.count("EXISTS (") + sql.count(" LIKE ") <= MAX_PROBES


@cache
def leaf(text: str) -> Node:
    return parse(text, now=NOW, zone=UTC).wanted


TREES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(SAID).map(leaf) | st.sampled_from([Feeds((1, 3)), Labelled((2,)), Words(("and", "c"))]),
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(part, max_size=3).map(lambda parts: Or(tuple(parts))),
        part.map(Not),
    ),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
def test_whatever_is_put_together(shelf: tuple[Database, Cast, list[int]], tree: Node) -> None:
    compared(shelf, tree)


def test_what_must_be_asked_of_each_is_found_beyond_the_first_hundreds(db: Database) -> None:
    cast = make_cast(db, NOW)
    _, feed = subscribed(db, cast.alice, "https://a.test/", NOW)
    new = [arrived(f"n{number}", NOW, text="word") for number in range(1200)]
    with transaction(db) as tx:
        ids = entries.insert(tx, feed, new, NOW)
    index.index_all(db)
    with db.reading() as tx:
        for text in ("intitle:/^n[0-9]$/", "word intitle:/^n[0-9]$/", "/^n[0-9]$/", "intitle:/^n[0-9]$/ -e:0"):
            tree = parse(text, now=NOW, zone=UTC).wanted
            found = search.newest_matches(tx, tree, [feed], user_id=cast.alice.id)
            assert sorted(entry_id for _, entry_id in found) == ids[:10], text
        two = search.newest_matches(tx, leaf("intitle:/n/"), [feed], user_id=cast.alice.id, limit=2)
        assert sorted(entry_id for _, entry_id in two) == ids[-2:]


def test_what_the_index_does_not_know_yet_is_found_neither_by_a_word_nor_by_its_contrary(
    shelf: tuple[Database, Cast, list[int]],
) -> None:
    db, cast, feeds = shelf
    new = [arrived(title, NOW, text="word") for title in ("Important", "Changed")]
    with transaction(db) as tx:
        ids = entries.insert(tx, feeds[0], new, NOW)
        tx.run("INSERT INTO entry_edited (entry_id) VALUES (1)")
    with db.reading() as tx:
        for text in ("important", "-important", "-important OR -changed", "NOT (NOT (-important))"):
            found = search.newest_matches(tx, leaf(text), feeds, user_id=cast.alice.id)
            assert not {*ids, 1} & {entry_id for _, entry_id in found}, text
    index.index_all(db)
    with db.reading() as tx:
        found = search.newest_matches(tx, leaf("-important"), feeds, user_id=cast.alice.id)
        assert {ids[1], 1} <= {entry_id for _, entry_id in found}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("🤖robots", "robots"),
        ("100₽", "100"),
        ("big 🤖 news", '"big news"'),
        ("a🏳️‍🌈b", "b"),
        ("№5 – ½ of ﬁne", "fine"),
    ],
)
def test_signs_that_are_newer_than_an_engine_are_no_letters(db: Database, title: str, text: str) -> None:
    cast = make_cast(db, NOW)
    _, feed = subscribed(db, cast.alice, "https://a.test/", NOW)
    with transaction(db) as tx:
        entries.insert(tx, feed, [arrived(title, NOW)], NOW)
    index.index_all(db)
    assert compared((db, cast, [feed]), leaf(text)) == 1


def test_addresses_of_any_letters(db: Database) -> None:
    cast = make_cast(db, NOW)
    _, feed = subscribed(db, cast.alice, "https://a.test/", NOW)
    value = replace(clean("One"), url="https://a.test/ÉTÉ")
    new = replace(arrived("One", NOW), clean=value, packed=packed_body(value, None, None, None))
    with transaction(db) as tx:
        entries.insert(tx, feed, [new], NOW)
    for text, count in (("url:été", 1), ("-url:été", 0), ("url:A.TEST", 1)):
        assert compared((db, cast, [feed]), leaf(text)) == count, text


def test_many_lookups_and_deep_brackets_are_asked_of_each_entry(shelf: tuple[Database, Cast, list[int]]) -> None:
    many = " OR ".join(f"(fox{number}* is:starred)" for number in range(30))
    assert compared(shelf, leaf(f"{many} OR (fox is:starred)")) > 0
    deep = leaf("fox")
    for number in range(120):
        deep = Or((Words(("dog",)), And((deep, Words(("quick",) if number % 2 else ("fox",))))))
    compared(shelf, deep)
