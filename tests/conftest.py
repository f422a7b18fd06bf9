"""What all tests share:
a real database of each engine, a fixed clock, a cast of people, the captured feeds where they are.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.people import Cast, make_cast
from tests.postgres_cluster import Cluster, Reused, find_postgres

from dateline.actions import accounts
from dateline.clean import clean_html, plain_text
from dateline.store import Database, open_database

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVERYTHING = os.environ.get("TEST_EVERYTHING") == "1"
"""Set by ``.ci/run``: what cannot run is a failure then, not a skip."""

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2e9:
    # Thousands of databases need not wait for a disk: what a killed process leaves there is what it would leave on one.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# argon2id as ever, at its cheapest: hundreds of accounts are made here.
accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests over the captured feeds need the folder that stands beside the project."""
    if SHARED.is_dir():
        return
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(
                pytest.mark.skip(reason="the folder ../shared with captured feeds is not beside the project")
            )


@pytest.fixture
def now() -> datetime:
    """A fixed moment: 22 November 2026, noon UTC."""
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured feeds."""
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL cluster of our own, for this run."""
    binaries = find_postgres()
    if binaries is None:
        if EVERYTHING:
            pytest.fail("PostgreSQL is not installed, and everything was asked for")
        pytest.skip("PostgreSQL is not installed: the store was tested on SQLite only")
    with Cluster(binaries) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated(postgres: Cluster) -> Iterator[str]:
    """The name of a database of the newest schema, to be copied: a third of the time of migrating each anew."""
    with postgres.database("migrated") as url:
        open_database(url).close()
        yield "migrated"


@pytest.fixture(scope="session")
def reused(postgres: Cluster, migrated: str) -> Reused:
    """A PostgreSQL database that one test after the other is given empty."""
    return Reused(postgres, "reused", like=migrated)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database of the newest schema, to be copied: a seventh of the time of migrating each anew."""
    file = tmp_path_factory.mktemp("empty") / "dateline.sqlite"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def sqlite_db(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """An empty SQLite database."""
    shutil.copy(empty_database, tmp_path / "dateline.sqlite")
    with open_database(
        f"sqlite:///{tmp_path}/dateline.sqlite", sanitiser=clean_html, text_of=plain_text
    ).closing() as database:
        yield database


@pytest.fixture
def postgres_db(reused: Reused) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    with open_database(reused.emptied(), sanitiser=clean_html, text_of=plain_text).closing() as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def db(request: pytest.FixtureRequest) -> Database:
    """An empty database: every test that takes it runs on both engines."""
    database: Database = request.getfixturevalue(f"{request.param}_db")
    return database


@pytest.fixture
def cast(db: Database) -> Cast:
    """Alice, Bob and Mallory have accounts."""
    return make_cast(db, NOW)
