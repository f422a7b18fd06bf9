"""Which rule counts, and which of two keeps more: the pure part of retention, and what a rule is stored as."""

import pytest

from dateline.model import Retention
from dateline.store import retention
from dateline.store.retention import EVERYTHING, decode, effective, encode, generous

WEEK = Retention(age=7)
MONTH = Retention(age=1, unit="months")
YEAR = Retention(age=1, unit="years", keep_unread=False)
FEW = Retention(count=10)


def test_the_nearest_rule_counts() -> None:
    assert effective(WEEK, [MONTH], YEAR, FEW) == retention.Effective(rule=WEEK, scope="subscription")
    assert effective(None, [MONTH], YEAR, FEW) == retention.Effective(rule=MONTH, scope="folder")
    assert effective(None, [], YEAR, FEW) == retention.Effective(rule=YEAR, scope="account")
    assert effective(None, [], None, FEW) == retention.Effective(rule=FEW, scope="instance")


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (WEEK, MONTH, MONTH),
        (MONTH, YEAR, Retention(age=1, unit="years", keep_unread=True)),
        (WEEK, FEW, EVERYTHING),  # what is old is kept by the one, what is far down by the other
        (Retention(age=7, count=100), Retention(age=30, count=10), Retention(age=30, count=100)),
        (EVERYTHING, WEEK, EVERYTHING),
        (Retention(age=12, unit="months"), Retention(age=1, unit="years"), Retention(age=1, unit="years")),
    ],
)
def test_of_two_folders_everything_is_kept_that_either_keeps(one: Retention, other: Retention, kept: Retention) -> None:
    assert generous(one, other) == kept
    assert generous(other, one) == kept
    assert effective(None, [one, other], None, WEEK).rule == kept


@pytest.mark.parametrize("rule", [WEEK, MONTH, YEAR, FEW, EVERYTHING, None])
def test_a_rule_is_stored_and_read_as_it_was(rule: Retention | None) -> None:
    assert decode(encode(rule)) == rule


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"age":"x"}', '{"age":-1}', '{"count":0}', '{"unit":"weeks"}'])
def test_a_rule_that_cannot_be_read_keeps_everything(text: str) -> None:
    assert decode(text) == EVERYTHING
