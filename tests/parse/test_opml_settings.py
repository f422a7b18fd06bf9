"""What an outline says of its subscription's settings: in any reader's words, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOW

from dateline.model import FullTextRules, Retention
from dateline.parse.opml import OpmlFeed, OpmlFolder, parse_opml
from dateline.parse.opml_settings import (
    OpmlSettings,
    folder_attributes,
    folder_display,
    folder_retention,
    followed_address,
    outline_type,
    settings_attributes,
    settings_of,
)
from dateline.parse.opml_unapplied import decode_unapplied
from dateline.parse.opml_writing import write_opml
from dateline.parse.page import PageRules
from dateline.preferences import Display, ReadWhen


def of(**attributes: str) -> OpmlSettings:
    named = {name.replace("_", ":", 1): value for name, value in attributes.items()}
    return settings_of(OpmlFeed(url="https://x.example/", attributes=named))


@pytest.mark.parametrize(
    ("priority", "visibility"),
    [
        ("important", "important"),
        ("main", "main"),
        ("category", "folder"),
        ("feed", "archived"),
        ("hidden", "archived"),
        ("Important", "important"),
        ("10", "main"),
    ],
)
def test_freshrss_priorities(priority: str, visibility: str) -> None:
    assert of(frss_priority=priority).visibility == visibility


@pytest.mark.parametrize(
    ("value", "is_hidden"), [("true", True), ("1", True), ("T", True), ("false", False), ("", False)]
)
def test_miniflux_truth(value: str, is_hidden: bool) -> None:
    said = of(miniflux_hideGlobally=value, miniflux_crawler=value)
    assert (said.visibility, said.full_text) == (("folder", "always") if is_hidden else ("main", "off"))


def test_full_texts_of_others_come_along() -> None:
    said = of(frss_cssFullContent="article, .more", frss_cssContentFilter=".ad", frss_cssFullContentConditions="x")
    assert (said.full_text, said.left_out) == ("always", ())
    assert said.full_text_rules == FullTextRules(content="article, .more", remove=".ad", only="(x)")
    assert of(miniflux_crawler="1", miniflux_scraperRules="#a").full_text_rules.content == "#a"
    assert of(frss_cssFullContent="x" * 1001).full_text_rules == FullTextRules()
    assert of(frss_cssFullContent="a", dateline_titleIs="own").full_text == "off", "ours says it when it is on"


def test_what_has_no_equivalent_is_named_and_what_does_not_matter_is_not() -> None:
    said = of(
        frss_ttl="7200",
        frss_unicityCriteria="link",
        frss_xPathItem="x",
        miniflux_disabled="true",
        miniflux_noMediaPlayer="true",
        x_unknown="1",
        ttrssSortOrder="3",
    )
    assert said.left_out == ("frss:xPathItem",)


def test_what_counts_as_read_by_itself_comes_and_leaves_and_of_a_strangers_file_what_can_be_chosen() -> None:
    chosen = ReadWhen(arrived=False, gone=True, beyond=50, repeated_near=0)
    said = settings_attributes(OpmlSettings(read_when=chosen))
    assert said["dateline:readWhen"] == '{"arrived":false,"gone":true,"beyond":50,"repeated_near":0}'
    assert settings_of(OpmlFeed(url="https://x.example/", attributes=said)).read_when == chosen
    assert of(dateline_readWhen='{"gone":true,"beyond":-1,"repeated":"x","else":[]}').read_when == ReadWhen(gone=True)
    for nothing in ("", "{}", "[]", "{", '{"beyond":1e9}', '{"repeated":1001}', "\ud800", "[" * 100_000):
        assert of(dateline_readWhen=nothing).read_when is None


def test_what_does_nothing_here_yet_is_kept_as_it_stands() -> None:
    said = of(frss_filtersActionRead="c:1\nS:2", frss_cssFullContentConditions="author:x\nf:1")
    assert said.unapplied == (
        ("frss:filtersActionRead", "c:1\nS:2"),
        ("frss:cssFullContentConditions", "author:x\nf:1"),
    )
    assert (said.left_out, said.full_text_rules.only) == ((), "")
    assert of(frss_filtersActionRead="x" * 20_001, frss_cssFullContentConditions=" ").unapplied == ()


@pytest.mark.parametrize(
    ("conditions", "only"),
    [
        ("intitle:long", "intitle:long"),
        ('intitle:"long read"\n inurl:essay ', 'intitle:"long read"\ninurl:essay'),
        ("intitle:'two words'", "intitle:'two words'"),
        ("intitle:a intitle:b", "intitle:a intitle:b"),
        ("-intitle:a", "-intitle:a"),
        ("intitle:/a.c/", "intitle:/a.c/"),
        ("intitle:a\nauthor:b", "intitle:a\nauthor:b"),
        ("long read", "(long read)"),
        ("intitle:a\nf:12", ""),
        ("label:mine", ""),
        ("date:never", ""),
        ("is:unread", ""),
        ("intitle:" + "x" * 1_001, ""),
    ],
)
def test_conditions_of_freshrss_are_applied_where_they_can_be_meant_and_kept_elsewhere(
    conditions: str, only: str
) -> None:
    said = of(frss_cssFullContent="a", frss_cssFullContentConditions=conditions)
    assert said.full_text_rules.only == only
    assert said.unapplied == (() if only else (("frss:cssFullContentConditions", conditions.strip()),))


def test_searches_that_mark_as_read_become_rules_but_for_those_that_cannot_be_meant() -> None:
    said = of(frss_filtersActionRead="intitle:a OR b\n\n f:3 \nL:4 x\nplain words\nintitle:a OR b")
    assert said.read_queries == ("intitle:a OR b", "plain words")
    assert said.unapplied == (("frss:filtersActionRead", "f:3\nL:4 x"),)
    leaving = settings_attributes(said)
    assert leaving["frss:filtersActionRead"] == "intitle:a OR b\nplain words\nf:3\nL:4 x"


def test_our_conditions_are_said_in_freshrsss_words_too() -> None:
    said = settings_attributes(
        OpmlSettings(full_text="always", full_text_rules=FullTextRules(only="long read\nb\n-#c"))
    )
    theirs = 'intitle:"long read"\ninurl:"long read"\nintitle:"b"\ninurl:"b"\n-#c'
    assert said["frss:cssFullContentConditions"] == theirs


@pytest.mark.parametrize(
    "conditions", ["intitle:long", 'intitle:"long read"\ninurl:essay', "inurl:/essays/", "author:b\n-intitle:'x y'"]
)
def test_conditions_of_freshrss_leave_as_they_came(conditions: str) -> None:
    came = of(frss_cssFullContent="a", frss_cssFullContentConditions=conditions)
    leaving = settings_attributes(came)
    assert leaving["frss:cssFullContentConditions"] == conditions
    again = settings_of(OpmlFeed(url="https://x.example/", attributes=leaving))
    assert (again.full_text_rules, again.unapplied) == (came.full_text_rules, ())


@pytest.mark.parametrize("text", [None, "", "{", "[]", '[["frss:priority","main"]]', '[["a"]]', "[" * 9_999])
def test_what_was_not_kept_by_us_counts_as_nothing(text: str | None) -> None:
    assert decode_unapplied(text) == ()


def test_what_rests_elsewhere_rests_here() -> None:
    for said in (of(frss_ttl="-3600"), of(miniflux_disabled="true"), of(dateline_paused="true")):
        assert (said.is_paused, said.left_out) == (True, ())
    for said in (of(frss_ttl="3600"), of(miniflux_disabled="false"), of()):
        assert not said.is_paused


PAGE = PageRules(kind="html", language="xpath", entry="//article", title="h2", url="a/@href")


def test_a_page_of_freshrss_is_a_page() -> None:
    attributes = {"frss:xPathItem": "//article", "frss:xPathItemTitle": "h2", "frss:xPathItemUri": "a/@href"}
    said = settings_of(OpmlFeed(url="https://x.example/", type="html+xpath", attributes=attributes))
    assert (said.rules, said.left_out) == (PAGE, ())


@pytest.mark.parametrize(
    ("kind", "attributes", "left_out"),
    [
        ("html+xpath", {"frss:xPathItem": "//a" * 9_999}, ("frss:xPathItem", "type=html+xpath")),
        ("html+xpath", {}, ("type=html+xpath",)),
        ("gopher", {}, ("type=gopher",)),
        ("rss", {"dateline:pageRules": "{}"}, ()),
    ],
)
def test_rules_that_cannot_be_used_are_none(kind: str, attributes: dict[str, str], left_out: tuple[str, ...]) -> None:
    said = settings_of(OpmlFeed(url="https://x.example/", type=kind, attributes=attributes))
    assert said.rules is None
    assert said.left_out == left_out


@pytest.mark.parametrize(
    "text", ["", "{", "7", '{"age":0}', '{"age":-1}', '{"age":99999}', '{"count":1e9}', '{"unit":"hours"}', "[" * 9_999]
)
def test_a_rule_that_is_none_deletes_nothing(text: str) -> None:
    assert of(dateline_retention=text).retention is None
    assert folder_retention(OpmlFolder(path=("A",), attributes={"dateline:retention": text})) is None


def test_two_lists_of_one_page_are_two_sources() -> None:
    pages = [PAGE, PageRules(kind="html", language="css", entry=".news", title="h3")]
    feeds = [
        OpmlFeed(url="https://x.example/", type="html+xpath", attributes=settings_attributes(OpmlSettings(rules=rules)))
        for rules in pages
    ]
    read = parse_opml(write_opml("t", feeds, created_at=NOW))
    assert [settings_of(feed).rules for feed in read.feeds] == pages
    assert read.problems == ()


_RETENTION = st.builds(
    Retention,
    age=st.none() | st.integers(1, 1_000),
    unit=st.sampled_from(["days", "months", "years"]),
    count=st.none() | st.integers(1, 1_000_000),
    keep_unread=st.booleans(),
)
_SETTINGS = st.builds(
    OpmlSettings,
    own_title=st.booleans(),
    visibility=st.sampled_from(["important", "main", "folder", "archived"]),
    hidden_from_visitors=st.booleans(),
    full_text=st.sampled_from(["off", "truncated", "always"]),
    full_text_rules=st.builds(
        FullTextRules,
        content=st.sampled_from(["", "article", "article > .body\n#more, p:not(.ad)"]),
        remove=st.sampled_from(["", ".ad, aside", ".ad\naside[data-x='1 \"2\"']"]),
        only=st.sampled_from(["", "one", "one\ntwo & <three>"]),
        place=st.sampled_from(["replace", "before", "after"]),
    ),
    revised_unread=st.booleans(),
    private=st.booleans(),
    read_when=st.none() | st.builds(ReadWhen, gone=st.booleans(), beyond=st.none() | st.integers(0, 100_000)),
    display=st.none() | st.builds(Display, view=st.sampled_from([None, "cards"]), order=st.just("oldest")),
    retention=st.none() | _RETENTION,
    rules=st.sampled_from(
        [
            None,
            PAGE,
            PageRules(kind="html", language="css", entry="li > a"),
            PageRules(kind="json", language="jmespath", entry="items[?x]"),
            PageRules(kind="script", language="dotted", entry="a.b", script="//script[1]"),
        ]
    ),
    followed=st.none() | st.booleans(),
)


@given(_SETTINGS)
def test_settings_survive_the_way_out_and_in(settings: OpmlSettings) -> None:
    feed = OpmlFeed(
        url="https://x.example/", title="x", type=outline_type(settings), attributes=settings_attributes(settings)
    )
    (read,) = parse_opml(write_opml("t", [feed], created_at=NOW)).feeds
    assert settings_of(read) == settings


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=8), st.text(max_size=20))
def test_no_attribute_breaks_anything(attributes: dict[str, str], kind: str) -> None:
    settings_of(OpmlFeed(url="https://x.example/", type=kind, attributes=attributes))


def test_a_folder_keeps_its_list_and_an_empty_folder_its_place() -> None:
    folders = [
        OpmlFolder(path=("A", "B"), attributes=folder_attributes("https://lists.example/?a=1&b=2", Retention(age=3))),
        OpmlFolder(path=("C",)),
    ]
    feed = OpmlFeed(url="https://x.example/", folders=(("A", "B"),))
    read = parse_opml(write_opml("t", [feed], created_at=NOW, folders=folders))
    assert [(folder.path, followed_address(folder), folder_retention(folder)) for folder in read.folders] == [
        (("A", "B"), "https://lists.example/?a=1&b=2", Retention(age=3)),
        (("C",), None, None),
    ]
    assert read.feeds[0].folders == (("A", "B"),)


def test_rules_keep_their_lines() -> None:
    feed = OpmlFeed(url="https://x.example/", attributes={"frss:filtersActionRead": "one\ntwo", "frss:priority": "a b"})
    assert parse_opml(write_opml("t", [feed], created_at=NOW)).feeds[0].attributes == feed.attributes


@pytest.mark.parametrize("text", ["", "{", "7", "{}", '{"view":"upside down"}', "[" * 9_999])
def test_a_display_that_is_none_counts_as_not_chosen(text: str) -> None:
    assert of(dateline_display=text).display is None
    assert folder_display(OpmlFolder(path=("A",), attributes={"dateline:display": text})) is None


def test_of_many_searches_none_is_lost_and_none_is_cut() -> None:
    lines = [f"intitle:a{number}" for number in range(60)]
    said = of(frss_filtersActionRead="\n".join(lines))
    assert len(said.read_queries) == 50
    assert [*said.read_queries, *dict(said.unapplied)["frss:filtersActionRead"].splitlines()] == lines
    for more in range(80):
        long = "\n".join([*["f:3 " + "x" * 995] * 19, "f:3 " + "y" * (900 + more), "intitle:foo -intitle:important"])
        assert of(frss_filtersActionRead=long).read_queries in ((), ("intitle:foo -intitle:important",))
