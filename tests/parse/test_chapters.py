"""Files of chapters: read leniently, bounded, and never more than ParseError."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.clean.episode import MAX_CHARS, clean_chapters
from dateline.episode import Chapter
from dateline.errors import ParseError
from dateline.parse.chapters import MAX_CHAPTERS, parse_chapters


def test_chapters_come_in_order_with_what_others_write_for_numbers() -> None:
    body = {
        "version": "1.2.0",
        "chapters": [
            {"startTime": "62.9", "title": "Two", "url": "https://a.example/", "img": "x"},
            {"startTime": 0, "title": "One", "url": 7},
            {"startTime": 100, "title": "A picture", "toc": False},
            {"startTime": True, "title": "no"},
            {"startTime": -1, "title": "no"},
            {"startTime": "nan", "title": "no"},
            {"startTime": 3, "title": " "},
            {"startTime": 3},
        ],
    }
    assert parse_chapters(b"\xef\xbb\xbf" + json.dumps(body).encode()) == (
        Chapter(start_seconds=0, title="One"),
        Chapter(start_seconds=62, title="Two", url="https://a.example/"),
    )


def test_a_thousand_are_read_and_cleaned_and_no_more() -> None:
    chapters = [{"startTime": number, "title": "x"} for number in range(1_500)]
    found = parse_chapters(json.dumps({"chapters": chapters}).encode())
    assert len(found) == MAX_CHAPTERS
    hostile = (
        Chapter(start_seconds=1, title="\x00a" * 5_000, url="javascript:x"),
        Chapter(start_seconds=10**9, title="x"),
    )
    (cleaned,) = clean_chapters(hostile, "https://a.example/")
    assert (len(cleaned.title) <= MAX_CHARS, cleaned.url) == (True, None)
    assert len(clean_chapters(found, "https://a.example/")) == MAX_CHAPTERS


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b'{"chapters":7}', b'{"chapters":[7]}', b'{"a":' * 60_000, b'{"chapters":[]}']
)
def test_what_is_no_file_of_chapters_is_said(body: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse_chapters(body)
    assert caught.value.code == "parse.not_json"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda part: (
            st.lists(part) | st.dictionaries(st.sampled_from(["startTime", "title", "url", "toc", "chapters"]), part)
        ),
        max_leaves=20,
    )
)
def test_nothing_in_one_raises_anything_else(value: object) -> None:
    for body in (value, {"chapters": [value]}, {"chapters": value}):
        try:
            assert parse_chapters(json.dumps(body).encode())
        except ParseError:
            continue
