"""What ``reader`` and its process say to each other: frames of msgpack, each after its length in four bytes."""

from typing import IO

from msgspec import Struct

from dateline.model import FullTextRules, RawHTML, SafeHTML

MAX_FRAME = 64_000_000


class Question(Struct, frozen=True, kw_only=True):
    """A page, and the ways in which its article is wanted. ``title`` is the entry's."""

    url: str
    content_type: str
    body: bytes
    title: str
    rules: tuple[FullTextRules, ...]


class Text(Struct, frozen=True, kw_only=True):
    """An article taken in one way: "ok" with its HTML and text, or the code of what is wrong."""

    code: str
    detail: str = ""
    raw: RawHTML = RawHTML("")
    html: SafeHTML = SafeHTML("")
    text: str = ""
    base_url: str = ""
    for_subscribers: bool = False
    title: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """One text for each of the question's rules."""

    texts: tuple[Text, ...]


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """Send one frame."""
    stream.write(len(frame).to_bytes(4, "big"))
    stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Receive one frame; None at the end, and for what is none."""
    head = stream.read(4)
    size = int.from_bytes(head, "big")
    if len(head) < 4 or size > MAX_FRAME:
        return None
    frame = stream.read(size)
    return frame if len(frame) == size else None
