"""The statistics: in the reader's zone, of one's own feeds, with a table beneath each chart."""

from datetime import timedelta

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.model import User


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def rows(page: Answer, chart: str) -> dict[str, str]:
    """A chart's table."""
    found = page.find(f"//figure[figcaption[@id='{chart}']]//tbody/tr")
    return {row.xpath("./th")[0].text_content().strip(): row.xpath("./td")[0].text_content().strip() for row in found}


@pytest.fixture
def feed(alice: Browser, world: World) -> int:
    """A feed of Alice's with two entries of noon and one o'clock, UTC; she lives an hour further east."""
    feed = world.feed("Le Phare")
    world.entries(feed, "Un", "Deux", hours_ago=1)
    world.folder(owner(alice), "Mer", world.subscribe(owner(alice), feed))
    return feed


@pytest.mark.usefixtures("feed")
def test_arrivals_stand_at_the_readers_hours(alice: Browser) -> None:
    page = alice.get("/statistics")
    hours = rows(page, "by-hour")
    assert len(hours) == 24
    assert {hour for hour, count in hours.items() if count != "0"} == {"13:00", "14:00"}
    assert len(rows(page, "by-day")) == 30
    assert sum(int(count) for count in rows(page, "by-weekday").values()) == 2
    assert len(page.find("//figure//*[local-name()='rect']")) == 30 + 24 + 7


@pytest.mark.usefixtures("feed")
def test_what_comes_rarely_is_no_nought_a_day(alice: Browser) -> None:
    [average] = alice.get("/statistics").find("//dl[@class='numbers']/div[2]/dd")
    assert average.text_content() == "0,1"


@pytest.mark.usefixtures("feed")
def test_a_year_comes_by_weeks(alice: Browser) -> None:
    page = alice.get("/statistics?days=365")
    assert len(rows(page, "by-day")) == 53
    assert "Arrivées par semaine" in page.words


@pytest.mark.usefixtures("feed")
def test_feeds_and_folders_are_listed_with_what_was_read(alice: Browser, world: World) -> None:
    alice.post("/entries/read", {"id": world.unread_ids(owner(alice))[0]})
    page = alice.get("/statistics")
    for section in ("feeds", "folders"):
        (row,) = page.find(f"//section[@aria-labelledby='{section}']//tbody/tr")
        assert [cell.text_content().strip() for cell in row.xpath("./td")][2:] == ["2", "1", "50", "0", "1"]


def test_silent_feeds_lead_to_the_table(alice: Browser, world: World, feed: int) -> None:
    with_news = world.clock() - timedelta(days=100)
    from dateline.store.times import to_us
    from dateline.store.write import transaction

    with transaction(world.db) as tx:
        tx.run("UPDATE feed SET changed_at = :at WHERE id = :id", at=to_us(with_news), id=feed)
    links = [link.get("href") for link in alice.get("/statistics").find("//section[@aria-labelledby='idle']//a")]
    assert [link.split("days=")[1].split("&")[0] for link in links] == ["7", "30", "91"]
    assert "Le Phare" in alice.get(links[-1]).words


def test_a_feed_and_a_folder_are_counted_alone(alice: Browser, world: World, feed: int) -> None:
    other = world.feed("La Vigie")
    world.entries(other, "Trois", hours_ago=1)
    inner = world.folder(owner(alice), "Port", world.subscribe(owner(alice), other), parent_id=1)
    links = {link.text_content(): link.get("href") for link in alice.get("/statistics").find("//section//table//a")}
    for name, arrived, title in (
        ("Le Phare", 2, "Le Phare"),
        ("La Vigie", 1, "La Vigie"),
        ("Mer", 3, "Mer"),
        ("Port", 1, "Port"),
    ):
        page = alice.get(links[name])
        assert sum(int(count) for count in rows(page, "by-hour").values()) == arrived
        assert page.find("//h1")[0].text_content() == title
        assert page.find("//section[@aria-labelledby='idle']") == []
    assert f"/statistics?folder={inner}" == links["Port"]
    for place, link in ((f"/subscriptions/{feed}", f"/statistics?feed={feed}"), ("/folders/1", "/statistics?folder=1")):
        assert alice.get(place).find(f"//main//a[@href='{link}']") != []
    months = rows(alice.get(f"/statistics?feed={feed}&days=365"), "by-month")
    assert len(months) == 12
    assert months["nov."] == "2"


@pytest.mark.usefixtures("feed")
@pytest.mark.parametrize(("query", "status"), [("feed=1", 404), ("folder=1", 404), ("feed=x", 400), ("folder=-1", 400)])
def test_what_is_not_ones_own_is_not_counted(mallory: Browser, query: str, status: int) -> None:
    assert mallory.get(f"/statistics?{query}").status == status


@pytest.mark.usefixtures("feed")
def test_they_are_ones_own(mallory: Browser, anonymous: Browser) -> None:
    page = mallory.get("/statistics")
    assert page.status == 200
    assert "Le Phare" not in page.words
    assert anonymous.get("/statistics", follow=False).status == 303
    assert mallory.get("/statistics?days=x").status == 200


@pytest.mark.usefixtures("feed")
@pytest.mark.parametrize(("language", "is_first_leftmost"), [("fr", True), ("ar", False)])
def test_time_runs_as_the_language_is_read(
    alice: Browser, world: World, language: str, is_first_leftmost: bool
) -> None:
    world.change(owner(alice), language=language)
    page = alice.get("/statistics")
    for chart in ("by-day", "by-hour", "by-weekday"):
        places = [
            float(bar.get("x")) for bar in page.find(f"//figure[figcaption[@id='{chart}']]//*[local-name()='rect']")
        ]
        assert places == sorted(places, reverse=not is_first_leftmost)
        assert min(places) > 0
        assert max(places) < 720
        words = page.find(f"//figure[figcaption[@id='{chart}']]//*[local-name()='text'][not(@class)]")
        named = [float(word.get("x")) for word in words]
        assert named == sorted(named, reverse=not is_first_leftmost)
    hours = page.find("//figure[figcaption[@id='by-hour']]//tbody//th")
    assert hours[0].text_content() == "0:00", "the table begins with the first"
