"""Followed lists: what is new comes, what vanishes goes, what a person added stays; a bad answer changes nothing."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.internet import LOOPBACK, Internet, Reply, redirect
from tests.people import Cast

from dateline.actions import following, health, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.refresh.followed import Followed
from dateline.refresh.work import Refresher
from dateline.store import Database, followed
from dateline.store import subscriptions as stored
from dateline.store.followed import FollowedList
from dateline.store.write import transaction


def opml(*names: str) -> bytes:
    outlines = "".join(f'<outline text="{name}" type="rss" xmlUrl="https://{name}.test/feed"/>' for name in names)
    return f'<opml version="2.0"><head/><body><outline text="Inner">{outlines}</outline></body></opml>'.encode()


class Follower:
    """Alice's folder with a list on a loopback server, and a clock."""

    def __init__(self, db: Database, user: User, internet: Internet, now: datetime) -> None:
        self.db, self.user, self.internet, self.now = db, user, internet, now
        self.folder_id = subscriptions.add_folder(db, user, "List", now=now)
        following.follow(db, user, self.folder_id, internet.url("/list.opml"), now=now)

    def check(self, **later: float) -> Followed | None:
        self.now += timedelta(**later)
        return following.check_now(
            self.db, LOOPBACK, self.folder_id, version="0", holder="test", clock=lambda: self.now
        )

    def due(self) -> Followed | None:
        """The same, whenever it is due next."""
        self.now = self.state.next_at
        return self.check()

    @property
    def state(self) -> FollowedList:
        with self.db.reading() as tx:
            found = followed.of_folder(tx, self.folder_id)
        assert found is not None
        return found

    @property
    def names(self) -> list[str]:
        """What Alice subscribes to, by the host's first word."""
        with self.db.reading() as tx:
            rows = stored.all_details(tx, self.user.id)
        return sorted(row.url.removeprefix("https://").partition(".")[0] for row in rows)

    def ident(self, name: str) -> int:
        with self.db.reading() as tx:
            found = stored.by_feed_url(tx, self.user.id, f"https://{name}.test/feed")
        assert found is not None
        return found


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/list.opml": Reply(opml("a", "b"), content_type="text/x-opml")}) as server:
        yield server


@pytest.fixture
def follower(db: Database, cast: Cast, internet: Internet, now: datetime) -> Follower:
    return Follower(db, cast.alice, internet, now)


def test_what_was_left_for_faring_badly_does_not_come_again(follower: Follower) -> None:
    follower.internet["/list.opml"] = opml("a", "b")
    follower.due()
    health.unsubscribe(follower.db, follower.user, [follower.ident("a")], now=follower.now)
    follower.internet["/list.opml"] = opml("a", "b", "c")
    follower.due()
    assert follower.names == ["b", "c"]


def test_what_is_in_the_list_is_subscribed_to_in_the_folder(follower: Follower) -> None:
    done = follower.check()
    assert done is not None
    assert (done.code, done.added, done.removed) == ("ok", 2, 0)
    assert follower.names == ["a", "b"]
    with follower.db.reading() as tx:
        assert {row.folder_ids for row in stored.all_details(tx, follower.user.id)} == {(follower.folder_id,)}
        assert tx.value("SELECT count(*) FROM feed WHERE next_at IS NOT NULL") == 2
    assert follower.state.next_at == follower.now + timedelta(hours=12)
    assert follower.check() is None, "it is not due"


def test_what_is_new_comes_and_what_vanished_goes(follower: Follower, internet: Internet) -> None:
    follower.check()
    internet["/list.opml"] = opml("b", "c", "d")
    done = follower.due()
    assert done is not None
    assert (done.added, done.removed) == (2, 1)
    assert follower.names == ["b", "c", "d"]
    with follower.db.reading() as tx:
        assert tx.value("SELECT orphaned_at FROM feed WHERE url = 'https://a.test/feed'") is not None


def test_what_a_person_added_is_never_touched(follower: Follower, internet: Internet) -> None:
    subscriptions.subscribe(follower.db, follower.user, "https://a.test/feed", title="Mine", now=follower.now)
    subscriptions.subscribe(
        follower.db, follower.user, "https://z.test/feed", folder_ids=[follower.folder_id], now=follower.now
    )
    follower.check()
    assert follower.names == ["a", "b", "z"]
    internet["/list.opml"] = opml("c")
    follower.due()
    assert follower.names == ["a", "c", "z"]
    with follower.db.reading() as tx:
        details = stored.details(tx, follower.user.id, follower.ident("a"))
    assert (details.own_title, details.folder_ids) == ("Mine", ())


def test_what_a_person_moved_elsewhere_is_theirs(follower: Follower, internet: Internet) -> None:
    follower.check()
    subscriptions.edit(follower.db, follower.user, follower.ident("a"), folder_ids=[], now=follower.now)
    internet["/list.opml"] = opml("c")
    follower.due()
    assert follower.names == ["a", "c"]
    internet["/list.opml"] = opml("d")
    follower.due()
    assert follower.names == ["a", "d"]


def test_what_a_person_unsubscribed_from_does_not_come_back(follower: Follower, internet: Internet) -> None:
    follower.check()
    subscriptions.unsubscribe(follower.db, follower.user, follower.ident("a"), now=follower.now)
    internet["/list.opml"] = opml("a", "b", "c")
    follower.due()
    assert follower.names == ["b", "c"]
    assert follower.state.left_out == {"https://a.test/feed"}


def test_a_feed_that_moved_is_not_taken_for_one_that_vanished(follower: Follower, internet: Internet) -> None:
    follower.check()
    with transaction(follower.db) as tx:
        tx.run("UPDATE feed SET url = 'https://new.test/feed' WHERE url = 'https://a.test/feed'")
    internet["/list.opml"] = opml("a", "b", "c")
    done = follower.due()
    assert done is not None
    assert (done.added, done.removed) == (1, 0)
    assert follower.names == ["b", "c", "new"]


BAD: dict[str, tuple[Reply | int, str]] = {
    "missing": (404, "fetch.not_found"),
    "server error": (503, "fetch.unavailable"),
    "gone": (410, "fetch.gone"),
    "empty": (Reply(b""), "parse.empty"),
    "an error page": (Reply(b"<!doctype html><html><body>Sorry, back soon</body></html>"), "parse.not_opml"),
    "no feed in it": (Reply(b"<opml><body><outline text='Soon'/></body></opml>"), "parse.not_opml"),
    "cut off": (Reply(opml("a", "b")[:-60]), "parse.opml_damaged"),
    "not well-formed": (Reply(opml("b").replace(b"Inner", b"A & B")), "parse.opml_damaged"),
    "JSON": (Reply(b'{"feeds": []}'), "parse.not_opml"),
    "a bomb": (Reply(b"<opml>" + b"<outline text='a'>" * 50_000), "parse.too_complex"),
    "elsewhere": (redirect("http://127.0.0.1:1/"), "fetch.connect"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_answer_is_kept_as_a_failure_and_changes_nothing(
    follower: Follower, internet: Internet, name: str
) -> None:
    follower.check()
    answer, code = BAD[name]
    internet["/list.opml"] = answer
    done = follower.due()
    assert done is not None
    assert done.code == code
    assert follower.names == ["a", "b"]
    assert (follower.state.error_code, follower.state.failures) == (code, 1)
    assert follower.state.next_at > follower.now
    internet["/list.opml"] = opml("b")
    with transaction(follower.db) as tx:
        tx.run("DELETE FROM host")  # a 503 may have quieted it
    follower.due()
    assert (follower.names, follower.state.error_code, follower.state.failures) == (["b"], None, 0)


def test_the_list_is_asked_for_conditionally_and_as_rarely_as_its_server_wants(
    follower: Follower, internet: Internet
) -> None:
    internet["/list.opml"] = Reply(opml("a"), etag='"1"', headers=(("Cache-Control", "max-age=172800"),))
    follower.check()
    assert follower.state.next_at == follower.now + timedelta(days=2)
    done = follower.due()
    assert done is not None
    assert (done.code, follower.names) == ("not_modified", ["a"])
    asked = internet.asked("/list.opml")
    assert asked[-1].header("If-None-Match") == '"1"'
    assert "opml" in (asked[-1].header("Accept") or "")


def test_an_unchanged_list_is_not_read_again(follower: Follower) -> None:
    follower.check()
    subscriptions.unsubscribe(follower.db, follower.user, follower.ident("a"), now=follower.now)
    done = follower.due()
    assert done is not None
    assert (done.code, follower.names) == ("unchanged", ["b"])


def test_giving_up_a_list_keeps_what_it_brought(follower: Follower, internet: Internet) -> None:
    follower.check()
    following.unfollow(follower.db, follower.user, follower.folder_id, now=follower.now)
    following.follow(follower.db, follower.user, follower.folder_id, internet.url("/list.opml"), now=follower.now)
    internet["/list.opml"] = opml("c")
    follower.check()
    assert follower.names == ["a", "b", "c"]


def test_another_address_begins_anew(follower: Follower, internet: Internet) -> None:
    follower.check()
    internet["/other.opml"] = opml("c")
    following.follow(follower.db, follower.user, follower.folder_id, internet.url("/other.opml"), now=follower.now)
    follower.check()
    assert follower.names == ["a", "b", "c"]
    assert follower.state.url == internet.url("/other.opml")


def test_removing_the_folder_ends_it(follower: Follower) -> None:
    follower.check()
    subscriptions.remove_folder(follower.db, follower.user, follower.folder_id, now=follower.now)
    assert follower.check(days=1) is None
    assert follower.names == ["a", "b"]


def test_a_list_is_its_owners_alone(follower: Follower, cast: Cast, now: datetime) -> None:
    with pytest.raises(NotFound):
        following.follow(follower.db, cast.mallory, follower.folder_id, "https://evil.test/", now=now)
    with pytest.raises(NotFound):
        following.unfollow(follower.db, cast.mallory, follower.folder_id, now=now)
    with pytest.raises(NotFound):
        following.check_soon(follower.db, cast.mallory, follower.folder_id, now=now)
    assert "evil" not in follower.state.url


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "https://me:secret@lists.test/", "ftp://lists.test/"])
def test_an_address_that_cannot_be_followed_is_refused(follower: Follower, address: str) -> None:
    before = follower.state.url
    with pytest.raises(ActionError):
        following.follow(follower.db, follower.user, follower.folder_id, address, now=follower.now)
    assert follower.state.url == before


def test_the_guard_keeps_lists_out_of_private_networks(db: Database, cast: Cast, now: datetime) -> None:
    folder_id = subscriptions.add_folder(db, cast.alice, "Home", now=now)
    following.follow(db, cast.alice, folder_id, "http://127.0.0.1:9/list.opml", now=now)
    settings = type(LOOPBACK)(host_spacing=0)
    done = following.check_now(db, settings, folder_id, version="0", holder="test", clock=lambda: now)
    assert done is not None
    assert done.code == "fetch.forbidden_address"


def test_the_worker_follows_what_is_due(follower: Follower) -> None:
    refresher = Refresher(follower.db, LOOPBACK, version="0", holder="test", clock=lambda: follower.now)

    async def until_followed() -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(refresher.run_forever(stop))
        while (await asyncio.to_thread(lambda: follower.state.ok_at)) is None:
            await asyncio.sleep(0.01)
        stop.set()
        working.cancel()
        await asyncio.wait({working})

    asyncio.run(asyncio.wait_for(until_followed(), 30))
    assert follower.names == ["a", "b"]


def test_looking_again_soon_waits_for_its_turn(follower: Follower) -> None:
    follower.check()
    following.check_soon(follower.db, follower.user, follower.folder_id, now=follower.now)
    assert follower.state.next_at == follower.now + timedelta(hours=12), "it was asked for moments ago"
    follower.now += timedelta(minutes=10)
    following.check_soon(follower.db, follower.user, follower.folder_id, now=follower.now)
    assert follower.state.next_at == follower.now
