"""A push service on loopback, and the browsers that it serves: what comes is decrypted with the browser's own key."""

import base64
import hashlib
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct


def unpadded(raw: bytes) -> str:
    """base64url as browsers write it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Received(Struct, frozen=True, kw_only=True):
    """One request: for which browser, its headers, what it says once decrypted."""

    path: str
    headers: dict[str, str]
    text: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.text)


class Subscribed:
    """A browser's ``PushSubscription``: a private key that nobody else has."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = hashlib.sha256(endpoint.encode()).digest()[:16]
        self._point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key = unpadded(self._point)
        self.secret = unpadded(self._secret)

    def decrypted(self, body: bytes) -> bytes:
        """RFC 8188 §2.1 and RFC 8291 §3.4, from the other end. Raises when it is for somebody else, or not whole."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "one record"
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        material = _hkdf(self._secret, shared, b"WebPush: info\0" + self._point + theirs, 32)
        content_key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
        text, end, padding = AESGCM(content_key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert end
        assert not padding.strip(b"\0")
        return text


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def vapid_claims(authorization: str) -> dict[str, Any]:
    """What a sender's token says, once its signature was verified with the key that came along (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = fields["t"].rpartition(".")
    raw = padded(signature)
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(fields["k"]))
    key.verify(encode_dss_signature(*numbers), signed.encode(), ec.ECDSA(hashes.SHA256()))
    head, claims = (msgspec.json.decode(padded(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return {**claims, "k": fields["k"]}


class PushService:
    """Takes messages for its browsers; ``answers`` are statuses for the next ones, then ``status``; ``may_answer`` is
    waited for before each.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 201
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._browsers: dict[str, Subscribed] = {}
        service = self

        class Front(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked += 1
                service.may_answer.wait()
                status = service.answers.pop(0) if service.answers else service.status
                if status < 300:
                    text = service._browsers[self.path].decrypted(body)
                    service.received.append(Received(path=self.path, headers=dict(self.headers), text=text))
                with suppress(ConnectionError):  # whoever asked may have died
                    self.send_response(status)
                    for name, value in {**service.headers, "Content-Length": "0"}.items():
                        self.send_header(name, value)
                    self.end_headers()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def browser(self, name: str = "one") -> Subscribed:
        """A browser that subscribes here."""
        subscribed = Subscribed(f"{self.origin}/push/{name}")
        self._browsers[f"/push/{name}"] = subscribed
        return subscribed

    @property
    def texts(self) -> list[Any]:
        """What was said, in order."""
        return [received.json for received in self.received]
