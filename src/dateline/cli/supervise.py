"""The worker of ``dateline serve``: a child process, started again when it dies, ended with its parent.

The child reads its standard input, a pipe whose other end only this process holds: however this process ends, the
pipe closes, and the worker drains and ends.
"""

import contextlib
import logging
import subprocess
import sys
import threading
import time

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "dateline.cli.worker_process")
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STEADY_SECONDS = 60.0
"""A worker that lived so long starts again after the first pause."""
PATIENCE = 12.0
"""Seconds that a worker has to drain before it is killed."""


class WorkerChild:
    """Keeps one worker running from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker watch", daemon=True)

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._process = self._spawn()
        self._thread.start()

    def tell_to_stop(self) -> None:
        """The worker shall drain and end; returns at once."""
        self._stopping.set()
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def stop(self) -> None:
        """Tell it to stop and wait until it has; one that does not listen is killed."""
        self.tell_to_stop()
        if self._thread.ident is not None:  # else it ends before it has begun
            self._thread.join(PATIENCE)
        if self._process is not None and self._process.poll() is None:
            log.warning("the worker did not end within %.0f s and is killed", PATIENCE)
            self._process.kill()
            self._process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # a session of its own: Ctrl-C at the terminal reaches it through us, once
        return subprocess.Popen(COMMAND, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own program

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while self._process is not None:
            started = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY_SECONDS:
                pause = FIRST_PAUSE
            log.error("the worker died (%s) and is started again in %.0f s", code, pause)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)
            self._process = self._spawn()
            if self._stopping.is_set():
                self.tell_to_stop()
