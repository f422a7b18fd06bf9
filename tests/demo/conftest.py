"""A running demo server, and how to ask it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from msgspec import Struct

from dateline.demo import DemoServer

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


class Answer(Struct, frozen=True):
    """What came back: redirects are not followed, nothing is decompressed."""

    status: int
    headers: Message
    body: bytes


def found(page: Any, path: str) -> list[str]:
    """The attributes or texts that an XPath finds."""
    values = page.xpath(path)
    assert isinstance(values, list)
    return [str(value) for value in values]


class Ask(Protocol):
    """Ask the server for a path or an address of its own."""

    def __call__(self, address: str, method: str = "GET", **headers: str) -> Answer: ...


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(now=NOW) as running:
        yield running


@pytest.fixture
def ask(server: DemoServer) -> Iterator[Ask]:
    connection = HTTPConnection(urlsplit(server.url).netloc)

    def asking(address: str, method: str = "GET", **headers: str) -> Answer:
        path = address.removeprefix(server.url)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    yield asking
    connection.close()
