"""Who may make the first account: a code, known to whoever started the server, where strangers may come by."""

from base64 import b32encode
from hashlib import blake2b
from urllib.parse import urlsplit

from dateline.settings import Settings, is_loopback, listen_address
from dateline.store import Database, accounts
from dateline.store.secrets import Keyring, key_path


def start_code_of(settings: Settings, db: Database) -> str | None:
    """The code that the first account's page asks for; None when none is needed.

    Whoever starts the server prints it. Raises ``StoreError`` when the key cannot be read or made.
    """
    with db.reading() as tx:
        return None if accounts.any_user(tx) else code_of_the_first(settings)


def code_of_the_first(settings: Settings) -> str | None:
    """The code wherever anybody but this machine may come: listening beyond loopback, or behind a proxy with a base
    URL; else None. Made of the instance's key, so that all processes know the same one, before and after a restart.

    A server holds it although there are accounts: should the last be removed while it runs, the start is guarded.
    """
    hosts = [listen_address(settings.listen)[0], urlsplit(settings.base_url or "//localhost").hostname or ""]
    if all(is_loopback(host) for host in hosts):
        return None
    path = key_path(settings)
    Keyring(path).ensure()
    digest = blake2b(b"the first account", key=path.read_bytes().strip()[:64], digest_size=5).digest()
    text = b32encode(digest).decode().lower()
    return f"{text[:4]}-{text[4:]}"
