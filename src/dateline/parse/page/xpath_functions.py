"""The core function library of XPath 1.0 (§4): what a call means, and what its texts cost."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Protocol

from .budget import Budget
from .tree import ELEMENT, Tree
from .xpath_syntax import BadExpression, Call, Expression

Value = list[int] | str | float | bool
"""A rising list of nodes, a text, a number or a truth."""

_NUMBER = re.compile(r"[ \t\r\n]*(-?(?:\d+(?:\.\d*)?|\.\d+))[ \t\r\n]*", re.ASCII)
_BLANKS = " \t\r\n"
_XML = "http://www.w3.org/XML/1998/namespace"


class Context:
    """Where an expression stands: a node, its place among how many."""

    __slots__ = ("node", "position", "size")

    def __init__(self, node: int, position: int = 1, size: int = 1) -> None:
        self.node = node
        self.position = position
        self.size = size


class Machine(Protocol):
    """What evaluates the arguments."""

    tree: Tree
    budget: Budget

    def evaluate(self, expression: Expression, context: Context, /) -> Value: ...
    def string(self, value: Value, /) -> str: ...
    def node_string(self, node: int, /) -> str: ...
    def number(self, value: Value, /) -> float: ...
    def truth(self, value: Value, /) -> bool: ...


def number_of(text: str) -> float:
    """A text as a number; NaN when it is none."""
    found = _NUMBER.fullmatch(text[:400])
    return float(found[1]) if found and len(text) <= 400 else math.nan


def text_of_number(number: float) -> str:
    """A number as a text, without an exponent."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    return f"{number:.15f}".rstrip("0").rstrip(".") if 1e-6 < abs(number) < 1e15 else f"{number:.30f}".rstrip("0")


def call(machine: Machine, expression: Call, context: Context) -> Value:
    """Carry out a call. Raises ``BadExpression`` for a function that is not there, or a wrong number of arguments."""
    known = _FUNCTIONS.get(expression.name)
    if known is None:
        raise BadExpression(f"there is no function “{expression.name}()”")
    least, most, function = known
    if not least <= len(expression.arguments) <= most:
        raise BadExpression(f"“{expression.name}()” has a wrong number of arguments")
    values = [machine.evaluate(argument, context) for argument in expression.arguments]
    return function(machine, values, context)


Function = Callable[[Machine, list[Value], Context], Value]


def _text(machine: Machine, values: Sequence[Value], context: Context) -> str:
    """The first argument's text, the context's without one."""
    text = machine.string(values[0]) if values else machine.node_string(context.node)
    machine.budget.spend_text(len(text))
    return text


def _texts(machine: Machine, values: Sequence[Value]) -> list[str]:
    texts = [machine.string(value) for value in values]
    machine.budget.spend_text(sum(map(len, texts)))
    return texts


def _nodes(values: Sequence[Value]) -> list[int]:
    if not isinstance(values[0], list):
        raise BadExpression("a set of nodes is needed as an argument")
    return values[0]


def _count(machine: Machine, values: list[Value], context: Context) -> Value:
    return float(len(_nodes(values)))


def _sum(machine: Machine, values: list[Value], context: Context) -> Value:
    return math.fsum(number_of(machine.node_string(node)) for node in _nodes(values))


def _named(values: Sequence[Value], context: Context) -> int | None:
    if not values:
        return context.node
    nodes = _nodes(values)
    return nodes[0] if nodes else None


def _local_name(machine: Machine, values: list[Value], context: Context) -> Value:
    node = _named(values, context)
    return "" if node is None else machine.tree.names[node]


def _namespace(machine: Machine, values: list[Value], context: Context) -> Value:
    node = _named(values, context)
    return "" if node is None else machine.tree.spaces[node]


def _name(machine: Machine, values: list[Value], context: Context) -> Value:
    node = _named(values, context)
    if node is None:
        return ""
    space, name = machine.tree.spaces[node], machine.tree.names[node]
    if not space or (machine.tree.kinds[node] == ELEMENT and space == machine.tree.default_space):
        return name
    prefix = next((prefix for prefix, known in machine.tree.prefixes.items() if known == space), "")
    return f"{prefix}:{name}" if prefix else name


def _id(machine: Machine, values: list[Value], context: Context) -> Value:
    given = values[0]
    texts = [machine.node_string(node) for node in given] if isinstance(given, list) else [machine.string(given)]
    names = {name for text in texts for name in text.split()}
    machine.budget.spend(len(names))
    return sorted({node for name in names if (node := machine.tree.by_id(name)) is not None})


def _starts_with(machine: Machine, values: list[Value], context: Context) -> Value:
    text, start = _texts(machine, values)
    return text.startswith(start)


def _contains(machine: Machine, values: list[Value], context: Context) -> Value:
    text, part = _texts(machine, values)
    return part in text


def _before(machine: Machine, values: list[Value], context: Context) -> Value:
    text, part = _texts(machine, values)
    return text.partition(part)[0] if part and part in text else ""


def _after(machine: Machine, values: list[Value], context: Context) -> Value:
    text, part = _texts(machine, values)
    return text.partition(part)[2] if part else text


def _rounded(number: float) -> float:
    return number if math.isnan(number) or math.isinf(number) else float(math.floor(number + 0.5))


def _substring(machine: Machine, values: list[Value], context: Context) -> Value:
    text = _text(machine, values[:1], context)
    first = _rounded(machine.number(values[1]))
    end = first + _rounded(machine.number(values[2])) if len(values) > 2 else math.inf
    if math.isnan(first) or math.isnan(end):
        return ""
    start = int(max(first, 1.0)) - 1 if not math.isinf(first) else (len(text) if first > 0 else 0)
    stop = len(text) if math.isinf(end) and end > 0 else int(max(min(end, 1e9), 1.0)) - 1
    return text[start:stop]


def _translate(machine: Machine, values: list[Value], context: Context) -> Value:
    text, old, new = _texts(machine, values)
    table: dict[int, str | None] = {}
    for place, character in enumerate(old):
        table.setdefault(ord(character), new[place] if place < len(new) else None)
    return text.translate(table)


def _normalized(machine: Machine, values: list[Value], context: Context) -> Value:
    return " ".join(part for part in re.split(f"[{_BLANKS}]+", _text(machine, values, context)) if part)


def _concat(machine: Machine, values: list[Value], context: Context) -> Value:
    return "".join(_texts(machine, values))


def _lang(machine: Machine, values: list[Value], context: Context) -> Value:
    wanted = _text(machine, values, context).lower()
    node = context.node
    while node != 0:
        machine.budget.spend(1)
        for place in machine.tree.attributes(node):
            if machine.tree.names[place] == "lang" and machine.tree.spaces[place] in {"", _XML}:
                language = machine.tree.string(place).lower()
                return language == wanted or language.startswith(wanted + "-")
        node = machine.tree.parents[node]
    return False


def _number(machine: Machine, values: list[Value], context: Context) -> Value:
    return machine.number(values[0]) if values else number_of(machine.node_string(context.node))


def _whole(to_whole: Callable[[float], float]) -> Function:
    def function(machine: Machine, values: list[Value], context: Context) -> Value:
        number = machine.number(values[0])
        return number if math.isnan(number) or math.isinf(number) else float(to_whole(number))

    return function


_FUNCTIONS: dict[str, tuple[int, float, Function]] = {
    "last": (0, 0, lambda machine, values, context: float(context.size)),
    "position": (0, 0, lambda machine, values, context: float(context.position)),
    "count": (1, 1, _count),
    "id": (1, 1, _id),
    "local-name": (0, 1, _local_name),
    "namespace-uri": (0, 1, _namespace),
    "name": (0, 1, _name),
    "string": (0, 1, _text),
    "concat": (2, math.inf, _concat),
    "starts-with": (2, 2, _starts_with),
    "contains": (2, 2, _contains),
    "substring-before": (2, 2, _before),
    "substring-after": (2, 2, _after),
    "substring": (2, 3, _substring),
    "string-length": (0, 1, lambda machine, values, context: float(len(_text(machine, values, context)))),
    "normalize-space": (0, 1, _normalized),
    "translate": (3, 3, _translate),
    "boolean": (1, 1, lambda machine, values, context: machine.truth(values[0])),
    "not": (1, 1, lambda machine, values, context: not machine.truth(values[0])),
    "true": (0, 0, lambda machine, values, context: True),
    "false": (0, 0, lambda machine, values, context: False),
    "lang": (1, 1, _lang),
    "number": (0, 1, _number),
    "sum": (1, 1, _sum),
    "floor": (1, 1, _whole(math.floor)),
    "ceiling": (1, 1, _whole(math.ceil)),
    "round": (1, 1, _whole(lambda number: math.floor(number + 0.5))),
}
