"""Rules as FreshRSS writes them into OPML, there and back."""

import msgspec
import pytest
from tests.parse.page.rules_of import API, APPLICATION, NOTICES, TOWN, TOWN_XPATH, page

from dateline.errors import ParseError
from dateline.parse.page import PageRules, parse_page
from dateline.parse.page.freshrss import rules_from_freshrss, rules_to_freshrss

SCRAPED = {
    "xPathItem": "//a[contains(@href, '/actualites/')]/ancestor::article",
    "xPathItemTitle": "descendant::h2",
    "xPathItemContent": ".",
    "xPathItemUri": "descendant::a[string-length(@href)>0]/@href",
    "xPathItemThumbnail": "descendant::img/@data-src",
    "xPathItemTimestamp": "descendant::*[@class='card-date']",
    "xPathItemTimeFormat": "j F Y",
    "xPathItemAuthor": '"Anonymous"',
}


def test_a_scraped_page_of_freshrss_is_read() -> None:
    rules = rules_from_freshrss("HTML+XPath", SCRAPED)
    assert rules is not None
    feed = parse_page(page("town.html"), rules, url="https://port-aubry.example/")
    assert len(feed.entries) == 4
    assert feed.entries[0].url == "https://port-aubry.example/actualites/pont-tournant"
    assert feed.entries[0].authors[0].name == "Anonymous"
    assert feed.entries[0].published_at is not None
    assert rules_to_freshrss(rules) == ("HTML+XPath", SCRAPED)


@pytest.mark.parametrize("rules", [TOWN_XPATH, NOTICES, APPLICATION, msgspec.structs.replace(TOWN_XPATH, kind="xml")])
def test_what_freshrss_has_words_for_comes_back_as_it_was(rules: PageRules) -> None:
    written = rules_to_freshrss(rules)
    assert written is not None
    kind, attributes = written
    back = rules_from_freshrss(kind, {name.upper(): value for name, value in attributes.items()})
    if rules.kind != "script":
        assert back == rules
    else:
        assert back == msgspec.structs.replace(rules, script=attributes["xPathToJson"])
        assert parse_page(page("application.html"), rules) == parse_page(page("application.html"), back)


def test_css_is_given_as_the_xpath_that_it_means() -> None:
    written = rules_to_freshrss(TOWN)
    assert written is not None
    rules = rules_from_freshrss(*written)
    assert rules is not None
    assert rules.language == "xpath"
    for url in (None, "https://port-aubry.example/"):
        assert parse_page(page("town.html"), rules, url=url) == parse_page(page("town.html"), TOWN, url=url)


def test_jmespath_has_no_words_there() -> None:
    assert rules_to_freshrss(API) is None


def test_feeds_are_no_scraped_pages() -> None:
    for kind in ("rss", "JSONFeed", "", "atom"):
        assert rules_from_freshrss(kind, SCRAPED) is None


def test_a_scraped_page_without_a_rule_for_entries_is_refused() -> None:
    with pytest.raises(ParseError) as error:
        rules_from_freshrss("JSON+DotNotation", {"jsonItemTitle": "t"})
    assert error.value.code == "parse.bad_rules"
