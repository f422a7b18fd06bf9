"""The cast, each with a browser before a real application over a real database of the test's own."""

import shutil
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.types import ASGIApp
from tests.web.browsing import HOST, Browser, Clock, World

from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database, accounts, open_database
from dateline.store import write as store_write


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What is on loopback may be fetched, without waiting."""
    return Settings(
        database_url=f"sqlite:///{tmp_path}/dateline.sqlite",
        listen=HOST,
        allowed_networks=(ip_network("127.0.0.0/8"),),
        host_connections=8,
        host_spacing=0,
    )


@pytest.fixture
def db(settings: Settings, empty_database: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own."""
    shutil.copy(empty_database, tmp_path / "dateline.sqlite")
    database = open_database(settings.database_url)
    yield database
    database.close()


@pytest.fixture
def app(settings: Settings, db: Database, clock: Clock) -> ASGIApp:
    return create_app(settings, db, clock=clock)


@pytest.fixture
def world(db: Database, clock: Clock) -> World:
    return World(db, clock)


@pytest.fixture
def log_in(db: Database, app: ASGIApp, clock: Clock) -> Callable[..., Browser]:
    """Makes an account with an open session; its password cannot be used."""

    def make(name: str, *, language: str = "en", time_zone: str = "UTC", is_admin: bool = False) -> Browser:
        token = f"token-of-{name}"
        with store_write.transaction(db) as tx:
            user = accounts.add_user(
                tx,
                name=name,
                password_hash="none",
                is_admin=is_admin,
                language=language,
                time_zone=time_zone,
                now=clock(),
            )
            accounts.add_session(tx, user.id, token, clock())
        return Browser(app, user=user, language=language, cookies={"dateline": token})

    return make


@pytest.fixture
def alice(log_in: Callable[..., Browser]) -> Browser:
    return log_in("alice", language="fr", time_zone="Europe/Paris", is_admin=True)


@pytest.fixture
def bob(log_in: Callable[..., Browser]) -> Browser:
    return log_in("bob")


@pytest.fixture
def mallory(log_in: Callable[..., Browser]) -> Browser:
    return log_in("mallory")


@pytest.fixture
def anonymous(app: ASGIApp) -> Browser:
    return Browser(app)
