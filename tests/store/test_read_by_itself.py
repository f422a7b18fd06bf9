"""What counts as read by itself: on arrival, gone, beyond the newest, repeated; and whose choice counts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.people import Cast
from tests.store.feeding import arrived, fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import own_feeds, preferences, saved_pages, subscriptions
from dateline.actions.own_feeds import OwnArticle
from dateline.errors import NotFound
from dateline.model import Stream, User
from dateline.preferences import ReadWhen
from dateline.refresh import deliver
from dateline.store import Database, entries, history, read_choices, states, streams
from dateline.store.times import to_us
from dateline.store.write import transaction

A, B, C = (f"https://{name}.example/feed" for name in "abc")
HOUR = timedelta(hours=1)


def choose(db: Database, user: User, kind: str, key: int, chosen: ReadWhen) -> None:
    with transaction(db) as tx:
        read_choices.keep(tx, user.id, "folder" if kind == "folder" else "feed", key, chosen)


def choose_all(db: Database, user: User, chosen: ReadWhen, now: datetime) -> None:
    preferences.change(db, user, lambda mine: replace(mine, read_when=chosen), now=now)


def unread(db: Database, user: User) -> list[str]:
    """The titles that are unread once everything is delivered, oldest first; the counters agree."""
    deliver.catch_up(db, user.id, everything=True)
    with db.reading() as tx:
        rows = tx.all(
            "SELECT e.title, u.feed_id FROM unread u JOIN entry e ON e.id = u.entry_id WHERE u.user_id = :user"
            " ORDER BY e.id",
            user=user.id,
        )
    with transaction(db) as tx:
        assert states.recount(tx, user.id) == 0
    return [row[0] for row in rows]


def titles(names: str) -> list[str]:
    return [f"{name}" for name in names]


def gone(db: Database, entry_ids: Sequence[int], now: datetime) -> None:
    with transaction(db) as tx:
        entries.mark_gone(tx, entry_ids, now)


def test_what_arrives_is_read_for_whom_it_shall_be_and_for_nobody_else(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    subscribed(db, cast.bob, A, now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(arrived=True))
    fill(db, feed, titles("abc"), now)
    assert unread(db, cast.alice) == []
    assert unread(db, cast.bob) == ["a", "b", "c"]


def test_what_was_read_by_itself_is_found_and_was_done_by_nobody(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(arrived=True))
    fill(db, feed, titles("ab"), now)
    assert unread(db, cast.alice) == []
    with db.reading() as tx:
        page = streams.read(tx, cast.alice.id, Stream(kind="all", shown="all"), limit=10, bodies="none")
        assert {entry.title for entry in page.entries} == {"a", "b"}
        assert history.deeds(tx, cast.alice.id) == []


def test_who_subscribes_to_a_known_feed_finds_read_what_shall_be(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.bob, A, now)
    fill(db, feed, titles("abcde"), now)
    choose_all(db, cast.alice, ReadWhen(beyond=2), now)
    subscribed(db, cast.alice, A, now)
    assert unread(db, cast.alice) == ["d", "e"]


def test_a_folder_says_it_for_what_is_put_into_it_at_once(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.bob, A, now)
    fill(db, feed, titles("abc"), now)
    folder = subscriptions.add_folder(db, cast.alice, "Noise", now=now)
    choose(db, cast.alice, "folder", folder, ReadWhen(arrived=True))
    subscriptions.subscribe(db, cast.alice, A, folder_ids=[folder], now=now)
    assert unread(db, cast.alice) == []


def test_the_newest_stay_unread_and_so_does_what_was_marked_by_hand_or_starred(
    db: Database, cast: Cast, now: datetime
) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    first = fill(db, feed, titles("abcdef"), now)
    assert len(unread(db, cast.alice)) == 6
    deeds.mark(db, cast.alice, [first[0]], read=True, now=now)
    deeds.mark(db, cast.alice, [first[0]], read=False, now=now)
    deeds.star(db, cast.alice, [first[1]], starred=True, now=now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(beyond=2))
    assert len(unread(db, cast.alice)) == 6  # the next arrival does it
    fill(db, feed, titles("g"), now + HOUR)
    assert unread(db, cast.alice) == ["a", "b", "f", "g"]


def test_as_many_as_may_be_are_left_alone(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(beyond=3))
    fill(db, feed, titles("abc"), now)
    assert unread(db, cast.alice) == ["a", "b", "c"]


def test_what_left_its_feed_before_anybody_came_is_read(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    subscribed(db, cast.bob, A, now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(gone=True))
    ids = fill(db, feed, titles("abc"), now)
    gone(db, ids[:1], now)
    with transaction(db) as tx:  # a document brought something; the next did not, and may have been cut off
        tx.run("UPDATE feed SET changed_at = :at WHERE id = :id", at=to_us(now), id=feed)
    gone(db, ids[1:2], now + timedelta(hours=1))
    assert unread(db, cast.alice) == ["b", "c"]
    assert unread(db, cast.bob) == ["a", "b", "c"]


def test_mail_is_carried_by_no_document_and_never_gone(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET kind = 'mail' WHERE id = :id", id=feed)
    choose_all(db, cast.alice, ReadWhen(gone=True), now)
    gone(db, fill(db, feed, titles("ab"), now), now)
    assert unread(db, cast.alice) == ["a", "b"]
    with db.reading() as tx:
        assert read_choices.reading_gone(tx, [feed]) == {}


def say_again(db: Database, feed: int, words: Sequence[str], now: datetime, *, guid: str = "") -> list[int]:
    """Entries with these titles, whose publisher's ids are new."""
    with db.reading() as tx:
        newest = entries.newest_id(tx)
    new = []
    for place, word in enumerate(words):
        name = guid or f"{newest}-{place}"
        one = arrived(name, now + timedelta(seconds=newest + place))
        new.append(replace(one, clean=replace(one.clean, title=word)))
    with transaction(db) as tx:
        return entries.insert(tx, feed, new, now)


def test_a_title_that_came_lately_in_the_feed_is_not_news(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    _, other = subscribed(db, cast.alice, B, now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(repeated=2))
    say_again(db, other, ["Storm"], now)
    say_again(db, feed, ["Storm", "Rain", "storm  ", "Sun", "Wind", "Rain"], now)
    assert unread(db, cast.alice) == ["Storm", "Storm", "Rain", "Sun", "Wind", "Rain"]
    say_again(db, feed, ["Wind"], now + HOUR)
    assert unread(db, cast.alice).count("Wind") == 1


def test_a_title_that_came_lately_in_the_folder_is_not_news(db: Database, cast: Cast, now: datetime) -> None:
    folder = subscriptions.add_folder(db, cast.alice, "News", now=now)
    inner = subscriptions.add_folder(db, cast.alice, "World", parent_id=folder, now=now)
    for url, into in ((A, folder), (B, inner)):
        subscriptions.subscribe(db, cast.alice, url, folder_ids=[into], now=now)
    _, outside = subscribed(db, cast.alice, C, now)
    with db.reading() as tx:
        one, other = (tx.value("SELECT id FROM feed WHERE url = :url", url=url) for url in (A, B))
    choose(db, cast.alice, "folder", folder, ReadWhen(repeated_near=10))
    say_again(db, one, ["Storm"], now)
    say_again(db, outside, ["Storm", "Rain"], now)
    say_again(db, other, ["Storm", "Rain"], now)
    assert unread(db, cast.alice) == ["Storm", "Storm", "Rain", "Rain"]


def test_the_same_article_in_two_feeds_of_a_folder_is_known_by_its_publishers_id(
    db: Database, cast: Cast, now: datetime
) -> None:
    folder = subscriptions.add_folder(db, cast.alice, "News", now=now)
    for url in (A, B):
        subscriptions.subscribe(db, cast.alice, url, folder_ids=[folder], now=now)
    with db.reading() as tx:
        one, other = (tx.value("SELECT id FROM feed WHERE url = :url", url=url) for url in (A, B))
    choose(db, cast.alice, "folder", folder, ReadWhen(repeated_near=10))
    say_again(db, one, ["Storm"], now, guid="tag:a.example,2026:1")
    say_again(db, other, ["Storm, updated"], now, guid="tag:a.example,2026:1")
    say_again(db, one, ["Rain"], now, guid="1")
    say_again(db, other, ["Sun"], now, guid="1")  # both count their articles
    assert unread(db, cast.alice) == ["Storm", "Rain", "Sun"]


def test_what_one_never_received_repeats_nothing(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.bob, A, now)
    gone(db, say_again(db, feed, ["Storm"], now), now)
    subscription, _ = subscribed(db, cast.alice, A, now + HOUR)
    choose(db, cast.alice, "feed", subscription, ReadWhen(repeated=10))
    say_again(db, feed, ["Storm"], now + HOUR)
    assert unread(db, cast.alice) == ["Storm"]


@pytest.mark.parametrize(
    ("own", "folders", "account", "counts"),
    [
        ({}, [], {"arrived": True}, {"arrived": True}),
        ({"arrived": False}, [], {"arrived": True}, {}),
        ({}, [{"arrived": False}], {"arrived": True}, {}),
        ({}, [{"arrived": True}, {"arrived": False}], {}, {}),
        ({}, [{"arrived": True}, {}], {}, {"arrived": True}),
        ({"beyond": 5}, [{"beyond": 50}], {"beyond": 500}, {"beyond": 5}),
        ({}, [{"beyond": 50}, {"beyond": 5}], {}, {"beyond": 50}),
        ({}, [{"beyond": 50}, {"beyond": 0}], {"beyond": 3}, {}),
        ({}, [{"repeated": 50}, {"repeated": 5}], {}, {"repeated": 5}),
        ({"gone": True}, [{"arrived": True}], {"beyond": 9}, {"gone": True, "arrived": True, "beyond": 9}),
    ],
)
def test_the_nearest_choice_counts_and_of_several_folders_the_gentlest(
    db: Database,
    cast: Cast,
    now: datetime,
    own: dict[str, int],
    folders: list[dict[str, int]],
    account: dict[str, int],
    counts: dict[str, int],
) -> None:
    ids = [subscriptions.add_folder(db, cast.alice, f"Folder {place}", now=now) for place in range(len(folders))]
    for ident, said in zip(ids, folders, strict=True):
        choose(db, cast.alice, "folder", ident, ReadWhen(**said))  # type: ignore[arg-type] # bool or int, by the table
    subscription = subscriptions.subscribe(db, cast.alice, A, folder_ids=ids, now=now)
    choose(db, cast.alice, "feed", subscription, ReadWhen(**own))  # type: ignore[arg-type] # likewise
    choose_all(db, cast.alice, ReadWhen(**account), now)  # type: ignore[arg-type] # likewise
    with db.reading() as tx:
        feed = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=subscription)
        found = read_choices.counting(tx, cast.alice.id, [feed])
    expected = replace(read_choices.NEVER, **counts)
    assert found[feed].rule == expected if counts else found == {}


def test_a_folder_without_a_choice_has_that_of_the_folder_it_lies_in(db: Database, cast: Cast, now: datetime) -> None:
    outer = subscriptions.add_folder(db, cast.alice, "Outer", now=now)
    inner = subscriptions.add_folder(db, cast.alice, "Inner", parent_id=outer, now=now)
    choose(db, cast.alice, "folder", outer, ReadWhen(arrived=True, beyond=9))
    choose(db, cast.alice, "folder", inner, ReadWhen(beyond=4))
    subscription = subscriptions.subscribe(db, cast.alice, A, folder_ids=[inner], now=now)
    with db.reading() as tx:
        above = read_choices.above(tx, cast.alice, "feed", subscription)
        assert above.rule == replace(read_choices.NEVER, arrived=True, beyond=4)
        assert above.from_folders == {"arrived", "beyond"}
        assert read_choices.above(tx, cast.alice, "folder", inner).rule.beyond == 9


def test_important_feeds_are_spared_but_by_their_own_choice(db: Database, cast: Cast, now: datetime) -> None:
    subscription, feed = subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        tx.run("UPDATE subscription SET visibility = 'important' WHERE id = :id", id=subscription)
    choose_all(db, cast.alice, ReadWhen(arrived=True), now)
    fill(db, feed, titles("ab"), now)
    assert unread(db, cast.alice) == ["a", "b"]
    choose(db, cast.alice, "feed", subscription, ReadWhen(beyond=1))
    fill(db, feed, titles("c"), now + HOUR)
    assert unread(db, cast.alice) == ["c"]
    with db.reading() as tx:
        assert read_choices.above(tx, cast.alice, "feed", subscription).rule == read_choices.NEVER


def test_nobody_chooses_for_somebody_else(db: Database, cast: Cast, now: datetime) -> None:
    subscription, _ = subscribed(db, cast.alice, A, now)
    choose(db, cast.mallory, "feed", subscription, ReadWhen(arrived=True))
    with db.reading() as tx:
        assert read_choices.own(tx, cast.alice.id, "feed", subscription) == ReadWhen()
        with pytest.raises(NotFound):
            read_choices.own(tx, cast.mallory.id, "feed", subscription)


def test_a_hundred_thousand_unread_are_brought_down_in_one_delivery(db: Database, cast: Cast, now: datetime) -> None:
    """A thousand stand for them: what is looked at is bounded by the counter, what is written by what goes."""
    subscription, feed = subscribed(db, cast.alice, A, now)
    fill(db, feed, [str(number) for number in range(1000)], now, step=1)
    assert len(unread(db, cast.alice)) == 1000
    choose(db, cast.alice, "feed", subscription, ReadWhen(beyond=10, repeated=100))
    fill(db, feed, ["new"], now + HOUR)
    assert unread(db, cast.alice) == [*(str(number) for number in range(991, 1000)), "new"]


def test_pages_that_were_saved_to_be_read_are_spared_too(db: Database, cast: Cast, now: datetime) -> None:
    choose_all(db, cast.alice, ReadWhen(arrived=True, beyond=1), now)
    for number in range(3):
        saved_pages.save(
            db, cast.alice, f"https://page.example/{number}", title=f"Page {number}", feed_title="Saved", now=now
        )
    assert unread(db, cast.alice) == ["Page 0", "Page 1", "Page 2"]
    with db.reading() as tx:
        saved = tx.value("SELECT id FROM subscription WHERE user_id = :user", user=cast.alice.id)
        assert read_choices.above(tx, cast.alice, "feed", saved).rule == read_choices.NEVER
    choose(db, cast.alice, "feed", saved, ReadWhen(beyond=2))
    saved_pages.save(db, cast.alice, "https://page.example/3", title="Page 3", feed_title="Saved", now=now + HOUR)
    assert unread(db, cast.alice) == ["Page 2", "Page 3"]


def test_what_is_brought_from_another_server_stays_unread_as_it_was(db: Database, cast: Cast, now: datetime) -> None:
    choose_all(db, cast.alice, ReadWhen(arrived=True), now)
    _, feed = subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET kind = 'mail' WHERE id = :id", id=feed)
        new = [OwnArticle(arrived=arrived(title, now), text=None) for title in ("a", "b")]
        own_feeds.put(tx, cast.alice, feed, new, {new[0].arrived.guid_hash}, now)
    assert unread(db, cast.alice) == ["b"]
