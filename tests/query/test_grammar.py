"""The query language: what is typed → what it asks for; nothing raises, and what cannot be meant is told of."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.query import Node, matches, parse
from dateline.query.matching import Subject
from dateline.query.tree import (
    Address,
    And,
    Between,
    Entries,
    Labelled,
    Named,
    Not,
    Or,
    Pattern,
    State,
    Tag,
    Words,
    size,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def asked(text: str) -> Node | None:
    query = parse(text, now=NOW, zone=UTC)
    assert query.problems == ()
    return query.tree


def word(*said: str) -> Words:
    return Words(said)


MEANT: dict[str, Node | None] = {
    "quick": word("quick"),
    "Été  FOX": And((word("ete"), word("fox"))),
    '"quick fox" lazy': And((word("quick", "fox"), word("lazy"))),
    "'quick fox'": word("quick", "fox"),
    r'"say \"hi\" \\ now" „a b“ »c d«': And((word("say", "hi", "now"), word("a", "b"), word("c", "d"))),
    "“quick fox” «a b»": And((word("quick", "fox"), word("a", "b"))),
    "l'été": word("l", "ete"),
    "e-mail": word("e", "mail"),
    "clim*": Words(("clim",), is_open=True),
    '"clim*"': word("clim"),
    "rock & roll": And((word("rock"), word("roll"))),
    "Re:Zero": word("re", "zero"),
    "-https://a.example/b": Not(word("https", "a", "example", "b")),
    "a OR b c": Or((word("a"), And((word("b"), word("c"))))),
    "a AND b": And((word("a"), word("b"))),
    "a or b": And((word("a"), word("or"), word("b"))),
    "-a !b NOT c": And((Not(word("a")), Not(word("b")), Not(word("c")))),
    "a -(b OR c)": And((word("a"), Not(Or((word("b"), word("c")))))),
    "(a OR b) c": And((Or((word("a"), word("b"))), word("c"))),
    "f(x) g": And((word("f", "x"), word("g"))),
    r"\(a\)": word("a"),
    "intitle:fox": Words(("fox",), "title"),
    'InTitle:"quick fox"': Words(("quick", "fox"), "title"),
    "intitle:(fox OR -dog)": Or((Words(("fox",), "title"), Not(Words(("dog",), "title")))),
    "author:(a intext:b)": And((Words(("a",), "author"), Words(("b",), "text"))),
    "intext:fox author:'Jane Doe'": And((Words(("fox",), "text"), Words(("jane", "doe"), "author"))),
    "inurl:Example.com/": Address("example.com/"),
    "#science #two+words #'c d'": And((Tag("science"), Tag("two words"), Tag("c d"))),
    "tag:C++": Tag("c++"),
    "C#": word("c"),
    "/fo+x/": Pattern("fo+x"),
    "/fo+x/im": Pattern("fo+x", any_case=True, by_lines=True),
    r"intitle:/^a\/b/i": Pattern("^a/b", "title", any_case=True),
    "author:/Doe$/ inurl:/x/ #/y/ intext:/z/": And(
        (Pattern("Doe$", "author"), Pattern("x", "url"), Pattern("y", "tag"), Pattern("z", "text"))
    ),
    "/r/linux": word("r", "linux"),
    "is:unread is:Starred is:labelled": And((State("unread"), State("starred"), Labelled(None))),
    "e:1,2": Entries((1, 2)),
    "f:3 c:4,5 L:6 S:7": And(
        (Named("feed", (3,)), Named("folder", (4, 5)), Named("label", (6,)), Named("search", (7,)))
    ),
    "L:* label:*": And((Labelled(None), Labelled(None))),
    "label:a,b": Or((Named("label", name="a"), Named("label", name="b"))),
    'label:later,"to do"': Or((Named("label", name="later"), Named("label", name="to do"))),
    'label:"a, b" folder:Sport': And((Named("label", name="a, b"), Named("folder", name="Sport"))),
    "search:'My morning'": Named("search", name="My morning"),
    "https://example.com/a": word("https", "example", "com", "a"),
    "unknown:thing": word("unknown", "thing"),
    "title:": word("title"),
    "": None,
    "!!! - OR () AND": None,
    "( a )) b": And((word("a"), word("b"))),
    "(a OR": word("a"),
}


@pytest.mark.parametrize("text", MEANT)
def test_it_asks_for(text: str) -> None:
    assert asked(text) == MEANT[text]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("date:yesterday", "date"),
        ("a -pubdate:2026-13", "date"),
        ("date:2026-02-30", "date"),
        ("/((/", "pattern"),
        ("intitle:/(?=a)/", "pattern"),
        ("/(.{1000}){1000}/", "pattern"),
        ("/" + "a" * 501 + "/", "pattern"),
        ("f:sport", "number"),
        ("is:blue", "state"),
        ("f:3 intitle:€", "empty"),
        ("-🔴", "empty"),
        ("a #'' b", "empty"),
        ("-auhtor:jane", "operator"),
        ("userdate:P1D", "operator"),
        ("inurl:(a OR b)", "operator"),
        ("label:,", "empty"),
        ("/(a|b| ){0,100}(a|b){0,100}/", "pattern"),
        ("a " * 101, "too_long"),
        ("(" * 21 + "a", "too_long"),
        ("x" * 1001, "too_long"),
    ],
)
def test_what_cannot_be_meant_is_told_and_finds_nothing(text: str, code: str) -> None:
    query = parse(text, now=NOW, zone=UTC)
    assert [problem.code for problem in query.problems] == [code]
    assert not matches(query.wanted, subject())


def test_where_it_matters_what_looks_like_an_operator_is_told_of() -> None:
    assert [problem.code for problem in parse("auhtor:jane", now=NOW, zone=UTC, strict=True).problems] == ["operator"]
    assert parse("https://a.example/ mailto:a 12:30 'Re:Zero'", now=NOW, zone=UTC, strict=True).problems == ()


@given(st.text(alphabet="ab *\"'“”/\\()-!#:,OR:intle\n\t0é東", max_size=60))
def test_whatever_is_typed_is_understood_somehow(text: str) -> None:
    query = parse(text, now=NOW, zone=UTC)
    assert query.tree is None or size(query.tree) <= 100
    matches(query.wanted, subject())


@given(st.text(max_size=200))
def test_and_any_signs_at_all(text: str) -> None:
    matches(parse(text, now=NOW, zone=UTC).wanted, subject())


def us(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type,misc] # year, month, day …


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        ("2026", us(2026, 1, 1), us(2027, 1, 1)),
        ("2026-11", us(2026, 11, 1), us(2026, 12, 1)),
        ("202611", us(2026, 11, 1), us(2026, 12, 1)),
        ("2026-12", us(2026, 12, 1), us(2027, 1, 1)),
        ("2026-11-23", us(2026, 11, 23), us(2026, 11, 24)),
        ("20261123", us(2026, 11, 23), us(2026, 11, 24)),
        ("2026-11-23T08", us(2026, 11, 23, 8), us(2026, 11, 23, 9)),
        ("2026-11-23T08:30", us(2026, 11, 23, 8, 30), us(2026, 11, 23, 8, 31)),
        ("2026-11-23T08:30:15", us(2026, 11, 23, 8, 30, 15), us(2026, 11, 23, 8, 30, 16)),
        ("2026-02/2026-03", us(2026, 2, 1), us(2026, 4, 1)),
        ("2026-02--2026-03", us(2026, 2, 1), us(2026, 4, 1)),
        ("2026-02-03/05", us(2026, 2, 3), us(2026, 2, 6)),
        ("2026-02-03/03-05", us(2026, 2, 3), us(2026, 3, 6)),
        ("2026-02-03T08:30/09:15", us(2026, 2, 3, 8, 30), us(2026, 2, 3, 9, 16)),
        ("2026-02/", us(2026, 2, 1), None),
        ("/2026-02", None, us(2026, 3, 1)),
        ("2026-01-31/P1M", us(2026, 1, 31), us(2026, 2, 28)),
        ("P1W/2026-02-07", us(2026, 2, 1), us(2026, 2, 8)),
        ("P1W", us(2026, 11, 16, 12), None),
        ("P1M", us(2026, 10, 23, 12), None),
        ("P1Y2M3DT4H5M6S", us(2025, 9, 20, 7, 54, 54), None),
        ("PT90M", us(2026, 11, 23, 10, 30), None),
    ],
)
def test_spans_of_time(span: str, start: int | None, end: int | None) -> None:
    assert asked(f"date:{span}") == Between("received", start, end)
    assert asked(f"pubdate:{span}") == Between("published", start, end)


@pytest.mark.parametrize(
    "span", ["/", "P", "PT", "P1W/P1W", "0000", "9999/P9999Y", "P9999Y", "2026-1", "x/2026", "2026/x"]
)
def test_what_is_no_span(span: str) -> None:
    assert [problem.code for problem in parse(f"date:{span}", now=NOW, zone=UTC).problems] == ["date"]


def test_days_are_those_of_the_reader() -> None:
    query = parse("date:2026-10-25", now=NOW, zone=ZoneInfo("Europe/Paris"))
    # the night in which the clocks went back: 25 hours
    assert query.tree == Between("received", us(2026, 10, 24, 22), us(2026, 10, 25, 23))


# ------------------------------------------------------------------------------------------------ what it finds


def subject(title: str = "The quick brown fox", text: str = "It jumps over Zoë’s lazy dog.") -> Subject:
    return Subject(
        entry_id=7,
        feed_id=3,
        title=title,
        url="https://Example.com/Fox?id=1",
        authors=("Jane Doe", "Li Wei"),
        tags=("Animals", "C#"),
        received_at=us(2026, 11, 20),
        published_at=us(2026, 11, 1),
        read_text=lambda: text,
        states=frozenset({"unread", "starred"}),
        label_ids=frozenset({5}),
    )


@pytest.mark.parametrize(
    "text",
    [
        "quick", "QUICK fox", '"quick brown"', "lazy zoe", "-slow", "slow OR quick", "jum*", '"over zo*" OR over',
        "intitle:fox", "-intitle:dog", "intext:dog", "-intext:fox", "author:doe", "author:'li wei'", "-author:'doe li'",
        "inurl:example.com/fox", "#animals", "#c#", "-#c", "/qu.ck/", "/Zoë/", "-/QUICK/", "/QUICK/i", "author:/^Li/",
        "inurl:/id=[0-9]/", "#/^Ani/", "date:2026-11-20", "pubdate:2026-11-01", "-date:2026-11-01", "date:P1W",
        "is:unread is:starred", "-is:read", "e:7", "L:*", "doe animals",
    ],
)  # fmt: skip
def test_an_entry_is_found_by(text: str) -> None:
    tree = asked(text)
    assert tree is not None
    assert matches(tree, subject())
    assert not matches(Not(tree), subject())


def test_the_text_is_read_only_when_it_is_asked_for() -> None:
    def refuse() -> str:
        raise AssertionError("read")

    entry = Subject(
        entry_id=1,
        feed_id=1,
        title="Fox",
        url=None,
        authors=(),
        tags=(),
        received_at=0,
        published_at=0,
        read_text=refuse,
    )
    for text in ("intitle:fox", "is:unread", "-author:x -inurl:y", "intitle:fox OR dog", "quick OR intitle:/F/"):
        tree = asked(text)
        assert tree is not None
        if text.startswith("quick"):
            with pytest.raises(AssertionError):
                matches(tree, entry)
        else:
            assert matches(tree, entry)
