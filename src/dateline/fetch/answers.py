"""What a server answered → our values: a whole body, "not modified", or why it brings nothing. (RFC 9110, RFC 9111)"""

import aiohttp

from dateline.errors import FetchError
from dateline.model import Response, Validators

from . import failures, headers
from .body import Body, hash_of, read_sample
from .question import Question
from .redirects import Trail
from .sessions import MAX_HEADER_BYTES
from .walls import SAMPLE_BYTES, wall_of

SAMPLE_SECONDS = 5.0  # for what a refusal says; read to its end, the connection can be used again


def content_encoding(answer: aiohttp.ClientResponse) -> str:
    """How a body is compressed: all codings, in order."""
    return ", ".join(answer.headers.getall("Content-Encoding", ()))


def check_header_size(raw_headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Raises ``FetchError`` for more than a server needs."""
    if sum(len(name) + len(value) for name, value in raw_headers) > MAX_HEADER_BYTES:
        raise FetchError("fetch.protocol", f"more than {MAX_HEADER_BYTES} bytes of headers")


def response(
    fields: headers.Headers,
    question: Question,
    trail: Trail,
    now: float,
    *,
    body: Body | None = None,
    not_modified_since: Validators | None = None,
) -> Response:
    """A whole body, or (``not_modified_since`` what was sent) "not modified", with what the headers say of it."""
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


async def not_taken(answer: aiohttp.ClientResponse, url: str, most: int) -> FetchError:
    """Why a form was not taken: what the status means, with the server's own words, if they are plain."""
    refusal = failures.of_status(answer.status, url=url)
    said = (await answer.content.read(most)).decode("utf-8", "replace")
    word = " ".join(said.split()) if "<" not in said else ""
    return FetchError(refusal.code, f"{refusal.detail} {word}".rstrip(), status=answer.status, final_url=url)


async def refused(answer: aiohttp.ClientResponse, url: str) -> FetchError:
    """What a status means that brings nothing of use: the server's own word, or a wall's before it."""
    sample = await read_sample(
        answer.content, content_encoding=content_encoding(answer), at_most=SAMPLE_BYTES, seconds=SAMPLE_SECONDS
    )
    wall = wall_of(answer.status, answer.headers, sample)
    return failures.of_wall(wall, answer.status, url=url) if wall else failures.of_status(answer.status, url=url)
