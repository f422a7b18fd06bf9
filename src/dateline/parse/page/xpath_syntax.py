"""XPath 1.0 as text → a tree of frozen values (https://www.w3.org/TR/1999/REC-xpath-19991116/).

The whole grammar but variables. Chains of operators are flat and nesting is counted: no text overflows the stack.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

MAX_DEPTH = 40
MAX_PARTS = 3_000
"""Steps, calls and operators of one expression."""

Axis = Literal[
    "child", "descendant", "parent", "ancestor", "following-sibling", "preceding-sibling", "following", "preceding",
    "attribute", "self", "descendant-or-self", "ancestor-or-self",
]  # fmt: skip

_AXES = frozenset(
    {
        "child", "descendant", "parent", "ancestor", "following-sibling", "preceding-sibling", "following", "preceding",
        "attribute", "self", "descendant-or-self", "ancestor-or-self",
    }
)  # fmt: skip
_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"""\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<string>"[^"]*"|'[^']*')|(?P<sign>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*$])"""
    rf"""|(?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?))""",
)
# After one of these (or an operator) a name or "*" is a name, else an operator (§3.7).
_BEFORE_NAME = frozenset({"@", "::", "(", "[", ",", "/", "//", "|", "+", "-", "=", "!=", "<", "<=", ">", ">="})
_WORDS = frozenset({"and", "or", "mod", "div", "*"})
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)
_NODE_TYPES = frozenset({"node", "text", "comment", "processing-instruction"})
_NUMERIC = frozenset({"count", "last", "position", "number", "sum", "floor", "ceiling", "round", "string-length"})


class BadExpression(Exception):
    """The text is no expression; the message says why, in plain English."""


class Test(NamedTuple):
    """What a step's nodes must be: ``name`` (with ``prefix``; "*" is any), ``node``, ``text`` or ``nothing``."""

    kind: Literal["name", "node", "text", "nothing"]
    prefix: str = ""
    name: str = ""


class Step(NamedTuple):
    """One step; ``source`` is its text without predicates, ``is_positional`` whether one of them counts."""

    axis: Axis
    test: Test
    predicates: tuple["Expression", ...]
    sources: tuple[str, ...]
    is_positional: bool


class Path(NamedTuple):
    """Steps from the document's root, from the context, or from what an expression gives."""

    start: "Literal['root', 'context'] | Expression"
    steps: tuple[Step, ...]


class Filtered(NamedTuple):
    """``(expression)[predicate]``: counted over the whole set."""

    inner: "Expression"
    predicates: tuple["Expression", ...]


class Union(NamedTuple):
    """``a | b``."""

    parts: tuple["Expression", ...]


class Chain(NamedTuple):
    """Operators of one level, from left to right."""

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


class Negative(NamedTuple):
    """``-a``."""

    inner: "Expression"


class Call(NamedTuple):
    """A function of the core library."""

    name: str
    arguments: tuple["Expression", ...]


class Constant(NamedTuple):
    """A text or a number."""

    value: str | float


Expression = Path | Filtered | Union | Chain | Negative | Call | Constant


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=512)
def parse_xpath(text: str) -> Expression:
    """Read an expression. Raises ``BadExpression``."""
    return _Parser(text).whole()


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise BadExpression(f"“{text[place : place + 20].strip()}” is not understood")
        kind, word = match.lastgroup, match[match.lastgroup]
        if word in _WORDS and kind in {"name", "sign"} and found and not _wants_name(found[-1]):
            kind = "operator"
        found.append(_Token(kind, word, match.start(match.lastgroup), match.end()))
        place = match.end()
    return [*found, _Token("end", "", len(text), len(text))]


def _wants_name(before: _Token) -> bool:
    return before.kind == "operator" or (before.kind == "sign" and before.text in _BEFORE_NAME)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._place = 0
        self._depth = 0
        self._parts = 0

    def whole(self) -> Expression:
        expression = self._expression()
        if self._next.kind != "end":
            raise self._unexpected()
        return expression

    # ------------------------------------------------------------------------------------------ tokens

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _is(self, *signs: str) -> bool:
        return self._next.kind in {"sign", "operator"} and self._next.text in signs

    def _take(self, sign: str | None = None) -> _Token:
        token = self._next
        if token.kind == "end" or (sign is not None and not self._is(sign)):
            raise self._unexpected(sign)
        self._place += 1
        self._parts += 1
        if self._parts > 20 * MAX_PARTS:
            raise BadExpression("the expression is too long")
        return token

    def _unexpected(self, wanted: str | None = None) -> BadExpression:
        token = self._next
        here = f"“{token.text}”" if token.kind != "end" else "the end"
        return BadExpression(f"{here} where “{wanted}” is missing" if wanted else f"{here} is unexpected")

    # ------------------------------------------------------------------------------------------ expressions

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadExpression("the expression is nested too deeply")
        found = self._level(0)
        self._depth -= 1
        return found

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        first = self._level(level + 1)
        rest: list[tuple[str, Expression]] = []
        while self._next.kind in {"sign", "operator"} and self._next.text in _LEVELS[level]:
            operator = self._take().text
            rest.append((operator, self._level(level + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def _unary(self) -> Expression:
        count = 0
        while self._is("-"):
            self._take()
            count += 1
        found = self._union()
        if count == 0:
            return found
        return Negative(found) if count % 2 else Negative(Negative(found))

    def _union(self) -> Expression:
        parts = [self._path()]
        while self._is("|"):
            self._take()
            parts.append(self._path())
        return Union(tuple(parts)) if len(parts) > 1 else parts[0]

    def _path(self) -> Expression:
        if self._is("/", "//"):
            return self._from_root()
        if not self._begins_primary():
            return Path("context", tuple(self._steps()))
        inner = self._primary()
        predicates = self._predicates()[0]
        if predicates:
            inner = Filtered(inner, predicates)
        if not self._is("/", "//"):
            return inner
        return Path(inner, tuple(self._more_steps()))

    def _from_root(self) -> Path:
        if self._is("//"):
            return Path("root", tuple(self._more_steps()))
        self._take("/")
        return Path("root", tuple(self._steps()) if self._begins_step() else ())

    def _begins_step(self) -> bool:
        token = self._next
        return token.kind == "name" or (token.kind == "sign" and token.text in {".", "..", "@", "*"})

    def _begins_primary(self) -> bool:
        token = self._next
        if token.kind in {"number", "string"} or self._is("(", "$"):
            return True
        after = self._tokens[self._place + 1].text if token.kind == "name" else ""
        return after == "(" and token.text not in _NODE_TYPES

    def _primary(self) -> Expression:
        token = self._take()
        if token.kind == "number":
            return Constant(float(token.text))
        if token.kind == "string":
            return Constant(token.text[1:-1])
        if token.text == "$":
            raise BadExpression("there are no variables here")
        if token.text == "(":
            inner = self._expression()
            self._take(")")
            return inner
        return self._call(token.text)

    def _call(self, name: str) -> Call:
        self._take("(")
        arguments: list[Expression] = []
        while not self._is(")"):
            if arguments:
                self._take(",")
            arguments.append(self._expression())
        self._take(")")
        return Call(name, tuple(arguments))

    # ------------------------------------------------------------------------------------------ steps

    def _steps(self) -> list[Step]:
        steps = [self._step()]
        return steps + self._more_steps()

    def _more_steps(self) -> list[Step]:
        steps: list[Step] = []
        while self._is("/", "//"):
            if self._take().text == "//":
                step = self._step()
                steps += _below(step)
            else:
                steps.append(self._step())
        return steps

    def _step(self) -> Step:
        start = self._next.start
        if self._is(".", ".."):
            axis: Axis = "self" if self._take().text == "." else "parent"
            test = Test("node")
        else:
            axis = self._axis()
            test = self._test()
        source = self._text[start : self._tokens[self._place - 1].end]
        predicates, texts = self._predicates()
        sources = tuple(source + "".join(texts[:count]) for count in range(len(texts) + 1))
        return Step(axis, test, predicates, sources, any(_is_positional(predicate) for predicate in predicates))

    def _axis(self) -> Axis:
        if self._is("@"):
            self._take()
            return "attribute"
        if self._tokens[min(self._place + 1, len(self._tokens) - 1)].text != "::":
            return "child"
        name = self._take().text
        if name not in _AXES:
            raise BadExpression(f"there is no axis “{name}”")
        self._take("::")
        return name  # type: ignore[return-value] # one of the names

    def _test(self) -> Test:
        token = self._take()
        if token.text == "*" and token.kind == "sign":
            return Test("name", "", "*")
        if token.kind != "name":
            self._place -= 1
            raise self._unexpected()
        if token.text in _NODE_TYPES and self._is("("):
            self._take("(")
            if not self._is(")"):
                self._take()
            self._take(")")
            return Test("node" if token.text == "node" else "text" if token.text == "text" else "nothing")
        prefix, _, name = token.text.rpartition(":")
        return Test("name", prefix, name)

    def _predicates(self) -> tuple[tuple[Expression, ...], list[str]]:
        found: list[Expression] = []
        texts: list[str] = []
        while self._is("["):
            start = self._take("[").start
            found.append(self._expression())
            self._take("]")
            texts.append(self._text[start : self._tokens[self._place - 1].end])
        return tuple(found), texts


def _below(step: Step) -> list[Step]:
    """``//step``: without a predicate that counts, what is below in one go, not by way of every node."""
    if step.axis == "child" and not step.is_positional:
        return [step._replace(axis="descendant", sources=tuple("//" + source for source in step.sources))]
    everything = Step("descendant-or-self", Test("node"), (), ("//",), False)
    return [everything, step._replace(sources=tuple("//" + source for source in step.sources))]


def _is_positional(expression: Expression) -> bool:
    """Whether a predicate's truth may depend on the place: it may be a number, or asks for the place."""
    if isinstance(expression, Constant):
        return isinstance(expression.value, float)
    if isinstance(expression, Negative):
        return True
    if isinstance(expression, Call):
        return expression.name in _NUMERIC or _asks_for_place(expression)
    if isinstance(expression, Chain):
        return expression.rest[0][0] in {"+", "-", "*", "div", "mod"} or _asks_for_place(expression)
    return isinstance(expression, Filtered) and _asks_for_place(expression)


def _asks_for_place(expression: Expression) -> bool:
    if isinstance(expression, Call):
        return expression.name in {"position", "last"} or any(map(_asks_for_place, expression.arguments))
    if isinstance(expression, Chain):
        return _asks_for_place(expression.first) or any(_asks_for_place(part) for _, part in expression.rest)
    if isinstance(expression, Negative | Filtered):
        return _asks_for_place(expression.inner)
    if isinstance(expression, Union):
        return any(map(_asks_for_place, expression.parts))
    return isinstance(expression, Path) and not isinstance(expression.start, str) and _asks_for_place(expression.start)
