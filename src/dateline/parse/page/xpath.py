"""An XPath 1.0 expression × a tree → a value, within a budget of steps.

libxml2 has no limit for a runaway expression (nested ``//`` in predicates, unions of everything) and cannot be
interrupted; here every node that is looked at is counted. Sets of nodes are rising lists of places in the document, so
that unions and axes stay linear. There are no variables, no extension functions and no ``document()``: nothing outside
the document can be reached. An unprefixed name means the document's default namespace too, which XPath 1.0 lacks.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from . import xpath_functions as functions
from .budget import Budget
from .tree import ATTRIBUTE, ELEMENT, TEXT, Tree
from .xpath_functions import Context, Value, number_of, text_of_number
from .xpath_syntax import (
    BadExpression,
    Call,
    Chain,
    Constant,
    Expression,
    Filtered,
    Negative,
    Path,
    Step,
    Test,
    Union,
    parse_xpath,
)

MAX_EXPRESSION = 1_000
"""Characters of an expression that a person wrote."""

_REVERSE = frozenset({"ancestor", "ancestor-or-self", "preceding", "preceding-sibling", "parent"})


class XPath:
    """Evaluates expressions in one tree; all of them share the budget."""

    def __init__(self, tree: Tree, budget: Budget) -> None:
        self.tree = tree
        self.budget = budget

    def value(self, text: str, node: int = 0) -> Value:
        """What an expression gives at a node (0 is the document).

        Raises ``BadExpression``, ``ParseError`` (``parse.too_complex``).
        """
        return self.evaluate(parse_xpath(text), Context(node))

    def evaluate(self, expression: Expression, context: Context) -> Value:
        """The same for an expression that was read already."""
        self.budget.spend(1)
        return _EVALUATORS[type(expression)](self, expression, context)

    def nodes(self, expression: Expression, context: Context) -> list[int]:
        """What must be a set of nodes."""
        found = self.evaluate(expression, context)
        if not isinstance(found, list):
            raise BadExpression("a set of nodes is needed where the expression gives a text, a number or a truth")
        return found

    # ------------------------------------------------------------------------------------------ values

    def string(self, value: Value) -> str:
        """§4.2 string()."""
        if isinstance(value, list):
            return self.node_string(value[0]) if value else ""
        if isinstance(value, bool):
            return "true" if value else "false"
        return text_of_number(value) if isinstance(value, float) else value

    def node_string(self, node: int) -> str:
        """A node's string-value, paid for."""
        self.budget.spend_text(self.tree.length(node))
        return self.tree.string(node)

    def number(self, value: Value) -> float:
        """§4.4 number()."""
        if isinstance(value, bool | float):
            return float(value)
        return number_of(self.string(value))

    @staticmethod
    def truth(value: Value) -> bool:
        """§4.3 boolean()."""
        if isinstance(value, float):
            return value != 0 and not math.isnan(value)
        return bool(value)

    # ------------------------------------------------------------------------------------------ kinds of expressions

    def _constant(self, expression: Constant, context: Context) -> Value:
        return expression.value

    def _negative(self, expression: Negative, context: Context) -> Value:
        return -self.number(self.evaluate(expression.inner, context))

    def _union(self, expression: Union, context: Context) -> Value:
        found: set[int] = set()
        for part in expression.parts:
            nodes = self.nodes(part, context)
            self.budget.spend(len(nodes))
            found.update(nodes)
        return sorted(found)

    def _filtered(self, expression: Filtered, context: Context) -> Value:
        nodes = self.nodes(expression.inner, context)
        for predicate in expression.predicates:
            nodes = list(self._kept(nodes, predicate))
        return nodes

    def _path(self, expression: Path, context: Context) -> Value:
        nodes = self.start(expression, context)
        for step in expression.steps:
            nodes = self.step(step, nodes)
        return nodes

    def _call(self, expression: Call, context: Context) -> Value:
        return functions.call(self, expression, context)

    def _chain(self, expression: Chain, context: Context) -> Value:
        found = self.evaluate(expression.first, context)
        for operator, part in expression.rest:
            if operator in {"or", "and"}:
                found = self.truth(found)
                if found is (operator == "or"):
                    return found
                found = self.truth(self.evaluate(part, context))
            else:
                found = self._combined(operator, found, self.evaluate(part, context))
        return found

    def _combined(self, operator: str, left: Value, right: Value) -> Value:
        calculate = _ARITHMETIC.get(operator)
        if calculate is not None:
            return calculate(self.number(left), self.number(right))
        if operator in {"=", "!="}:
            return self._equal(left, right, wanted=operator == "=")
        return self._ordered(operator, left, right)

    def _equal(self, left: Value, right: Value, *, wanted: bool) -> bool:
        """§3.4: a set is (un)equal when one of its nodes is."""
        if isinstance(right, list) and not isinstance(left, list):
            left, right = right, left
        if not isinstance(left, list):
            return self._equal_simple(left, right, wanted=wanted)
        if isinstance(right, list):
            one, other = set(map(self.node_string, left)), set(map(self.node_string, right))
            if wanted:
                return not one.isdisjoint(other)
            return bool(one and other) and not (len(one) == 1 and one == other)
        if isinstance(right, bool):
            return (bool(left) == right) is wanted
        if isinstance(right, float):
            return any((number_of(self.node_string(node)) == right) is wanted for node in left)
        return any((self.node_string(node) == right) is wanted for node in left)

    def _equal_simple(self, left: Value, right: Value, *, wanted: bool) -> bool:
        if isinstance(left, bool) or isinstance(right, bool):
            return (self.truth(left) == self.truth(right)) is wanted
        if isinstance(left, float) or isinstance(right, float):
            return (self.number(left) == self.number(right)) is wanted
        return (left == right) is wanted

    def _ordered(self, operator: str, left: Value, right: Value) -> bool:
        one, other = self._numbers(left, right), self._numbers(right, left)
        if not one or not other:
            return False
        if operator in {"<", "<="}:
            return min(one) < max(other) if operator == "<" else min(one) <= max(other)
        return max(one) > min(other) if operator == ">" else max(one) >= min(other)

    def _numbers(self, value: Value, beside: Value) -> list[float]:
        """The numbers to compare: of a set each node's, but its truth beside a truth."""
        if isinstance(value, list) and not isinstance(beside, bool):
            found = [number_of(self.node_string(node)) for node in value]
        else:
            found = [float(self.truth(value)) if isinstance(value, list) else self.number(value)]
        return [number for number in found if not math.isnan(number)]

    # ------------------------------------------------------------------------------------------ paths

    def start(self, path: Path, context: Context) -> list[int]:
        """The nodes from which a path starts."""
        if path.start == "root":
            return [0]
        if path.start == "context":
            return [context.node]
        assert not isinstance(path.start, str)
        return self.nodes(path.start, context)

    def step(self, step: Step, nodes: Sequence[int]) -> list[int]:
        """The nodes that a step finds from a set, in document order."""
        if not step.is_positional:
            found: Iterable[int] = self._matching(self._reached(step, nodes), step)
            for predicate in step.predicates:
                found = self._kept(found, predicate)
            return list(found)
        gathered: set[int] = set()
        for node in nodes:
            near: Iterable[int] = self._matching(self._axis(step, node), step)
            for predicate in step.predicates:
                near = self._kept(near, predicate)
            gathered.update(near)
        return sorted(gathered)

    def _kept(self, nodes: Iterable[int], predicate: Expression) -> Iterable[int]:
        """The nodes for which a predicate holds; a number is a place."""
        if isinstance(predicate, Constant) and isinstance(predicate.value, float):
            place = predicate.value
            return islice(nodes, int(place) - 1, int(place)) if place >= 1 and place == int(place) else ()
        listed = nodes if isinstance(nodes, list) else list(nodes)
        context = Context(0, 0, len(listed))
        found: list[int] = []
        for place, node in enumerate(listed, 1):
            context.node, context.position = node, place
            value = self.evaluate(predicate, context)
            if (value == place) if isinstance(value, float) else bool(value):
                found.append(node)
        return found

    def _matching(self, nodes: Iterable[int], step: Step) -> Iterator[int]:
        """Those that pass the step's test; each that is looked at is paid for."""
        fits = self._test(step.test, ATTRIBUTE if step.axis == "attribute" else ELEMENT)
        spend = self.budget.spend
        for node in nodes:
            spend(1)
            if fits(node):
                yield node

    def _test(self, test: Test, principal: int) -> Callable[[int], bool]:
        kinds, names, spaces = self.tree.kinds, self.tree.names, self.tree.spaces
        if test.kind == "node":
            return lambda node: True
        if test.kind != "name":
            return lambda node: test.kind == "text" and kinds[node] == TEXT
        if test.prefix:
            space = self.tree.prefixes.get(test.prefix)  # None: the document has nothing of that kind
            return lambda node: kinds[node] == principal and spaces[node] == space and test.name in {"*", names[node]}
        if test.name == "*":
            return lambda node: kinds[node] == principal
        allowed = {"", self.tree.default_space if principal == ELEMENT else ""}
        name = test.name
        return lambda node: names[node] == name and kinds[node] == principal and spaces[node] in allowed

    # ------------------------------------------------------------------------------------------ axes

    def _below(self, step: Step, node: int) -> Sequence[int]:
        """The nodes below one that may pass the test."""
        tree = self.tree
        if step.test.kind == "name":
            return tree.within(
                tree.all_elements if step.test.name == "*" else tree.by_name.get(step.test.name, []), node
            )
        if step.test.kind == "text":
            return tree.within(tree.all_texts, node)
        kinds = tree.kinds
        self.budget.spend((tree.ends[node] - node) // 4)
        return [place for place in range(node + 1, tree.ends[node]) if kinds[place] != ATTRIBUTE]

    def _reached(self, step: Step, nodes: Sequence[int]) -> Iterable[int]:
        """What an axis reaches from a rising set: each node once, rising."""
        axis = step.axis
        if axis in {"descendant", "descendant-or-self"}:
            return self._all_below(step, nodes)
        if axis == "following" and nodes:
            return self._axis(step, min(nodes, key=lambda node: self.tree.ends[node]))
        if axis == "preceding" and nodes:
            return sorted(self._axis(step, nodes[-1]))
        if axis in {"following-sibling", "preceding-sibling"}:
            # among siblings the first one reaches all that the others do
            ordered = nodes if axis == "following-sibling" else reversed(nodes)
            nodes = list({self.tree.parents[node]: node for node in reversed(list(ordered))}.values())
        if len(nodes) == 1 and axis not in _REVERSE:
            return self._axis(step, nodes[0])
        found: set[int] = set()
        for node in nodes:
            near = list(self._axis(step, node))
            self.budget.spend(len(near))
            found.update(near)
        return sorted(found)

    def _all_below(self, step: Step, nodes: Sequence[int]) -> Iterator[int]:
        reached = -1
        for node in nodes:
            self.budget.spend(1)
            if node < reached:
                if step.axis == "descendant-or-self" and self.tree.kinds[node] == ATTRIBUTE:
                    yield node
                continue
            if step.axis == "descendant-or-self":
                yield node
            yield from self._below(step, node)
            reached = self.tree.ends[node]

    def _axis(self, step: Step, node: int) -> Iterable[int]:
        """The nodes of an axis from one node, nearest first."""
        return _AXES[step.axis](self, step, node)

    def _ancestors(self, node: int) -> Iterator[int]:
        while node != 0:
            node = self.tree.parents[node]
            yield node

    def _siblings(self, node: int) -> tuple[list[int], int]:
        """The children of the parent, and this one's place among them."""
        if node == 0 or self.tree.kinds[node] == ATTRIBUTE:
            return [], 0
        children = self.tree.children(self.tree.parents[node])
        return children, bisect_left(children, node)

    def _following_siblings(self, node: int) -> Iterator[int]:
        children, place = self._siblings(node)
        return islice(children, place + 1, None)

    def _preceding_siblings(self, node: int) -> Iterator[int]:
        children, place = self._siblings(node)
        return (children[index] for index in range(place - 1, -1, -1))

    def _following(self, step: Step, node: int) -> Iterator[int]:
        kinds = self.tree.kinds
        start = self.tree.ends[node]
        if kinds[node] == ATTRIBUTE:  # what follows an attribute begins with its element's children
            start = self.tree.attributes(self.tree.parents[node]).stop
        if step.test.kind == "name":
            known = self.tree.all_elements if step.test.name == "*" else self.tree.by_name.get(step.test.name, [])
            return islice(known, bisect_left(known, start), None)
        return (place for place in range(start, len(kinds)) if kinds[place] != ATTRIBUTE)

    def _preceding(self, step: Step, node: int) -> Iterator[int]:
        tree = self.tree
        known: Sequence[int] = range(node)
        if step.test.kind == "name":
            known = tree.all_elements if step.test.name == "*" else tree.by_name.get(step.test.name, [])
        stop = bisect_right(known, node - 1)
        spend = self.budget.spend
        for index in range(stop - 1, -1, -1):
            place = known[index]
            spend(1)
            if tree.kinds[place] != ATTRIBUTE and tree.ends[place] <= node and place != 0:
                yield place


_Axis = Callable[[XPath, Step, int], Iterable[int]]
_AXES: dict[str, _Axis] = {
    "self": lambda xpath, step, node: (node,),
    "child": lambda xpath, step, node: xpath.tree.children(node),
    "attribute": lambda xpath, step, node: xpath.tree.attributes(node),
    "descendant": lambda xpath, step, node: xpath._below(step, node),
    "descendant-or-self": lambda xpath, step, node: [node, *xpath._below(step, node)],
    "parent": lambda xpath, step, node: () if node == 0 else (xpath.tree.parents[node],),
    "ancestor": lambda xpath, step, node: xpath._ancestors(node),
    "ancestor-or-self": lambda xpath, step, node: (node, *xpath._ancestors(node)),
    "following-sibling": lambda xpath, step, node: xpath._following_siblings(node),
    "preceding-sibling": lambda xpath, step, node: xpath._preceding_siblings(node),
    "following": lambda xpath, step, node: xpath._following(step, node),
    "preceding": lambda xpath, step, node: xpath._preceding(step, node),
}


def _divided(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _rest(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) or math.isnan(right) else math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divided,
    "mod": _rest,
}
_EVALUATORS: dict[type, Callable[[XPath, Any, Context], Value]] = {
    Constant: XPath._constant,
    Negative: XPath._negative,
    Union: XPath._union,
    Filtered: XPath._filtered,
    Path: XPath._path,
    Call: XPath._call,
    Chain: XPath._chain,
}
