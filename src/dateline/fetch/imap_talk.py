"""One conversation with an IMAP server: a command → its answers, each a line in parts; all of it counted and timed.

An answer is a list of parts: text, then by turns a literal and the text after it (RFC 3501 §4.3 and §7).
"""

import asyncio
import re
from typing import Final

from dateline.errors import FetchError

from .imap_wire import Wire

COMMAND_SECONDS: Final = 60.0
MAX_ANSWERS: Final = 20_000
MAX_TEXT: Final = 2_000_000
"""So much may come in answer to one command, without the mail that was asked for."""
MAX_LITERAL: Final = 100_000
"""The longest literal that nobody asked for."""

_LITERAL = re.compile(rb"~?\{(\d{1,12})\+?\}\Z")
_TAGGED = re.compile(rb"(OK|NO|BAD)(?: |\Z)", re.IGNORECASE)
_CODE = re.compile(r"\[([A-Z0-9-]{1,40})[ \]]", re.IGNORECASE)

Answer = list[bytes]


class Refused(Exception):
    """The server said NO or BAD; ``code`` is its reason where it gave one (RFC 5530), "" else."""

    def __init__(self, said: bytes) -> None:
        text = said[:1_000].decode("utf-8", "replace")
        self.text = " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]
        found = _CODE.search(self.text)
        self.code = found[1].upper() if found else ""
        super().__init__(self.text)


class Talk:
    """Commands, one after the other, over a wire."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._count = 0
        self._left = 0
        self._bye = ""

    async def greeting(self) -> None:
        """What the server says first. Raises ``FetchError``."""
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                text = await self.wire.line()
        except TimeoutError as error:
            raise self.wire.failure(error) from error
        if text[:5].upper() == b"* BYE":
            raise FetchError("fetch.mailbox_refused", Refused(text).text)
        if text[:4].upper() != b"* OK":
            raise FetchError("fetch.mailbox_protocol", f"it greets with {text[:40]!r}")

    async def command(self, *pieces: bytes, max_literal: int = 0, seconds: float | None = None) -> list[Answer]:
        """Give a command, in pieces that the server is asked to go on for; its untagged answers.

        ``max_literal`` is the longest literal that is asked for. Raises ``Refused``, ``FetchError``.
        """
        self._count += 1
        self._left = MAX_TEXT + max_literal
        tag = b"A%d" % self._count
        answers: list[Answer] = []
        try:
            async with asyncio.timeout(COMMAND_SECONDS if seconds is None else seconds):
                await self.wire.send(tag + b" " + pieces[0] + b"\r\n")
                for piece in pieces[1:]:
                    if await self._collect(tag, answers, max_literal):
                        raise FetchError("fetch.mailbox_protocol", "it did not wait for the rest of a command")
                    await self.wire.send(piece + b"\r\n")
                if not await self._collect(tag, answers, max_literal):
                    raise FetchError("fetch.mailbox_protocol", "it waits for more than there is")
        except TimeoutError as error:
            raise self.wire.failure(error) from error
        return answers

    async def _collect(self, tag: bytes, answers: list[Answer], max_literal: int) -> bool:
        """Take answers up to the one that ends the command (True) or asks to go on (False)."""
        while True:
            answer = await self._answer(max_literal)
            text = answer[0]
            if text.startswith(b"* "):
                self._note(text)
                answers.append(answer)
                if len(answers) > MAX_ANSWERS:
                    raise FetchError("fetch.mailbox_protocol", "answers without an end")
            elif text[:1] == b"+":
                return False
            else:
                self._end(tag, text)
                return True

    def _end(self, tag: bytes, text: bytes) -> None:
        said, _, rest = text.partition(b" ")
        found = _TAGGED.match(rest) if said == tag else None
        if found is None:
            raise FetchError("fetch.mailbox_protocol", f"{text[:40]!r} is no answer to {tag.decode()}")
        if found[1].upper() != b"OK":
            raise Refused(rest)

    def _note(self, text: bytes) -> None:
        if text[2:6].upper() == b"BYE ":
            self._bye = Refused(text[6:]).text

    async def _answer(self, max_literal: int) -> Answer:
        parts: Answer = []
        try:
            while True:
                line = await self.wire.line()
                self._count_text(len(line) + 2)
                parts.append(line)
                found = _LITERAL.search(line)
                if found is None:
                    return parts
                parts[-1] = line[: found.start()]
                parts.append(await self._literal(int(found[1]), max_literal))
        except FetchError as error:
            if self._bye and error.code == "fetch.mailbox_refused":
                raise FetchError(error.code, self._bye) from error
            raise

    async def _literal(self, size: int, max_literal: int) -> bytes:
        if size > max(max_literal, MAX_LITERAL):
            raise FetchError("fetch.too_large", f"{size} bytes")
        self._count_text(size)
        return await self.wire.exactly(size)

    def _count_text(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise FetchError("fetch.mailbox_protocol", "answers without an end")
