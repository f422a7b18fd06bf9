"""Where one stopped in a real browser: in a long article, in what plays; across pages and devices."""

import io
import wave
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.stage import Open, Site
from tests.browser.test_looks import too_wide, violations

from dateline.actions import progress as acting
from dateline.asgi import utc_now
from dateline.model import Enclosure, SafeHTML, User
from dateline.store import progress

LONG = SafeHTML("".join(f"<p>Paragraph {number} of a long article that goes on and on.</p>" for number in range(300)))
MINUTES = 2


@pytest.fixture
def alice(site: Site) -> User:
    return site.person("alice")


@pytest.fixture
def long_read(site: Site, alice: User) -> int:
    feed = site.world.feed("The Lighthouse")
    (entry_id,) = site.world.entries(feed, "Long read", content_html=LONG, word_count=3000)
    site.world.entries(feed, "Short", hours_ago=0.5)
    site.world.subscribe(alice, feed)
    return entry_id


def share(site: Site, user: User, entry_id: int) -> int:
    with site.db.reading() as tx:
        return progress.of(tx, user.id, entry_id).share


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what the server is told."""
    for _ in range(100):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_long_article_is_taken_up_where_it_was_left(
    site: Site, alice: User, long_read: int, open_page: Open, size: str
) -> None:
    page = open_page(f"/entry/{long_read}", who=alice, size=size)
    page.wait_for_load_state("networkidle")
    page.get_by_text("Paragraph 150 of").scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    page.goto("/settings")
    until(page, lambda: 300 < share(site, alice, long_read) < 600)
    page.goto("/")
    link = page.locator("#sidebar a", has_text="Continue reading")
    expect(link).to_have_attribute("href", "/continue")
    page.goto("/continue")
    assert violations(page) == []
    assert too_wide(page) == 0
    page.get_by_role("link", name="Long read").click()
    expect(page.get_by_text("Paragraph 150 of")).to_be_in_viewport()
    page.goto("/?shown=all")
    page.locator("summary .title", has_text="Long read").click()
    page.get_by_role("button", name="Go on where you stopped").click()
    expect(page.get_by_text("Paragraph 150 of")).to_be_in_viewport()
    page.get_by_text("Paragraph 299 of").scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    page.goto("/settings")
    until(page, lambda: share(site, alice, long_read) == 0)


def test_a_look_at_the_beginning_does_not_lose_the_place(
    site: Site, alice: User, long_read: int, open_page: Open
) -> None:
    acting.read_to(site.db, alice, long_read, 600, now=utc_now())
    page = open_page(who=alice)
    page.locator("summary .title", has_text="Long read").click()
    expect(page.get_by_role("button", name="Go on where you stopped (60%)")).to_be_visible()
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(200)
    page.locator("summary .title", has_text="Long read").click()
    page.goto("/settings")
    assert share(site, alice, long_read) == 600


# ------------------------------------------------------------------------------------------------ what plays


def silence() -> bytes:
    """Two minutes of it, as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(3000)
        sound.writeframes(b"\x80" * 3000 * 60 * MINUTES)
    return file.getvalue()


def answer(route: Route) -> None:
    body = silence()
    first, _, last = route.request.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
    start, end = int(first or 0), int(last or len(body) - 1)
    route.fulfill(
        status=206,
        body=body[start : end + 1],
        headers={
            "content-type": "audio/wav",
            "accept-ranges": "bytes",
            "content-range": f"bytes {start}-{end}/{len(body)}",
        },
    )


@pytest.fixture
def episodes(site: Site, alice: User) -> list[int]:
    feed = site.world.feed("The Harbour")
    found = []
    for number in (1, 2):
        sound = (Enclosure(url=f"https://sound.example/{number}.wav", type="audio/wav", title=f"Episode {number}"),)
        found += site.world.entries(feed, f"Episode {number}", enclosures=sound, hours_ago=3 - number)
    site.world.subscribe(alice, feed)
    return found


def start(page: Page, title: str) -> list[str]:
    """Open an article and press play. The addresses elsewhere that were asked for before that."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "sound.example" in request.url else None)
    page.context.route("https://sound.example/**", answer)
    page.locator("summary .title", has_text=title).click()
    before = list(asked)
    page.locator("details.entry[open] audio").evaluate("sound => sound.play()")
    expect(page.locator("#player")).to_be_visible()
    return before


def playing(page: Page) -> str:
    return "[...document.querySelectorAll('audio')].find((sound) => !sound.paused)"


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_what_plays_goes_on_while_one_reads_on_and_is_taken_up_elsewhere(
    site: Site, alice: User, episodes: list[int], open_page: Open, size: str
) -> None:
    page = open_page(who=alice, size=size)
    assert start(page, "Episode 1") == []
    page.get_by_label("Speed").select_option("2")
    page.locator("#player [data-act='forward']").click()
    page.locator("#player [data-act='forward']").click()
    page.locator("#player [data-act='back']").click()
    until(page, lambda: bool(page.evaluate(f"{playing(page)}?.currentTime > 44 && {playing(page)}.playbackRate === 2")))
    page.locator("summary .title", has_text="Episode 2").click()
    assert page.evaluate(f"{playing(page)}?.currentTime > 44"), "another article was opened, it plays on"
    assert violations(page) == []
    assert too_wide(page) == 0
    page.locator("#sidebar a[href$='/all']").evaluate("link => link.click()")  # an address typed would wait for a press
    page.wait_for_url("**/all")
    until(page, lambda: seconds(site, alice, episodes[0]) >= 45)
    until(page, lambda: bool(page.evaluate("document.querySelector('#player audio')?.readyState > 0")))
    assert page.evaluate("document.querySelector('#player audio').currentTime") > 44
    expect(page.locator("#player .player-title")).to_have_text("Episode 1")
    page.locator("#player [data-act='close']").click()
    expect(page.locator("#player")).not_to_be_visible()

    other = open_page(who=alice, size=size)
    start(other, "Episode 1")
    until(other, lambda: bool(other.evaluate(f"{playing(other)}?.currentTime > 44")))


def seconds(site: Site, user: User, entry_id: int) -> int:
    with site.db.reading() as tx:
        return progress.of(tx, user.id, entry_id).played


def test_at_its_end_the_next_of_the_queue_plays(site: Site, alice: User, episodes: list[int], open_page: Open) -> None:
    page = open_page(who=alice)
    start(page, "Episode 2")
    page.get_by_role("button", name="Play next").click()
    expect(page.locator("#notice")).to_contain_text("It is played next.")
    acting.enqueue(site.db, alice, episodes[0], now=utc_now())
    page.evaluate(f"{playing(page)}.currentTime = {60 * MINUTES - 1}")
    expect(page.locator("#player .player-title")).to_have_text("Episode 1")
    until(page, lambda: bool(page.evaluate("document.querySelector('#player audio').currentTime > 0")))
    with site.db.reading() as tx:
        assert progress.queue(tx, alice.id) == [episodes[0]]
    page.goto("/queue")
    assert violations(page) == []
    assert too_wide(page) == 0


def test_without_scripts_the_queue_plays_by_the_browsers_own_controls(
    site: Site, alice: User, episodes: list[int], open_page: Open
) -> None:
    page = open_page(f"/entry/{episodes[0]}", who=alice, scripts=False)
    page.get_by_role("button", name="Play next").click()
    page.goto("/queue")
    expect(page.locator("audio[controls]")).to_be_visible()
    expect(page.locator("#player")).not_to_be_visible()
    page.get_by_role("button", name="Remove: Episode 1").click()
    expect(page.get_by_text("Nothing waits to be played.")).to_be_visible()
