"""How one subscription is fetched otherwise than all: whose the feed is then, what moves with it, what nobody sees."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Asked, Internet, Reply, redirect, rss
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import accounts, entries, saved_pages, subscriptions, transport, trial
from dateline.actions.addresses import change_by_hand
from dateline.actions.transport import Wish
from dateline.errors import ActionError, NotFound, StoreError
from dateline.fetch.cookies import Jar
from dateline.fetch.transport import Transport
from dateline.model import Stream, User
from dateline.refresh.asking import keep_cookies
from dateline.settings import Settings
from dateline.store import Database, addresses, feeds, ownership, streams
from dateline.store.secrets import Keyring
from dateline.store.write import transaction

KEY = (("X-Key", "sesame"),)


class Two:
    """Alice and Bob, who read the same feed; a clock that can be moved."""

    def __init__(self, db: Database, cast: Cast, site: Internet, now: datetime, folder: Path) -> None:
        self.db, self.site, self.url = db, site, site.url("/feed")
        self.alice, self.bob = cast.alice, cast.bob
        self.settings = replace(LOOPBACK, secret_file=folder / "key")
        self.runner = Runner(db, now, self.settings)
        self.own = subscriptions.subscribe(db, self.alice, self.url, now=now)
        self.run()

    @property
    def now(self) -> datetime:
        return self.runner.now

    def bob_too(self) -> int:
        return subscriptions.subscribe(self.db, self.bob, self.url, now=self.now)

    def run(self, **later: float) -> dict[str, str]:
        self.runner.later(**later)
        return {url: report.code for url, report in self.runner.run().items()}

    def wish(self, **wish: Any) -> None:
        transport.change(self.db, self.settings, self.alice, self.own, Wish(**wish), now=self.now)

    def clear(self) -> str:
        return transport.clear(self.db, self.settings, self.alice, self.own, now=self.now)

    def owners(self) -> list[int]:
        with self.db.reading() as tx:
            return tx.column("SELECT owner_id FROM feed ORDER BY owner_id")

    def titles(self, user: User, stream: Stream | None = None, shown: str = "all") -> list[str]:
        accounts.catch_up(self.db, user.id, now=self.now)
        wanted = replace(stream or Stream(), shown=shown)
        with self.db.reading() as tx:
            return sorted(entry.title for entry in streams.read(tx, user.id, wanted, limit=100).entries)

    def unread(self, user: User) -> list[str]:
        return self.titles(user, shown="unread")

    def ids(self, user: User, *titles: str) -> list[int]:
        accounts.catch_up(self.db, user.id, now=self.now)
        with self.db.reading() as tx:
            found = streams.read(tx, user.id, Stream(shown="all"), limit=100).entries
        return [entry.id for entry in found if entry.title in titles]

    def counted(self, user: User) -> tuple[int, int]:
        """(the counter, what it counts)."""
        with self.db.reading() as tx:
            return (
                tx.value("SELECT sum(unread_count) FROM subscription WHERE user_id = :user", user=user.id),
                tx.value("SELECT count(*) FROM unread WHERE user_id = :user", user=user.id),
            )


@pytest.fixture
def two(db: Database, cast: Cast, now: datetime, tmp_path: Path) -> Any:
    with Internet({"/feed": rss("A", "One", "Two", "Three")}) as site:
        yield Two(db, cast, site, now, tmp_path)


def only_with_key(asked: Asked) -> Reply:
    """Members read more."""
    is_member = asked.header("X-Key") == "sesame"
    return Reply(rss("A", "One", "Two", "Three", "Secret") if is_member else rss("A", "One", "Two", "Three"))


# ------------------------------------------------------------------------------------------------ there


def test_a_feed_that_nobody_else_reads_becomes_ones_own_with_all_it_has(two: Two) -> None:
    entries.mark(two.db, two.alice, two.ids(two.alice, "One"), read=True, now=two.now)
    before = two.ids(two.alice, "One", "Two", "Three")
    two.wish(user_agent="Mine/1", headers=KEY, cookies="a=b")
    assert two.owners() == [two.alice.id]
    assert two.ids(two.alice, "One", "Two", "Three") == before
    assert two.run(hours=1) == {two.url: "ok"}
    asked = two.site.requests[-1]
    assert (asked.header("X-Key"), asked.header("Cookie"), asked.header("User-Agent")) == ("sesame", "a=b", "Mine/1")
    assert two.unread(two.alice) == ["Three", "Two"]


def test_among_several_readers_one_goes_on_alone_with_read_state_stars_and_labels(two: Two) -> None:
    two.bob_too()
    one = two.ids(two.alice, "One")
    entries.mark(two.db, two.alice, one, read=True, now=two.now)
    entries.star(two.db, two.alice, [*one, *two.ids(two.alice, "Two")], starred=True, now=two.now)
    with transaction(two.db) as tx:
        tx.run("INSERT INTO label (user_id, name, name_key) VALUES (:user, 'L', 'l')", user=two.alice.id)
        tx.run(
            "INSERT INTO entry_label (user_id, label_id, listed_at, entry_id, feed_id) SELECT :user, l.id, e.listed_at,"
            " e.id, e.feed_id FROM label l, entry e WHERE e.id = :entry",
            user=two.alice.id,
            entry=one[0],
        )
        label = tx.value("SELECT id FROM label")
    two.site["/feed"] = only_with_key
    two.wish(headers=KEY)
    assert two.owners() == [0, two.alice.id]
    assert two.titles(two.alice) == ["One", "Three", "Two"]
    assert two.unread(two.alice) == ["Three", "Two"]
    assert two.titles(two.alice, Stream(kind="starred")) == ["One", "Two"]
    assert two.titles(two.alice, Stream(kind="label", key=label)) == ["One"]
    assert two.unread(two.bob) == ["One", "Three", "Two"]
    two.run(hours=13)
    assert two.unread(two.alice) == ["Secret", "Three", "Two"]
    assert two.titles(two.bob) == ["One", "Three", "Two"]
    assert two.counted(two.alice) == (3, 3)
    assert two.counted(two.bob) == (3, 3)
    with two.db.reading() as tx:
        read = streams.read(tx, two.alice.id, Stream(shown="all"), limit=9, bodies="whole").entries
        assert all(entry.content_html and entry.title in entry.content_html for entry in read)
        foreign = tx.column("SELECT id FROM entry WHERE title = 'Secret'")
    with pytest.raises(NotFound):
        entries.star(two.db, two.bob, foreign, starred=True, now=two.now)


def test_what_was_deleted_does_not_come_back_with_the_copy(two: Two) -> None:
    two.bob_too()
    with transaction(two.db) as tx:
        from dateline.store import entries as stored

        feed = tx.value("SELECT id FROM feed")
        gone = tx.column("SELECT id FROM entry WHERE title = 'One'")
        stored.purge(tx, feed, gone)
    two.wish(headers=KEY)
    two.run(hours=13)
    assert two.titles(two.alice) == ["Three", "Two"]


def test_every_column_of_an_entry_is_copied(sqlite_db: Database) -> None:
    with sqlite_db.reading() as tx:
        for table, known in {"entry": ownership.ENTRY_COLUMNS, **ownership.PARTS}.items():
            columns = {row[1] for row in tx.all(f"PRAGMA table_info({table})")}
            named = {name.strip() for name in known.split(",")}
            assert columns - named == ({"id", "feed_id"} if table == "entry" else {"entry_id"})


def test_two_copies_of_one_address_are_two_feeds(two: Two) -> None:
    bobs = two.bob_too()
    two.wish(headers=KEY)
    wish = Wish(headers=(("X-Key", "other"),))
    transport.change(two.db, two.settings, two.bob, bobs, wish, now=two.now)
    assert two.owners() == [two.alice.id, two.bob.id]
    two.site.requests.clear()
    two.run(hours=13)
    assert {asked.header("X-Key") for asked in two.site.requests} == {"sesame", "other"}


def test_nobody_else_touches_it(two: Two, cast: Cast) -> None:
    for user in (cast.bob, cast.mallory):
        with pytest.raises(NotFound):
            transport.change(two.db, two.settings, user, two.own, Wish(user_agent="x"), now=two.now)
        with pytest.raises(NotFound):
            transport.shown(two.db, two.settings, user, two.own)
        with pytest.raises(NotFound):
            transport.clear(two.db, two.settings, user, two.own, now=two.now)
    assert two.owners() == [0]


# ------------------------------------------------------------------------------------------------ secrets


def test_secrets_are_encrypted_and_never_shown_again(two: Two) -> None:
    two.wish(login="anna:pass:word", headers=KEY, cookies="id=sesame2", method="POST", body="sesame3")
    with two.db.reading() as tx:
        row = tx.one("SELECT transport, credentials FROM feed")
    assert row is not None
    assert b"sesame" not in bytes(row[0]) + bytes(row[1])
    shown = transport.shown(two.db, two.settings, two.alice, two.own)
    assert shown.present == {"login", "headers", "cookies", "body"}
    assert "sesame" not in repr(shown)
    assert shown.transport == Transport(method="POST")


def test_what_is_left_empty_is_kept_and_what_is_emptied_is_gone(two: Two) -> None:
    two.wish(login="anna:pw", headers=KEY, cookies="a=b")
    two.wish(user_agent="Mine/2")
    two.run(hours=1)
    asked = two.site.requests[-1]
    assert (asked.header("X-Key"), asked.header("Cookie"), asked.header("User-Agent")) == ("sesame", "a=b", "Mine/2")
    assert asked.header("Authorization") == "Basic YW5uYTpwdw=="
    two.wish(login="", headers=(), cookies="")
    two.run(hours=1)
    names = {name for name, _ in two.site.requests[-1].headers}
    assert names == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"headers": (("Host", "x"),)}, "headers"),
        ({"headers": (("X-A", "1\r\nX-B: 2"),)}, "headers"),
        ({"headers": (("Authorization", "Bearer x"),), "login": "anna:pw"}, "headers"),
        ({"cookies": "a=b\r\n"}, "cookies"),
        ({"user_agent": "a\nb"}, "user_agent"),
        ({"login": ":pw"}, "login"),
        ({"timeout": 1e9}, "timeout"),
        ({"max_redirects": 99}, "max_redirects"),
        ({"proxy": "http://inside:3128"}, "proxy"),
        ({"authority": "nonsense"}, "authority"),
        ({"method": "POST", "body_type": "x"}, "body_type"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_changes_nothing(two: Two, wish: dict[str, Any], field: str) -> None:
    two.bob_too()
    with pytest.raises(ActionError) as caught:
        two.wish(**wish)
    assert (caught.value.code, caught.value.detail) == ("action.bad_transport", field)
    assert two.owners() == [0]


def test_wishing_nothing_changes_nothing(two: Two) -> None:
    two.wish()
    assert two.owners() == [0]


def test_without_the_right_key_nothing_is_sent_and_all_can_be_entered_again(two: Two, tmp_path: Path) -> None:
    two.wish(login="anna:pw", headers=KEY)
    (tmp_path / "key").unlink()
    Keyring(tmp_path / "key").ensure()
    two.site.requests.clear()
    assert two.run(days=4) == {two.url: "store.secret"}
    assert two.site.requests == []
    shown = transport.shown(two.db, two.settings, two.alice, two.own)
    assert shown.is_unreadable
    two.wish(login="anna:new", headers=KEY)
    assert two.run() == {two.url: "ok"}
    assert not transport.shown(two.db, two.settings, two.alice, two.own).is_unreadable
    (tmp_path / "key").write_bytes(b"nonsense")
    with pytest.raises(StoreError):
        two.wish(login="anna:newer")
    assert two.clear() == "private"


# ------------------------------------------------------------------------------------------------ on the wire


def test_digest_is_spoken_where_it_is_wished(two: Two) -> None:
    def page(asked: Asked) -> Reply:
        if str(asked.header("Authorization")).startswith('Digest username="anna"'):
            return Reply(rss("A", "One"))
        return Reply(b"", status=401, headers=(("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),))

    two.site["/feed"] = page
    two.wish(login="anna:pw", login_by="digest")
    assert two.run() == {two.url: "ok"}


def test_a_redirect_to_another_server_takes_no_secret_along_and_is_not_adopted(two: Two) -> None:
    with Internet({"/feed": rss("A", "One", "Four")}) as other:
        two.site["/feed"] = redirect(other.url("/feed"), 301)
        two.wish(login="anna:pw", headers=KEY, cookies="a=b")
        for _ in range(6):
            two.run(days=1)
        assert two.titles(two.alice) == ["Four", "One", "Three", "Two"]
        for asked in other.requests:
            assert not {"X-Key", "Cookie", "Authorization"} & {name for name, _ in asked.headers}
        with two.db.reading() as tx:
            assert tx.one("SELECT url, moved_url FROM feed") == (two.url, None)


def test_the_debugger_asks_as_the_line_does(two: Two) -> None:
    two.site["/feed"] = only_with_key
    two.wish(headers=KEY)
    tried = trial.of_subscription(two.db, two.settings, two.alice, two.own, version="0", now=two.now)
    assert [entry.parsed.title for entry in tried.entries if entry.decision == "new"] == ["Secret"]
    assert "sesame" not in repr(tried.exchanges)


def counted_visits(asked: Asked) -> Reply:
    """Who comes again is known by the cookie."""
    name = "Again" if asked.header("Cookie") == "id=sesame" else "First"
    return Reply(rss("A", name), headers=(("Set-Cookie", "id=sesame; Max-Age=600000"),))


def test_a_servers_cookies_are_kept_for_this_feed_alone_encrypted_until_something_changes(two: Two) -> None:
    bobs = two.bob_too()
    two.site["/feed"] = counted_visits
    two.wish(keep_cookies=True)
    two.run(days=1)
    two.run(days=1)
    assert "Again" in two.titles(two.alice)
    assert "Again" not in two.titles(two.bob)
    transport.change(two.db, two.settings, two.bob, bobs, Wish(keep_cookies=True), now=two.now)
    two.site.requests.clear()
    two.run(days=1)
    assert sorted(str(asked.header("Cookie")) for asked in two.site.requests) == ["None", "id=sesame"]
    with two.db.reading() as tx:
        stored = tx.column("SELECT cookies FROM feed WHERE cookies IS NOT NULL")
        assert len(stored) == 2
        assert not any(b"sesame" in bytes(one) for one in stored)
    tried = trial.of_subscription(two.db, two.settings, two.alice, two.own, version="0", now=two.now)
    assert [entry.parsed.title for entry in tried.entries] == ["Again"]
    two.wish(keep_cookies=True, user_agent="Mine/2")
    two.site.requests.clear()
    two.run(minutes=1)
    assert [asked.header("Cookie") for asked in two.site.requests] == [None]
    two.clear()
    two.run(days=1)
    two.run(days=1)
    assert two.site.requests[-1].header("Cookie") is None


def test_cookies_that_cannot_be_read_are_asked_for_anew(two: Two) -> None:
    two.site["/feed"] = counted_visits
    two.wish(keep_cookies=True)
    with transaction(two.db) as tx:
        tx.run("UPDATE feed SET cookies = :nonsense", nonsense=b"nonsense")
    assert two.run(days=1) == {two.url: "ok"}
    two.run(days=1)
    assert two.site.requests[-1].header("Cookie") == "id=sesame"


def test_cookies_of_how_a_feed_was_asked_before_are_not_kept(two: Two) -> None:
    two.wish(keep_cookies=True, login="anna:pw")
    with two.db.reading() as tx:
        before = feeds.read(tx, tx.value("SELECT id FROM feed"))
    two.wish(keep_cookies=True, login="bert:pw")
    jar = Jar()
    jar.take(two.url, ["id=annas"], 0.0)
    keep_cookies(two.db, before, jar, Keyring(two.settings.secret_file or Path()))
    with two.db.reading() as tx:
        assert tx.column("SELECT cookies FROM feed") == [None]


# ------------------------------------------------------------------------------------------------ and back


def test_without_secrets_it_becomes_everybodys_again(two: Two) -> None:
    two.wish(user_agent="Mine/1")
    entries.mark(two.db, two.alice, two.ids(two.alice, "One"), read=True, now=two.now)
    assert two.clear() == "shared"
    assert two.owners() == [0]
    two.run(hours=13)
    assert two.unread(two.alice) == ["Three", "Two"]
    assert (
        two.site.requests[-1].header(
            "User-Agent",
        )
        != "Mine/1"
    )


def test_without_secrets_it_becomes_one_with_the_feed_of_the_others(two: Two) -> None:
    two.bob_too()
    two.wish(user_agent="Mine/1")
    entries.mark(two.db, two.alice, two.ids(two.alice, "One"), read=True, now=two.now)
    entries.star(two.db, two.alice, two.ids(two.alice, "Two"), starred=True, now=two.now)
    assert two.clear() == "shared"
    assert two.owners() == [0]
    assert two.unread(two.alice) == ["Three", "Two"]
    assert two.unread(two.bob) == ["One", "Three", "Two"]
    assert two.titles(two.alice, Stream(kind="starred")) == ["Two"]
    two.run(hours=13)
    assert two.unread(two.alice) == ["Three", "Two"]


def test_what_came_with_a_secret_is_never_shown_to_others(two: Two) -> None:
    two.bob_too()
    two.site["/feed"] = only_with_key
    two.wish(headers=KEY)
    two.run(hours=13)
    entries.mark(two.db, two.alice, two.ids(two.alice, "One"), read=True, now=two.now)
    entries.star(two.db, two.alice, two.ids(two.alice, "Secret", "Two"), starred=True, now=two.now)
    two.wish(headers=())
    assert two.clear() == "shared"
    assert two.unread(two.alice) == ["Three", "Two"]
    assert two.titles(two.alice, Stream(kind="starred")) == ["Secret", "Two"], "a favourite stays"
    assert two.titles(two.bob) == ["One", "Three", "Two"]
    assert two.counted(two.alice) == (2, 2)
    two.run(hours=13)
    assert two.unread(two.alice) == ["Three", "Two"]
    assert two.titles(two.bob) == ["One", "Three", "Two"]


def test_what_nobody_reads_without_a_secret_stays_private(two: Two) -> None:
    two.wish(headers=KEY)
    assert two.clear() == "private"
    assert two.owners() == [two.alice.id]
    two.site.requests.clear()
    two.run(hours=13)
    assert two.site.requests[-1].header("X-Key") is None
    assert not transport.shown(two.db, two.settings, two.alice, two.own).is_set


def test_a_feed_that_was_private_from_the_beginning_stays_so(db: Database, cast: Cast, now: datetime) -> None:
    settings = Settings()
    own = subscriptions.subscribe(db, cast.alice, "https://a.example/feed", private=True, now=now)
    transport.change(db, settings, cast.alice, own, Wish(user_agent="Mine/1", timeout=60.0), now=now)
    later = now + timedelta(hours=1)
    assert transport.clear(db, settings, cast.alice, own, now=later) == "private"
    assert transport.clear(db, settings, cast.alice, own, now=later) == "private"
    with db.reading() as tx:
        assert tx.column("SELECT owner_id FROM feed") == [cast.alice.id]


def test_saved_pages_have_nothing_to_clear(two: Two) -> None:
    saved_pages.save(two.db, two.alice, "https://a.example/page", feed_title="Saved", now=two.now)
    with two.db.reading() as tx:
        own = tx.value("SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE f.kind = 'saved'")
    with pytest.raises(ActionError, match=r"action\.bad_value"):
        transport.clear(two.db, two.settings, two.alice, own, now=two.now)


def test_a_shared_feed_has_nothing_to_clear(two: Two) -> None:
    assert two.clear() == "shared"
    assert two.owners() == [0]


def test_who_has_a_feed_of_their_own_at_the_address_too_is_told_so(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    """It moved there: both cannot become one, for what opens the one is not for the other."""
    settings = replace(LOOPBACK, secret_file=tmp_path / "key")
    shared = subscriptions.subscribe(db, cast.bob, "https://a.test/feed", now=now)
    subscriptions.subscribe(db, cast.alice, "https://a.test/feed", now=now)
    own = subscriptions.subscribe(db, cast.bob, "https://a.test/old", private=True, now=now)
    with transaction(db) as tx:
        feed = feeds.find(tx, "https://a.test/old", cast.bob.id)
        assert feed is not None
        addresses.change_address(tx, feed.id, "https://a.test/feed", "a.test", now=now)
    with pytest.raises(ActionError) as told:
        transport.change(db, settings, cast.bob, shared, Wish(user_agent="Reader"), now=now)
    assert (told.value.code, told.value.detail) == ("action.already_subscribed", str(own))
    with pytest.raises(ActionError) as told:
        change_by_hand(db, cast.bob, shared, "https://b.test/feed", now=now)
    assert (told.value.code, told.value.detail) == ("action.already_subscribed", str(own))
