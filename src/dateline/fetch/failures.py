"""Failures: everything that sockets, TLS, HTTP and aiohttp may raise, and every status → ``FetchError``."""

import ssl

import aiohttp

from dateline.errors import FetchError

from .guard import ForbiddenAddressError

_CODE_OF_STATUS = {
    401: "fetch.unauthorized",
    403: "fetch.forbidden",
    404: "fetch.not_found",
    410: "fetch.gone",
    429: "fetch.rate_limited",
    503: "fetch.unavailable",
}

_CODE_OF_ERROR: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (ForbiddenAddressError, "fetch.forbidden_address"),
    (TimeoutError, "fetch.timeout"),  # also aiohttp's ServerTimeoutError and the kernel's ETIMEDOUT
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "fetch.proxy"),
    ((ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError), "fetch.tls"),
    (aiohttp.ClientConnectorDNSError, "fetch.dns"),
    ((aiohttp.ClientConnectionError, OSError), "fetch.connect"),
    (aiohttp.ClientPayloadError, "fetch.truncated"),  # too short, reset, or nonsense between its chunks
    (aiohttp.InvalidURL, "fetch.bad_url"),
)
"""The first that fits; anything else is ``fetch.protocol``. Order matters: many of these are also an ``OSError``."""

_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"})


def of_status(status: int, *, url: str) -> FetchError:
    """The failure that a status means which brings neither a body of use nor "not modified"."""
    if status in _CODE_OF_STATUS:
        code = _CODE_OF_STATUS[status]
    elif 400 <= status < 500:
        code = "fetch.client_error"
    elif 500 <= status < 600:
        code = "fetch.server_error"
    else:
        code = "fetch.unexpected_status"
    return FetchError(code, f"status {status}", status=status, final_url=url)


def of_wall(name: str, status: int, *, url: str) -> FetchError:
    """The failure that a wall against robots means."""
    return FetchError("fetch.bot_wall", f"{name} (status {status})", status=status, final_url=url)


def of_exception(error: Exception, *, url: str, status: int | None) -> FetchError:
    """The failure that an exception means, raised while ``url`` was asked (``status`` once headers had come)."""
    cause = _cause(error)
    code = next((code for kinds, code in _CODE_OF_ERROR if isinstance(cause, kinds)), "fetch.protocol")
    if code == "fetch.tls" and _is_no_tls(cause):
        code = "fetch.no_tls"
    said = " ".join(str(cause).encode("utf-8", "replace").decode("utf-8").split())
    return FetchError(code, f"{type(cause).__name__}: {said}".rstrip(": ")[:300], status=status, final_url=url)


def _is_no_tls(cause: Exception) -> bool:
    """Whether the other side does not speak TLS at all, as OpenSSL's versions tell it."""
    inner = cause.os_error if isinstance(cause, aiohttp.ClientConnectorSSLError) else cause
    return getattr(inner, "reason", None) in _NO_TLS  # a certificate's error of aiohttp has none


def _cause(error: Exception) -> Exception:
    """What a connector's error wraps, where that says more: the guard's refusal, a timeout of the kernel."""
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else None
    return inner if isinstance(inner, ForbiddenAddressError | TimeoutError) else error
