"""Why a page gave what it gave: at which step of the rules nothing was found, and which fields stay empty.

``explain`` never raises for what the rules or the document say: a mistake in them is a finding too.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal

from msgspec import Struct

from dateline.errors import ParseError
from dateline.model import ParsedFeed

from .json_paths import child, dotted_parts
from .reading import Reading, read_page
from .rules import FIELDS, PageRules
from .selectors import compile_selector, css_parts
from .sources import JsonSource, TreeSource
from .tree import ELEMENT, Tree
from .xpath_functions import Context
from .xpath_syntax import BadExpression, Path, parse_xpath

Code = Literal[
    "entries",  # count were found
    "entry.nothing",  # `part`, the first step, matched nothing
    "entry.none",  # `part` matched nothing, `before` matched before_count
    "entry.similar",  # the document has `names` that look like it
    "entry.empty",  # count of the entries hold neither title, address nor content
    "script.none",  # nothing holds the JSON
    "json.missing",  # there is no `part` in `before`, which has `names`
    "json.not_list",  # what stands at `part` is no list
    "json.empty",  # the list is empty
    "field",  # `field` was found in count of before_count entries
    "date.unread",  # count dates make no sense, for example `part`
    "failed",  # reading ended with the error `part`
]

_MAX_NAMES = 12


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that reading showed. Which of the others are set depends on ``code``; ``sentence`` is plain English."""

    code: Code
    field: str = ""
    part: str = ""
    count: int = 0
    before: str = ""
    before_count: int = 0
    names: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """For logs and the command line; pages make their own of the code."""
        return _SENTENCES[self.code].format(
            field=self.field,
            part=self.part,
            count=self.count,
            before=self.before,
            before_count=self.before_count,
            names=", ".join(self.names),
        )


_SENTENCES: dict[Code, str] = {
    "entries": "{count} entries were found.",
    "entry.nothing": "“{part}” matches nothing in the document.",
    "entry.none": "“{part}” matches nothing; what stands before it, “{before}”, matches {before_count}.",
    "entry.similar": "The document has {names}.",
    "entry.empty": "{count} of the entries have neither a title nor an address nor content.",
    "script.none": "No script holds JSON.",
    "json.missing": "There is no “{part}” in “{before}”, which has {names}.",
    "json.not_list": "What stands at “{part}” is no list.",
    "json.empty": "The list at “{part}” is empty.",
    "field": "{field}: found in {count} of {before_count}.",
    "date.unread": "{count} dates make no sense, for example “{part}”.",
    "failed": "{part}",
}


def _expression(sentence: str) -> re.Pattern[str]:
    """What such a sentence looks like once its blanks are filled, with a group for each."""
    numbers = re.sub(r"\\{((?:before_)?count)\\}", r"(?P<\1>[0-9]{1,9})", re.escape(sentence))
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", numbers) + r"(?: |\Z)", re.DOTALL)


_EXPRESSIONS = {code: _expression(sentence) for code, sentence in _SENTENCES.items() if code != "failed"}


def findings_of(sentences: str) -> tuple[Finding, ...]:
    """What joined sentences say, such as the detail of ``parse.no_entries``; () where that cannot be told."""
    found: list[Finding] = []
    start = 0
    while start < len(sentences):
        tries = ((code, expression.match(sentences, start)) for code, expression in _EXPRESSIONS.items())
        code, match = next(((code, match) for code, match in tries if match), (None, None))
        if code is None or match is None:
            return ()
        said: dict[str, Any] = match.groupdict()
        said |= {name: int(said[name]) for name in ("count", "before_count") if name in said}
        said |= {"names": tuple(said["names"].split(", "))} if "names" in said else {}
        found.append(Finding(code=code, **said))
        start = match.end()
    return tuple(found)


class Explanation(Struct, frozen=True, kw_only=True):
    """What the rules gave (None when reading failed), and why."""

    feed: ParsedFeed | None
    findings: tuple[Finding, ...]
    error_code: str | None = None


def explain(body: bytes, rules: PageRules, *, url: str | None = None, content_type: str = "") -> Explanation:
    """Read a page and say how it went."""
    try:
        reading = read_page(body, rules, url=url, content_type=content_type)
    except ParseError as error:
        found = Finding(code="failed", part=error.detail)
        return Explanation(feed=None, findings=(found,), error_code=error.code)
    if not reading.items:
        return Explanation(feed=reading.feed, findings=steps_to_entries(rules, reading))
    findings = [Finding(code="entries", count=len(reading.feed.entries))]
    if reading.empty_count:
        findings.append(Finding(code="entry.empty", count=reading.empty_count))
    findings += _fields(rules, reading)
    if reading.bad_dates:
        findings.append(Finding(code="date.unread", count=len(reading.bad_dates), part=reading.bad_dates[0][:80]))
    return Explanation(feed=reading.feed, findings=tuple(findings))


def steps_to_entries(rules: PageRules, reading: Reading) -> tuple[Finding, ...]:
    """Where the way to the entries ends."""
    if reading.items:
        return (Finding(code="entry.empty", count=reading.empty_count),)
    try:
        if isinstance(reading.source, TreeSource):
            return tuple(_in_tree(rules, reading.source))
        assert isinstance(reading.source, JsonSource)
        return tuple(_in_json(rules, reading.source))
    except (BadExpression, ParseError) as error:
        return (Finding(code="failed", part=str(error)),)


def _fields(rules: PageRules, reading: Reading) -> Iterable[Finding]:
    """In how many entries each rule found something."""
    entries = reading.feed.entries
    for field in FIELDS:
        if getattr(rules, field):
            name = {"content": "content_html", "author": "authors", "date": "published_at"}.get(field, field)
            name = "thumbnail_url" if field == "thumbnail" else name
            count = sum(1 for entry in entries if getattr(entry, name))
            yield Finding(code="field", field=field, count=count, before_count=len(entries))


# ------------------------------------------------------------------------------------------------ trees


def _in_tree(rules: PageRules, source: TreeSource) -> Iterable[Finding]:
    steps = _css_steps(rules, source) if rules.language == "css" else _xpath_steps(rules, source)
    before, before_count = "", 0
    for part, count in steps:
        if count == 0:
            yield _ended(part, before, before_count)
            names = _similar(part.removeprefix(before), source.tree)
            if names:
                yield Finding(code="entry.similar", names=names)
            return
        before, before_count = part, count
    yield _ended(rules.entry, before, before_count)


def _ended(part: str, before: str, before_count: int) -> Finding:
    if not before.strip("/"):
        return Finding(code="entry.nothing", part=part)
    return Finding(code="entry.none", part=part, before=before, before_count=before_count)


def _css_steps(rules: PageRules, source: TreeSource) -> Iterable[tuple[str, int]]:
    for part in css_parts(rules.entry) or [rules.entry]:
        expression = compile_selector(part, css=True, html=rules.kind == "html")
        yield part, len(source.machine.nodes(expression, Context(0)))


def _xpath_steps(rules: PageRules, source: TreeSource) -> Iterable[tuple[str, int]]:
    """Step by step, and within a step predicate by predicate."""
    expression = parse_xpath(rules.entry)
    if not isinstance(expression, Path):
        yield rules.entry, 0
        return
    nodes = source.machine.start(expression, Context(0))
    begun = "" if isinstance(expression.start, str) else "(…)"
    for step in expression.steps:
        for count in range(len(step.predicates) + 1):
            partial = step._replace(predicates=step.predicates[:count])
            found = source.machine.step(partial, nodes)
            joint = "" if step.sources[count].startswith("/") or (not begun and expression.start == "context") else "/"
            shown = f"{begun}{joint}{step.sources[count]}"
            if step.sources[0] != "//" or not found:
                yield shown, len(found)
        nodes, begun = found, ("/" if step.sources[0] == "//" and not begun else shown.removesuffix("/"))


def _similar(part: str, tree: Tree) -> tuple[str, ...]:
    """Classes, ids and element names of the document that look like those that a part names."""
    known: dict[str, None] = {}
    for node in tree.all_elements[:20_000]:
        known.setdefault(tree.names[node])
        for place in tree.attributes(node):
            if tree.names[place] in {"class", "id"} and tree.kinds[node] == ELEMENT:
                mark = "." if tree.names[place] == "class" else "#"
                known.update(dict.fromkeys(mark + word for word in tree.string(place).split()[:20]))
        if len(known) > 3_000:
            break
    wanted = {word for word in _words(part) if len(word) > 2}
    found = {close for word in wanted for close in _close(word, list(known))}
    return tuple(sorted(found))[:_MAX_NAMES]


def _words(part: str) -> list[str]:
    """The names in a selector or an expression: ``article``, ``.news-list``."""
    text = "".join(character if character.isalnum() or character in "-_.#" else " " for character in part)
    return [word for chunk in text.split() for word in chunk.replace(".", " .").replace("#", " #").split()][:20]


def _close(word: str, known: list[str]) -> list[str]:
    bare = word.lstrip(".#")[:80]
    by_name = {name.lstrip(".#"): name for name in known if len(name) < 80}
    return [by_name[name] for name in get_close_matches(bare, list(by_name), n=3, cutoff=0.7)]


# ------------------------------------------------------------------------------------------------ JSON


def _in_json(rules: PageRules, source: JsonSource) -> Iterable[Finding]:
    if not source.values:
        yield Finding(code="script.none")
        return
    if rules.language == "jmespath":
        yield Finding(code="json.missing", part=rules.entry, before="@", names=keys_of(source.values[0]))
        return
    yield from _along_keys(rules.entry, source.values[0])


def _along_keys(path: str, value: Any) -> Iterable[Finding]:
    before = "$"
    for key in dotted_parts(path.strip().removeprefix("$")):
        inner = child(value, key)
        if inner is None:
            yield Finding(code="json.missing", part=key, before=before, names=keys_of(value))
            return
        value, before = inner, key if before == "$" else f"{before}.{key}"
    yield Finding(code="json.empty" if value == [] else "json.not_list", part=before)


def keys_of(value: Any) -> tuple[str, ...]:
    """What there is instead: an object's keys, else what it is."""
    if isinstance(value, dict):
        return tuple(str(key)[:60] for key in list(value)[:_MAX_NAMES])
    return (f"a list of {len(value)}",) if isinstance(value, list) else (type(value).__name__,)
