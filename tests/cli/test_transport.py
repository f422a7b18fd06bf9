"""How a feed is fetched, set at a terminal: shown without secrets, refused where it cannot be, taken back."""

import pytest
from tests.cli.conftest import Shell
from tests.internet import Internet, rss


def test_what_is_set_is_sent_and_never_shown(shell: Shell) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        shell.add_user("alice")
        url = site.url("/feed")
        assert shell.run("subscribe", url, "--user", "alice").code == 0
        assert shell.run("transport", url, "--user", "alice").out == "As all feeds are.\n"
        (shell.folder / "key.txt").write_text("X-Key: sesame\n")
        asked = ("transport", url, "--user", "alice")
        ran = shell.run(*asked, "--header", "@key.txt", "--cookie", "-", "--timeout", "60", stdin="a=b\n")
        assert ran.code == 0
        assert "sesame" not in ran.out
        assert "headers: set\ncookies: set" in ran.out
        assert shell.run(*asked, "--login", "anna:pw", "--user-agent", "Mine/1").code == 0
        assert shell.run("refresh", url).code == 0
        sent = site.asked("/feed")[-1]
        assert [sent.header(name) for name in ("X-Key", "Cookie", "User-Agent")] == ["sesame", "a=b", "Mine/1"]
        assert sent.header("Authorization") == "Basic YW5uYTpwdw=="
        told = shell.run(*asked, "--header", "", "--json").json()
        assert told["secrets"] == {"login": True, "headers": False, "cookies": True, "body": False, "authority": False}
        assert (told["timeout"], told["user_agent"]) == (60.0, "Mine/1")
        (shell.folder / "secret.key").unlink()
        assert f"{url} needs its secrets again" in shell.run("doctor").out
        assert "cannot be read" in shell.run(*asked).out
        assert shell.run(*asked, "--clear").out == "private\n"
        assert shell.run(*asked).out == "As all feeds are.\n"


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        (("--header", "Host: x"), "headers"),
        (("--header", "no colon"), "headers"),
        (("--login", ":pw"), "login"),
        (("--proxy", "http://inside:3128"), "proxy"),
        (("--timeout", "900"), "timeout"),
        (("--authority", "nonsense"), "authority"),
    ],
)
def test_what_cannot_be_sent_is_refused(shell: Shell, words: tuple[str, ...], detail: str) -> None:
    shell.add_user("alice")
    shell.run("subscribe", "https://a.example/feed", "--no-look", "--user", "alice")
    ran = shell.run("transport", "https://a.example/feed", "--user", "alice", *words)
    ran.refused(65, "action.bad_transport")
    assert detail in ran.err


def test_a_proxy_is_one_of_the_settings(shell: Shell) -> None:
    shell.add_user("alice")
    shell.run("subscribe", "https://a.example/feed", "--no-look", "--user", "alice")
    settings = {"proxies": "http://anna:pw@127.0.0.1:3128"}
    words = ("transport", "https://a.example/feed", "--user", "alice", "--proxy", "http://127.0.0.1:3128")
    ran = shell.run(*words, settings=settings)
    assert "proxy: http://127.0.0.1:3128" in ran.out
    assert "anna" not in ran.out
    assert shell.run("transport", "https://a.example/feed", "--user", "alice", "--clear").out == "shared\n"
    shell.run("transport", "https://none.example/", "--user", "alice").refused(1, "action.not_found")
    assert shell.run("users", settings={"proxies": "gopher://127.0.0.1:1080"}).code == 78


def test_secrets_are_exported_only_when_asked_for_and_into_a_file_of_ones_own(shell: Shell) -> None:
    shell.add_user("alice")
    shell.run("subscribe", "https://a.example/feed", "--no-look", "--user", "alice")
    shell.run("transport", "https://a.example/feed", "--user", "alice", "--login", "anna:sesame")
    plain = shell.run("opml", "export", "--user", "alice")
    assert plain.code == 0
    assert "sesame" not in plain.out
    whole = shell.folder / "all.opml"
    ran = shell.run("opml", "export", "--user", "alice", "--with-secrets", str(whole))
    assert (ran.code, ran.out) == (0, "")
    assert "plain text" in ran.err
    assert "sesame" in whole.read_text()
    assert whole.stat().st_mode & 0o777 == 0o600
    shell.add_user("bob")
    assert "1 subscription added" in shell.run("opml", "import", "--user", "bob", str(whole)).out
    assert "login: set" in shell.run("transport", "https://a.example/feed", "--user", "bob").out
