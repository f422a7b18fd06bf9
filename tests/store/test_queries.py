"""What names in a query mean: each person's own feeds, folders, labels, searches; for visitors what they see."""

from datetime import UTC, datetime

import pytest
from tests.people import Cast
from tests.store.feeding import subscribed

from dateline.actions import labels, saved_searches, subscriptions
from dateline.model import Search, User
from dateline.query.tree import ANYTHING, NOTHING, And, Feeds, Labelled, Not, Or, State, Words
from dateline.store import Database, queries
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

Ids = dict[str, int]


def meant(db: Database, user: User, text: str, now: datetime, *, public_only: bool = False) -> Search:
    with db.reading() as tx:
        return queries.understood(tx, user.id, text, now=now, zone=UTC, public_only=public_only)


def said(db: Database, user: User, text: str, now: datetime, *, public_only: bool = False) -> list[tuple[str, str]]:
    """What was not understood, and that nothing is found then."""
    found = meant(db, user, text, now, public_only=public_only)
    assert found.tree == NOTHING
    return [(problem.code, problem.part) for problem in found.problems]


@pytest.fixture
def own(db: Database, cast: Cast, now: datetime) -> Ids:
    """Three feeds of Alice's, two in folders, two labels, two searches; a feed and a label of Bob's."""
    ids: Ids = {}
    for name, title in (("post", "The Meridian Post"), ("poster", "Posters"), ("night", "Été de nuit")):
        ids[f"{name} own"], ids[name] = subscribed(db, cast.alice, f"https://{name}.example/", now)
        subscriptions.edit(db, cast.alice, ids[f"{name} own"], title=title, now=now)
    ids["press"] = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    ids["inner"] = subscriptions.add_folder(db, cast.alice, "Inner", parent_id=ids["press"], now=now)
    subscriptions.edit(db, cast.alice, ids["post own"], folder_ids=[ids["press"]], now=now)
    subscriptions.edit(db, cast.alice, ids["night own"], folder_ids=[ids["inner"]], now=now)
    for name in ("later", "to do"):
        ids[name] = labels.add(db, cast.alice, name.title(), now=now)
    for name, query in (("Rain", "rain"), ("Whole", "")):
        ids[name] = saved_searches.add(db, cast.alice, SavedSearch(name=name, query=query), now=now)
    _, ids["bobs"] = subscribed(db, cast.bob, "https://bob.example/post", now)
    labels.add(db, cast.bob, "Bobs", now=now)
    return ids


def test_a_feed_is_named_by_words_of_its_name_or_by_its_number(
    db: Database, cast: Cast, own: Ids, now: datetime
) -> None:
    for text, names in (
        ("feed:post", ["post"]),
        ("feed:meridian", ["post"]),
        ('feed:"meridian post"', ["post"]),
        ("feed:ETE", ["night"]),
        ("feed:post,posters", ["post", "poster"]),
        (f"f:{own['night own']}", ["night"]),
        (f"f:{own['night own']},{own['post own']}", ["post", "night"]),
    ):
        tree = meant(db, cast.alice, text, now).tree
        parts = tree.parts if isinstance(tree, Or) else (tree,)
        found = [ident for part in parts if isinstance(part, Feeds) for ident in part.ids]
        assert sorted(found) == sorted(own[name] for name in names), text


def test_a_folder_is_what_lies_in_it_and_below(db: Database, cast: Cast, own: Ids, now: datetime) -> None:
    for text, names in (
        ("folder:press", ["post", "night"]),
        ("folder:INNER", ["night"]),
        (f"c:{own['inner']}", ["night"]),
    ):
        assert meant(db, cast.alice, text, now).tree == Feeds(tuple(sorted(own[name] for name in names))), text


def test_labels_and_searches_are_named_as_they_are_called(db: Database, cast: Cast, own: Ids, now: datetime) -> None:
    rain = Words(("rain",))
    for text, tree in (
        ("label:LATER", Labelled((own["later"],))),
        ('label:"to do"', Labelled((own["to do"],))),
        ("L:*", Labelled(None)),
        (f"L:{own['later']}", Labelled((own["later"],))),
        ("search:rain", rain),
        (f"-S:{own['Rain']}", Not(rain)),
        ("search:whole", ANYTHING),
        ("snow search:Rain", And((Words(("snow",)), rain))),
    ):
        assert meant(db, cast.alice, text, now).tree == tree, text


def test_what_is_not_there_or_somebody_elses_is_said_and_never_the_contrary_of_nothing(
    db: Database, cast: Cast, own: Ids, now: datetime
) -> None:
    for text in ("feed:nobody", "folder:none", "label:bobs", "search:none"):
        assert said(db, cast.alice, text, now) == [("unknown", text)]
    assert said(db, cast.bob, "label:later feed:meridian", now) == [
        ("unknown", "label:later"),
        ("unknown", "feed:meridian"),
    ]
    assert meant(db, cast.alice, "feed:bob OR f:4", now).problems
    for text, name in (("f", "post own"), ("c", "press"), ("L", "later"), ("S", "Rain")):
        kind = {"f": "feed", "c": "folder", "L": "label", "S": "search"}[text]
        assert said(db, cast.bob, f"-{text}:{own[name]}", now) == [("unknown", f"{kind}:{own[name]}")]
        assert said(db, cast.alice, f"{text}:{own[name]},999", now) == [("unknown", f"{kind}:{own[name]},999")]
        assert meant(db, cast.bob, f"-{text}:{own[name]}", now).tree == NOTHING


def test_searches_that_name_searches_are_bounded(db: Database, cast: Cast, now: datetime) -> None:
    ident = saved_searches.add(db, cast.alice, SavedSearch(name="One", query="x " * 90), now=now)
    for name in ("two", "three", "four"):
        with transaction(db) as tx:  # as no action of ours lets through
            tx.run(
                "INSERT INTO saved_search (user_id, position, name, name_key, query, kind)"
                " VALUES (:user, 1, :name, :name, :query, 'main')",
                user=cast.alice.id,
                name=name,
                query=f"S:{ident} " * 90,
            )
            ident = int(tx.value("SELECT max(id) FROM saved_search"))
        found = meant(db, cast.alice, f"search:{name}", now)
        assert [problem.code for problem in found.problems][:1] == ["too_long"]
        assert len(found.problems) < 10


def test_searches_that_name_each_other_end(db: Database, cast: Cast, own: Ids, now: datetime) -> None:
    ident = saved_searches.add(db, cast.alice, SavedSearch(name="Loop", query="search:Rain"), now=now)
    with transaction(db) as tx:  # as no action of ours leaves it
        tx.run("UPDATE saved_search SET query = 'search:Loop' WHERE id = :id", id=own["Rain"])
    assert said(db, cast.alice, f"S:{ident}", now)[0][0] == "unknown"
    assert said(db, cast.alice, "search:Loop OR search:Rain", now)


def test_visitors_name_the_feeds_that_they_see_and_nothing_personal(
    db: Database, cast: Cast, own: Ids, now: datetime
) -> None:
    subscriptions.edit(db, cast.alice, own["post own"], hidden_from_visitors=True, now=now)
    alice = cast.alice
    assert meant(db, alice, "feed:ete", now, public_only=True).tree == Feeds((own["night"],))
    assert meant(db, alice, "folder:press", now, public_only=True).tree == Feeds((own["night"],))
    assert said(db, alice, f"f:{own['post own']}", now, public_only=True) == [("unknown", f"feed:{own['post own']}")]
    assert said(db, alice, "feed:meridian", now, public_only=True) == [("unknown", "feed:meridian")]
    for text, part in (
        ("label:later", "label:later"),
        ("search:Rain", "search:Rain"),
        (f"S:{own['Rain']}", f"search:{own['Rain']}"),
        ("is:unread", "is:unread"),
        ("rain -is:starred", "rain -is:starred"),
        ("L:*", "L:*"),
    ):
        assert said(db, alice, text, now, public_only=True) == [("not_here", part)], text
    assert meant(db, alice, "is:unread", now).tree == State("unread")
