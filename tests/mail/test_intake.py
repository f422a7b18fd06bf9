"""Newsletters over real LMTP and SMTP: what was answered 250 is stored, what is not stored was not answered 250."""

import asyncio
import os
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import pytest
from tests.conftest import NOW
from tests.parse.test_mail import mail as message
from tests.people import Cast, make_cast

from dateline.actions import accounts, exporting, newsletters, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.mail import Intake
from dateline.mail.limits import A_LINE, MAILS, SECONDS, SMALL, Pace, Room, weight
from dateline.model import Stream, User
from dateline.refresh.mail import take_sent
from dateline.refresh.tidy import tidy
from dateline.settings import Settings
from dateline.store import Database, feeds, leases, streams
from dateline.store import mail as mail_store
from dateline.store.write import transaction

SETTINGS = Settings(mail_listen="127.0.0.1:0", mail_domain="news.example")
SENDER = "lettre@phare.example"


@contextmanager
def listening(db: Database, now: datetime) -> Iterator[int]:
    """The intake in a loop and thread of its own. Its port."""
    ready = threading.Event()
    told: dict[str, Callable[[], object]] = {}
    ports: list[int] = []

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        told["stop"] = lambda: loop.call_soon_threadsafe(stop.set)
        intake = Intake(db, SETTINGS, lambda: now)
        await intake.start()
        ports.append(intake.port)
        ready.set()
        await stop.wait()
        await intake.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(20)
        yield ports[0]
    finally:
        told["stop"]()
        thread.join(20)


@pytest.fixture
def port(db: Database, now: datetime) -> Iterator[int]:
    with listening(db, now) as number:
        yield number


def address_of(db: Database, user: User, now: datetime) -> str:
    return newsletters.add_address(db, SETTINGS, user, now=now)


def titles(db: Database, user: User) -> list[str]:
    accounts.catch_up(db, user.id, now=NOW)
    with db.reading() as tx:
        page = streams.read(tx, user.id, Stream(kind="all", shown="unread"), limit=50)
    return [entry.title for entry in page.entries]


@pytest.mark.parametrize("door", [smtplib.SMTP, smtplib.LMTP])
def test_a_newsletter_becomes_an_entry_of_its_readers_feed_alone(
    db: Database, cast: Cast, now: datetime, port: int, door: type[smtplib.SMTP]
) -> None:
    address = address_of(db, cast.alice, now)
    with door("127.0.0.1", port) as client:
        assert client.sendmail(SENDER, [address], message(html="<p>x<script>1</script></p>", Message_ID="<1@x>")) == {}
        assert client.sendmail(SENDER, [address.upper()], message(Message_ID="<1@x>", Subject="again")) == {}
    assert titles(db, cast.alice) == ["Un"]
    assert titles(db, cast.bob) == []
    with db.reading() as tx:
        feed = feeds.find(tx, "mailto:lettre@phare.example", cast.alice.id)
        assert feed is not None
        assert (feed.kind, feed.title, feed.site_url) == ("mail", "Le Phare", "https://phare.example/")
        assert tx.value("SELECT next_at FROM feed WHERE id = :id", id=feed.id) is None
        assert feeds.find(tx, "mailto:lettre@phare.example") is None


def test_lmtp_answers_for_each_recipient(db: Database, cast: Cast, now: datetime, port: int) -> None:
    ours = [address_of(db, cast.alice, now), address_of(db, cast.bob, now)]
    unsubscribed(db, cast.bob, ours[1], now)
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        assert [client.rcpt(address)[0] for address in (*ours, "nobody@news.example")] == [250, 250, 550]
        code, answer = client.data(message(Message_ID="<3@x>", Subject="Trois"))
        assert (code, answer) == (250, b"2.0.0 Stored")
        assert client.getreply() == (550, b"5.7.1 The reader unsubscribed")
        assert client.noop()[0] == 250
    assert titles(db, cast.alice) == ["Trois"]


def unsubscribed(db: Database, user: User, address: str, now: datetime) -> int:
    """A sender that wrote once and was unsubscribed from. Its feed."""
    take_sent(db, address.partition("@")[0], message(Message_ID="<0@x>"), now=now)
    with db.reading() as tx:
        feed = feeds.find(tx, "mailto:lettre@phare.example", user.id)
        assert feed is not None
        subscription_id = tx.value("SELECT id FROM subscription WHERE feed_id = :feed", feed=feed.id)
    subscriptions.unsubscribe(db, user, subscription_id, now=now)
    return feed.id


def test_who_was_unsubscribed_from_is_refused_until_heard_again(
    db: Database, cast: Cast, now: datetime, port: int
) -> None:
    address = address_of(db, cast.alice, now)
    feed_id = unsubscribed(db, cast.alice, address, now)
    with smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, [address], message(Message_ID="<1@x>"))
        assert refused.value.smtp_code == 550
        with pytest.raises(NotFound):
            newsletters.hear_again(db, cast.mallory, feed_id, now=now)
        newsletters.hear_again(db, cast.alice, feed_id, now=now)
        client.sendmail(SENDER, [address], message(Message_ID="<1@x>", Subject="Back"))
    assert titles(db, cast.alice) == ["Back"]


def test_only_addresses_of_ours_are_taken_and_one_a_mail_over_smtp(
    db: Database, cast: Cast, now: datetime, port: int
) -> None:
    address = address_of(db, cast.alice, now)
    token = address.partition("@")[0]
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail(SENDER)
        assert client.rcpt("somebody@elsewhere.example")[0] == 550
        assert client.rcpt(f"{token}x@news.example")[0] == 550
        assert client.rcpt(f"{'x' * 10_000}@news.example")[0] in (500, 550)
        assert client.rcpt(f"{token}@elsewhere.example")[0] == 550
        assert client.rcpt(address)[0] == 250
        assert client.rcpt(address)[0] == 452
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] >= 500
        assert client.docmd("VRFY", address)[0] != 250
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed") == 0


def test_what_cannot_be_stored_now_stays_with_the_sender(sqlite_db: Database, now: datetime) -> None:
    """The table is away for a while: nothing is answered 250, and the second try brings it."""
    alice = make_cast(sqlite_db, now).alice
    address = address_of(sqlite_db, alice, now)
    with listening(sqlite_db, now) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(SENDER, [address], message(Message_ID="<0@x>"))
        with transaction(sqlite_db) as tx:
            tx.run("ALTER TABLE entry_body RENAME TO elsewhere")
        with pytest.raises(smtplib.SMTPDataError) as later:
            client.sendmail(SENDER, [address], message(Message_ID="<1@x>"))
        assert later.value.smtp_code == 451
        with transaction(sqlite_db) as tx:
            tx.run("ALTER TABLE elsewhere RENAME TO entry_body")
        client.sendmail(SENDER, [address], message(Message_ID="<1@x>", Subject="Deux"))
    assert sorted(titles(sqlite_db, alice)) == ["Deux", "Un"]


def test_a_mail_that_breaks_off_leaves_nothing(db: Database, cast: Cast, now: datetime, port: int) -> None:
    address = address_of(db, cast.alice, now)
    with socket.create_connection(("127.0.0.1", port)) as line:
        text = f"LHLO x\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode() + message()
        line.sendall(text)
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail(SENDER, [address], message(Subject="Whole"))
    assert titles(db, cast.alice) == ["Whole"]


def test_a_line_without_an_end_ends_the_connection(db: Database, cast: Cast, now: datetime, port: int) -> None:
    address = address_of(db, cast.alice, now)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"EHLO x\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode())
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            line.sendall(b"x" * 200_000_000)
    with smtplib.LMTP("127.0.0.1", port) as client:
        assert client.noop()[0] == 250


LINE = b"%0900d\r\n" % 7
LARGE = LINE * (2 * SMALL // weight(LINE))


def beginning(port: int, address: str, number: int, text: bytes = LARGE) -> smtplib.LMTP:
    """A mail that has begun, and does not end."""
    client = smtplib.LMTP("127.0.0.1", port, timeout=30)
    client.ehlo_or_helo_if_needed()
    client.mail(SENDER)
    client.rcpt(address)
    client.putcmd("data")
    assert client.getreply()[0] == 354
    head = message(Subject=f"Mail {number}", Message_ID=f"<{number}@x>").replace(b"\n", b"\r\n")
    send(client, head + text)
    return client


def send(client: smtplib.LMTP, text: bytes) -> None:
    assert client.sock is not None
    client.sock.sendall(text)


END = b"\r\n.\r\n"


def test_large_mails_wait_for_each_other_and_small_ones_for_none(
    db: Database, cast: Cast, now: datetime, port: int
) -> None:
    """Sixteen of ten megabytes would fit into no small machine: they come one after the other, and none is lost."""
    address = address_of(db, cast.alice, now)
    first, second, third = (beginning(port, address, number) for number in (1, 2, 3))
    send(second, END)
    send(third, END)
    small = beginning(port, address, 4, LINE)
    send(small, END)
    assert small.getreply()[0] == 250
    assert titles(db, cast.alice) == ["Mail 4"]
    send(first, END)
    for client in (first, second, third):
        assert client.getreply()[0] == 250
    assert sorted(titles(db, cast.alice)) == ["Mail 1", "Mail 2", "Mail 3", "Mail 4"]
    for client in (first, second, third, small):
        client.close()


def test_who_goes_away_leaves_the_room_to_the_next(db: Database, cast: Cast, now: datetime, port: int) -> None:
    address = address_of(db, cast.alice, now)
    gone = [beginning(port, address, number) for number in range(3)]
    last = beginning(port, address, 9)
    send(last, END)
    for client in gone:
        client.close()
    assert last.getreply()[0] == 250
    assert titles(db, cast.alice) == ["Mail 9"]
    last.close()


def test_several_large_mails_over_one_connection(db: Database, cast: Cast, now: datetime, port: int) -> None:
    address = address_of(db, cast.alice, now)
    with smtplib.LMTP("127.0.0.1", port) as client:
        for number in range(3):
            text = message("A line.\n" * 100_000, Subject=f"{number}", Message_ID=f"<{number}@x>")
            client.sendmail(SENDER, [address], text.replace(b"\n", b"\r\n"))
    assert sorted(titles(db, cast.alice)) == ["0", "1", "2"]


def test_a_mail_of_nothing_but_lines_ends_the_connection(db: Database, cast: Cast, now: datetime, port: int) -> None:
    """Each line is an object: eight megabytes of them would take a quarter of a gigabyte."""
    client = beginning(port, address_of(db, cast.alice, now), 1, b"")
    assert client.sock is not None
    with suppress(OSError):
        for _ in range(100):
            client.sock.sendall(b"\r\n" * 40_000)
        assert client.sock.recv(1) == b""
    with pytest.raises((OSError, smtplib.SMTPServerDisconnected)):
        client.noop()
    client.close()
    assert titles(db, cast.alice) == []


def test_who_writes_to_nobody_gets_no_room(db: Database, cast: Cast, now: datetime, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as line, suppress(ConnectionError):
        line.settimeout(30)
        line.sendall(b"LHLO x\r\n")
        for _ in range(3):
            line.sendall(b"x" * SMALL + b"\r\n")
        while line.recv(1_000):
            pass
    large = beginning(port, address_of(db, cast.alice, now), 1)
    send(large, END)
    assert large.getreply()[0] == 250
    large.close()


def test_room_is_given_in_order_of_asking() -> None:
    room, told = Room(at_once=1), list[int]()
    firsts = [lambda number=number: told.append(number) for number in range(4)]
    assert [room.ask(go_on) for go_on in firsts] == [True, False, False, False]
    room.leave(firsts[2])
    for _ in range(3):
        room.give_back()
    assert told == [1, 3]
    assert room.ask(firsts[0])
    assert weight(b"a\n\n") == 3 + 2 * A_LINE


def test_a_mail_that_is_too_large_or_unreadable_is_refused(db: Database, cast: Cast, now: datetime, port: int) -> None:
    address = address_of(db, cast.alice, now)
    with smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(SENDER, [address], b"Subject: nobody\r\n\r\nx")
        assert refused.value.smtp_code == 554
        with pytest.raises(smtplib.SMTPResponseException) as large:
            client.sendmail(SENDER, [address], message() + b"x" * 78 * 1 + b"\r\n" + (b"x" * 98 + b"\r\n") * 105_000)
        assert large.value.smtp_code == 552


def test_a_removed_address_is_refused_and_nobody_removes_anothers(
    db: Database, cast: Cast, now: datetime, port: int
) -> None:
    address = address_of(db, cast.alice, now)
    with db.reading() as tx:
        (one,) = mail_store.addresses(tx, cast.alice.id)
    with pytest.raises(NotFound):
        newsletters.remove_address(db, cast.mallory, one.id, now=now)
    newsletters.remove_address(db, cast.alice, one.id, now=now)
    with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail(SENDER, [address], message())


def test_an_address_is_made_only_where_mail_is_taken(db: Database, cast: Cast, now: datetime) -> None:
    with pytest.raises(ActionError, match=r"action\.mail_off"):
        newsletters.add_address(db, Settings(), cast.alice, now=now)


def test_actualiser_never_makes_a_sender_due(db: Database, cast: Cast, now: datetime) -> None:
    take_sent(db, address_of(db, cast.alice, now).partition("@")[0], message(), now=now)
    assert subscriptions.refresh_soon(db, cast.alice, Stream(kind="all"), now=now) == 0
    with db.reading() as tx:
        ids = tx.column("SELECT id FROM feed WHERE kind = 'mail'")
    with transaction(db) as tx:
        assert leases.ask_soon(tx, ids, now + timedelta(days=1), again=True) == 0


def test_a_sender_is_not_exported_for_other_readers_to_fetch(db: Database, cast: Cast, now: datetime) -> None:
    take_sent(db, address_of(db, cast.alice, now).partition("@")[0], message(), now=now)
    assert b"phare.example" not in exporting.export_opml(db, cast.alice, now=now)


def test_upkeep_forgets_no_refusal(db: Database, cast: Cast, now: datetime) -> None:
    address = address_of(db, cast.alice, now)
    unsubscribed(db, cast.alice, address, now)
    assert tidy(db, now + timedelta(days=40)) == 1
    with pytest.raises(ActionError, match=r"action\.sender_refused"):
        take_sent(db, address.partition("@")[0], message(Message_ID="<9@x>"), now=now)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 0


def test_too_many_mails_to_one_address_wait() -> None:
    times = [0.0]
    pace = Pace(lambda: times[0])
    assert all(pace.may("a") for _ in range(MAILS))
    assert not pace.may("a")
    assert pace.may("b")
    times[0] = SECONDS + 1
    assert pace.may("a")


def test_a_mail_is_on_the_disk_before_it_is_answered(
    sqlite_db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut may take the newest commits of the embedded database, but never a mail that was taken."""
    alice = make_cast(sqlite_db, now).alice
    address = address_of(sqlite_db, alice, now)
    synced: list[int] = []
    real = os.fsync

    def fsync(number: int) -> None:
        synced.append(len(titles(sqlite_db, alice)))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with listening(sqlite_db, now) as port, smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail(SENDER, [address], message(Message_ID="<1@x>"))
        assert synced == [1]
