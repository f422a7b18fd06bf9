"""The line for one feed, step by step, at a terminal."""

from tests.cli.conftest import Shell
from tests.internet import Internet


def test_each_step_is_printed_by_address_and_by_id(shell: Shell, internet: Internet) -> None:
    url = internet.url("/feed")
    told = shell.run("debug", url)
    assert told.code == 0, told.err
    for said in (f"200 {url}", "> User-Agent: Dateline/", "< ETag:", "encoding: ", "rss20: News", "new\t", "next: 2"):
        assert said in told.out, said
    shell.add_user("alice", url)
    shell.run("refresh", "--all")
    report = shell.run("debug", "1", "--json").json()
    assert [entry["decision"] for entry in report["entries"]] == ["unchanged"] * 3
    assert report["exchanges"][0]["status"] == 200
    assert report["encoding"]["why"] in ("valid", "declaration", "header")
    assert report["error"] is None


def test_a_failure_is_shown_and_tells_in_the_exit_code(shell: Shell, internet: Internet) -> None:
    told = shell.run("debug", internet.url("/gone"))
    assert told.code == 1
    assert "410 " in told.out
    assert "fetch.gone" in told.out
    assert "next: -" in told.out
    shell.run("debug", "99").refused(1, "action.not_found")
    shell.run("debug", "gopher://x").refused(65, "action.bad_url")
