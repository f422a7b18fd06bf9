"""Folders over real IMAP: what is new is found by UID and read without a trace; no server, however odd, does harm."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fetch.conftest import Identity, ScriptedResolver
from tests.imap import ALICE, ImapServer, Session
from tests.internet import LOOPBACK

from dateline.errors import FetchError
from dateline.fetch import imap_talk, imap_wire
from dateline.fetch.imap import Folder, Imap
from dateline.fetch.imap_words import fetched, folder_name, internal_date, with_strings
from dateline.fetch.mailbox import Letter, Login, Security, host_name
from dateline.settings import Settings

MAIL = b'From: a@b.example\r\nSubject: {}\r\n\r\nHello ("there") {3}\r\n'


@pytest.fixture
async def imap() -> AsyncIterator[Imap]:
    async with Imap(LOOPBACK) as ready:
        yield ready


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as ready:
        yield ready


def login(server: ImapServer, *, security: Security = "none", password: str = ALICE[1], folder: str = "INBOX") -> Login:
    return Login(host="127.0.0.1", port=server.port, security=security, user=ALICE[0], password=password, folder=folder)


async def refusal(imap: Imap, wanted: Login) -> FetchError:
    with pytest.raises(FetchError) as caught:
        async with imap.opened(wanted) as folder:
            await read_all(folder)
    return caught.value


async def read_all(folder: Folder, after: int = 0) -> list[bytes | None]:
    listing = await folder.newer(after, 100)
    return [await folder.message(letter.uid, max_bytes=1_000_000) for letter in listing.letters]


async def test_what_is_new_is_found_by_uid_and_read_without_a_trace(imap: Imap, server: ImapServer) -> None:
    server.inbox.put(MAIL, MAIL + b"2", MAIL + b"3", MAIL + b"4")
    async with imap.opened(login(server)) as folder:
        assert (folder.count, folder.uid_validity, folder.uid_next) == (4, 7, 5)
        listing = await folder.newer(1, 2)
        assert [(letter.uid, letter.size) for letter in listing.letters] == [(2, len(MAIL) + 1), (3, len(MAIL) + 1)]
        assert listing.has_more
        assert await folder.message(2, max_bytes=1_000) == MAIL + b"2"
        assert await folder.message(99, max_bytes=1_000) is None
        assert await folder.newer(4, 10) == imap_listing(4)
    assert server.flags == []
    assert server.asked[-1] == "LOGOUT"


def imap_listing(empty_to: int) -> object:
    from dateline.fetch.mailbox import Listing

    return Listing(letters=(), empty_to=empty_to, has_more=False)


async def test_gaps_between_uids_are_walked_through(imap: Imap, server: ImapServer) -> None:
    server.inbox.put(MAIL)
    server.inbox.mails[0].uid, server.inbox.uid_next = 30_000, 70_000
    async with imap.opened(login(server)) as folder:
        (letter,) = (await folder.newer(0, 10)).letters
        assert letter.uid == 30_000
        assert (await folder.newer(30_000, 10)).empty_to == 69_999


async def test_a_server_that_does_not_say_uidnext_is_asked_for_its_last_mail(imap: Imap) -> None:
    with ImapServer(says_uid_next=False) as server:
        async with imap.opened(login(server)) as folder:
            assert folder.uid_next == 1
        server.inbox.put(MAIL, MAIL)
        async with imap.opened(login(server)) as folder:
            assert folder.uid_next == 3


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"])
async def test_tls_from_the_first_byte_or_before_the_first_secret(identity: Identity, capabilities: str) -> None:
    async with Imap(LOOPBACK, tls=identity.client) as imap:
        for server, security in (
            (ImapServer(tls=identity.server, capabilities=capabilities), "tls"),
            (ImapServer(starttls=identity.server, capabilities=capabilities), "starttls"),
        ):
            with server:
                server.inbox.put(MAIL)
                assert security in ("tls", "starttls")
                async with imap.opened(login(server, security="tls" if security == "tls" else "starttls")) as folder:
                    assert await read_all(folder) == [MAIL]


async def test_a_certificate_that_nobody_vouches_for_is_refused(imap: Imap, identity: Identity) -> None:
    with ImapServer(tls=identity.server) as server:
        assert (await refusal(imap, login(server, security="tls"))).code == "fetch.tls"
    with ImapServer(starttls=identity.server) as server:
        assert (await refusal(imap, login(server, security="starttls"))).code == "fetch.tls"
        assert not any(line.startswith(("LOGIN", "AUTH")) for line in server.asked)


async def test_a_mail_server_that_speaks_no_tls_is_told_from_a_bad_certificate(imap: Imap, server: ImapServer) -> None:
    assert (await refusal(imap, login(server, security="tls"))).code == "fetch.no_tls"
    assert not any(line.startswith(("LOGIN", "AUTH")) for line in server.asked)


async def test_no_secret_is_said_where_starttls_is_not_offered(imap: Imap, server: ImapServer) -> None:
    assert (await refusal(imap, login(server, security="starttls"))).code == "fetch.mailbox_insecure"
    assert not any(line.startswith(("LOGIN", "AUTH")) for line in server.asked)


async def test_nothing_said_before_tls_is_believed_inside(identity: Identity) -> None:
    """The answer to a command of later, sent together with the consent to STARTTLS (CVE-2011-0411)."""

    async def inject(session: Session, tag: bytes, rest: str) -> bool:
        if rest != "STARTTLS":
            return False
        await session.send(tag + b" OK begin\r\nA1 OK welcome\r\n")
        return True

    async with Imap(LOOPBACK, tls=identity.client) as imap:
        with ImapServer(starttls=identity.server, trick=inject) as server:
            assert (await refusal(imap, login(server, security="starttls"))).code == "fetch.mailbox_protocol"


async def test_without_tls_only_into_networks_that_the_operator_opened(server: ImapServer) -> None:
    resolver = ScriptedResolver(lambda host, asked: ["93.184.216.34"])
    async with Imap(LOOPBACK, resolver=resolver) as imap:
        wanted = Login(host="mail.example", port=143, security="none", user="a", password="b")
        assert (await refusal(imap, wanted)).code == "fetch.mailbox_insecure"
    async with Imap(Settings()) as imap:
        assert (await refusal(imap, login(server))).code in ("fetch.mailbox_insecure", "fetch.forbidden_address")
    assert server.connections == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_into_a_private_network_is_refused(server: ImapServer, address: str) -> None:
    async with Imap(Settings(), resolver=ScriptedResolver(lambda host, asked: [address])) as imap:
        for security in ("tls", "starttls"):
            wanted = Login(
                host="mail.example",
                port=server.port,
                security="tls" if security == "tls" else "starttls",
                user="a",
                password="b",
            )
            assert (await refusal(imap, wanted)).code == "fetch.forbidden_address"
    assert server.connections == 0


async def test_a_name_is_looked_up_for_each_connection(server: ImapServer) -> None:
    """Rebinding: what was public yesterday is private today."""
    resolver = ScriptedResolver(lambda host, asked: ["192.0.2.1"] if asked else ["127.0.0.1"])
    async with Imap(LOOPBACK, resolver=resolver) as imap:
        wanted = Login(host="mail.example", port=server.port, security="none", user=ALICE[0], password=ALICE[1])
        async with imap.opened(wanted):
            pass
        assert (await refusal(imap, wanted)).code == "fetch.mailbox_insecure"


async def test_wrong_passwords_and_folders_have_codes_of_their_own(imap: Imap, server: ImapServer) -> None:
    assert (await refusal(imap, login(server, password="no"))).code == "fetch.mailbox_login"
    assert (await refusal(imap, login(server, folder="Lettres"))).code == "fetch.mailbox_folder"
    server.capabilities = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2"
    assert (await refusal(imap, login(server))).code == "fetch.mailbox_login"


async def test_names_and_passwords_of_any_letters_are_sent(imap: Imap) -> None:
    for capabilities in ("IMAP4rev1", "IMAP4rev1 AUTH=PLAIN"):
        with ImapServer(capabilities=capabilities, login=("élise", "mot de passe: é€")) as server:
            server.folders['&AMk-t&AOk- &- "x"'] = server.inbox
            wanted = Login(
                host="127.0.0.1",
                port=server.port,
                security="none",
                user="élise",
                password="mot de passe: é€",
                folder='Été & "x"',
            )
            async with imap.opened(wanted) as folder:
                assert folder.uid_validity == 7


async def test_a_password_that_a_server_repeats_is_not_shown(imap: Imap) -> None:
    token = base64.b64encode(f"\0{ALICE[0]}\0{ALICE[1]}".encode()).decode()

    async def repeat(session: Session, tag: bytes, rest: str) -> bool:
        if not rest.startswith("LOGIN"):
            return False
        await session.say(tag + f" NO {ALICE[1]} and {token} are wrong".encode())
        return True

    with ImapServer(trick=repeat) as server:
        error = await refusal(imap, login(server))
        assert error.code == "fetch.mailbox_login"
        assert ALICE[1] not in str(error)
        assert token not in str(error)


async def test_what_is_not_imap_is_told_from_what_does_not_want_to_talk(imap: Imap) -> None:
    for greeting, code in (
        (b"220 mail.example ESMTP", "fetch.mailbox_protocol"),
        (b"HTTP/1.1 400 Bad Request", "fetch.mailbox_protocol"),
        (b"* PREAUTH welcome", "fetch.mailbox_protocol"),
        (b"* BYE too many", "fetch.mailbox_refused"),
        (b"", "fetch.mailbox_protocol"),
        (b"\xff\x00{12}", "fetch.mailbox_protocol"),
    ):
        with ImapServer(greeting=greeting) as server:
            assert (await refusal(imap, login(server))).code == code, greeting


async def test_a_server_that_is_busy_is_not_a_wrong_password(imap: Imap) -> None:
    async def busy(session: Session, tag: bytes, rest: str) -> bool:
        if not rest.startswith("LOGIN"):
            return False
        await session.say(tag + b" NO [UNAVAILABLE] later")
        return True

    with ImapServer(trick=busy) as server:
        assert (await refusal(imap, login(server))).code == "fetch.mailbox_refused"


HOSTILE = {
    "an endless line": (b"* 1 FETCH (UID " + b"1" * 1_000_000, "fetch.mailbox_protocol"),
    "a huge literal": (b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nx", "fetch.too_large"),
    "a huge literal in an odd place": (b"* {99999999}\r\nx", "fetch.too_large"),
    "many large literals": (
        (b"* 1 FETCH (BODY[] {900000}\r\n" + b"x" * 900_000 + b")\r\n") * 9,
        "fetch.mailbox_protocol",
    ),
    "a wrong tag": (b"Z9 OK done\r\n", "fetch.mailbox_protocol"),
    "no tag": (b"\r\n", "fetch.mailbox_protocol"),
    "answers without an end": (b"* 1 EXISTS\r\n" * 300_000, "fetch.mailbox_protocol"),
    "a request for more": (b"+ more\r\n", "fetch.mailbox_protocol"),
    "good-bye": (b"* BYE out of order\r\n", "fetch.mailbox_refused"),
    "the end": (b"", "fetch.mailbox_refused"),
    "half a mail": (b"* 1 FETCH (UID 1 BODY[] {500}\r\nhalf", "fetch.mailbox_refused"),
    "no": (b"TAG NO go away\r\n", "fetch.mailbox_refused"),
    "bad": (b"TAG BAD syntax\r\n", "fetch.mailbox_refused"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_answer_to_a_fetch_ends_with_a_code(imap: Imap, name: str) -> None:
    raw, code = HOSTILE[name]

    async def trick(session: Session, tag: bytes, rest: str) -> bool:
        if "BODY" not in rest:
            return False
        await session.send(raw.replace(b"TAG", tag))
        session.writer.close()
        return True

    with ImapServer(trick=trick) as server:
        server.inbox.put(MAIL)
        error = await refusal(imap, login(server))
        assert error.code == code, str(error)
        if name == "good-bye":
            assert "out of order" in error.detail


NONSENSE = (
    b"* 1 FETCH (",
    b"* 1 FETCH )))))",
    b'* 1 FETCH (UID "1',
    b"* 1 FETCH (UID 1 BODY[] NIL)",
    b"* 1 FETCH (UID 18446744073709551616 RFC822.SIZE -1)",
    b"* 1 FETCH (UID 1 RFC822.SIZE 99999999999999999999)",
    b"* 1 FETCH (UID x RFC822.SIZE 5)",
    b"* 99999999999999 FETCH (UID 1)",
    b"* FETCH",
    b"* ",
    b"* 1 FETCH " + b"(" * 50_000,
    b'* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE "99-Foo-0000 99:99:99 +9999")',
)


@pytest.mark.parametrize("line", NONSENSE)
async def test_answers_that_mean_nothing_are_passed_over(imap: Imap, line: bytes) -> None:
    async def trick(session: Session, tag: bytes, rest: str) -> bool:
        if "UID FETCH" not in rest:
            return False
        await session.say(line, tag + b" OK done")
        return True

    with ImapServer(trick=trick) as server:
        server.inbox.put(MAIL)
        async with imap.opened(login(server)) as folder:
            listing = await folder.newer(0, 10)
            assert all(isinstance(letter, Letter) for letter in listing.letters)
            assert await folder.message(1, max_bytes=1_000) is None


async def test_a_server_that_says_nothing_is_given_up(
    imap: Imap, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(session: Session, tag: bytes, rest: str) -> bool:
        await asyncio.sleep(3_600)
        return True

    monkeypatch.setattr(imap_wire, "SILENCE_SECONDS", 0.05)
    server.trick = silent
    assert (await refusal(imap, login(server))).code == "fetch.timeout"


async def test_a_server_that_drips_is_given_up(imap: Imap, server: ImapServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and together they would take for ever."""

    async def drip(session: Session, tag: bytes, rest: str) -> bool:
        while True:
            await session.send(b"*")
            await asyncio.sleep(0.01)

    monkeypatch.setattr(imap_talk, "COMMAND_SECONDS", 0.3)
    server.trick = drip
    assert (await refusal(imap, login(server))).code == "fetch.timeout"


async def test_a_port_where_nobody_listens_is_a_refusal_to_connect(imap: Imap) -> None:
    with ImapServer() as server:
        pass
    assert (await refusal(imap, login(server))).code == "fetch.connect"


def test_what_people_type_as_a_server_is_made_plain() -> None:
    assert host_name(" IMAP.Example.org ") == "imap.example.org"
    assert host_name("bücher.example") == "xn--bcher-kva.example"
    assert host_name("2130706433") == "127.0.0.1"
    assert host_name("::1") == "::1"
    for odd in ("", "imap.example.org:993", "https://imap.example.org", "a b", "user@host", "x/y", "a\r\nb", "." * 300):
        with pytest.raises(FetchError):
            host_name(odd)


def test_words_are_written_and_read_as_the_standard_says() -> None:
    assert folder_name("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-"  # RFC 3501 §5.1.3
    assert with_strings(b"LOGIN", 'a"b', "é") == [b'LOGIN "a\\"b" {2}', "é".encode()]
    date = internal_date(b"17-Jul-1996 02:44:25 -0700")
    assert date is not None
    assert date.isoformat() == "1996-07-17T02:44:25-07:00"
    assert fetched([b"* 12 FETCH (FLAGS (\\Seen (x)) uid 5 BODY[] ", b"ab(c", b' X "a\\"b" Y NIL)']) == {
        b"UID": b"5",
        b"BODY[]": b"ab(c",
        b"X": b'a"b',
    }


@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=5), text=st.text(max_size=50))
def test_any_bytes_are_read_and_any_words_are_written(parts: list[bytes], text: str) -> None:
    said = fetched([b"* 1 FETCH " + parts[0], *parts[1:]])
    assert all(isinstance(value, bytes) for pair in said.items() for value in pair)
    internal_date(parts[0])
    written = b"".join(with_strings(b"EXAMINE", folder_name(text)))
    assert b"\r" not in written
    assert b"\n" not in written
