"""An answer as aiohttp gives it → a ``Response``, and what must be known of its head before its body is read."""

import aiohttp

from dateline.errors import FetchError
from dateline.model import Response, Validators

from . import headers
from .body import Body, hash_of
from .question import Question
from .redirects import Trail

MAX_HEADER_BYTES = 16_384


def content_encoding(answer: aiohttp.ClientResponse) -> str:
    """All that the answer says of how its body is packed."""
    return ", ".join(answer.headers.getall("Content-Encoding", ()))


def check_header_size(raw_headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Raise ``FetchError`` ``fetch.protocol`` when the head is larger than any that is meant well."""
    if sum(len(name) + len(value) for name, value in raw_headers) > MAX_HEADER_BYTES:
        raise FetchError("fetch.protocol", f"more than {MAX_HEADER_BYTES} bytes of headers")


def response_of(
    fields: headers.Headers,
    question: Question,
    trail: Trail,
    now: float,
    *,
    body: Body | None = None,
    not_modified_since: Validators | None = None,
) -> Response:
    """What an answer means: its body, or none where it says that nothing has changed."""
    content = body.content if body else b""
    return Response(
        url=question.url,
        final_url=trail.url,
        status=200 if body else 304,
        content_type=headers.text(fields, "Content-Type") or "",
        body=content,
        body_hash=hash_of(content) if body else b"",
        validators=headers.renewed(not_modified_since or Validators(), fields),
        permanent_url=trail.permanent_url,
        fresh_seconds=headers.fresh_seconds(fields, now),
        retry_after=trail.retry_after,
        links=headers.links(fields, trail.url),
        content_language=headers.text(fields, "Content-Language"),
        content_location=headers.location(fields, "Content-Location", trail.url),
        wire_bytes=body.wire_bytes if body else 0,
    )
