"""``dateline serve``: the web server and one worker, until told to stop."""

import errno
import gc
import os
import signal
import socket
import time
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.settings import Settings, listen_address

from .failures import NO_PERMISSION, UNAVAILABLE, Refused
from .opening import log_config, opened, override, settings_of
from .output import say
from .supervise import WorkerChild
from .web_process import LAST_CALL, TARGET

if TYPE_CHECKING:
    from granian.server.mp import MPServer

WEB_DRAIN_SECONDS = 5

ListenOption = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where to serve; port 0 takes any free one.")
]


def serve(
    context: typer.Context,
    listen: ListenOption = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Only the pages; workers run elsewhere.")] = False,
) -> None:
    """Serve the pages and refresh the feeds, until SIGTERM or Ctrl-C.

    Creates what is missing first: the database, its schema, the instance's key. One `serve` for one SQLite file.
    """
    from dateline.store.lock import alone

    settings = with_listen(settings_of(context), listen)
    with alone(settings.database_url):
        prepare(settings)
        run(settings, with_worker=not no_worker)


def with_listen(settings: Settings, listen: str | None) -> Settings:
    """The settings with the place to listen at, port 0 turned into a free one.

    Raises ``Refused`` when nobody can listen there: the port is taken, or not ours to take.
    """
    try:
        host, port = listen_address(listen or settings.listen)
    except ValueError as error:
        raise typer.BadParameter(f"--listen: {error}") from error
    family, address = _resolved(host)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            raise _cannot_listen(f"{host}:{port}", error) from error
        port = probe.getsockname()[1]
    # the name as it was given: pages answer to it
    return override(listen=_place(host, port))


def _resolved(host: str) -> tuple[socket.AddressFamily, str]:
    """A host's name → its family and address. Raises ``Refused``."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise Refused(f"{host} is not an address of this machine: {error.strerror}", UNAVAILABLE) from error
    return family, str(place[0])


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _cannot_listen(place: str, error: OSError) -> Refused:
    if error.errno == errno.EADDRINUSE:
        return Refused(
            f"{place} is in use: another server listens there. Stop it, or choose another place with --listen.",
            UNAVAILABLE,
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Refused(f"{place} may not be used: take a port above 1023, or a proxy in front.", NO_PERMISSION)
    return Refused(
        f"{place} cannot be listened on: {error.strerror}. Choose another with --listen HOST:PORT.", UNAVAILABLE
    )


def prepare(settings: Settings) -> None:
    """Create and migrate the database, make the key, say what a first start needs to know. Raises ``StoreError``."""
    # not the application: this process stays, and would keep it in memory beside the web process's own
    from dateline.actions.first_start import start_code_of
    from dateline.store.secrets import Keyring, key_path

    Keyring(key_path(settings)).ensure()
    with opened(settings) as db:
        code = start_code_of(settings, db)
    if code is not None:
        say(f"The first account is made with this code: {code}")


def run(settings: Settings, *, with_worker: bool = True) -> None:
    """Serve until SIGTERM or SIGINT. Nothing of it outlives this process."""
    child = WorkerChild() if with_worker else None
    signal.signal(LAST_CALL, signal.SIG_IGN)  # inherited: no web process dies of it before it can listen
    server = _server(settings, child)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # until granian takes them over
    host, port = listen_address(settings.listen)
    people = f", for people at {settings.base_url}/" if settings.base_url else ""
    say(f"Dateline {__version__} serves on http://{_place(host, port)}{settings.base_path}/{people}")
    try:
        if child is not None:
            child.start()
        _settle()
        server.serve()
    finally:
        if child is not None:
            child.stop()


def _leave(number: int, frame: FrameType | None) -> None:
    """Asked to stop before the server is up: all that was begun is put away on the way out."""
    raise SystemExit(0)


def _settle() -> None:
    """Web processes are copies of this one. The collector, in them, would write to all that they share with it, and so
    make it their own: 6 MB.
    """
    gc.collect()
    gc.freeze()


def _server(settings: Settings, child: WorkerChild | None) -> "MPServer":
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    class Server(MPServer):
        """granian, which tells the worker to drain while the web processes do, and open pages to go."""

        def shutdown(self, exit_code: int = 0) -> None:
            if child is not None:
                child.tell_to_stop()
            for process in self.wrks:
                if process.inner.is_alive():
                    with suppress(ProcessLookupError):
                        os.kill(process.inner.pid, LAST_CALL)
                process.terminate()  # type: ignore[no-untyped-call] # granian does not say
            # granian waits too, but takes one for hung that its own watcher has just buried
            end = time.monotonic() + WEB_DRAIN_SECONDS
            while time.monotonic() < end and any(process.inner.is_alive() for process in self.wrks):
                time.sleep(0.01)
            if self.interrupt_signal:  # a service manager tells them all at once: who went first did not break down
                self.interrupt_children.clear()
            super().shutdown(exit_code)  # type: ignore[no-untyped-call] # granian does not say

    host, port = listen_address(settings.listen)
    config = log_config(settings)
    return Server(
        TARGET,
        address=_resolved(host)[1],
        port=port,
        interface=Interfaces.ASGI,
        workers=settings.web_processes,
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=1,
        log_level=LogLevels(config["loggers"]["_granian"]["level"].lower()),
        log_dictconfig=config,
    )
