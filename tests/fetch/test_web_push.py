"""Web Push: encryption by the RFC's own example and from the other end, the signature, what is no browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from tests.internet import LOOPBACK
from tests.push_service import PushService, Subscribed, padded, unpadded, vapid_claims

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.web_push import MAX_TEXT, Letter, Receiver, Sender, checked, encrypted, letter
from dateline.settings import Settings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SENDER = Sender(bytes(range(64)), "https://news.example/")
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as ready:
        yield ready


def to(browser: Subscribed, text: bytes = b"{}", salt: bytes = bytes(16)) -> Letter:
    receiver = checked(browser.endpoint, browser.key, browser.secret, LOOPBACK.allowed_networks)
    return letter(text, receiver, SENDER, topic="test", ttl=timedelta(hours=1), salt=salt, now=NOW)


def test_the_example_of_rfc_8291_appendix_a_is_encrypted_byte_for_byte() -> None:
    receiver = Receiver(endpoint="https://push.example.net/push/x", key=padded(POINT), secret=padded(SECRET))
    number = int.from_bytes(padded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        receiver,
        salt=padded("DGv6ra1nlYgDCS1FRnbzlw"),
        key=ec.derive_private_key(number, ec.SECP256R1()),
    )
    assert unpadded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("text", [b"", b"x", "é".encode() * (MAX_TEXT // 2), b"ends with two\x02"])
def test_only_the_browser_that_it_is_for_reads_it(text: bytes) -> None:
    browser, other = Subscribed("https://push.example/1"), Subscribed("https://push.example/2")
    body = to(browser, text).body
    assert len(body) <= 4_096
    assert browser.decrypted(body) == text
    with pytest.raises(InvalidTag):
        other.decrypted(body)
    with pytest.raises(ValueError, match="3000"):
        to(browser, bytes(MAX_TEXT + 1))


def test_how_long_a_letter_is_tells_hardly_anything() -> None:
    browser = Subscribed("https://push.example/1")
    assert len({len(to(browser, bytes(length)).body) for length in range(0, 1_023, 31)}) == 1
    assert len({len(to(browser, bytes(length)).body) for length in range(0, MAX_TEXT, 31)}) == 3


def test_no_two_letters_share_a_key() -> None:
    browser = Subscribed("https://push.example/1")
    assert to(browser).body[21:86] != to(browser).body[21:86]


def test_the_signature_says_for_which_service_it_holds_until_when_and_who_answers() -> None:
    claims = vapid_claims(SENDER.authorization("https://push.example:8443/some/where?x", NOW))
    assert claims["aud"] == "https://push.example:8443"
    assert timedelta(0) < datetime.fromtimestamp(claims["exp"], UTC) - NOW <= timedelta(hours=24)
    assert claims["sub"] == "https://news.example/"
    assert claims["k"] == SENDER.public == Sender(bytes(range(64)), "x").public != Sender(bytes(64), "x").public
    with pytest.raises(InvalidSignature):
        vapid_claims(SENDER.authorization("https://a.example/", NOW).replace("t=eyJ0", "t=eyJ1"))


@pytest.mark.parametrize("seed", [bytes(64), b"\xff" * 64])
def test_a_key_is_made_of_any_seed(seed: bytes) -> None:
    assert len(padded(Sender(seed, "x").public)) == 65


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "push.example/1",
        "http://push.example/1",
        "http://127.0.0.1.nip.io/1",
        "http://10.0.0.1/1",
        "ftp://push.example/1",
        "javascript:alert(1)",
        "https://user:password@push.example/1",
        "https://:x@push.example/",
        "https://@push.example/",
        "https:///1",
        "https://push.example/" + "x" * 1_500,
        "https://push.example/\ud800" * 2_000,
        " https://push.example/",
        "https://[::1",
    ],
)
def test_what_is_no_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(FetchError, match=r"fetch\.bad_url"):
        checked(endpoint, POINT, SECRET, LOOPBACK.allowed_networks)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("", SECRET),
        (POINT[:-4], SECRET),
        (unpadded(bytes(65)), SECRET),
        (unpadded(b"\x04" + bytes(64)), SECRET),
        (unpadded(b"\x02" + padded(POINT)[1:33]), SECRET),
        (unpadded(b"\x06" + padded(POINT)[1:]), SECRET),
        (POINT.replace("B", "!", 1), SECRET),
        ("é" * 88, SECRET),
        (POINT * 10_000, SECRET),
        (POINT, ""),
        (POINT, unpadded(bytes(15))),
        (POINT, unpadded(bytes(17))),
        (POINT, "\ud800"),
    ],
)
def test_what_is_no_key_of_the_curve_is_refused(key: str, secret: str) -> None:
    with pytest.raises(FetchError, match=r"fetch\.bad_url"):
        checked("https://push.example/1", key, secret)


def test_keys_come_with_padding_or_without() -> None:
    assert checked("https://push.example/1", POINT + "=", SECRET + "==").key == padded(POINT)


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_a_service_that_takes_it_got_it_whole(service: PushService, status: int) -> None:
    service.status = status
    async with Client(LOOPBACK, version="1.2") as client:
        await client.send_letter(to(service.browser(), b'{"a":"\xc3\xa9"}'), deadline=10)
    (received,) = service.received
    assert received.json == {"a": "é"}
    headers = {name.lower(): value for name, value in received.headers.items()}
    assert (headers["ttl"], headers["urgency"], headers["topic"]) == ("3600", "normal", "test")
    assert (headers["content-encoding"], headers["content-type"]) == ("aes128gcm", "application/octet-stream")
    assert vapid_claims(headers["authorization"])["aud"] == service.origin
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, "fetch.unexpected_status"),
        (302, "fetch.unexpected_status"),
        (307, "fetch.redirects"),
        (308, "fetch.redirects"),
        (400, "fetch.client_error"),
        (403, "fetch.forbidden"),
        (404, "fetch.not_found"),
        (410, "fetch.gone"),
        (413, "fetch.client_error"),
        (429, "fetch.rate_limited"),
        (500, "fetch.server_error"),
        (503, "fetch.unavailable"),
    ],
)
async def test_every_other_answer_is_a_failure_and_leads_nowhere(service: PushService, status: int, code: str) -> None:
    service.status = status
    service.headers = {"Location": f"{service.origin}/elsewhere", "Retry-After": "7"}
    async with Client(LOOPBACK, version="1.2") as client:
        with pytest.raises(FetchError) as caught:
            await client.send_letter(to(service.browser()), deadline=10)
    assert caught.value.code == code
    assert caught.value.retry_after == 7
    assert service.asked == 1


async def test_the_guard_stands_before_push_services_too(service: PushService) -> None:
    sealed = to(service.browser())
    async with Client(Settings(), version="1.2") as client:
        with pytest.raises(FetchError, match=r"fetch\.forbidden_address"):
            await client.send_letter(sealed, deadline=10)
    assert service.asked == 0
