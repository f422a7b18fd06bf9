"""Long or crowded HTML, brought into a form that costs the sanitiser time in proportion to its length.

HTML's parsing rules let a small document grow: depth costs its square, unclosed formatting is opened again in every
block, one element's attributes are compared with each other, a run of entities is copied at each of them. A document
beyond ``is_crowded`` is therefore rewritten first, in one pass: well nested, of bounded depth, comments and scripts
gone. What is well nested already keeps its meaning.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from itertools import islice
from typing import Final

from . import policy, reopening

MAX_CHARS: Final = 5_000_000
"""Of HTML, published or cleaned; the rest is cut off."""

MAX_TAGS: Final = 50_000
"""Beyond these only the text goes on (the largest real entry known has 31,000)."""

MAX_DEPTH: Final = 160
MAX_FORMATTING_DEPTH: Final = 8
MAX_ATTRIBUTES: Final = 60
MAX_VALUE_CHARS: Final = 16_384
MAX_TEXT_CHARS: Final = 400_000
MAX_PARAGRAPHS: Final = 10_000

_CROWDED_TAGS: Final = 4_000
_CROWDED_WRITING: Final = 40_000_000
"""Characters times tags: so much may be written when a long formatting tag is opened again in every block."""
_CROWDED_CHARS: Final = 200_000
_CROWDED_ENTITIES: Final = 5_000
_ENTITIES_IN_ONE_TEXT: Final = 500
_TAGS_AT_ONCE: Final = 8_192
"""To split is quicker than to take tag by tag, and this many bound what it holds."""

# Linear on any input: quantifiers are possessive, and since quotes stand only around whole values, at most two attempts
# that began at different “<” can be inside the same quoted stretch.
_VALUE: Final = r"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++))"""
_TAG: Final = re.compile(
    rf"""<(/?)([a-zA-Z][a-zA-Z0-9:_-]*+)((?:[\s/]++|[^\s/<>="']++(?:{_VALUE.replace("([", "(?:[")})?)*+)>"""
)
_NORMAL_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [a-z-]++="[^"<>]*+")*+)>')
_ATTRIBUTE: Final = re.compile(rf"""([^\s/<>="']++)(?:{_VALUE})?""")
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_BLOCK_TAG: Final = re.compile(rf"</?(?:{'|'.join(sorted(policy.BLOCKS))}|br)(?![a-z0-9])[^<>]*>", re.IGNORECASE)
_HIDDEN: Final = re.compile(
    rf"<(?=[!?dmnost])(?:(!--)|([!?])|({'|'.join(sorted(policy.DROPPED_WITH_CONTENT))})(?=[\s/>]))", re.IGNORECASE
)
_ENTITY: Final = re.compile(rf"(?:[^&]*&){{{_ENTITIES_IN_ONE_TEXT}}}")
_CLOSED_BY_THEIR_LIKE: Final = frozenset({"dd", "dt", "li", "p", "td", "th", "tr"})
_KNOWN: Final = policy.TAGS | {"h1", "embed"}


def cut(html: str) -> str:
    """HTML → at most ``MAX_CHARS`` of it, never ending inside a tag."""
    if len(html) <= MAX_CHARS:
        return html
    tag = html.rfind("<", 0, MAX_CHARS)
    return html[:tag] if html.rfind(">", 0, MAX_CHARS) < tag else html[:MAX_CHARS]


def is_crowded(html: str) -> bool:
    """Whether a document has so many tags, entities or characters that it must be balanced first."""
    tags = html.count("<")
    if tags > _CROWDED_TAGS or len(html) > _CROWDED_CHARS:
        return True
    if len(html) > _CROWDED_ENTITIES < html.count("&"):
        return True
    if tags * len(html) > _CROWDED_WRITING:
        return True
    return reopening.may_be_much(html, tags)


def balanced(html: str) -> str:
    """Any HTML → well-nested HTML of bounded depth with the same text; in one pass."""
    rest = _without_hidden(html)
    out: list[str] = []
    still_open: list[str] = []
    tags = 0
    while len(pieces := _TAG.split(rest, _TAGS_AT_ONCE)) > 1:
        rest = pieces.pop()
        parts = iter(pieces)
        for text, mark, written, attributes in zip(parts, parts, parts, parts, strict=True):
            if text:
                out.append(_text(text))
            name = written.lower()
            if name in _KNOWN and tags < MAX_TAGS:
                if mark:
                    _close(name, still_open, out)
                else:
                    tags += 1
                    _open(name, attributes, still_open, out)
    out.append(_text(rest))
    out.extend(f"</{name}>" for name in reversed(still_open))
    return "".join(out)


def is_balanced(html: str) -> bool:
    """Whether ``balanced`` leaves HTML in the sanitiser's form as it is; False as well where that would take longer to
    say than to balance it."""
    if html.count("<") > MAX_TAGS or _has_crowded_text(html):
        return False
    tags: list[tuple[str, str, str]] = _NORMAL_TAG.findall(html)
    return (
        len(tags) == html.count("<")
        and _is_nested(tags)
        and all(_attributes(name, given) == given for name, given in {tag[1:] for tag in tags if tag[2]})
    )


def _has_crowded_text(html: str) -> bool:
    if html.count("&") <= _ENTITIES_IN_ONE_TEXT:
        return False
    return max(part.count("&") for part in html.split("<")) > _ENTITIES_IN_ONE_TEXT


def _is_nested(tags: list[tuple[str, str, str]]) -> bool:
    still_open: list[str] = []
    for mark, name, _ in tags:
        if mark:
            if not still_open or still_open.pop() != name:
                return False
        elif name not in policy.VOID:
            if not _may_stand(name, still_open):
                return False
            still_open.append(name)
    return not still_open


def _may_stand(name: str, still_open: list[str]) -> bool:
    """Whether ``_open`` would open this element here and do nothing else."""
    if name not in _KNOWN or name == "iframe" or len(still_open) >= MAX_DEPTH:
        return False
    alike = name in _CLOSED_BY_THEIR_LIKE and bool(still_open) and still_open[-1] == name
    return not alike and not _too_much_formatting(name, still_open)


def _open(name: str, attributes: str, still_open: list[str], out: list[str]) -> None:
    if name in _CLOSED_BY_THEIR_LIKE and still_open and still_open[-1] == name:
        out.append(f"</{still_open.pop()}>")
    if name in policy.VOID:
        out.append(f"<{name}{_attributes(name, attributes)}>")
    elif name == "iframe":  # its content is no HTML
        out.append(f"<iframe{_attributes(name, attributes)}></iframe>")
    elif len(still_open) < MAX_DEPTH and not _too_much_formatting(name, still_open):
        out.append(f"<{name}{_attributes(name, attributes)}>")
        still_open.append(name)


def _too_much_formatting(name: str, still_open: list[str]) -> bool:
    return name in policy.FORMATTING and sum(map(policy.FORMATTING.__contains__, still_open)) >= MAX_FORMATTING_DEPTH


def _close(name: str, still_open: list[str], out: list[str]) -> None:
    if still_open and still_open[-1] == name:
        still_open.pop()
        out.append(f"</{name}>")
        return
    if name not in still_open:
        return
    while (closed := still_open.pop()) != name:
        out.append(f"</{closed}>")
    out.append(f"</{name}>")


def _attributes(name: str, published: str) -> str:
    """An element's attributes → those that may be looked at, quoted, the first of each name."""
    if not published or published.isspace():
        return ""
    return _usual_attributes(name, published) if len(published) <= _USUAL_CHARS else _kept_attributes(name, published)


def _kept_attributes(name: str, published: str) -> str:
    wanted = _WANTED.get(name, _WANTED_OF_ALL)
    kept: dict[str, str] = {}
    for found in islice(_ATTRIBUTE.finditer(published), MAX_ATTRIBUTES + 1):
        key = found[1].lower()
        if key in wanted and key not in kept:
            value = found[2] or found[3] or found[4] or ""
            if len(value) <= MAX_VALUE_CHARS:
                kept[key] = value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f' {key}="{value}"' for key, value in kept.items())


_USUAL_CHARS: Final = 200
_usual_attributes: Final = lru_cache(maxsize=1_024)(_kept_attributes)
"""A crowded article says the same of its elements again and again."""
_WANTED_OF_ALL: Final = policy.GLOBAL_ATTRIBUTES | {"id"}
"""A place that a link of the article may lead to (``anchors``)."""
_WANTED: Final = {
    name: _WANTED_OF_ALL | policy.ATTRIBUTES.get(name, frozenset()) | policy.READ_AND_REMOVED.get(name, frozenset())
    for name in policy.ATTRIBUTES.keys() | policy.READ_AND_REMOVED.keys()
}


def _text(text: str) -> str:
    """Text between tags → the same, a stray ``<`` escaped; comments split what has very many entities."""
    if "<" in text:
        text = text.replace("<", "&lt;")
    if len(text) > _ENTITIES_IN_ONE_TEXT < text.count("&"):
        text = _ENTITY.sub(lambda found: f"{found[0][:-1]}<!---->&", text)
    return text


def _without_hidden(html: str) -> str:
    """HTML → the same without comments and elements whose content is no text; unclosed, these reach to the end."""
    out, at = [], 0
    while found := _HIDDEN.search(html, at):
        out.append(html[at : found.start()])
        at = _end_of_hidden(html, found)
    out.append(html[at:])
    return "".join(out)


def _end_of_hidden(html: str, found: re.Match[str]) -> int:
    if found[1]:
        return _after(html, "-->", found.end() - 2)  # “<!-->” is a whole comment
    if found[2]:
        return _after(html, ">", found.end())
    closing = re.compile(f"</{found[3]}(?=[\\s/>])", re.IGNORECASE).search(html, found.end())
    return _after(html, ">", closing.end()) if closing else len(html)


def _after(html: str, mark: str, start: int) -> int:
    end = html.find(mark, start)
    return len(html) if end < 0 else end + len(mark)


def text_only(html: str) -> str:
    """Any HTML → paragraphs of its text and nothing else: the last resort for what cannot be cleaned otherwise.

    The result is safe as it is, at most ``MAX_CHARS`` long, and the same when it is made again from itself.
    """
    plain = _ANY_TAG.sub("", _BLOCK_TAG.sub("\n", _without_hidden(html)))
    # Six signs for one are more than escapes take: made again from the result, nothing more is cut off.
    plain = unescape(plain[: 6 * MAX_TEXT_CHARS]).replace("\0", "").encode("utf-8", "replace").decode()
    lines = [line for line in (" ".join(line.split()) for line in plain.splitlines()) if line]
    if len(lines) > MAX_PARAGRAPHS:
        lines[MAX_PARAGRAPHS - 1 :] = [" ".join(lines[MAX_PARAGRAPHS - 1 :])]
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in _first(MAX_TEXT_CHARS, lines))


def _first(chars: int, lines: list[str]) -> Iterator[str]:
    """Lines up to a number of characters in all; the last one is cut."""
    for line in lines:
        if kept := line[:chars].rstrip():
            yield kept
        chars -= len(line)
        if chars <= 0:
            return
