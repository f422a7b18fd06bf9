"""What was chosen elsewhere: taken over where nothing was chosen here, within the bounds that its pages have."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import Cast, make_cast
from tests.store.feeding import fill, subscribed

from dateline.actions import appearance, articles_in, choices_in, labels, preferences, saved_pages, subscriptions
from dateline.actions import saved_searches as search_actions
from dateline.errors import ParseError
from dateline.model import User
from dateline.parse import choices
from dateline.preferences import Look, Marking, Preferences, ShareTarget
from dateline.refresh import deliver
from dateline.store import Database, accounts, progress, retention, saved_searches
from dateline.store import labels as stored_labels
from dateline.store import mail as senders
from dateline.store.entries import guid_hash
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

ID = "https://dateline.example/ns#choices"


def brought(db: Database, user: User, now: datetime, **said: Any) -> choices_in.ChoicesReport:
    return choices_in.import_choices(db, user, json.dumps({"id": ID, **said}).encode(), now=now)


def account(db: Database, user: User) -> User:
    with db.reading() as tx:
        return accounts.user_by_id(tx, user.id)


def test_what_was_chosen_here_stays(db: Database, cast: Cast, now: datetime) -> None:
    preferences.change(db, cast.alice, lambda one: msgspec.structs.replace(one, look=Look(theme="dark")), now=now)
    labels.add(db, cast.alice, "Tea", colour="red", now=now)
    said = {"look": {"theme": "sepia"}, "marking": {"on_scroll": True}}
    report = brought(
        db, cast.alice, now, preferences=said, time_zone="Asia/Tokyo", labels=[{"name": "tea", "colour": "blue"}]
    )
    chosen = account(db, cast.alice)
    assert chosen.preferences == Preferences(look=Look(theme="dark"), marking=Marking(on_scroll=True))
    assert (chosen.time_zone, report.taken, report.problems) == ("Asia/Tokyo", 2, ())
    with db.reading() as tx:
        assert [(one.name, one.colour) for one in stored_labels.all_labels(tx, cast.alice.id)] == [("Tea", "red")]
    assert account(db, cast.bob).preferences == Preferences()


def test_what_breaks_the_bounds_of_its_page_is_told_and_left_out(db: Database, cast: Cast, now: datetime) -> None:
    said = {
        "look": {"theme": "dark", "text_size": 900, "css": "body { background: url(https://spy.example/) }"},
        "keys": {"next": "j\nread_all k", "help": "h", "a" * 80: "x"},
        "share": [
            {"name": "Spy", "template": "javascript:alert('{url}')"},
            {"name": "Ok", "template": "https://a.b/{url}"},
            {"name": "Form", "template": "https://a.b/", "fields": [["link", "{url}"]]},
            {"name": "Spying form", "template": "https://a.b; script-src *", "fields": [["link", "{url}"]]},
            {"name": "Empty form", "template": "https://a.b/", "fields": [["link", ""]]},
        ],
        "marking": 7,
        "streams": {"label/1": {"view": "cards"}, "starred": {"view": "cards"}},
    }
    report = brought(
        db,
        cast.alice,
        now,
        preferences=said,
        time_zone="../../etc/passwd",
        language="<script>",
        retention={"age": -1},
        labels=[{"name": "\x00"}, {"name": 5}, {"name": "a/b", "colour": "url(x)"}],
        own_feeds=[{"url": "https://a.example/feed"}, {"url": "saved:pages", "attributes": {"frss:priority": "x"}}],
        open_to_visitors=True,
        is_admin=True,
    )
    chosen = account(db, cast.alice)
    assert chosen.preferences.look == Look(theme="dark")
    assert chosen.preferences.keys == {"help": "h"}
    assert chosen.preferences.share == (
        ShareTarget(name="Ok", template="https://a.b/{url}"),
        ShareTarget(name="Form", template="https://a.b/", fields=(("link", "{url}"),)),
    )
    assert list(chosen.preferences.streams) == ["starred"]
    assert (chosen.time_zone, chosen.language, chosen.open_to_visitors) == ("UTC", "en", False)
    named = {"look", "keys", "share", "time_zone", "language", "retention", "labels", "own_feeds"}
    assert set(report.problems) >= named


def searches(db: Database, user: User) -> list[tuple[str, str, str, int | None]]:
    with db.reading() as tx:
        return [(one.name, one.query, one.kind, one.key) for one in saved_searches.every(tx, user.id)]


def test_a_saved_search_here_stays_and_others_come_after_it(db: Database, cast: Cast, now: datetime) -> None:
    search_actions.add(db, cast.alice, SavedSearch(name="Rain", query="rain"), now=now)
    said = [
        {"name": "Both", "query": "search:Snow OR search:RAIN"},
        {"name": "rain", "query": "theirs"},
        {"name": "Snow", "query": "snow", "kind": "label"},
    ]
    assert brought(db, cast.alice, now, searches=said) == choices_in.ChoicesReport(
        taken=2, going=0, read=0, problems=()
    )
    expected = [
        ("Rain", "rain", "main", None),
        ("Both", "search:Snow OR search:RAIN", "main", None),
        ("Snow", "snow", "label", None),
    ]
    assert searches(db, cast.alice) == expected
    assert brought(db, cast.alice, now, searches=said).taken == 0
    assert searches(db, cast.alice) == expected
    assert searches(db, cast.bob) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a/b"},
        {"name": ""},
        {"name": 7},
        {"query": "label:none"},
        {"query": "(" * 900},
        {"query": "x" * 2000},
        {"query": "a\0b"},
        {"query": "search:Odd"},
        {"kind": "nonsense"},
        {"kind": "folder"},
        {"kind": "main", "keyed": True},
        {"kind": "folder", "keyed": True, "folder": ["None", "such"]},
        {"kind": "folder", "keyed": True, "folder": ["a\0"]},
        {"kind": "feed", "keyed": True, "feed": "https://nobody.example/"},
        {"kind": "feed", "keyed": True, "feed": "\0"},
        {"kind": "feed", "keyed": True},
        {"kind": "label", "keyed": True, "label": "\0"},
        {"kind": "label", "keyed": True, "label": "x" * 9000},
        {"shown": "adaptive"},
        {"order": "; DROP TABLE users"},
    ],
)
def test_a_saved_search_that_cannot_be_here_is_told_and_left_out(
    db: Database, cast: Cast, now: datetime, wrong: dict[str, Any]
) -> None:
    said = [{"name": "Odd", "query": "rain", **wrong}, {"name": "Good", "query": "snow"}]
    report = brought(db, cast.alice, now, searches=said)
    assert (report.taken, report.problems) == (1, ("searches",))
    assert [name for name, *_ in searches(db, cast.alice)] == ["Good"]


@pytest.mark.parametrize("query", ["f:12", "-S:2 rain", "label:x OR e:7,8", "(c:3)"])
def test_numbers_of_another_server_are_told(db: Database, cast: Cast, now: datetime, query: str) -> None:
    labels.add(db, cast.alice, "x", now=now)
    for number in (1, 2):
        search_actions.add(db, cast.alice, SavedSearch(name=str(number), query="a"), now=now)
    report = brought(db, cast.alice, now, searches=[{"name": "Odd", "query": query}])
    assert (report.taken, report.problems) == (1, ("searches",))


def test_of_saved_searches_as_many_come_as_an_account_may_have(db: Database, cast: Cast, now: datetime) -> None:
    said = [{"name": str(number), "query": f"search:{number + 1}"} for number in range(400)]
    assert brought(db, cast.alice, now, searches=said).problems == ("searches",)
    assert searches(db, cast.alice) == []
    search_actions.add(db, cast.alice, SavedSearch(name="Here", query=""), now=now)
    report = brought(db, cast.alice, now, searches=[{"name": str(number)} for number in range(400)])
    assert report.problems == ("searches",)
    assert len(searches(db, cast.alice)) == search_actions.MAX_SEARCHES


def test_a_rule_never_reaches_what_was_here_before(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.subscribe(db, cast.alice, "https://a.example/feed", now=now - timedelta(days=400))
    assert brought(db, cast.alice, now, retention={"age": 1}).problems == ("retention",)
    assert brought(db, cast.bob, now, retention={"age": 1}).problems == ()
    with db.reading() as tx:
        assert retention.stored(tx, "account", cast.alice.id) is None
        assert retention.stored(tx, "account", cast.bob.id) is not None


def test_the_queue_goes_on_after_what_is_here_and_reaches_nobody_elses(db: Database, cast: Cast, now: datetime) -> None:
    pages = [saved_pages.save(db, cast.alice, f"https://a.example/{n}", feed_title="S", now=now) for n in range(3)]
    saved_pages.save(db, cast.bob, "https://b.example/", feed_title="S", now=now)
    named = [{"feed_url": "saved:pages", "guid": f"https://a.example/{n}"} for n in (2, 1, 2, 0)]
    theirs = {"feed_url": "saved:pages", "guid": "https://b.example/", "place": 1}
    begun = [{**named[0], "share": 300, "at": 1}, {**named[1], "share": -5}, {**named[1], "played": 9}]
    report = brought(db, cast.alice, now, queue=[*named, theirs], begun=begun)
    with db.reading() as tx:
        assert progress.queue(tx, cast.alice.id) == [pages[2], pages[1], pages[0]]
        assert [one.entry_id for one in progress.unfinished(tx, cast.alice.id, 9)] == [pages[2]]
    assert (report.going, report.problems) == (4, ("begun", "queue"))
    assert brought(db, cast.alice, now, queue=named, begun=begun[:1]).going == 0


def test_a_sender_refused_there_is_refused_here_unless_wanted(db: Database, cast: Cast, now: datetime) -> None:
    said = [{"url": "mailto:bo@b.example", "title": "Bo\n!", "refused": True}, {"url": "saved:pages", "refused": True}]
    assert brought(db, cast.alice, now, own_feeds=said).taken == 1
    assert brought(db, cast.alice, now, own_feeds=said).taken == 0
    with db.reading() as tx:
        assert [(one.url, one.title) for one in senders.refused(tx, cast.alice.id)] == [("mailto:bo@b.example", "Bo !")]


def test_so_many_feeds_of_ones_own_and_no_more(db: Database, cast: Cast, now: datetime) -> None:
    """Opened a few at a time, so that nobody waits for a thousand."""
    many = [{"url": f"mailto:a{n}@b.example", "folders": [["No such"]] * 200} for n in range(50)]
    assert len(many) > articles_in.FEEDS
    assert brought(db, cast.alice, now, own_feeds=many).problems == ()
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM subscription WHERE user_id = :id", id=cast.alice.id) == len(many)
        assert tx.value("SELECT count(*) FROM folder") == 0
    said = json.dumps({"id": ID, "own_feeds": many * 21, "labels": [{"name": "x"}] * 1_001}).encode()
    read = choices.read_choices(said)
    assert (len(read.own_feeds), len(read.labels), read.unreadable) == (1_000, 1_000, ("labels", "own_feeds"))


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b'{"a":' + b"[" * 200_000, b"{" * 600_000])
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        choices.read_choices(body)


@pytest.mark.parametrize("body", [b'{"id":"%b","read":[0' + b",0" * 2_000_001, b'{"id":"%b"' + b',"a":0' * 2_000_001])
def test_values_by_the_million_are_refused_before_they_are_made(body: bytes) -> None:
    with pytest.raises(ParseError) as refused:
        choices.read_choices(body % ID.encode())
    assert refused.value.code == "parse.too_complex"


def test_what_came_and_was_not_yet_seen_here_is_read_too(db: Database, cast: Cast, now: datetime) -> None:
    url = "https://a.example/feed"
    _, feed = subscribed(db, cast.alice, url, now)
    fill(db, feed, ["One", "Two"], now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET last_entry_id = (SELECT max(id) FROM entry) WHERE id = :id", id=feed)
    report = brought(db, cast.alice, now, read=[{"feed_url": url, "hashes": [guid_hash("One").hex()]}])
    assert report.problems == ()
    deliver.catch_up(db, cast.alice.id, everything=True)
    with db.reading() as tx:
        unread = tx.column("SELECT e.title FROM unread u JOIN entry e ON e.id = u.entry_id ORDER BY e.id")
    assert unread == ["Two"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                (
                    "name",
                    "colour",
                    "display",
                    "url",
                    "title",
                    "folders",
                    "attributes",
                    "feed_url",
                    "guid",
                    "share",
                )
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
_PARTS = (
    *("preferences", "language", "time_zone", "preview", "retention"),
    *("labels", "own_feeds", "begun", "queue", "read"),
)


@pytest.fixture
def cast_of_sqlite(sqlite_db: Database, now: datetime) -> Cast:
    return make_cast(sqlite_db, now)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.dictionaries(st.sampled_from(_PARTS), _VALUES))
def test_whatever_stands_in_it_is_read_or_passed_over(
    sqlite_db: Database, cast_of_sqlite: Cast, now: datetime, said: dict[str, Any]
) -> None:
    brought(sqlite_db, cast_of_sqlite.alice, now, **said)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def test_icons_come_to_subscriptions_that_have_none_within_the_bounds_of_their_page(
    db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appearance, "MAX_BYTES_OF_ALL", 3 * len(SVG) + 20)
    monkeypatch.setattr(appearance, "ICONS_AT_ONCE", 2)
    ids = [subscribed(db, cast.alice, f"https://{n}.example/feed", now)[0] for n in range(5)]
    subscribed(db, cast.bob, "https://bob.example/feed", now)
    appearance.change(db, cast.alice, ids[0], site="", description="", icon=SVG.upper(), now=now)

    def icon(url: str, picture: bytes = SVG) -> dict[str, str]:
        return {"feed_url": url, "picture": base64.b64encode(picture).decode()}

    named = [icon(f"https://{n}.example/feed", SVG + b"<!--%d-->" % n) for n in range(5)]
    odd = [icon("https://1.example/feed", b"<html>"), icon("https://bob.example/feed"), {"feed_url": "x"}]
    report = brought(db, cast.alice, now, icons=[*odd, *named])
    assert (report.taken, report.problems) == (2, ("icons",))
    with db.reading() as tx:
        assert tx.column("SELECT own_icon_id IS NOT NULL FROM subscription ORDER BY id")[:5] == [1, 1, 1, 0, 0]
        assert tx.column("SELECT body FROM icon ORDER BY id") == [SVG.upper(), SVG + b"<!--1-->", SVG + b"<!--2-->"]
    assert brought(db, cast.alice, now, icons=named[:3]).taken == 0
