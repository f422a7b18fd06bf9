"""Pages → articles, in a process of its own that is started when it is needed and ended afterwards.

A page that takes too long ends that process, not ours; an idle instance has none of its memory.
"""

import contextlib
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

import msgspec

from dateline.errors import ExtractError

from .reading_frames import Answer, Question, Text, read_frame, write_frame

SECONDS = 12.0
"""How long the articles of one page may take, the start of the process included."""
COMMAND = (sys.executable, "-P", "-m", "dateline.refresh.reading_process")


class Reader:
    """A context manager; ``read`` may be called from any thread, one after the other. ``seconds`` is for tests."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, question: Question) -> tuple[Text, ...]:
        """The article of a page, for each of the rules.

        Raises ``ExtractError``: ``extract.too_complex`` when it takes too long, ``extract.crashed``.
        """
        with self._lock:
            process = self._process or self._start()
            late = threading.Event()

            def end() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(self._seconds, end)
            timer.start()
            try:
                answer = _ask(process, question)
            finally:
                timer.cancel()
                timer.join()
            if answer is not None and not late.is_set():
                return answer.texts
            self._end()
            if late.is_set():
                raise ExtractError("extract.too_complex", f"more than {self._seconds:g} s")
            raise ExtractError("extract.crashed", f"exit code {process.returncode}")

    def close(self) -> None:
        """End the process, if there is one, whatever it does; the next page starts another."""
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for its answer holds the lock, and is told
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent yet cannot be
                    stream.close()


def _ask(process: subprocess.Popen[bytes], question: Question) -> Answer | None:
    """None when the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        write_frame(process.stdin, msgspec.msgpack.encode(question))
        frame = read_frame(process.stdout)
        return None if frame is None else msgspec.msgpack.decode(frame, type=Answer)
    except (OSError, msgspec.MsgspecError):
        return None
