"""How aiohttp is opened wherever this room asks: no cookies, no decompression, no proxies but our own, short heads.

The client and the relay do the rest by themselves: redirects, codings, limits.
"""

import aiohttp

MAX_HEADER_BYTES = 16_384


def open_session(
    connector: aiohttp.TCPConnector, timeout: aiohttp.ClientTimeout, *, asks_again: bool
) -> aiohttp.ClientSession:
    """A session over a guarded connector. ``asks_again``: aiohttp repeats a GET whose connection ended at once."""
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=MAX_HEADER_BYTES,
        max_field_size=MAX_HEADER_BYTES,
        timeout=timeout,
    )
    session._retry_connection = asks_again
    return session
