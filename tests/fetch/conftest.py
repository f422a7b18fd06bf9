"""What the tests of ``fetch`` share: clients for loopback, scripted name servers, a certificate."""

import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct
from tests.internet import LOOPBACK

from dateline.fetch import Client


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client that may reach loopback and does not wait between requests."""
    async with Client(LOOPBACK, version="1.2") as ready:
        yield ready


class ScriptedResolver(AbstractResolver):
    """Answers from a function (host, how often it was asked before) → numeric addresses; keeps count."""

    def __init__(self, script: Callable[[str, int], list[str]]) -> None:
        self._script = script
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """What the script says, as aiohttp wants it."""
        addresses = self._script(host, self.asked.count(host))
        self.asked.append(host)
        if not addresses:
            raise OSError("no such name")
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


class Identity(Struct, frozen=True):
    """A TLS server for ``localhost`` and 127.0.0.1, and a client's context that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    pem: str


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """A certificate of our own making, valid for a day."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=12))
        .not_valid_after(now + datetime.timedelta(hours=12))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Identity(server, ssl.create_default_context(cafile=str(folder / "cert.pem")), pem)
