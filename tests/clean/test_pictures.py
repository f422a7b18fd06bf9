"""Pictures: pixels out, lazy ones in, sizes kept, every candidate checked."""

import pytest
from tests.clean.checker import cleaned

C, D = "https://news.example/c", "https://news.example/d"
A = '<img src="https://news.example/a"'
END = ' loading="lazy" decoding="async" referrerpolicy="no-referrer">'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="/a.png">', '<img src="https://news.example/a.png" alt=""'),
        ('<img src="//b.example/a.png" alt="x">', '<img src="https://b.example/a.png" alt="x"'),
        ('<img src="http://b.example/a.png">', '<img src="http://b.example/a.png" alt=""'),
        ('<img src="a.png?b=1&c=2">', '<img src="https://news.example/2026/a.png?b=1&amp;c=2" alt=""'),
        ('<img src="a b.png">', '<img src="https://news.example/2026/a%20b.png" alt=""'),
        (
            "<img src=/a alt='&lt;b&gt; &quot;q&quot;' title=t>",
            '<img src="https://news.example/a" alt="&lt;b&gt; &quot;q&quot;" title="t"',
        ),
        ("<img src=/a width=300 height=200>", '<img src="https://news.example/a" alt="" width="300" height="200"'),
        ("<img src=/a width=300px height=20.5>", '<img src="https://news.example/a" alt="" width="300" height="20"'),
        ("<img src=/a width=100% height=auto>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/a width=-5 height=999999>", '<img src="https://news.example/a" alt=""'),
        (
            "<img src=/a loading=eager decoding=sync referrerpolicy=unsafe-url>",
            '<img src="https://news.example/a" alt=""',
        ),
        ("<image src=/a>", '<img src="https://news.example/a" alt=""'),
        # lazy loaders
        ("<img data-src=/a>", '<img src="https://news.example/a" alt=""'),
        ("<img src=data:image/gif;base64,AA data-src=/a>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/img/blank.gif data-lazy-src=/a>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/placeholder.svg data-original=/a>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/1x1.gif width=1 height=1 data-src=/a>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/real.jpg data-src=/a>", '<img src="https://news.example/real.jpg" alt=""'),
        ("<img src=/real.jpg data-src=javascript:x>", '<img src="https://news.example/real.jpg" alt=""'),
        (
            "<img src=/blank.gif data-src=/a data-srcset='/a 1x, /b 2x'>",
            '<img src="https://news.example/a" srcset="https://news.example/a 1x, https://news.example/b 2x" alt=""',
        ),
        ("<noscript><img src=/a></noscript>", '<img src="https://news.example/a" alt=""'),
        ("<img src=data:x><NoScript><img src=/a></NoScript>", '<img src="https://news.example/a" alt=""'),
        ("<img data-src=/a><noscript><img src=/a></noscript>", '<img src="https://news.example/a" alt=""'),
        # srcset
        (
            "<img src=/a srcset='/b 640w, /c 1280w' sizes='50vw, 100vw'>",
            f'{A} srcset="https://news.example/b 640w, https://news.example/c 1280w" sizes="50vw, 100vw" alt=""',
        ),
        (
            "<img srcset='/b 1x, /c 2x'>",
            '<img src="https://news.example/c" srcset="https://news.example/b 1x, https://news.example/c 2x" alt=""',
        ),
        (
            "<img src=/a srcset='/b,c 1.5x,/d'>",
            '<img src="https://news.example/a" srcset="https://news.example/b,c 1.5x, https://news.example/d" alt=""',
        ),
        (
            "<img src=/a srcset='/b, /c 2x'>",
            '<img src="https://news.example/a" srcset="https://news.example/b, https://news.example/c 2x" alt=""',
        ),
        ("<img src=/a srcset='data:x 1x, javascript:y 2x'>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/a srcset='/b 5q, /c -1w'>", '<img src="https://news.example/a" alt=""'),
        ("<img src=/a srcset=', ,, '>", '<img src="https://news.example/a" alt=""'),
        (
            "<img src=/a srcset='/b?x=1&y=2 1x'>",
            '<img src="https://news.example/a" srcset="https://news.example/b?x=1&amp;y=2 1x" alt=""',
        ),
    ],
)
def test_a_picture_is_written_anew(html: str, expected: str) -> None:
    once = cleaned(html)
    assert once == expected + END
    assert cleaned(once) == once


@pytest.mark.parametrize(
    "html",
    [
        "<img>",
        "<img alt=x>",
        "<img src=''>",
        "<img src=data:image/png;base64,AA>",
        "<img src=javascript:x>",
        "<img src=/a width=1 height=1>",
        "<img src=/a width=0>",
        "<img src=/a height=1px>",
        "<img src=/a style='display: none'>",
        "<img src=/a style='width:1px;height:1px'>",
        "<img src=/a style='border:0;visibility:hidden'>",
        "<img src=https://feeds.feedburner.com/~r/x/~4/y>",
        "<img src=http://feeds.feedburner.com/~ff/x?d=yIl2AUoC8zA>",
        "<img src=https://stats.wordpress.com/b.gif?host=x>",
        "<img src=https://pixel.wp.com/b.gif?x>",
        "<img src=https://pixel.any.example/x>",
        "<img src=https://ad.doubleclick.net/ad/x>",
        "<img src=https://medium.com/_/stat?event=post.clientViewed>",
        "<img src=https://www.facebook.com/tr?id=1&ev=PageView>",
        "<img src=https://feeds.wordpress.com/1.0/comments/x>",
        "<img src=https://any.example/matomo.php?idsite=1&rec=1>",
        "<img src=https://any.example/img/tracking-pixel.gif>",
        "<img src=https://any.example/track/open.php?u=1>",
        "<img src=https://user@feeds.feedburner.com/x>",
    ],
)
def test_a_pixel_or_a_picture_without_address_goes(html: str) -> None:
    assert cleaned(f"<p>x{html}</p>") == "<p>x</p>"


@pytest.mark.parametrize(
    "address",
    [
        "https://any.example/megapixel.png",
        "https://any.example/pixel-art/hero.png",
        "https://pixel.magazine.example/images/cover.jpg",
        "https://notfeedburner.example/a.png",
        "https://any.example/track/opening.jpg",
        "https://blog.example/facebook.com/tree.png",
    ],
)
def test_a_picture_that_only_sounds_like_a_beacon_stays(address: str) -> None:
    assert f'src="{address}"' in cleaned(f"<img src={address}>")


def test_hundreds_of_candidates_are_cut() -> None:
    html = cleaned("<img src=/a srcset='" + ", ".join(f"/{width} {width}w" for width in range(100, 400)) + "'>")
    assert html.count("https://news.example/") == 33


def test_an_emoji_picture_becomes_the_emoji() -> None:
    assert (
        cleaned('<p>Hi <img src="https://s.w.org/images/core/emoji/15/72x72/1f600.png" alt="😀"></p>') == "<p>Hi 😀</p>"
    )
    assert cleaned('<img src="/wp-includes/images/smilies/x.gif" alt=":-)">').startswith("<img ")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<picture><source srcset='/c 1x, /d 2x' type=image/webp media=print><img src=/a></picture>",
            f'<picture><source srcset="{C} 1x, {D} 2x" type="image/webp" media="print">{A} alt=""{END}</picture>',
        ),
        (
            "<picture><source data-srcset=/a><img data-src=/c></picture>",
            '<picture><source srcset="https://news.example/a"><img src="https://news.example/c" alt=""'
            + END
            + "</picture>",
        ),
        (
            "<picture><source srcset=data:x><source><img src=/c></picture>",
            '<picture><img src="https://news.example/c" alt=""' + END + "</picture>",
        ),
    ],
)
def test_sources_of_a_picture_are_checked(html: str, expected: str) -> None:
    assert cleaned(html) == expected
    assert cleaned(expected) == expected
