"""Feeds and icons that a web page announces."""

import time

import pytest

from dateline.parse.discover import find_feeds, find_icons, guesses, onward
from dateline.parse.engines import engine_leads

PAGE = "https://site.example/blog/"


def found(html: str, url: str = PAGE) -> list[str]:
    return [link.url for link in find_feeds(html.encode(), url=url)]


def test_announced_feeds_come_in_the_pages_order_with_titles() -> None:
    links = find_feeds(
        b"""<head><link rel="alternate" type="application/rss+xml" title="Posts &amp; more" href="feed/">
        <link rel="alternate" type="application/atom+xml" href="/atom.xml">
        <LINK REL=Alternate TYPE="application/feed+json" HREF=/feed.json>
        <link rel="alternate" hreflang="fr" href="/fr/">
        <link rel="alternate stylesheet" type="text/css" href="/x.css"></head>""",
        url=PAGE,
    )
    assert [(link.url, link.title, link.type) for link in links] == [
        ("https://site.example/blog/feed/", "Posts & more", "application/rss+xml"),
        ("https://site.example/atom.xml", None, "application/atom+xml"),
        ("https://site.example/feed.json", None, "application/feed+json"),
    ]


def test_feeds_of_comments_come_last() -> None:
    kind = "rel=alternate type=application/rss+xml"
    html = f"<link {kind} href=/comments/feed/><link {kind} href=/feed/>"
    assert found(html) == ["https://site.example/feed/", "https://site.example/comments/feed/"]


def test_json_that_is_no_feed_is_not_taken_for_one() -> None:
    html = (
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        '<link rel="alternate" type="application/json+oembed" href="/oembed">'
    )
    assert found(html) == []


def test_the_pages_base_counts() -> None:
    html = '<base href="https://cdn.example/x/"><link rel="alternate" type="application/rss+xml" href="rss">'
    assert found(html) == ["https://cdn.example/x/rss"]


def test_links_that_look_like_feeds_count_after_announced_ones() -> None:
    html = """<a href="/rss.xml">RSS</a><a href="/about">About</a><a href="https://other.example/feed">theirs</a>
    <a href="/feed.png">picture</a><a href="javascript:feed()">x</a>
    <link rel="alternate" type="application/rss+xml" href="/main">"""
    assert found(html) == ["https://site.example/main", "https://site.example/rss.xml"]


def test_a_page_that_announces_itself_or_nothing_gives_nothing() -> None:
    assert found(f'<link rel="alternate" type="application/rss+xml" href="{PAGE}">') == []
    assert found("") == []
    assert found("<p>Nothing") == []


def test_a_page_in_another_encoding() -> None:
    body = '<meta charset="koi8-r"><link rel=alternate type=application/rss+xml title="Лента" href=/r>'.encode("koi8-r")
    assert find_feeds(body, url=PAGE)[0].title == "Лента"


def test_guesses_are_well_known_places_near_and_at_the_root() -> None:
    assert guesses("https://site.example/blog")[:3] == [
        "https://site.example/blog/feed",
        "https://site.example/feed",
        "https://site.example/rss.xml",
    ]
    assert "https://site.example/atom.xml" in guesses("https://site.example/")
    assert len(set(guesses("https://site.example/"))) == len(guesses("https://site.example/"))


def test_icons_are_ordered_by_use_and_end_with_the_well_known_place() -> None:
    html = b"""<link rel="icon" sizes="16x16" href="/16.png"><link rel="icon" sizes="512x512" href="/512.png">
    <link rel="shortcut icon" href="/old.ico"><link rel="apple-touch-icon" href="/touch.png">
    <link rel="mask-icon" href="/mask.svg">
    <link rel="icon" sizes="64x64" href="/64.png">
    <link rel="icon" type="image/svg+xml" href="/v.svg"><link rel="icon" href="data:,">"""
    icons = find_icons(html, url=PAGE)
    assert [icon.rsplit("/", 1)[1] for icon in icons] == [
        "v.svg", "64.png", "touch.png", "old.ico", "16.png", "512.png", "favicon.ico",
    ]  # fmt: skip


def test_a_site_without_icons_has_the_well_known_place() -> None:
    assert find_icons(b"", url="https://site.example/deep/page?x=1") == ["https://site.example/favicon.ico"]


# ------------------------------------------------------------------------------------------------ order and variants


def ranked(html: str, url: str = "https://site.example/") -> list[str]:
    return [link.url.removeprefix("https://site.example") for link in find_feeds(html.encode(), url=url)]


FEED = 'rel="alternate" type="application/rss+xml"'


@pytest.mark.parametrize(
    "title",
    [
        "Site » Comments Feed", "Flux des commentaires", "Kommentar-Feed", "Comentarios", "Commenti", "Reacties",
        "コメントフィード", "Комментарии", "评论", "留言", "댓글", "تعليقات", "Σχόλια", "Kommentarer", "Komentarze",
    ],
)  # fmt: skip
def test_feeds_of_comments_come_last_in_any_language(title: str) -> None:
    html = f'<link {FEED} title="{title}" href="/a/feed/"><link {FEED} title="Site » Feed" href="/feed/">'
    assert ranked(html) == ["/feed/", "/a/feed/"]


def test_the_feed_of_the_category_whose_page_it_is_comes_first() -> None:
    html = (
        f'<link {FEED} title="All" href="/feed/"><link {FEED} title="All Comments" href="/comments/feed/">'
        f'<link {FEED} title="Science" href="/category/science/feed/">'
    )
    page = "https://site.example/category/science/"
    assert ranked(html, page) == ["/category/science/feed/", "/feed/", "/comments/feed/"]
    assert ranked(html)[0] == "/feed/"


def test_the_feed_of_a_posts_answers_is_not_taken_for_the_sites() -> None:
    html = f'<link {FEED} href="/feed/"><link {FEED} href="/2024/post/feed/">'
    assert ranked(html, "https://site.example/2024/post/")[0] == "/feed/"


@pytest.mark.parametrize(
    ("html", "feed"),
    [
        ('<link rel="feed" href="/f">', "/f"),
        ('<link rel="alternative" type="application/rss+xml" href="/f">', "/f"),
        ('<link rel=ALTERNATE type="Application/RSS+XML; charset=utf-8" href=/f>', "/f"),
        ('<link rel="home alternate" type="application/atom+xml" href=" /f ">', "/f"),
        ('<link rel="alternate" type="application/rss+xml" href="feed://site.example/f">', "/f"),
        ('<link rel="alternate" type="application/rss+xml" href="feed:https://site.example/f">', "/f"),
        ('<link rel="alternate" href="/rss.xml">', "/rss.xml"),
        ('<body><link rel="alternate" type="application/feed+json" href="/f.json"></body>', "/f.json"),
        ('<a href="feed:https://site.example/f">Subscribe</a>', "/f"),
        ('<a rel="feed" href="/f">Feed</a>', "/f"),
        ('<a type="application/rss+xml" href="/f">RSS</a>', "/f"),
        ('<map><area href="/rss.xml"></map>', "/rss.xml"),
        ('<a href="https://feeds.feedburner.com/site">RSS</a>', "https://feeds.feedburner.com/site"),
        ('<a href="https://blog.site.example/feed/">Blog</a>', "https://blog.site.example/feed/"),
        ('<a href="https://rss.site.example/all">RSS</a>', "https://rss.site.example/all"),
    ],
)
def test_feeds_are_announced_in_many_ways(html: str, feed: str) -> None:
    assert ranked(html) == [feed]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="alternate" href="/fr/" hreflang="fr">', '<link rel="alternate" hreflang="en" href="/en/feed">',
        '<link rel="alternate" media="handheld" href="/m/">', '<link rel="alternate" type="text/html" href="/feed">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="feed:javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="data:text/xml,<rss/>">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="http://[::1/">',
        '<a href="javascript:feed()">RSS</a>',
        '<a href="https://feeds.example/">feeds</a>',
        '<a href="/feed.png">x</a>',
    ],
)  # fmt: skip
def test_what_is_no_feed_is_not_announced(html: str) -> None:
    assert ranked(html) == []


def test_the_link_header_counts_where_it_says_feed() -> None:
    links = [
        ("alternate", "https://site.example/wp-json/"), ("feed", "https://site.example/f"),
        ("alternate", "https://site.example/atom.xml"), ("hub", "https://hub.example/feed"),
    ]  # fmt: skip
    found = find_feeds(b"", url="https://site.example/", links=links)
    assert [link.url for link in found] == ["https://site.example/f", "https://site.example/atom.xml"]


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ('<meta http-equiv="refresh" content="0; url=/blog/">', ["https://site.example/blog/"]),
        ("<META HTTP-EQUIV=Refresh CONTENT='3;URL=\"/blog/\"'>", ["https://site.example/blog/"]),
        ('<meta http-equiv="refresh" content="0;/blog/">', ["https://site.example/blog/"]),
        ('<meta http-equiv="refresh" content="300; url=/">', []),
        ('<meta http-equiv="refresh" content="60">', []),
        ('<meta http-equiv="refresh" content="0; url=javascript:alert(1)">', []),
        (
            '<frameset><frame src="menu.html"><frame src="/main.html"></frameset>',
            ["https://site.example/menu.html", "https://site.example/main.html"],
        ),
        ("<p>nothing", []),
    ],
)
def test_a_signpost_says_where_it_leads(html: str, target: list[str]) -> None:
    assert onward(html.encode(), url="https://site.example/") == target


HOSTILE = [
    b"<a href=/feed>" * 150_000,
    b"<link rel=alternate type=application/rss+xml href=/" + b"a" * 1_900_000,
    b'<link rel=alternate type=application/rss+xml href="javascript:alert(1)">' * 25_000,
    b"".join(b'<link rel=alternate type=application/rss+xml href="/%d">' % n for n in range(30_000)),
    b"<div>" * 400_000,
    b"<a " + b"a=1 " * 400_000 + b">",
    b"<meta http-equiv=refresh content='" + b"0;url=" * 300_000 + b"'>",
    b"<frame src=/x>" * 140_000,
    b"<a href=/rss.xml>" + b"<b>word</b>" * 150_000,
    b"<meta name=generator content=" * 60_000,
    b"\0" * 2_000_000,
    bytes(range(256)) * 7_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:24]))
def test_a_hostile_page_costs_little_and_names_few(body: bytes) -> None:
    started = time.process_time()
    links = find_feeds(body, url="https://site.example/")
    pages = onward(body, url="https://site.example/")
    leads = engine_leads(body, "https://site.example/")
    assert time.process_time() - started < 10
    assert (len(links) <= 50, len(pages) <= 3, len(leads) <= 50) == (True, True, True)
    assert all(link.url.startswith("https://") for link in links)


# ------------------------------------------------------------------------------------------------ engines


@pytest.mark.parametrize(
    ("mark", "page", "feed"),
    [
        ('<meta name="generator" content="WordPress 6.5">', "/", "/feed/"),
        ('<meta content="WordPress 6.5" name="generator">', "/category/a/", "/category/a/feed/"),
        ("<link href='/wp-content/themes/x.css'>", "/a-post/", "/feed/"),
        ('<meta name="generator" content="Ghost 5.8">', "/tag/news/", "/tag/news/rss/"),
        ('<meta name="generator" content="Hugo 0.120">', "/posts/", "/posts/index.xml"),
        ('<meta name="generator" content="Jekyll v4">', "/x", "/feed.xml"),
        ('<meta content="blogger" name="generator">', "/search/label/Art", "/feeds/posts/default/-/Art"),
        ('<meta name="generator" content="Discourse 3">', "/t/a-topic/12/3", "/t/a-topic/12.rss"),
        ('<meta name="generator" content="Discourse 3">', "/c/news/5", "/c/news/5.rss"),
        ('<meta name="Generator" content="Drupal 10">', "/", "/rss.xml"),
        ('<meta name="generator" content="SPIP 4.2">', "/", "/spip.php?page=backend"),
        ('<meta property="al:android:package" content="com.medium.reader">', "/a-story-1", "/feed"),
        ('<link href="https://substackcdn.com/x.css">', "/p/a", "/feed"),
        ("<link href='//static1.squarespace.com/x'>", "/news", "/news?format=rss"),
        ("<script src='https://cdn.shopify.com/x'></script>", "/blogs/stories/one", "/blogs/stories.atom"),
        ('<meta property="og:site_name" content="GitLab">', "/a/b", "/a/b/-/releases.atom"),
        ('<meta name="keywords" content="go,git,self-hosted,gitea">', "/a/b", "/a/b/releases.rss"),
        ("<script>window.isoData = {}</script>", "/c/linux", "/feeds/c/linux.xml?sort=New"),
        ("", "/@bob", "/@bob.rss"),
        ("", "/@bob/112233", "/@bob.rss"),
        ("", "/tags/linux", "/tags/linux.rss"),
        ("", "/users/bob", "/users/bob/feed.atom"),
    ],
)
def test_what_a_site_runs_on_says_where_its_feed_is(mark: str, page: str, feed: str) -> None:
    leads = engine_leads(f"<html><head>{mark}</head>".encode(), f"https://site.example{page}")
    assert leads[0].url == f"https://site.example{feed}"
    assert all(lead.is_guess for lead in leads)


def test_an_account_elsewhere_is_looked_for_at_home() -> None:
    (lead,) = engine_leads(b"", "https://here.example/@bob@home.example")
    assert lead.url == "https://home.example/.well-known/webfinger?resource=acct:bob@home.example"
    assert lead.reading == "webfinger"


def test_a_page_without_marks_gives_no_leads() -> None:
    assert engine_leads(b"<p>We write about WordPress and Ghost", "https://site.example/a") == ()
