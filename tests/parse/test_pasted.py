"""What people paste where an address is asked for → the address that they mean."""

import time

import pytest

from dateline.parse.pasted import address_in

MEANT = [
    ("https://example.org/feed", "https://example.org/feed"),
    ("  https://example.org/feed \n", "https://example.org/feed"),
    ("\u200bhttps://example.org/\ufeff", "https://example.org/"),
    ("<https://example.org/feed>", "https://example.org/feed"),
    ("“https://example.org/feed”", "https://example.org/feed"),
    ("« https://example.org/feed »", "https://example.org/feed"),
    ("'example.org'", "example.org"),
    ("(example.org)", "example.org"),
    ("Look at https://example.org/a, please.", "https://example.org/a"),
    ("Look: https://example.org/a!", "https://example.org/a"),
    ("https://en.wikipedia.org/wiki/A_(b)", "https://en.wikipedia.org/wiki/A_(b)"),
    ("(see https://en.wikipedia.org/wiki/A_(b))", "https://en.wikipedia.org/wiki/A_(b)"),
    ("[a title](https://example.org/f)", "https://example.org/f"),
    ('<a class="x" href="https://example.org/?a=1&amp;b=2">words</a>', "https://example.org/?a=1&b=2"),
    ("A title\nhttps://example.org/x", "https://example.org/x"),
    ("A titlehttps://example.org/x", "https://example.org/x"),
    ("Titlehttps://example.org/x", "https://example.org/x"),
    ("https://one.example/ https://two.example/", "https://one.example/"),
    ("see münchen.example/x now", "münchen.example/x"),
    ("münchen.example", "münchen.example"),
    ("example.org/go?to=https://b.example", "example.org/go?to=https://b.example"),
    ("feed:https://a.example/f", "https://a.example/f"),
    ("feed://a.example/f", "http://a.example/f"),
    ("feeds://a.example/f", "https://a.example/f"),
    ("feed://https://a.example/f", "https://a.example/f"),
    ("FEED:a.example/f", "a.example/f"),
    ("itpc://a.example/p.xml", "http://a.example/p.xml"),
    ("pcast://a.example/p.xml", "http://a.example/p.xml"),
    ("view-source:https://a.example/", "https://a.example/"),
    ("Subscribe: feed:https://a.example/rss, ok", "https://a.example/rss"),
    ("@bob@social.example", "https://social.example/@bob@social.example"),
    ("bob@social.example", "https://social.example/@bob@social.example"),
    ("acct:bob@social.example", "https://social.example/@bob@social.example"),
    ("!linux@lemmy.ml", "https://lemmy.ml/c/linux"),
    ("r/python", "https://www.reddit.com/r/python"),
    ("/u/spez/", "https://www.reddit.com/u/spez"),
    ("https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fexample.org%2Frss", "https://example.org/rss"),
    ("https://www.inoreader.com/feed/https%3A%2F%2Fexample.org%2Frss", "https://example.org/rss"),
    ("https://validator.w3.org/feed/check.cgi?url=https%3A%2F%2Fexample.org%2F", "https://example.org/"),
    ("https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F&sa=D", "https://example.org/"),
    ("https://podcasts.google.com/feed/aHR0cHM6Ly9leGFtcGxlLm9yZy9mZWVk", "https://example.org/feed"),
]


@pytest.mark.parametrize(("pasted", "meant"), MEANT, ids=[repr(pasted)[:60] for pasted, _ in MEANT])
def test_the_address_is_found_in_what_stands_around_it(pasted: str, meant: str) -> None:
    assert address_in(pasted) == meant


@pytest.mark.parametrize(
    "pasted",
    [
        "https://user:pass@example.org/feed", "192.168.1.2:8080/feed", "http://[::1]:80/x", "localhost:8080",
        "javascript:alert(1)", "file:///etc/passwd", "http://①②⑦.⓪.⓪.①:80/feed", "nonsense", "two words", "http://\ud800/",
        "https://feedly.com/i/subscription/feed/javascript:alert(1)", "https://podcasts.google.com/feed/%%%",
        "https://validator.w3.org/feed/check.cgi?url=javascript:alert(1)", "http://[::1/",
    ],
)  # fmt: skip
def test_what_is_one_address_or_none_stays_as_it_is(pasted: str) -> None:
    assert address_in(pasted) == pasted


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_a_subscribing_scheme_hides_nothing(scheme: str) -> None:
    assert address_in(f"feed:{scheme}") == scheme


def test_a_monster_costs_next_to_nothing() -> None:
    monsters = [
        "(" * 99_999,
        "https://a/" + ")" * 99_999,
        "<a " + "x " * 50_000,
        "a." * 50_000,
        "[](" * 30_000,
        "@a" * 50_000,
    ]
    started = time.process_time()
    for monster in (*monsters, "<a href " * 10_000, "a-" * 50_000 + " b", "https://" + "(" * 99_999, "\0" * 99_999):
        assert len(address_in(monster)) <= 10_100
    assert time.process_time() - started < 5
