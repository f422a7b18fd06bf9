"""Subscriptions and folders: every action works, for its owner alone, and takes no bad input."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, subscriptions
from dateline.errors import ActionError, DatelineError, NotFound
from dateline.model import Stream, User
from dateline.refresh.tidy import tidy
from dateline.settings import Settings
from dateline.store import Database, addresses, feeds, leases, orphans, sidebars, streams
from dateline.store import subscriptions as stored
from dateline.store.times import to_us
from dateline.store.write import transaction

A, B = "https://a.example/feed", "https://b.example/feed"


def refused(code: str) -> "pytest.RaisesExc[ActionError]":
    """The action must be refused with this code."""
    return pytest.RaisesExc(ActionError, check=lambda error: error.code == code)


def folders_of(db: Database, user: User, subscription_id: int) -> tuple[int, ...]:
    with db.reading() as tx:
        return stored.details(tx, user.id, subscription_id).folder_ids


def tree(db: Database, user: User) -> dict[str, str | None]:
    """Each folder's name, and its parent's."""
    with db.reading() as tx:
        folders = stored.folders(tx, user.id)
    names = {folder.id: folder.name for folder in folders}
    return {folder.name: names[folder.parent_id] if folder.parent_id else None for folder in folders}


# ------------------------------------------------------------------------------------------------ subscribing


def test_a_feed_is_shared_by_its_subscribers_and_due_at_once(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.subscribe(db, cast.alice, A, now=now)
    subscriptions.subscribe(db, cast.bob, A, now=now + timedelta(days=1))
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 1
        feed = feeds.find(tx, A)
        assert feed is not None
        assert (feed.subscribers, leases.next_due_at(tx)) == (2, now)


def test_the_same_address_twice_is_refused_with_the_subscription(db: Database, cast: Cast, now: datetime) -> None:
    own = subscriptions.subscribe(db, cast.alice, A, now=now)
    for address in (A, "HTTPS://A.example/feed", "a.example/feed", "feed:https://a.example/feed", A + "#top"):
        with pytest.raises(ActionError) as caught:
            subscriptions.subscribe(db, cast.alice, address, now=now)
        assert (caught.value.code, caught.value.detail) == ("action.already_subscribed", str(own))


def test_whether_others_subscribe_changes_no_answer(db: Database, cast: Cast, now: datetime) -> None:
    own = subscriptions.subscribe(db, cast.alice, A, private=True, now=now)
    with refused("action.already_subscribed"):
        subscriptions.subscribe(db, cast.alice, A, now=now)
    subscriptions.subscribe(db, cast.bob, A, now=now)
    with refused("action.already_subscribed"):
        subscriptions.subscribe(db, cast.alice, A, now=now)
    with db.reading() as tx:
        assert stored.details(tx, cast.alice.id, own).private
        assert tx.value("SELECT count(*) FROM feed WHERE url = :url", url=A) == 2


def test_the_address_that_a_feed_has_moved_to_is_subscribed_to_already(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        addresses.remember_move(tx, feed, B, "b.example", now)
    with refused("action.already_subscribed"):
        subscriptions.subscribe(db, cast.alice, B, now=now)
    subscriptions.subscribe(db, cast.bob, B, now=now)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "",
            " ",
            "not an address",
            "ftp://a.example/",
            "javascript:alert(1)",
            "https://",
            "https://a b/",
            "file:///etc",
        ),
        *("data:text/xml,<rss/>", "https://[::1", "https://a.example:99999/", "http://\0/", "x" * 9000, "//", "\ud800"),
    ],
)
def test_an_address_that_is_none_is_refused(sqlite_db: Database, now: datetime, address: str) -> None:
    user = accounts.create(sqlite_db, name="A", password="correct horse battery", now=now)
    with refused("action.bad_url"):
        subscriptions.subscribe(sqlite_db, user, address, now=now)
    with sqlite_db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_one_click_too_many_subscribes_once(db: Database, cast: Cast, now: datetime) -> None:
    def click(user: User) -> str:
        try:
            return str(subscriptions.subscribe(db, user, A, now=now) > 0)
        except ActionError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(click, [cast.alice, cast.alice, cast.bob, cast.bob, cast.mallory, cast.alice]))
    assert sorted(codes) == ["True"] * 3 + ["action.already_subscribed"] * 3
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 1


def test_credentials_are_encrypted_and_newer_ones_replace_them(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    settings = Settings(secret_file=tmp_path / "key")

    def kept() -> bytes:
        with db.reading() as tx:
            (secret,) = tx.column(
                "SELECT credentials FROM feed WHERE owner_id = :id AND url = :url", id=cast.alice.id, url=A
            )
        assert isinstance(secret, bytes)
        return secret

    first = subscriptions.subscribe(db, cast.alice, "https://me:old@a.example/feed", settings=settings, now=now)
    old = kept()
    assert b"old" not in old
    subscriptions.unsubscribe(db, cast.alice, first, now=now)
    subscriptions.subscribe(db, cast.alice, "https://me:new@a.example/feed", settings=settings, now=now)
    assert kept() != old
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 1


def test_a_feed_that_was_gone_is_tried_when_somebody_subscribes(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, A, now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = NULL, stopped_at = 1")
    subscriptions.subscribe(db, cast.bob, A, now=now)
    with db.reading() as tx:
        assert tx.value("SELECT next_at FROM feed WHERE id = :id", id=feed) is not None


# ------------------------------------------------------------------------------------------------ leaving


def test_a_feed_that_all_have_left_sleeps_and_wakes(db: Database, cast: Cast, now: datetime) -> None:
    a, feed = subscribed(db, cast.alice, A, now)
    b, _ = subscribed(db, cast.bob, A, now)

    def asleep() -> bool:
        with db.reading() as tx:
            orphaned, next_at = tx.one("SELECT orphaned_at, next_at FROM feed WHERE id = :id", id=feed) or (0, 0)
        assert (orphaned is None) == (next_at is not None)
        return orphaned is not None

    subscriptions.unsubscribe(db, cast.alice, a, now=now)
    assert not asleep()
    subscriptions.unsubscribe(db, cast.bob, b, now=now)
    assert asleep()
    subscriptions.subscribe(db, cast.bob, A, now=now)
    assert not asleep()


def test_a_feed_is_never_asleep_while_somebody_subscribes(db: Database, cast: Cast, now: datetime) -> None:
    """One leaves while another comes, again and again."""
    users = (cast.alice, cast.bob)

    def come_and_go(user: User) -> None:
        for _ in range(15):
            own = subscriptions.subscribe(db, user, A, now=now)
            subscriptions.unsubscribe(db, user, own, now=now)
        subscriptions.subscribe(db, user, A, now=now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(come_and_go, users))
    with db.reading() as tx:
        assert tx.one("SELECT orphaned_at IS NULL, next_at IS NOT NULL FROM feed") in ((1, 1), (True, True))


def test_after_thirty_days_only_what_somebody_starred_is_left(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, A, now)
    ids = fill(db, feed, ["starred", "not", "nor this"], now)
    entries.star(db, cast.alice, ids[:1], starred=True, now=now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET etag = 'x', body_hash = guid_hash FROM entry WHERE entry.id = :id", id=ids[0])
    subscriptions.unsubscribe(db, cast.alice, own, now=now)
    assert tidy(db, now + timedelta(days=29)) == 0
    assert tidy(db, now + timedelta(days=30, seconds=1)) == 2
    assert tidy(db, now + timedelta(days=60)) == 0
    with db.reading() as tx:
        assert tx.column("SELECT id FROM entry") == ids[:1]
        page = streams.read(tx, cast.alice.id, Stream(kind="starred"))
        assert [entry.title for entry in page.entries] == ["starred"]
        # whoever subscribes later finds all that the feed carries: neither a 304 nor a tombstone hides it
        assert tx.one("SELECT etag, body_hash FROM feed") == (None, None)
        assert tx.value("SELECT count(*) FROM tombstone") == 0
    entries.star(db, cast.alice, ids[:1], starred=False, now=now)
    assert tidy(db, now + timedelta(days=61)) == 1
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_feeds_that_hold_stars_do_not_keep_others_from_being_tidied(db: Database, cast: Cast, now: datetime) -> None:
    for number in range(25):
        own, feed = subscribed(db, cast.alice, f"https://{number}.example/", now)
        ids = fill(db, feed, [f"{number}"], now)
        if number < 22:
            entries.star(db, cast.alice, ids, starred=True, now=now)
        subscriptions.unsubscribe(db, cast.alice, own, now=now + timedelta(minutes=number))
    assert tidy(db, now + timedelta(days=31)) == 3


def test_who_comes_back_in_time_finds_everything(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, A, now)
    ids = fill(db, feed, ["one", "two"], now)
    subscriptions.unsubscribe(db, cast.alice, own, now=now)
    late = now + timedelta(days=40)
    with db.reading() as tx:
        assert orphans.left_before(tx, late, 20) == [feed]
    subscriptions.subscribe(db, cast.bob, A, now=late)
    with transaction(db) as tx:
        assert not orphans.is_orphan(tx, feed, late)
    assert tidy(db, late) == 0
    with db.reading() as tx:
        assert sorted(tx.column("SELECT entry_id FROM unread WHERE user_id = :id", id=cast.bob.id)) == ids


# ------------------------------------------------------------------------------------------------ editing


def test_a_subscription_keeps_what_is_not_given(db: Database, cast: Cast, now: datetime) -> None:
    own, _ = subscribed(db, cast.alice, A, now)
    folder = subscriptions.add_folder(db, cast.alice, "F", now=now)
    subscriptions.edit(db, cast.alice, own, title="  My \0 title\n\ud800", folder_ids=[folder, folder], now=now)
    subscriptions.edit(db, cast.alice, own, visibility="archived", hidden_from_visitors=True, now=now)
    with db.reading() as tx:
        details = stored.details(tx, cast.alice.id, own)
    assert (details.title, details.folder_ids) == ("My title", (folder,))
    assert (details.visibility, details.hidden_from_visitors) == ("archived", True)
    subscriptions.edit(db, cast.alice, own, title="", folder_ids=[], hidden_from_visitors=False, now=now)
    with db.reading() as tx:
        details = stored.details(tx, cast.alice.id, own)
    assert (details.title, details.folder_ids, details.hidden_from_visitors) == (A, (), False)


def test_a_visibility_that_is_none_is_refused(db: Database, cast: Cast, now: datetime) -> None:
    own, _ = subscribed(db, cast.alice, A, now)
    with refused("action.bad_value"):
        subscriptions.edit(db, cast.alice, own, visibility="invisible", now=now)  # type: ignore[arg-type] # that is the test


def test_a_new_folder_comes_with_the_subscription_or_neither_does(db: Database, cast: Cast, now: datetime) -> None:
    own = subscriptions.subscribe(db, cast.alice, A, new_folder=" New ", now=now)
    (folder,) = folders_of(db, cast.alice, own)
    other = subscriptions.subscribe(db, cast.alice, B, new_folder="NEW", now=now)
    assert folders_of(db, cast.alice, other) == (folder,)
    for kwargs, code in (
        ({"new_folder": "a/b"}, "action.name_invalid"),
        ({"folder_ids": [999]}, "action.not_found"),
        ({"folder_ids": [folder], "new_folder": "x" * 101}, "action.name_invalid"),
    ):
        with refused(code):
            subscriptions.subscribe(db, cast.alice, "https://c.example/", now=now, **kwargs)
    assert tree(db, cast.alice) == {"New": None}
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 2


def test_asking_for_news_makes_due_what_was_not_asked_lately(db: Database, cast: Cast, now: datetime) -> None:
    own, feed = subscribed(db, cast.alice, A, now)
    subscribed(db, cast.bob, B, now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET next_at = :later, checked_at = 1", later=2**52)
    stream = Stream(kind="feed", key=own)
    assert subscriptions.refresh_soon(db, cast.alice, Stream(), now=now) == 1
    with transaction(db) as tx:
        assert tx.column("SELECT id FROM feed WHERE next_at < :later", later=2**52) == [feed]
        tx.run("UPDATE feed SET next_at = :later, lease_until = :later", later=2**53)
    assert subscriptions.refresh_soon(db, cast.alice, stream, now=now) == 0
    with pytest.raises(NotFound):
        subscriptions.refresh_soon(db, cast.mallory, stream, now=now)


@pytest.mark.parametrize(
    ("minutes", "columns", "count"),
    [
        (14, "etag = '1'", 0),
        (16, "etag = '1'", 1),
        (16, "last_modified = 'x'", 1),
        (16, "etag = NULL", 0),
        (59, "etag = NULL", 0),
        (61, "etag = NULL", 1),
        (16, "etag = NULL, error_code = 'fetch.dns'", 1),
        (61, "etag = '1', wished_until = 0", 1),
        (61, f"etag = '1', wished_until = {2**52}", 0),
        (61, f"error_code = 'fetch.rate_limited', wished_until = {2**52}", 0),
    ],
)
def test_asking_for_news_keeps_to_the_floor_and_to_what_the_server_wishes(
    db: Database, cast: Cast, now: datetime, minutes: int, columns: str, count: int
) -> None:
    """A quarter of an hour with validators, an hour without; never before the server's own word allows it."""
    subscribed(db, cast.alice, A, now)
    checked = to_us(now - timedelta(minutes=minutes))
    with transaction(db) as tx:
        tx.run(f"UPDATE feed SET next_at = :later, checked_at = :at, {columns}", later=2**53, at=checked)
    assert subscriptions.refresh_soon(db, cast.alice, Stream(), now=now) == count


# ------------------------------------------------------------------------------------------------ folders


def test_one_name_is_one_folder_or_label_whatever_its_case(db: Database, cast: Cast, now: datetime) -> None:
    folder = subscriptions.add_folder(db, cast.alice, "  Presse\u0301  du   monde ", now=now)
    with transaction(db) as tx:
        tx.run("INSERT INTO label (user_id, name, name_key) VALUES (:id, 'Later', 'later')", id=cast.alice.id)
    for taken in ("pressé du monde", "PRESSÉ DU MONDE", "later", " LATER "):
        with refused("action.name_taken"):
            subscriptions.add_folder(db, cast.alice, taken, now=now)
    other = subscriptions.add_folder(db, cast.alice, "Other", now=now)
    with refused("action.name_taken"):
        subscriptions.rename_folder(db, cast.alice, other, "Later", now=now)
    subscriptions.rename_folder(db, cast.alice, folder, "PRESSÉ DU MONDE", now=now)
    assert set(tree(db, cast.alice)) == {"PRESSÉ DU MONDE", "Other"}
    subscriptions.add_folder(db, cast.bob, "Pressé du monde", now=now)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "/", "x" * 101, "a\0b", "a\u200bb", "a\ud800", "\x1b[31m", "\u202e"])
def test_a_folder_name_that_is_none_is_refused(sqlite_db: Database, now: datetime, name: str) -> None:
    user = accounts.create(sqlite_db, name="A", password="correct horse battery", now=now)
    folder = subscriptions.add_folder(sqlite_db, user, "F", now=now)
    with refused("action.name_invalid"):
        subscriptions.add_folder(sqlite_db, user, name, now=now)
    with refused("action.name_invalid"):
        subscriptions.rename_folder(sqlite_db, user, folder, name, now=now)


def test_no_folder_stands_in_itself(db: Database, cast: Cast, now: datetime) -> None:
    a = subscriptions.add_folder(db, cast.alice, "a", now=now)
    b = subscriptions.add_folder(db, cast.alice, "b", parent_id=a, now=now)
    c = subscriptions.add_folder(db, cast.alice, "c", parent_id=b, now=now)
    for target in (a, b, c):
        with refused("action.bad_value"):
            subscriptions.move_folder(db, cast.alice, a, target, now=now)
    subscriptions.move_folder(db, cast.alice, c, None, now=now)
    subscriptions.move_folder(db, cast.alice, a, c, now=now)
    assert tree(db, cast.alice) == {"a": "c", "b": "a", "c": None}


def test_folders_stand_ten_deep_at_most_also_after_moving(db: Database, cast: Cast, now: datetime) -> None:
    path: list[int] = []
    for number in range(10):
        parent = path[-1] if path else None
        path.append(subscriptions.add_folder(db, cast.alice, f"{number}", parent_id=parent, now=now))
    with refused("action.too_large"):
        subscriptions.add_folder(db, cast.alice, "eleventh", parent_id=path[-1], now=now)
    top = subscriptions.add_folder(db, cast.alice, "top", now=now)
    with refused("action.too_large"):
        subscriptions.move_folder(db, cast.alice, path[0], top, now=now)
    subscriptions.move_folder(db, cast.alice, path[1], top, now=now)
    assert tree(db, cast.alice)["1"] == "top"


def test_what_was_in_a_folder_goes_where_the_folder_was(db: Database, cast: Cast, now: datetime) -> None:
    outer = subscriptions.add_folder(db, cast.alice, "outer", now=now)
    middle = subscriptions.add_folder(db, cast.alice, "middle", parent_id=outer, now=now)
    subscriptions.add_folder(db, cast.alice, "inner", parent_id=middle, now=now)
    own = subscriptions.subscribe(db, cast.alice, A, folder_ids=[middle], now=now)
    both = subscriptions.subscribe(db, cast.alice, B, folder_ids=[middle, outer], now=now)
    subscriptions.remove_folder(db, cast.alice, middle, now=now)
    assert tree(db, cast.alice) == {"outer": None, "inner": "outer"}
    assert folders_of(db, cast.alice, own) == folders_of(db, cast.alice, both) == (outer,)
    subscriptions.remove_folder(db, cast.alice, outer, now=now)
    assert tree(db, cast.alice) == {"inner": None}
    assert folders_of(db, cast.alice, own) == ()


def test_one_folder_is_made_however_often_the_button_is_pressed(db: Database, cast: Cast, now: datetime) -> None:
    def press(number: int) -> bool:
        try:
            return subscriptions.add_folder(db, cast.alice, ("News", "NEWS")[number % 2], now=now) > 0
        except ActionError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(press, range(8))) == 1


# ------------------------------------------------------------------------------------------------ other people


Action = Callable[[Database, User, int, int, datetime], object]
ACTIONS: dict[str, Action] = {
    "unsubscribe": lambda db, user, own, folder, now: subscriptions.unsubscribe(db, user, own, now=now),
    "edit": lambda db, user, own, folder, now: subscriptions.edit(db, user, own, title="x", now=now),
    "put into a folder": lambda db, user, own, folder, now: subscriptions.edit(
        db, user, _of(db, user), folder_ids=[folder], now=now
    ),
    "subscribe into a folder": lambda db, user, own, folder, now: subscriptions.subscribe(
        db, user, "https://new.example/", folder_ids=[folder], now=now
    ),
    "add a folder within": lambda db, user, own, folder, now: subscriptions.add_folder(
        db, user, "x", parent_id=folder, now=now
    ),
    "rename a folder": lambda db, user, own, folder, now: subscriptions.rename_folder(db, user, folder, "x", now=now),
    "move a folder": lambda db, user, own, folder, now: subscriptions.move_folder(db, user, folder, None, now=now),
    "move into a folder": lambda db, user, own, folder, now: subscriptions.move_folder(
        db, user, subscriptions.add_folder(db, user, "mine", now=now), folder, now=now
    ),
    "remove a folder": lambda db, user, own, folder, now: subscriptions.remove_folder(db, user, folder, now=now),
    "refresh": lambda db, user, own, folder, now: subscriptions.refresh_soon(
        db, user, Stream(kind="feed", key=own), now=now
    ),
    "refresh a folder": lambda db, user, own, folder, now: subscriptions.refresh_soon(
        db, user, Stream(kind="folder", key=folder), now=now
    ),
}


def _of(db: Database, user: User) -> int:
    with db.reading() as tx:
        return int(tx.value("SELECT min(id) FROM subscription WHERE user_id = :id", id=user.id))


def _everything_of(db: Database, user: User) -> object:
    with db.reading() as tx:
        return (stored.all_details(tx, user.id), sidebars.read(tx, user.id))


def test_what_is_somebody_elses_is_not_found_and_stays_as_it_is(db: Database, cast: Cast, now: datetime) -> None:
    own, _ = subscribed(db, cast.alice, A, now)
    subscribed(db, cast.mallory, A, now)
    folder = subscriptions.add_folder(db, cast.alice, "F", now=now)
    before = _everything_of(db, cast.alice)
    for name, action in ACTIONS.items():
        with pytest.raises(NotFound):
            action(db, cast.mallory, own, folder, now)
        assert _everything_of(db, cast.alice) == before, name
    with db.reading() as tx, pytest.raises(NotFound):
        stored.details(tx, cast.mallory.id, own)


def test_ids_that_are_none_are_not_found(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.alice, A, now)
    for wrong in (0, -1, 999_999, 2**63, 2**80, -(2**70)):
        for name, action in ACTIONS.items():
            with pytest.raises(DatelineError) as caught:
                action(db, cast.alice, wrong, wrong, now)
            if name != "move into a folder":  # the folder that is moved there exists from the second time on
                assert caught.value.code == "action.not_found", name


def test_every_action_works_for_its_owner(db: Database, cast: Cast, now: datetime) -> None:
    for number, (name, action) in enumerate(ACTIONS.items()):
        user = accounts.create(db, name=f"user {number}", password="correct horse battery", now=now)
        own, _ = subscribed(db, user, A, now)
        outer = subscriptions.add_folder(db, user, "outer", now=now)
        folder = subscriptions.add_folder(db, user, "F", parent_id=outer, now=now)
        before = _everything_of(db, user)
        result = action(db, user, own, folder, now)
        assert _everything_of(db, user) != before or (name.startswith("refresh") and isinstance(result, int)), name
