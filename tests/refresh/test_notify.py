"""Notifications end to end: what came in important feeds reaches a browser of one's own, once, whatever goes wrong."""

import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet, rss
from tests.people import Cast
from tests.push_service import PushService, vapid_claims
from tests.refresh.running import Runner

from dateline.actions import accounts as account_actions
from dateline.actions import devices as device_actions
from dateline.actions import entries as entry_actions
from dateline.actions import rules as rule_actions
from dateline.actions import subscriptions
from dateline.actions.devices import Wish
from dateline.fetch import Client
from dateline.model import User
from dateline.refresh import notify, ruling
from dateline.refresh.chores import Chores
from dateline.refresh.polite import HELD_FOR, TableGate
from dateline.refresh.work import Refresher
from dateline.settings import Settings
from dateline.store import Database, accounts, devices, entries
from dateline.store.devices import Content, Device
from dateline.store.doctor import examine
from dateline.store.rules import Rule
from dateline.store.secrets import Keyring
from dateline.store.write import transaction


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(LOOPBACK, secret_file=tmp_path / "secret.key")


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as ready:
        yield ready


@pytest.fixture
def runner(db: Database, settings: Settings, now: datetime) -> Runner:
    return Runner(db, now, settings)


@pytest.fixture
def join(db: Database, settings: Settings, service: PushService, now: datetime) -> Callable[..., int]:
    """Lets a user's browser be told; its id."""

    def join(user: User, name: str = "one", *, important: bool = True) -> int:
        with transaction(db) as tx:
            accounts.add_session(tx, user.id, f"token {name}", now)
        browser = service.browser(name)
        wish = Wish(endpoint=browser.endpoint, key=browser.key, secret=browser.secret, name=name)
        device_actions.choose(db, user, important=important, now=now)
        return device_actions.add(db, settings, user, wish, token=f"token {name}", now=now)

    return join


def tell(runner: Runner) -> None:
    """What the worker does in a minute: look for news, send what is due."""

    async def tell() -> None:
        gate = TableGate(runner.db, runner.settings, holder="test", clock=lambda: runner.now)
        async with Client(runner.settings, version="0", gate=gate) as client:
            assert runner.settings.secret_file is not None
            keyring = Keyring(runner.settings.secret_file)
            await Chores(
                runner.db, runner.settings, client, gate=gate, keyring=keyring, clock=lambda: runner.now
            ).tell()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(tell())).result()


def of(db: Database, user: User) -> list[Device]:
    with db.reading() as tx:
        return devices.of_user(tx, user.id)


def queued(db: Database) -> int:
    with db.reading() as tx:
        return int(tx.value("SELECT count(*) FROM notification"))


def follow(runner: Runner, user: User, url: str, visibility: str = "important") -> None:
    subscriptions.subscribe(runner.db, user, url, now=runner.now)
    with transaction(runner.db) as tx:
        tx.run("UPDATE subscription SET visibility = :visibility", visibility=visibility)
    runner.run()


def bring(runner: Runner, internet: Internet, *titles: str, path: str = "/feed") -> None:
    internet[path] = rss("The Lighthouse", *titles)
    runner.later(days=1)
    runner.run()


def test_what_comes_in_an_important_feed_is_told_once(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        assert service.received == [], "what a feed held before is no news"
        bring(runner, internet, "Fog", "Storm", "Old")
        (text,) = service.texts
        assert text == {
            "account": str(cast.alice.id),
            "kind": "important",
            "title": "The Lighthouse",
            "body": text["body"],
            "path": "/important",
        }
        assert text["body"] in ("Fog (+1)", "Storm (+1)")
        bring(runner, internet, "Calm", "Fog", "Storm", "Old")
        assert service.texts[1]["body"] == "Calm"
        tell(runner)
        runner.later(days=1)
        runner.run()
        assert len(service.received) == 2
        (device,) = of(runner.db, cast.alice)
        assert device.sent_at is not None
        assert vapid_claims(service.received[0].headers["Authorization"])["sub"].startswith("https://")
        assert service.received[0].headers["Topic"] == "important"


def test_each_device_is_told_and_nobody_elses(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice, "desk")
        join(cast.alice, "phone")
        join(cast.bob, "bobs")
        follow(runner, cast.alice, internet.url("/feed"))
        bring(runner, internet, "Fog", "Old")
        assert sorted(one.path for one in service.received) == ["/push/desk", "/push/phone"]


@pytest.mark.parametrize("visibility", ["main", "folder", "archived"])
def test_other_feeds_are_not_told_of(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], visibility: str
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"), visibility)
        bring(runner, internet, "Fog", "Old")
        assert service.received == []


def test_nothing_is_told_until_it_is_wished_and_then_only_what_comes(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice, important=False)
        follow(runner, cast.alice, internet.url("/feed"))
        bring(runner, internet, "Fog", "Old")
        device_actions.choose(runner.db, cast.alice, important=True, now=runner.now)
        tell(runner)
        assert service.received == []
        bring(runner, internet, "Storm", "Fog", "Old")
        assert [text["body"] for text in service.texts] == ["Storm"]


def test_what_was_read_meanwhile_is_no_news(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        follow(runner, cast.alice, internet.url("/feed"))
        join(cast.alice)
        runner.settings = replace(runner.settings, push="off")
        bring(runner, internet, "Fog", "Old")
        assert service.received == []
        account_actions.catch_up(runner.db, cast.alice.id, now=runner.now)
        with runner.db.reading() as tx:
            newest = tx.value("SELECT max(id) FROM entry")
        entry_actions.mark(runner.db, cast.alice, [newest], read=True, now=runner.now)
        runner.settings = replace(runner.settings, push="on")
        tell(runner)
        assert service.received == []


def test_what_a_rule_reads_is_no_news(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        rule_actions.add(runner.db, cast.alice, Rule(query="intitle:advert", marks_read=True), now=runner.now)
        bring(runner, internet, "An advert", "Old")
        assert service.received == []
        bring(runner, internet, "Fog", "Another advert", "An advert", "Old")
        assert [text["body"] for text in service.texts] == ["Fog"]


def test_the_first_that_a_feed_brings_is_news_where_it_began_empty(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        bring(runner, internet, "Fog", "Storm")
        assert [text["body"] for text in service.texts] in (["Fog (+1)"], ["Storm (+1)"])


def test_what_a_feed_holds_once_it_answers_is_no_news(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": 500}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        bring(runner, internet, "Fog", "Storm")
        assert service.received == []


def test_it_is_news_where_nothing_older_was_kept(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        with transaction(runner.db) as tx:
            (feed_id,) = tx.column("SELECT id FROM feed")
            entries.purge(tx, feed_id, tx.column("SELECT id FROM entry"))
        bring(runner, internet, "Fog", "Old")
        assert [text["body"] for text in service.texts] == ["Fog"]


def test_nobody_is_told_before_the_rules_were_asked_of_all_that_came(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "A_TURN", 0)
    with Internet({"/feed": rss("The Lighthouse", "Old")}) as internet:
        join(cast.alice)
        follow(runner, cast.alice, internet.url("/feed"))
        rule_actions.add(runner.db, cast.alice, Rule(query="intitle:advert", marks_read=True), now=runner.now)
        bring(runner, internet, "Fog", "An advert", "Old")
        assert service.received == []
        monkeypatch.setattr(ruling, "A_TURN", 100)
        tell(runner)
        assert [text["body"] for text in service.texts] == ["Fog"]


def put(runner: Runner, device: int, kind: str = "test", count: int = 1) -> None:
    with transaction(runner.db) as tx:
        content = Content(kind=kind, path="/important", count=count, title="Fog", feed="Lighthouse")
        devices.queue(tx, [device], content, runner.now)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_cannot_is_asked_later_and_later_and_not_for_ever(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], status: int
) -> None:
    put(runner, join(cast.alice))
    service.status = status
    waits = []
    while queued(runner.db):
        before = service.asked
        tell(runner)
        assert service.asked <= before + 1
        with runner.db.reading() as tx:
            next_at = tx.value("SELECT next_at FROM notification")
        if next_at is not None:
            waits.append(next_at // 1_000_000 - int(runner.now.timestamp()))
            runner.now += timedelta(seconds=waits[-1])
    assert waits == [step.total_seconds() for step in notify.LADDER]
    assert service.asked == len(notify.LADDER) + 1
    (device,) = of(runner.db, cast.alice)
    assert device.failures == service.asked


def test_it_comes_as_soon_as_the_service_can_again_and_no_sooner_than_it_wishes(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    put(runner, join(cast.alice))
    service.answers, service.headers = [429], {"Retry-After": "600"}
    tell(runner)
    runner.later(seconds=590)
    tell(runner)
    assert service.asked == 1
    runner.later(seconds=20)
    tell(runner)
    assert [text["kind"] for text in service.texts] == ["test"]
    assert (queued(runner.db), of(runner.db, cast.alice)[0].failures) == (0, 0)


def test_what_comes_meanwhile_does_not_cut_short_the_pause_that_a_service_asked_for(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    device = join(cast.alice)
    put(runner, device, "important", 1)
    service.answers, service.headers = [429], {"Retry-After": "600"}
    tell(runner)
    for _ in range(9):
        runner.later(seconds=60)
        put(runner, device, "important", 1)
        tell(runner)
    assert service.asked == 1
    runner.later(seconds=70)
    tell(runner)
    assert [text["body"] for text in service.texts] == ["Fog (+9)"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_with_all_that_waits_for_it(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], status: int
) -> None:
    device = join(cast.alice)
    put(runner, device)
    put(runner, device, "important")
    service.status = status
    tell(runner)
    assert (service.asked, queued(runner.db), of(runner.db, cast.alice)) == (1, 0, [])


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 413])
def test_what_no_other_try_would_change_is_not_tried_again(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], status: int
) -> None:
    device = join(cast.alice)
    service.status, service.headers = status, {"Location": f"{service.origin}/push/one"}
    for _ in range(notify.FAILURES):
        assert [one.id for one in of(runner.db, cast.alice)] == [device]
        put(runner, device)
        tell(runner)
    assert (service.asked, queued(runner.db)) == (notify.FAILURES, 0)
    assert of(runner.db, cast.alice) == [], "who refuses for ever is forgotten"


def test_who_is_killed_while_sending_sends_once_more_and_no_oftener(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    put(runner, join(cast.alice))
    for death in range(notify.DEATHS):
        with transaction(runner.db) as tx:
            leased = devices.lease(tx, runner.now, runner.now + notify.LEASE)
        assert leased is not None
        assert leased.begun == death + 1
        tell(runner)
        assert service.asked == 0, "it is in the hands of the one that died"
        runner.now += notify.LEASE
    tell(runner)
    assert (service.asked, queued(runner.db)) == (0, 0)


CHILD = textwrap.dedent(
    """
    import asyncio, sys
    from datetime import datetime
    from pathlib import Path
    from msgspec.structs import replace
    from tests.internet import LOOPBACK
    from dateline.refresh.work import Refresher
    from dateline.store import open_database

    db = open_database(sys.argv[1])
    settings = replace(LOOPBACK, secret_file=Path(sys.argv[2]))
    now = datetime.fromisoformat(sys.argv[3])
    asyncio.run(Refresher(db, settings, version="0", holder="child", clock=lambda: now).run_once())
    """
)


def test_a_worker_that_is_really_killed_while_a_service_takes_its_time_loses_nothing(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    put(runner, join(cast.alice))
    service.may_answer.clear()
    words = [runner.db.url, str(runner.settings.secret_file), runner.now.isoformat()]
    child = subprocess.Popen([sys.executable, "-c", CHILD, *words], cwd=Path(__file__).parents[2])
    while service.asked == 0 and child.poll() is None:
        time.sleep(0.005)
    child.kill()
    child.wait()
    service.may_answer.set()
    tell(runner)
    assert service.asked == 1, "the dead one's lease still holds"
    runner.now += notify.LEASE + HELD_FOR
    tell(runner)
    tell(runner)
    assert (service.asked, queued(runner.db)) == (2, 0)
    assert {text["kind"] for text in service.texts} == {"test"}


def test_a_service_that_takes_its_time_holds_up_no_feed(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    async def work() -> None:
        stop = asyncio.Event()
        worker = Refresher(runner.db, runner.settings, version="0", holder="w", clock=lambda: runner.now)
        running = asyncio.create_task(worker.run_forever(stop))
        while service.asked == 0 or not site.asked("/feed"):
            await asyncio.sleep(0.01)
        assert service.received == []
        service.may_answer.set()
        while queued(runner.db):
            await asyncio.sleep(0.01)
        stop.set()
        await running

    put(runner, join(cast.alice))
    service.may_answer.clear()
    with Internet({"/feed": rss("The Lighthouse", "Fog")}) as site, ThreadPoolExecutor(1) as thread:
        subscriptions.subscribe(runner.db, cast.bob, site.url("/feed"), now=runner.now)
        thread.submit(lambda: asyncio.run(work())).result()
    assert service.asked == 1


def test_what_waited_when_its_process_died_is_not_lost(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    put(runner, join(cast.alice))
    with transaction(runner.db) as tx:
        devices.lease(tx, runner.now, runner.now + notify.LEASE)
    runner.now += notify.LEASE
    tell(runner)
    assert [text["kind"] for text in service.texts] == ["test"]


def test_what_waits_for_a_service_becomes_one(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    device = join(cast.alice)
    put(runner, device, "important", 3)
    put(runner, device, "important", 4)
    put(runner, device)
    tell(runner)
    assert sorted(text["body"] for text in service.texts) == ["Fog", "Fog (+6)"]


def test_what_is_too_old_is_no_news(runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]) -> None:
    put(runner, join(cast.alice))
    runner.later(hours=13)
    tell(runner)
    assert (service.asked, queued(runner.db)) == (0, 0)


def test_a_private_network_is_not_asked_though_a_browser_named_it(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int]
) -> None:
    put(runner, join(cast.alice))
    runner.settings = replace(runner.settings, allowed_networks=())
    tell(runner)
    assert (service.asked, queued(runner.db)) == (0, 0)
    assert of(runner.db, cast.alice)[0].error_code == "fetch.forbidden_address"


def test_without_the_instances_key_nothing_is_sent_and_nothing_falls_down(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], tmp_path: Path
) -> None:
    put(runner, join(cast.alice))

    def found() -> list[str]:
        settings = replace(runner.settings, database_url=runner.db.url)
        return [finding.text for finding in examine(runner.db, settings) if finding.state == "wrong"]

    assert not any("Notifications" in text for text in found())
    runner.settings = replace(runner.settings, secret_file=tmp_path / "another.key")
    assert any("1 device is to be switched on again" in text for text in found())
    tell(runner)
    assert (service.asked, of(runner.db, cast.alice)[0].error_code) == (0, "store.secret")


@pytest.mark.parametrize("title", ["\x01" * 5_000, "📰" * 5_000, '"' * 5_000, "\u2028</script>"])
def test_whatever_a_title_holds_it_fits(
    runner: Runner, cast: Cast, service: PushService, join: Callable[..., int], title: str
) -> None:
    device = join(cast.alice)
    with transaction(runner.db) as tx:
        devices.queue(tx, [device], Content(kind="important", path="/x", title=title, feed=title, count=1), runner.now)
    tell(runner)
    assert service.texts[0]["title"] == title[: notify.MAX_WORDS]


def test_the_words_are_those_of_the_language(
    db: Database, cast: Cast, service: PushService, join: Callable[..., int], settings: Settings, now: datetime
) -> None:
    put(Runner(db, now, settings), join(cast.alice))
    account_actions.change(db, cast.alice, language="fr", now=now)

    async def send() -> None:
        async with Client(settings, version="0") as client:
            assert settings.secret_file is not None
            keyring = Keyring(settings.secret_file)
            notifier = notify.Notifier(
                db,
                settings,
                client,
                keyring=keyring,
                clock=lambda: now,
                say=lambda language, content: (language, content.kind),
            )
            assert await notifier.one()
            assert not await notifier.one()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(send())).result()
    assert (service.texts[0]["title"], service.texts[0]["body"]) == ("fr", "test")
