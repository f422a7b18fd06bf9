"""An outlet's file → ``Outlet`` with its ``SampleEntry`` values.

A file ``outlets/NAME.md`` begins with TOML between two ``+++`` lines and goes on with one section an entry::

    === slug
    title: The headline (left out: an entry without title)
    age: 1d 4h 20m (before the demo's start)
    tags: Harbour, Ships

    The text, in the markup of ``markup.py``.

The other keys are in ``_KEYS``. Sections with the same slug and different ``editions`` are versions of one entry.
"""

import re
import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from msgspec import Struct, convert

Format = Literal["rss20", "rss20-summary", "rss10", "atom10", "atom10-xhtml", "json11"]
Voice = Literal["bell", "horn", "whistle"]

_ENTRY = re.compile(r"^=== (?=\S+$)", re.MULTILINE)
_AGE = re.compile(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)?")
_KEYS = frozenset(
    {"title", "age", "updated", "undated", "author", "tags", "summary", "picture", "voice", "notes", "editions"}
)


class Sound(Struct, frozen=True, kw_only=True):
    """An episode's sound: how it is made (``voice``) and its notes, such as ``C3 G3 C4``."""

    voice: Voice
    notes: tuple[str, ...]


class SampleEntry(Struct, frozen=True, kw_only=True):
    """One entry as its author wrote it: ``text`` in our markup, times as ages before the demo's start.

    ``undated`` entries keep their place but do not say when they were published. ``editions`` is the first and last
    edition that carries this version (None: for ever).
    """

    slug: str
    title: str | None
    age: timedelta
    updated_age: timedelta | None = None
    undated: bool = False
    author: str | None = None
    tags: tuple[str, ...] = ()
    summary: str | None = None
    picture: str | None = None
    sound: Sound | None = None
    editions: tuple[int, int | None] = (1, None)
    text: str

    def is_in(self, edition: int) -> bool:
        """Whether the edition carries this version."""
        first, last = self.editions
        return first <= edition and (last is None or edition <= last)


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second feed of an outlet, with the entries of one tag."""

    slug: str
    title: str
    tag: str


class Outlet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A publication: what its feed says about itself, and all versions of its entries, newest first.

    ``folder`` is the path of folders that it is filed under. ``relative`` outlets write relative addresses.
    """

    name: str
    title: str
    description: str
    language: str
    format: Format
    folder: tuple[str, ...]
    author: str | None = None
    icon: str
    cover: str | None = None
    relative: bool = False
    sections: tuple[Section, ...] = ()
    moved_from: str | None = None
    entries: tuple[SampleEntry, ...]

    def in_edition(self, edition: int) -> list[SampleEntry]:
        """The entries that an edition carries, newest first."""
        return [entry for entry in self.entries if entry.is_in(edition)]

    def changed_in(self, edition: int) -> int:
        """The last edition, up to ``edition``, in which something of this outlet changed."""
        return max(entry.editions[0] for entry in self.entries if entry.editions[0] <= edition)


@cache
def outlets() -> tuple[Outlet, ...]:
    """All outlets, by name. Raises ``ValueError`` for a file that does not keep to the form."""
    folder = files("dateline.demo") / "outlets"
    names = sorted(file.name.removesuffix(".md") for file in folder.iterdir() if file.name.endswith(".md"))
    return tuple(read_outlet(name, (folder / f"{name}.md").read_text(encoding="utf-8")) for name in names)


def read_outlet(name: str, text: str) -> Outlet:
    """One file's text → ``Outlet``. Raises ``ValueError`` for a text that does not keep to the form."""
    empty, head, body = text.split("+++\n", 2)
    if empty:
        raise ValueError(f"{name}: the file must begin with +++")
    nothing, *sections = _ENTRY.split(body)
    if nothing.strip():
        raise ValueError(f"{name}: text before the first entry")
    entries = sorted((_entry(name, section) for section in sections), key=lambda entry: entry.age)
    return convert({**tomllib.loads(head), "name": name, "entries": tuple(entries)}, Outlet)


def _entry(outlet: str, section: str) -> SampleEntry:
    head, _, text = section.partition("\n\n")
    slug, *lines = head.strip().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    unknown = fields.keys() - _KEYS
    if unknown:
        raise ValueError(f"{outlet}/{slug}: unknown keys {sorted(unknown)}")
    return SampleEntry(
        slug=slug,
        title=fields.get("title"),
        age=_age(fields["age"]),
        updated_age=_age(fields["updated"]) if "updated" in fields else None,
        undated="undated" in fields,
        author=fields.get("author"),
        tags=tuple(fields["tags"].split(", ")) if "tags" in fields else (),
        summary=fields.get("summary"),
        picture=fields.get("picture"),
        sound=convert({"voice": fields["voice"], "notes": fields["notes"].split()}, Sound)
        if "voice" in fields
        else None,
        editions=_editions(fields.get("editions", "1-")),
        text=text.strip(),
    )


def _age(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"not an age: {text!r}")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _editions(text: str) -> tuple[int, int | None]:
    """``2-`` from the second on, ``1`` in the first alone."""
    first, dash, last = text.partition("-")
    return int(first), (int(last) if last else None) if dash else int(first)
