"""What granian loads in each web process: the application, ending with the process that started it."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TARGET = "dateline.cli.web_process:app"
LAST_CALL = signal.SIGUSR1
"""Before it is told to end: let the pages go that listen. granian waits for every answer before it tells us so."""


def app() -> "ASGIApp":
    """The application by the environment's settings. Raises ``SettingsError``, ``StoreError``."""
    from dateline.asgi import app_from_environment

    # granian's own handlers come with the loop; until then its parent's, copied, would swallow what it is told
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
    return app_from_environment(last_call=LAST_CALL)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), LAST_CALL)
        os.kill(os.getpid(), signal.SIGTERM)
