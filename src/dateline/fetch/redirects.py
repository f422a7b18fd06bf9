"""Redirects: the way of one GET from address to address. Pure; the client walks it.

At most ten (or fewer, when somebody wants so), no address twice, never from https to http. Credentials in the asked
address go to that origin alone, and (RFC 9110 §15.4.)
"""

from dateline.errors import FetchError

from .address import absolute_http_url, is_home, resolve, without_credentials

MAX_REDIRECTS = 10
REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_KEEP_METHOD = frozenset({307, 308})


class Trail:
    """Where one GET stands: ``url`` is asked next, bare of credentials; ``permanent_url`` is the new one or None."""

    def __init__(self, asked: str, *, posts: bool = False, max_redirects: int = MAX_REDIRECTS) -> None:
        """Begin at what was asked, by a POST when it ``posts``. Raises ``FetchError`` ``fetch.bad_url``."""
        self.posts = posts
        self._max_redirects = max_redirects
        self.url, self._authorization = without_credentials(absolute_http_url(asked))
        self.permanent_url: str | None = None
        self.retry_after: float | None = None
        self._home = self.url
        self._seen = {self.url}
        self._steps = 0
        self._only_permanent = True

    @property
    def is_home(self) -> bool:
        """Whether ``url`` may have the secrets: the origin that was asked, or that host's move from http to https."""
        return is_home(self._home, self.url)

    @property
    def authorization(self) -> str | None:
        """The ``Authorization`` for ``url``: only where it was meant for."""
        return self._authorization if self.is_home else None

    def wait_for(self, seconds: float | None) -> None:
        """Note that some answer on the way asked to wait; ``retry_after`` is the longest such time."""
        if seconds is not None:
            self.retry_after = max(seconds, self.retry_after or 0.0)

    def ask_again(self) -> None:
        """What is sent from here on is not what it was: an address that was asked before may answer otherwise."""
        self._seen.clear()

    def follow(self, status: int, location: str | None) -> None:
        """Take one step. Raises ``FetchError`` ``fetch.redirects``."""
        target = self._target(status, location)
        if target in self._seen:
            raise self._error(status, f"a loop: {target} again")
        if self._steps >= self._max_redirects:
            raise self._error(status, f"more than {self._max_redirects}")
        if self.url.startswith("https:") and target.startswith("http:"):
            raise self._error(status, f"from https down to {target}")
        self._seen.add(target)
        self._steps += 1
        self.url = target
        self._only_permanent = self._only_permanent and status in _PERMANENT
        self.posts = self.posts and status in _KEEP_METHOD  # all others make a GET of it
        if self._only_permanent:
            self.permanent_url = target

    def _target(self, status: int, location: str | None) -> str:
        if location is None or not location.strip():
            raise self._error(status, "without a target")
        try:
            return without_credentials(resolve(self.url, location))[0]
        except FetchError as error:
            raise self._error(status, f"to {error.detail}") from error

    def _error(self, status: int, detail: str) -> FetchError:
        return FetchError("fetch.redirects", detail[:300], status=status, final_url=self.url)
