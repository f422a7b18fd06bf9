"""What a person does with mailboxes that newsletters are read from: add one once it was opened, change its login, check
it, take it away.
"""

import secrets
from datetime import datetime

from msgspec import Struct

from dateline.errors import ActionError, FetchError, NotFound, StoreError
from dateline.fetch.mailbox import Login, Security, host_name
from dateline.model import User
from dateline.refresh.mailboxes import Looked, Pulled, login_of, look_now, read_now, sealed
from dateline.settings import Settings
from dateline.store import Database, Tx, mailboxes
from dateline.store.mailboxes import Mailbox
from dateline.store.secrets import Keyring, key_path
from dateline.store.write import transaction

from .subscriptions import running_from

MAX_MAILBOXES = 10
PORTS: dict[Security, int] = {"tls": 993, "starttls": 143, "none": 143}


class Wish(Struct, frozen=True, kw_only=True):
    """A mailbox as somebody describes it. ``port`` None: the usual one. ``with_old``: what is in the folder already
    is brought too.
    """

    host: str
    port: int | None = None
    security: Security = "tls"
    user: str
    password: str
    folder: str = "INBOX"
    with_old: bool = False


def add(db: Database, settings: Settings, user: User, wish: Wish, *, now: datetime) -> int:
    """Open the folder now, and read it from now on when that worked. Its id.

    Raises ``ActionError``: ``action.mailboxes_off``, ``action.bad_mailbox`` (with the field), ``action.mailbox_known``,
    ``action.too_many_mailboxes``; ``FetchError`` when it cannot be opened; ``StoreError``.
    """
    login = _login(settings, wish)
    keyring = Keyring(key_path(settings))
    with db.reading() as tx:
        _check_room(tx, user, login, keyring)
    looked = _look(db, settings, login, now)
    encrypted = sealed(login.user, login.password, keyring)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        _check_room(tx, user, login, keyring)
        return mailboxes.add(
            tx,
            user.id,
            host=login.host,
            port=login.port,
            security=login.security,
            login=encrypted,
            folder=login.folder,
            uid_validity=looked.uid_validity,
            last_uid=0 if wish.with_old else max(looked.uid_next - 1, 0),
            since_at=None if wish.with_old else now,
            now=now,
        )


def change_password(
    db: Database, settings: Settings, user: User, mailbox_id: int, password: str, *, now: datetime
) -> None:
    """Open the folder with a new password, and read it so from now on. Raises as ``add``, and ``NotFound``."""
    keyring = Keyring(key_path(settings))
    with db.reading() as tx:
        box = mailboxes.of_user_by_id(tx, user.id, mailbox_id)
    known = login_of(box, keyring)
    wish = Wish(
        host=box.host, port=box.port, security=known.security, user=known.user, password=password, folder=box.folder
    )
    login = _login(settings, wish)
    _look(db, settings, login, now)
    encrypted = sealed(login.user, login.password, keyring)
    with transaction(db) as tx:
        tx.hold_user(user.id)
        mailboxes.of_user_by_id(tx, user.id, mailbox_id)
        mailboxes.change_login(tx, mailbox_id, encrypted, now)


def check_soon(db: Database, user: User, mailbox_id: int, *, now: datetime) -> None:
    """Make a mailbox due. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        mailboxes.of_user_by_id(tx, user.id, mailbox_id)
        mailboxes.ask_soon(tx, mailbox_id, now)


def check_now(db: Database, settings: Settings, user: User, mailbox_id: int, *, now: datetime) -> Pulled | None:
    """Read a mailbox now; None when somebody does already. Raises ``NotFound``, ``ActionError``, ``StoreError``."""
    _check_on(settings)
    check_soon(db, user, mailbox_id, now=now)
    keyring = Keyring(key_path(settings))
    return read_now(db, settings, mailbox_id, keyring=keyring, holder=_holder(), clock=running_from(now))


def remove(db: Database, user: User, mailbox_id: int, *, now: datetime) -> None:
    """Read a mailbox no more; what it brought stays. Raises ``NotFound``."""
    with transaction(db) as tx:
        tx.hold_user(user.id)
        if not mailboxes.remove(tx, user.id, mailbox_id):
            raise NotFound(f"mailbox {mailbox_id}")


def user_name(box: Mailbox, settings: Settings) -> str:
    """As whom a mailbox is read, for its owner; "" when the instance's key is another one."""
    try:
        return login_of(box, Keyring(key_path(settings))).user
    except StoreError:
        return ""


def _look(db: Database, settings: Settings, login: Login, now: datetime) -> Looked:
    return look_now(db, settings, login, holder=_holder(), clock=running_from(now))


def _holder() -> str:
    return f"mailbox-{secrets.token_hex(4)}"


def _check_on(settings: Settings) -> None:
    if not settings.reads_mailboxes:
        raise ActionError("action.mailboxes_off")


def _check_room(tx: Tx, user: User, login: Login, keyring: Keyring) -> None:
    boxes = mailboxes.of_user(tx, user.id)
    if len(boxes) >= MAX_MAILBOXES:
        raise ActionError("action.too_many_mailboxes", f"at most {MAX_MAILBOXES}")
    for box in boxes:
        if (box.host, box.folder) == (login.host, login.folder) and _is_of(box, login.user, keyring):
            raise ActionError("action.mailbox_known")


def _is_of(box: Mailbox, user_name: str, keyring: Keyring) -> bool:
    try:
        return login_of(box, keyring).user == user_name
    except StoreError:
        return False


def _login(settings: Settings, wish: Wish) -> Login:
    """What somebody described, checked. Raises ``ActionError``."""
    _check_on(settings)
    try:
        host = host_name(wish.host)
    except FetchError as error:
        raise ActionError("action.bad_mailbox", "host") from error
    port = wish.port if wish.port is not None else PORTS[wish.security]
    folder = wish.folder.strip() or "INBOX"
    for field, is_fine in (
        ("port", 1 <= port <= 65535),
        ("user", _is_line(wish.user, 300) and ":" not in wish.user),
        ("password", _is_line(wish.password, 1_000)),
        ("folder", _is_line(folder, 300)),
    ):
        if not is_fine:
            raise ActionError("action.bad_mailbox", field)
    return Login(host=host, port=port, security=wish.security, user=wish.user, password=wish.password, folder=folder)


def _is_line(text: str, longest: int) -> bool:
    """One line that can be sent: something, without control characters and halves of surrogate pairs."""
    return (
        0 < len(text) <= longest and not any(char < " " or "\x7f" <= char <= "\x9f" for char in text) and _is_utf8(text)
    )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
