"""Digest authentication (RFC 7616): one per origin and login; the next request answers the last challenge ahead.

The arithmetic is aiohttp's. The first request of a process is refused and sent again with the answer; then one request
is enough until the server has a new challenge. Kept in memory alone, and forgotten when there are too many.
"""

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, DigestAuthMiddleware

from .address import login_in, origin

REMEMBERED = 256

Middlewares = tuple[aiohttp.ClientMiddlewareType, ...]


class Digests:
    """Gives the middlewares for a login at an origin: the same ones each time."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[str, str, int], str], Middlewares] = {}

    def of(self, url: str, authorization: str) -> Middlewares:
        """For the origin of ``url`` and the login in ``authorization`` (as ``address.without_credentials`` gives)."""
        key = (origin(url), authorization)
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            login, password = login_in(authorization)
            self._known[key] = (DigestAuthMiddleware(login, password), _release_challenge)
        return self._known[key]


async def _release_challenge(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A challenge is its headers: its connection is free for the answer."""
    answer = await handler(request)
    if answer.status == 401:
        answer.release()
    return answer
