"""Why a page gave nothing: the step at which the rules end, what is there instead, and which fields stay empty."""

import msgspec
import pytest
from tests.parse.page.rules_of import API, APPLICATION, JOURNAL, TOWN, page

from dateline.errors import ParseError
from dateline.parse.page import PageRules, parse_page
from dateline.parse.page.reading import no_entries_error
from dateline.parse.page.why import Finding, explain, findings_of


def rules(entry: str, language: str = "css") -> PageRules:
    return PageRules(kind="html", language=language, entry=entry, title="h2")  # type: ignore[arg-type] # of the table


@pytest.mark.parametrize(
    ("language", "entry", "part", "before", "count"),
    [
        ("css", ".news-list > div.card", ".news-list > div.card", ".news-list", 1),
        ("css", "main .news-list .tag li", "main .news-list .tag", "main .news-list", 1),
        ("css", ".card .teaser", ".card .teaser", ".card", 4),
        ("xpath", "//article[@class='cards']/h2", "//article[@class='cards']", "//article", 4),
        ("xpath", "//article/div[h2][h5]", "//article/div[h2][h5]", "//article/div[h2]", 4),
        ("xpath", "/html/body/section", "/html/body/section", "/html/body", 1),
        ("xpath", "(//article)/h3", "(…)/h3", "(…)", 0),
    ],
)
def test_the_step_that_fails_is_named_with_what_came_before(
    language: str, entry: str, part: str, before: str, count: int
) -> None:
    finding = explain(page("town.html"), rules(entry, language)).findings[0]
    if count:
        assert (finding.code, finding.part, finding.before, finding.before_count) == ("entry.none", part, before, count)
    else:
        assert finding.part == part


def test_what_looks_alike_is_proposed() -> None:
    found = explain(page("town.html"), rules(".newslist .card")).findings
    assert found == (
        Finding(code="entry.nothing", part=".newslist"),
        Finding(code="entry.similar", names=(".news-list",)),
    )


def test_json_says_which_key_is_missing_and_which_are_there() -> None:
    moved = msgspec.structs.replace(APPLICATION, entry="props.page.releases")
    (finding,) = explain(page("application.html"), moved).findings
    assert finding == Finding(code="json.missing", part="page", before="props", names=("pageProps",))
    text = msgspec.structs.replace(APPLICATION, entry="props.pageProps.locale")
    assert explain(page("application.html"), text).findings[0].code == "json.not_list"
    other = explain(b'{"data": {"rows": []}}', API)
    assert other.findings[0].names == ("data",)


def test_every_rule_says_in_how_many_entries_it_found_something() -> None:
    odd = msgspec.structs.replace(TOWN, author=".byline", date=".card-text")
    findings = {finding.field or finding.code: finding for finding in explain(page("town.html"), odd).findings}
    assert findings["entries"].count == 4
    assert (findings["title"].count, findings["title"].before_count) == (4, 4)
    assert findings["tags"].count == 3
    assert findings["author"].count == 0
    assert findings["date.unread"].count == 4
    assert "Après six mois" in findings["date.unread"].sentence


def test_entries_without_anything_are_told() -> None:
    empty = PageRules(kind="html", language="css", entry="article", title="h5", url=".none")
    explanation = explain(page("town.html"), empty)
    assert explanation.findings[1] == Finding(code="entry.empty", count=4)
    feed = parse_page(page("town.html"), empty)
    assert [warning.code for warning in feed.warnings] == ["page.empty_entries", "page.no_entries"]


def test_a_mistake_in_the_rules_is_a_finding_not_an_exception() -> None:
    explanation = explain(page("town.html"), rules("a["))
    assert explanation.error_code == "parse.bad_rules"
    assert explanation.feed is None
    assert explanation.findings[0].sentence.startswith("entry: ")


def test_a_page_that_changed_is_an_error_and_an_empty_list_is_none() -> None:
    changed = page("journal.html").replace(b'class="toc"', b'class="contents"')
    feed = parse_page(changed, JOURNAL)
    assert feed.entries == ()
    error = no_entries_error(feed)
    assert isinstance(error, ParseError)
    assert error.code == "parse.no_entries"
    assert "“table.toc” matches nothing in the document." in error.detail
    quiet = parse_page(b'{"data": {"items": []}}', API)
    assert [warning.code for warning in quiet.warnings] == ["page.empty_list"]
    assert no_entries_error(quiet) is None


def test_every_finding_has_a_sentence() -> None:
    for code in Finding.__annotations__["code"].__args__:
        assert Finding(code=code, part="p", field="f", before="b", names=("n",)).sentence


_FINDINGS = [
    Finding(code="entry.nothing", part="//a[. = “b” and c]"),
    Finding(code="entry.none", part=".a > b.c", before=".a", before_count=12),
    Finding(code="entry.similar", names=(".news-list", "#top", "article")),
    Finding(code="entry.empty", count=4),
    Finding(code="script.none"),
    Finding(code="json.missing", part="items", before="data.rows", names=("a list of 3",)),
    Finding(code="json.not_list", part="data.items"),
    Finding(code="json.empty", part="$"),
]


@pytest.mark.parametrize("finding", _FINDINGS, ids=lambda finding: str(finding.code))
def test_a_sentence_is_understood_as_the_finding_that_it_was_made_of(finding: Finding) -> None:
    assert findings_of(finding.sentence) == (finding,)
    similar = Finding(code="entry.similar", names=("div.x",))
    assert findings_of(f"{finding.sentence} {similar.sentence}") == (finding, similar)


@pytest.mark.parametrize(
    "other", ["", "no sentence", "No script holds JSON. And more", "x" * 500, "“" * 500, "“a” " * 120]
)
def test_what_is_no_such_sentence_is_not_understood(other: str) -> None:
    assert findings_of(other) == ()
