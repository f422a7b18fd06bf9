"""Sessions: the cookie that carries a session's token, set at login and read on every request.

The token is random and means nothing by itself; the database knows its hash (``store.accounts``, ``actions.accounts``).
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from dateline.actions import accounts as account_actions
from dateline.model import User
from dateline.store import Database, accounts

LIFETIME = timedelta(days=90)
_TOUCH_EVERY = timedelta(hours=1)
_MAX_TOKEN_LENGTH = 200
_REMEMBERED = 10_000


def cookie_name(*, secure: bool, base_path: str) -> str:
    """The prefixes bind the cookie to https and, where Dateline hangs at the root, to this host (RFC 6265bis 4.1.3)."""
    if not secure:
        return "dateline"
    return "__Secure-dateline" if base_path else "__Host-dateline"


class Sessions:
    """Finds and prolongs sessions of one instance."""

    def __init__(self, db: Database, base_path: str) -> None:
        self._db = db
        self._base_path = base_path
        self._touched: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def token(self, request: Request) -> str | None:
        """The token a request carries, unchecked."""
        secure = request.scope["scheme"] == "https"
        token = request.cookies.get(cookie_name(secure=secure, base_path=self._base_path))
        return token if token and len(token) <= _MAX_TOKEN_LENGTH else None

    def user(self, token: str | None, now: datetime) -> tuple[User | None, bool]:
        """Whose session it is, or None; and whether it was prolonged just now (once an hour), as its cookie must be."""
        if token is None:
            return None, False
        with self._db.reading() as tx:
            user = accounts.session_user(tx, token, now)
        is_prolonged = user is not None and self._is_due(token, now)
        if is_prolonged:
            account_actions.seen(self._db, token, now=now)
        return user, is_prolonged

    def is_open(self, token: str | None, now: datetime) -> bool:
        """Is this somebody's session? Nothing is prolonged by asking."""
        if token is None:
            return False
        with self._db.reading() as tx:
            return accounts.session_user(tx, token, now) is not None

    def _is_due(self, token: str, now: datetime) -> bool:
        with self._lock:
            last = self._touched.get(token)
            if last is not None and now - last < _TOUCH_EVERY:
                return False
            self._touched[token] = now
            self._touched.move_to_end(token)
            if len(self._touched) > _REMEMBERED:
                self._touched.popitem(last=False)
        return True

    def start(self, request: Request, response: Response, token: str) -> None:
        """Hand the token of a new session to the browser."""
        secure = request.scope["scheme"] == "https"
        response.set_cookie(
            cookie_name(secure=secure, base_path=self._base_path),
            token,
            max_age=int(LIFETIME.total_seconds()),
            path=self._base_path or "/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def end(self, request: Request, response: Response) -> None:
        """Take the cookie away."""
        secure = request.scope["scheme"] == "https"
        response.delete_cookie(
            cookie_name(secure=secure, base_path=self._base_path),
            path=self._base_path or "/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
