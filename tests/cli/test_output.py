"""What commands say to people: numbers with their nouns."""

import pytest
from tests.cli.conftest import Shell
from tests.internet import Internet, rss

from dateline.cli.output import counted


@pytest.mark.parametrize(
    ("count", "nouns", "said"),
    [
        (0, ("feed",), "0 feeds"),
        (1, ("feed",), "1 feed"),
        (2, ("feed",), "2 feeds"),
        (1, ("entry", "entries"), "1 entry"),
        (7, ("entry", "entries"), "7 entries"),
    ],
)
def test_a_number_stands_with_its_noun(count: int, nouns: tuple[str, ...], said: str) -> None:
    assert counted(count, *nouns) == said


def test_one_of_a_thing_is_not_said_to_be_several(shell: Shell, internet: Internet) -> None:
    internet["/one"] = rss("One", "Only")
    url = internet.url("/one")
    shell.add_user("alice", url)
    assert "1 feed is new and was not asked yet." in shell.run("health").out
    assert "1 feed: 1 new entry, 0 failed" in shell.run("refresh", "--all").out
    assert "1 entry\n" in shell.run("parse", url).out
    assert "1 entry, known by" in shell.run("debug", url).out
    assert "would delete 0 of 1 entry." in shell.run("retention", "--keep", "1y", "--yes").out
    exported = shell.run("opml", "export", "--user", "alice").out
    shell.add_user("bob")
    assert "1 subscription added, 0 were there, 0 folders made, 0 problems" in (
        shell.run("opml", "import", "--user", "bob", stdin=exported).out
    )
