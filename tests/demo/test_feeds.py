"""The sample feeds as documents: whole, parsable, varied, and about nothing but themselves."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree, html

from dateline.demo import feeds, opml
from dateline.demo.catalogue import SampleFeed
from dateline.demo.outlet import Outlet, SampleEntry, outlets
from dateline.parse import parse_feed

BASE = "http://127.0.0.1:8701"
NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
FEEDS = feeds(BASE, NOW)
EVERY_FEED = pytest.mark.parametrize("feed", FEEDS, ids=[feed.name for feed in FEEDS])

PARSED_FORMATS = {
    "rss20": "rss20",
    "rss20-summary": "rss20",
    "rss10": "rss10",
    "atom10": "atom10",
    "atom10-xhtml": "atom10",
    "json11": "json11",
}


def named(name: str, edition: int = 1) -> SampleFeed:
    return next(feed for feed in feeds(BASE, NOW, edition) if feed.name == name)


def every_entry() -> list[tuple[Outlet, SampleEntry]]:
    return [(outlet, entry) for outlet in outlets() for entry in outlet.entries]


def xml_words(root: Any) -> list[str]:
    """All texts and attribute values of a document: everything but the names of elements and namespaces."""
    return [
        words for element in root.iter() for words in (element.text, element.tail, *element.attrib.values()) if words
    ]


def test_there_are_a_dozen_feeds_and_at_least_110_entries() -> None:
    assert 12 <= len(FEEDS) <= 14
    assert sum(feed.entry_count for feed in FEEDS) >= 110


def test_every_format_and_many_languages_are_there() -> None:
    assert {feed.format for feed in FEEDS} == PARSED_FORMATS.keys()
    assert {"en", "fr", "de", "es", "uk", "ar", "ja", "zh-Hans", "el"} == {feed.language for feed in FEEDS}
    assert len([feed for feed in FEEDS if feed.language == "fr"]) >= 2


@EVERY_FEED
def test_dateline_reads_every_feed_whole_and_complains_of_nothing_but_a_missing_date(feed: SampleFeed) -> None:
    parsed = parse_feed(feed.body, url=feed.url, content_type=feed.content_type)
    assert parsed.format == PARSED_FORMATS[feed.format]
    assert (parsed.title, parsed.site_url, parsed.language) == (feed.title, feed.site_url, feed.language)
    assert len(parsed.entries) == feed.entry_count
    assert {warning.code for warning in parsed.warnings} == ({"parse.no_date"} if feed.name == "cuaderno" else set())
    assert feed.icon_url in {parsed.icon_url, parsed.image_url}


@EVERY_FEED
def test_every_entry_has_its_own_id_and_its_page_on_the_server(feed: SampleFeed) -> None:
    entries = parse_feed(feed.body, url=feed.url).entries
    assert len({entry.guid for entry in entries}) == len(entries)
    assert all(entry.url and entry.url.startswith(f"{BASE}/{feed.name}/") for entry in entries)


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed.format != "json11"], ids=lambda feed: feed.name)
def test_feedparser_finds_the_same_entries(feed: SampleFeed) -> None:
    parsed = feedparser.parse(feed.body)
    assert not parsed.bozo
    assert parsed.version == PARSED_FORMATS[feed.format]
    assert len(parsed.entries) == feed.entry_count


def test_the_json_feed_says_its_version_and_needs_no_empty_fields() -> None:
    document = json.loads(named("fonderie").body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert all(None not in entry.values() for entry in document["items"])


@EVERY_FEED
def test_contents_come_as_the_format_promises(feed: SampleFeed) -> None:
    contents = [entry.content_html for entry in parse_feed(feed.body, url=feed.url).entries]
    assert any(contents) is (feed.format != "rss20-summary")
    assert (b'type="xhtml"' in feed.body) is (feed.format == "atom10-xhtml")


@EVERY_FEED
def test_entries_are_newest_first_within_ten_days_and_never_in_the_future(feed: SampleFeed) -> None:
    times = [entry.published_at for entry in parse_feed(feed.body, url=feed.url).entries]
    dated = [time for time in times if time is not None]
    assert dated == sorted(dated, reverse=True)
    assert NOW - timedelta(days=10) <= dated[-1]
    assert dated[0] <= NOW


def test_some_entries_are_hours_old_some_a_day_and_some_more() -> None:
    ages = [entry.age for _, entry in every_entry()]
    assert len([age for age in ages if age < timedelta(hours=8)]) >= 20
    assert len([age for age in ages if timedelta(days=1) <= age < timedelta(days=2)]) >= 15
    assert len([age for age in ages if age >= timedelta(days=5)]) >= 15


def test_the_same_moment_gives_the_same_bytes() -> None:
    assert feeds(BASE, NOW) == FEEDS


def test_ids_do_not_depend_on_where_the_server_listens() -> None:
    elsewhere = parse_feed(next(feed for feed in feeds("http://127.0.0.1:9", NOW) if feed.name == "hafenblatt").body)
    here = parse_feed(named("hafenblatt").body)
    assert [entry.guid for entry in elsewhere.entries] == [entry.guid for entry in here.entries]


def test_the_awkward_entries_are_there() -> None:
    entries = every_entry()
    assert any(len(entry.title or "") >= 300 for _, entry in entries)
    assert {outlet.format for outlet, entry in entries if entry.title is None} == {"json11", "rss20"}
    assert [entry.slug for _, entry in entries if entry.undated] == ["sin-fecha"]
    assert max(entry.text.count("![") for _, entry in entries) >= 9
    sizes = [len(entry.content_html or "") for feed in FEEDS for entry in parse_feed(feed.body).entries]
    assert max(sizes) > 20_000
    texts = "\n".join(entry.text for _, entry in entries)
    for mark in ("```python", "|---|", "> —", "[^1]: ", "<iframe", "<dl>", "🙂", "≤", "\\\n", "\n1. "):
        assert mark in texts, mark


def test_the_undated_entry_says_no_date() -> None:
    parsed = parse_feed(named("cuaderno").body)
    assert [entry.guid for entry in parsed.entries if entry.published_at is None] == [
        "tag:cuaderno.example,2026:sin-fecha"
    ]


def test_one_event_is_told_by_several_outlets_in_several_languages() -> None:
    tellers = {outlet.language for outlet, entry in every_entry() if entry.slug == "halcyon-tern"}
    assert {"en", "fr", "de", "uk", "el"} == tellers
    for outlet, entry in every_entry():
        if entry.slug == "halcyon-tern":
            assert "Halcyon Tern" in entry.text, outlet.name


def test_episodes_have_a_sound_with_its_length_and_duration() -> None:
    entries = parse_feed(named("lowwater").body).entries
    for entry in entries:
        (enclosure,) = entry.enclosures
        assert enclosure.type == "audio/wav"
        assert enclosure.length is not None
        assert enclosure.duration_seconds is not None
        assert 0 < enclosure.length <= 200_000
        assert enclosure.duration_seconds == (enclosure.length - 44) // 11_025


def test_pictures_are_announced_as_thumbnails() -> None:
    for name in ("meridian", "perigramma"):
        assert any(entry.thumbnail_url for entry in parse_feed(named(name).body).entries), name


def test_one_outlet_writes_relative_addresses_that_resolve() -> None:
    feed = named("shiome")
    assert b"127.0.0.1" not in b"".join(re.findall(rb"<content.*?</content>", feed.body, re.DOTALL))
    assert {entry.base_url for entry in parse_feed(feed.body, url=feed.url).entries} == {f"{BASE}/shiome/"}


def test_the_second_edition_changes_one_entry_and_adds_another() -> None:
    first, second = parse_feed(named("meridian").body).entries, parse_feed(named("meridian", 2).body).entries
    changed = [(old, new) for old, new in zip(first, second, strict=True) if old != new]
    assert [(old.guid, new.guid) for old, new in changed] == [("tag:meridian.example,2026:halcyon-tern",) * 2]
    assert changed[0][0].title != changed[0][1].title
    assert changed[0][1].updated_at is not None
    fresh = {entry.guid for entry in parse_feed(named("estuaire", 2).body).entries}
    assert fresh - {entry.guid for entry in parse_feed(named("estuaire").body).entries} == {
        "tag:estuaire.example,2026:enquete-halcyon"
    }
    rest = {feed.name for feed, again in zip(FEEDS, feeds(BASE, NOW, 2), strict=True) if feed != again}
    assert rest == {"meridian", "estuaire"}


@EVERY_FEED
def test_no_address_leads_anywhere_but_to_the_server_or_to_example(feed: SampleFeed) -> None:
    if feed.format == "json11":
        words = [
            value for entry in json.loads(feed.body)["items"] for value in entry.values() if isinstance(value, str)
        ]
    else:
        words = xml_words(etree.fromstring(feed.body))
    assert_only_here(" ".join(words))


def test_the_pages_lead_nowhere_else_either(ask: Any, server: Any) -> None:
    for feed in feeds(server.url, server.now):
        page = html.fromstring(ask(feed.site_url).body)
        assert_only_here(" ".join(xml_words(page)))
    assert_only_here(" ".join(xml_words(etree.fromstring(opml(BASE)))))


def assert_only_here(text: str) -> None:
    for address in re.findall(r"(?:https?:)?//[\w.-]+[^\s\"'<>]*", text):
        host = urlsplit(address).hostname
        assert host is not None
        assert host == "127.0.0.1" or host.endswith(".example"), address


def test_the_opml_holds_every_feed_in_nested_folders() -> None:
    body = etree.fromstring(opml(BASE)).find("body")
    assert body is not None
    outlines = [outline for outline in body.iter("outline") if outline.get("xmlUrl")]
    assert {outline.get("xmlUrl") for outline in outlines} == {feed.url for feed in FEEDS}
    assert all(outline.get("text") and outline.get("type") == "rss" and not outline.text for outline in outlines)
    filed = {
        outline.get("text"): tuple(folder.get("text") for folder in reversed(list(outline.iterancestors("outline"))))
        for outline in outlines
    }
    assert filed["Hafenblatt"] == ("Presse", "Europe")
    assert filed == {feed.title: feed.folder for feed in FEEDS}


def test_french_texts_keep_their_no_break_spaces() -> None:
    for outlet, entry in every_entry():
        if outlet.language == "fr":
            assert not re.search(
                r"« | »| [;!?]", (entry.title or "") + re.sub(r"```.*?```", "", entry.text, flags=re.DOTALL)
            ), (
                outlet.name,
                entry.slug,
            )
