"""Selectors and pages made to hurt: each ends within its budget of steps, with a code."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parse.page.rules_of import API, APPLICATION, JOURNAL, NOTICES, TOWN, TOWN_XPATH, page

from dateline.errors import ParseError
from dateline.parse.page import PageRules, parse_page
from dateline.parse.page.budget import PAGE_STEPS, Budget
from dateline.parse.page.documents import html_tree
from dateline.parse.page.json_paths import compile_path, spend_size
from dateline.parse.page.rules import LANGUAGES, PageKind, page_rules
from dateline.parse.page.selectors import compile_selector
from dateline.parse.page.tree import Tree
from dateline.parse.page.why import explain
from dateline.parse.page.xpath import XPath
from dateline.parse.page.xpath_functions import Context

MANY = b"<body>" + b"".join(b"<div class='a b%d'><p>x <a href='/%d'>y</a></p></div>" % (n, n) for n in range(8_000))

RUNAWAYS = [
    "//*[count(//*) > 1]",
    "//*[//*[//*[//*]]][count(//*[//*]) = 0]",
    "//*[count(preceding::*) > 100000]",
    "//*[count(following::*[count(preceding::*) > 1]) > 100000]",
    "//*[. = //*]",
    "//*[count(. | //*) = 0]",
    "//*[contains(concat(/, /, /, /, /, /, /, /), 'never')]",
    "//*[translate(/, 'abc', 'def') = 'never']",
    "//*[sum(//@*) = 1]",
    "//*[count(preceding-sibling::*) > 100000]",
    "//*[string-length(normalize-space(/)) = 1]",
    "//*[id(string(/))]",
]


@pytest.fixture(scope="module")
def many() -> Tree:
    return html_tree(MANY)


@pytest.mark.parametrize("expression", RUNAWAYS)
def test_a_runaway_expression_ends_when_its_steps_are_used_up(expression: str, many: Tree) -> None:
    with pytest.raises(ParseError) as error:
        XPath(many, Budget(300_000)).value(expression)
    assert error.value.code == "parse.too_complex"


def test_all_fields_of_all_entries_share_the_steps() -> None:
    rules = PageRules(kind="html", language="xpath", entry="//div", title="count(//*) + count(//*) + count(//*)")
    with pytest.raises(ParseError) as error:
        parse_page(MANY, rules)
    assert error.value.code == "parse.too_complex"
    assert explain(MANY, rules).error_code == "parse.too_complex"


def test_an_ordinary_page_needs_a_small_share_of_the_steps() -> None:
    budget = Budget()
    tree = html_tree(page("town.html"))
    machine = XPath(tree, budget)
    for node in machine.nodes(compile_selector(TOWN.entry, css=True), Context(0)):
        for rule in (TOWN.title, TOWN.url, TOWN.content, TOWN.date, TOWN.thumbnail, TOWN.tags):
            machine.nodes(compile_selector(rule, css=True), Context(node))
    assert PAGE_STEPS - budget.left < PAGE_STEPS / 200


@pytest.mark.parametrize(
    "path",
    [
        "[@,@]" + "|[@,@]" * 60,
        "[@,@][]" + "|[@,@][]" * 60,
        "[@,@]" + "|[@,@]" * 60 + "|to_string(@)",
        "join(to_string(@), [*].t)",
        "[to_string(@), to_string(@)] | join(@[0], [@[1], @[1]]) " + "| join(@, [@, @, @])" * 20,
        "[*].[" + ",".join(["@"] * 100) + "][] | [*].[" + ",".join(["@"] * 100) + "][]",
        "[@,@]" + "|[@,@]" * 30 + "|[0] == [1]",
        "map(&[@,@,@,@], @)" + "| map(&[@,@,@,@], @)" * 20,
    ],
)
def test_a_path_that_doubles_what_it_builds_ends(path: str) -> None:
    value = [{"t": "x" * 50} for _ in range(2_000)]
    found = None
    try:
        found = compile_path(path, "jmespath")(value, Budget(500_000))
    except ParseError as error:
        assert error.code == "parse.too_complex"  # noqa: PT017 - either end is right
    spend_size(found, Budget(500_000))


@pytest.mark.parametrize(
    ("rules", "body"),
    [
        (TOWN, b"<div>" * 100_000),
        (TOWN, b"<div class='news-list'>" * 5_000 + b"<article class=card>" * 5_000),
        (TOWN, b"<a " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">"),
        (TOWN, b"<p>" * 700_000),
        (TOWN, b"\0" * 1_000 + page("town.html")),
        (TOWN, page("town.html")[: len(page("town.html")) // 2]),
        (TOWN, b"<article class='news-list card'>" + b"<b>" * 60_000 + b"x"),
        (NOTICES, b"<Notices>" + b"<Notice>" * 5_000),
        (NOTICES, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><Notice><Head>&x;</Head></Notice></a>'),
        (API, b"[" * 100_000),
        (API, b"{" * 400_000),
        (API, b'{"data": {"items": ' + b"9" * 100_000 + b"}}"),
        (API, b'{"data": {"items": [' + b"1," * 1_000_001 + b"1]}}"),
        (APPLICATION, b"<script type=application/json>" + b"{[" * 100_000 + b"</script>"),
        (APPLICATION, b"<script type=application/json>{}</script>" * 10_000),
        (JOURNAL, b"<table class=toc>" + b"<tr><td>" * 20_000),
    ],
)
def test_a_hostile_page_has_an_end(rules: PageRules, body: bytes) -> None:
    try:
        feed = parse_page(body, rules, url="https://victim.example/")
    except ParseError as error:
        assert error.code in {"parse.too_complex", "parse.not_json", "parse.not_a_feed"}  # noqa: PT017 - either end is right
    else:
        assert "root:" not in str(feed)
        assert len(feed.entries) <= 500


@pytest.mark.parametrize(
    ("kind", "language", "rule"),
    [
        ("html", "css", ":not(" * 190 + "a" + ")" * 190),
        ("html", "css", "a" + " > a" * 240),
        ("html", "css", ",".join(["a"] * 400)),
        ("html", "css", ":nth-child(99999999999999999999n+1)"),
        ("html", "css", ":has(" * 100 + "a" + ")" * 100),
        ("html", "css", "a::attr(" + "x" * 900 + ")"),
        ("html", "xpath", "//a" * 300),
        ("html", "xpath", "//a[1]" * 150),
        ("html", "xpath", "(" * 30 + "//a" + ")" * 30 + "[1]" * 200),
        ("json", "jmespath", "(" * 900),
        ("json", "jmespath", "a" + ".a" * 490),
        ("json", "jmespath", "!" * 900 + "a"),
        ("json", "jmespath", "`" + "[" * 900 + "`"),
        ("json", "jmespath", "`x`"),
        ("json", "jmespath", "avg(@) || max_by(@, &a) || sort(@)"),
        ("json", "jmespath", "[::0]"),
        ("json", "jmespath", "[99999999999999999999999]"),
        ("json", "dotted", "a" + ".a" * 400),
        ("json", "dotted", "&" * 900),
        ("json", "dotted", "'a' & " * 100),
        ("json", "dotted", "[" * 900),
    ],
)
def test_a_hostile_rule_has_an_end(kind: PageKind, language: str, rule: str) -> None:
    rules = page_rules({"kind": kind, "language": language, "entry": rule[:1000], "title": rule[:1000]})
    body = page("town.html") if kind == "html" else b'[{"a": {"a": [1, "x"]}}]'
    explain(body, rules)
    try:
        parse_page(body, rules)
    except ParseError as error:
        assert error.code in {"parse.bad_rules", "parse.too_complex"}  # noqa: PT017 - either end is right


WORDS = ["a", "//", "/", "[", "]", "(", ")", "@", "*", ".", "..", "|", "&", "'", '"', "::", ":", ">", " ", "1", "div",
         "text()", "last()", "count(", "data", "items", "[0]", "[*]", "?", "==", "{", "}", "`", ","]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([(kind, language) for kind, languages in LANGUAGES.items() for language in languages]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map("".join),
    st.sampled_from(
        [page("town.html"), page("application.html"), page("notices.xml"), b'{"data":{"items":[1]}}', b"x"]
    ),
)
def test_nothing_but_a_parse_error_is_ever_raised(kinds: tuple[str, str], rule: str, body: bytes) -> None:
    try:
        rules = page_rules({"kind": kinds[0], "language": kinds[1], "entry": rule, "title": rule, "url": rule})
    except ParseError:
        return
    explain(body, rules, url="https://e.example/")


def test_xpath_reads_what_it_read_before() -> None:
    assert len(parse_page(page("town.html"), TOWN_XPATH).entries) == 4
