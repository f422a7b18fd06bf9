"""The process that takes articles out of pages: ``Question`` on standard input → ``Answer`` on standard output.

``refresh.reader`` starts it and ends it. A page may make readability or a selector run for ever, or lxml crash: then
only this process dies. It holds no database and no network, and is gone when there is nothing to read.
"""

import os
import sys
from typing import IO

import msgspec

from dateline.clean import clean_html, plain_text
from dateline.clean.extract import MAX_PAGE, extract
from dateline.errors import ExtractError
from dateline.parse.encoding import to_utf8
from dateline.parse.page_tree import bounded_tags

from .reading_frames import Answer, Question, Text, read_frame, write_frame

MEMORY = 1_500_000_000
CPU_SECONDS = 20
NICE = 10


def main() -> None:
    """Answer until the input ends."""
    _be_modest()
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while (frame := read_frame(questions)) is not None:
        _limit_time()
        _answer(msgspec.msgpack.decode(frame, type=Question), answers)


def _answer(question: Question, answers: IO[bytes]) -> None:
    # a tag of endless attributes would keep lxml busy for minutes: each tag is written anew before
    page = bounded_tags(to_utf8(question.body, question.content_type).text[:MAX_PAGE], with_scripts=True)
    texts = tuple(_text(page, question, place) for place in range(len(question.rules)))
    write_frame(answers, msgspec.msgpack.encode(Answer(texts=texts)))


def _text(page: bytes, question: Question, place: int) -> Text:
    try:
        found = extract(page, url=question.url, rules=question.rules[place], title=question.title)
    except ExtractError as error:
        return Text(code=error.code, detail=error.detail)
    except (MemoryError, RecursionError) as error:
        return Text(code="extract.too_complex", detail=type(error).__name__)
    except Exception as error:  # noqa: BLE001 - whatever a hostile page makes a library raise is its own failure
        return Text(code="extract.crashed", detail=f"{type(error).__name__}: {error}"[:300])
    safe = clean_html(found.html, found.base_url)
    return Text(
        code="ok",
        raw=found.html,
        html=safe,
        text=plain_text(safe),
        base_url=found.base_url,
        for_subscribers=found.for_subscribers,
        title=found.title,
    )


def _be_modest() -> None:
    """What somebody waits for comes first; no page takes all memory."""
    try:
        import resource

        os.nice(NICE)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass  # not every system knows these; the time limit of the other side stays


def _limit_time() -> None:
    """Even if the process that asked is gone, a page takes no more than this."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, hard))
    except (ImportError, OSError, ValueError):
        pass


if __name__ == "__main__":
    main()
