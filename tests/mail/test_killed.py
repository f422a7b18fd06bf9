"""The worker is killed (SIGKILL) where it hurts most: a mail that was taken is there, any other comes again, once."""

import asyncio
import signal
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime

import pytest
from tests.cli.conftest import Shell, Started, until
from tests.imap import ALICE, ImapServer, Session
from tests.parse.test_mail import mail as message
from tests.postgres_cluster import Cluster

from dateline.actions import accounts, newsletters
from dateline.settings import Settings
from dateline.store import Database
from dateline.store.write import transaction

TITLES = ["Deux", "Trois", "Un"]


def letter(title: str) -> bytes:
    return message(Subject=title, Message_ID=f"<{title}@phare.example>")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, shell: Shell) -> Iterator[Shell]:
    """The program on either engine, with an account."""
    with ExitStack() as stack:
        if request.param == "postgres":
            cluster: Cluster = request.getfixturevalue("postgres")
            like: str = request.getfixturevalue("migrated")
            url = stack.enter_context(cluster.database(f"killed{threading.get_ident() % 1_000_000}", like=like))
            shell.settings["database_url"] = url
            shell.settings["secret_file"] = str(shell.folder / "secret.key")
        shell.add_user("alice")
        yield shell


def add_mailbox(place: Shell, server: ImapServer) -> None:
    done = place.run(
        *("mail", "box", "add", "127.0.0.1", ALICE[0], "--user", "alice", "--security", "none", "--with-old"),
        *("--port", str(server.port), "--password-stdin"),
        stdin=ALICE[1] + "\n",
    )
    assert done.code == 0, done.err


def time_passes(db: Database) -> None:
    """What a dead worker held is free again, and the mailbox is due."""
    with transaction(db) as tx:
        tx.run("UPDATE mailbox SET lease_until = 0, next_at = 0")
        tx.run("DELETE FROM host")


class Grip:
    """Holds what a commit needs, so that none can happen while it is held."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._let_go = threading.Event()
        self._held = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def __enter__(self) -> "Grip":
        self._thread.start()
        assert self._held.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._thread.join(20)

    def _hold(self) -> None:
        with transaction(self._db) as tx:
            tx.hold_user(tx.value("SELECT min(id) FROM users"))
            self._held.set()
            self._let_go.wait(60)


def test_a_worker_killed_between_fetch_and_commit_loses_and_doubles_no_mail(place: Shell) -> None:
    with ImapServer() as server, place.opened() as db:
        server.inbox.put(*(letter(title) for title in ("Un", "Deux", "Trois")))
        add_mailbox(place, server)
        for uid in (1, 3):
            kill_at(place, db, server, uid)
            time_passes(db)
        server.trick = None
        with place.start("worker"):
            until(lambda: place.count() == 3)
            until(lambda: read_up_to(db) == (3, 3))
    assert place.titles() == TITLES


def read_up_to(db: Database) -> tuple[int, int]:
    with db.reading() as tx:
        row = tx.one("SELECT last_uid, taken FROM mailbox")
    assert row is not None
    return row[0], row[1]


def kill_at(place: Shell, db: Database, server: ImapServer, uid: int) -> None:
    """Kill the worker once a mail was sent to it and before it can have committed that."""
    asked = threading.Event()
    grips: list[Grip] = []

    async def take_hold(session: Session, tag: bytes, rest: str) -> bool:
        if rest.startswith(f"UID FETCH {uid} ("):
            grip = Grip(db)
            await asyncio.to_thread(grip.__enter__)
            grips.append(grip)
            await session._answer(tag, rest)
            asked.set()
            return True
        return False

    server.trick = take_hold
    with place.start("worker") as worker:
        until(asked.is_set, worker.log)
        worker.end(signal.SIGKILL)
    for grip in grips:
        grip.__exit__()
    assert read_up_to(db) == (uid - 1, uid - 1)


def test_a_worker_killed_again_and_again_comes_to_the_end(shell: Shell) -> None:
    """Killed as each mail is asked for: the one before was committed with how far the folder was read."""
    count = 5
    shell.add_user("alice")
    with ImapServer() as server, shell.opened() as db:
        server.inbox.put(*(letter(f"Nr{number}") for number in range(count)))
        add_mailbox(shell, server)
        victims: list[Started] = []
        killed: list[Started] = []

        async def kill(session: Session, tag: bytes, rest: str) -> bool:
            if "BODY" in rest and len(server.bodies()) % 2 == 0:
                killed.append(victims[-1])
                victims[-1].process.kill()
            return False

        server.trick = kill
        for _ in range(count):
            with shell.start("worker") as worker:
                victims.append(worker)
                until(lambda worker=worker: worker.process.poll() is not None or read_up_to(db)[0] == count)  # type: ignore[misc] # bound now
            time_passes(db)
            if read_up_to(db)[0] == count:
                break
        assert read_up_to(db) == (count, count)
        assert len(killed) >= 2
    assert shell.count() == count


# ------------------------------------------------------------------------------------------------ the door


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def address(place: Shell) -> str:
    """An address of Alice's, at a worker that takes mail."""
    place.settings |= {"mail_listen": f"127.0.0.1:{free_port()}", "mail_domain": "news.example"}
    on = Settings(mail_listen=place.settings["mail_listen"], mail_domain="news.example")
    with place.opened() as db:
        return newsletters.add_address(db, on, accounts.exists(db, "alice"), now=datetime.now(UTC))


def door(place: Shell) -> smtplib.LMTP:
    """A conversation with the worker's door, once it is open."""
    host, _, port = place.settings["mail_listen"].partition(":")

    def is_open() -> bool:
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            return True
        return False

    until(is_open)
    return smtplib.LMTP(host, int(port), timeout=30)


def test_a_mail_that_was_answered_250_is_there_after_a_kill(place: Shell, address: str) -> None:
    for number in range(2):
        with place.start("worker") as worker:
            client = door(place)
            client.sendmail("a@b.example", [address], letter(f"Nr{number}"))
            worker.process.kill()
            client.close()
        assert place.count() == number + 1


def test_no_mail_is_answered_250_before_the_commit(place: Shell, address: str) -> None:
    with place.opened() as db:
        with place.start("worker") as worker:
            client = door(place)
            client.ehlo_or_helo_if_needed()
            client.mail("a@b.example")
            assert client.rcpt(address)[0] == 250
            answers: list[object] = []

            def send() -> None:
                try:
                    answers.append(client.data(letter("Un")))
                except (OSError, smtplib.SMTPException) as error:
                    answers.append(type(error))

            with Grip(db):
                sending = threading.Thread(target=send)
                sending.start()
                sending.join(1.0)  # nothing may come in this time; that none came at all is asked below
                worker.end(signal.SIGKILL)
                sending.join(20)
            client.close()
            assert answers
            assert not isinstance(answers[0], tuple), "it was answered without a commit"
        assert place.count() == 0
        with place.start("worker"), door(place) as client:
            client.sendmail("a@b.example", [address], letter("Un"))
            client.sendmail("a@b.example", [address], letter("Un"))
    assert place.titles() == ["Un"]
