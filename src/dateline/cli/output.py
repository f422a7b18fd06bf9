"""What is printed: JSON for programs, lines for people, a progress bar where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Advance = Callable[[int, int], None]
"""Called with (done, of how many)."""


def print_json(value: Any) -> None:
    """Structs, dicts and lists as indented JSON; times in ISO 8601 UTC, missing values null."""
    import msgspec

    write_text(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def write_text(text: str) -> None:
    """Text on standard output, in UTF-8 whatever the terminal's locale says."""
    write_bytes(text.encode("utf-8", "replace"))


def write_bytes(body: bytes) -> None:
    """Bytes on standard output, as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def say(line: str) -> None:
    """One line for people, at once, without control characters (titles and addresses come from outside)."""
    write_text("".join(char for char in line if char.isprintable() or char == "\t") + "\n")


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: ``counted(1, "feed")`` is "1 feed", ``counted(2, "feed")`` "2 feeds"."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def moment(at: datetime | None) -> str:
    """A time in a list."""
    return at.strftime("%Y-%m-%d %H:%M") if at else "-"


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """A progress bar on standard error, when that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield _ignore
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=max(total, done))

        yield advance


def _ignore(done: int, total: int) -> None:
    """Nobody watches."""
