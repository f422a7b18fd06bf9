"""WebSub from end to end: a feed's server, a hub and Dateline on loopback, on both databases."""

import asyncio
import hmac
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp, Message
from tests.browser.stage import serving
from tests.hub import LEASE, Hub
from tests.internet import LOOPBACK, Internet, Reply, rss
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import full_texts, subscriptions
from dateline.api.websub import AT_ONCE, Callbacks
from dateline.asgi import create_app
from dateline.model import FullTextRules
from dateline.refresh.deliver import catch_up
from dateline.refresh.hubs import is_signed
from dateline.refresh.push import MAX_WAITING, queue_push
from dateline.refresh.pushed import CRASHES, take_all
from dateline.refresh.pushed import LEASE as TAKEN_FOR
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database, checks, feeds, pushes, websub
from dateline.store import subscriptions as subscriptions_of
from dateline.store.full_texts import Wish
from dateline.store.merging import merge
from dateline.store.secrets import Keyring, key_path
from dateline.store.websub import HubSubscription
from dateline.store.write import transaction


class Scene:
    """Alice reads a feed that names a hub; Dateline can be reached by it."""

    def __init__(self, db: Database, runner: Runner, internet: Internet, hub: Hub, cast: Cast) -> None:
        self.db = db
        self.runner = runner
        self.internet = internet
        self.hub = hub
        self.cast = cast
        self.url = internet.url("/feed")
        self.publish("One")
        self.subscription_id = subscriptions.subscribe(
            db, cast.alice, self.url, settings=runner.settings, now=runner.now
        )

    def publish(self, *titles: str, hub: bool = True) -> bytes:
        """Put a document of these entries at the feed's address."""
        body = rss("News", *titles)
        links = (("Link", f'<{self.hub.url}>; rel="hub", <{self.url}>; rel="self"'),) if hub else ()
        self.internet["/feed"] = Reply(body, headers=links)
        return body

    def titles(self) -> list[str]:
        with self.db.reading() as tx:
            return tx.column("SELECT title FROM entry ORDER BY id")

    def state(self) -> HubSubscription | None:
        with self.db.reading() as tx:
            return websub.of_feed(tx, 1)

    def next_in(self) -> timedelta:
        """How long until the feed itself is asked."""
        with self.db.reading() as tx:
            at = tx.value("SELECT next_at FROM feed")
        return timedelta(microseconds=at) - (self.runner.now - datetime.fromtimestamp(0, self.runner.now.tzinfo))

    def deliver(self, body: bytes) -> None:
        """The hub brings a document, and the worker takes it."""
        assert self.hub.deliver(body) == 202
        self.take()

    def take(self) -> None:
        """The worker takes what hubs brought."""
        take_all(self.db, lambda: self.runner.now)

    def waiting(self) -> int:
        """How many documents wait."""
        with self.db.reading() as tx:
            return pushes.waiting(tx, 1).count

    def poll(self) -> None:
        """Ask the feed itself, due or not."""
        with transaction(self.db) as tx:
            tx.run("UPDATE feed SET next_at = 0")
        self.runner.run()


@pytest.fixture
def scene(db: Database, cast: Cast, now: datetime, tmp_path: Path) -> Iterator[Scene]:
    runner = Runner(db, now)
    holder: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await holder["app"](scope, receive, send)

    with serving(app) as address, Internet() as internet, Hub() as hub:
        runner.settings = replace(LOOPBACK, base_url=address, websub="on", secret_file=tmp_path / "key")
        holder["app"] = create_app(runner.settings, db, clock=lambda: runner.now)
        yield Scene(db, runner, internet, hub, cast)


def test_a_hub_is_asked_verifies_and_delivers(scene: Scene) -> None:
    scene.runner.run()
    (request,) = scene.hub.requests
    assert (request["hub.mode"], request["hub.topic"]) == ("subscribe", scene.url)
    assert len(request["hub.secret"]) < 200
    assert scene.hub.answers == [(200, "a challenge & more")]
    state = scene.state()
    assert state is not None
    assert (state.state, state.lease_until) == ("verified", scene.runner.now + timedelta(seconds=LEASE))
    assert not state.is_trusted(scene.runner.now)
    assert scene.next_in() < timedelta(hours=24)

    scene.runner.later(minutes=1)
    scene.deliver(scene.publish("Two", "One"))
    assert scene.titles() == ["One", "Two"]
    state = scene.state()
    assert state is not None
    assert state.is_trusted(scene.runner.now)
    assert scene.next_in() == timedelta(hours=24)
    with scene.db.reading() as tx:
        assert checks.of_feed(tx, 1)[0].code == "push"
    asked = len(scene.internet.asked("/feed"))
    scene.runner.later(hours=20)
    scene.runner.run()
    assert len(scene.internet.asked("/feed")) == asked
    scene.runner.later(hours=5)
    scene.runner.run()
    assert len(scene.internet.asked("/feed")) == asked + 1
    assert scene.next_in() >= timedelta(hours=24)


def test_a_document_of_new_entries_alone_takes_nothing_away(scene: Scene) -> None:
    scene.runner.run()
    scene.deliver(rss("Something else", "Three"))
    with scene.db.reading() as tx:
        assert tx.all("SELECT title, gone_at FROM entry ORDER BY id") == [("One", None), ("Three", None)]
        assert tx.value("SELECT title FROM feed") == "News"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_signature_of_the_standard_is_understood(method: str) -> None:
    signature = f"{method}={hmac.new(b'secret', b'body', method).hexdigest()}"
    assert is_signed(b"body", signature, "secret")
    assert not is_signed(b"body!", signature, "secret")
    assert not is_signed(b"body", signature, "another")


@pytest.mark.parametrize("signature", ["", "sha256=", "md5=abc", "sha256", "sha256=\xe9", "=", "sha256=" + "0" * 64])
def test_what_is_no_signature_is_none(signature: str) -> None:
    assert not is_signed(b"body", signature, "secret")


def test_what_a_stranger_sends_is_dropped_without_a_word(scene: Scene) -> None:
    scene.runner.run()
    assert scene.hub.deliver(rss("News", "Forged"), secret="guessed") == 202
    assert scene.titles() == ["One"]
    state = scene.state()
    assert state is not None
    assert state.delivered_at is None


def test_a_bare_notice_makes_the_feed_due(scene: Scene) -> None:
    scene.runner.run()
    scene.runner.later(minutes=10)
    scene.publish("Two", "One")
    scene.deliver(b"something happened")
    assert scene.titles() == ["One"]
    scene.runner.run()
    assert scene.titles() == ["One", "Two"]


def test_what_only_the_whole_document_can_say_is_left_to_it(scene: Scene) -> None:
    """Ten contents under one id: the feed's entries would have to be told apart by something else from now on."""
    scene.runner.run()
    scene.runner.later(minutes=10)
    items = "".join(f"<item><guid>same</guid><title>Title {n}</title></item>" for n in range(10))
    scene.deliver(f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>".encode())
    assert scene.titles() == ["One"]
    assert scene.next_in() <= timedelta(0)


def test_a_hub_that_keeps_silent_is_not_trusted_any_more(scene: Scene) -> None:
    scene.runner.run()
    scene.deliver(scene.publish("Two", "One"))
    for title in ("Three", "Four"):
        scene.runner.later(minutes=70)
        scene.publish(title, "Two", "One")
        scene.poll()
    state = scene.state()
    assert state is not None
    assert state.missed == websub.MISSES
    assert not state.is_trusted(scene.runner.now)
    assert scene.next_in() < timedelta(hours=24)
    scene.deliver(scene.publish("Five", "Four", "Three", "Two", "One"))
    state = scene.state()
    assert state is not None
    assert state.is_trusted(scene.runner.now)


def test_a_lease_is_renewed_before_it_ends(scene: Scene) -> None:
    scene.runner.run()
    first = scene.hub.requests[0]
    scene.runner.later(seconds=LEASE * 0.95)
    scene.runner.run()
    assert [request["hub.callback"] for request in scene.hub.requests] == [first["hub.callback"]] * 2
    assert scene.hub.requests[1]["hub.secret"] == first["hub.secret"]
    state = scene.state()
    assert state is not None
    assert state.lease_until == scene.runner.now + timedelta(seconds=LEASE)


def test_a_lease_that_is_not_renewed_ends_and_the_feed_is_polled_again(scene: Scene) -> None:
    scene.runner.run()
    scene.deliver(scene.publish("Two", "One"))
    scene.hub.status = 500
    scene.runner.later(seconds=LEASE * 1.01)
    scene.poll()
    state = scene.state()
    assert state is not None
    assert "no" in (state.detail or "")
    assert not state.is_trusted(scene.runner.now)
    assert scene.next_in() < timedelta(hours=24)


def test_a_hub_that_denies_is_left_alone_for_a_week(scene: Scene) -> None:
    scene.hub.denies = "not here"
    scene.runner.run()
    state = scene.state()
    assert state is not None
    assert (state.state, state.detail) == ("denied", "denied not here")
    scene.runner.later(days=6)
    scene.poll()
    assert len(scene.hub.requests) == 1
    scene.runner.later(days=2)
    scene.poll()
    assert len(scene.hub.requests) == 2


def test_nobody_verifies_what_was_not_asked(scene: Scene) -> None:
    scene.hub.verifies = False
    scene.runner.run()
    (request,) = scene.hub.requests
    scene.hub.verifies = True
    scene.hub.ask_back(request, topic="https://elsewhere.test/feed")
    scene.hub.ask_back(request, mode="unsubscribe")
    scene.hub.ask_back({**request, "hub.callback": request["hub.callback"] + "x"})
    scene.hub.ask_back({**request, "hub.callback": request["hub.callback"].rpartition("/")[0] + "/" + "y" * 90})
    assert [status for status, _ in scene.hub.answers] == [404] * 4
    scene.runner.later(hours=25)
    scene.hub.ask_back(request)
    assert scene.hub.answers[-1][0] == 404
    state = scene.state()
    assert state is not None
    assert state.state == "asked"


def test_who_reads_it_no_more_unsubscribes_at_the_hub(scene: Scene) -> None:
    scene.runner.run()
    subscriptions.unsubscribe(scene.db, scene.cast.alice, scene.subscription_id, now=scene.runner.now)
    assert scene.hub.deliver(rss("News", "Late")) == 410
    scene.runner.later(seconds=LEASE)
    scene.runner.run()
    assert scene.hub.requests[-1]["hub.mode"] == "unsubscribe"
    assert scene.hub.answers[-1] == (200, "a challenge & more")
    assert scene.state() is None


def test_a_document_without_its_hub_ends_it(scene: Scene) -> None:
    scene.runner.run()
    scene.publish("Two", hub=False)
    scene.poll()
    assert scene.state() is None


def test_nothing_is_asked_when_nobody_could_call_back(scene: Scene) -> None:
    for base_url in (None, "http://localhost:8700", "http://192.168.1.9/reader", "https://reader.lan", "http://[::1]/"):
        assert Settings(base_url=base_url).callback_url is None
    assert Settings(base_url="https://news.example/r").callback_url == "https://news.example/r/websub/"
    assert Settings(base_url="https://news.example", websub="off").callback_url is None
    scene.runner.settings = replace(scene.runner.settings, websub="auto")
    scene.runner.run()
    assert scene.hub.requests == []


def test_a_private_feed_is_no_hubs_business(scene: Scene, now: datetime) -> None:
    subscriptions.unsubscribe(scene.db, scene.cast.alice, scene.subscription_id, now=now)
    subscriptions.subscribe(
        scene.db, scene.cast.alice, scene.url, private=True, settings=scene.runner.settings, now=scene.runner.now
    )
    scene.runner.run()
    assert scene.titles() == ["One"]
    assert scene.hub.requests == []


def test_a_body_that_is_too_large_is_refused(scene: Scene) -> None:
    scene.runner.run()
    assert scene.hub.deliver(b"x" * (scene.runner.settings.fetch_max_bytes + 1)) == 413


# ------------------------------------------------------------------------------------------------ the queue


def test_what_a_hub_brings_is_not_read_by_who_takes_it_in(scene: Scene) -> None:
    scene.runner.run()
    assert scene.hub.deliver(scene.publish("Two", "One")) == 202
    assert (scene.titles(), scene.waiting()) == (["One"], 1)
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One", "Two"], 0)


async def test_a_worker_takes_it_without_being_told(scene: Scene) -> None:
    await asyncio.to_thread(scene.runner.run)
    asked = len(scene.internet.asked("/feed"))
    stop = asyncio.Event()
    worker = Refresher(scene.db, scene.runner.settings, version="0", holder="w", clock=lambda: scene.runner.now)
    running = asyncio.create_task(worker.run_forever(stop))
    assert await asyncio.to_thread(scene.hub.deliver, rss("News", "Two")) == 202
    while await asyncio.to_thread(scene.waiting):
        await asyncio.sleep(0.02)
    stop.set()
    await running
    assert scene.titles() == ["One", "Two"]
    assert len(scene.internet.asked("/feed")) == asked


def test_a_worker_that_is_killed_leaves_what_a_hub_brought_to_the_next(scene: Scene) -> None:
    scene.runner.run()
    scene.hub.deliver(rss("News", "Two"))
    scene.hub.deliver(rss("News", "Three"))
    be_killed_reading(scene)
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One"], 2)  # in order: neither may be taken yet
    scene.runner.later(seconds=TAKEN_FOR.total_seconds())
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One", "Two", "Three"], 0)


def test_what_kills_every_worker_is_dropped_and_the_feed_asked_instead(scene: Scene) -> None:
    scene.runner.run()
    scene.runner.later(minutes=10)
    scene.hub.deliver(scene.publish("Deadly"))
    scene.hub.deliver(rss("News", "Harmless"))
    for _ in range(CRASHES):
        be_killed_reading(scene)
        scene.runner.later(seconds=TAKEN_FOR.total_seconds())
    assert scene.next_in() > timedelta(0)
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One", "Harmless"], 0)
    assert scene.next_in() <= timedelta(0)


def be_killed_reading(scene: Scene) -> None:
    """Another process takes what waits longest, and is killed."""
    program = f"""
        import os, signal
        from datetime import datetime
        from dateline.refresh.pushed import LEASE
        from dateline.store import open_database, pushes
        from dateline.store.write import transaction
        now = datetime.fromisoformat({scene.runner.now.isoformat()!r})
        with open_database({scene.db.url!r}).closing() as db:
            with transaction(db) as tx:
                assert pushes.lease(tx, now, now + LEASE) is not None
            os.kill(os.getpid(), signal.SIGKILL)
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False).returncode == -signal.SIGKILL


def test_several_workers_keep_the_order_of_a_feeds_pushes(scene: Scene) -> None:
    scene.runner.run()
    for number in range(20):
        item = f"<item><guid>same</guid><title>Version {number}</title></item>"
        scene.hub.deliver(f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>".encode())
    with ThreadPoolExecutor(4) as pool:
        while scene.waiting():
            for taken in [pool.submit(scene.take) for _ in range(4)]:
                taken.result()
    assert scene.titles() == ["One", "Version 19"]


def test_more_than_may_wait_is_told_to_come_again_and_the_feed_is_asked(scene: Scene) -> None:
    scene.runner.run()
    scene.runner.later(minutes=10)
    titles = [f"News {number}" for number in range(MAX_WAITING)]
    assert [scene.hub.deliver(rss("News", title)) for title in titles] == [202] * MAX_WAITING
    assert scene.next_in() > timedelta(0)
    assert scene.hub.deliver(rss("News", "Too much")) == 503
    assert scene.next_in() <= timedelta(0)
    assert scene.waiting() == MAX_WAITING
    scene.take()
    assert scene.titles() == ["One", *titles]
    scene.deliver(rss("News", "Again"))


def test_bytes_that_wait_are_bounded_too(scene: Scene) -> None:
    scene.runner.run()
    (request,) = scene.hub.requests

    def queue(body: bytes) -> str:
        return queue_push(
            scene.db,
            Keyring(key_path(scene.runner.settings)),
            callback(scene).rpartition("/")[2],
            body=body,
            content_type="",
            signature=f"sha256={hmac.new(request['hub.secret'].encode(), body, 'sha256').hexdigest()}",
            max_bytes=1_000,
            now=scene.runner.now,
        )

    noise = random.Random(1).randbytes(1_000)
    assert queue(noise) == "ok"
    assert queue(noise) == "full"
    assert queue(b"a" * 1_000) == "ok"  # what counts is the room that it takes
    scene.take()
    assert queue(noise) == "ok"


def test_what_cannot_be_unpacked_is_asked_for_instead(scene: Scene) -> None:
    scene.runner.run()
    scene.runner.later(minutes=10)
    scene.hub.deliver(rss("News", "Two"))
    with transaction(scene.db) as tx:
        tx.run("UPDATE websub_push SET body = :body", body=b"damaged")
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One"], 0)
    assert scene.next_in() <= timedelta(0)


def test_what_waits_for_a_feed_that_nobody_reads_any_more_goes(scene: Scene) -> None:
    scene.runner.run()
    scene.hub.deliver(rss("News", "Two"))
    subscriptions.unsubscribe(scene.db, scene.cast.alice, scene.subscription_id, now=scene.runner.now)
    scene.take()
    assert (scene.titles(), scene.waiting()) == (["One"], 0)


def test_what_a_hub_brought_and_nobody_read_yet_does_not_speak_against_it(scene: Scene) -> None:
    scene.runner.run()
    scene.deliver(scene.publish("Two", "One"))
    scene.runner.later(minutes=70)
    scene.hub.deliver(scene.publish("Three", "Two", "One"))
    be_killed_reading(scene)
    scene.poll()
    state = scene.state()
    assert state is not None
    assert (scene.titles(), state.missed) == (["One", "Two", "Three"], 0)


def test_what_waits_goes_with_its_feed_into_another(scene: Scene) -> None:
    scene.runner.run()
    scene.hub.deliver(rss("News", "Two"))
    with transaction(scene.db) as tx:
        other = feeds.add(tx, url="https://other.test/", owner_id=0, host="", credentials=None, now=scene.runner.now)
        subscriptions_of.add(tx, user_id=scene.cast.bob.id, feed_id=other, title="", now=scene.runner.now)
        merge(tx, other, 1, scene.runner.now)
    scene.take()
    assert scene.titles() == ["One", "Two"]


# ------------------------------------------------------------------------------------------------ strangers


def callback(scene: Scene) -> str:
    """The path of the feed's callback."""
    return urlsplit(scene.hub.requests[-1]["hub.callback"]).path


class Caller:
    """Asks the application without a server between: says how much of the body was read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.read = 0
        self.status = 0

    def send(self, method: str, path: str, pieces: list[bytes], query: str = "", *, stalls: bool = False) -> int:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": quote(path).encode(),
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "http_version": "1.1",
            "root_path": "",
        }
        waiting = iter(pieces)

        async def receive() -> Message:
            piece = next(waiting, None)
            if piece is None and stalls:
                await asyncio.Event().wait()
            self.read += 1
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]

        asyncio.run(self.app(scope, receive, answer))  # type: ignore[arg-type] # a coroutine is an awaitable
        return self.status


def test_a_stranger_is_sent_away_before_the_body_is_read(scene: Scene) -> None:
    scene.runner.run()
    caller = Caller(Callbacks(scene.runner.settings, scene.db, clock=lambda: scene.runner.now))
    assert caller.send("POST", "/websub/" + "x" * 32, [b"x" * 1000] * 10) == 404
    subscriptions.unsubscribe(scene.db, scene.cast.alice, scene.subscription_id, now=scene.runner.now)
    assert caller.send("POST", callback(scene), [b"x" * 1000] * 10) == 410
    assert caller.read == 0


def test_what_is_no_token_is_nothing(scene: Scene) -> None:
    scene.runner.run()
    caller = Caller(Callbacks(scene.runner.settings, scene.db, clock=lambda: scene.runner.now))
    names = ["", "a/b", "\0", "\ufffd", "é", "x" * 65, "../login", "%2e", "' OR 1=1 --", callback(scene)[8:] + "\n"]
    tries = [(method, name) for method in ("GET", "POST") for name in names]
    tries += [(method, callback(scene)[8:]) for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")]
    assert {caller.send(method, f"/websub/{name}", [b"body"]) for method, name in tries} == {404}
    assert caller.read == 0


def test_a_callback_has_one_path_and_head_confirms_nothing(scene: Scene) -> None:
    scene.hub.verifies = False
    scene.runner.run()
    (request,) = scene.hub.requests
    query = urlencode({"hub.mode": "subscribe", "hub.topic": request["hub.topic"], "hub.challenge": "x"})
    caller = Caller(Callbacks(scene.runner.settings, scene.db, clock=lambda: scene.runner.now))
    token = callback(scene).rpartition("/")[2]
    for path in (f"/websub/x/{token}", f"/websub//{token}", f"/websub/{token}/"):
        assert caller.send("GET", path, [], query) == 404
    assert caller.send("HEAD", callback(scene), [], query) == 404
    state = scene.state()
    assert state is not None
    assert state.state == "asked"
    assert caller.send("GET", callback(scene), [], query) == 200


def test_a_body_that_never_comes_is_given_up(scene: Scene) -> None:
    scene.runner.run()
    app = Callbacks(scene.runner.settings, scene.db, clock=lambda: scene.runner.now, body_seconds=0.0)
    assert [Caller(app).send("POST", callback(scene), [b"x"], stalls=True) for _ in range(10)] == [408] * 10


def test_a_hub_with_many_bodies_at_once_is_told_to_come_again(scene: Scene) -> None:
    scene.runner.run()
    app = Callbacks(scene.runner.settings, scene.db, clock=lambda: scene.runner.now)
    caller = Caller(app)
    inner: list[int] = []

    async def nested(depth: int) -> None:
        async def receive() -> Message:
            if depth < 10:
                await nested(depth + 1)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                inner.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": callback(scene), "query_string": b"", "headers": []}
        await app(scope, receive, answer)

    asyncio.run(nested(0))
    assert inner == [503] + [202] * AT_ONCE  # nothing was signed
    assert caller.send("POST", callback(scene), [b"x"]) == 202


def test_the_articles_of_what_a_hub_brings_are_wanted_too(scene: Scene) -> None:
    wish = Wish(mode="always", rules=FullTextRules())
    full_texts.choose(scene.db, scene.cast.alice, scene.subscription_id, wish, now=scene.runner.now)
    scene.runner.run()
    with transaction(scene.db) as tx:
        tx.run("DELETE FROM full_text_due")
    scene.deliver(rss("News", "Two", "Three"))
    with scene.db.reading() as tx:
        assert tx.column("SELECT count(*) FROM full_text_due") == [2]


def test_what_a_hub_brings_again_changes_nothing(scene: Scene) -> None:
    scene.runner.run()
    body = scene.publish("Two", "One")
    for _ in range(3):
        scene.deliver(body)
    scene.poll()
    with scene.db.reading() as tx:
        assert tx.all("SELECT id, title FROM entry ORDER BY id") == [(1, "One"), (2, "Two")]
        assert tx.value("SELECT entry_count FROM feed") == 2


def test_pushes_and_polls_at_once_keep_the_counts(scene: Scene) -> None:
    scene.runner.run()
    titles = [f"News {number}" for number in range(120)]
    body = scene.publish(*titles)
    with ThreadPoolExecutor(4) as pool:
        taken = [pool.submit(scene.deliver, body) for _ in range(3)]
        pool.submit(scene.poll).result()
        for each in taken:
            each.result()
    scene.take()
    catch_up(scene.db, scene.cast.alice.id, everything=True)
    with scene.db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == tx.value("SELECT entry_count FROM feed") == 121
        assert tx.value("SELECT max(id) FROM entry") == tx.value("SELECT last_entry_id FROM feed")
        assert tx.value("SELECT count(*) FROM unread") == tx.value("SELECT unread_count FROM subscription") == 121
