"""The instance's key: what feeds' credentials are encrypted with (Fernet, https://github.com/fernet/spec).

By default ``secret.key`` beside the SQLite file, made at first need with mode 600; part of the backup.
"""

import contextlib
import hmac
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.errors import StoreError
from dateline.settings import Settings

from .opening import sqlite_path

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


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
        return self._fernet(create=True).encrypt(secret.encode("utf-8", "surrogatepass"))

    def decrypt(self, encrypted: bytes) -> str:
        """Raises ``StoreError`` (``store.secret``) when the key is missing or another one."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet(create=False).decrypt(encrypted).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise StoreError("store.secret", f"{self.path} is not the key that the secrets were made with") from error

    def ensure(self) -> None:
        """Make the key when there is none."""
        self._key(create=True)

    def derived(self, purpose: str) -> bytes:
        """A key of its own for one purpose (HMAC-SHA256 of its name): what it signs tells nothing of the others.

        Makes the instance's key when there is none. Raises ``StoreError`` (``store.secret``).
        """
        return hmac.digest(self._key(create=True), purpose.encode(), "sha256")

    def _fernet(self, *, create: bool) -> "Fernet":
        from cryptography.fernet import Fernet

        try:
            return Fernet(self._key(create=create))
        except ValueError as error:
            raise StoreError("store.secret", f"{self.path} holds no key") from error

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
        part = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            # whole under its name, or not there; never in the place of one that another process made meanwhile
            with contextlib.suppress(FileExistsError):
                _link(part, self.path)
        finally:
            part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        part.rename(path)
