"""Articles exported by other readers: each program's shape, and whatever a hostile file may hold."""

import json
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.parse.exports import FEEDBIN_STARRED, FEEDLY_SAVED, FRESHRSS_STARRED, GOOGLE_STARRED, file

from dateline.errors import ParseError
from dateline.model import Enclosure, Person
from dateline.parse.reader_json import SavedEntry, looks_like_json, open_saved


def read(value: Any, name: str = "") -> list[SavedEntry]:
    opened = open_saved(value if isinstance(value, bytes) else file(value), name=name)
    found = [opened.entry(place) for place in range(1, opened.count + 1)]
    assert None not in found
    return [one for one in found if one is not None]


def one(**values: Any) -> SavedEntry | None:
    return open_saved(file([{"url": "https://x.example/1", **values}])).entry(1)


# ------------------------------------------------------------------------------------------------ programs


def test_freshrss() -> None:
    fish, rope = read(FRESHRSS_STARRED)
    assert fish.entry.guid == "harbour-1"
    assert fish.entry.title == "Fish & ships"
    assert fish.entry.authors == (Person(name="Ann"), Person(name="Bob"))
    assert fish.entry.published_at == datetime.fromtimestamp(1717990000, UTC)
    assert fish.entry.tags == ("seafood",)
    assert fish.entry.enclosures == (Enclosure(url="https://harbour.example/fish.mp3", type="audio/mpeg", length=1234),)
    assert (fish.starred, fish.is_read, fish.labels) == (True, True, ("To cook", "Sea & salt"))
    assert (fish.feed_url, fish.feed_title, fish.site_url) == (
        "https://harbour.example/feed",
        "Harbour & Post",
        "https://harbour.example/",
    )
    assert fish.links == ("https://harbour.example/fish?a=1&b=2",)
    assert fish.saved_at == datetime.fromtimestamp(1718000000.123456, UTC)
    assert rope.entry.guid == "https://harbour.example/rope"
    assert (rope.starred, rope.is_read, rope.labels) == (False, False, ("To cook",))


def test_freshrss_of_old_stars_what_has_neither_state_nor_label() -> None:
    old = {"id": "user/a/state/org.freshrss/starred", "items": [{"id": "g", "categories": ["x"]}]}
    assert [one.starred for one in read(old)] == [True]
    feed = {"id": "user/a/state/org.freshrss/feed/3", "items": [{"id": "g", "categories": []}]}
    assert [one.starred for one in read(feed, name="starred.json")] == [False]


def test_google_reader() -> None:
    (boat,) = read(GOOGLE_STARRED)
    assert boat.entry.guid is None, "the id is the reader's, not the publisher's"
    assert boat.links == ("http://boats.example/a-boat", "http://boats.example/canonical/a-boat")
    assert (boat.feed_url, boat.labels, boat.entry.tags) == (
        "http://boats.example/rss",
        ("Ships", "Read later"),
        ("Boats",),
    )
    assert boat.entry.summary_html == "<p>It floats.</p>"


def test_feedly() -> None:
    (hill,) = read(FEEDLY_SAVED)
    assert hill.entry.guid == "https://hill.example/?p=7"
    assert (hill.starred, hill.is_read, hill.labels, hill.entry.tags) == (True, True, ("Walks",), ("hills",))
    assert hill.saved_at == datetime.fromtimestamp(1700500000, UTC)
    assert hill.entry.published_at == datetime.fromtimestamp(1700000000, UTC)
    assert hill.feed_url == "https://hill.example/feed"
    assert "https://hill.example/hill-and-dale" in hill.links


def test_feedbin_by_the_name_of_its_file() -> None:
    (quiet,) = read(FEEDBIN_STARRED, name="starred.json")
    assert (quiet.starred, quiet.entry.guid, quiet.feed_url) == (True, None, "https://quiet.example/")
    assert quiet.entry.published_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert quiet.entry.content_html == "<p>Hush.</p>"
    assert [one.starred for one in read(FEEDBIN_STARRED, name="entries.json")] == [False]


# ------------------------------------------------------------------------------------------------ damage


def test_a_file_that_breaks_off_gives_what_is_whole() -> None:
    body = file(FRESHRSS_STARRED)
    cut = body[: body.index(b'"Rope"') + 3]
    opened = open_saved(cut)
    assert (opened.count, opened.is_damaged, opened.program) == (1, True, "freshrss")
    first = opened.entry(1)
    assert first is not None
    assert first.entry.guid == "harbour-1"


def test_line_breaks_inside_of_texts_are_forgiven() -> None:
    body = b'{"items": [{"id": "g", "title": "one\ntwo"}, {"id": "h"}]}'
    opened = open_saved(body)
    assert (opened.count, opened.is_damaged) == (2, False)
    assert [one.entry.title for one in read(body)] == ["one two", None]


def test_one_bad_article_spoils_no_other() -> None:
    body = b'[{"id":"a"}, 7, null, "x", {"title":"of nothing"}, {"id":"b\\ud800c"}, [1], {"id":{"x":1},"url":"https://b.example"}]'
    opened = open_saved(body)
    found = [opened.entry(place) for place in range(1, opened.count + 1)]
    assert [one.entry.guid if one else "-" for one in found] == ["a", "-", "-", "-", "-", "bc", "-", None]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "parse.empty"),
        (b"\xef\xbb\xbf \n", "parse.empty"),
        (b"{}", "parse.no_articles"),
        (b'{"items": 3}', "parse.no_articles"),
        (b'{"feeds": []}', "parse.no_articles"),
        (b"[" * 200_000, "parse.no_articles"),
        (b'{"items":' + b"[" * 200_000, "parse.no_articles"),
        (b"[1,2", "parse.no_articles"),
        (b"<opml/>", "parse.no_articles"),
        (b"{" + b'"a":1,' * 100_000, "parse.no_articles"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_what_holds_no_articles_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        open_saved(body)
    assert caught.value.code == code


def test_no_more_than_half_a_million_articles() -> None:
    with pytest.raises(ParseError) as caught:
        open_saved(b"[" + b"{}," * 500_001 + b"{}]")
    assert caught.value.code == "parse.too_complex"


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * 1_000_001 + b"{}]",
        b"[" + b"1," * 1_000_001 + b"{}]",
        b'{"items":[' + b"0," * 1_000_001 + b'"]',
        b'{"id":[' + b"[]," * 1_000_001 + b'[]],"items":[]}',
        b'{"items":[{"a":[' + b"{}," * 1_000_001 + b"{}]}] and no more",
        b"[" + b'"\\",' * 1_000_001 + b'"',
    ],
    ids=["objects", "numbers", "broken", "beside", "inside a broken one", "texts"],
)
def test_small_values_by_the_million_are_refused_before_they_are_made(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ParseError) as caught:
            open_saved(body)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.code == "parse.too_complex"


def test_an_article_of_a_million_lists_is_passed_over_and_many_commas_are_no_reason() -> None:
    crowded = b'{"id":"a","x":[' + b"[]," * 1_000_001 + b"[]]}"
    wordy = b'{"id":"b","title":"' + b"," * 1_000_001 + b'"}'
    opened = open_saved(b'{"items":[' + crowded + b"," + wordy + b"]}")
    assert [opened.entry(place) is None for place in (1, 2)] == [True, False]


@pytest.mark.parametrize(
    "value",
    [None, True, 3, -1, 1e300, 10**30, "", "x" * 100_000, [], {}, [[[]]], {"content": 5}, ["a", 3, None], "9" * 50],
    ids=repr,
)
@pytest.mark.parametrize(
    "key",
    [
        *("id", "guid", "originId", "title", "author", "published", "updated", "timestampUsec", "crawlTimeMsec"),
        *("categories", "tags", "keywords", "alternate", "canonical", "content", "summary", "enclosure", "origin"),
        *("starredUsec", "unread", "actionTimestamp", "canonicalUrl"),
    ],
)
def test_any_value_of_any_type_is_read_or_passed_over(key: str, value: Any) -> None:
    found = one(**{key: value})
    assert found is not None
    assert found.links[0] == "https://x.example/1"


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (1_700_000_000, 2023),
        ("1700000000", 2023),
        (1_700_000_000_000, 2023),
        ("1700000000000000", 2023),
        (1_700_000_000.5, 2023),
        ("2023-11-14T22:13:20Z", 2023),
        (0, None),
        (-5, None),
        ("soon", None),
    ],
)
def test_times_in_any_unit(value: Any, year: int | None) -> None:
    found = one(published=value)
    assert found is not None
    assert (found.entry.published_at.year if found.entry.published_at else None) == year


def test_labels_and_tags_are_bounded() -> None:
    found = one(categories=[f"user/-/label/{n}" for n in range(10_000)] + ["user/-/label/" + "x" * 99_999])
    assert found is not None
    assert len(found.labels) == 50


def test_an_address_that_is_none_is_no_link() -> None:
    found = one(alternate=[{"href": "javascript:alert(1)"}], origin={"feedUrl": "file:///etc/passwd", "title": "x"})
    assert found is not None
    assert (found.links, found.feed_url) == (("https://x.example/1",), "https://x.example/")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with suppress(ParseError):
        opened = open_saved(json.dumps({"items": [value]}).encode())
        opened.entry(1)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    looks_like_json(body)
    with suppress(ParseError):
        opened = open_saved(body)
        for place in range(1, opened.count + 1):
            opened.entry(place)
