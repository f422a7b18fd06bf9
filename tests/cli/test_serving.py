"""The server as people start it, stop it and pull its plug."""

import http.client
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import apsw
import pytest
from tests.cli.conftest import FEED, PATIENCE, Shell, Started, is_alive, status, until
from tests.internet import Asked, Internet, Reply
from tests.postgres_cluster import Cluster

from dateline.cli.serve import WEB_DRAIN_SECONDS
from dateline.store import accounts
from dateline.store.write import transaction


def feed_of(number: int, count: int) -> bytes:
    """A feed of more than one batch."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{number}/{n}</guid><title>Entry {n} of {number}</title></item>"
        for n in range(count)
    )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>".encode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_refreshes_and_ends_with_all_it_started(shell: Shell, internet: Internet, number: int) -> None:
    shell.add_user("alice", internet.url("/feed"))
    with shell.start("serve", "--listen", "127.0.0.1:0", web_processes="2") as serving:
        place = serving.address()
        until(lambda: shell.count() == 3, serving.log)
        family = serving.family()
        assert len(family) >= 4
        shell.run("serve", "--listen", "127.0.0.1:0").refused(75, "store.in_use", "another `dateline serve`")
        other = {"database_url": "sqlite:///other.sqlite"}
        shell.run("serve", "--listen", place.removeprefix("http://"), settings=other).refused(
            69, "is in use", "--listen"
        )
        shell.run("restore", __file__, "--yes").refused(75, "store.in_use")
        assert serving.end(number) == 0
        until(lambda: not any(map(is_alive, family)), serving.log)
        assert status(place + "/healthz") == 0
        assert "Traceback" not in serving.log.read_text()
    assert shell.run("doctor").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_reaches_everyone_at_once_ends_them_quietly(shell: Shell, number: int) -> None:
    """Ctrl-C at a terminal, the end that a service manager gives to a whole group."""
    with shell.start("serve", "--listen", "127.0.0.1:0") as serving:
        serving.address()
        family = serving.family()
        os.killpg(serving.process.pid, number)
        assert serving.process.wait(30) == 0
        until(lambda: not any(map(is_alive, family)), serving.log)
        log = serving.log.read_text()
        assert "Traceback" not in log
        assert "ERROR" not in log or number == signal.SIGTERM  # granian may see a child go before it hears of the end


def test_pages_that_listen_do_not_hold_up_the_end(shell: Shell) -> None:
    """A page that is open in a browser listens for as long as it is open; its stream ends with the server."""
    shell.add_user("alice")
    with shell.opened() as db, transaction(db) as tx:
        (user,) = accounts.all_users(tx)
        accounts.add_session(tx, user.id, "token-of-alice", datetime.now(UTC))
    with shell.start("serve", "--listen", "127.0.0.1:0", "--no-worker") as serving:
        place = urlsplit(serving.address())
        connections = [http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE) for _ in range(3)]
        streams = []
        for connection in connections:
            connection.request("GET", "/live/events", headers={"Cookie": "dateline=token-of-alice"})
            streams.append(connection.getresponse())
            assert b"event: moment" in b"".join(streams[-1].readline() for _ in range(3))
        asked = time.monotonic()
        assert serving.end() == 0
        assert time.monotonic() - asked < WEB_DRAIN_SECONDS
        assert [stream.status for stream in streams] == [200, 200, 200]
        for connection in connections:
            connection.close()
        log = serving.log.read_text()
        assert "Killing" not in log
        assert "Traceback" not in log


def test_when_serve_is_killed_nothing_of_it_stays(shell: Shell) -> None:
    with shell.start("serve", "--listen", "127.0.0.1:0") as serving:
        serving.address()
        family = serving.family()
        assert len(family) >= 3
        serving.end(signal.SIGKILL)
        until(lambda: not any(map(is_alive, family)), serving.log)
    with shell.start("serve", "--listen", "127.0.0.1:0", "--no-worker") as again:
        again.address()
        assert len(again.family()) == 2
        assert again.end() == 0


def test_a_worker_that_dies_is_started_again(shell: Shell, internet: Internet) -> None:
    with shell.start("serve", "--listen", "127.0.0.1:0") as serving:
        serving.address()
        [worker] = [pid for pid in serving.family() if _is_worker(pid)]
        until(lambda: "the worker has started" in serving.log.read_text())
        os.kill(worker, signal.SIGKILL)
        shell.add_user("alice", internet.url("/feed"))
        until(lambda: shell.count() == 3, serving.log)
        assert "is started again" in serving.log.read_text()
        assert serving.end() == 0


def _is_worker(pid: int) -> bool:
    try:
        return b"dateline.cli.worker_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_the_first_account_needs_a_code_beyond_loopback(shell: Shell) -> None:
    with shell.start("serve", "--listen", "0.0.0.0:0", "--no-worker") as serving:
        serving.address()
        code = serving.said.partition("made with this code: ")[2].split()[0]
        assert len(code) == 9
        serving.end()
    shell.add_user()
    with shell.start("serve", "--listen", "localhost:0", "--no-worker") as serving:
        assert serving.address().startswith("http://localhost:")
        assert "code" not in serving.said
        serving.end()


def test_an_address_that_cannot_be_listened_on_is_told(shell: Shell) -> None:
    assert shell.run("serve", "--listen", "8700").code == 2
    shell.run("serve", "--listen", "192.0.2.1:8700").refused(69, "cannot be listened on")
    shell.run("serve", "--listen", "nowhere.invalid:8700").refused(69, "not an address of this machine")


def test_a_worker_gives_back_what_it_could_not_finish(shell: Shell) -> None:
    with Internet({"/slow": Reply(FEED, delay=60)}) as internet:
        shell.add_user("alice", internet.url("/slow"))
        with shell.start("worker") as working:
            until(lambda: bool(internet.requests), working.log)
            assert working.end() == 0
        internet["/slow"] = FEED
        ran = shell.run("refresh")
        assert "3 new entries, 0 failed" in ran.out
        assert shell.run("doctor").code == 0


def test_a_worker_killed_at_any_moment_loses_nothing(shell: Shell) -> None:
    dice = random.Random(7)
    count, feeds, lives = 120, 40, 4
    budget = [0]

    def page(number: int) -> Callable[[Asked], Reply]:
        def answer(_: Asked) -> Reply:
            budget[0] -= 1
            # in each life a part of the feeds answers, the others hang: it is always killed in the midst of it
            return Reply(feed_of(number, count), etag=f'"{number}"', delay=dice.random() / 5 if budget[0] >= 0 else 60)

        return answer

    with Internet({f"/{number}": page(number) for number in range(feeds)}) as internet:
        shell.add_user("alice", *(internet.url(f"/{number}") for number in range(feeds)))
        for _ in range(lives):
            budget[0] = feeds // (lives + 1)
            stored = _kill_at_some_moment(shell, dice)
            assert 0 < stored < feeds * count
            _no_validators_before_their_entries(shell, count)
        budget[0] = 10 * feeds
        good = {"ok", "not_modified", "unchanged"}
        until(lambda: {report["code"] for report in shell.run("refresh", "--all", "--json").json()} <= good)
        _no_validators_before_their_entries(shell, count)
    wanted = sorted(f"Entry {n} of {number}" for number in range(feeds) for n in range(count))
    assert shell.titles("alice", "--limit", "10000") == wanted
    ran = shell.run("doctor")
    assert ran.code == 0, ran.out


def _kill_at_some_moment(shell: Shell, dice: random.Random) -> int:
    """Kill a worker a moment after it began to store. How many entries were stored in all."""
    before = shell.count()
    with shell.start("worker") as working:
        until(lambda: shell.count() > before, working.log)
        time.sleep(dice.random() * 0.3)
        working.end(signal.SIGKILL)
    # as if the four minutes of a lease had passed, and as if no feed were suspected of having done it
    _rows(shell, "UPDATE feed SET lease_until = 0, lease_count = 0; UPDATE host SET held_until = 0")
    return shell.count()


def _no_validators_before_their_entries(shell: Shell, count: int) -> None:
    early = _rows(
        shell,
        "SELECT f.url FROM feed f WHERE (f.etag IS NOT NULL OR f.body_hash IS NOT NULL)"
        f" AND (SELECT count(*) FROM entry e JOIN entry_body b ON b.entry_id = e.id WHERE e.feed_id = f.id) <> {count}",
    )
    assert early == []


def _rows(shell: Shell, sql: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(shell.database))
    connection.set_busy_timeout(10_000)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.postgres
def test_serve_on_postgresql_as_often_as_wanted(tmp_path: Path, postgres: Cluster, internet: Internet) -> None:
    with postgres.database(f"serve{id(tmp_path):x}") as url:
        shell = Shell(tmp_path, database_url=url, secret_file=str(tmp_path / "secret.key"))
        shell.add_user("alice", internet.url("/feed"))
        with _two(shell) as (first, second):
            assert first.address() != second.address()
            until(lambda: shell.count() == 3, first.log)
            assert (first.end(), second.end()) == (0, 0)
        assert len(internet.asked("/feed")) == 1


class _two:  # noqa: N801 - reads as a sentence in `with`
    """Two servers on one database."""

    def __init__(self, shell: Shell) -> None:
        self._servers = [shell.start("serve", "--listen", "127.0.0.1:0") for _ in range(2)]

    def __enter__(self) -> tuple[Started, Started]:
        return self._servers[0], self._servers[1]

    def __exit__(self, *error: object) -> None:
        for server in self._servers:
            server.__exit__(*error)


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_who_is_stopped_as_soon_as_it_says_that_it_serves_ends_cleanly(shell: Shell, command: str) -> None:
    with shell.start(command, "--listen", "127.0.0.1:0") as started:
        started.says_that_it_serves()
        assert started.end() == 0
        assert "Traceback" not in started.log.read_text()


def test_the_demo_works_without_the_internet(shell: Shell, internet: Internet) -> None:
    with shell.start("demo", "--listen", "127.0.0.1:0") as demo:
        demo.address()
        assert "Log in as demo with the password " in demo.said
        family = demo.family()
        own = {"database_url": "sqlite:///var/demo.sqlite"}
        found = shell.run("entries", "--user", "demo", "--json", "--limit", "500", settings=own).json()
        assert len({entry["feed"]["title"] for entry in found}) >= 10
        assert demo.end() == 0
        until(lambda: not any(map(is_alive, family)), demo.log)
        assert "Traceback" not in demo.log.read_text()
    assert not shell.database.exists()
    assert internet.requests == []


def test_a_request_is_logged_nowhere_but_failures_are(shell: Shell) -> None:
    def boom(asked: Asked) -> int:
        return 500 if asked.path == "/feed" else 404

    with Internet({"/feed": boom}) as internet:
        shell.add_user("alice", internet.url("/feed"))
        ran = shell.run("refresh", settings={"log_level": "debug"})
        assert "DEBUG dateline.refresh.work: fetch.server_error" in ran.err
        assert "fetch.server_error" in ran.out
        assert shell.run("refresh", "--all", settings={"log_level": "error"}).err == ""
