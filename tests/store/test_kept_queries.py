"""What saved searches and rules name is renamed, or becomes one with another: they go on, for whoever wrote them."""

from datetime import UTC, datetime

from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, labels, rules, saved_searches, subscriptions
from dateline.model import User
from dateline.store import Database, merging, queries
from dateline.store import rules as stored_rules
from dateline.store import saved_searches as stored_searches
from dateline.store.rules import Rule
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction


def keep(db: Database, user: User, query: str, now: datetime) -> None:
    """As a saved search and as a rule that stars."""
    with db.reading() as tx:
        number = stored_searches.count(tx, user.id)
    saved_searches.add(db, user, SavedSearch(name=f"Kept {number}", query=query), now=now)
    rules.add(db, user, Rule(query=query, stars=True), now=now)


def kept(db: Database, user: User, now: datetime) -> list[str]:
    """The texts, alike in both, and all of them meant."""
    with db.reading() as tx:
        found = [one.query for one in stored_searches.every(tx, user.id)]
        assert [one.query for one in stored_rules.every(tx, user.id)] == found
        for text in found:
            assert queries.understood(tx, user.id, text, now=now, zone=UTC, strict=True).problems == (), text
    return found


def titled(db: Database, user: User, url: str, title: str, now: datetime) -> tuple[int, int]:
    """A subscription called so, and its feed."""
    both = subscribed(db, user, url, now)
    subscriptions.edit(db, user, both[0], title=title, now=now)
    return both


def merge(db: Database, keeps: int, goes: int, now: datetime) -> None:
    with transaction(db) as tx:
        merging.merge(tx, keeps, goes, now)


def test_a_label_is_called_otherwise(db: Database, cast: Cast, now: datetime) -> None:
    old = labels.add(db, cast.alice, "Old", now=now)
    labels.add(db, cast.alice, "Older", now=now)
    labels.add(db, cast.bob, "Old", now=now)
    for query in ("label:old -label:older", f"L:{old} OR '#label:old'", 'a -(label:older,"OLD" b)'):
        keep(db, cast.alice, query, now)
    keep(db, cast.bob, "label:old", now)
    labels.change(db, cast.alice, old, name='To "do"', colour="red", now=now)
    assert kept(db, cast.alice, now) == [
        'label:"To \\"do\\"" -label:older',
        f"L:{old} OR '#label:old'",
        'a -(label:older,"To \\"do\\"" b)',
    ]
    assert kept(db, cast.bob, now) == ["label:old"], "his label is another"
    labels.change(db, cast.alice, old, name="old", colour="red", now=now)
    assert kept(db, cast.alice, now)[0] == 'label:"old" -label:older'


def test_two_labels_become_one(db: Database, cast: Cast, now: datetime) -> None:
    sea, ocean = (labels.add(db, cast.alice, name, now=now) for name in ("Sea", "Ocean"))
    keep(db, cast.alice, f"label:sea -L:{sea} L:{ocean} L:{ocean},{sea}", now)
    labels.change(db, cast.alice, sea, name="Ocean", colour="", merge=True, now=now)
    assert kept(db, cast.alice, now) == [f"label:Ocean -L:{ocean} L:{ocean} L:{ocean}"]


def test_folders_and_searches_are_called_otherwise(db: Database, cast: Cast, now: datetime) -> None:
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    labels.add(db, cast.alice, "Mine", now=now)
    rain = saved_searches.add(db, cast.alice, SavedSearch(name="Rain", query="rain"), now=now)
    rules.add(db, cast.alice, Rule(query="rain", stars=True), now=now)
    keep(db, cast.alice, f"folder:press c:{press} -search:RAIN S:{rain} label:mine", now)
    subscriptions.rename_folder(db, cast.alice, press, "The press", now=now)
    saved_searches.change(db, cast.alice, SavedSearch(id=rain, name="Mist", query="rain"), now=now)
    assert kept(db, cast.alice, now) == ["rain", f'folder:"The press" c:{press} -search:Mist S:{rain} label:mine']


def test_two_feeds_become_one(db: Database, cast: Cast, now: datetime) -> None:
    stays, keeps = titled(db, cast.alice, "https://a.example/", "Meridian Post", now)
    goes, gone = titled(db, cast.alice, "https://b.example/", "Evening Star", now)
    other, _ = titled(db, cast.alice, "https://c.example/", "Star Chart", now)
    bobs, _ = titled(db, cast.bob, "https://b.example/", "Evening Star", now)
    for query in (
        f"f:{goes}",
        f"-f:{other},{goes},{stays} rain",
        f'"f:{goes}" f:{other} c{goes}',
        "feed:evening",
        "-feed:star,post x",
        'feed:"star chart" feed:meridian',
    ):
        keep(db, cast.alice, query, now)
    keep(db, cast.bob, f"f:{bobs} feed:evening", now)
    merge(db, keeps, gone, now)
    assert kept(db, cast.alice, now) == [
        f"f:{stays}",
        f"-f:{other},{stays} rain",
        f'"f:{goes}" f:{other} c{goes}',
        'feed:"Meridian Post"',
        '-feed:star,"Meridian Post",post x',
        'feed:"star chart" feed:meridian',
    ]
    assert kept(db, cast.bob, now) == [f"f:{bobs} feed:evening"], (
        "his subscription went along under its number and name"
    )


def test_a_rule_goes_on_after_its_label_was_renamed_and_its_feed_became_another(
    db: Database, cast: Cast, now: datetime
) -> None:
    _, keeps = subscribed(db, cast.alice, "https://a.example/", now)
    goes, gone = subscribed(db, cast.alice, "https://b.example/", now)
    label = labels.add(db, cast.alice, "Seen", now=now)
    rules.add(db, cast.alice, Rule(query=f"f:{goes} -label:seen", stars=True), now=now)
    labels.change(db, cast.alice, label, name="Had a look", colour="", now=now)
    merge(db, keeps, gone, now)
    (came,) = fill(db, keeps, ["news"], now)
    accounts.catch_up(db, cast.alice.id, now=now)
    with db.reading() as tx:
        assert tx.column("SELECT entry_id FROM star") == [came]


def test_what_would_grow_too_long_stays_and_says_so(db: Database, cast: Cast, now: datetime) -> None:
    old = labels.add(db, cast.alice, "Old", now=now)
    query = "label:old ".ljust(1_000, "a")
    with transaction(db) as tx:
        stored_searches.add(tx, cast.alice.id, SavedSearch(name="Long", query=query))
    labels.change(db, cast.alice, old, name="Something else", colour="", now=now)
    with db.reading() as tx:
        (one,) = stored_searches.every(tx, cast.alice.id)
        assert one.query == query
        assert queries.understood(tx, cast.alice.id, query, now=now, zone=UTC).problems
