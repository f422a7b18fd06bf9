"""Saved searches as they are kept: each person's own, in their order, and what becomes of them; on both databases."""

from datetime import datetime

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import subscribed

from dateline.actions import labels as label_actions
from dateline.errors import NotFound
from dateline.model import User
from dateline.store import Database, merging, saved_searches, sidebars
from dateline.store import labels as stored_labels
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction


def keep(db: Database, user: User, *names: str) -> list[int]:
    with transaction(db) as tx:
        return [saved_searches.add(tx, user.id, SavedSearch(name=name, query=f"about {name}")) for name in names]


def names(db: Database, user: User) -> list[str]:
    with db.reading() as tx:
        return [one.name for one in saved_searches.every(tx, user.id)]


def test_each_person_has_their_own_in_the_order_of_keeping(db: Database, cast: Cast) -> None:
    keep(db, cast.bob, "Zebra")
    first, _ = keep(db, cast.alice, "Zebra", "Ant")
    assert names(db, cast.alice) == ["Zebra", "Ant"]
    assert names(db, cast.mallory) == []
    with db.reading() as tx:
        assert saved_searches.one(tx, cast.alice.id, first) == SavedSearch(id=first, name="Zebra", query="about Zebra")
        assert saved_searches.count(tx, cast.alice.id) == 2
        with pytest.raises(NotFound):
            saved_searches.one(tx, cast.mallory.id, first)


def test_a_name_is_found_whatever_its_case(db: Database, cast: Cast) -> None:
    (ident,) = keep(db, cast.alice, "Été Bleu")
    with db.reading() as tx:
        found = saved_searches.named(tx, cast.alice.id, "éTÉ  bleu")
        assert found is not None
        assert found.id == ident
        assert saved_searches.named(tx, cast.bob.id, "Été Bleu") is None


def test_all_of_a_search_can_be_changed_and_nobody_elses(db: Database, cast: Cast) -> None:
    (ident,) = keep(db, cast.alice, "One")
    wanted = SavedSearch(
        id=ident, name="Two", query="", kind="folder", key=7, shown="unread_or_starred", order="title_z"
    )
    with transaction(db) as tx:
        saved_searches.change(tx, cast.bob.id, replace(wanted, name="Stolen"))
        saved_searches.remove(tx, cast.bob.id, ident)
        saved_searches.change(tx, cast.alice.id, wanted)
    with db.reading() as tx:
        assert saved_searches.every(tx, cast.alice.id) == [wanted]


def test_they_are_put_in_order_and_what_is_not_named_comes_after(db: Database, cast: Cast) -> None:
    one, two, three, four = keep(db, cast.alice, "one", "two", "three", "four")
    with transaction(db) as tx:
        saved_searches.arrange(tx, cast.alice.id, [three, one])
    assert names(db, cast.alice) == ["three", "one", "two", "four"]
    with transaction(db) as tx:
        saved_searches.arrange(tx, cast.bob.id, [four, two])
        saved_searches.remove(tx, cast.alice.id, one)
    keep(db, cast.alice, "five")
    assert names(db, cast.alice) == ["three", "two", "four", "five"], "the next one comes last"


def test_the_sidebar_has_them_and_a_visitors_has_none(db: Database, cast: Cast) -> None:
    keep(db, cast.alice, "one", "two")
    with db.reading() as tx:
        assert [one.name for one in sidebars.read(tx, cast.alice.id).searches] == ["one", "two"]
        assert sidebars.read(tx, cast.alice.id, public_only=True).searches == ()
        assert sidebars.read(tx, cast.bob.id).searches == ()


def test_a_search_follows_a_label_into_the_one_that_it_is_merged_with(db: Database, cast: Cast, now: datetime) -> None:
    sea, ocean = (label_actions.add(db, user, name, now=now) for user, name in ((cast.alice, "Sea"), (cast.alice, "O")))
    with transaction(db) as tx:
        ident = saved_searches.add(tx, cast.alice.id, SavedSearch(name="Wet", query="", kind="label", key=sea))
        other = saved_searches.add(tx, cast.alice.id, SavedSearch(name="Folder", query="", kind="folder", key=sea))
        stored_labels.merge(tx, cast.alice.id, sea, ocean)
    with db.reading() as tx:
        assert saved_searches.one(tx, cast.alice.id, ident).key == ocean
        assert saved_searches.one(tx, cast.alice.id, other).key == sea, "the folder of that number is another thing"


def test_a_search_follows_a_subscription_when_its_feed_becomes_another(db: Database, cast: Cast, now: datetime) -> None:
    (kept_own, kept), (gone_own, gone) = (
        subscribed(db, cast.alice, f"https://{name}.example/feed", now) for name in "ab"
    )
    bobs, _ = subscribed(db, cast.bob, "https://b.example/feed", now)
    with transaction(db) as tx:
        for user, name, key in ((cast.alice, "it", gone_own), (cast.alice, "other", kept_own), (cast.bob, "it", bobs)):
            saved_searches.add(tx, user.id, SavedSearch(name=name, query="", kind="feed", key=key))
        merging.merge(tx, kept, gone, now)
    with db.reading() as tx:
        assert [one.key for one in saved_searches.every(tx, cast.alice.id)] == [kept_own, kept_own]
        assert [one.key for one in saved_searches.every(tx, cast.bob.id)] == [bobs], "his subscription went along"
