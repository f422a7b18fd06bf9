"""Saving a page at a terminal."""

from tests.cli.conftest import Shell


def test_a_page_is_saved_for_one_account(shell: Shell) -> None:
    shell.add_user()
    ran = shell.run("save", "https://example.org/a", "--user", "alice", "--title", "A page")
    assert ran.out.strip() == "1"
    assert shell.titles() == ["A page"]
    shell.run("save", "mailto:a@b.example", "--user", "alice").refused(65, "action.bad_url")
