"""What is written as Atom: any text comes back through our own parser, and no document is larger than it may be."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dateline.model import Entry, ParsedFeed, Person, SafeHTML
from dateline.parse import parse_feed
from dateline.parse.atom_writing import OutgoingEntry, OutgoingFeed, changed_at, write_atom
from dateline.parse.opml_writing import xml_text

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def entry(**fields: Any) -> Entry:
    values: dict[str, Any] = {
        "id": 1,
        "feed_id": 1,
        "subscription_id": 1,
        "feed_title": "Le Phare",
        "feed_url": "https://a.example/feed?token=secret",
        "icon_id": None,
        "guid": "a",
        "url": "https://a.example/1",
        "title": "Un",
        "authors": (),
        "tags": (),
        "language": None,
        "enclosures": (),
        "thumbnail_url": None,
        "comments_url": None,
        "preview_text": "Le début.",
        "word_count": 2,
        "published_at": None,
        "updated_at": None,
        "received_at": NOW,
        "listed_at": NOW,
        "unread": True,
        "starred": True,
        "labels": ("Mine",),
        "content_html": SafeHTML("<p>Le début.</p>"),
    }
    return Entry(**{**values, **fields})


def written(*entries: Entry, title: str = "Main") -> bytes:
    feed = OutgoingFeed(
        id="urn:uuid:0", title=title, self_url="https://d.example/atom", page_url="https://d.example/", updated_at=NOW
    )
    return write_atom(
        feed,
        [
            OutgoingEntry(id=f"urn:uuid:{place}", source_id="urn:uuid:s", page_url="https://d.example/e", entry=one)
            for place, one in enumerate(entries, 1)
        ],
    )


def read(body: bytes) -> ParsedFeed:
    etree.fromstring(body)  # strictly well-formed
    return parse_feed(body, url="https://d.example/atom", content_type="application/atom+xml")


ANYTHING = st.text(max_size=80)
"""Characters that XML cannot hold too, and those that our parser drops."""


@given(title=ANYTHING, html=ANYTHING, name=ANYTHING, tag=ANYTHING)
def test_any_text_is_written_as_it_is_but_for_what_xml_cannot_hold(title: str, html: str, name: str, tag: str) -> None:
    one = entry(title=title, content_html=SafeHTML(f"<p>{html}</p>"), authors=(Person(name=name or "x"),), tags=(tag,))
    body = written(one, title=title)
    assert len(read(body).entries) == 1
    root = etree.fromstring(body)
    assert root.findtext(f"{ATOM}title") == xml_text(title)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == xml_text(title)
    assert root.findtext(f"{ATOM}entry/{ATOM}content") == f"<p>{xml_text(html)}</p>"
    assert root.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == xml_text(name or "x")
    category = root.find(f"{ATOM}entry/{ATOM}category")
    assert category is not None
    assert category.get("term") == xml_text(tag)


def test_it_says_neither_states_nor_labels_nor_the_address_of_the_feed() -> None:
    body = written(entry()).decode()
    for secret in ("token", "Mine", "unread", "star"):
        assert secret not in body


def test_a_body_that_finds_no_room_is_its_beginning() -> None:
    large = entry(content_html=SafeHTML("<p>" + "x" * 2_500_000 + "</p>"))
    body = written(large, large, entry())
    assert len(body) < 3_000_000
    first, second, third = read(body).entries
    assert first.content_html is not None
    assert (second.content_html, second.summary_html) == (None, "Le début.")
    assert third.content_html == "<p>Le début.</p>"


def test_an_entry_was_changed_when_its_publisher_or_we_last_saw_it_change() -> None:
    day = timedelta(days=1)
    assert changed_at(entry()) == NOW
    assert changed_at(entry(published_at=NOW - day)) == NOW - day
    assert changed_at(entry(published_at=NOW - 3 * day, updated_at=NOW - 2 * day)) == NOW - 2 * day
    assert changed_at(entry(updated_at=NOW - 2 * day, revised_at=NOW - day)) == NOW - day
