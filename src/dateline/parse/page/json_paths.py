"""Paths into JSON: dotted ones (``data.items[0].title``, as FreshRSS writes them) and JMESPath, both bounded.

JMESPath is read by its own library; what it builds is counted while it is evaluated. A value may name the same part
many times (``[@,@]|[@,@]|…``), so that its size when written out doubles with every step: it is measured whenever one
is built, and one too large ends the work.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from .budget import Budget
from .xpath_syntax import BadExpression

MAX_PARTS = 40
_BRACKET = re.compile(r"\[(\d{1,6})\]")
_PIECE = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^&"']+?))\s*(?:&|$)""")
_BUILDING = frozenset(
    {
        "flatten", "projection", "value_projection", "filter_projection", "multi_select_list", "multi_select_dict",
        "function_expression", "slice",
    }
)  # fmt: skip

JsonPath = Callable[[Any, Budget], Any]
"""What a compiled path is: (value, budget) → value or None."""


def compile_path(text: str, language: str) -> JsonPath:
    """Read a rule. Raises ``BadExpression``."""
    return _jmespath(text) if language == "jmespath" else _dotted(text)


def dotted_parts(text: str) -> list[str]:
    """The keys of a dotted path: ``a.b[2]`` → a, b, 2."""
    return [part for part in _BRACKET.sub(r".\1", text).split(".") if part]


# ------------------------------------------------------------------------------------------------ dotted


@lru_cache(maxsize=512)
def _dotted(text: str) -> JsonPath:
    pieces = _pieces(text)
    if len(pieces) == 1:
        return pieces[0]

    def joined(value: Any, budget: Budget) -> Any:
        found = [_as_text(piece(value, budget)) for piece in pieces]
        budget.spend_text(sum(map(len, found)))
        return "".join(found)

    return joined


def _pieces(text: str) -> list[JsonPath]:
    """``"https://e.example/" & slug``: literals and paths to be joined."""
    pieces: list[JsonPath] = []
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None or len(pieces) >= MAX_PARTS:
            raise BadExpression("a dotted path looks like data.items[0].title, and “&” joins texts")
        literal = found[1] if found[1] is not None else found[2]
        pieces.append(_step_by_step(found[3]) if literal is None else _literal(literal))
        place = found.end()
    return pieces or [_step_by_step("")]


def _literal(text: str) -> JsonPath:
    return lambda value, budget: text


def _step_by_step(text: str) -> JsonPath:
    keys = [] if text.strip() in {"$", "@", "."} else dotted_parts(text.strip().removeprefix("$."))
    if len(keys) > MAX_PARTS:
        raise BadExpression(f"more than {MAX_PARTS} keys")

    def found(value: Any, budget: Budget) -> Any:
        budget.spend(1 + len(keys))
        if isinstance(value, dict) and text in value:  # a key with a dot in it
            return value[text]
        for key in keys:
            value = child(value, key)
        return value

    return found


def child(value: Any, key: str) -> Any:
    """What an object or a list has under a key; None when there is no such thing."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdecimal() and len(key) <= 6:
        return value[int(key)] if int(key) < len(value) else None
    return None


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


# ------------------------------------------------------------------------------------------------ JMESPath


class _Functions(Functions):
    """The library's functions; the one whose result may be a product pays before it makes it."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, array: list[str]) -> str:
        self._budget.spend_text(len(separator) * len(array) + sum(map(len, array)))
        return separator.join(array)


class _Counting(TreeInterpreter):
    """The library's interpreter, paying for every step and for the size of everything that it builds."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(Options(custom_functions=_Functions(budget)))
        self._budget = budget

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._budget.spend(1)
        kind = node["type"]
        if kind in {"function_expression", "comparator"} and args:
            spend_size(args[0], self._budget)  # it may read all that it is given
        found = super().visit(node, *args, **kwargs)
        if kind in _BUILDING:
            spend_size(found, self._budget)
        return found


def spend_size(value: Any, budget: Budget) -> None:
    """Pay for a value as if it were written out."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            budget.spend(1 + len(one))
            waiting += one
        elif isinstance(one, dict):
            budget.spend(1 + len(one))
            waiting += one.values()
        elif isinstance(one, str):
            budget.spend_text(len(one))


@lru_cache(maxsize=512)
def _jmespath(text: str) -> JsonPath:
    try:
        parsed: Any = jmespath.compile(text).parsed
    except (JMESPathError, RecursionError, ValueError, Warning) as error:
        raise BadExpression(" ".join(str(error).split())[:200] or "the path is not understood") from error

    def found(value: Any, budget: Budget) -> Any:
        try:
            return _Counting(budget).visit(parsed, value)
        except (JMESPathError, RecursionError, ArithmeticError, TypeError, ValueError, AttributeError, KeyError):
            return None  # a function that met a value it is not made for

    return found
