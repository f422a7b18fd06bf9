"""Mailboxes at a real IMAP server: each mail once, none lost, whatever the server, the mail or the process does."""

import asyncio
import base64
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.conftest import NOW
from tests.imap import ALICE, ImapServer, Session
from tests.internet import LOOPBACK
from tests.parse.test_mail import mail as message
from tests.people import Cast

from dateline.actions import accounts, subscriptions
from dateline.actions import mailboxes as actions
from dateline.actions.mailboxes import MAX_MAILBOXES, Wish
from dateline.errors import ActionError, DatelineError, FetchError, NotFound, StoreError
from dateline.fetch.imap import MAX_WINDOWS, WINDOW
from dateline.model import Stream, User
from dateline.parse.mail import MAX_BYTES
from dateline.refresh import mail as mail_refresh
from dateline.refresh import mailboxes
from dateline.refresh.mailboxes import EVERY, LEASE, MAILS_A_ROUND, SOON, TRIES, Mailboxes, Pulled
from dateline.refresh.polite import TableGate
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database, feeds, streams
from dateline.store import mailboxes as table
from dateline.store.mailboxes import Mailbox
from dateline.store.secrets import Keyring
from dateline.store.write import transaction


class Scene:
    """A reader with a mailbox at a server, and a worker's chore that reads it at a time of its own."""

    def __init__(self, db: Database, user: User, folder: Path) -> None:
        self.db, self.user, self.now = db, user, NOW
        self._start = time.monotonic()
        self.keyring = Keyring(folder / "secret.key")
        self.settings = Settings(
            allowed_networks=LOOPBACK.allowed_networks, host_spacing=0, secret_file=self.keyring.path
        )

    def clock(self) -> datetime:
        """The time of the scene, which goes on."""
        return self.now + timedelta(seconds=time.monotonic() - self._start)

    def wish(self, server: ImapServer, **more: object) -> Wish:
        wanted = {"host": "127.0.0.1", "port": server.port, "security": "none", "user": ALICE[0], "password": ALICE[1]}
        return Wish(**{**wanted, **more})  # type: ignore[arg-type] # fields of a wish

    def add(self, server: ImapServer, **more: object) -> int:
        return actions.add(self.db, self.settings, self.user, self.wish(server, **more), now=self.clock())

    def read(self, *, holder: str = "w", late: timedelta = timedelta(0)) -> Pulled | None:
        """One round of a box that is due."""
        self.now += late

        async def read() -> Pulled | None:
            gate = TableGate(self.db, self.settings, holder=holder, clock=self.clock)
            boxes = Mailboxes(self.db, self.settings, gate=gate, keyring=self.keyring, clock=self.clock)
            try:
                return await boxes.one()
            finally:
                await boxes.close()

        return asyncio.run(read())

    def box(self) -> Mailbox:
        with self.db.reading() as tx:
            (box,) = table.of_user(tx, self.user.id)
        return box

    def titles(self) -> list[str]:
        accounts.catch_up(self.db, self.user.id, now=self.now)
        with self.db.reading() as tx:
            page = streams.read(tx, self.user.id, Stream(kind="all"), limit=200)
        return sorted(entry.title for entry in page.entries)


@pytest.fixture
def scene(db: Database, cast: Cast, tmp_path: Path) -> Scene:
    return Scene(db, cast.alice, tmp_path)


def letter(title: str, *, sender: str = "Le Phare <lettre@phare.example>", **headers: str) -> bytes:
    return message(Subject=title, Message_ID=f"<{title.encode().hex()}@phare.example>", From=sender, **headers)


def test_each_sender_becomes_a_feed_of_the_reader_alone(scene: Scene, cast: Cast) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Before"))
        scene.add(server)
        server.inbox.put(letter("Un"), letter("Deux", sender="Gazette <a@gazette.example>"))
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=2)
        assert server.flags == [], "no mail is marked as read"
        assert scene.titles() == ["Deux", "Un"]
        with scene.db.reading() as tx:
            assert feeds.find(tx, "mailto:lettre@phare.example", cast.alice.id) is not None
            assert feeds.find(tx, "mailto:lettre@phare.example") is None
        assert scene.read(late=EVERY - timedelta(seconds=1)) is None, "it is not due"
        assert scene.read(late=timedelta(minutes=3)) == Pulled(mailbox_id=scene.box().id, code="ok")
        assert server.bodies() == [2, 3]
        scene.user = cast.bob
        assert scene.titles() == []


def test_what_is_in_the_folder_already_comes_when_it_is_wished(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Before"))
        scene.add(server, with_old=True)
        scene.read()
    assert scene.titles() == ["Before"]


def test_a_full_folder_is_read_in_rounds(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(*(letter(f"Nr {number}") for number in range(MAILS_A_ROUND + 3)))
        scene.add(server, with_old=True)
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=MAILS_A_ROUND)
        assert scene.read(late=SOON) == Pulled(mailbox_id=scene.box().id, code="ok", new=3)
        assert len(server.bodies()) == MAILS_A_ROUND + 3


def test_new_uids_for_old_mails_bring_nothing_twice(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"), letter("Deux"))
        scene.add(server, with_old=True)
        scene.read()
        server.inbox.renumber(8, first=40)
        server.inbox.put(letter("Trois"))
        assert scene.read(late=2 * EVERY) == Pulled(mailbox_id=scene.box().id, code="ok", new=1)
        assert scene.titles() == ["Deux", "Trois", "Un"]
        assert (scene.box().uid_validity, scene.box().last_uid) == (8, 42)


def test_new_uids_do_not_bring_what_was_there_before_the_reader_came(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Years ago"))
        scene.add(server)
        server.inbox.put(letter("Un"), received_at=NOW)
        scene.read()
        server.inbox.renumber(8)
        assert scene.read(late=2 * EVERY) == Pulled(mailbox_id=scene.box().id, code="ok")
        server.inbox.put(letter("An old one, moved here"))
        assert scene.read(late=2 * EVERY) == Pulled(mailbox_id=scene.box().id, code="ok", new=1)
        assert scene.titles() == ["An old one, moved here", "Un"]


def test_a_mail_that_cannot_be_taken_is_noted_and_does_not_stand_in_the_way(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(b"Subject: nobody\r\n\r\nx", letter("Un"))
        server.inbox.put(letter("Enormous"), size=MAX_BYTES + 1)
        server.inbox.put(letter("Deux"))
        scene.add(server, with_old=True)
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=2, left_out=2)
        box = scene.box()
        assert (box.taken, box.left_out, box.last_uid) == (2, 2, 4)
        assert box.left_out_last is not None
        assert (box.left_out_last.uid, box.left_out_last.code) == (3, "fetch.too_large")
        assert server.bodies() == [1, 2, 4], "what is too large is not even asked for"
    assert scene.titles() == ["Deux", "Un"]


def test_a_server_that_lies_about_a_size_loses_only_that_mail(scene: Scene) -> None:
    async def lie(session: Session, tag: bytes, rest: str) -> bool:
        if not rest.startswith("UID FETCH 2 ("):
            return False
        await session.send(b"* 2 FETCH (UID 2 BODY[] {%d}\r\n" % (MAX_BYTES + 1))
        return True

    with ImapServer(trick=lie) as server:
        server.inbox.put(letter("Un"), letter("Deux"), letter("Trois"))
        scene.add(server, with_old=True)
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=1, left_out=1)
        assert scene.read(late=SOON) == Pulled(mailbox_id=scene.box().id, code="ok", new=1)


def test_a_mail_at_which_the_server_always_breaks_off_is_left_out_at_last(scene: Scene) -> None:
    async def break_off(session: Session, tag: bytes, rest: str) -> bool:
        if rest.startswith("UID FETCH 2 ("):
            session.writer.transport.abort()
            return True
        return False

    with ImapServer(trick=break_off) as server:
        server.inbox.put(letter("Un"), letter("Deux"), letter("Trois"))
        scene.add(server, with_old=True)
        codes = [(scene.read(late=timedelta(days=2)) or Pulled(mailbox_id=0, code="-")).code for _ in range(TRIES)]
        assert set(codes) <= {"fetch.mailbox_refused", "fetch.connect"}
        assert scene.titles() == ["Un"]
        last = scene.read(late=timedelta(days=2))
        assert last == Pulled(mailbox_id=scene.box().id, code="ok", new=1, left_out=1)
        note = scene.box().left_out_last
        assert note is not None
        assert (note.uid, note.code) == (2, "refresh.crashed")
    assert scene.titles() == ["Trois", "Un"]


def test_a_failure_is_kept_with_its_code_and_comes_less_and_less_often(scene: Scene) -> None:
    with ImapServer() as server:
        scene.add(server)
        server.login = ("alice", "changed")
        pauses = []
        for _ in range(3):
            result = scene.read(late=timedelta(days=3))
            assert result is not None
            assert result.code == "fetch.mailbox_login"
            pauses.append(scene.box().next_at - scene.now)
        assert pauses == sorted(pauses)
        assert timedelta(hours=1) < pauses[0] < pauses[-1]
        assert (scene.box().failures, scene.box().error_code) == (3, "fetch.mailbox_login")
        with pytest.raises(FetchError, match="mailbox_login"):
            actions.change_password(scene.db, scene.settings, scene.user, scene.box().id, "wrong", now=scene.clock())
        actions.change_password(scene.db, scene.settings, scene.user, scene.box().id, "changed", now=scene.clock())
        server.inbox.put(letter("Un"))
        result = scene.read()
        assert result is not None
        assert (result.code, result.new) == ("ok", 1)
        assert (scene.box().failures, scene.box().error_code) == (0, None)


def test_a_full_disk_costs_no_mail_and_counts_no_try(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> bool:
        raise StoreError("store.full")

    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        scene.add(server, with_old=True)
        with monkeypatch.context() as patch:
            patch.setattr(mailboxes, "take_for", full)
            for _ in range(TRIES + 2):
                result = scene.read(late=timedelta(days=1))
                assert result is not None
                assert result.code == "store.full"
        assert (scene.box().last_uid, scene.box().failures) == (0, 0)
        scene.read(late=timedelta(days=1))
    assert scene.titles() == ["Un"]


def test_no_box_is_read_by_two_and_a_lease_of_a_dead_worker_ends(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        ident = scene.add(server, with_old=True)
        with transaction(scene.db) as tx:
            assert table.claim(tx, ident, "dead", now=scene.clock(), until=scene.clock() + LEASE) is not None
        actions.check_soon(scene.db, scene.user, ident, now=scene.clock())
        assert scene.read(holder="other") is None
        assert server.bodies() == []
        scene.now += LEASE
        assert scene.read(holder="other") == Pulled(mailbox_id=ident, code="ok", new=1)
        with transaction(scene.db) as tx:
            assert not table.advance(tx, ident, "dead", 99), "who lost the lease writes nothing any more"
        assert scene.box().last_uid == 1


def test_two_workers_at_once_bring_each_mail_once(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(*(letter(f"Nr {number}") for number in range(12)))
        scene.add(server, with_old=True)

        async def read() -> list[Pulled | None]:
            gates = [TableGate(scene.db, scene.settings, holder=f"w{n}", clock=scene.clock) for n in range(2)]
            boxes = [
                Mailboxes(scene.db, scene.settings, gate=gate, keyring=scene.keyring, clock=scene.clock)
                for gate in gates
            ]
            results = await asyncio.gather(*(box.one() for box in boxes for _ in range(2)))
            for box in boxes:
                await box.close()
            return results

        results = [result for result in asyncio.run(read()) if result]
        assert [result.new for result in results] == [12]
        assert server.bodies() == list(range(1, 13))
        assert server.most_at_once == 1


def test_a_box_that_is_taken_away_while_it_is_read_brings_no_more(scene: Scene) -> None:
    async def take_away(session: Session, tag: bytes, rest: str) -> bool:
        if rest.startswith("UID FETCH 2 ("):
            await asyncio.to_thread(actions.remove, scene.db, scene.user, ident, now=scene.clock())
        return False

    with ImapServer(trick=take_away) as server:
        server.inbox.put(letter("Un"), letter("Deux"), letter("Trois"))
        ident = scene.add(server, with_old=True)
        result = scene.read()
        assert result is not None
        assert result.new == 1
        assert server.bodies() == [1, 2]
    assert scene.titles() == ["Un"]


def test_a_worker_that_is_told_to_end_gives_the_box_back(scene: Scene) -> None:
    hanging = threading.Event()

    async def hang(session: Session, tag: bytes, rest: str) -> bool:
        if not rest.startswith("UID FETCH 2 ("):
            return False
        hanging.set()
        await asyncio.sleep(3_600)
        return True

    with ImapServer(trick=hang) as server:
        server.inbox.put(letter("Un"), letter("Deux"))
        scene.add(server, with_old=True)

        async def end() -> None:
            gate = TableGate(scene.db, scene.settings, holder="w", clock=scene.clock)
            boxes = Mailboxes(scene.db, scene.settings, gate=gate, keyring=scene.keyring, clock=scene.clock)
            task = asyncio.create_task(boxes.one())
            await asyncio.to_thread(hanging.wait)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await boxes.close()

        asyncio.run(end())
        server.trick = None
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=1)
    assert scene.titles() == ["Deux", "Un"]


def test_a_worker_that_is_told_to_end_while_it_claims_gives_the_box_back(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        scene.add(server, with_old=True)

        async def end() -> None:
            gate = TableGate(scene.db, scene.settings, holder="w", clock=scene.clock)
            boxes = Mailboxes(scene.db, scene.settings, gate=gate, keyring=scene.keyring, clock=scene.clock)
            task = asyncio.create_task(boxes.one())
            await asyncio.sleep(0)  # it has begun
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await boxes.close()

        asyncio.run(end())
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok", new=1)


def test_a_mail_far_away_is_found_a_round_later(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        far = WINDOW * MAX_WINDOWS + 5
        server.inbox.mails[0].uid, server.inbox.uid_next = far, far + 1
        scene.add(server, with_old=True)
        assert scene.read() == Pulled(mailbox_id=scene.box().id, code="ok")
        assert scene.box().last_uid == WINDOW * MAX_WINDOWS
        assert scene.read(late=SOON) == Pulled(mailbox_id=scene.box().id, code="ok", new=1)


def test_a_sender_that_was_unsubscribed_from_is_passed_over(scene: Scene) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        scene.add(server, with_old=True)
        scene.read()
        with scene.db.reading() as tx:
            ident = tx.value("SELECT id FROM subscription WHERE user_id = :user", user=scene.user.id)
        subscriptions.unsubscribe(scene.db, scene.user, ident, now=scene.clock())
        server.inbox.put(letter("Deux"), letter("Trois", sender="Other <o@other.example>"))
        assert scene.read(late=2 * EVERY) == Pulled(mailbox_id=scene.box().id, code="ok", new=1)
    assert scene.titles() == ["Trois"]


def test_who_has_too_many_subscriptions_is_told_and_loses_no_mail(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ImapServer() as server:
        server.inbox.put(letter("Un"))
        scene.add(server, with_old=True)
        with monkeypatch.context() as patch:
            patch.setattr(mail_refresh, "MAX_SUBSCRIPTIONS", 0)
            for _ in range(TRIES + 2):
                result = scene.read(late=timedelta(days=4))
                assert result is not None
                assert result.code == "fetch.mailbox_full"
        scene.read(late=timedelta(days=4))
    assert scene.titles() == ["Un"]


def test_a_box_whose_password_cannot_be_read_says_so(scene: Scene) -> None:
    with ImapServer() as server:
        scene.add(server)
        scene.keyring.path.unlink()
        result = scene.read(late=2 * EVERY)
        assert result is not None
        assert result.code == "store.secret"
        assert scene.box().error_code == "store.secret"


def test_the_password_is_kept_encrypted(scene: Scene) -> None:
    with ImapServer() as server:
        scene.add(server)
    assert ALICE[1].encode() not in scene.box().login
    assert base64.b64encode(ALICE[1].encode()) not in scene.box().login


def test_a_box_that_cannot_be_opened_is_not_added(scene: Scene) -> None:
    with ImapServer() as server:
        for more, code in (
            ({"password": "wrong"}, "fetch.mailbox_login"),
            ({"folder": "Nowhere"}, "fetch.mailbox_folder"),
            ({"security": "tls"}, "fetch.no_tls"),
            ({"security": "starttls"}, "fetch.mailbox_insecure"),
        ):
            with pytest.raises(FetchError) as caught:
                scene.add(server, **more)
            assert caught.value.code == code
    with scene.db.reading() as tx:
        assert table.of_user(tx, scene.user.id) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "imap.example.org/x"),
        ("host", ""),
        ("port", 0),
        ("port", 65_536),
        ("user", ""),
        ("user", "a:b"),
        ("user", "a\r\nA2 DELETE INBOX"),
        ("password", "x\0"),
        ("password", ""),
        ("password", "\ud800"),
        ("folder", "IN\nBOX"),
        ("folder", "x" * 400),
    ],
)
def test_what_cannot_be_sent_is_refused_by_the_name_of_its_field(scene: Scene, field: str, value: object) -> None:
    with ImapServer() as server:
        with pytest.raises(ActionError) as caught:
            scene.add(server, **{field: value})
        assert (caught.value.code, caught.value.detail) == ("action.bad_mailbox", field)
        assert server.connections == 0


def test_a_mailbox_is_added_once_and_not_without_end(scene: Scene) -> None:
    with ImapServer() as server:
        scene.add(server)
        with pytest.raises(ActionError, match=r"action\.mailbox_known"):
            scene.add(server)
        for number in range(MAX_MAILBOXES - 1):
            server.folders[f"F{number}"] = server.inbox
            scene.add(server, folder=f"F{number}")
        server.folders["more"] = server.inbox
        with pytest.raises(ActionError, match=r"action\.too_many_mailboxes"):
            scene.add(server, folder="more")


def test_where_the_operator_forbids_it_nothing_is_read(scene: Scene) -> None:
    with ImapServer() as server:
        ident = scene.add(server)
        scene.settings = Settings(mailboxes="off", secret_file=scene.keyring.path)
        deeds: tuple[Callable[[], object], ...] = (
            lambda: scene.add(server, folder="x"),
            lambda: actions.check_now(scene.db, scene.settings, scene.user, ident, now=scene.clock()),
        )
        for deed in deeds:
            with pytest.raises(ActionError, match=r"action\.mailboxes_off"):
                deed()
        assert server.connections == 1


@pytest.mark.parametrize(("setting", "connections"), [("on", 2), ("off", 1)])
def test_a_round_of_the_worker_reads_mailboxes_where_the_operator_lets_it(
    scene: Scene, setting: str, connections: int
) -> None:
    with ImapServer() as server:
        scene.add(server)
        settings = replace(scene.settings, mailboxes=setting)
        refresher = Refresher(scene.db, settings, version="1", holder="w", clock=scene.clock)
        asyncio.run(refresher.run_once())
        assert server.connections == connections


def test_nobody_touches_anothers_mailbox(scene: Scene, cast: Cast) -> None:
    with ImapServer() as server:
        ident = scene.add(server)
        now: datetime = scene.clock()
        deeds: tuple[Callable[[], object], ...] = (
            lambda: actions.remove(scene.db, cast.mallory, ident, now=now),
            lambda: actions.check_soon(scene.db, cast.mallory, ident, now=now),
            lambda: actions.check_now(scene.db, scene.settings, cast.mallory, ident, now=now),
            lambda: actions.change_password(scene.db, scene.settings, cast.mallory, ident, ALICE[1], now=now),
        )
        for deed in deeds:
            with pytest.raises(NotFound):
                deed()
        assert server.connections == 1


def test_checking_a_box_by_hand_reads_it_at_once(scene: Scene) -> None:
    with ImapServer() as server:
        ident = scene.add(server)
        scene.read()
        server.inbox.put(letter("Un"))
        done = actions.check_now(scene.db, scene.settings, scene.user, ident, now=scene.clock())
        assert done == Pulled(mailbox_id=ident, code="ok", new=1)


def test_an_account_that_goes_takes_its_mailboxes_along(scene: Scene) -> None:
    with ImapServer() as server:
        scene.add(server)
        with transaction(scene.db) as tx:
            tx.run("DELETE FROM users WHERE id = :id", id=scene.user.id)
        assert scene.read() is None


def test_few_mails_are_read_at_once(scene: Scene) -> None:
    """The intake and the mailboxes share the threads for it."""
    most: list[int] = []
    running: list[None] = []

    def take() -> None:
        running.append(None)
        most.append(len(running))
        gate.wait(0.05)
        running.pop()

    gate = threading.Event()

    async def many() -> None:
        await asyncio.gather(*(mail_refresh.in_turn(take) for _ in range(10)))

    asyncio.run(many())
    assert max(most) == mail_refresh.AT_ONCE


def test_every_failure_is_one_of_ours(scene: Scene) -> None:
    with pytest.raises(DatelineError):
        actions.add(
            scene.db,
            scene.settings,
            scene.user,
            Wish(host="127.0.0.1", port=1, security="none", user="a", password="b"),
            now=scene.now,
        )
