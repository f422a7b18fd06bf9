"""What comes with an entry: players that wait, episodes, chapters, qualities, galleries."""

from collections.abc import Iterator

import pytest
from tests.internet import Internet, Reply
from tests.web.browsing import Browser, World

from dateline.episode import Chapter, Credit, Episode, Transcript
from dateline.model import Enclosure, SafeHTML, User
from dateline.web.media import clock

FRAME = SafeHTML(
    '<p>See.</p><iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" title="Tides" sandbox="allow-scripts"'
    ' loading="lazy"></iframe><a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">▶ youtube.com</a>'
)
SOUND = Enclosure(url="https://pod.example/1.mp3", type="audio/mpeg", duration_seconds=3723)


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def test_a_page_loads_no_player_before_a_click(alice: Browser, world: World) -> None:
    feed = world.feed()
    (entry_id,) = world.entries(feed, "Film", content_html=FRAME)
    world.subscribe(owner(alice), feed)
    for path in ("/", f"/entry/{entry_id}", f"/entry/{entry_id}?fragment=1"):
        page = alice.get(path)
        assert page.find("//iframe") == []
        (link,) = page.find("//a[@class='on-demand']")
        assert link.get("href") == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
        assert link.get("data-src") == "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
        assert link.get("data-sandbox") == "allow-scripts"


def test_an_episode_tells_its_number_length_chapters_and_transcripts(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(
        feed,
        "Épisode",
        enclosures=(SOUND,),
        episode=Episode(
            season="2",
            number="7",
            kind="bonus",
            explicit=True,
            chapters=(
                Chapter(start_seconds=0, title="<b>Premier</b>"),
                Chapter(start_seconds=605, title="Second", url="https://pod.example/notes"),
            ),
            transcripts=(Transcript(url="https://pod.example/1.vtt", type="text/vtt", language="fr"),),
            credits=(Credit(name="Ann"), Credit(name="Bob", role="guest")),
        ),
    )
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    (line,) = page.find("//p[@class='episode-line']")
    assert line.text_content() == "Saison 2 · Épisode 7 · Bonus · 1:02:03 · Contenu explicite"
    moments = page.find("//details[@class='chapters']//a[@class='moment']")
    assert [one.text_content() for one in moments] == ["0:00", "10:05"]
    assert moments[1].get("href") == "https://pod.example/1.mp3#t=605"
    assert page.find("//details[@class='chapters']//b") == []
    assert page.find("//details[@class='chapters']//a[@href='https://pod.example/notes']")
    (transcript,) = page.find("//ul[@class='episode-links']/li")
    assert " ".join(transcript.text_content().split()) == "Transcription VTT fr"
    assert page.find("//p[@class='credits']")[0].text_content() == "Avec Ann, Bob (guest)"


FILE = b"""{"version":"1.2.0","chapters":[{"startTime":605.5,"title":"<b>Second</b>","url":"/notes"},
 {"startTime":0,"title":"Premier"},{"startTime":9,"title":"A picture","toc":false}]}"""


@pytest.fixture
def site() -> Iterator[Internet]:
    with Internet({"/1.json": Reply(FILE, content_type="application/json+chapters")}) as there:
        yield there


def episode(reader: Browser, world: World, site: Internet) -> int:
    feed = world.feed()
    (entry,) = world.entries(feed, "Un", enclosures=(SOUND,), episode=Episode(chapters_url=site.url("/1.json")))
    world.subscribe(owner(reader), feed)
    return entry


def test_chapters_that_stand_elsewhere_are_fetched_once_when_they_are_opened(
    alice: Browser, world: World, site: Internet
) -> None:
    entry = episode(alice, world, site)
    (button,) = alice.get("/").find("//ul[@class='episode-links']//button[@name='id']")
    assert button.get("value") == str(entry)
    assert site.requests == [], "nobody opened them"
    for page in (alice.post("/entries/chapters", {"id": entry}), alice.get("/")):
        moments = page.find("//details[@class='chapters']//a[@class='moment']")
        assert [one.text_content() for one in moments] == ["0:00", "10:05"]
        assert page.find("//details[@class='chapters']//b") == []
        assert page.find(f"//details[@class='chapters']//a[@href='{site.url('/notes')}']")
        assert page.find("//ul[@class='episode-links']") == []
    alice.post("/entries/chapters", {"id": entry})
    (asked,) = site.requests
    assert str(asked.header("Accept")).startswith("application/json+chapters")
    assert {name for name, _ in asked.headers} == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


@pytest.mark.parametrize(
    "reply",
    [Reply(b"[]"), Reply(b'{"chapters":[]}'), Reply(b"x" * 200_001), 404, Reply(b"<html>"), Reply(b"[" * 99_999)],
)
def test_a_file_that_holds_no_chapters_is_said_and_stays_a_way_to_try(
    alice: Browser, world: World, site: Internet, reply: Reply | int
) -> None:
    site["/1.json"] = reply
    page = alice.post("/entries/chapters", {"id": episode(alice, world, site)})
    assert page.status == 200
    assert "Le fichier de chapitres" in page.text
    assert page.find("//ul[@class='episode-links']//button")


def test_chapters_are_fetched_for_who_may_read_the_entry_alone(
    alice: Browser, bob: Browser, world: World, site: Internet
) -> None:
    entry = episode(alice, world, site)
    assert bob.post("/entries/chapters", {"id": entry}).status == 404
    assert site.requests == []


def test_a_films_qualities_are_one_player(alice: Browser, world: World) -> None:
    feed = world.feed()
    files = [
        Enclosure(url=f"https://f.example/{height}.mp4", type="video/mp4", height=height, group=1)
        for height in (1080, 360)
    ]
    world.entries(feed, "Film", enclosures=(*files, Enclosure(url="https://f.example/other.mp4", type="video/mp4")))
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    players = page.find("//video[@controls][@preload='none']")
    assert [[source.get("src") for source in one.xpath(".//source")] for one in players] == [
        ["https://f.example/1080.mp4", "https://f.example/360.mp4"],
        ["https://f.example/other.mp4"],
    ]
    assert page.find("//span[@class='qualities']")[0].text_content().split() == ["1080p", "360p"]


def test_an_episodes_other_forms_stand_with_it(alice: Browser, world: World) -> None:
    feed = world.feed()
    other = Enclosure(url="https://pod.example/1.opus", type="audio/opus", group=0)
    world.entries(feed, "Un", enclosures=(SOUND, other))
    world.subscribe(owner(alice), feed)
    (player,) = alice.get("/").find("//audio")
    assert [source.get("src") for source in player.xpath(".//source")] == [SOUND.url, other.url]


def test_a_gallery_shows_each_picture_once_in_its_largest_form(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(
        feed,
        "Images",
        content_html=SafeHTML('<img src="https://g.example/shown.jpg" alt="">'),
        enclosures=(
            Enclosure(url="https://g.example/shown.jpg", type="image/jpeg"),
            Enclosure(url="https://g.example/a.jpg?w=140", type="image/jpeg", width=140),
            Enclosure(url="https://g.example/a.jpg?w=460", type="image/jpeg", width=460),
            Enclosure(url="https://g.example/b-150x150.jpg", type="image/jpeg"),
            Enclosure(url="https://g.example/one.jpg", type="image/jpeg", width=300, group=1),
            Enclosure(url="https://g.example/two.jpg", type="image/jpeg", width=900, group=1),
            Enclosure(url="https://g.example/dot.gif", type="image/gif", width=16),
        ),
    )
    world.subscribe(owner(alice), feed)
    pictures = alice.get("/").find("//ul[@class='gallery']//img")
    assert [one.get("src") for one in pictures] == [
        "https://g.example/a.jpg?w=460",
        "https://g.example/b-150x150.jpg",
        "https://g.example/two.jpg",
    ]
    assert all(one.get("loading") == "lazy" and one.get("referrerpolicy") == "no-referrer" for one in pictures)


def test_a_player_of_a_named_host_waits_and_another_is_a_link(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Un", episode=Episode(player_url="https://www.youtube.com/v/Xos2M-gTf6g?version=3"))
    world.entries(feed, "Deux", episode=Episode(player_url="https://player.example/1"))
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    (waiting,) = page.find("//a[@class='on-demand']")
    assert waiting.get("data-src") == "https://www.youtube-nocookie.com/embed/Xos2M-gTf6g"
    assert page.find("//a[@href='https://player.example/1']")


def test_moments_are_written_as_players_write_them() -> None:
    assert [clock(seconds) for seconds in (0, 59, 605, 3723)] == ["0:00", "0:59", "10:05", "1:02:03"]
