"""Which changes of an entry a reader would notice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.clean.changes import is_noticed, pictures, steady
from dateline.model import SafeHTML


def noticed(old: str, new: str) -> bool:
    """The same for two contents under one title."""
    return is_noticed(("A title", SafeHTML(old)), ("A title", SafeHTML(new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Read all 12 comments", "Read all 1,312 comments"),
        ("1 comment", "2 comments"),
        ("no comments", "1 comment"),
        ("Comments (3)", "Comments (14)"),
        ("Points: 34 # Comments: 5", "Points: 36 # Comments: 7"),
        ("Views: 40184", "Views: 40190"),
        ("1.2k views", "13k views"),
        ("3 Kommentare", "5 Kommentare"),
        ("12 vues", "13 vues"),
        ("👍 12", "👍 15"),
        ("Posted 5 minutes ago", "Posted 2 hours ago"),
        ("an hour ago", "3 days ago"),
        ("just now", "5 minutes ago"),
        ("il y a 5 minutes", "il y a 2 heures"),
        ("vor 3 Stunden", "vor einer Woche"),
        ("3 часа назад", "5 часов назад"),
        ("5分钟前", "8分钟前"),
        ("5분 전", "7분 전"),
        ("Last updated: 3 June 2025, 12:05", "Last updated: 4 June 2025, 13:05"),
        ("Mis à jour le 3 juin à 12 h 05", "Mis à jour le 4 juin à 13 h 10"),
        ('<a href="https://x.example/?utm_source=a">x</a>', '<a href="https://x.example/?utm_source=b">x</a>'),
        ('<img src="https://x.example/a.jpg?token=1" alt="">', '<img src="https://x.example/a.jpg?token=2" alt="">'),
        (
            '<img src="https://one.example/a-300x200.jpg" alt="">',
            '<img src="https://two.example/a-600x400.jpg" alt="">',
        ),
        ('<img src="https://ads.example/abc/da" alt="">', '<img src="https://ads.example/xyz/da" alt="">'),
        ("<p>One</p><p>two</p>", "<div>One <em>two</em></div>"),
        ("One  two", "One two"),
    ],
)
def test_what_changes_by_itself_is_not_noticed(old: str, new: str) -> None:
    assert not noticed(old, new)
    assert not noticed(new, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("45 dead in fire", "46 dead in fire"),
        ("It costs 5 euros", "It costs 6 euros"),
        ("In 2024 it rose", "In 2025 it rose"),
        ("The minister stays", "The minister goes"),
        ("Updated with new facts", "Updated with old facts"),
        ("A story", "A story. Correction: it was Tuesday."),
        ("<p>x</p>", '<p>x</p><img src="https://x.example/new.jpg" alt="">'),
        ("第一報です", "続報です"),
        ("", "Now there is something"),
    ],
)
def test_what_is_said_is_noticed(old: str, new: str) -> None:
    assert noticed(old, new)


def test_a_title_is_noticed_and_its_counter_is_not() -> None:
    content = SafeHTML("<p>Same</p>")
    assert is_noticed(("Mayor resigns", content), ("Mayor stays", content))
    assert not is_noticed(("Storm [12 comments]", content), ("Storm [13 comments]", content))


def test_pictures_are_known_by_the_names_of_their_files() -> None:
    html = SafeHTML(
        '<img src="https://x.example/2026/Boat-300x200.JPG?x=1" alt=""><img src="https://x.example/pixel" alt="">'
    )
    assert pictures(html) == {"boat"}


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_same_is_never_noticed_and_nothing_raises(one: str, other: str) -> None:
    assert not is_noticed((one, SafeHTML(other)), (one, SafeHTML(other)))
    is_noticed((one, SafeHTML(other)), (other, SafeHTML(one)))
    steady(one + other)
