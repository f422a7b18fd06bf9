"""Continue reading and play next: the pages without scripts, and what a behaviour asks."""

import pytest
from tests.web.browsing import Browser, World

from dateline.model import Enclosure

SOUND = (Enclosure(url="https://a.example/1.mp3", type="audio/mpeg", title="Un", duration_seconds=600),)


@pytest.fixture
def entry(alice: Browser, world: World) -> int:
    assert alice.user is not None
    feed = world.feed()
    _, entry_id = world.entries(feed, "Autre", "Long & beau", enclosures=SOUND, word_count=2200)
    world.subscribe(alice.user, feed)
    return entry_id


def test_an_article_left_in_the_middle_waits_beside_the_streams(alice: Browser, bob: Browser, entry: int) -> None:
    assert not alice.get("/").find("//a[@href='/continue']")
    assert "Rien n’est à moitié lu" in alice.get("/continue").words
    alice.post("/entries/progress", {"id": entry, "share": 500}, json=True)
    assert alice.get("/").find("//a[@href='/continue']")
    page = alice.get("/continue")
    assert "Long & beau" in page.words
    assert "50 % lus, encore 5 minutes".replace(" %", "\u00a0%") in page.text.replace("&#x2f;", "/")
    assert alice.get(f"/entries/progress?id={entry}").json == {"share": 500, "url": None, "seconds": 0}
    assert "Long & beau" not in bob.get("/continue").words
    page = alice.post("/continue", {"id": entry})
    assert "n’est plus proposé" in page.words
    assert "Long & beau" not in page.words


def test_what_played_says_where_it_was_stopped(alice: Browser, entry: int) -> None:
    sound = {"id": entry, "url": SOUND[0].url, "seconds": 90, "of": 600}
    assert alice.post("/entries/progress", sound, json=True).json == {}
    assert "1:30 sur 10:00" in alice.get("/continue").words
    assert alice.get(f"/entries/progress?id={entry}").json["seconds"] == 90


def test_the_queue_works_without_scripts_and_tells_a_behaviour_what_to_play(alice: Browser, entry: int) -> None:
    (form,) = alice.get(f"/entry/{entry}").find("//form[@class='queue-add']")
    assert form.get("hidden") is None
    page = alice.post("/queue", {"do": "add", "id": entry, "next": "/"})
    assert page.url == "/queue" or "Ce sera écouté ensuite." in page.words
    page = alice.get("/queue")
    (sound,) = page.find("//audio")
    assert sound.get("preload") == "none"
    alice.post("/entries/progress", {"id": entry, "url": SOUND[0].url, "seconds": 90, "of": 600}, json=True)
    (line,) = alice.get("/queue", headers={"accept": "application/json"}).json["queue"]
    assert (line["id"], line["url"], line["seconds"]) == (entry, SOUND[0].url, 90)
    assert alice.post("/queue", {"do": "remove", "id": entry}, json=True).json["notice"]
    assert "Rien n’attend" in alice.get("/queue").words


def test_somebody_else_nobody_and_odd_forms(alice: Browser, bob: Browser, anonymous: Browser, entry: int) -> None:
    for path, form in (
        ("/entries/progress", {"id": entry, "share": 500}),
        ("/continue", {"id": entry}),
        ("/queue", {"do": "add", "id": entry}),
    ):
        assert bob.post(path, form).status == 404
        assert anonymous.post(path, form).status == 403
    assert bob.get(f"/entries/progress?id={entry}").status == 404
    for odd in ({"share": 1001}, {"share": "x"}, {}, {"url": "u", "seconds": 1}, {"url": "", "seconds": 1, "of": 1}):
        assert alice.post("/entries/progress", {"id": entry, **odd}).status == 400
    assert alice.get("/entries/progress").status == 400
    assert alice.post("/queue", {"do": "dance", "id": entry}).status == 400
