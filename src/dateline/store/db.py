"""What every engine offers: a ``Database`` that opens transactions, a ``Tx`` that reads, a ``WriteTx`` that also
writes.

SQL is written once, with ``:name`` parameters, in the dialect that both engines share, plus these marks:

- ``IN ids(:name)``: membership in a list of integers (or byte strings, ``IN hashes(:name)``) given as a parameter;
- ``[[name]]``: a string that the engines spell differently (``DIALECT`` in each engine).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal, TypeVar

from msgspec import Struct

from dateline.model import RawHTML, SafeHTML

EngineName = Literal["sqlite", "postgres"]
Row = tuple[Any, ...]
Value = TypeVar("Value", bound=Struct)
Sanitiser = Callable[[RawHTML, str | None], SafeHTML]
TextOf = Callable[[SafeHTML], str]


def storable(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters without what no database can hold: halves of surrogate pairs and NUL in texts, integers over 64 bits.

    Such an integer becomes a float: as an id it equals none, as a bound it stands where it stood.
    """
    return {name: _storable(value) for name, value in params.items()}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(min(max(value, -(2**64)), 2**64))
    return value


class Tx(ABC):
    """One transaction that sees one consistent state of the database and cannot change it."""

    engine: EngineName
    sanitiser: Sanitiser | None = None
    """Cleans stored raw HTML again when its safe form is of an older policy; given by the roof."""
    text_of: TextOf | None = None
    """The plain text of safe HTML, for what a query asks of it; given by the roof."""

    @abstractmethod
    def all(self, sql: str, /, **params: Any) -> list[Row]:
        """Every row of a query."""

    def one(self, sql: str, /, **params: Any) -> Row | None:
        """The first row, or None."""
        rows = self.all(sql, **params)
        return rows[0] if rows else None

    def value(self, sql: str, /, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, **params)
        return row[0] if row else None

    def column(self, sql: str, /, **params: Any) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all(sql, **params)]


class WriteTx(Tx):
    """A transaction that writes; only ``store.write.transaction`` makes one."""

    @abstractmethod
    def run(self, sql: str, /, **params: Any) -> int:
        """Carry out one statement; the number of rows it changed."""

    @abstractmethod
    def many(self, sql: str, /, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry out one statement for each row of parameters."""

    @abstractmethod
    def hold_arrival_order(self) -> None:
        """Until the commit, no other transaction draws entry ids: ids become visible in rising order."""

    @abstractmethod
    def hold_user(self, user_id: int) -> None:
        """Until the commit, no other transaction that holds this user runs: one deed of a person after the other."""


class Database(ABC):
    """An open database. Thread-safe; connections are pooled."""

    engine: EngineName
    url: str
    sanitiser: Sanitiser | None = None
    text_of: TextOf | None = None

    @abstractmethod
    def reading(self) -> AbstractContextManager[Tx]:
        """A read-only transaction over one consistent state."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[WriteTx]:
        """A writing transaction: commits at the end, rolls back on any exception. For ``store.write`` alone."""

    def make_lasting(self) -> None:  # noqa: B027 # an engine whose commits are on the disk has nothing to do
        """After this, what was committed before survives a power cut. Raises ``StoreError``."""

    @abstractmethod
    def schema_version(self) -> int:
        """The version of the schema as it stands; 0 for an empty database."""

    @abstractmethod
    def migrate(self, steps: Sequence[tuple[int, str]]) -> None:
        """Carry out the (version, SQL) steps above the version that stands, keeping a copy first where that is ours
        to do.
        """

    @abstractmethod
    def close(self) -> None:
        """Give every connection back. Idempotent."""

    @contextmanager
    def closing(self) -> Iterator["Database"]:
        """``with open_database(url).closing() as db: …``"""
        try:
            yield self
        finally:
            self.close()
