"""Live: who may listen and how many, what they hear, how it ends; and what a page asks when something changed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import pytest
from starlette.types import ASGIApp, Message
from tests.web.browsing import Browser, Clock, World

from dateline.actions import entries
from dateline.asgi import create_app
from dateline.settings import Settings
from dateline.store import Database
from dateline.web.live import Live
from dateline.web.visit import Instance
from dateline.web.watch import PER_USER, Watch

PATIENCE = 10


class Ear:
    """An open page that listens: its status, and the events as they come."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.leaving = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
        elif message.get("body"):
            await self.events.put(message["body"].decode())

    async def heard(self, beginning: str = "event: moment") -> str:
        """The next event that begins so."""
        async with asyncio.timeout(PATIENCE):
            while not (event := await self.events.get()).startswith(beginning):
                pass
        return event


@asynccontextmanager
async def listening(app: ASGIApp, browser: Browser, path: str = "/live/events") -> AsyncIterator[Ear]:
    ear = Ear()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "headers": [(b"host", browser.host.encode()), (b"cookie", cookies.encode())],
    }
    task = asyncio.ensure_future(app(scope, ear.receive, ear.send))
    try:
        yield ear
    finally:
        ear.leaving.set()
        async with asyncio.timeout(PATIENCE):
            await task


async def status(app: ASGIApp, browser: Browser, path: str = "/live/events") -> int:
    async with listening(app, browser, path) as ear:
        async with asyncio.timeout(PATIENCE):
            while not ear.status:
                await asyncio.sleep(0)
        return ear.status


@pytest.fixture
def quick(settings: Settings, db: Database, clock: Clock) -> Live:
    """The same, looking every few milliseconds."""
    instance = Instance(settings, db, clock=clock)
    return Live(instance, Watch(db, seconds=0.01), beat=0.05)


def run(what: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(what())


def test_only_somebody_who_is_logged_in_may_listen(app: ASGIApp, alice: Browser, anonymous: Browser) -> None:
    async def play() -> None:
        assert await status(app, anonymous) == 403
        assert await status(app, alice, "/live/nothing") == 404
        assert await status(app, alice) == 200
        async with listening(app, alice) as ear:
            await ear.heard("retry")
        assert ear.headers[b"content-type"].startswith(b"text/event-stream")
        assert ear.headers[b"cache-control"] == b"private, no-store"
        assert ear.headers[b"x-accel-buffering"] == b"no"

    run(play)


def test_what_somebody_does_elsewhere_is_heard_by_their_own_pages_alone(
    quick: Live, alice: Browser, bob: Browser, world: World, db: Database, clock: Clock
) -> None:
    user = alice.user
    assert user is not None
    feed = world.feed()
    (entry,) = world.entries(feed, "Un")
    world.subscribe(user, feed)

    async def play() -> None:
        async with listening(quick, alice) as desk, listening(quick, alice) as phone, listening(quick, bob) as other:
            first = [await ear.heard() for ear in (desk, phone, other)]
            assert first[0] == first[1]
            await asyncio.to_thread(entries.mark, db, user, [entry], read=True, now=clock())
            assert await desk.heard() == await phone.heard() != first[0]
            assert (await other.heard(":")) == ":\n\n"  # only that we are there
            assert other.events.empty() or "moment" not in other.events.get_nowait()

    run(play)


def test_new_entries_are_heard_by_those_who_subscribe(quick: Live, alice: Browser, bob: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed()
    world.subscribe(alice.user, feed)

    async def play() -> None:
        async with listening(quick, alice) as hers, listening(quick, bob) as his:
            await hers.heard()
            await his.heard()
            (entry,) = await asyncio.to_thread(world.entries, feed, "Un")
            assert f"data: {entry} " in await hers.heard()
            assert "moment" not in await his.heard(":")

    run(play)


def test_listeners_are_counted_for_each_and_for_all(quick: Live, alice: Browser, bob: Browser, db: Database) -> None:
    async def play() -> None:
        ears = [listening(quick, alice) for _ in range(PER_USER)]
        for ear in ears:
            await (await ear.__aenter__()).heard("retry")
        assert await status(quick, alice) == 503
        assert await status(quick, bob) == 200
        for ear in ears:
            await ear.__aexit__(None, None, None)
        assert await status(quick, alice) == 200

    run(play)
    full = Watch(db, in_all=0)
    assert not full.has_room(1)


def test_a_session_that_ends_ends_its_stream(quick: Live, alice: Browser) -> None:
    async def play() -> None:
        async with listening(quick, alice) as ear:
            await ear.heard()
            await asyncio.to_thread(alice.post, "/logout")
            async with asyncio.timeout(PATIENCE):
                while ear.events.qsize() or quick._watch._listeners:
                    await asyncio.sleep(0.01)

    run(play)


def test_the_end_of_the_server_ends_every_stream(
    settings: Settings, db: Database, clock: Clock, alice: Browser
) -> None:
    app = create_app(settings, db, clock=clock)

    async def play() -> None:
        orders: asyncio.Queue[Message] = asyncio.Queue()
        told: asyncio.Queue[Message] = asyncio.Queue()
        life = asyncio.ensure_future(app({"type": "lifespan"}, orders.get, told.put))
        await orders.put({"type": "lifespan.startup"})
        await told.get()
        async with listening(app, alice) as ear:
            await ear.heard()
            await orders.put({"type": "lifespan.shutdown"})
            async with asyncio.timeout(PATIENCE):
                await life
            assert await status(app, alice) == 503

    run(play)


# ------------------------------------------------------------------------------------------------ what changed


def test_a_page_hears_what_to_change(alice: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed()
    first, second = world.entries(feed, "Un", "Deux")
    subscription = world.subscribe(alice.user, feed)
    alice.post("/entries/read", {"id": first})
    alice.post("/entries/star", {"id": second})
    asked = [("kind", "feed"), ("key", subscription), ("after", second), ("shown", first), ("shown", second)]
    answer = alice.post("/live", asked, json=True).json
    assert answer["unread"]["feeds"] == {str(subscription): 1}
    assert (answer["unread_ids"], answer["starred_ids"]) == ([str(second)], [str(second)])
    assert (answer["newest"], answer["arrived"]) == (second, False)
    assert answer["kept_ids"] == []
    alice.post("/entries/unread", {"id": first})
    answer = alice.post("/live", asked, json=True).json
    assert (answer["unread_ids"], answer["kept_ids"]) == ([str(first), str(second)], [str(first)])


def test_new_articles_are_told_to_the_streams_that_have_them(alice: Browser, world: World) -> None:
    assert alice.user is not None
    news, quiet = world.feed("News"), world.feed("Quiet")
    one, other = world.subscribe(alice.user, news), world.subscribe(alice.user, quiet)
    (entry,) = world.entries(news, "Un")

    def arrived(after: int, kind: str, key: object = "") -> bool:
        answer = alice.post("/live", {"kind": kind, "key": key, "after": after}, json=True).json
        assert answer["unread"]["main"] == 1
        return bool(answer["arrived"])

    assert arrived(0, "main")
    assert arrived(0, "feed", one)
    assert not arrived(0, "feed", other)
    assert not arrived(0, "important")
    assert not arrived(0, "starred")
    assert not arrived(entry, "main")


def test_what_counts_as_read_by_itself_is_not_announced(alice: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed()
    own = world.subscribe(alice.user, feed)
    alice.post("/read-when", {"kind": "feed", "key": own, "read_arrived": "1"})
    world.entries(feed, "One")
    answer = alice.post("/live", {"after": 0, "kind": "main", "key": ""}, json=True).json
    assert (answer["arrived"], answer["unread"]["main"]) == (False, 0)


def test_what_is_not_delivered_yet_is_told_to_the_page_that_asks_again(alice: Browser, world: World) -> None:
    assert alice.user is not None
    crowded, quiet = world.feed("Crowded"), world.feed("Quiet")
    world.subscribe(alice.user, crowded)
    own = world.subscribe(alice.user, quiet)
    world.entries(crowded, *(f"Title {number}" for number in range(5_001)))
    (awaited,) = world.entries(quiet, "News")
    asked = {"kind": "feed", "key": own, "after": awaited - 1}  # the page knows of all that came before
    first = alice.post("/live", asked, json=True).json
    assert (first["arrived"], first["behind"], first["newest"] < awaited - 1) == (False, True, True)
    then = alice.post("/live", {**asked, "after": first["newest"]}, json=True).json
    assert (then["arrived"], then["behind"], then["newest"]) == (True, False, awaited)


def test_a_page_without_a_stream_hears_the_counts(alice: Browser, world: World) -> None:
    answer = alice.post("/live", {"after": 0}, json=True).json
    assert (answer["unread"]["main"], answer["arrived"]) == (0, False)


@pytest.mark.parametrize("wrong", [{}, {"after": "x"}, {"after": "1", "kind": "feed"}, {"after": "1", "shown": "-1"}])
def test_what_is_asked_wrongly_is_refused(alice: Browser, wrong: dict[str, str]) -> None:
    assert alice.post("/live", wrong, json=True).status == 400
