"""Articles brought from another reader: stars, labels and states where they belong, for their owner alone, once."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.internet import LOOPBACK, Internet
from tests.parse.exports import FEEDBIN_STARRED, FEEDLY_SAVED, FRESHRSS_STARRED, GOOGLE_STARRED, file
from tests.people import Cast
from tests.refresh.running import Runner
from tests.store.feeding import fill, subscribed

from dateline.actions import entries as entry_actions
from dateline.actions import saved, subscriptions
from dateline.actions.accounts import catch_up
from dateline.errors import NotFound, ParseError
from dateline.model import Entry, Stream, User
from dateline.store import Database, states, streams
from dateline.store import subscriptions as stored
from dateline.store.write import transaction


def brought(db: Database, user: User, value: Any, now: datetime, name: str = "") -> dict[str, int]:
    report = saved.import_saved(db, user, value if isinstance(value, bytes) else file(value), name=name, now=now)
    assert not report.problems
    counted = ("articles", "stored", "starred", "labelled", "read", "nothing_to_keep")
    return {key: getattr(report, key) for key in counted if getattr(report, key)}


def starred(db: Database, user: User) -> list[Entry]:
    with db.reading() as tx:
        return list(streams.read(tx, user.id, Stream(kind="starred", shown="all"), bodies="whole").entries)


def labels(db: Database, user: User) -> dict[str, list[str]]:
    """Label → the titles of what has it, newest first."""
    with db.reading() as tx:
        ids = tx.all("SELECT name, id FROM label WHERE user_id = :user ORDER BY name_key", user=user.id)
        pages = {name: streams.read(tx, user.id, Stream(kind="label", key=ident, shown="all")) for name, ident in ids}
    return {name: [entry.title for entry in page.entries] for name, page in pages.items()}


def unread(db: Database, user: User) -> list[str]:
    catch_up(db, user.id, now=datetime.now(UTC))
    with db.reading() as tx:
        return [entry.title for entry in streams.read(tx, user.id, Stream(kind="all", shown="unread")).entries]


def counters_are_right(db: Database) -> None:
    with transaction(db) as tx:
        assert states.recount(tx) == 0


# ------------------------------------------------------------------------------------------------ alone


def test_stars_and_labels_come_along_with_their_dates(db: Database, cast: Cast, now: datetime) -> None:
    assert brought(db, cast.alice, FRESHRSS_STARRED, now) == {
        "articles": 2,
        "stored": 2,
        "starred": 1,
        "labelled": 2,
        "read": 1,
    }
    (fish,) = starred(db, cast.alice)
    assert (fish.title, fish.guid, fish.feed_title) == ("Fish & ships", "harbour-1", "Harbour & Post")
    assert fish.published_at == fish.listed_at == datetime.fromtimestamp(1717990000, UTC)
    assert (fish.labels, fish.unread, fish.subscription_id) == (("Sea & salt", "To cook"), False, None)
    assert fish.content_html is not None
    assert "script" not in fish.content_html
    assert 'href="https://harbour.example/more"' in fish.content_html
    assert labels(db, cast.alice) == {"Sea & salt": ["Fish & ships"], "To cook": ["Fish & ships", "Rope"]}
    with db.reading() as tx:
        at = tx.value("SELECT starred_at FROM star")
        assert tx.value("SELECT count(*) FROM feed WHERE next_at IS NOT NULL") == 0, "nothing is fetched for it"
        assert tx.value("SELECT count(*) FROM subscription") == 0
    assert at == 1718000000123456
    assert unread(db, cast.alice) == []


@pytest.mark.parametrize(
    ("value", "name", "title", "label"),
    [
        (GOOGLE_STARRED, "starred.json", "A boat", "Read later"),
        (FEEDLY_SAVED, "", "Hill & dale", "Walks"),
        (FEEDBIN_STARRED, "starred.json", "Quiet", None),
    ],
)
def test_other_programs(
    db: Database, cast: Cast, now: datetime, value: Any, name: str, title: str, label: str | None
) -> None:
    brought(db, cast.alice, value, now, name)
    assert [entry.title for entry in starred(db, cast.alice)] == [title]
    assert label is None or labels(db, cast.alice)[label] == [title]


def test_bringing_the_same_again_changes_nothing(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    before = (starred(db, cast.alice), labels(db, cast.alice))
    assert brought(db, cast.alice, FRESHRSS_STARRED, now + timedelta(days=1)) == {"articles": 2}
    assert (starred(db, cast.alice), labels(db, cast.alice)) == before
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 2
        assert tx.value("SELECT count(*) FROM history WHERE action = 'star'") == 1


def test_what_somebody_brought_nobody_else_ever_sees(db: Database, cast: Cast, now: datetime) -> None:
    """Not even who subscribes to that feed: anybody can write such a file."""
    subscriptions.subscribe(db, cast.bob, "https://harbour.example/feed", now=now)
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    assert unread(db, cast.bob) == []
    with db.reading() as tx:
        assert streams.read(tx, cast.bob.id, Stream(kind="all", shown="all")).entries == ()
        assert states.visible(tx, cast.bob.id, tx.column("SELECT id FROM entry")) == []
        assert tx.column("SELECT entry_count FROM feed WHERE owner_id = 0") == [0]
    (fish,) = starred(db, cast.alice)
    with pytest.raises(NotFound):
        entry_actions.star(db, cast.bob, [fish.id], starred=True, now=now)


def test_two_people_bring_the_same(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    assert brought(db, cast.bob, FRESHRSS_STARRED, now)["stored"] == 2
    assert {entry.title for entry in starred(db, cast.bob)} == {"Fish & ships"}


def test_a_label_may_have_the_name_of_a_folder(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.add_folder(db, cast.alice, "to COOK", now=now)
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    assert set(labels(db, cast.alice)) == {"Sea & salt", "To cook (2)"}
    assert "labelled" not in brought(db, cast.alice, FRESHRSS_STARRED, now)


def test_elsewhere_the_folder_of_a_feed_is_no_label(db: Database, cast: Cast, now: datetime) -> None:
    folder = subscriptions.add_folder(db, cast.alice, "Ships", now=now)
    subscriptions.subscribe(db, cast.alice, "https://boats.example/rss", folder_ids=[folder], now=now)
    brought(db, cast.alice, GOOGLE_STARRED, now)
    assert labels(db, cast.alice) == {"Read later": ["A boat"]}


def test_a_hostile_file_is_bounded_and_reported(db: Database, cast: Cast, now: datetime) -> None:
    report = saved.import_saved(
        db,
        cast.alice,
        file(
            [
                7,
                {"id": "x", "title": "of nowhere"},
                {"url": "https://u:p@a.example/", "origin": {"feedUrl": "https://u:p@a.example/"}},
                {
                    "url": "https://b.example/1",
                    "categories": ["user/-/state/com.google/starred", "user/-/label/a/b\u0000\u202e"],
                    "title": "<script>alert(1)</script>",
                    "published": 99_999_999_999,
                    "timestampUsec": "99999999999999999",
                    "content": "<img src=x onerror=alert(1)>",
                },
            ]
        ),
        now=now,
    )
    assert [(problem.place, problem.code) for problem in report.problems] == [
        (1, "saved.unreadable"),
        (2, "saved.unreadable"),
        (3, "saved.unreadable"),
    ]
    (entry,) = starred(db, cast.alice)
    assert "<script" not in entry.title
    assert "onerror" not in (entry.content_html or "")
    assert entry.listed_at == now
    assert set(labels(db, cast.alice)) == {"a-b"}
    with db.reading() as tx:
        assert tx.value("SELECT starred_at FROM star") <= int(now.timestamp() * 1_000_000)


def test_what_is_no_export_changes_nothing(db: Database, cast: Cast, now: datetime) -> None:
    with pytest.raises(ParseError):
        saved.import_saved(db, cast.alice, b'{"feeds": []}', now=now)
    assert starred(db, cast.alice) == []


def test_half_a_file_brings_what_is_whole_and_the_rest_comes_with_the_whole(
    db: Database, cast: Cast, now: datetime
) -> None:
    many = copy.deepcopy(GOOGLE_STARRED)
    many["items"] = [
        {**many["items"][0], "alternate": [{"href": f"http://boats.example/{number}"}], "canonical": []}
        for number in range(120)
    ]
    body = file(many)
    half = saved.import_saved(db, cast.alice, body[: len(body) // 2], now=now)
    assert [problem.code for problem in half.problems] == ["saved.damaged"]
    assert 0 < half.starred < 120
    whole = saved.import_saved(db, cast.alice, body, now=now)
    assert (whole.starred, whole.stored) == (120 - half.starred, 120 - half.starred)


def test_progress_is_told_to_the_end(db: Database, cast: Cast, now: datetime) -> None:
    told: list[tuple[int, int]] = []
    saved.import_saved(
        db, cast.alice, file(FRESHRSS_STARRED), now=now, progress=lambda done, total: told.append((done, total))
    )
    assert told == sorted(told)
    assert told[-1] == (2, 2)


# ------------------------------------------------------------------------------------------------ beside a feed


def freshrss(*articles: dict[str, Any]) -> dict[str, Any]:
    return {"id": "user/a/state/org.freshrss/feed/3", "items": list(articles)}


def article(url: str, guid: str, *states_: str, link: str = "") -> dict[str, Any]:
    return {
        "guid": guid,
        "id": "tag:google.com,2005:reader/item/000000000000000a",
        "title": f"Old {guid}",
        "published": 1717990000,
        "alternate": [{"href": link or f"https://news.test/{guid}"}],
        "categories": [f"user/-/state/com.google/{state}" if "/" not in state else state for state in states_],
        "content": {"content": "<p>As it was there.</p>"},
        "origin": {"feedUrl": url, "title": "News"},
    }


URL = "https://news.test/feed"


def test_what_the_feed_has_already_is_starred_there(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, URL, now)
    one, two = fill(db, feed_id, ["one", "two"], now)
    done = brought(
        db,
        cast.alice,
        freshrss(
            article(URL, "one", "starred", "read"),
            article("http://news.test/feed", "other-guid", "user/-/label/L", link="https://a.example/two"),
        ),
        now,
    )
    assert done == {"articles": 2, "starred": 1, "labelled": 1, "read": 1}
    assert [entry.id for entry in starred(db, cast.alice)] == [one]
    assert labels(db, cast.alice) == {"L": ["two"]}
    assert unread(db, cast.alice) == ["two"]
    assert two
    counters_are_right(db)


def test_what_the_feed_brings_later_takes_over_star_labels_and_state(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, URL, now)
    brought(
        db,
        cast.alice,
        freshrss(
            article(URL, "one", "starred", "read", "user/-/label/L"),
            article(URL, "two", "read"),
            article(URL, "three", "starred", "unread"),
            article(URL, "gone", "starred"),
        ),
        now,
    )
    ids = fill(db, feed_id, ["one", "two", "three", "four"], now)
    assert sorted(unread(db, cast.alice)) == ["four", "three"]
    found = {entry.title: entry for entry in starred(db, cast.alice)}
    assert set(found) == {"one", "three", "Old gone"}
    assert found["one"].id == ids[0]
    assert found["one"].subscription_id is not None
    assert labels(db, cast.alice) == {"L": ["one"]}
    counters_are_right(db)
    assert brought(db, cast.alice, freshrss(article(URL, "one", "starred", "read", "user/-/label/L")), now) == {
        "articles": 1
    }
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 5, "four of the feed, one that it does not have"
        assert tx.column("SELECT starred_at FROM star WHERE entry_id = :id", id=ids[0]) == [1717990000000000]


def test_an_article_without_the_publishers_id_is_found_by_its_link(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, URL, now)
    google = copy.deepcopy(GOOGLE_STARRED)
    google["items"][0]["origin"]["streamId"] = f"feed/{URL}"
    google["items"][0]["alternate"] = [{"href": "https://a.example/boat"}]
    google["items"][0]["canonical"] = []
    brought(db, cast.alice, google, now)
    (ident,) = fill(db, feed_id, ["boat"], now)
    assert unread(db, cast.alice) == []
    assert [entry.id for entry in starred(db, cast.alice)] == [ident]


def test_a_link_that_several_articles_share_says_nothing(db: Database, cast: Cast, now: datetime) -> None:
    _, feed_id = subscribed(db, cast.alice, URL, now)
    with transaction(db) as tx:
        assert tx.value("SELECT count(*) FROM entry") == 0
    brought(
        db,
        cast.alice,
        freshrss(*(article(URL, f"old{n}", "starred", "read", link="https://a.example/home") for n in range(2))),
        now,
    )
    fill(db, feed_id, ["home"], now)
    assert unread(db, cast.alice) == ["home"]
    assert {entry.title for entry in starred(db, cast.alice)} == {"Old old0", "Old old1"}


def test_who_subscribes_later_finds_what_was_brought(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, freshrss(article(URL, "one", "starred", "read"), article(URL, "two", "read")), now)
    _, feed_id = subscribed(db, cast.bob, URL, now)
    ids = fill(db, feed_id, ["one", "two", "three"], now)
    subscriptions.subscribe(db, cast.alice, URL, now=now)
    assert unread(db, cast.alice) == ["three"]
    assert [entry.id for entry in starred(db, cast.alice)] == ids[:1]
    assert sorted(unread(db, cast.bob)) == ["one", "three", "two"]
    counters_are_right(db)


def test_a_private_feed_at_the_address_is_left_alone(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, freshrss(article(URL, "one", "starred"), article(URL, "two", "read")), now)
    subscriptions.subscribe(db, cast.alice, URL, private=True, now=now)
    with db.reading() as tx:
        (row,) = stored.all_details(tx, cast.alice.id)
    ids = fill(db, row.feed_id, ["one", "two"], now)
    assert unread(db, cast.alice) == ["one"]
    assert [entry.id for entry in starred(db, cast.alice)] == ids[:1]


def test_through_the_line_the_live_feed_brings_nothing_twice(db: Database, cast: Cast, now: datetime) -> None:
    rss = (
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.test/</link>'
        + b"".join(
            f"<item><title>{name}</title><guid isPermaLink='false'>{name}</guid><link>https://news.test/{name}</link>"
            f"<description>New {name}</description></item>".encode()
            for name in ("one", "two", "three")
        )
        + b"</channel></rss>"
    )
    with Internet({"/feed": rss}) as internet:
        url = internet.url("/feed")
        subscriptions.subscribe(db, cast.alice, url, now=now)
        brought(db, cast.alice, freshrss(article(url, "one", "starred", "read"), article(url, "two", "read")), now)
        runner = Runner(db, now, LOOPBACK)
        runner.run()
        assert unread(db, cast.alice) == ["three"]
        assert [entry.title for entry in starred(db, cast.alice)] == ["one"]
        internet["/feed"] = rss.replace(b"New one", b"Newer one")
        runner.later(days=1)
        runner.run()
        assert unread(db, cast.alice) == ["three"]
        assert "Newer one" in (starred(db, cast.alice)[0].content_html or "")


def test_a_star_of_an_unsubscribed_feed_can_be_taken_away(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    (fish,) = starred(db, cast.alice)
    done = entry_actions.star(db, cast.alice, [fish.id], starred=False, now=now)
    assert starred(db, cast.alice) == []
    entry_actions.undo(db, cast.alice, done.seq or 0, now=now)
    assert [entry.id for entry in starred(db, cast.alice)] == [fish.id]


def test_a_label_that_was_brought_is_not_undone_as_a_star(db: Database, cast: Cast, now: datetime) -> None:
    brought(db, cast.alice, FRESHRSS_STARRED, now)
    with db.reading() as tx:
        seq = tx.value("SELECT seq FROM history WHERE action = 'label'")
    with pytest.raises(NotFound):
        entry_actions.undo(db, cast.alice, seq, now=now)
