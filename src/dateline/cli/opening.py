"""What every command starts with: the settings, the log, the database, the user that is meant."""

import logging.config
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline import settings as settings_room
from dateline.settings import Settings

if TYPE_CHECKING:
    import typer

    from dateline.model import User
    from dateline.store import Database
    from dateline.store.devices import Content


def read_settings(config: Path | None = None) -> Settings:
    """Settings from the environment and the file; starts the log. Raises ``SettingsError``.

    A file named on the command line is put into the environment: child processes read the same.
    """
    if config is not None:
        os.environ[settings_room.PREFIX + "CONFIG"] = str(config)
    settings = settings_room.load()
    logging.config.dictConfig(log_config(settings))
    return settings


def override(**values: str) -> Settings:
    """Settings changed by a command: kept in the environment, so that child processes read the same."""
    for name, value in values.items():
        os.environ[settings_room.PREFIX + name.upper()] = value
    return read_settings()


def settings_of(context: "typer.Context") -> Settings:
    """The settings that were read before the command."""
    settings: Settings = context.find_root().obj
    return settings


def log_config(settings: Settings) -> dict[str, Any]:
    """Plain lines on standard error; libraries speak up from warnings on."""
    level = settings.log_level.upper()
    quiet = level if level in ("DEBUG", "ERROR") else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["stderr"], "level": quiet},
        "loggers": {
            "dateline": {"level": level},
            "_granian": {"level": quiet},
            "granian.access": {"level": "WARNING"},
        },
    }


@contextmanager
def opened(settings: Settings) -> Iterator["Database"]:
    """The database, created and migrated when needed. Raises ``StoreError``."""
    from dateline.clean import clean_html, plain_text
    from dateline.store import open_database

    with open_database(settings.database_url, sanitiser=clean_html, text_of=plain_text).closing() as db:
        yield db


def user_named(db: "Database", name: str) -> "User":
    """The account of that name. Raises ``NotFound``."""
    from dateline.actions import accounts

    return accounts.exists(db, name)


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def notification_words(language: str, content: "Content") -> tuple[str, str]:
    """(title, text) of a notification; the languages are loaded when there is something to say."""
    from dateline.web.said import say

    return say(language, content)


def holder() -> str:
    """A name for this process that no living process has: what its leases are signed with."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
