"""Two feeds become one, a feed becomes somebody's own, an account goes: nothing of anybody's is lost on the way."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.store.feeding import arrived, fill, subscribed

from dateline.actions import (
    accounts,
    arranging,
    entries,
    highlights,
    labels,
    progress,
    rules,
    saved_searches,
    subscriptions,
)
from dateline.actions.arranging import Change
from dateline.model import Retention, StreamKind, User
from dateline.preferences import ReadWhen
from dateline.refresh import index, ruling
from dateline.store import (
    Database,
    Tx,
    brought,
    delivery,
    expiry,
    feeds,
    merging,
    orphans,
    ownership,
    read_choices,
    retention,
    states,
)
from dateline.store.entries import mark_gone
from dateline.store.retention import Proposal
from dateline.store.rules import Rule
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction


def rest(db: Database, user: User, subscription_id: int, now: datetime, *, paused: bool = True) -> None:
    arranging.arrange(db, user, [subscription_id], Change(paused=paused), now=now)


def unread(tx: Tx, user: User) -> dict[int, int]:
    return dict(tx.all("SELECT entry_id, kept FROM unread WHERE user_id = :user", user=user.id))


def two_feeds(db: Database, user: User, now: datetime) -> tuple[tuple[int, int], tuple[int, int]]:
    return subscribed(db, user, "https://a.example/1", now), subscribed(db, user, "https://a.example/2", now)


def merge(db: Database, kept: int, gone: int, now: datetime) -> None:
    with transaction(db) as tx:
        merging.merge(tx, kept, gone, now)


def own(db: Database, user: User, subscription_id: int, feed_id: int, now: datetime) -> int:
    with transaction(db) as tx:
        tx.hold_user(user.id)
        return ownership.make_private(tx, user.id, subscription_id, feeds.read(tx, feed_id), now)


def test_what_came_while_a_subscription_rests_is_unread_after_a_merge(db: Database, cast: Cast, now: datetime) -> None:
    (_, kept), _ = two_feeds(db, cast.bob, now)
    alices, gone = subscribed(db, cast.alice, "https://a.example/2", now)
    rest(db, cast.alice, alices, now)
    (came,) = fill(db, gone, ["news"], now)
    merge(db, kept, gone, now)
    rest(db, cast.alice, alices, now, paused=False)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.alice.id)
        assert list(unread(tx, cast.alice)) == [came]


def test_what_came_while_a_subscription_rests_is_unread_when_the_feed_becomes_ones_own(
    db: Database, cast: Cast, now: datetime
) -> None:
    subscribed(db, cast.bob, "https://a.example/1", now)
    alices, feed_id = subscribed(db, cast.alice, "https://a.example/1", now)
    rest(db, cast.alice, alices, now)
    fill(db, feed_id, ["news"], now)
    own(db, cast.alice, alices, feed_id, now)
    rest(db, cast.alice, alices, now, paused=False)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.alice.id)
        assert len(unread(tx, cast.alice)) == 1


def test_who_reads_one_of_two_feeds_and_rests_the_other_reads_on(db: Database, cast: Cast, now: datetime) -> None:
    (first, kept), (_, gone) = two_feeds(db, cast.alice, now)
    rest(db, cast.alice, first, now)
    merge(db, kept, gone, now)
    (came,) = fill(db, kept, ["news"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.alice.id)
        assert list(unread(tx, cast.alice)) == [came]


def test_of_two_rules_the_one_that_keeps_more_counts_after_a_merge(db: Database, cast: Cast, now: datetime) -> None:
    (first, kept), (_, gone) = two_feeds(db, cast.alice, now)
    rule = Retention(age=1, unit="days", keep_unread=False)
    arranging.arrange(db, cast.alice, [first], Change(keep=rule), now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        (plan,) = expiry.plans(tx, [kept])
        assert plan.keepers[0].rule.is_endless


def test_what_was_marked_unread_by_hand_stays_so(db: Database, cast: Cast, now: datetime) -> None:
    (first, kept), (_, gone) = two_feeds(db, cast.bob, now)
    alices, _ = subscribed(db, cast.alice, "https://a.example/2", now)
    (double,) = fill(db, kept, ["both"], now)
    old, only = fill(db, gone, ["both", "one"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.alice.id)
    entries.mark(db, cast.alice, [old, only], read=True, now=now)
    entries.mark(db, cast.alice, [old, only], read=False, now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert unread(tx, cast.alice) == {double: 1, only: 1}
    private = own(db, cast.alice, alices, kept, now)
    assert private != kept
    with db.reading() as tx:
        assert sorted(unread(tx, cast.alice).values()) == [1, 1]
    assert first


def delivered(db: Database, user: User) -> None:
    with transaction(db) as tx:
        delivery.deliver(tx, user.id)


def choose(db: Database, user: User, key: int, chosen: ReadWhen, kind: StreamKind = "feed") -> None:
    with transaction(db) as tx:
        read_choices.keep(tx, user.id, kind, key, chosen)


def counts(db: Database, user: User, feed_id: int) -> ReadWhen:
    with db.reading() as tx:
        found = read_choices.counting(tx, user.id, [feed_id])
    return found[feed_id].rule if feed_id in found else read_choices.NEVER


@pytest.mark.parametrize("which", [0, 1])
def test_of_two_choices_of_what_is_read_by_itself_the_gentler_counts_part_by_part(
    db: Database, cast: Cast, now: datetime, which: int
) -> None:
    both = two_feeds(db, cast.alice, now)
    (_, kept), (_, gone) = both
    choose(db, cast.alice, both[which][0], ReadWhen(arrived=True, gone=True, beyond=100, repeated=10))
    choose(db, cast.alice, both[1 - which][0], ReadWhen(gone=True, beyond=20, repeated=30, repeated_near=50))
    merge(db, kept, gone, now)
    assert counts(db, cast.alice, kept) == ReadWhen(arrived=False, gone=True, beyond=100, repeated=10, repeated_near=0)


def test_a_subscription_is_not_read_more_in_the_folders_of_the_other(db: Database, cast: Cast, now: datetime) -> None:
    (_, kept), (second, gone) = two_feeds(db, cast.alice, now)
    noise = subscriptions.add_folder(db, cast.alice, "Noise", now=now)
    subscriptions.edit(db, cast.alice, second, folder_ids=[noise], now=now)
    choose(db, cast.alice, noise, ReadWhen(arrived=True), "folder")
    merge(db, kept, gone, now)
    assert counts(db, cast.alice, kept) == read_choices.NEVER
    with db.reading() as tx:
        assert tx.column("SELECT folder_id FROM subscription_folder") == [noise]


def test_a_choice_that_both_share_stays_where_it_stands(db: Database, cast: Cast, now: datetime) -> None:
    (first, kept), (second, gone) = two_feeds(db, cast.alice, now)
    noise = subscriptions.add_folder(db, cast.alice, "Noise", now=now)
    for subscription_id in (first, second):
        subscriptions.edit(db, cast.alice, subscription_id, folder_ids=[noise], now=now)
    choose(db, cast.alice, noise, ReadWhen(arrived=True), "folder")
    merge(db, kept, gone, now)
    assert counts(db, cast.alice, kept).arrived
    with db.reading() as tx:
        assert read_choices.own(tx, cast.alice.id, "feed", first) == ReadWhen()


def test_the_folder_of_the_other_does_not_keep_less_than_either(db: Database, cast: Cast, now: datetime) -> None:
    (_, kept), (second, gone) = two_feeds(db, cast.alice, now)
    month, day = Retention(age=1, unit="months"), Retention(age=1, unit="days")
    folder = subscriptions.add_folder(db, cast.alice, "Brief", now=now)
    subscriptions.edit(db, cast.alice, second, folder_ids=[folder], now=now)
    with transaction(db) as tx:
        retention.save(tx, Proposal(scope="account", key=cast.alice.id, rule=month))
        retention.save(tx, Proposal(scope="folder", key=folder, rule=day))
        retention.save(tx, Proposal(scope="subscription", key=second, rule=month))
    merge(db, kept, gone, now)
    with db.reading() as tx:
        (plan,) = expiry.plans(tx, [kept])
        assert plan.keepers[0].rule == month


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_chosen_for_one_of_two_subscriptions_holds_after_a_merge(
    db: Database, cast: Cast, now: datetime, which: int
) -> None:
    both = two_feeds(db, cast.alice, now)
    (first, kept), (_, gone) = both
    folder = subscriptions.add_folder(db, cast.alice, "List", now=now)
    with transaction(db) as tx:
        tx.run(
            "UPDATE subscription SET title = 'Mine', visibility = 'important', hidden_from_visitors = 1,"
            " full_text = 'always', full_text_rules = :rules, revised_unread = 1, display = :display, unapplied = '{}',"
            " own_site_url = 'https://mine.example/', own_description = 'Words' WHERE id = :id",
            rules='{"content":"article"}',
            display='{"view":"cards"}',
            id=both[which][0],
        )
        tx.run("UPDATE subscription SET visibility = 'archived' WHERE id = :id", id=both[1 - which][0])
        tx.run(  # the other one was subscribed to by hand: a list shall not end it
            "UPDATE subscription SET followed_folder_id = :folder, followed_url = 'https://a.example/2' WHERE id = :id",
            folder=folder,
            id=both[which][0],
        )
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert tx.all(
            "SELECT id, title, visibility, hidden_from_visitors, full_text, full_text_rules, revised_unread, display,"
            " unapplied, own_site_url, own_description, followed_folder_id, followed_url FROM subscription"
        ) == [
            (
                *(first, "Mine", "important", 1, "always", '{"content":"article"}', 1, '{"view":"cards"}'),
                *("{}", "https://mine.example/", "Words", None, None),
            )
        ]


@pytest.mark.parametrize("is_delivered", [True, False])
def test_a_merge_does_not_read_as_a_double_what_it_brings_itself(
    db: Database, cast: Cast, now: datetime, is_delivered: bool
) -> None:
    """The feed that stays brought the article second: read by itself, for the other's was unread; that one goes."""
    (first, kept), (second, gone) = two_feeds(db, cast.alice, now)
    folder = subscriptions.add_folder(db, cast.alice, "Both", now=now)
    for subscription_id in (first, second):
        subscriptions.edit(db, cast.alice, subscription_id, folder_ids=[folder], now=now)
    choose(db, cast.alice, folder, ReadWhen(repeated_near=20), "folder")
    fill(db, gone, ["seen", "news"], now)
    stay_read, stays = fill(db, kept, ["seen", "news"], now)
    if is_delivered:
        delivered(db, cast.alice)
        entries.mark(db, cast.alice, [stay_read], read=False, now=now)
        entries.mark(db, cast.alice, [stay_read], read=True, now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert list(unread(tx, cast.alice)) == ([stays] if is_delivered else [stay_read, stays])


def test_what_was_marked_unread_by_hand_in_either_feed_is_so_in_the_one_that_stays(
    db: Database, cast: Cast, now: datetime
) -> None:
    (_, kept), (_, gone) = two_feeds(db, cast.alice, now)
    olds = fill(db, gone, ["read", "unread"], now)
    stays = fill(db, kept, ["read", "unread"], now)
    delivered(db, cast.alice)
    entries.mark(db, cast.alice, [*olds, stays[0]], read=True, now=now)
    entries.mark(db, cast.alice, olds, read=False, now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert unread(tx, cast.alice) == dict.fromkeys(stays, 1)


def test_rules_and_saved_searches_of_the_subscription_that_goes_are_about_the_one_that_stays(
    db: Database, cast: Cast, now: datetime
) -> None:
    (first, kept), (second, gone) = two_feeds(db, cast.alice, now)
    other, _ = subscribed(db, cast.alice, "https://b.example/", now)
    for subscription_id in (first, second, other):
        rules.add(db, cast.alice, Rule(query="news", stars=True, subscription_id=subscription_id), now=now)
        name = f"News {subscription_id}"
        search = SavedSearch(name=name, query="news", kind="feed", key=subscription_id)
        saved_searches.add(db, cast.alice, search, now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert tx.column("SELECT subscription_id FROM rule ORDER BY id") == [first, first, other]
        assert tx.column("SELECT key FROM saved_search ORDER BY id") == [first, first, other]


def test_what_waits_for_a_rule_waits_in_the_feed_that_stays(db: Database, cast: Cast, now: datetime) -> None:
    _, kept = subscribed(db, cast.bob, "https://a.example/1", now)
    _, gone = subscribed(db, cast.alice, "https://a.example/2", now)
    rules.add(db, cast.alice, Rule(query="both", stars=True), now=now)
    (stays,) = fill(db, kept, ["both"], now)
    fill(db, gone, ["both"], now)
    merge(db, kept, gone, now)
    index.index_all(db)
    ruling.apply(db, cast.alice.id, now)
    with db.reading() as tx:
        assert tx.all("SELECT user_id, entry_id FROM star") == [(cast.alice.id, stays)]


@pytest.mark.parametrize("by_folder", [False, True])
@pytest.mark.parametrize("is_delivered", [False, True])
def test_the_rule_of_the_subscription_that_goes_is_asked_of_a_double(
    db: Database, cast: Cast, now: datetime, is_delivered: bool, by_folder: bool
) -> None:
    """What stays had met its own rules long ago; what of that was taken back by hand is not done again."""
    (_, kept), (second, gone) = two_feeds(db, cast.alice, now)
    folder = subscriptions.add_folder(db, cast.alice, "Second", now=now)
    subscriptions.edit(db, cast.alice, second, folder_ids=[folder], now=now)
    rules.add(db, cast.alice, Rule(query="both", stars=True), now=now)
    place = Rule(folder_id=folder) if by_folder else Rule(subscription_id=second)
    rules.add(db, cast.alice, place, label="Later", now=now)
    stays, unstarred = fill(db, kept, ["both here", "both there"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    entries.star(db, cast.alice, [unstarred], starred=False, now=now)
    fill(db, gone, ["both here", "both there"], now)
    if is_delivered:
        delivered(db, cast.alice)
    merge(db, kept, gone, now)
    ruling.apply(db, cast.alice.id, now)
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM star") == [stays]
        assert tx.column("SELECT entry_id FROM entry_label") == [stays]


def test_without_such_a_rule_a_double_waits_no_more(db: Database, cast: Cast, now: datetime) -> None:
    (first, kept), (_, gone) = two_feeds(db, cast.alice, now)
    rules.add(db, cast.alice, Rule(query="both", stars=True), now=now)
    rules.add(db, cast.alice, Rule(query="both", stars=True, subscription_id=first), now=now)
    fill(db, kept, ["both"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    fill(db, gone, ["both"], now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM rule_due") == []
        assert tx.column("SELECT met FROM rule") == [1, 1]


def mark(db: Database, user: User, entry_id: int, how: str, now: datetime) -> None:
    if how == "star":
        entries.star(db, user, [entry_id], starred=True, now=now)
    elif how == "label":
        label_id = labels.add(db, user, "Later", now=now)
        labels.put(db, user, [entry_id], label_id, on=True, now=now)
    else:
        highlights.add(db, user, entry_id, note="remember", now=now)


@pytest.mark.parametrize("how", ["star", "label", "highlight"])
def test_who_left_a_feed_keeps_what_was_marked_whatever_its_last_reader_does(
    db: Database, cast: Cast, now: datetime, how: str
) -> None:
    bobs, feed_id = subscribed(db, cast.bob, "https://a.example/1", now)
    alices, _ = subscribed(db, cast.alice, "https://a.example/1", now)
    marked, _ = fill(db, feed_id, ["marked", "other"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.bob.id)
    mark(db, cast.bob, marked, how, now)
    arranging.leave(db, cast.bob, [bobs], now=now)
    own(db, cast.alice, alices, feed_id, now)
    accounts.create(db, name="Dora", password="correct horse battery", is_admin=True, now=now)
    accounts.remove(db, cast.alice.id, now=now)
    with db.reading() as tx:
        assert states.visible(tx, cast.bob.id, [marked]) == [marked]
        assert tx.value("SELECT count(*) FROM feed WHERE owner_id = :alice", alice=cast.alice.id) == 0


@pytest.mark.parametrize("how", ["star", "label", "highlight"])
def test_an_account_goes_though_somebody_marked_what_is_in_its_own_feed(
    db: Database, cast: Cast, now: datetime, how: str
) -> None:
    """As in databases in which feeds became one's own whatever others had marked in them."""
    bobs, feed_id = subscribed(db, cast.bob, "https://a.example/1", now)
    subscribed(db, cast.alice, "https://a.example/1", now)
    marked, other = fill(db, feed_id, ["marked", "other"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.bob.id)
    mark(db, cast.bob, marked, how, now)
    arranging.leave(db, cast.bob, [bobs], now=now)
    with transaction(db) as tx:
        tx.run("UPDATE feed SET owner_id = :alice, credentials = :secret", alice=cast.alice.id, secret=b"x")
    accounts.create(db, name="Dora", password="correct horse battery", is_admin=True, now=now)
    accounts.remove(db, cast.alice.id, now=now)
    with db.reading() as tx:
        assert states.visible(tx, cast.bob.id, [marked]) == [marked]
        assert tx.column("SELECT id FROM entry WHERE id = :id", id=other) == []
        assert tx.one("SELECT credentials, next_at FROM feed WHERE id = :id", id=feed_id) == (None, None)
    later = now + timedelta(days=400)
    with transaction(db) as tx:
        assert feed_id not in orphans.left_before(tx, later, 10), "nothing is left to do"


def test_nothing_of_an_account_that_goes_is_left(db: Database, cast: Cast, now: datetime) -> None:
    alices, feed_id = subscribed(db, cast.alice, "https://a.example/1", now)
    (entry_id, *_) = fill(db, feed_id, ["one", "two"], now)
    with transaction(db) as tx:
        delivery.deliver(tx, cast.alice.id)
    for how in ("star", "label", "highlight"):
        mark(db, cast.alice, entry_id, how, now)
    progress.read_to(db, cast.alice, entry_id, 500, now=now)
    progress.enqueue(db, cast.alice, entry_id, now=now)
    rest(db, cast.alice, alices, now)
    accounts.create(db, name="Dora", password="correct horse battery", is_admin=True, now=now)
    accounts.remove(db, cast.alice.id, now=now)
    sql = (
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        " AND c.name = 'user_id'"
        if db.engine == "sqlite"
        else "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'user_id'"
    )
    with db.reading() as tx:
        tables = tx.column(sql)
        assert len(tables) > 10
        left = {
            table: tx.value(f"SELECT count(*) FROM {table} WHERE user_id = :user", user=cast.alice.id)
            for table in tables
        }
    assert not {table: count for table, count in left.items() if count}


def test_what_is_unread_in_one_feed_and_was_never_received_of_the_other_stays_unread(
    db: Database, cast: Cast, now: datetime
) -> None:
    _, kept = subscribed(db, cast.bob, "https://a.example/1", now)
    _, gone = subscribed(db, cast.alice, "https://a.example/2", now)
    (stays,) = fill(db, kept, ["long ago"], now)
    with transaction(db) as tx:
        mark_gone(tx, [stays], now)
    fill(db, gone, ["long ago"], now)
    delivered(db, cast.alice)
    subscribed(db, cast.alice, "https://a.example/1", now + timedelta(days=2))
    merge(db, kept, gone, now)
    with db.reading() as tx:
        assert list(unread(tx, cast.alice)) == [stays]


def test_rules_are_asked_of_what_waited_when_a_feed_becomes_ones_own(db: Database, cast: Cast, now: datetime) -> None:
    subscribed(db, cast.bob, "https://a.example/1", now)
    alices, feed_id = subscribed(db, cast.alice, "https://a.example/1", now)
    rules.add(db, cast.alice, Rule(query="news", stars=True), now=now)
    fill(db, feed_id, ["news"], now)
    mine = own(db, cast.alice, alices, feed_id, now)
    ruling.apply(db, cast.alice.id, now)
    with db.reading() as tx:
        assert tx.column("SELECT feed_id FROM star") == [mine]


@pytest.mark.parametrize("others", [False, True])
def test_what_was_read_elsewhere_is_read_when_a_feed_becomes_ones_own(
    db: Database, cast: Cast, now: datetime, others: bool
) -> None:
    url = "https://a.example/1"
    if others:
        subscribed(db, cast.bob, url, now)
    alices, feed_id = subscribed(db, cast.alice, url, now)
    with transaction(db) as tx:
        archive = brought.open_archive(tx, cast.alice.id, url, host="a.example", title="", site_url=None, now=now)
        ids, _ = brought.put(tx, archive, [arrived("dear", now)], now)
        brought.star(tx, cast.alice.id, dict.fromkeys(ids.values(), now))
        brought.note_read(tx, archive, [arrived("dear", now).guid_hash])
    fill(db, feed_id, ["dear"], now)
    mine = own(db, cast.alice, alices, feed_id, now)
    with db.reading() as tx:
        assert tx.column("SELECT feed_id FROM star") == [mine]
        assert not unread(tx, cast.alice)


def _other_ids(
    db: Database, user: User, subscription_id: int, feed_id: int, other: int, now: datetime, way: str
) -> None:
    """The entries of the feed are told by other ids from now on."""
    if way != "own":
        merge(db, other, feed_id, now)
    if way != "merged":
        own(db, user, subscription_id, other if way == "both" else feed_id, now)


@pytest.mark.parametrize("way", ["merged", "own", "both"])
def test_a_deed_with_what_is_told_by_another_id_now_is_taken_back(
    db: Database, cast: Cast, now: datetime, way: str
) -> None:
    _, other = subscribed(db, cast.alice, "https://a.example/1", now)
    subscribed(db, cast.alice, "https://a.example/2", now)  # whose feed does not become Bob's alone
    bobs, feed_id = subscribed(db, cast.bob, "https://a.example/2", now)
    fill(db, other, ["one", "two"], now)
    ids = fill(db, feed_id, ["one", "two"], now)
    accounts.catch_up(db, cast.bob.id, now=now)
    label = labels.add(db, cast.bob, "Later", now=now)
    done = [
        entries.mark(db, cast.bob, ids, read=True, now=now),
        entries.star(db, cast.bob, ids[:1], starred=True, now=now),
        labels.put(db, cast.bob, ids[:1], label, on=True, now=now),
    ]
    _other_ids(db, cast.bob, bobs, feed_id, other, now, way)
    counts = []
    for deed in reversed(done):
        assert deed.seq is not None
        counts.append(entries.undo(db, cast.bob, deed.seq, now=now).count)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM star") == tx.value("SELECT count(*) FROM entry_label") == 0
        assert not set(ids) & set(unread(tx, cast.bob))
        assert len(unread(tx, cast.bob)) == 2
    assert counts == [1, 1, 2]


def test_what_had_a_star_in_both_of_two_feeds_keeps_it_when_the_star_of_one_is_taken_back(
    db: Database, cast: Cast, now: datetime
) -> None:
    (_, kept), (_, gone) = two_feeds(db, cast.bob, now)
    (first,) = fill(db, kept, ["one"], now)
    (second,) = fill(db, gone, ["one"], now)
    accounts.catch_up(db, cast.bob.id, now=now)
    entries.star(db, cast.bob, [first], starred=True, now=now)
    done = entries.star(db, cast.bob, [second], starred=True, now=now)
    merge(db, kept, gone, now)
    assert done.seq is not None
    assert entries.undo(db, cast.bob, done.seq, now=now).count == 0
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM star") == [first]


def test_a_deed_done_since_with_what_is_told_by_another_id_now_stays(db: Database, cast: Cast, now: datetime) -> None:
    (_, kept), (_, gone) = two_feeds(db, cast.bob, now)
    fill(db, kept, ["one"], now)
    (second,) = fill(db, gone, ["one"], now)
    accounts.catch_up(db, cast.bob.id, now=now)
    done = entries.mark(db, cast.bob, [second], read=True, now=now)
    entries.mark(db, cast.bob, [second], read=False, now=now)
    entries.mark(db, cast.bob, [second], read=True, now=now)
    merge(db, kept, gone, now)
    with db.reading() as tx:
        before = unread(tx, cast.bob)
    assert done.seq is not None
    assert entries.undo(db, cast.bob, done.seq, now=now).count == 0
    with db.reading() as tx:
        assert unread(tx, cast.bob) == before
