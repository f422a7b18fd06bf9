"""The roof over the web room: the start code, the lifespan, the servers that hang it out."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from socket import create_server
from typing import Any

import msgspec
import pytest
from starlette.types import Message
from tests.web.browsing import Browser, Clock

from dateline.actions.first_start import start_code_of
from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database


def changed(settings: Settings, **values: Any) -> Settings:
    return msgspec.structs.replace(settings, **values)


def test_on_loopback_the_first_start_asks_for_no_code(settings: Settings, db: Database) -> None:
    assert start_code_of(settings, db) is None
    assert start_code_of(changed(settings, listen="[::1]:8700"), db) is None
    assert start_code_of(changed(settings, base_url="http://localhost:8700"), db) is None


def test_beyond_loopback_all_processes_ask_for_the_same_code(settings: Settings, db: Database, tmp_path: Path) -> None:
    beyond = changed(settings, listen="0.0.0.0:8700")
    code = start_code_of(beyond, db)
    assert code is not None
    assert len(code) == 9
    assert start_code_of(beyond, db) == code
    assert start_code_of(changed(settings, base_url="https://news.example"), db) == code, "behind a proxy too"
    (tmp_path / "secret.key").unlink()
    assert start_code_of(beyond, db) != code, "another instance, another code"


def test_once_there_is_an_account_no_code_is_asked_for(settings: Settings, db: Database, alice: Browser) -> None:
    assert start_code_of(changed(settings, listen="0.0.0.0:8700"), db) is None


def test_the_application_starts_and_ends_with_its_server(settings: Settings, db: Database, clock: Clock) -> None:
    ended: list[bool] = []
    app = create_app(settings, db, clock=clock, on_shutdown=lambda: ended.append(True))
    incoming: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app({"type": "lifespan"}, receive, send))  # type: ignore[arg-type] # asyncio.run wants a coroutine: it is one
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert ended == [True]


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


GRANIAN = ["granian", "--interface", "asgi", "--factory", "dateline.asgi:app_from_environment", "--host", "127.0.0.1"]
UVICORN = ["uvicorn", "--factory", "dateline.asgi:app_from_environment", "--host", "127.0.0.1"]


@pytest.mark.parametrize("command", [GRANIAN, UVICORN], ids=["granian", "uvicorn"])
def test_both_servers_serve_it(command: list[str], tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DATELINE_DATABASE_URL": f"sqlite:///{tmp_path}/served.sqlite",
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }
    program = str(Path(sys.executable).parent / command[0])
    with subprocess.Popen([program, *command[1:], "--port", str(port)], env=environment) as server:
        try:
            with closing(connected(port)) as connection:
                connection.request("GET", "/", headers={"Accept-Encoding": "br"})
                first = connection.getresponse()
                assert (first.status, first.headers["Location"], first.read()) == (303, "/start", b"")
                connection.request("HEAD", "/start")
                head = connection.getresponse()
                assert (head.status, head.read()) == (200, b"")
                for body in (b"x" * 3_000_000, b"not=a&start"):
                    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
                    connection.request("POST", "/start", body=body, headers=headers)
                    answer = connection.getresponse()
                    answer.read()
                    assert answer.status == (413 if len(body) > 1_000_000 else 400)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def connected(port: int) -> http.client.HTTPConnection:
    """A connection to a server that is starting."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(300):
        try:
            connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return connection
    raise AssertionError("the server did not start")
