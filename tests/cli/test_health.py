"""How the feeds fare, told at a terminal."""

from tests.cli.conftest import Shell
from tests.internet import Internet


def test_what_fails_is_told_with_what_to_do_and_everything_as_json(shell: Shell, internet: Internet) -> None:
    gone, missing, fine = (internet.url(path) for path in ("/gone", "/missing", "/feed"))
    internet["/gone"] = 410
    shell.add_user("alice", gone, fine)
    shell.add_user("bob", missing)
    shell.run("refresh", "--all")
    told = shell.run("health").out
    assert "Withdrawn (1)" in told
    assert "Failing for now (1)" in told
    assert "fetch.not_found" in told
    assert "1 feed is well." in told
    mine = shell.run("health", "--user", "alice").out
    assert gone in mine
    assert missing not in mine
    report = shell.run("health", "--json").json()
    assert {feed["url"]: feed["kind"] for feed in report["feeds"]} == {gone: "gone", missing: "failing", fine: "well"}
    (check,) = next(feed["checks"] for feed in report["feeds"] if feed["url"] == gone)
    assert (check["code"], check["status"]) == ("fetch.gone", 410)
    assert report["works"]["feeds"] == 3
    shell.run("health", "--user", "nobody").refused(1, "action.not_found")
