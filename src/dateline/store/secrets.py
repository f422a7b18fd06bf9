"""The instance's key: what feeds' credentials are encrypted with (Fernet, https://github.com/fernet/spec).

By default ``secret.key`` beside the SQLite file, made at first need with mode 600; part of the backup.
"""

import os
from pathlib import Path

from dateline.errors import StoreError
from dateline.settings import Settings

from .opening import sqlite_path


def key_path(settings: Settings) -> Path:
    """Where the key is: the setting, else beside the SQLite file, else ``var/secret.key``."""
    if settings.secret_file is not None:
        return settings.secret_file
    if settings.database_url.startswith("sqlite:"):
        return sqlite_path(settings.database_url).with_name("secret.key")
    return Path("var/secret.key")


class Keyring:
    """Encrypts and decrypts with the key in a file. ``cryptography`` is loaded at first use: few feeds need it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def encrypt(self, secret: str) -> bytes:
        """Make the key when there is none. Raises ``StoreError`` (``store.secret``)."""
        from cryptography.fernet import Fernet

        return Fernet(self._key(create=True)).encrypt(secret.encode())

    def decrypt(self, encrypted: bytes) -> str:
        """Raises ``StoreError`` (``store.secret``) when the key is missing or another one."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._key(create=False)).decrypt(encrypted).decode()
        except InvalidToken as error:
            raise StoreError("store.secret", f"{self.path} is not the key that the secrets were made with") from error

    def ensure(self) -> None:
        """Make the key when there is none."""
        self._key(create=True)

    def _key(self, *, create: bool) -> bytes:
        try:
            if create and not self.path.exists():
                self._make()
            return self.path.read_bytes().strip()
        except OSError as error:
            raise StoreError("store.secret", f"{self.path}: {error.strerror}") from error

    def _make(self) -> None:
        from cryptography.fernet import Fernet

        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker
            return
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
