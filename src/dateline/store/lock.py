"""One ``serve`` for one SQLite file: a lock on ``<file>.serve`` that ends with the process, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dateline.errors import StoreError

from .opening import sqlite_path


def lock_path(url: str) -> Path | None:
    """The lock's file; None for PostgreSQL, where any number of servers may share a database."""
    if not url.startswith("sqlite:"):
        return None
    path = sqlite_path(url)
    return path.with_name(path.name + ".serve")


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Be the only one who serves (or replaces) this database.

    Raises ``StoreError``: ``store.in_use`` when another process does, ``store.read_only``.
    """
    path = lock_path(url)
    if path is None:
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError("store.read_only", f"{path} cannot be created: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError("store.in_use", f"another `dateline serve` uses {sqlite_path(url)}") from error
        yield
    finally:
        os.close(descriptor)
