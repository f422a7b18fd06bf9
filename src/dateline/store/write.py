"""The one door to writing: only ``actions`` and ``refresh`` may import it (enforced by import-linter)."""

from collections.abc import Iterator
from contextlib import contextmanager

from .db import Database, WriteTx


@contextmanager
def transaction(db: Database) -> Iterator[WriteTx]:
    """Open a writing transaction: all of it is committed at the end, or none of it.

    Keep it short and never wait for a network, a parser or a person inside. Raises ``StoreError`` (busy, full, …).
    """
    with db.writing() as tx:
        yield tx
