"""Links inside an article: footnotes and back."""

import pytest
from tests.clean.checker import cleaned, problems

from dateline.clean import clean_html
from dateline.clean.balance import is_crowded
from dateline.model import RawHTML

BASE = "https://e.example/post"


def clean(html: str, base: str | None = BASE) -> str:
    """Clean once and again: the same, and safe."""
    once = clean_html(RawHTML(html), base)
    assert clean_html(RawHTML(once), base) == once
    assert problems(once) == []
    return once


def test_a_footnote_and_the_way_back() -> None:
    html = '<p>x<sup id="r1"><a href="#n1" rel="note">1</a></sup></p><ol><li id="n1">y <a href="#r1">↩</a></li></ol>'
    assert clean(html) == (
        '<p>x<sup id="text-r1"><a href="#text-n1">1</a></sup></p>'
        '<ol><li id="text-n1">y <a href="#text-r1">↩</a></li></ol>'
    )
    assert clean(html, None) == clean(html)


@pytest.mark.parametrize("way", ['"#n1"', "'#n1'", "#n1", f'"{BASE}#n1"', '"post#n1"', '"#text-n1"', '"#n%31"'])
def test_ways_to_write_where_a_link_leads(way: str) -> None:
    assert '<a href="#text-n1">' in clean(f'<a href={way}>1</a><p id=n1>y</p><a href="#n1">2</a>')


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p id="csrf">x</p><a href="#">top</a>', "<p>x</p><a>top</a>"),
        ('<p id="a b">x</p><a href="#a b">y</a>', "<p>x</p><a>y</a>"),
        ('<p id="n">x</p><p id="n">y</p><a href="#n">z</a>', '<p id="text-n">x</p><p>y</p><a href="#text-n">z</a>'),
        ('<p id="n">x</p><a href="https://other.example/post#n">z</a><a href="#m">y</a>', "<p>x</p>"),
        ('<a href="#n" id="n" onclick="e">x</a>', '<a href="#text-n" id="text-n">x</a>'),
        ('<a href="#text-n" id="m">x</a>', "<a>x</a>"),
        ('<h1 id="n">x</h1><a href="#n">y</a>', '<h2 id="text-n">x</h2><a href="#text-n">y</a>'),
    ],
)
def test_only_a_place_that_is_led_to_keeps_its_name(html: str, expected: str) -> None:
    found = clean(html, BASE).replace(' target="_blank" rel="noopener noreferrer"', "")
    for address in (f' href="{BASE}#m"', f' href="{BASE}#a%20b"', f' href="{BASE}#text-n"', f' href="{BASE}"'):
        found = found.replace(address, "")
    assert found.startswith(expected)


def test_pictures_and_frames_are_no_places() -> None:
    html = '<img id="p" src="https://e.example/a.png"><a href="#p">x</a>'
    assert "id=" not in clean(html)
    assert f'href="{BASE}#p"' in clean(html)


def test_the_places_of_a_very_long_article_are_kept() -> None:
    many = "".join(f'<p id="n{number}"><a href="#n{number}">x</a></p>' for number in range(5000))
    assert is_crowded(many)
    assert clean(many).count('id="text-n') == clean(many).count('href="#text-n') == 5000


def test_cleaned_settles() -> None:
    assert cleaned('<a href="#n">x<a href="#n" id=n>y</a></a>')
