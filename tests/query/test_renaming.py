"""Something has another name or number now: a query says so where it names it, and stays as it was typed elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.query import Node, parse
from dateline.query.renaming import renamed
from dateline.query.tree import Named, changed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def tree(text: str) -> Node | None:
    return parse(text, now=NOW, zone=UTC).tree


def to(name: str) -> "Renaming":
    return Renaming(name)


class Renaming:
    """The label “old” is called otherwise; label and feed 4 are 7."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, named: Named) -> Sequence[Named]:
        return (self.one(named),)

    def one(self, named: Named) -> Named:
        if named.kind == "label" and named.name.lower() == "old":
            return Named("label", name=self.name)
        if named.kind in ("label", "feed") and 4 in named.ids:
            return Named(named.kind, tuple(7 if one == 4 else one for one in named.ids))
        return named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("label:old", "label:new"),
        ("a  OR (b -label:OLD)", "a  OR (b -label:new)"),
        ("LABELS:old,older,'old' rain", 'LABELS:new,older,"new" rain'),
        ('label:"old"rain', 'label:"new"rain'),
        ("label:«old»,“to do”", 'label:"new",“to do”'),
        ("intitle:(!label:old OR sea)", "intitle:(!label:new OR sea)"),
        (
            '"label:old" old #old tag:old /label:old/ intitle:old',
            '"label:old" old #old tag:old /label:old/ intitle:old',
        ),
        ("Re:label:old xlabel:old label:older label:old* folder:old", None),
        ("L:4 f:4,12 c:4 S:4 e:4 f:14", "L:7 f:7,12 c:4 S:4 e:4 f:14"),
        ('f:"4"12 label:4', 'f:"7"12 label:4'),
        ("date:never label:old (", "date:never label:new ("),
        ('label:"old', 'label:"new"'),
        ("label:old" + " x" * 600, None),
        ("", None),
    ],
)
def test_what_is_named_is_named_anew_and_nothing_else(before: str, after: str | None) -> None:
    assert renamed(before, to("new")) == (before if after is None else after)


@pytest.mark.parametrize(
    "name", ["to do", "a,b", 'say "hi"', "back\\slash", "(x)", "'x'", "*", "-x", "été", "a'b", "«a»", "4"]
)
def test_whatever_the_new_name_is_it_is_meant(name: str) -> None:
    assert tree(renamed("(x label:old) label:a,old", to(name))) == tree_with("(x label:old) label:a,old", to(name))


def tree_with(text: str, by: Renaming) -> Node | None:
    before = tree(text)
    return None if before is None else changed(before, by.one)


OPERATORS = ["label:", "labels:", "L:", "f:", "feed:", "intitle:", "#"]
VALUES = ["old", '"old"', "'old'", "«old»", "/old/", "4", "4,5", "x", "*"]
BETWEEN = [",", " ", "(", ")", "-", "OR", "/", '"', "'", "\\", "NOT ", "!"]
PIECES = st.sampled_from(OPERATORS) | st.sampled_from(VALUES) | st.sampled_from(BETWEEN)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(["new", "to do", 'a"b\\', "a,b)", "'"]))
def test_all_else_means_what_it_meant(text: str, name: str) -> None:
    assert tree(renamed(text, to(name))) == tree_with(text, to(name))
