"""Known places: an ordinary page's address → its feeds' addresses; and the documents that some places are asked for."""

import time

import pytest

from dateline.parse.engines import TABLE as ENGINES
from dateline.parse.engines import engine_leads
from dateline.parse.place_readings import READINGS, read_leads
from dateline.parse.place_rows import KINDS, rows
from dateline.parse.place_table import TABLE
from dateline.parse.places import Lead, looks_like_feed, place_of

YT = "https://www.youtube.com/feeds/videos.xml"
UC = "UC3gRBswFkuteshdwMZAQafQ"
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&ucbcb=1"
PLAYLIST = "PLH15HpR5qRsUyGhBVRDKGrHyQC5G4jQyd"
REDDIT = "https://www.reddit.com"
HUB = "https://github.com/owner/repo"
LAB = "https://gitlab.com/group/sub/project"
TEA = "https://codeberg.org/forgejo/forgejo"
WIKI = "https://en.wikipedia.org/w"
MARKED = b"<meta name=generator content='wordpress discourse joomla gitlab'><meta content=\"GitLab\">"
APPLE = "https://itunes.apple.com/lookup?id=1200361736&entity=podcast"

FIRST = [
    # YouTube
    (f"https://www.youtube.com/channel/{UC}", f"{YT}?channel_id={UC}"),
    (f"https://www.youtube.com/channel/{UC}/videos", f"{YT}?channel_id={UC}"),
    (f"https://m.youtube.com/channel/{UC}/shorts", f"{YT}?playlist_id=UUSH{UC[2:]}"),
    (f"https://www.youtube.com/channel/{UC}/streams", f"{YT}?playlist_id=UULV{UC[2:]}"),
    ("https://www.youtube.com/@veritasium", "https://www.youtube.com/@veritasium?ucbcb=1"),
    ("https://youtube.com/@veritasium/videos?si=x", "https://www.youtube.com/@veritasium?ucbcb=1"),
    ("https://www.youtube.com/@%E6%97%A5%E6%9C%AC", "https://www.youtube.com/@%E6%97%A5%E6%9C%AC?ucbcb=1"),
    ("https://www.youtube.com/c/Veritasium", "https://www.youtube.com/c/Veritasium?ucbcb=1"),
    ("https://www.youtube.com/user/1veritasium", f"{YT}?user=1veritasium"),
    (f"https://www.youtube.com/playlist?list={PLAYLIST}", f"{YT}?playlist_id={PLAYLIST}"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", VIDEO),
    ("https://www.youtube.com/watch?list=RDdQw4w9WgXcQ&v=dQw4w9WgXcQ", VIDEO),
    ("https://youtu.be/dQw4w9WgXcQ?t=12", VIDEO),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", VIDEO),
    ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", VIDEO),
    # film and sound
    ("https://vimeo.com/staffpicks", "https://vimeo.com/staffpicks/videos/rss"),
    ("https://vimeo.com/channels/staffpicks/12345", "https://vimeo.com/channels/staffpicks/videos/rss"),
    ("https://vimeo.com/groups/shortfilms", "https://vimeo.com/groups/shortfilms/videos/rss"),
    ("https://www.dailymotion.com/bfmtv", "https://www.dailymotion.com/rss/user/bfmtv"),
    ("https://www.dailymotion.com/playlist/x6lgtp", "https://www.dailymotion.com/rss/playlist/x6lgtp"),
    ("https://soundcloud.com/ltdrifta/some-track", "https://soundcloud.com/ltdrifta"),
    ("https://odysee.com/@veritasium:f", "https://odysee.com/$/rss/@veritasium:f"),
    (
        "https://www.flickr.com/photos/35034346243@N01/",
        "https://www.flickr.com/services/feeds/photos_public.gne?id=35034346243%40N01",
    ),
    # podcasts
    ("https://podcasts.apple.com/us/podcast/the-daily/id1200361736", APPLE),
    ("https://podcasts.apple.com/podcast/id1200361736?i=1000", APPLE),
    ("https://overcast.fm/itunes1200361736/the-daily", APPLE),
    ("https://castro.fm/itunes/1200361736", APPLE),
    ("https://fyyd.de/podcast/freak-show/8", "https://api.fyyd.de/0.2/podcast?podcast_id=8"),
    ("https://audioboom.com/channels/4829847/episodes", "https://audioboom.com/channels/4829847.rss"),
    ("https://shows.acast.com/the-rest/episodes/1", "https://feeds.acast.com/public/shows/the-rest"),
    ("https://www.spreaker.com/podcast/name--2952600", "https://www.spreaker.com/show/2952600/episodes/feed"),
    ("https://www.buzzsprout.com/1293872/episodes", "https://feeds.buzzsprout.com/1293872.rss"),
    ("https://rss.com/podcasts/zeihan/", "https://media.rss.com/zeihan/feed.xml"),
    ("https://lancetvoice.podbean.com/", "https://feed.podbean.com/lancetvoice/feed.xml"),
    ("https://planetjarre.podigee.io/12-folge", "https://planetjarre.podigee.io/feed/mp3"),
    # Reddit
    ("https://www.reddit.com/r/Python/", f"{REDDIT}/r/Python/.rss"),
    ("https://old.reddit.com/r/Python+rust", f"{REDDIT}/r/Python+rust/.rss"),
    ("https://www.reddit.com/r/Python/top/", f"{REDDIT}/r/Python/top/.rss"),
    ("https://www.reddit.com/r/Python/top/?t=week", f"{REDDIT}/r/Python/top/.rss?t=week"),
    ("https://www.reddit.com/r/Python/controversial/?t=all&x=1", f"{REDDIT}/r/Python/controversial/.rss?t=all"),
    ("https://www.reddit.com/r/Python/comments/1abc/a_title/", f"{REDDIT}/r/Python/comments/1abc/.rss"),
    ("https://www.reddit.com/r/Python/s/AbCd", f"{REDDIT}/r/Python/.rss"),
    ("https://www.reddit.com/user/spez", f"{REDDIT}/user/spez/.rss"),
    ("https://www.reddit.com/u/spez/submitted/", f"{REDDIT}/user/spez/submitted/.rss"),
    ("https://www.reddit.com/user/spez/m/news/", f"{REDDIT}/user/spez/m/news/.rss"),
    ("https://www.reddit.com/search/?q=feed+reader", f"{REDDIT}/search.rss?q=feed%20reader&sort=new"),
    ("https://www.reddit.com/r/a/search?q=x%26y", f"{REDDIT}/r/a/search.rss?q=x%26y&restrict_sr=on&sort=new"),
    ("https://www.reddit.com/", f"{REDDIT}/.rss"),
    ("https://redd.it/1abcde", f"{REDDIT}/comments/1abcde/.rss"),
    # people and talk
    ("https://bsky.app/profile/bsky.app", "https://bsky.app/profile/bsky.app/rss"),
    ("https://bsky.app/profile/did:plc:z72i/post/3k", "https://bsky.app/profile/did:plc:z72i/rss"),
    ("https://lemmy.world/c/technology", "https://lemmy.world/feeds/c/technology.xml?sort=New"),
    ("https://lemmy.world/c/linux@lemmy.ml", "https://lemmy.ml/feeds/c/linux.xml?sort=New"),
    ("https://lemmy.ml/u/dessalines", "https://lemmy.ml/feeds/u/dessalines.xml?sort=New"),
    ("https://news.ycombinator.com/", "https://news.ycombinator.com/rss"),
    ("https://news.ycombinator.com/show", "https://news.ycombinator.com/showrss"),
    ("https://stackoverflow.com/questions/tagged/c%2b%2b", "https://stackoverflow.com/feeds/tag?tagnames=c%2B%2B&sort=newest"),
    ("https://stackoverflow.com/questions/11/how", "https://stackoverflow.com/feeds/question/11"),
    ("https://tex.stackexchange.com/users/42/somebody", "https://tex.stackexchange.com/feeds/user/42"),
    ("https://superuser.com/", "https://superuser.com/feeds"),
    ("https://letterboxd.com/dave/", "https://letterboxd.com/dave/rss/"),
    # blogs
    ("https://newsletter.substack.com/p/some-article", "https://newsletter.substack.com/feed"),
    ("https://open.substack.com/pub/newsletter/p/some-article?r=1", "https://newsletter.substack.com/feed"),
    ("https://open.substack.com/pub/newsletter", "https://newsletter.substack.com/feed"),
    ("https://substack.com/@newsletter", "https://newsletter.substack.com/feed"),
    ("https://medium.com/@cogdog/a-title-ebfe6f731c22", "https://medium.com/feed/@cogdog"),
    ("https://medium.com/netflix-techblog", "https://medium.com/feed/netflix-techblog"),
    ("https://medium.com/tag/rss", "https://medium.com/feed/tag/rss"),
    ("https://medium.com/pub/tagged/code", "https://medium.com/feed/pub/tagged/code"),
    ("https://cogdog.medium.com/title-1", "https://cogdog.medium.com/feed"),
    ("https://staff.tumblr.com/post/1/x", "https://staff.tumblr.com/rss"),
    ("https://www.tumblr.com/staff", "https://staff.tumblr.com/rss"),
    ("https://www.tumblr.com/dashboard/blog/staff", "https://staff.tumblr.com/rss"),
    ("https://www.tumblr.com/blog/view/staff", "https://staff.tumblr.com/rss"),
    ("https://staff.tumblr.com/tagged/art", "https://staff.tumblr.com/tagged/art/rss"),
    ("https://a.wordpress.com/", "https://a.wordpress.com/feed/"),
    ("https://a.wordpress.com/category/news/page/2/", "https://a.wordpress.com/category/news/feed/"),
    ("https://a.wordpress.com/author/bob/", "https://a.wordpress.com/author/bob/feed/"),
    ("https://a.blogspot.com/2024/01/x.html", "https://a.blogspot.com/feeds/posts/default"),
    ("https://a.blogspot.co.uk/search/label/Art", "https://a.blogspot.com/feeds/posts/default/-/Art"),
    ("https://a.ghost.io/tag/news/", "https://a.ghost.io/tag/news/rss/"),
    ("https://dev.to/ben", "https://dev.to/feed/ben"),
    ("https://dev.to/t/python", "https://dev.to/feed/tag/python"),
    ("https://a.bearblog.dev/post/", "https://a.bearblog.dev/feed/"),
    # code and packages
    ("https://github.com/owner/repo", f"{HUB}/releases.atom"),
    ("https://github.com/owner/repo.git", f"{HUB}/releases.atom"),
    ("https://github.com/owner/repo/issues/12", f"{HUB}/releases.atom"),
    ("https://github.com/owner/repo/commits/main/", f"{HUB}/commits/main.atom"),
    ("https://github.com/owner/repo/blob/main/a/b.py", f"{HUB}/commits/main/a/b.py.atom"),
    ("https://github.com/owner/repo/commits", f"{HUB}/commits.atom"),
    ("https://github.com/owner/repo/tags", f"{HUB}/tags.atom"),
    ("https://github.com/owner/repo/wiki/Home", f"{HUB}/wiki.atom"),
    ("https://github.com/owner/repo/discussions/1", f"{HUB}/discussions.atom"),
    ("https://github.com/torvalds", "https://github.com/torvalds.atom"),
    ("https://github.com/orgs/python/repositories", "https://github.com/python.atom"),
    ("https://gist.github.com/bob/abc", "https://gist.github.com/bob.atom"),
    (LAB, f"{LAB}/-/releases.atom"),
    (f"{LAB}/-/releases/v1", f"{LAB}/-/releases.atom"),
    (f"{LAB}/-/issues", f"{LAB}/-/issues.atom"),
    (f"{LAB}/-/tags", f"{LAB}/-/tags?format=atom"),
    (f"{LAB}/-/commits/main", f"{LAB}/-/commits/main?format=atom"),
    ("https://gitlab.com/bob", "https://gitlab.com/bob.atom"),
    (TEA, f"{TEA}/releases.rss"),
    (f"{TEA}/issues", f"{TEA}/releases.rss"),
    (f"{TEA}/tags", f"{TEA}/tags.rss"),
    (f"{TEA}/src/branch/main/README.md", f"{TEA}/rss/branch/main/README.md"),
    ("https://codeberg.org/forgejo", "https://codeberg.org/forgejo.rss"),
    ("https://pypi.org/project/lxml/5.0/", "https://pypi.org/rss/project/lxml/releases.xml"),
    ("https://crates.io/crates/rand", "https://static.crates.io/rss/crates/rand.xml"),
    ("https://rubygems.org/gems/rails", "https://rubygems.org/gems/rails/versions.atom"),
    ("https://packagist.org/packages/a/b", "https://packagist.org/feeds/package.a/b.rss"),
    ("https://git.sr.ht/~sircmpwn/scdoc/log", "https://git.sr.ht/~sircmpwn/scdoc/refs/rss.xml"),
    # knowledge and play
    ("https://en.wikipedia.org/wiki/AT&T", f"{WIKI}/index.php?title=AT%26T&action=history&feed=atom"),
    (f"{WIKI}/index.php?title=A+b&action=history", f"{WIKI}/index.php?title=A%20b&action=history&feed=atom"),
    (
        "https://en.wikipedia.org/wiki/Special:Contributions/Jimbo_Wales",
        f"{WIKI}/api.php?action=feedcontributions&user=Jimbo_Wales&feedformat=atom",
    ),
    ("https://arxiv.org/list/cs.AI/recent", "https://rss.arxiv.org/atom/cs.AI"),
    ("https://news.google.com/search?q=a%20b&hl=en", "https://news.google.com/rss/search?q=a%20b"),
    ("https://store.steampowered.com/app/440/Team/", "https://store.steampowered.com/feeds/news/app/440/"),
    ("https://comigo.itch.io/ct/devlog/1/x", "https://comigo.itch.io/ct/devlog.rss"),
    ("https://itch.io/games/newest", "https://itch.io/games/newest.xml"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "feed"), FIRST, ids=[page for page, _ in FIRST])
def test_a_page_of_a_known_place_leads_to_its_feed(page: str, feed: str) -> None:
    place = place_of(page)
    assert place is not None
    assert place.leads[0].url == feed


def test_a_channel_has_four_feeds_and_what_was_pasted_decides_which_is_first() -> None:
    place = place_of(f"https://www.youtube.com/channel/{UC}/shorts")
    assert place is not None
    assert [lead.kind for lead in place.leads] == ["shorts", "uploads", "videos", "live"]
    place = place_of(f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&list={PLAYLIST}")
    assert place is not None
    assert [(lead.kind, lead.reading) for lead in place.leads] == [("uploads", "youtube"), ("playlist", "feed")]


@pytest.mark.parametrize(
    "page",
    [
        "https://x.com/nasa", "https://twitter.com/nasa/status/1", "https://www.instagram.com/nasa/",
        "https://www.facebook.com/nasa", "https://www.tiktok.com/@nasa", "https://t.me/s/durov",
        "https://open.spotify.com/show/2MAi0BvDc6GTFvKFPXnkCL", "https://www.npmjs.com/package/left-pad",
        "https://bsky.app/profile/bsky.app/feed/whats-hot", "https://www.linkedin.com/company/x",
        "https://news.ycombinator.com/user?id=pg", "https://www.tumblr.com/tagged/art",
    ],
)  # fmt: skip
def test_of_some_places_it_is_known_that_they_have_none(page: str) -> None:
    place = place_of(page)
    assert place is not None
    assert place.leads == ()


@pytest.mark.parametrize(
    "page",
    [
        "https://example.org/channel/UC3gRBswFkuteshdwMZAQafQ", "https://www.youtube.com/", "https://github.com/",
        "https://github.com/settings/profile", "https://github.com/features", "https://vimeo.com/123456",
        "https://medium.com/", "https://gitlab.com/explore/projects", "https://notyoutube.com/@x",
        "https://youtube.com.example.org/@x", "https://user:secret@github.com/a/b", "https://arxiv.org/abs/2401.1",
        "http://[::1/", "", "nonsense", "https://en.wikipedia.org/wiki/Main_Page", "https://www.flickr.com/photos/bob/",
        "https://www.youtube.com/watch?v=short", "https://www.youtube.com/watch?v=dQw4w9WgXcQ%0d%0a",
    ],
)  # fmt: skip
def test_everything_else_is_asked_itself(page: str) -> None:
    assert place_of(page) is None


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        (f"{YT}?channel_id={UC}", True), (f"{HUB}/releases.atom", True), (f"{REDDIT}/r/a/.rss", True),
        ("https://a.wordpress.com/feed/", True), ("https://a.substack.com/feed", True),
        ("https://a.blogspot.com/feeds/posts/default", True), ("https://medium.com/feed/@a", True),
        (HUB, False), ("https://a.substack.com/p/feeding", False), ("https://example.org/feedback", False),
    ],
)  # fmt: skip
def test_a_feeds_own_address_is_asked_first(address: str, is_one: bool) -> None:
    assert looks_like_feed(address) is is_one


def test_every_row_makes_sense() -> None:
    for row in (*TABLE, *ENGINES):
        assert row.path, row
        assert row.hosts, row
        for feed in row.feeds:
            kind, address, *reading = feed.split(" ")
            assert kind in KINDS, feed
            assert address.startswith(("https://", "{origin}")), feed
            assert set(reading) <= set(READINGS), feed


def test_a_table_is_read_as_it_is_written() -> None:
    text = (
        "let A a|b\n+ |c\nPlace | one.example\n+ *.two.example\n  /(?:$A$)/<name>/** ?q=.+\n"
        "    posts https://{name}/ apple\n  /x\n"
    )
    first, second = rows(text)
    assert (first.place, first.hosts) == ("Place", ("one.example", "*.two.example"))
    assert (first.path, first.query) == ("/(?:a|b|c)/(?P<name>[^/]+)(?:/.*)?", (("q", ".+"),))
    assert first.feeds == ("posts https://{name}/ apple",)
    assert (second.path, second.feeds) == ("/x", ())


def test_a_hostile_address_costs_next_to_nothing() -> None:
    hosts = (
        "gitlab.com",
        "github.com",
        "codeberg.org",
        "a.wordpress.com",
        "medium.com",
        "www.reddit.com",
        "www.youtube.com",
    )
    paths = (
        "/a" * 3_900,
        "/" * 7_900,
        "/a/b" + "/-" * 3_900,
        "/category/" + "a/page/1" * 900,
        "/" + "." * 7_900,
        "/@" * 3_900,
    )
    started = time.process_time()
    for host in hosts:
        for path in paths:
            place_of(f"https://{host}{path}x")
            engine_leads(MARKED, f"https://{host}{path}x")
    assert time.process_time() - started < 5


# ------------------------------------------------------------------------------------------------ readings


def read(reading: str, body: bytes, kind: str = "") -> list[tuple[str, str]]:
    lead = Lead(url="https://asked.example/", kind=kind, reading=reading)
    return [(found.kind, found.url) for found in read_leads(lead, body)]


@pytest.mark.parametrize(
    "page",
    [
        f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{YT}?channel_id={UC}">',
        f'<meta itemprop="identifier" content="{UC}">',
        f'<script>var ytInitialData = {{"metadata":{{"externalId":"{UC}"}}}}</script>',
        f'{{"videoDetails":{{"videoId":"dQw4w9WgXcQ","channelId":"{UC}"}}}},{{"channelId":"UCaaaaaaaaaaaaaaaaaaaaaa"}}',
    ],
)
def test_a_youtube_page_names_its_channel(page: str) -> None:
    found = read("youtube", page.encode(), "shorts")
    assert found[0] == ("shorts", f"{YT}?playlist_id=UUSH{UC[2:]}")
    assert ("uploads", f"{YT}?channel_id={UC}") in found


def test_a_podcasts_entry_in_a_directory_names_its_feed() -> None:
    feed = [("podcast", "https://feeds.example/daily")]
    assert read("apple", b'{"resultCount":1,"results":[{"feedUrl":"https://feeds.example/daily"}]}') == feed
    assert read("fyyd", b'{"status":1,"data":{"xmlURL":"https://feeds.example/daily"}}') == feed
    assert read("soundcloud", b'<meta property="al:ios:url" content="soundcloud://users:92709842">') == [
        ("podcast", "https://feeds.soundcloud.com/users/soundcloud:users:92709842/sounds.rss")
    ]


def test_an_account_leads_to_its_page() -> None:
    body = b"""{"links":[{"rel":"self","href":"https://s.example/users/bob"},
    {"rel":"http://webfinger.net/rel/profile-page","type":"text/html","href":"https://s.example/@bob"}]}"""
    (lead,) = read_leads(Lead(url="https://s.example/", kind="posts", reading="webfinger"), body)
    assert (lead.url, lead.reading) == ("https://s.example/@bob", "page")


@pytest.mark.parametrize("reading", [*READINGS, "unknown"])
@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe\0", b"null", b"[]", b"{}", b'{"results":1,"links":1,"data":1}', b'{"results":[],"links":[]}',
        b'{"results":["x"],"links":["x"],"data":"x"}', b'{"results":[{"feedUrl":1}],"data":{"xmlURL":[]}}',
        b'{"results":[{"feedUrl":"javascript:alert(1)"}],"data":{"xmlURL":"file:///etc/passwd"}}',
        b'{"links":[{"rel":"http://webfinger.net/rel/profile-page","href":"javascript:alert(1)"}]}',
        b"[" * 100_000, b'{"a":' * 100_000, b'"channelId":"UC' * 100_000, b"soundcloud:" * 100_000,
    ],
)  # fmt: skip
def test_a_document_that_says_nothing_leads_nowhere(reading: str, body: bytes) -> None:
    assert read(reading, body) == []
