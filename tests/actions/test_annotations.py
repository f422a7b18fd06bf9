"""Highlights and notes brought along: to the right article, once, told where there is none; both databases."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import annotations, highlights, saved_pages
from dateline.errors import ParseError
from dateline.model import User
from dateline.parse.annotations import open_annotations
from dateline.store import Database
from dateline.store.highlights import Listed, listing

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


def file(*items: Any) -> bytes:
    return json.dumps({"@context": CONTEXT, "type": "AnnotationPage", "items": items}).encode()


def on(source: Any, quote: str = "words", **more: Any) -> dict[str, Any]:
    """An annotation as any tool may write it."""
    selector = {"type": "TextQuoteSelector", "exact": quote, "prefix": "a " * 40, "suffix": " b" * 40}
    return {"type": "Annotation", "target": {"source": source, "selector": selector}, **more}


def brought(db: Database, user: User, now: datetime, *items: Any) -> annotations.NotedReport:
    return annotations.import_annotations(db, user, file(*items), now=now)


def there(db: Database, user: User) -> list[Listed]:
    with db.reading() as tx:
        return listing(tx, user.id)


def page(db: Database, user: User, now: datetime, url: str = "https://page.example/1") -> int:
    return saved_pages.save(db, user, url, feed_title="Saved", now=now)


def test_any_tools_notes_find_their_page_by_its_address(db: Database, cast: Cast, now: datetime) -> None:
    entry_id = page(db, cast.alice, now)
    body = [{"type": "TextualBody", "value": "Why?"}, {"type": "TextualBody", "purpose": "tagging", "value": "tea"}]
    report = brought(
        db,
        cast.alice,
        now,
        on("https://page.example/1", body=body, created="2020-01-02T03:04:05Z"),
        {"target": "https://page.example/1", "bodyValue": "All of it"},
    )
    assert (report.annotations, report.added, report.missed) == (2, 2, 0)
    whole, words = (one.highlight for one in there(db, cast.alice))
    assert (words.entry_id, words.quote, words.note, words.colour) == (entry_id, "words", "Why?", "yellow")
    assert (len(words.prefix), len(words.suffix), words.created_at.year) == (40, 40, 2020)
    assert (whole.quote, whole.note, whole.created_at) == ("", "All of it", now)


def test_brought_again_nothing_is_doubled_and_what_was_changed_since_stays(
    db: Database, cast: Cast, now: datetime
) -> None:
    page(db, cast.alice, now)
    items = (
        on("https://page.example/1", body="Old", created="2020-01-02T03:04:05Z"),
        on("https://page.example/1", "others", body="Undated"),
    )
    assert brought(db, cast.alice, now, *items).added == 2
    (dated,) = [one.highlight for one in there(db, cast.alice) if one.highlight.quote == "words"]
    highlights.change(db, cast.alice, dated.id, colour="red", note="New", now=now)
    again = brought(db, cast.alice, now + timedelta(days=1), *items)
    assert (again.added, again.already) == (0, 2)
    assert {one.highlight.note for one in there(db, cast.alice)} == {"New", "Undated"}


def test_what_finds_no_article_is_told_line_by_line(db: Database, cast: Cast, now: datetime) -> None:
    report = brought(
        db,
        cast.alice,
        now,
        on("https://nowhere.example/", body={"purpose": "describing", "value": "A title"}),
        {"target": "https://nowhere.example/"},
        on("https://nowhere.example/", "x" * 20_000),
        7,
    )
    assert [(one.place, one.code) for one in report.problems] == [
        (2, "noted.unreadable"),
        (3, "action.too_large"),
        (4, "noted.unreadable"),
        (1, "noted.no_article"),
    ]
    assert report.problems[-1].text == "A title: words"
    assert (report.added, report.missed) == (0, 4)


def test_nobody_reaches_into_what_others_keep_to_themselves(db: Database, cast: Cast, now: datetime) -> None:
    page(db, cast.bob, now)
    target = {"dateline:feed": "saved:pages", "dateline:guid": "https://page.example/1"}
    items = (on("https://page.example/1"), {**on("https://page.example/1"), "target": target, "bodyValue": "Mine"})
    assert brought(db, cast.mallory, now, *items).missed == 2
    assert there(db, cast.mallory) == there(db, cast.bob) == []


def test_without_a_feed_ones_own_feeds_on_that_server_are_looked_through(
    db: Database, cast: Cast, now: datetime
) -> None:
    _, feed_id = subscribed(db, cast.alice, "https://a.example/feed", now)
    (entry_id,) = fill(db, feed_id, ["One"], now)
    assert brought(db, cast.alice, now, on("https://a.example/One"), on("https://b.example/One")).added == 1
    assert [one.highlight.entry_id for one in there(db, cast.alice)] == [entry_id]


def test_one_person_has_so_many_and_no_more(
    db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(db, cast.alice, now)
    monkeypatch.setattr(annotations, "MAX_HIGHLIGHTS", 1)
    report = brought(db, cast.alice, now, *(on("https://page.example/1", f"word {n}") for n in range(3)))
    assert (report.added, [one.code for one in report.problems]) == (1, ["action.too_large", "action.too_large"])


@pytest.mark.parametrize("body", [b"", b"{}", b'{"items": 7}', b"[" * 100_000, b"[{}" + b",{}" * 50_001 + b"]"])
def test_what_is_no_list_of_annotations_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        open_annotations(body)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("https://a.example/"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                (
                    "target",
                    "source",
                    "selector",
                    "type",
                    "exact",
                    "prefix",
                    "start",
                    "body",
                    "value",
                    "purpose",
                    "id",
                    "created",
                    "bodyValue",
                    "styleClass",
                    "dateline:feed",
                    "dateline:guid",
                )
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_VALUES, max_size=5))
def test_whatever_stands_in_it_is_read_or_passed_over(items: list[Any]) -> None:
    opened = open_annotations(file(*items))
    for place in range(1, opened.count + 1):
        opened.annotated(place)
