"""The one door to writing: only ``actions`` and ``refresh`` may import it (enforced by import-linter)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from dateline.errors import StoreError

from .db import Database, WriteTx

TRIES = 10
Done = TypeVar("Done")


@contextmanager
def transaction(db: Database) -> Iterator[WriteTx]:
    """Open a writing transaction: all of it is committed at the end, or none of it.

    Keep it short and never wait for a network, a parser or a person inside. Raises ``StoreError`` (busy, full, …).
    """
    with db.writing() as tx:
        yield tx


def in_turn(db: Database, do: Callable[[WriteTx], Done]) -> Done:
    """``do`` in a transaction; from the beginning, in another one, when somebody came in between (``store.busy``).

    For what concerns many (feeds that merge). SQLite has waited for long when it says so, and is not asked again.
    """
    for left in reversed(range(1 if db.engine == "sqlite" else TRIES)):
        try:
            with transaction(db) as tx:
                return do(tx)
        except StoreError as error:
            if error.code != "store.busy" or not left:
                raise
    raise AssertionError("it is carried out, or raises")
