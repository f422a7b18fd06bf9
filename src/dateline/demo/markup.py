"""The little markup of the sample entries → well-formed HTML.

Blocks are separated by blank lines:

- ``## Heading`` and ``### Heading``
- ``- item`` lines, ``1. item`` lines
- ``> quotation`` lines; ``> — source`` names the source
- ``![alternative text](picture.png "caption")``: a figure, several lines give several
- ``| a | b |`` lines: a table, whose first row is a header when ``|---|`` follows it
- three backticks and a language … three backticks: code
- ``---``: a rule
- ``[^1]: text`` lines: footnotes
- ``<…``: HTML, taken as it is (it must be well-formed, for it may end in an XML document)
- all else is a paragraph; a line that ends in a backslash is broken there.

Within text: ``**strong**``, ``*emphasis*``, backticks for code, ``[words](target)``, ``[^1]``. Nothing else is special,
and every other character is escaped. A target without a scheme is an entry of the same outlet.
"""

import re
from collections.abc import Callable, Iterator
from html import escape

from msgspec import Struct

from .pictures import size_of

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\*\*(?P<strong>\S|\S.*?\S)\*\*"
    r"|\*(?P<em>[^\s*]|[^\s*].*?\S)\*"
    r"|\[\^(?P<note>\w+)\]"
    r"|\[(?P<words>[^\]]+)\]\((?P<target>[^)\s]+)\)",
    re.DOTALL,
)
_FIGURE = re.compile(r'!\[(?P<alt>[^\]]*)\]\((?P<name>[\w.-]+)(?: "(?P<caption>.*)")?\)')
_NOTE = re.compile(r"\[\^(?P<mark>\w+)\]: (?P<text>.*)")


class Places(Struct, frozen=True, kw_only=True):
    """What addresses in a text are made of: where pictures and where the outlet's entries lie, no slash at the end."""

    pictures: str
    entries: str

    def picture(self, name: str) -> str:
        """The address of a picture."""
        return f"{self.pictures}/{name}"

    def target(self, target: str) -> str:
        """The address that a link's target means: an absolute address as it is, else an entry of this outlet."""
        return target if "://" in target else f"{self.entries}/{target}"


def to_html(text: str, places: Places) -> str:
    """A text in the markup above → HTML that is well-formed XML as well."""
    return "\n".join(_block(block, places) for block in _blocks(text))


def plain(text: str) -> str:
    """The first paragraph of a text, without markup: its summary where the author wrote none."""
    for block in _blocks(text):
        if not block.startswith(("#", "- ", "1. ", "> ", "![", "|", "```", "---", "[^", "<")):
            return " ".join(_INLINE.sub(_bare, block.replace("\\\n", "\n")).split())
    return ""


def _bare(match: re.Match[str]) -> str:
    return match["code"] or match["strong"] or match["em"] or match["words"] or ""


def _blocks(text: str) -> Iterator[str]:
    """Blocks between blank lines, but blank lines inside code stay."""
    block: list[str] = []
    in_code = False
    for line in text.strip().splitlines():
        in_code ^= line.startswith("```")
        if line.strip() or in_code:
            block.append(line.rstrip())
        elif block:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _block(block: str, places: Places) -> str:
    for start, write in _WRITERS.items():
        if block.startswith(start):
            return write(block, places)
    return f"<p>{_inline(block, places)}</p>"


def _inline(text: str, places: Places) -> str:
    """Escape ``text`` and mark up what the patterns name."""
    parts: list[str] = []
    at = 0
    for match in _INLINE.finditer(text):
        parts += [_escaped(text[at : match.start()]), _marked(match, places)]
        at = match.end()
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\\\n", "<br />\n")


def _marked(match: re.Match[str], places: Places) -> str:
    if match["code"]:
        return f"<code>{escape(match['code'], quote=False)}</code>"
    if match["note"]:
        mark = match["note"]
        return f'<sup id="ref-{mark}"><a href="#note-{mark}">{mark}</a></sup>'
    if match["words"]:
        return f'<a href="{escape(places.target(match["target"]))}">{_inline(match["words"], places)}</a>'
    tag = "strong" if match["strong"] else "em"
    return f"<{tag}>{_inline(match[tag], places)}</{tag}>"


def _heading(block: str, places: Places) -> str:
    marks, _, text = block.partition(" ")
    return f"<h{len(marks)}>{_inline(text, places)}</h{len(marks)}>"


def _list(tag: str) -> Callable[[str, Places], str]:
    def write(block: str, places: Places) -> str:
        lines = (line.partition(" ")[2] for line in block.splitlines())
        return f"<{tag}>\n" + "\n".join(f"<li>{_inline(line, places)}</li>" for line in lines) + f"\n</{tag}>"

    return write


def _quotation(block: str, places: Places) -> str:
    lines = [line.removeprefix(">").strip() for line in block.splitlines()]
    source = lines.pop() if lines[-1].startswith("—") else None
    said = f"<p>{_inline(chr(10).join(lines), places)}</p>"
    return f"<blockquote>{said}{f'<footer>{_inline(source, places)}</footer>' if source else ''}</blockquote>"


def _figures(block: str, places: Places) -> str:
    return "\n".join(_figure(match, places) for match in _FIGURE.finditer(block))


def _figure(match: re.Match[str], places: Places) -> str:
    width, height = size_of(match["name"])
    size = f'width="{width}" height="{height}"'
    picture = f'<img src="{escape(places.picture(match["name"]))}" alt="{escape(match["alt"])}" {size} />'
    caption = f"<figcaption>{_inline(match['caption'], places)}</figcaption>" if match["caption"] else ""
    return f"<figure>{picture}{caption}</figure>"


def _table(block: str, places: Places) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    has_header = len(rows) > 1 and all(set(cell) <= {"-", ":"} for cell in rows[1])
    head = f"<thead>{_row(rows[0], 'th', places)}</thead>" if has_header else ""
    body = "\n".join(_row(row, "td", places) for row in (rows[2:] if has_header else rows))
    return f"<table>{head}<tbody>\n{body}\n</tbody></table>"


def _row(cells: list[str], tag: str, places: Places) -> str:
    return "<tr>" + "".join(f"<{tag}>{_inline(cell, places)}</{tag}>" for cell in cells) + "</tr>"


def _code(block: str, _places: Places) -> str:
    first, *lines = block.splitlines()
    language = first.removeprefix("```")
    text = escape("\n".join(lines[:-1]), quote=False)
    return f'<pre><code class="language-{escape(language)}">{text}</code></pre>' if language else f"<pre>{text}</pre>"


def _notes(block: str, places: Places) -> str:
    notes = "\n".join(
        f'<li id="note-{match["mark"]}">{_inline(match["text"], places)} <a href="#ref-{match["mark"]}">↩</a></li>'
        for match in _NOTE.finditer(block)
    )
    return f'<section class="footnotes"><hr /><ol>\n{notes}\n</ol></section>'


_WRITERS: dict[str, Callable[[str, Places], str]] = {
    "## ": _heading,
    "### ": _heading,
    "- ": _list("ul"),
    "1. ": _list("ol"),
    "> ": _quotation,
    "![": _figures,
    "|": _table,
    "```": _code,
    "---": lambda _block, _places: "<hr />",
    "[^": _notes,
    "<": lambda block, _places: block,
}
