"""Mailboxes at the terminal, by the real program."""

from tests.cli.conftest import Shell
from tests.imap import ALICE, ImapServer
from tests.parse.test_mail import mail as message

from dateline.store.write import transaction


def add(shell: Shell, server: ImapServer, password: str) -> tuple[tuple[str, ...], str]:
    """The words of the command, and what it reads."""
    words = ("mail", "box", "add", "127.0.0.1", ALICE[0], "--user", "alice", "--security", "none", "--with-old")
    return (*words, "--port", str(server.port), "--password-stdin"), password + "\n"


def test_a_mailbox_is_added_listed_checked_and_removed(shell: Shell) -> None:
    shell.add_user("alice")
    with ImapServer() as server:
        server.inbox.put(message(Subject="Un"))
        words, stdin = add(shell, server, ALICE[1])
        assert shell.run(*words, stdin=stdin).out == "1\n"
        assert shell.run("mail", "box", "check", "1", "--user", "alice").out == "ok: 1 new, 0 left out\n"
        (box,) = shell.run("mail", "box", "list", "--user", "alice", "--json").json()
        assert (box["host"], box["folder"], box["taken"], box["error_code"]) == ("127.0.0.1", "INBOX", 1, None)
        assert ALICE[1] not in str(box)
        server.inbox.put(message(Subject="Deux"))
        with shell.opened() as db, transaction(db) as tx:
            tx.run("UPDATE mailbox SET next_at = 0")
        assert shell.run("refresh").code == 0
        server.login = (ALICE[0], "changed")
        failed = shell.run("mail", "box", "check", "1", "--user", "alice")
        assert (failed.code, failed.out.startswith("fetch.mailbox_login: 0 new")) == (1, True)
        assert shell.run("mail", "box", "remove", "1", "--user", "alice").code == 0
    assert shell.titles() == ["Deux", "Un"]


def test_what_cannot_be_opened_is_refused_with_a_sentence(shell: Shell) -> None:
    shell.add_user("alice")
    with ImapServer() as server:
        words, stdin = add(shell, server, "wrong")
        shell.run(*words, stdin=stdin).refused(77, "fetch.mailbox_login", "app password")
        shell.run(*words, stdin=stdin, settings={"mailboxes": "off"}).refused(1, "action.mailboxes_off")
        assert server.connections == 1


def test_doctor_names_the_mailboxes_whose_password_is_lost(shell: Shell) -> None:
    shell.add_user("alice")
    with ImapServer() as server:
        words, stdin = add(shell, server, ALICE[1])
        assert shell.run(*words, stdin=stdin).code == 0
    assert "password is lost" not in shell.run("doctor").out
    (shell.folder / "secret.key").unlink()
    assert "The mailbox of alice at 127.0.0.1 is to be added again" in shell.run("doctor").out
