"""Smaller answers: a finished ``Response`` → the same, compressed as the browser asks, in the page's own thread.

By measurement on a stream of 50 entries (390 kB): zstd 1 takes 0.2 ms for 19 kB, brotli 1 0.3 ms for 27 kB, gzip 1
1.4 ms for 46 kB. Personal pages hold no secret of ours beside text from outside (forms carry no token), so BREACH has
nothing to find.
"""

import gzip
import re
import threading
from functools import lru_cache

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import zstandard
from starlette.responses import Response

_COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/xml",
    "application/atom+xml",
    "image/svg+xml",
    "application/manifest+json",
)
_SMALLEST = 800
_local = threading.local()
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")


def small(response: Response, accept_encoding: str) -> Response:
    """A file that never changes, as small as brotli makes it, where the browser takes that; made once a process."""
    if "br" in accepted(accept_encoding) and response.headers.get("content-type", "").startswith(_COMPRESSIBLE):
        response.headers["vary"] = "Accept-Encoding"
        _replace(response, _smallest(bytes(response.body)), "br")
    return response


@lru_cache(maxsize=64)  # of our own files there are a dozen
def _smallest(body: bytes) -> bytes:
    """The style sheet (105 kB): a third smaller than zstd 1 makes it, in 40 ms; quality 11 takes 105 for 2 % less."""
    smallest: bytes = brotli.compress(body, quality=10)
    return smallest


def accepted(accept_encoding: str) -> set[str]:
    """The encodings that a browser takes."""
    offers = [part for part in accept_encoding[:500].lower().split(",") if not _REFUSED.search(part)]
    return {part.partition(";")[0].strip() for part in offers}


def compress(response: Response, accept_encoding: str) -> Response:
    """Replace the body in place where that pays; gives ``response`` back."""
    body = getattr(response, "body", b"")  # one that is streamed has none
    content_type = response.headers.get("content-type", "")
    if len(body) < _SMALLEST or not content_type.startswith(_COMPRESSIBLE) or "content-encoding" in response.headers:
        return response
    response.headers["vary"] = "Accept-Encoding"
    known = accepted(accept_encoding)
    if "zstd" in known:
        _replace(response, _zstd().compress(bytes(body)), "zstd")
    elif "br" in known:
        _replace(response, brotli.compress(bytes(body), quality=1), "br")
    elif "gzip" in known:
        _replace(response, gzip.compress(bytes(body), compresslevel=1, mtime=0), "gzip")
    return response


def _zstd() -> zstandard.ZstdCompressor:
    """This thread's compressor: a page's window and a small table that is made once (a fifth less time, same size)."""
    compressor: zstandard.ZstdCompressor | None = getattr(_local, "zstd", None)
    if compressor is None:
        parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=18, hash_log=14)
        compressor = _local.zstd = zstandard.ZstdCompressor(compression_params=parameters)
    return compressor


def _replace(response: Response, body: bytes, encoding: str) -> None:
    response.body = body
    response.headers["content-length"] = str(len(body))
    response.headers["content-encoding"] = encoding
