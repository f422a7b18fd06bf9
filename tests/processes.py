"""The processes that a process started, as Linux tells it."""

from contextlib import suppress
from pathlib import Path


def children(pid: int) -> set[int]:
    """The living processes that this one's threads started; a thread that ends meanwhile hands on its own."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found |= {int(child) for child in task.read_text().split()}
    return found
