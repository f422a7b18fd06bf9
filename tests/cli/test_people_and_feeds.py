"""The commands about accounts and their feeds: what each does, and what it refuses."""

import os
import pty
import signal
import subprocess
from pathlib import Path

from tests.cli.conftest import FEED, PASSWORD, PROGRAM, Shell, until
from tests.internet import Internet, Reply
from tests.parse.exports import FRESHRSS_STARRED
from tests.parse.exports import file as exported


def test_help_and_version_need_nothing(shell: Shell) -> None:
    assert shell.run("--help").code == 0
    assert shell.run("--version").out.startswith("dateline ")
    ran = shell.run("users", "add", "--help", settings={"listen": "nonsense"})
    assert (ran.code, "--password-stdin" in ran.out) == (0, True)
    assert list(shell.folder.iterdir()) == []


def test_wrong_usage_is_told(shell: Shell) -> None:
    for words in (
        ["subskribe"],
        ["users", "add"],
        ["refresh", "--all", "--due"],
        ["users", "set", "a", "--preview", "no"],
    ):
        ran = shell.run(*words)
        assert (ran.code, "Traceback" in ran.err) == (2, False), words


def test_accounts_are_added_changed_listed_and_removed(shell: Shell) -> None:
    words = ["--admin", "--language", "fr", "--time-zone", "Europe/Paris", "--password-stdin"]
    assert shell.run("users", "add", "Alice", *words, stdin=PASSWORD + "\n").out == "Alice has an account.\n"
    shell.add_user("bob")
    changes = [
        "--preview",
        "on",
        "--open-to-visitors",
        "on",
        "--indexed",
        "on",
        "--visitors-may-refresh",
        "on",
        "--admin",
        "on",
        "--password-stdin",
    ]
    assert shell.run("users", "set", "BOB", *changes, stdin="another password\n").code == 0
    alice, bob = shell.run("users", "list", "--json").json()
    assert alice == {
        "id": 1,
        "name": "Alice",
        "is_admin": True,
        "language": "fr",
        "time_zone": "Europe/Paris",
        "preview": False,
        "open_to_visitors": False,
        "visitors_may_refresh": False,
        "indexed": False,
    }
    assert [
        bob[key] for key in ("is_admin", "preview", "open_to_visitors", "visitors_may_refresh", "indexed", "language")
    ] == [True] * 5 + ["en"]
    assert shell.run("users", "remove", "Alice", stdin="n\n").code == 1
    assert shell.run("users", "remove", "alice", "--yes").code == 0
    assert shell.run("users", "list").out.startswith("bob\ten\tUTC\tadmin, open to visitors")


def test_unusable_accounts_are_refused(shell: Shell) -> None:
    shell.add_user("alice", is_admin=True)
    shell.add_user("bob")
    add = ("users", "add", "--password-stdin")
    shell.run(*add, "ALICE", stdin="long enough\n").refused(1, "action.name_taken")
    shell.run(*add, "a/b", stdin="long enough\n").refused(65, "action.name_invalid")
    shell.run(*add, "carol", stdin="short\n").refused(65, "action.password_too_short")
    shell.run(*add, "carol", "--language", "xx", stdin="long enough\n").refused(
        65, "action.bad_value", "en, ar, de, es, fr"
    )
    shell.run(*add, "carol", "--time-zone", "Mars", stdin="long enough\n").refused(65, "action.bad_value", "Mars")
    shell.run("users", "set", "carol", "--preview", "on").refused(1, "action.not_found", "carol")
    shell.run("users", "set", "alice", "--admin", "off").refused(1, "action.last_admin")
    assert [user["name"] for user in shell.run("users", "list", "--json").json()] == ["alice", "bob"]


def test_from_an_address_to_the_entries(shell: Shell, internet: Internet) -> None:
    shell.add_user()
    ran = shell.run("subscribe", "--user", "alice", internet.url("/page"), "--folder", "Press")
    assert ran.out == f"alice is subscribed to News ({internet.url('/feed')}).\n"
    assert len(internet.asked("/feed")) == 1
    shell.run("subscribe", "--user", "alice", internet.url("/feed")).refused(1, "action.already_subscribed")
    found = shell.run("entries", "--user", "alice", "--json").json()  # what was looked at is there at once
    assert len(found) == 3
    assert list(found[0]) == [
        "id", "feed", "guid", "url", "title", "authors", "published_at", "received_at", "listed_at", "updated_at",
        "unread", "starred", "labels", "content_html", "full_text",
    ]  # fmt: skip
    assert found[0]["feed"] == {"id": 1, "title": "News", "url": internet.url("/feed")}
    assert found[0]["received_at"].endswith("Z")
    assert (found[0]["published_at"], found[0]["unread"], found[0]["labels"]) == (None, True, [])
    assert found[0]["content_html"].startswith("<p>About ") or found[0]["content_html"].startswith("About ")
    for stream, count in (("folder:1", 3), ("feed:1", 3), ("starred", 0)):
        assert len(shell.run("entries", "--user", "alice", "--stream", stream, "--json").json()) == count
    assert shell.titles("alice", "--search", "second") == ["Second"]
    assert len(shell.titles("alice", "--limit", "2")) == 2
    assert shell.run("entries", "--user", "alice").out.count("News") == 3
    shell.run("entries", "--user", "alice", "--stream", "feed:7").refused(1, "action.not_found")
    shell.run("entries", "--user", "alice", "--stream", "folder:7").refused(1, "action.not_found")
    assert shell.run("entries", "--user", "alice", "--stream", "label").code == 2
    [report] = shell.run("refresh", "--all", "--json").json()
    assert report == {"url": internet.url("/feed"), "code": "not_modified", "new": 0, "changed": 0, "detail": ""}


def test_the_feeds_behind_an_address_are_shown(shell: Shell, internet: Internet) -> None:
    ran = shell.run("discover", internet.url("/page"))
    assert ran.out.splitlines()[0] == f"{internet.url('/feed')}\t-\tNews"
    assert "    Second" in ran.out.splitlines()
    (feed,) = shell.run("discover", f"Read {internet.url('/feed')}, please", "--json").json()
    assert (feed["url"], feed["title"], feed["entry_count"], len(feed["entries"])) == (
        internet.url("/feed"), "News", 3, 3,
    )  # fmt: skip
    shell.run("discover", "nonsense here").refused(65, "action.bad_url")


def test_the_other_feeds_of_a_page_are_named(shell: Shell, internet: Internet) -> None:
    shell.add_user()
    kind = 'rel="alternate" type="application/rss+xml"'
    page = f'<html><link {kind} href="{internet.url("/feed")}"><link {kind} title="Talk" href="/comments"></html>'
    with Internet({"/": Reply(page.encode(), content_type="text/html")}) as site:
        ran = shell.run("subscribe", "--user", "alice", site.url("/"))
        assert ran.out.splitlines() == [
            f"alice is subscribed to News ({internet.url('/feed')}).",
            "That page has other feeds too; name one of them to subscribe to it:",
            f"{site.url('/comments')}\tcomments\tTalk",
        ]


def test_an_address_without_a_feed_is_refused(shell: Shell, internet: Internet) -> None:
    shell.add_user()
    subscribe = ("subscribe", "--user", "alice")
    with Internet({"/nothing": Reply(b"<html><body>no feed</body></html>", content_type="text/html")}) as bare:
        shell.run(*subscribe, bare.url("/nothing")).refused(65, "action.no_feed_found")
    shell.run(*subscribe, "ftp://example.org/").refused(65, "action.bad_url")
    shell.run(*subscribe, internet.url("/gone")).refused(69, "fetch.gone")
    shell.run(*subscribe, "http://127.0.0.1:9/feed").refused(69, "fetch.connect")
    closed = {"allowed_networks": ""}
    shell.run(*subscribe, internet.url("/feed"), settings=closed).refused(77, "DATELINE_ALLOWED_NETWORKS")
    shell.run("subscribe", "--user", "bob", internet.url("/feed")).refused(1, "action.not_found")


def test_without_a_look_the_worker_says_what_is_wrong(shell: Shell, internet: Internet) -> None:
    shell.add_user()
    assert shell.run("subscribe", "--user", "alice", internet.url("/gone"), "--no-look").code == 0
    ran = shell.run("refresh", internet.url("/gone"))
    assert (ran.code, "fetch.gone" in ran.out, "1 failed" in ran.out) == (1, True, True)
    shell.run("refresh", internet.url("/feed")).refused(1, "action.not_found", "/feed")


def test_opml_goes_out_and_comes_in(shell: Shell, internet: Internet) -> None:
    shell.add_user("alice", internet.url("/feed"), folder="Press")
    exported = shell.run("opml", "export", "--user", "alice").out
    assert internet.url("/feed") in exported
    assert shell.run("opml", "export", "--user", "alice", "alice.opml").code == 0
    assert (shell.folder / "alice.opml").stat().st_size > 200
    shell.add_user("bob")
    report = shell.run("opml", "import", "--user", "bob", "alice.opml", "--json").json()
    assert report == {"added": 1, "already": 0, "folders_added": 1, "problems": []}
    assert "0 subscriptions added, 1 was there" in shell.run("opml", "import", "--user", "bob", stdin=exported).out


def test_everything_goes_out_and_comes_in(shell: Shell, internet: Internet) -> None:
    shell.add_user("alice", internet.url("/feed"), folder="Press")
    shell.run("refresh", "--due")
    (shell.folder / "starred.json").write_bytes(exported(FRESHRSS_STARRED))
    ran = shell.run("import", "--user", "alice", "starred.json")
    assert (ran.code, "2 articles: 1 starred, 2 labelled" in ran.out) == (0, True)
    assert shell.run("export", "--user", "alice", "all.zip").code == 0
    assert shell.run("export", "--user", "alice", "stars.json", "--starred-only").code == 0
    shell.add_user("bob")
    reports = shell.run("import", "--user", "bob", "all.zip", "--json").json()
    assert [report["kind"] for report in reports] == ["opml", "articles", "articles", "choices"]
    assert shell.run("entries", "--user", "bob", "--stream", "starred", "--json").json()[0]["title"] == "Fish & ships"
    shell.run("import", "--user", "bob", "-", stdin="hello").refused(65, "parse.not_opml")
    shell.run("import", "--user", "bob", "-", stdin="{}").refused(65, "parse.no_articles")
    assert not list(shell.folder.glob("*.part"))


def test_a_folder_follows_a_list_on_the_web(shell: Shell, internet: Internet) -> None:
    shell.run("users", "add", "alice", "--password-stdin", stdin="correct horse battery")
    url = internet.url("/list.opml")
    internet["/list.opml"] = b"<opml><body><outline text='x' xmlUrl='https://x.test/'/></body></opml>"
    words = ("opml", "follow", "--user", "alice", "--folder", "List")
    assert shell.run(*words, url).out == "ok: 1 subscription added, 0 removed\n"
    (one,) = shell.run("opml", "followed", "--user", "alice", "--json").json()
    assert (one["folder"], one["url"], one["error_code"], one["failures"]) == ("List", url, None, 0)
    internet["/list.opml"] = 404
    ran = shell.run(*words, url)
    assert (ran.code, ran.out.partition(":")[0]) == (1, "fetch.not_found")
    assert "fetch.not_found" in shell.run("opml", "followed", "--user", "alice").out
    assert shell.run("opml", "unfollow", "--user", "alice", "--folder", "list").code == 0
    assert shell.run("opml", "followed", "--user", "alice").out == ""
    shell.run("opml", "unfollow", "--user", "alice", "--folder", "List").refused(1, "action.not_found")


def test_half_an_opml_file_gives_what_it_holds(shell: Shell) -> None:
    shell.add_user()
    outlines = '<outline text="A" xmlUrl="https://a.example/feed"/>\n<outline text="B" xmlUrl="mailto:b"/>\n<outli'
    half = f'<opml version="2.0"><body>\n{outlines}'
    ran = shell.run("opml", "import", "--user", "alice", stdin=half)
    assert ran.code == 0
    assert "line 3: opml.bad_address" in ran.out
    assert "opml.damaged" in ran.out
    assert "1 subscription added" in ran.out
    shell.run("opml", "import", "--user", "alice", stdin="hello").refused(65, "parse.not_opml")
    shell.run("opml", "import", "--user", "alice").refused(65, "parse.empty")
    shell.run("opml", "import", "--user", "alice", "missing.opml").refused(2, "missing.opml")


def test_parse_prints_what_was_understood(shell: Shell, internet: Internet) -> None:
    document = (
        "<rss version='2.0'><channel><title>T</title><link>https://t.example/</link><item><guid>1</guid><title>One</title>"
        "<link>/one</link><pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate><author>a@t.example (Ann)</author>"
        "<enclosure url='https://t.example/a.mp3' type='audio/mpeg' length='7'/>"
        "<description>&lt;p onclick='x()'&gt;Hi&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>"
        "</item></channel></rss>"
    )
    (shell.folder / "feed.xml").write_text(document)
    found = shell.run("parse", "feed.xml", "--url", "https://t.example/feed.xml", "--json").json()
    assert list(found) == [
        "format", "title", "url", "site_url", "description", "language", "updated_at", "icon_url", "image_url", "hubs",
        "authors", "tags", "ttl_seconds", "entries", "warnings",
    ]  # fmt: skip
    [entry] = found["entries"]
    assert list(entry) == [
        "guid", "url", "title", "authors", "published_at", "updated_at", "summary_html", "content_html", "tags",
        "language", "enclosures", "thumbnail_url", "comments_url", "episode",
    ]  # fmt: skip
    assert (found["format"], found["language"], found["hubs"]) == ("rss20", None, [])
    assert (entry["url"], entry["published_at"]) == ("https://t.example/one", "2026-11-22T09:00:00Z")
    assert list(entry["enclosures"][0]) == ["url", "type", "length", "title", "duration_seconds"]
    assert list(entry["authors"][0]) == ["name", "email", "url"]
    assert "onclick" in entry["summary_html"]
    [clean] = shell.run("parse", "-", "--clean", "--json", stdin=document).json()["entries"]
    assert (clean["summary_html"], clean["content_html"]) == ("<p>Hi</p>", None)
    assert shell.run("parse", internet.url("/feed"), "--json").json()["title"] == "News"
    assert "3 entries" in shell.run("parse", internet.url("/feed")).out
    shell.run("parse", "-", stdin="hello").refused(65, "parse.not_a_feed")
    shell.run("parse", internet.url("/page")).refused(65, "parse.web_page")
    shell.run("parse", internet.url("/feed"), settings={"allowed_networks": ""}).refused(77, "fetch.forbidden_address")
    shell.run("parse", "missing.xml").refused(2, "missing.xml")


def test_a_reader_that_goes_away_and_ctrl_c_are_quiet(shell: Shell) -> None:
    document = shell.folder / "feed.xml"
    document.write_bytes(FEED)
    environment = shell.environment()
    with subprocess.Popen(
        [*PROGRAM, "parse", document, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.close()
        assert reading.stderr.read() == b""
    with subprocess.Popen(
        [*PROGRAM, "parse", "-"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # a shell that starts something in the background has it ignore Ctrl-C, and so would we
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call, before exec
    ) as waiting:
        assert waiting.stderr is not None
        until(lambda: "pipe_read" in Path(f"/proc/{waiting.pid}/wchan").read_text() or _waits(waiting.pid))
        waiting.send_signal(signal.SIGINT)
        assert (waiting.wait(20), waiting.stderr.read()) == (130, b"")


def _waits(pid: int) -> bool:
    """Whether a process reads its standard input (system call 0 on file 0)."""
    words = Path(f"/proc/{pid}/syscall").read_text().split()
    return words[:2] == ["0", "0x0"]


def test_a_terminal_sees_a_progress_bar(shell: Shell, internet: Internet) -> None:
    shell.add_user("alice", internet.url("/feed"))
    leader, follower = pty.openpty()
    done = subprocess.run(
        [*PROGRAM, "refresh"],
        cwd=shell.folder,
        env=shell.environment() | {"TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=follower,
        check=True,
    )
    os.close(follower)
    shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert "Fetching feeds" in shown
    assert "Fetching feeds" not in done.stdout.decode()
