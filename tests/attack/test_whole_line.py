"""The whole line against a hostile server: a code, bounded memory, sound pages, and the feed beside it unharmed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.attack.line_scene import LIMITS, ROOT, Attack, Played, Theatre
from tests.attack.line_servers import FEED, feed
from tests.attack.line_stage import Job, Told
from tests.attack.line_table import ATTACKS, GROUPS, limits, rows
from tests.attack.page_judge import wrongs
from tests.postgres_cluster import Reused

IN_THE_DATABASE = [name for name, attack in ATTACKS.items() if attack.engines == "both"]


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    """The process that runs the line."""
    with Theatre() as found:
        yield found


@pytest.fixture(scope="module")
def calm(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What two good feeds take."""
    database = f"sqlite:///{tmp_path_factory.mktemp('calm')}/dateline.sqlite"
    told = theatre.play(Attack(serve=feed(body=FEED), limit="fields"), database).told
    assert set(told.codes[0].values()) == {"ok"}
    assert set(told.pages.values()) == {200}
    assert told.logged == []
    return told


def judge(attack: Attack, played: Played, calm: Told) -> None:
    """What holds for every attack."""
    told = played.told
    print(
        told.codes,
        told.details,
        dict(list(told.stored.items())[:5]),
        told.pages,
        f"{told.cpu_seconds:.2f} s",
        f"{(told.peak_kb - calm.peak_kb) >> 10} MB",
    )
    assert told.logged == []
    assert told.codes[-1][played.hostile] == attack.code
    assert told.stored[played.good] == 3, "the feed beside it was read"
    if attack.stored is not None:
        assert told.stored[played.hostile] == attack.stored
    assert {path: status for path, status in told.pages.items() if status != 200 and path.startswith("/")} == {}
    assert told.wrongs == []
    assert played.secret_connections == 0
    assert (told.peak_kb - calm.peak_kb) // 1024 <= attack.megabytes
    if attack.check is not None:
        attack.check(played)


@pytest.mark.parametrize("name", ATTACKS)
def test_the_line_survives(theatre: Theatre, calm: Told, tmp_path: Path, empty_database: Path, name: str) -> None:
    shutil.copy(empty_database, tmp_path / "dateline.sqlite")
    judge(ATTACKS[name], theatre.play(ATTACKS[name], f"sqlite:///{tmp_path}/dateline.sqlite"), calm)


@pytest.mark.postgres
@pytest.mark.parametrize("name", IN_THE_DATABASE)
def test_the_line_survives_on_postgresql(theatre: Theatre, calm: Told, reused: Reused, name: str) -> None:
    judge(ATTACKS[name], theatre.play(ATTACKS[name], reused.emptied()), calm)


def test_every_attack_is_told_once_with_its_bounds() -> None:
    assert len(ATTACKS) == sum(len(group) for group in GROUPS.values())
    assert {attack.limit for attack in ATTACKS.values()} == set(LIMITS)
    document = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in (*limits(), *rows()) if row not in document] == []


def test_the_stage_sees_memory_crashes_and_errors(theatre: Theatre, tmp_path: Path) -> None:
    told = theatre.tell(Job(database="nonsense://", feeds=[]))
    assert "nonsense" in told.logged[0]
    small = theatre.tell(Job(database=f"sqlite:///{tmp_path}/a.sqlite", feeds=[]))
    large = theatre.tell(Job(database=f"sqlite:///{tmp_path}/b.sqlite", feeds=[], upload=b"x" * 50_000_000))
    assert large.peak_kb > small.peak_kb + 40_000


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<script src=/static/a/b.js></script><p class=x id=y>fine</p>", []),
        ("<script>alert(1)</script>", ["a script: None"]),
        ("<script src=//evil.example/static/></script>", ["a script: //evil.example/static/"]),
        ("<p onclick=x>", ["<p onclick='x'>"]),
        ("<a href=' java'>x</a><a href=' javascript:x'>y</a>", ["<a href=' javascript:x'>"]),
        ("<div class=article-content><form></form><p id=x>y</p></div>", ["<form> in a content", "id in a content"]),
    ],
)
def test_the_judge_of_pages_sees_what_is_wrong(html: str, found: list[str]) -> None:
    assert wrongs(html) == found
