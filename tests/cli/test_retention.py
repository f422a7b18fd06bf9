"""How long entries are kept, said at a terminal; and the room that deleted entries leave."""

import pytest
import typer
from tests.cli.conftest import Shell

from dateline.cli.retention import parse_rule, rule_text
from dateline.model import Retention


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("forever", Retention()),
        ("inherit", None),
        ("90d", Retention(age=90)),
        ("3m", Retention(age=3, unit="months")),
        ("1y,500", Retention(age=1, unit="years", count=500)),
        ("500,unread-too", Retention(count=500, keep_unread=False)),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, rule: Retention | None) -> None:
    assert parse_rule(text) == rule
    assert rule_text(rule) == text


@pytest.mark.parametrize("text", ["soon", "0", "-1", "1w", "1.5y", "500 forever", "٣", "99999999"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_rule(text)


def test_rules_are_shown_previewed_and_saved(shell: Shell) -> None:
    shell.add_user("alice")
    assert shell.run("retention").out == "forever\n"
    assert shell.run("retention", "--user", "alice").out == "forever (inherited from the instance)\n"
    assert "this would delete 0 of 0 entries" in shell.run("retention", "--keep", "1y,1000").out
    assert shell.run("retention", "--user", "alice", "--keep", "90d").code == 0
    assert shell.run("retention").out == "1y,1000\n"
    told = shell.run("retention", "--user", "alice", "--json").json()
    assert told["counts"] == {"age": 90, "unit": "days", "count": None, "keep_unread": True}
    assert told["from"] == "account"
    assert shell.run("retention", "--user", "alice", "--keep", "inherit").code == 0
    assert shell.run("retention", "--user", "alice").out == "1y,1000 (inherited from the instance)\n"


def test_who_and_what_is_meant_must_be_there(shell: Shell) -> None:
    shell.add_user("alice")
    shell.run("retention", "--user", "alice", "--folder", "None").refused(1, "action.not_found")
    shell.run("retention", "--user", "alice", "--feed", "https://none.example/").refused(1, "action.not_found")
    shell.run("retention", "--user", "nobody").refused(1, "action.not_found")
    shell.run("retention", "--user", "alice", "--keep", "9999d").refused(65, "action.bad_value")
    assert shell.run("retention", "--folder", "x").code == 2


def test_doctor_says_how_much_of_the_file_is_free_and_gives_it_back(shell: Shell) -> None:
    shell.add_user("alice")
    assert "MB of the database file are free" in shell.run("doctor").out
    told = shell.run("doctor", "--compact", "--json").json()
    assert told["done"]["bytes given back"] >= 0
    assert all(finding["state"] != "wrong" for finding in told["findings"])
