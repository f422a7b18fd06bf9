"""``dateline labels``: made, listed, renamed, merged, deleted at a terminal."""

from tests.cli.conftest import Shell


def test_labels_are_made_listed_changed_merged_and_deleted(shell: Shell) -> None:
    shell.add_user("alice")
    assert shell.run("labels", "add", "Sea", "--user", "alice", "--colour", "blue").code == 0
    assert shell.run("labels", "add", "Ocean", "--user", "alice").code == 0
    assert shell.run("labels", "list", "--user", "alice").out == "Ocean\t-\t0\t0\nSea\tblue\t0\t0\n"
    ran = shell.run("labels", "set", "Sea", "--user", "alice", "--name", "Ocean")
    assert ran.code == 1
    assert "--merge" in ran.err
    assert shell.run("labels", "set", "sea", "--user", "alice", "--name", "Ocean", "--merge").code == 0
    assert shell.run("labels", "set", "ocean", "--user", "alice", "--colour", "teal").code == 0
    (label,) = shell.run("labels", "list", "--user", "alice", "--json").json()
    assert (label["name"], label["colour"], label["unread"], label["entries"]) == ("Ocean", "teal", 0, 0)
    assert shell.run("labels", "remove", "Ocean", "--user", "alice").code == 0
    assert shell.run("labels", "list", "--user", "alice", "--json").json() == []


def test_what_cannot_be_is_refused(shell: Shell) -> None:
    shell.add_user("alice")
    assert shell.run("labels", "add", "a/b", "--user", "alice").code == 65
    assert shell.run("labels", "add", "Sea", "--user", "alice", "--colour", "beige").code == 65
    assert shell.run("labels", "remove", "Nothing", "--user", "alice").code == 1
