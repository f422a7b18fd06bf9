"""Forms: a request's body → a ``Form`` of checked values; everything unusable is one ``action.bad_value`` error.

Bodies are bounded while they are read, fields by number and length, files by size.
"""

import re
from collections.abc import Collection, Mapping
from typing import TypeVar

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from dateline.errors import ActionError

MAX_FORM_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 20_000_000
MAX_IMPORT_BYTES = 50_000_000
MAX_PICTURE_BYTES = 1_200_000
MAX_FIELDS = 2_000
_DRAINED_BYTES = 100_000_000
MAX_ID = 2**63 - 1
# It would choose any of Python's codecs: punycode takes minutes for a megabyte, others make halves of characters.
_CHARSET = re.compile(r"charset[*\d\s]*=", re.IGNORECASE)

Choice = TypeVar("Choice", bound=str)


class Upload(Struct, frozen=True, kw_only=True):
    """A file that came with a form."""

    name: str
    body: bytes


class Form:
    """Named values from outside; methods say what they should be and raise ``ActionError("action.bad_value")``."""

    def __init__(
        self, fields: Mapping[str, list[str]] | None = None, files: Mapping[str, Upload] | None = None
    ) -> None:
        self._fields = fields or {}
        self._files = files or {}

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str, default: str | None = None, *, max_length: int = 1000) -> str:
        """The field without blanks around it. Missing: ``default``, or an error when that is None."""
        value = self.raw(name, default, max_length=max_length)
        return value.strip()

    def raw(self, name: str, default: str | None = None, *, max_length: int = 4096) -> str:
        """The field as it was typed (passwords)."""
        values = self._fields.get(name)
        value = values[-1] if values else default
        if value is None or len(value) > max_length or "\0" in value:
            raise _bad(name)
        return value

    def flag(self, name: str) -> bool:
        """A checkbox: there or not."""
        return name in self._fields

    def integer(self, name: str) -> int:
        """A whole number that an id can be: 0 to 2**63-1."""
        return whole_number(self.raw(name, max_length=19), name)

    def optional_integer(self, name: str) -> int | None:
        """The same; None when the field is missing or empty."""
        return self.integer(name) if self.text(name, "", max_length=19) else None

    def integers(self, name: str, *, at_most: int = 1000) -> tuple[int, ...]:
        """Every value of a repeated field; none is fine."""
        values = self._fields.get(name, [])
        if len(values) > at_most:
            raise _bad(name)
        return tuple(whole_number(value, name) for value in values)

    def texts(self, name: str, *, at_most: int = 1000) -> tuple[str, ...]:
        """Every value of a repeated field as it came; none is fine."""
        values = self._fields.get(name, [])
        if len(values) > at_most:
            raise _bad(name)
        return tuple(values)

    def choice(self, name: str, options: Collection[Choice], default: Choice | None = None) -> Choice:
        """One of ``options``. Missing: ``default``, or an error when that is None."""
        value = self.text(name, default)
        for option in options:
            if option == value:
                return option
        raise _bad(name)

    def has_file(self, name: str) -> bool:
        """Whether a file was chosen."""
        return name in self._files

    def file(self, name: str) -> Upload:
        """A file; an error when none was chosen."""
        if name not in self._files:
            raise _bad(name)
        return self._files[name]


def whole_number(text: str, name: str) -> int:
    """Digits → the number, when an id can be that large. Raises ``ActionError("action.bad_value")``."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or int(text) > MAX_ID:
        raise _bad(name)
    return int(text)


async def read_form(request: Request, *, max_bytes: int) -> Form:
    """A POST's body → its form. Raises ``action.too_large`` beyond ``max_bytes``, ``action.bad_value`` when broken."""
    content_type = request.headers.get("content-type", "")
    is_multipart = content_type.lower().startswith("multipart/form-data")
    # Only files are large. Escapes are undone in the event loop: 20 MB of them would hold everybody up for seconds.
    body = _Body(request.receive, max_bytes if is_multipart else min(max_bytes, MAX_FORM_BYTES))
    try:
        if is_multipart and _CHARSET.search(content_type):
            raise ValueError("no browser names a charset")
        async with Request(request.scope, body).form(
            max_files=4, max_fields=MAX_FIELDS, max_part_size=max_bytes
        ) as parsed:
            return await _collect(parsed.multi_items())
    except (MultiPartException, UnicodeError, ValueError) as error:
        raise _bad("form") from error
    finally:
        await body.drain()


async def pass_by(request: Request) -> None:
    """Let the body of somebody who may not send one go by, unread."""
    await _Body(request.receive, 0).drain()


async def _collect(pairs: list[tuple[str, UploadFile | str]]) -> Form:
    fields: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    if len(pairs) > MAX_FIELDS:
        raise _bad("form")
    for name, value in pairs:
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        elif value.filename:
            files[name] = Upload(name=value.filename[:200], body=await value.read())
    return Form(fields, files)


class _Body:
    """A request's body as it comes: raises once more than ``max_bytes`` have come."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._count = 0
        self._is_over = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._is_over = not message.get("more_body", False)
        self._count += len(message.get("body", b""))
        if self._count > self._max_bytes:
            raise ActionError("action.too_large", f"at most {self._max_bytes} bytes")
        return message

    async def drain(self) -> None:
        """Let the rest of a refused body pass, within reason: a browser shows no answer before it has sent it."""
        while not self._is_over and self._count < _DRAINED_BYTES:
            message = await self._receive()
            self._is_over = not message.get("more_body", False)
            self._count += len(message.get("body", b""))


def _bad(name: str) -> ActionError:
    return ActionError("action.bad_value", name[:80])
