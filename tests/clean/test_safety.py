"""Nothing hostile gets through: published classes of attack, told in our own cases, judged by another parser."""

import pytest
from tests.clean.checker import problems
from tests.clean.vectors import SCRIPTS, VECTORS

from dateline.clean import clean_html, plain_text
from dateline.clean.balance import is_crowded, text_only
from dateline.model import RawHTML

BASE = "https://news.example/2026/entry"


def test_there_are_enough_vectors_and_none_twice() -> None:
    assert len(VECTORS) >= 150
    assert len(set(VECTORS)) == len(VECTORS)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_hostile_document_comes_out_safe(vector: str) -> None:
    assert problems(clean_html(RawHTML(vector), BASE)) == []
    assert problems(clean_html(RawHTML(vector), None)) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_a_hostile_document_is_safe_inside_others(vector: str) -> None:
    for around in (
        "<p title='{}'>x</p>",
        '<a href="{}">x</a>',
        "<table><tr><td>{}",
        "<b><i>{}</b></i>",
        "<svg>{}</svg>",
    ):
        assert problems(clean_html(RawHTML(around.format(vector)), BASE)) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_a_hostile_document_in_a_crowd_comes_out_safe(vector: str) -> None:
    crowd = "&amp;" * 3_000
    crowded = crowd + vector + crowd
    assert is_crowded(crowded)
    assert problems(clean_html(RawHTML(crowded), BASE)) == []
    assert problems(text_only(vector)) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_cleaning_again_changes_nothing(vector: str) -> None:
    once = clean_html(RawHTML(vector), BASE)
    assert clean_html(RawHTML(once), BASE) == once
    assert clean_html(RawHTML(once), None) == once


@pytest.mark.parametrize("vector", SCRIPTS)
def test_the_text_of_a_hostile_document_holds_no_markup(vector: str) -> None:
    assert "\0" not in plain_text(RawHTML(vector))
    assert "<script" not in plain_text(RawHTML(vector)).lower()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>safe</p>", []),
        ("<script>x</script>", ["element script"]),
        ("<p onclick=x>y</p>", ["attribute p onclick"]),
        ("<!-- x -->", ["element !--"]),
    ],
)
def test_the_judge_sees_what_is_wrong(html: str, expected: list[str]) -> None:
    assert sorted(set(problems(html))) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<a href="java\tscript:x" rel="noopener noreferrer" target="_blank">x</a>',
        '<a href="/relative" rel="noopener noreferrer" target="_blank">x</a>',
        '<a href="https://a.example/">x</a>',
        '<img src="data:image/png;base64,AA" alt="">',
        '<iframe src="https://evil.example/" sandbox="" loading="lazy" title="x"></iframe>',
        '<video src="https://a.example/v" autoplay></video>',
        '<p style="x">y</p>',
    ],
)
def test_the_judge_is_not_easily_pleased(html: str) -> None:
    assert problems(html) != []
