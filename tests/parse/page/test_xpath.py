"""Our XPath against libxml2's: whatever both understand, they answer alike; what is refused, and the budget."""

import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dateline.errors import ParseError
from dateline.parse.page.budget import Budget
from dateline.parse.page.tree import Tree, tree_of_xml
from dateline.parse.page.xpath import XPath
from dateline.parse.page.xpath_functions import Context, Value
from dateline.parse.page.xpath_syntax import BadExpression, parse_xpath

AXES = (
    "child", "descendant", "parent", "ancestor", "following-sibling", "preceding-sibling", "following", "preceding",
    "self", "descendant-or-self", "ancestor-or-self",
)  # fmt: skip
FUNCTIONS = (
    "count(P)", "string(E)", "concat(E,E)", "starts-with(E,E)", "contains(E,E)", "substring-before(E,E)",
    "substring-after(E,E)", "substring(E,N)", "substring(E,N,N)", "string-length(E)", "normalize-space(E)",
    "translate(E,'tu','ab')", "boolean(E)", "not(E)", "number(E)", "sum(P)", "floor(E)", "ceiling(E)", "round(E)",
    "name(P)", "local-name(P)", "name()", "string()", "-E",
)  # fmt: skip


class Writer:
    """Writes documents and expressions at random."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def document(self, depth: int = 0) -> str:
        dice = self.dice
        name = dice.choice("abc")
        attributes = "".join(
            f' {key}="{dice.choice(["1", "2", "x", "x y"])}"' for key in ("id", "class") if dice.random() < 0.4
        )
        inner = "".join(
            dice.choice(["", "t", "1", " 2 "]) + self.document(depth + 1)
            for _ in range(dice.randint(0, 3 if depth < 4 else 0))
        )
        return f"<{name}{attributes}>{inner}{dice.choice(['', 'u', '3'])}</{name}>"

    def step(self, depth: int) -> str:
        dice = self.dice
        if dice.random() < 0.1:
            return dice.choice([".", ".."])
        axis = dice.choice(AXES) + "::" if dice.random() < 0.5 else ""
        found = axis + dice.choice(["a", "b", "c", "*", "node()", "text()"])
        while dice.random() < 0.35 and depth < 2:
            found += f"[{self.predicate(depth + 1)}]"
        return found

    def path(self, depth: int) -> str:
        dice = self.dice
        found = dice.choice(["", "/", "//", ".//"]) + self.step(depth)
        while dice.random() < 0.5:
            found += dice.choice(["/", "/", "//"]) + self.step(depth)
        # what follows an attribute is no matter of agreement
        return found + ("/@" + dice.choice(["id", "class", "*"]) if dice.random() < 0.15 else "")

    def predicate(self, depth: int) -> str:
        dice = self.dice
        kind = dice.randint(0, 4)
        place = f"position() {dice.choice(['<', '>', '=', '!=', '<=', '>='])} {dice.randint(1, 3)}"
        return [str(dice.randint(0, 3)), "last()", place, self.path(depth), self.expression(depth)][kind]

    def expression(self, depth: int) -> str:
        dice = self.dice
        kind = dice.random()
        if depth > 3 or kind < 0.2:
            return dice.choice(["1", "2", "'x'", "'t'", "true()", "."])
        if kind < 0.4:
            return self.path(depth)
        if kind < 0.5:
            sign = dice.choice(["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"])
            return f"({self.expression(depth + 1)} {sign} {self.expression(depth + 1)})"
        if kind < 0.55:
            return f"{self.path(depth)} | {self.path(depth)}"
        if kind < 0.6:
            return f"({self.path(depth)})[{self.predicate(depth + 1)}]"
        parts = {"P": lambda: self.path(depth), "E": lambda: self.expression(depth + 1), "N": self._number}
        return "".join(parts[sign]() if sign in parts else sign for sign in dice.choice(FUNCTIONS))

    def _number(self) -> str:
        return self.dice.choice(["0", "1", "2", "1.5", "-1"])


def place_of(tree: Tree, places: dict[etree._Element, int], found: object) -> int:
    """Our number of a node that lxml gave."""
    if isinstance(found, etree._Element):
        return places[found]
    parent = found.getparent()  # type: ignore[attr-defined] # lxml's texts know whose they are
    if getattr(found, "is_attribute", False):
        name = found.attrname  # type: ignore[attr-defined] # likewise
        return next(place for place in tree.attributes(places[parent]) if tree.names[place] == name)
    is_tail = found.is_tail  # type: ignore[attr-defined] # likewise
    return tree.ends[places[parent]] if is_tail else tree.children(places[parent])[0]


def theirs_and_ours(markup: str, expression: str) -> Iterator[tuple[Value, Value]]:
    root = etree.fromstring(markup)
    tree = tree_of_xml(root)
    places = dict(zip(root.iter(), tree.all_elements, strict=True))
    try:
        found = root.xpath(expression)
    except etree.XPathError:
        return
    ours = XPath(tree, Budget(10**9)).value(expression, 1)
    if isinstance(found, list):
        assert isinstance(ours, list), expression
        yield (
            sorted(place_of(tree, places, one) for one in found),
            [node for node in ours if node],  # lxml leaves the document out
        )
    else:
        assert not isinstance(found, bytes)
        yield found, ours


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_every_expression_gives_what_libxml2_gives(seed: int) -> None:
    writer = Writer(random.Random(seed))
    markup = writer.document()
    for _ in range(8):
        expression = writer.expression(0)
        for theirs, ours in theirs_and_ours(markup, expression):
            if isinstance(theirs, float) and isinstance(ours, float):
                assert (math.isnan(theirs) and math.isnan(ours)) or math.isclose(theirs, ours), (expression, markup)
            else:
                assert (type(theirs) is bool) == (type(ours) is bool), (expression, markup)
                assert theirs == ours, (expression, markup)


SAMPLE = "<r><div><and>1</and><div>2</div></div><mod/><p class='a b'>x<i>y</i>z</p><p>3</p></r>"


@pytest.mark.parametrize(
    "expression",
    [
        "//div/div", "//div[div]", "//and", "//div/and", "//mod", "//div and //p", "count(//div) mod 2", "//* [1]",
        "//*[self::div or self::p]", "2*3", "//p[@class='a b']/i", "(//p)[last()]", "//p[position()=2]", "//p[2]",
        "//p/text()", "//p[contains(concat(' ', normalize-space(@class), ' '), ' b ')]", "//@class", "/", "/r/*",
        "//p | //div", "//div/..", "- - 1", "-(-1)", "1 - -1", "'a' = 'a'", "//p = 'xyz'", "//p > 2", "//p != //p",
        "string(//p/@class)", "substring('12345', 2, 3)", "substring('12345', 1.5, 2.6)", "substring('12345', 0 div 0)",
        "substring('12345', -42, 1 div 0)", "round(-1.5)", "1 div 0", "number(' 12 ')", "3 mod -2",
        "translate('bar','abc','AB')", "//p[not(@class)]", "ancestor::r", "boolean(//none)", "string(1.5)",
        "string(0.1)", "string(1000000)", "string(-0)", "starts-with('', '')", "substring-after('a', '')", "//i[1][1]",
        "//*[2]/preceding-sibling::*[1]", "//p[last()]/preceding::*", "//p[1]/following::node()",
    ],
)  # fmt: skip
def test_what_people_write_gives_what_libxml2_gives(expression: str) -> None:
    pairs = list(theirs_and_ours(SAMPLE, expression))
    assert pairs
    for theirs, ours in pairs:
        assert repr(ours) == repr(theirs) or ours == theirs


def test_an_unprefixed_name_means_the_documents_default_namespace_too() -> None:
    tree = tree_of_xml(etree.fromstring('<feed xmlns="urn:a" xmlns:m="urn:m"><entry/><m:x/><y xmlns=""/></feed>'))
    machine = XPath(tree, Budget())
    counts = {text: len(machine.nodes(parse_xpath(text), Context(0))) for text in ("//entry", "//m:x", "//x", "//y")}
    assert counts == {"//entry": 1, "//m:x": 1, "//x": 0, "//y": 1}
    assert machine.value("name(//m:x)") == "m:x"
    assert machine.value("//unknown:x") == []


@pytest.mark.parametrize(
    "expression",
    [
        "", "//", "a[", "a]", "a b", "(a", "f(", "unknown()", "$a", "a::b", "a/", "'open", "1 +", "document('/x')",
        "re:match('a','b')", "count('a')", "position(1)", "//a[@]", "a | 'b'", "sum(1)", "('a')/b", "?", "concat('a')",
        "(" * 60 + "1" + ")" * 60, "not(" * 60 + "1" + ")" * 60, "a" + "[a" * 60 + "]" * 60,
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    tree = tree_of_xml(etree.fromstring(SAMPLE))
    with pytest.raises(BadExpression):
        XPath(tree, Budget()).value(expression)


@given(st.text(alphabet="ab/@*[]()|.:='\"0-+<> ,", max_size=30))
def test_no_text_raises_anything_else(text: str) -> None:
    tree = tree_of_xml(etree.fromstring(SAMPLE))
    try:
        XPath(tree, Budget(100_000)).value(text)
    except (BadExpression, ParseError):
        return


@pytest.mark.parametrize("operator", ["+", "or", "and", "=", "|", "-", "*"])
def test_long_chains_of_operators_do_not_nest(operator: str) -> None:
    tree = tree_of_xml(etree.fromstring(SAMPLE))
    part = "//p" if operator == "|" else "1"
    XPath(tree, Budget()).value(f" {operator} ".join([part] * 400))
    XPath(tree, Budget()).value("-" * 900 + "1")
    XPath(tree, Budget()).value("/".join(["."] * 450))
