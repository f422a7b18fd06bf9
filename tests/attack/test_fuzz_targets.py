"""The fuzzer's targets in the suite: what it found once, and a little new search at each run."""

import re

import pytest
from fuzz.seeds import seeds_of
from fuzz.targets import ROOT, TARGETS, Target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAMAGED = (
    b"<rss version='2.0'><channel><title>t</title><item><title>0</title></item><item><title>a<title>b</title></item>"
    b"<item></title><pubDate>29 Jan 2021</pubDate></item></channel></rss>"
)

FOUND: list[tuple[str, bytes]] = [
    ("address", b"//feed:0"),  # port 0 counted as the usual one
    ("address", b"//\\"),  # an address without a host
    ("html", b"<img data-src='https://ok.ex\0\0>a/b'>"),  # addresses that only the second cleaning refused
    ("html", b"<img data-src='https://ok.ex>a/b'>"),
    ("html", b"<img data-src='https://xn--a/b'>"),
    ("html", b"<img data-src='https://1.2.3.256/b'>"),
    ("html", b"<a href='//ok.ex>a/b'>x</a>"),
    ("html", b"<img srcset='a,\x01 1x, b 2x'>"),  # a comma at the end that a control character hid
    ("feed", DAMAGED),  # what one item meant hung on another that was left out
]


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_the_fuzzer_found_holds(name: str, data: bytes) -> None:
    TARGETS[name].attack(data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_of_a_target_hold(name: str) -> None:
    for seed in seeds_of(name):
        TARGETS[name].attack(seed[: TARGETS[name].longest])


def test_every_target_is_told_in_the_document() -> None:
    text = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")
    told = {name for row in re.findall(r"^\| ([a-z_, ]+) \|", text, re.MULTILINE) for name in row.split(", ")}
    assert set(TARGETS) <= told


def scraps(target: Target, name: str) -> st.SearchStrategy[bytes]:
    """Words that mean something, pieces of seeds, and bytes that mean nothing."""
    seeds = list(seeds_of(name)) or [b""]
    piece = st.builds(
        lambda seed, start, length: seed[start : start + length],
        st.sampled_from(seeds),
        st.integers(0, 200),
        st.integers(0, 60),
    )
    word = st.sampled_from([word.encode() for word in target.words.split()] or [b" "])
    return st.lists(st.one_of(word, piece, st.binary(max_size=6)), max_size=20).map(b"".join)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_for_scraps_of_what_it_reads(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(scraps(target, name))
    def holds(data: bytes) -> None:
        target.attack(data)

    holds()
