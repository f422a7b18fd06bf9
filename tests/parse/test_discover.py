"""Feeds and icons that a web page announces."""

from dateline.parse.discover import find_feeds, find_icons, guesses

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
