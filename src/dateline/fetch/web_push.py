"""Web Push: a text for one browser → the request that its push service takes. Pure but for what is given in.

The text is encrypted for the browser alone (RFC 8291, in the coding of RFC 8188); the request says by a signature which
instance it comes from (VAPID, RFC 8292), so that a push service takes it from nobody else. What a browser tells of
itself is hostile: ``checked`` lets nothing through that is no address and no key.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from dateline.errors import FetchError

from .address import absolute_http_url
from .guard import Guard, Network

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

MAX_ENDPOINT = 1_500
MAX_TEXT = 3_000
"""Bytes of a text; a push service takes 4,096 with all that encryption adds (RFC 8030 §7.2)."""
SIGNED_FOR = timedelta(hours=12)
TYPE = "application/octet-stream"
_RECORD = 4_096
_FILLED = 1_024
"""A letter is as long as this, or twice or three times: its length tells a push service hardly anything."""
_POINT, _SECRET = 65, 16
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256 (SEC 2, 2.4.2)."""

Urgency = Literal["very-low", "low", "normal", "high"]


class Receiver(Struct, frozen=True, kw_only=True):
    """A browser as its push service knows it: ``key`` is a point of P-256, ``secret`` 16 bytes."""

    endpoint: str
    key: bytes
    secret: bytes


class Letter(Struct, frozen=True, kw_only=True):
    """A request to a push service: an encrypted body, and its headers but for the type."""

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


def checked(endpoint: str, key: str, secret: str, allowed_networks: Sequence[Network] = ()) -> Receiver:
    """What a browser's ``PushSubscription`` says, ``key`` (p256dh) and ``secret`` (auth) in base64url.

    The endpoint is https; plain http only at a numeric address that the operator opened. Raises ``FetchError``
    (``fetch.bad_url``, with what cannot be used as its detail).
    """
    point, shared = _decoded(key), _decoded(secret)
    if not _is_point(point):
        raise FetchError("fetch.bad_url", "key")
    if len(shared) != _SECRET:
        raise FetchError("fetch.bad_url", "secret")
    return Receiver(endpoint=_endpoint(endpoint, allowed_networks), key=point, secret=shared)


def _endpoint(text: str, allowed_networks: Sequence[Network]) -> str:
    if len(text) > MAX_ENDPOINT or not text.startswith(("https://", "http://")):
        raise FetchError("fetch.bad_url", "endpoint")
    url = absolute_http_url(text)
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise FetchError("fetch.bad_url", "endpoint")
    if parts.scheme != "https" and not Guard(allowed_networks).has_opened(parts.hostname or ""):
        raise FetchError("fetch.bad_url", "endpoint")
    return url


def _decoded(text: str) -> bytes:
    bare = text[:200].rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def encoded(raw: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _is_point(raw: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        return False
    return len(raw) == _POINT  # nor a compressed one: browsers give none (RFC 8291 §3.2)


# ------------------------------------------------------------------------------------------------ who sends (VAPID)


class Sender:
    """The instance's own key, made of ``seed`` (64 random bytes; FIPS 186-5 A.2.1), and who answers for it."""

    def __init__(self, seed: bytes, contact_url: str) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        if len(seed) != 64:
            raise ValueError("64 bytes are needed")
        self._key = ec.derive_private_key(int.from_bytes(seed, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        self._contact_url = contact_url
        self.public = encoded(point_of(self._key))
        """What a browser is told, so that it takes messages of this instance alone (``applicationServerKey``)."""

    def authorization(self, endpoint: str, now: datetime) -> str:
        """The header that lets us send to ``endpoint`` (RFC 8292 §3)."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + SIGNED_FOR).timestamp()),
            "sub": self._contact_url,
        }
        head = {"typ": "JWT", "alg": "ES256"}
        token = ".".join(encoded(msgspec.json.encode(part)) for part in (head, claims))
        numbers = decode_dss_signature(self._key.sign(token.encode(), ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(32, "big") for number in numbers)
        return f"vapid t={token}.{encoded(signature)}, k={self.public}"


def point_of(key: "ec.EllipticCurvePrivateKey") -> bytes:
    """The public half, uncompressed (65 bytes)."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


# ------------------------------------------------------------------------------------------------ what is sent


def letter(
    text: bytes,
    receiver: Receiver,
    sender: Sender,
    *,
    topic: str,
    ttl: timedelta,
    urgency: Urgency = "normal",
    salt: bytes,
    now: datetime,
) -> Letter:
    """A text, sealed and signed. ``topic`` (at most 32 signs of base64url) takes the place of what still waits under
    it; after ``ttl`` nobody needs it any more. ``salt`` is 16 random bytes. Raises ``ValueError`` beyond 3,000 bytes.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    headers = (
        ("Authorization", sender.authorization(receiver.endpoint, now)),
        ("Content-Encoding", "aes128gcm"),
        ("TTL", f"{ttl.total_seconds():.0f}"),
        ("Urgency", urgency),
        ("Topic", topic),
    )
    key = ec.generate_private_key(ec.SECP256R1())
    body = encrypted(text, receiver, salt=salt, key=key, filled=-(len(text) + 1) % _FILLED)
    return Letter(url=receiver.endpoint, body=body, headers=headers)


def encrypted(
    text: bytes, receiver: Receiver, *, salt: bytes, key: "ec.EllipticCurvePrivateKey", filled: int = 0
) -> bytes:
    """A text for one browser (RFC 8291 §3.4): ``key`` is made for this text alone; ``filled`` zeros stand behind it.

    Raises ``ValueError``.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(text) > MAX_TEXT:
        raise ValueError(f"at most {MAX_TEXT} bytes")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver.key)
    ours = point_of(key)
    shared = key.exchange(ec.ECDH(), theirs)
    material = _expanded(_hmac(receiver.secret, shared), b"WebPush: info\0" + receiver.key + ours)
    pseudo = _hmac(salt, material)
    content_key = _expanded(pseudo, b"Content-Encoding: aes128gcm\0")[:16]
    nonce = _expanded(pseudo, b"Content-Encoding: nonce\0")[:12]
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    # 2 ends the last record, zeros fill it (RFC 8188 §2)
    return head + AESGCM(content_key).encrypt(nonce, text + b"\x02" + bytes(filled), None)


def _expanded(key: bytes, info: bytes) -> bytes:
    """The first 32 bytes of HKDF-Expand (RFC 5869)."""
    return _hmac(key, info + b"\x01")


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")
