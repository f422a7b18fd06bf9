"""Rules: what arrives and meets a query is read, starred, labelled; each once, whoever delivers, whatever stops."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from tests.people import Cast, make_cast
from tests.searches import searched
from tests.store.feeding import arrived, fill, subscribed

from dateline.actions import accounts, arranging, entries, labels, own_feeds, rules, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import Stream
from dateline.refresh import deliver, index, ruling
from dateline.store import Database, joining, states, streams
from dateline.store import rules as kept
from dateline.store.db import WriteTx
from dateline.store.joining import Joining
from dateline.store.rules import Rule
from dateline.store.write import transaction

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def cast(db: Database) -> Cast:
    return make_cast(db, NOW)


@pytest.fixture
def feed(db: Database, cast: Cast) -> tuple[int, int]:
    """Alice's subscription, and its feed."""
    return subscribed(db, cast.alice, "https://a.test/", NOW)


def seen(db: Database, cast: Cast, now: datetime = NOW) -> dict[str, tuple[bool, bool, tuple[str, ...]]]:
    """Title → (unread, starred, labels), after what a page does first."""
    accounts.catch_up(db, cast.alice.id, now=now)
    with db.reading() as tx:
        page = streams.read(tx, cast.alice.id, Stream(kind="all", shown="all"))
    return {entry.title: (entry.unread, entry.starred, entry.labels) for entry in page.entries}


def test_each_does_what_it_says(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="intitle:advert", marks_read=True), now=NOW)
    rules.add(db, cast.alice, Rule(query='"big news" OR #x', stars=True), label=" Big ", now=NOW)
    rules.add(db, cast.alice, Rule(query="/^Two/", subscription_id=feed[0]), label="big", now=NOW)
    fill(db, feed[1], ["One", "Advert of the day", "Big news", "Two", "Big news advert"], NOW)
    assert seen(db, cast) == {
        "One": (True, False, ()),
        "Advert of the day": (False, False, ()),
        "Big news": (True, True, ("Big",)),
        "Two": (True, False, ("Big",)),
        "Big news advert": (False, True, ("Big",)),
    }
    with db.reading() as tx:
        assert [rule.met for rule in kept.every(tx, cast.alice.id)] == [2, 2, 1]
        assert kept.due(tx, cast.alice.id, 10) == []
        assert tx.value("SELECT unread_count FROM subscription") == 3
        assert tx.value("SELECT count(*) FROM history") == 0


def test_what_one_does_afterwards_stays(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True, stars=True), now=NOW)
    ids = fill(db, feed[1], ["Advert"], NOW)
    assert seen(db, cast) == {"Advert": (False, True, ())}
    entries.mark(db, cast.alice, ids, read=False, now=NOW)
    entries.star(db, cast.alice, ids, starred=False, now=NOW)
    fill(db, feed[1], ["Other"], NOW)
    deliver.deliver_ahead(db, NOW)
    assert seen(db, cast) == {"Advert": (True, False, ()), "Other": (True, False, ())}


def test_texts_authors_and_dates_are_asked_before_the_index_knows_them(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    rules.add(db, cast.alice, Rule(query="intext:deep date:P1D -intext:shallow", stars=True), now=NOW)
    fill(db, feed[1], ["One"], NOW, text="deep words")
    fill(db, feed[1], ["Two"], NOW, text="deep and shallow")
    fill(db, feed[1], ["Three"], NOW - timedelta(days=3), text="deep words")
    stars = {title: starred for title, (_, starred, _) in seen(db, cast).items()}
    assert stars == {"One": True, "Two": False, "Three": False}


def test_folders_reach_what_lies_below_them_and_a_rule_goes_with_its_place(db: Database, cast: Cast) -> None:
    outer = subscriptions.add_folder(db, cast.alice, "Outer", parent_id=None, now=NOW)
    inner = subscriptions.add_folder(db, cast.alice, "Inner", parent_id=outer, now=NOW)
    (one, first), (_, second) = (subscribed(db, cast.alice, f"https://{n}.test/", NOW) for n in range(2))
    with transaction(db) as tx:
        tx.run("INSERT INTO subscription_folder (subscription_id, folder_id) VALUES (:s, :f)", s=one, f=inner)
    rules.add(db, cast.alice, Rule(folder_id=outer, stars=True), now=NOW)
    fill(db, first, ["In"], NOW)
    fill(db, second, ["Out"], NOW)
    assert {title: state[1] for title, state in seen(db, cast).items()} == {"In": True, "Out": False}
    subscriptions.remove_folder(db, cast.alice, outer, now=NOW)
    with db.reading() as tx:
        assert kept.every(tx, cast.alice.id) == []


def test_a_rule_follows_a_merged_label_and_without_its_label_does_the_rest_or_nothing(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    only = rules.add(db, cast.alice, Rule(query="a"), label="Mine", now=NOW)
    both = rules.add(db, cast.alice, Rule(query="a", stars=True), label="Mine", now=NOW)
    other = labels.add(db, cast.alice, "Other", now=NOW)
    with db.reading() as tx:
        label_id = kept.one(tx, cast.alice.id, only).label_id
    assert label_id is not None
    labels.change(db, cast.alice, label_id, name="Other", colour="", merge=True, now=NOW)
    with db.reading() as tx:
        assert {rule.label_id for rule in kept.every(tx, cast.alice.id)} == {other}
    labels.remove(db, cast.alice, other, now=NOW)
    fill(db, feed[1], ["a"], NOW)
    assert seen(db, cast) == {"a": (True, True, ())}
    with db.reading() as tx:
        assert {rule.id: rule.met for rule in kept.every(tx, cast.alice.id)} == {only: 0, both: 1}


def test_a_rule_that_cannot_be_meant_any_more_does_nothing(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    label = labels.add(db, cast.alice, "Gone", now=NOW)
    rules.add(db, cast.alice, Rule(query="-label:Gone", marks_read=True), now=NOW)
    labels.remove(db, cast.alice, label, now=NOW)
    fill(db, feed[1], ["One"], NOW)
    assert seen(db, cast) == {"One": (True, False, ())}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule(query="a"), "action.empty_rule"),
        (Rule(query=" ", marks_read=True), "action.empty_rule"),
        (Rule(query="date:never", marks_read=True), "action.bad_query"),
        (Rule(query="label:none", marks_read=True), "action.bad_query"),
        (Rule(query="x" * 1001, marks_read=True), "action.bad_query"),
        (Rule(query="a\0b", marks_read=True), "action.bad_query"),
        (Rule(query="a", folder_id=77, marks_read=True), "action.not_found"),
        (Rule(query="a", subscription_id=77, marks_read=True), "action.not_found"),
    ],
)
def test_what_is_no_rule(db: Database, cast: Cast, rule: Rule, code: str) -> None:
    with pytest.raises(ActionError) as refused:
        rules.add(db, cast.alice, rule, now=NOW)
    assert refused.value.code == code
    with db.reading() as tx:
        assert kept.every(tx, cast.alice.id) == []


def test_nobody_has_another_ones_rules(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rule = rules.add(db, cast.alice, Rule(query="a", marks_read=True), now=NOW)
    for attempt in (
        lambda: rules.remove(db, cast.mallory, rule, now=NOW),
        lambda: rules.apply(db, cast.mallory, rule, now=NOW),
        lambda: rules.change(db, cast.mallory, Rule(id=rule, query="b", marks_read=True), now=NOW),
        lambda: rules.add(db, cast.mallory, Rule(subscription_id=feed[0], marks_read=True), now=NOW),
    ):
        with pytest.raises(NotFound):
            attempt()
    ids = fill(db, feed[1], ["a"], NOW)
    subscriptions.subscribe(db, cast.bob, "https://a.test/", now=NOW)
    accounts.catch_up(db, cast.bob.id, now=NOW)
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM unread WHERE user_id = :bob", bob=cast.bob.id) == ids


def test_trying_and_doing_it_to_what_is_here(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    ids = fill(db, feed[1], ["a one", "b", "a two"], NOW)
    index.index_all(db)
    accounts.catch_up(db, cast.alice.id, now=NOW)
    rule = Rule(query="a", marks_read=True, stars=True)
    tried = rules.try_out(db, cast.alice, rule, shown=1, now=NOW)
    assert (tried.count, tried.entry_ids) == (2, (ids[2],))
    assert {state[:2] for state in seen(db, cast).values()} == {(True, False)}
    done = rules.apply(db, cast.alice, rules.add(db, cast.alice, rule, label="L", now=NOW), now=NOW)
    assert [one.count for one in done] == [2, 2, 2]
    assert seen(db, cast)["a one"] == (False, True, ("L",))
    for one in done:
        assert one.seq is not None
        entries.undo(db, cast.alice, one.seq, now=NOW)
    assert set(seen(db, cast).values()) == {(True, False, ())}


def test_what_came_back_changed_is_read_again_and_no_more(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True, stars=True), now=NOW)
    ids = fill(db, feed[1], ["Advert"], NOW)
    accounts.catch_up(db, cast.alice.id, now=NOW)
    with transaction(db) as tx:
        tx.run("UPDATE subscription SET revised_unread = 1")
        states.unstar(tx, cast.alice.id, ids)
        assert states.revised(tx, cast.alice.id, ids) == ids
    deliver.deliver_ahead(db, NOW)
    assert seen(db, cast) == {"Advert": (False, False, ())}


def test_what_was_delivered_and_not_yet_asked_is_asked_by_the_next_who_comes(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True), now=NOW)
    fill(db, feed[1], ["Advert"], NOW)
    deliver.catch_up(db, cast.alice.id)  # and the process dies here
    with db.reading() as tx:
        assert len(kept.due(tx, cast.alice.id, 10)) == 1
    ruling.apply(db, cast.alice.id, NOW)
    assert seen(db, cast) == {"Advert": (False, False, ())}


def test_two_who_come_at_once_do_it_once(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="a", marks_read=True, stars=True), now=NOW)
    fill(db, feed[1], [f"a {number}" for number in range(1_200)], NOW)
    deliver.catch_up(db, cast.alice.id, everything=True)
    together = [Thread(target=ruling.apply, args=(db, cast.alice.id, NOW)) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    with db.reading() as tx:
        assert kept.every(tx, cast.alice.id)[0].met == 1_200
        assert tx.value("SELECT count(*) FROM star") == 1_200
        assert tx.value("SELECT unread_count FROM subscription") == 0


def until_it_waits(db: Database, tx: WriteTx) -> None:
    """Until somebody has asked and waits for what this transaction holds; SQLite does not say: it gets its time."""
    if db.engine == "sqlite":
        time.sleep(0.5)
        return
    for _ in range(3_000):
        if tx.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_a_rule_that_is_changed_while_it_is_asked_is_done_as_it_is_then(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    """Neither as it was, nor not at all: what waits is asked anew."""
    first = rules.add(db, cast.alice, Rule(query="a", marks_read=True), now=NOW)
    second = rules.add(db, cast.alice, Rule(query="b", stars=True), now=NOW)
    fill(db, feed[1], ["a", "b", "c"], NOW)
    deliver.catch_up(db, cast.alice.id)
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(cast.alice.id)
            ruled = pool.submit(ruling.apply, db, cast.alice.id, NOW)
            until_it_waits(db, tx)
            kept.change(tx, cast.alice.id, Rule(id=first, query="c", marks_read=True))
        assert ruled.result() == 3
    assert seen(db, cast) == {"a": (True, False, ()), "b": (True, True, ()), "c": (False, False, ())}
    with db.reading() as tx:
        assert {rule.id: rule.met for rule in kept.every(tx, cast.alice.id)} == {first: 1, second: 1}


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_rule_that_is_changed_while_it_is_done_to_what_is_here_is_not_done(
    db: Database, cast: Cast, feed: tuple[int, int], is_gone: bool
) -> None:
    rule = rules.add(db, cast.alice, Rule(query="a", marks_read=True), now=NOW)
    fill(db, feed[1], ["a", "b"], NOW)
    index.index_all(db)
    deliver.catch_up(db, cast.alice.id)
    with transaction(db) as tx:
        kept.taken(tx, cast.alice.id, [entry_id for entry_id, _ in kept.due(tx, cast.alice.id, 10)])
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(cast.alice.id)
            done = pool.submit(rules.apply, db, cast.alice, rule, now=NOW)
            until_it_waits(db, tx)
            if is_gone:
                kept.remove(tx, cast.alice.id, rule)
            else:
                kept.change(tx, cast.alice.id, Rule(id=rule, query="b", marks_read=True))
        if is_gone:
            with pytest.raises(NotFound):
                done.result()
        else:
            assert done.result() == []
    assert seen(db, cast) == {"a": (True, False, ()), "b": (True, False, ())}


def test_marking_what_a_search_finds_asks_while_others_write(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    """What was found is marked, whatever is written before it is its turn: nobody waited for the asking."""
    ids = fill(db, feed[1], ["a", "b"], NOW)
    deliver.catch_up(db, cast.alice.id)
    entries.star(db, cast.alice, ids[:1], starred=True, now=NOW)
    stream = Stream(kind="all", shown="unread", search=searched("is:starred"))
    with ThreadPoolExecutor(1) as pool:
        with transaction(db) as tx:
            tx.hold_user(cast.alice.id)
            marked = pool.submit(entries.mark_all_read, db, cast.alice, stream, up_to=ids[-1], now=NOW)
            until_it_waits(db, tx)
            states.unstar(tx, cast.alice.id, ids[:1])
            states.star(tx, cast.alice.id, ids[1:], NOW)
        assert marked.result().entry_ids == (ids[0],)
    assert seen(db, cast) == {"a": (False, False, ()), "b": (True, True, ())}


def test_who_has_no_rules_keeps_nothing_waiting(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    fill(db, feed[1], ["One"], NOW)
    accounts.catch_up(db, cast.alice.id, now=NOW)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM rule_due") == 0


def test_what_is_unread_by_hand_stays_so(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True), now=NOW)
    ids = fill(db, feed[1], ["Advert"], NOW)
    deliver.catch_up(db, cast.alice.id)
    entries.mark(db, cast.alice, ids, read=False, now=NOW)
    assert seen(db, cast) == {"Advert": (True, False, ())}


def test_what_waits_of_a_feed_that_one_left_is_left_alone(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="advert", stars=True), now=NOW)
    fill(db, feed[1], ["Advert"], NOW)
    deliver.catch_up(db, cast.alice.id)
    subscriptions.unsubscribe(db, cast.alice, feed[0], now=NOW)
    deliver.deliver_ahead(db, NOW)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM star") == 0
        assert kept.due(tx, cast.alice.id, 10) == []


def test_who_comes_back_to_a_feed_does_not_find_again_what_was_taken_away(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    """What had come before one left may be read by rules once more, and nothing else; what came since meets them."""
    subscriptions.subscribe(db, cast.bob, "https://a.test/", now=NOW)
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True), now=NOW)
    rules.add(db, cast.alice, Rule(query="story", stars=True), label="Long", now=NOW)
    ids = fill(db, feed[1], ["A story", "An advert", "A story in an advert"], NOW)
    assert seen(db, cast)["A story"] == (True, True, ("Long",))
    entries.star(db, cast.alice, ids, starred=False, now=NOW)
    with db.reading() as tx:
        label = kept.every(tx, cast.alice.id)[1].label_id
    assert label is not None
    labels.put(db, cast.alice, ids, label, on=False, now=NOW)
    left = entries.star(db, cast.alice, [ids[1]], starred=True, now=NOW)
    subscriptions.unsubscribe(db, cast.alice, feed[0], now=NOW)
    fill(db, feed[1], ["Another story"], NOW)
    subscriptions.subscribe(db, cast.alice, "https://a.test/", now=NOW)
    assert seen(db, cast) == {
        "A story": (True, False, ()),
        "An advert": (False, True, ()),
        "A story in an advert": (False, False, ()),
        "Another story": (True, True, ("Long",)),
    }
    assert left.seq is not None
    with db.reading() as tx:
        (seq,) = tx.column("SELECT seq FROM history WHERE action = 'left'")
    with pytest.raises(NotFound):
        arranging.undo(db, cast.alice, seq, now=NOW)


def test_who_comes_back_with_many_feeds_likewise(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    subscriptions.subscribe(db, cast.bob, "https://a.test/", now=NOW)
    rules.add(db, cast.alice, Rule(query="story", stars=True), now=NOW)
    ids = fill(db, feed[1], ["A story"], NOW)
    assert seen(db, cast) == {"A story": (True, True, ())}
    entries.star(db, cast.alice, ids, starred=False, now=NOW)
    other, _ = subscribed(db, cast.alice, "https://b.test/", NOW)
    arranging.leave(db, cast.alice, [feed[0], other], now=NOW)
    with transaction(db) as tx:
        joining.join(tx, cast.alice.id, [Joining(url="https://a.test/", host="a.test")], NOW)
    assert seen(db, cast) == {"A story": (True, False, ())}


def test_what_waits_meets_rules_though_articles_are_brought_from_elsewhere_meanwhile(db: Database, cast: Cast) -> None:
    with transaction(db) as tx:
        tx.hold_user(cast.alice.id)
        sender = own_feeds.feed_for(tx, cast.alice, "mailto:news@a.test", "News", None, NOW)
    assert sender is not None
    rules.add(db, cast.alice, Rule(query="advert", marks_read=True, stars=True), now=NOW)
    with transaction(db) as tx:
        tx.run("UPDATE subscription SET read_when = :rule", rule='{"repeated":50}')
    fill(db, sender, ["An advert", "Other", "OTHER"], NOW)
    with transaction(db) as tx:
        tx.hold_user(cast.alice.id)
        brought = [own_feeds.OwnArticle(arrived=arrived(title, NOW)) for title in ("Older advert", "Oldest")]
        own_feeds.put(tx, cast.alice, sender, brought, [brought[1].arrived.guid_hash], NOW)
    assert seen(db, cast) == {
        "An advert": (False, True, ()),
        "Other": (True, False, ()),
        "OTHER": (False, False, ()),
        "Older advert": (True, False, ()),
        "Oldest": (False, False, ()),
    }


def test_a_page_asks_of_some_hundreds_and_the_worker_of_all(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    rules.add(db, cast.alice, Rule(query="a", stars=True), now=NOW)
    fill(db, feed[1], [f"a {number}" for number in range(accounts.RULED_AT_ONCE + 150)], NOW)
    accounts.catch_up(db, cast.alice.id, now=NOW)
    with db.reading() as tx:
        assert len(kept.due(tx, cast.alice.id, 1_000)) == 150
    accounts.catch_up(db, cast.alice.id, now=NOW)  # nothing new has come
    with db.reading() as tx:
        assert kept.due(tx, cast.alice.id, 1_000) == []
        assert tx.value("SELECT count(*) FROM star") == accounts.RULED_AT_ONCE + 150


COSTLY = "intext:/(.*)(.*)(.*)[^x]{190}x/"
"""1,200 instructions: of such expressions 16 are asked."""


def test_expressions_are_asked_as_far_as_they_take_no_one_elses_time(
    db: Database, cast: Cast, feed: tuple[int, int]
) -> None:
    for number in range(30):
        rules.add(db, cast.alice, Rule(query=f"{COSTLY} OR intitle:a", marks_read=number == 29, stars=True), now=NOW)
    rules.add(db, cast.alice, Rule(query="intitle:a"), label="Last", now=NOW)
    fill(db, feed[1], ["a", "b"], NOW)
    deliver.catch_up(db, cast.alice.id)
    ruling.apply(db, cast.alice.id, NOW)
    assert seen(db, cast) == {"a": (True, True, ("Last",)), "b": (True, False, ())}
    with db.reading() as tx:
        met = [rule.met for rule in kept.every(tx, cast.alice.id)]
        assert met == [*sorted(met[:-1], reverse=True), 1]
        silent = rules.problems(tx, cast.alice, NOW)
    assert 0 < len(silent) == met.count(0) < 30
    assert {problem.code for found in silent.values() for problem in found} == {"too_much"}


def test_where_rules_take_long_a_page_asks_of_less(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    for _ in range(15):
        rules.add(db, cast.alice, Rule(query=COSTLY, stars=True), now=NOW)
    fill(db, feed[1], [f"a {number}" for number in range(20)], NOW)
    accounts.catch_up(db, cast.alice.id, now=NOW)
    with db.reading() as tx:
        left = len(kept.due(tx, cast.alice.id, 100))
    assert 0 < left < 20
    accounts.catch_up(db, cast.alice.id, now=NOW)
    with db.reading() as tx:
        assert len(kept.due(tx, cast.alice.id, 100)) < left


def test_nobody_waits_until_the_rules_of_another_were_asked_of_everything(
    db: Database, cast: Cast, feed: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "A_TURN", 100)
    _, bobs = subscribed(db, cast.bob, "https://b.test/", NOW)
    for user in (cast.alice, cast.bob):
        rules.add(db, user, Rule(query="a", stars=True), now=NOW)
    fill(db, feed[1], [f"a {number}" for number in range(250)], NOW)
    fill(db, bobs, ["a"], NOW)
    for waiting in ([150, 0], [50, 0], [0, 0]):
        deliver.deliver_ahead(db, NOW)
        with db.reading() as tx:
            assert [len(kept.due(tx, user.id, 1_000)) for user in (cast.alice, cast.bob)] == waiting


@pytest.mark.parametrize("query", ["-L:99", "-f:99", "-c:99", "auhtor:jane", "-userdate:P1D", "f:1 intitle:€"])
def test_a_slip_is_no_rule(db: Database, cast: Cast, feed: tuple[int, int], query: str) -> None:
    with pytest.raises(ActionError) as refused:
        rules.add(db, cast.alice, Rule(query=query, marks_read=True), now=NOW)
    assert refused.value.code == "action.bad_query"


def test_a_number_that_is_gone_stops_its_rule(db: Database, cast: Cast, feed: tuple[int, int]) -> None:
    label = labels.add(db, cast.alice, "Gone", now=NOW)
    rules.add(db, cast.alice, Rule(query=f"-L:{label}", marks_read=True), now=NOW)
    labels.remove(db, cast.alice, label, now=NOW)
    fill(db, feed[1], ["One"], NOW)
    assert seen(db, cast) == {"One": (True, False, ())}
