"""What a person does with saved searches: kept, changed, put in order, forgotten; refused what cannot be meant."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import subscribed

from dateline.actions import labels, saved_searches, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.store import Database, queries
from dateline.store import saved_searches as stored
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction


def refused(code: str) -> "pytest.RaisesExc[ActionError]":
    """The action must be refused with this code."""
    return pytest.RaisesExc(ActionError, check=lambda error: error.code == code)


def all_of(db: Database, user: User) -> list[SavedSearch]:
    with db.reading() as tx:
        return stored.every(tx, user.id)


def add(db: Database, user: User, name: str, query: str, now: datetime) -> int:
    return saved_searches.add(db, user, SavedSearch(name=name, query=query), now=now)


def test_a_search_is_kept_with_a_clean_name_and_query(db: Database, cast: Cast, now: datetime) -> None:
    wanted = SavedSearch(name="  Rain\n in  Paris ", query=" rain OR snow ", shown="unread", order="oldest")
    ident = saved_searches.add(db, cast.alice, wanted, now=now)
    kept = replace(wanted, id=ident, name="Rain in Paris", query="rain OR snow")
    assert all_of(db, cast.alice) == [kept]
    assert all_of(db, cast.bob) == []


@pytest.mark.parametrize("name", ["", " ", "a/b", "a\x00b", "a\u202eb", "x" * 500])
def test_a_name_has_the_rules_that_folder_names_have(db: Database, cast: Cast, now: datetime, name: str) -> None:
    with refused("action.name_invalid"):
        add(db, cast.alice, name, "rain", now)


def test_a_name_is_taken_once_for_each_person_whatever_its_case(db: Database, cast: Cast, now: datetime) -> None:
    first = add(db, cast.alice, "Rain", "rain", now)
    second = add(db, cast.alice, "Snow", "snow", now)
    add(db, cast.bob, "Rain", "rain", now)
    labels.add(db, cast.alice, "Wind", now=now)
    add(db, cast.alice, "Wind", "wind", now)  # a label has another place
    with refused("action.name_taken"):
        add(db, cast.alice, "RAIN", "rain", now)
    with refused("action.name_taken"):
        saved_searches.change(db, cast.alice, SavedSearch(id=second, name="rain", query=""), now=now)
    saved_searches.change(db, cast.alice, SavedSearch(id=first, name="RAIN", query=""), now=now)
    assert [one.name for one in all_of(db, cast.alice)] == ["RAIN", "Snow", "Wind"]


@pytest.mark.parametrize("query", ["label:nothing", "date:soon", "/(/", "is:odd", "search:nobody", "f:x"])
def test_what_cannot_be_meant_is_not_kept(db: Database, cast: Cast, now: datetime, query: str) -> None:
    with refused("action.bad_query"):
        add(db, cast.alice, "Rain", query, now)
    ident = add(db, cast.alice, "Rain", "rain", now)
    with refused("action.bad_query"):
        saved_searches.change(db, cast.alice, SavedSearch(id=ident, name="Rain", query=query), now=now)
    assert [one.query for one in all_of(db, cast.alice)] == ["rain"]


def test_a_search_cannot_come_to_look_for_itself(db: Database, cast: Cast, now: datetime) -> None:
    rain = add(db, cast.alice, "Rain", "rain", now)
    wet = add(db, cast.alice, "Wet", "search:Rain OR snow", now)
    for query in ("search:Rain", f"S:{rain}", "-search:rain", "search:Wet", f"a OR (b S:{wet})"):
        with refused("action.search_in_itself"):
            saved_searches.change(db, cast.alice, SavedSearch(id=rain, name="Rain", query=query), now=now)
    assert [one.query for one in all_of(db, cast.alice)] == ["rain", "search:Rain OR snow"]
    saved_searches.change(db, cast.alice, SavedSearch(id=rain, name="Mist", query="rain"), now=now)
    assert [one.query for one in all_of(db, cast.alice)] == ["rain", "search:Mist OR snow"], "it is called so now"
    with refused("action.search_in_itself"):
        saved_searches.change(db, cast.alice, SavedSearch(id=rain, name="Fog", query="search:Wet"), now=now)
    with refused("action.bad_query"):
        saved_searches.change(db, cast.alice, SavedSearch(id=wet, name="Rain", query="search:Rain"), now=now)


def test_a_chain_of_searches_ends_after_five(db: Database, cast: Cast, now: datetime) -> None:
    add(db, cast.alice, "0", "rain", now)
    for number in range(1, 6):
        add(db, cast.alice, str(number), f'search:"{number - 1}"', now)
    with refused("action.bad_query"):
        add(db, cast.alice, "6", 'search:"5"', now)
    with db.reading() as tx:
        for one in all_of(db, cast.alice):
            found = queries.understood(tx, cast.alice.id, one.query, now=now, zone=UTC)
            assert found.problems == (), one.name


def test_what_is_searched_is_ones_own_and_there(db: Database, cast: Cast, now: datetime) -> None:
    folder = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    label = labels.add(db, cast.alice, "Sea", now=now)
    subscription, _ = subscribed(db, cast.alice, "https://a.example/feed", now)
    places = [("folder", folder), ("label", label), ("feed", subscription)]
    for kind, key in [*places, ("label", None), ("today", None), ("recent", None)]:
        wanted = SavedSearch(name=f"{kind} {key}", query="", kind=kind, key=key)  # type: ignore[arg-type]  # a parameter
        saved_searches.add(db, cast.alice, wanted, now=now)
    for user, kind, key in [
        *((cast.bob, kind, key) for kind, key in places),
        *((cast.alice, kind, key + 1000) for kind, key in places),
        *((cast.alice, "folder", None), (cast.alice, "feed", None), (cast.alice, "main", 1)),
    ]:
        wanted = SavedSearch(name="No", query="", kind=kind, key=key)  # type: ignore[arg-type]  # a parameter
        with pytest.raises(NotFound):
            saved_searches.add(db, user, wanted, now=now)


@pytest.mark.parametrize(
    "wrong", [{"kind": "nonsense"}, {"shown": "adaptive"}, {"order": "up"}, {"query": "a" * 1001}, {"query": "a\0b"}]
)
def test_other_values_are_refused(db: Database, cast: Cast, now: datetime, wrong: dict[str, str]) -> None:
    wanted = {"name": "Rain", "query": "rain", **wrong}
    with refused("action.bad_value"):
        saved_searches.add(db, cast.alice, SavedSearch(**wanted), now=now)  # type: ignore[arg-type]  # wrong on purpose


def test_so_many_and_no_more(db: Database, cast: Cast, now: datetime) -> None:
    with transaction(db) as tx:
        for number in range(saved_searches.MAX_SEARCHES - 1):
            stored.add(tx, cast.alice.id, SavedSearch(name=str(number), query=""))
    last = add(db, cast.alice, "last", "", now)
    with refused("action.too_many_searches"):
        add(db, cast.alice, "one more", "", now)
    saved_searches.change(db, cast.alice, SavedSearch(id=last, name="still", query=""), now=now)
    add(db, cast.bob, "his", "", now)


def test_one_is_moved_up_and_down_and_never_past_the_end(db: Database, cast: Cast, now: datetime) -> None:
    one, two, three = (add(db, cast.alice, name, "", now) for name in ("one", "two", "three"))
    for ident, by, after in (
        (three, -1, [one, three, two]),
        (one, -1, [one, three, two]),
        (one, 1, [three, one, two]),
        (two, 5, [three, one, two]),
        (three, 2, [one, two, three]),
    ):
        saved_searches.arrange(db, cast.alice, ident, by=by, now=now)
        assert [search.id for search in all_of(db, cast.alice)] == after


def test_nobody_else_reaches_it(db: Database, cast: Cast, now: datetime) -> None:
    ident = add(db, cast.alice, "Rain", "rain", now)
    before = all_of(db, cast.alice)
    with pytest.raises(NotFound):
        saved_searches.change(db, cast.mallory, SavedSearch(id=ident, name="Mine", query=""), now=now)
    with pytest.raises(NotFound):
        saved_searches.arrange(db, cast.mallory, ident, by=1, now=now)
    with pytest.raises(NotFound):
        saved_searches.remove(db, cast.mallory, ident, now=now)
    assert all_of(db, cast.alice) == before
    saved_searches.remove(db, cast.alice, ident, now=now)
    assert all_of(db, cast.alice) == []
