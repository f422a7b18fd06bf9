"""What comes with an entry: players that wait, episodes, chapters, qualities, galleries."""

from tests.web.browsing import Browser, World

from dateline.model import Chapter, Credit, Enclosure, Episode, SafeHTML, Transcript, User
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


def test_chapters_that_stand_elsewhere_are_a_link(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Un", enclosures=(SOUND,), episode=Episode(chapters_url="https://pod.example/1.json"))
    world.subscribe(owner(alice), feed)
    assert alice.get("/").find("//ul[@class='episode-links']//a[@href='https://pod.example/1.json']")


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
