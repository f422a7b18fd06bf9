"""Starter packs: what is in them, subscribed to at once, taken back at once."""

from datetime import datetime

import pytest
from tests.people import Cast

from dateline.actions import arranging, labels, packs, subscriptions
from dateline.errors import NotFound
from dateline.store import Database
from dateline.store import subscriptions as stored


def test_every_pack_has_feeds_in_both_languages_and_none_twice() -> None:
    found = packs.packs()
    assert 6 <= len(found) <= 8
    urls = [feed.url for pack in found for feed in pack.feeds]
    assert len(set(urls)) == len(urls)
    for pack in found:
        assert 5 <= len(pack.feeds) <= 8
        assert {feed.language for feed in pack.feeds} == {"en", "fr"}
        for feed in pack.feeds:
            assert feed.title
            assert subscriptions.split_address(feed.url) == (feed.url, None), "the address is as it is kept"
            assert feed.url.startswith("https://")


def test_a_pack_is_subscribed_to_in_a_folder_and_taken_back(db: Database, cast: Cast, now: datetime) -> None:
    pack = packs.packs()[0]
    own = subscriptions.subscribe(db, cast.alice, pack.feeds[0].url, now=now)
    done = packs.subscribe(db, cast.alice, pack.key, "News", now=now)
    assert done.count == len(pack.feeds) - 1
    with db.reading() as tx:
        rows = stored.all_details(tx, cast.alice.id)
        (folder,) = stored.folders(tx, cast.alice.id)
    assert folder.name == "News"
    assert [row.folder_ids for row in rows if row.id != own] == [(folder.id,)] * done.count
    assert packs.subscribe(db, cast.alice, pack.key, "News", now=now).count == 0
    assert done.seq is not None
    assert arranging.undo(db, cast.alice, done.seq, now=now).count == done.count
    with db.reading() as tx:
        assert [row.id for row in stored.all_details(tx, cast.alice.id)] == [own]


def test_one_language_is_enough(db: Database, cast: Cast, now: datetime) -> None:
    pack = packs.packs()[0]
    done = packs.subscribe(db, cast.bob, pack.key, "News", language="fr", now=now)
    assert done.count == sum(1 for feed in pack.feeds if feed.language == "fr")


def test_a_label_of_that_name_is_left_alone(db: Database, cast: Cast, now: datetime) -> None:
    labels.add(db, cast.alice, "News", now=now)
    assert packs.subscribe(db, cast.alice, "world", "News", now=now).count > 0
    with db.reading() as tx:
        assert stored.folders(tx, cast.alice.id) == []


def test_there_is_no_other_pack(db: Database, cast: Cast, now: datetime) -> None:
    with pytest.raises(NotFound):
        packs.subscribe(db, cast.alice, "nonsense", "News", now=now)
