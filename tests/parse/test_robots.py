"""robots.txt, by the cases of RFC 9309."""

import pytest

from dateline.parse.robots import allows, rules_for

FILE = b"""\xef\xbb\xbf# a comment
User-Agent: *
Disallow: /private # and why
Disallow:
Crawl-delay: 10

user-agent: other
user-agent: DATELINE
Allow: /news/public
Disallow: /news/
Sitemap: https://a.example/map.xml
Disallow: *.pdf$

User-agent: dateline
Disallow: /more
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/private", True),  # the rules for all are not for those who are named
        ("/news", True),
        ("/news/", False),
        ("/news/1?x=y", False),
        ("/news/public/1", True),
        ("/a/b.pdf", False),
        ("/a/b.pdf?x", True),
        ("/more/1", False),
        ("/robots.txt", True),
    ],
)
def test_our_own_group_decides(path: str, expected: bool) -> None:
    assert allows(rules_for(FILE, "Dateline"), path) is expected


def test_everybody_else_is_told_what_all_are() -> None:
    rules = rules_for(FILE, "Somebody")
    assert not allows(rules, "/private/1")
    assert allows(rules, "/news/1")


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        ("/a/*/c", "/a/b/c/d", False),
        ("/a/*/c", "/a/c", True),
        ("/*a*a*a$", "/aaa", False),
        ("/a$", "/ab", True),
        ("/caf%C3%A9", "/café", False),
        ("/café", "/caf%c3%a9", False),
        ("/%7Eme", "/~me", False),
        ("*", "/x", False),
        ("private", "/private", False),
    ],
)
def test_patterns_and_escapes(rule: str, path: str, expected: bool) -> None:
    assert allows(rules_for(f"User-agent: *\nDisallow: {rule}".encode(), "Dateline"), path) is expected


def test_the_longest_rule_decides_and_allowing_wins_a_tie() -> None:
    rules = rules_for(b"user-agent:*\ndisallow:/a\nallow:/a\ndisallow:/a/b\nallow:/a/b/c", "x")
    assert allows(rules, "/a")
    assert not allows(rules, "/a/b")
    assert allows(rules, "/a/b/c")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"Disallow: /",
        b"\xff\xfe\x00",
        b":" * 100_000,
        b"User-agent\nDisallow",
        b"\0" * 99,
    ],
)
def test_what_says_nothing_forbids_nothing(body: bytes) -> None:
    assert allows(rules_for(body, "Dateline"), "/a")


def test_hostile_patterns_are_matched_in_bounded_time() -> None:
    rules = rules_for(b"User-agent: *\n" + b"Disallow: /" + b"*a" * 900 + b"$\n" * 5_000, "Dateline")
    assert allows(rules, "/" + "a" * 800 + "b")
    many = rules_for(b"User-agent: *\n" + b"Disallow: /x\n" * 500_000, "Dateline")
    assert len(many) <= 20_000
