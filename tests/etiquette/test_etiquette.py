"""Days of one worker against sites that keep a diary: every rule has full marks; and the judges can say no."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from bench.etiquette import fortnight
from bench.etiquette_judges import RULES, judged, marks
from bench.etiquette_sites import START, Entry
from tests.internet import Asked, Reply, redirect

from dateline.model import User
from dateline.store import Database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD = {
    "User-Agent": "Dateline/1 (+https://d.example; 1 subscriber)",
    "Accept": "application/rss+xml, */*;q=0.1",
    "Accept-Encoding": "gzip",
}


class Days:
    """Four days and a little: the diary, and what became of each feed, by the path it was added with."""

    def __init__(self, folder: str) -> None:
        self.fates: dict[str, tuple[str | None, bool]] = {}
        self.diary = fortnight(folder, 4.2, timedelta(minutes=15), self._look)

    def _look(self, db: Database, user: User) -> None:
        with db.reading() as tx:
            for url, code, stopped_at in tx.all("SELECT url, error_code, stopped_at FROM feed"):
                self.fates[url] = (code, stopped_at is not None)

    def fate(self, site: str, path: str) -> tuple[str | None, bool] | None:
        """(error code, whether it is asked no more) of the feed that has this address at the end; None: no feed has."""
        host = next(entry.asked.header("Host") for entry in self.diary if entry.site == site)
        return self.fates.get(f"http://{host}{path}")


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    return Days(str(tmp_path_factory.mktemp("etiquette")))


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_has_full_marks(days: Days, rule: str) -> None:
    found = marks(rule, RULES[rule](days.diary))
    assert found.faults == ()
    assert found.judged > 0


@pytest.mark.parametrize(
    ("site", "path", "fate"),
    [
        ("good", "/feed", (None, False)),
        ("moved", "/new301", (None, False)),
        ("moved", "/new308", (None, False)),
        ("moved", "/301", None),
        ("moved", "/308", None),
        ("wavering", "/feed", (None, False)),
        ("wavering", "/login", None),
        ("detour", "/302", (None, False)),
        ("detour", "/303", (None, False)),
        ("detour", "/307", (None, False)),
        ("withdrawn", "/feed", ("fetch.gone", True)),
        ("missing", "/feed", ("fetch.not_found", False)),
        ("wall", "/feed", ("fetch.bot_wall", False)),
        ("loop", "/feed", ("fetch.redirects", False)),
        ("failing", "/feed", (None, False)),
    ],
)
def test_what_becomes_of_each_feed(days: Days, site: str, path: str, fate: tuple[str | None, bool] | None) -> None:
    assert days.fate(site, path) == fate


# ------------------------------------------------------------------------------------------------ the judges


def entry(at: timedelta, reply: Reply, site: str = "a", path: str = "/feed", **headers: str) -> Entry:
    sent = GOOD | {name.replace("_", "-"): value for name, value in headers.items()}
    asked = Asked(method="GET", path=path, headers=tuple(sent.items()), at=0.0)
    return Entry(at=START + at, site=site, asked=asked, reply=reply)


NOW = timedelta(0)
OK, GONE, NONE = Reply(b"x"), Reply(status=410), Reply(status=404)
TAGGED = Reply(b"x", etag='"1"')
ENOUGH = Reply(status=429, headers=(("Retry-After", "7200"),))
OLD = redirect("/new", 301)

ROGUES: list[tuple[str, Sequence[Entry]]] = [
    ("echoed", [entry(NOW, TAGGED), entry(HOUR, OK)]),
    ("echoed", [entry(NOW, TAGGED), entry(HOUR, OK, If_None_Match="1")]),
    ("echoed", [entry(NOW, OK, If_Modified_Since="Mon, 02 Nov 2026 06:00:00 GMT")]),
    ("echoed", [entry(NOW, TAGGED), entry(HOUR, Reply(status=500), If_None_Match='"1"'), entry(DAY, OK)]),
    ("unconditional", [entry(NOW, TAGGED), entry(HOUR, TAGGED)]),
    ("an hour", [entry(NOW, OK), entry(HOUR - timedelta(minutes=1), OK)]),
    ("an hour", [entry(6 * HOUR - timedelta(minutes=15), OK), entry(6 * HOUR, OK)]),
    ("max-age", [entry(NOW, Reply(b"x", headers=(("Cache-Control", "max-age=7200"),))), entry(HOUR, OK)]),
    ("max-age", [entry(NOW, Reply(b"<ttl>120</ttl>")), entry(HOUR, OK)]),
    ("max-age", [entry(NOW, ENOUGH), entry(HOUR, OK)]),
    ("skipped", [entry(NOW, Reply(b"<hour>7</hour>")), entry(HOUR, OK)]),
    ("whole host", [entry(NOW, ENOUGH), entry(HOUR, OK, path="/other")]),
    ("alike", [entry(n * HOUR, OK, "crowd", f"/{path}") for n in range(9) for path in range(4)]),
    ("301", [entry(NOW, OLD, "moved", "/301"), entry(HOUR, OLD, "moved", "/301")]),
    ("301", [entry(n * DAY, OLD, "moved", "/301") for n in range(9)]),
    ("302", [entry(NOW, redirect("/to302"), "detour", "/302"), entry(HOUR, OK, "detour", "/to302")]),
    ("302", [entry(NOW, OK, "wavering"), entry(HOUR, OK, "wavering", "/login")]),
    ("loop", [entry(n * HOUR, redirect("/b"), "loop") for n in range(9)]),
    ("410", [entry(NOW, GONE, "withdrawn"), entry(DAY, GONE, "withdrawn")]),
    ("404", [entry(n * HOUR, NONE, "missing") for n in range(9)]),
    ("404", [entry(n * DAY, NONE, "missing") for n in range(9)]),
    ("500", [entry(n * HOUR, Reply(status=500), "failing") for n in range(9)]),
    ("500", [entry(n * DAY, Reply(status=500 if n < 4 else 200), "failing") for n in range(9)]),
    ("GET", [entry(NOW, OK, Cookie="a=b")]),
    ("GET", [entry(NOW, OK, Referer="https://a.example/")]),
    ("GET", [entry(NOW, OK, User_Agent="Mozilla/5.0")]),
    ("GET", [entry(NOW, OK, path="/feed?nocache=1")]),
    ("compression", [entry(NOW, OK, Accept_Encoding="identity")]),
    ("compression", [entry(NOW, OK, Accept="application/rss+xml")]),
    ("a new feed", [entry(NOW, OK), entry(NOW, OK)]),
]


@pytest.mark.parametrize(("word", "diary"), ROGUES)
def test_the_judges_see_what_is_wrong(word: str, diary: Sequence[Entry]) -> None:
    (rule,) = [rule for rule in RULES if word in rule]
    found = marks(rule, RULES[rule](diary))
    assert found.faults
    assert found.percent < 100


def test_every_judge_is_tried() -> None:
    assert {rule for rule in RULES if any(word in rule for word, _ in ROGUES)} == set(RULES)


def test_a_rule_that_never_mattered_has_no_marks() -> None:
    assert {found.percent for found in judged([])} == {0.0}
