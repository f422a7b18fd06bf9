"""Rules that come from another server: each once, however many, and nobody waits for the reading of one's own names."""

from datetime import datetime
from typing import Any

import pytest
from tests.people import Cast
from tests.store.feeding import subscribed

from dateline.actions import labels, subscriptions
from dateline.actions.rules_moving import bring_rules
from dateline.actions.searches_moving import bring_searches
from dateline.parse.choices import RuleChoice, SearchChoice
from dateline.store import Database, rules
from dateline.store.postgres.engine import PostgresWriteTx
from dateline.store.sqlite.engine import SqliteWriteTx


def test_each_comes_once_and_may_name_a_label_that_one_before_it_made(db: Database, cast: Cast, now: datetime) -> None:
    said = [
        RuleChoice(query="rain", label="Wet"),
        RuleChoice(query=" rain ", label="wet"),
        RuleChoice(query="-label:wet", stars=True),
        RuleChoice(query="-label:dry", stars=True),
        RuleChoice(query="rain", stars=True),
    ]
    assert bring_rules(db, cast.alice, said, now) == (3, False)
    assert bring_rules(db, cast.alice, said, now) == (0, False)
    with db.reading() as tx:
        assert [one.query for one in rules.every(tx, cast.alice.id)] == ["rain", "-label:wet", "rain"]


def test_names_and_rules_are_read_once_for_all_that_are_brought(
    db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    writer: Any = SqliteWriteTx if db.engine == "sqlite" else PostgresWriteTx
    original = writer.all

    def listening(self: object, sql: str, *args: object, **params: object) -> object:
        read.append(sql)
        return original(self, sql, *args, **params)

    for user in (cast.alice, cast.bob):
        own, _ = subscribed(db, user, "https://a.example/", now)
        subscriptions.edit(db, user, own, title="The Daily", now=now)
        labels.add(db, user, "Old", now=now)
    monkeypatch.setattr(writer, "all", listening)
    counts = []
    for user, many in ((cast.alice, 5), (cast.bob, 100)):
        read.clear()
        said = [RuleChoice(query=f"feed:daily -label:old {number}", stars=True) for number in range(many)]
        assert bring_rules(db, user, said, now) == (many, True)
        counts.append(len(read))
    assert counts[1] - counts[0] == 2 * 95, "for each: how many there are, and the new one"


def test_searches_that_name_each_other_come_whatever_their_order(db: Database, cast: Cast, now: datetime) -> None:
    said = [SearchChoice(name=str(number), query=f"search:{number + 1} rain") for number in range(4)]
    assert bring_searches(db, cast.alice, [*said, SearchChoice(name="4", query="rain")], now) == (5, True)
