"""``dateline stats``: an account's numbers, for people and for programs."""

from tests.cli.conftest import Shell


def test_the_numbers_of_an_account_are_printed(shell: Shell) -> None:
    shell.add_user("alice")
    assert shell.run("stats", "--user", "alice").out == ""
    found = shell.run("stats", "--user", "alice", "--days", "7", "--json").json()
    assert (found["arrived"], found["feeds"], found["quarters"]) == (0, [], [])
    assert shell.run("stats", "--user", "alice", "--days", "0").code == 2
    assert shell.run("stats", "--user", "nobody").code != 0
