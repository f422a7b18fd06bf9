"""Pages without a feed at a terminal: what rules find, why they find nothing, and a subscription."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell
from tests.internet import Internet, Reply

PAGE = Path(__file__).parents[1] / "parse" / "page" / "pages" / "town.html"
RULES = {"kind": "html", "language": "css", "entry": ".news-list > article", "title": "h2", "url": "h2 a"}


@pytest.fixture
def rules(shell: Shell) -> Path:
    """A file with rules that fit the page."""
    path = shell.folder / "rules.json"
    path.write_text(json.dumps(RULES))
    return path


def test_parse_prints_what_rules_find_in_the_shape_of_a_feed(shell: Shell, rules: Path) -> None:
    found = shell.run("parse", str(PAGE), "--rules", str(rules), "--url", "https://p.example/", "--json").json()
    assert found["format"] == "html"
    assert [entry["url"] for entry in found["entries"]][:1] == ["https://p.example/actualites/pont-tournant"]
    assert len(found["entries"]) == 4


def test_parse_says_at_which_step_rules_find_nothing(shell: Shell, rules: Path) -> None:
    rules.write_text(json.dumps({**RULES, "entry": ".news-list > div"}))
    ran = shell.run("parse", str(PAGE), "--rules", str(rules))
    assert "warning page.no_entries: “.news-list > div” matches nothing" in ran.out
    rules.write_text("{}")
    shell.run("parse", str(PAGE), "--rules", str(rules)).refused(65, "parse.bad_rules")


def test_a_page_is_subscribed_to_and_refreshed(shell: Shell, rules: Path, internet: Internet) -> None:
    internet["/news"] = Reply(PAGE.read_bytes(), content_type="text/html")
    shell.add_user()
    subscribe = ("subscribe", internet.url("/news"), "--user", "alice", "--rules", str(rules))
    assert "alice is subscribed to Ville de Port-Aubry – Actualités, read by rules." in shell.run(*subscribe).out
    shell.run("refresh")
    assert len(shell.titles()) == 4
    rules.write_text(json.dumps({**RULES, "entry": "section"}))
    shell.run(*subscribe).refused(65, "parse.no_entries", "“section” matches nothing in the document.")


def test_a_page_is_called_by_its_address_like_any_feed(shell: Shell, rules: Path, internet: Internet) -> None:
    internet["/news"] = Reply(PAGE.read_bytes(), content_type="text/html")
    shell.add_user()
    url = internet.url("/news")
    shell.run("subscribe", url, "--user", "alice", "--rules", str(rules))
    assert shell.run("refresh", url, "--json").json()[0]["new"] == 4
    assert shell.run("debug", url, "--json").json()["format"] == "html"
    assert shell.run("transport", url, "--user", "alice", "--timeout", "5", "--json").json()["timeout"] == 5
    shell.run("retention", "--user", "alice", "--feed", url, "--keep", "500", "--yes")
    rules.write_text(json.dumps({**RULES, "title": "h2 a"}))
    shell.run("subscribe", url, "--user", "alice", "--rules", str(rules))
    shell.run("transport", url, "--user", "alice").refused(1, "action.not_found")  # which of the two?
    assert len(shell.run("refresh", url, "--json").json()) == 2
