"""The stage of the attacks: the cast of the web tests, and real servers that are spoken to in raw bytes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server

import pytest
from tests.web.conftest import (  # noqa: F401 - fixtures: pytest finds them by their names here
    alice,
    anonymous,
    app,
    bob,
    clock,
    db,
    log_in,
    mallory,
    settings,
    world,
)

COMMANDS = {
    "granian": ["granian", "--interface", "asgi", "--factory", "dateline.asgi:app_from_environment"],
    "uvicorn": ["uvicorn", "--factory", "dateline.asgi:app_from_environment"],
}


@dataclass
class Server:
    """A server process; ``say`` sends bytes as they are and gives what comes back until the server closes."""

    port: int
    database: Path
    log: Path

    def say(self, sent: bytes) -> bytes:
        with create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            got = b""
            try:
                connection.sendall(sent)
                while chunk := connection.recv(65536):
                    got += chunk
            except (ConnectionResetError, BrokenPipeError):
                pass  # it had enough: that is an answer too
        return got

    def ask(self, method: str, target: str, *headers: str, body: bytes = b"", host: str = "127.0.0.1:8700") -> bytes:
        """One request as a well-behaved client writes it, on a connection of its own."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return self.say("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def status_of(answer: bytes) -> int:
    """The status of a raw answer; 0 when the server closed without one."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0


@pytest.fixture(scope="module", params=list(COMMANDS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application under each server that it may run under, with an empty database; no traceback at its end."""
    folder = tmp_path_factory.mktemp(f"attacked-{request.param}")
    with create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"],
        "DATELINE_DATABASE_URL": f"sqlite:///{folder}/served.sqlite",
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }
    command = COMMANDS[request.param]
    program = [str(Path(sys.executable).parent / command[0]), *command[1:], "--host", "127.0.0.1", "--port", str(port)]
    found = Server(port=port, database=folder / "served.sqlite", log=folder / "log")
    with found.log.open("wb") as log, subprocess.Popen(program, env=environment, stdout=log, stderr=log) as process:
        try:
            _wait_for(found)
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
    assert "Traceback" not in found.log.read_text(errors="replace")


def _wait_for(server: Server) -> None:
    for _ in range(300):
        try:
            if status_of(server.ask("GET", "/healthz")) == 200:
                return
        except ConnectionRefusedError:
            pass
        time.sleep(0.1)
    raise AssertionError(server.log.read_text(errors="replace"))
