"""Players: named hosts in a sandbox, everything else a link."""

import pytest
from tests.clean.checker import cleaned, problems

from dateline.clean.players import SANDBOX

FILM = "https://news.example/v"
YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/embed/dQw4w9WgXcQ",
        "http://www.youtube.com/embed/dQw4w9WgXcQ?rel=0&autoplay=1",
        "//youtube.com/embed/dQw4w9WgXcQ/",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?enablejsapi=1",
        "https://www.youtube.com/v/dQw4w9WgXcQ&hl=en&fs=1",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ&feature=x",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
    ],
)
def test_every_address_of_a_film_becomes_the_player_without_cookies(address: str) -> None:
    html = cleaned(f'<iframe src="{address}"></iframe>')
    assert html == (
        f'<iframe src="{YOUTUBE}" title="youtube.com" sandbox="{SANDBOX}" allow="encrypted-media; fullscreen;'
        ' picture-in-picture" loading="lazy" referrerpolicy="strict-origin"></iframe>'
        '<a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">▶ youtube.com</a>'
    )
    assert cleaned(html) == html


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://www.youtube.com/embed/dQw4w9WgXcQ?start=30&end=60&x=1", "?start=30&amp;end=60"),
        ("https://www.youtube.com/embed/videoseries?list=PLabc_-1", None),
        ("https://www.youtube.com/embed/dQw4w9WgXcQ?start=1%22onload", ""),
    ],
)
def test_only_harmless_parameters_of_a_film_stay(address: str, kept: str | None) -> None:
    html = cleaned(f'<iframe src="{address}"></iframe>')
    expected = f'src="{YOUTUBE}{kept}"' if kept is not None else 'embed/videoseries?list=PLabc_-1"'
    assert expected in html
    assert problems(html.replace("<a ", '<a target="_blank" rel="noopener noreferrer" ')) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://player.vimeo.com/video/76979871?h=8272103f6e",
        "https://www.dailymotion.com/embed/video/x7tgad0",
        "https://geo.dailymotion.com/player.html?video=x7tgad0",
        "https://w.soundcloud.com/player/?url=https%3A//api.soundcloud.com/tracks/1",
        "https://open.spotify.com/embed/episode/1",
        "https://bandcamp.com/EmbeddedPlayer/album=1/size=large/",
        "https://www.arte.tv/embeds/fr/1-2-A",
        "https://player.ina.fr/embed/1",
        "https://player-widget.mixcloud.com/widget/iframe/?feed=x",
        "https://embed.ted.com/talks/x",
        "https://archive.org/embed/x",
        "https://www.bbc.com/news/av-embeds/1",
        "https://widget.deezer.com/widget/dark/album/1",
    ],
)
def test_a_player_of_a_named_host_stays_in_a_sandbox(address: str) -> None:
    html = cleaned(f'<iframe src="{address}" width="640" height="360" title="A film" frameborder="0"></iframe>')
    assert html.startswith(
        f'<iframe src="{address}" title="A film" width="640" height="360" sandbox="{SANDBOX}" allow="encrypted-media;'
        ' fullscreen; picture-in-picture" loading="lazy" referrerpolicy="no-referrer"></iframe><a href="'
    )
    assert cleaned(html) == html


def test_scripts_and_the_same_origin_are_never_allowed_together() -> None:
    assert "allow-scripts" in SANDBOX
    assert "allow-same-origin" not in SANDBOX
    assert "allow-top-navigation" not in SANDBOX


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<iframe src=https://maps.example/embed?pb=1></iframe>",
            '<a href="https://maps.example/embed?pb=1">maps.example/embed</a>',
        ),
        ("<iframe src=/map title='A map'></iframe>", '<a href="https://news.example/map">A map</a>'),
        ("<iframe data-src=//maps.example/x></iframe>", '<a href="https://maps.example/x">maps.example/x</a>'),
        ("<embed src=https://old.example/film.swf>", '<a href="https://old.example/film.swf">old.example/film.swf</a>'),
        (
            "<iframe src=https://www.youtube.com/user/x></iframe>",
            '<a href="https://www.youtube.com/user/x">www.youtube.com/user/x</a>',
        ),
        (
            "<a href=/x><iframe src=https://maps.example/y></iframe></a>",
            '<a href="https://news.example/x">maps.example/y</a>',
        ),
        (
            "<iframe src=https://maps.example/x>text <b>for old browsers</b></iframe>",
            '<a href="https://maps.example/x">maps.example/x</a>',
        ),
        ("<iframe src=https://ads.example/ width=1 height=1></iframe>", ""),
        ("<iframe src=https://ad.doubleclick.net/x></iframe>", ""),
        ("<iframe src=https://ads.example/ style='display:none'></iframe>", ""),
        ("<iframe src=about:blank></iframe>", ""),
        ("<iframe srcdoc='<p>x'></iframe>", ""),
        (
            "<object data=https://old.example/a.swf><embed src=https://www.youtube.com/v/dQw4w9WgXcQ>no flash</object>",
            None,
        ),
    ],
)
def test_any_other_frame_becomes_a_link_or_goes(html: str, expected: str | None) -> None:
    once = cleaned(html)
    assert once == expected or (expected is None and YOUTUBE in once)
    assert cleaned(once) == once


def test_a_player_in_a_link_has_no_second_link() -> None:
    html = cleaned(f'<a href="/x"><iframe src="{YOUTUBE}"></iframe></a>')
    assert html.count("<a ") == 1
    assert html.count("<iframe ") == 1


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<audio src=/a.mp3></audio>", '<audio src="https://news.example/a.mp3" controls="" preload="none"></audio>'),
        (
            "<audio autoplay loop preload=auto><source src=/a type=audio/mpeg>Your browser is old.</audio>",
            '<audio loop="" controls="" preload="none"><source src="https://news.example/a" type="audio/mpeg"></audio>',
        ),
        (
            "<video src=/v poster=/v width=1 muted autoplay>No <a href=/v>film</a></video>",
            f'<video src="{FILM}" poster="{FILM}" muted="" playsinline="" controls="" preload="none"></video>',
        ),
        (
            "<video src=javascript:x poster=data:x><source src=data:y><p>fallback</p></video>",
            "<p>fallback</p>",
        ),
        ("<audio><audio></audio></audio>x", "x"),
        ("<audio>" * 40, ""),
    ],
)
def test_sound_and_film_wait_for_the_reader(html: str, expected: str) -> None:
    assert cleaned(html) == expected
    assert cleaned(expected) == expected
