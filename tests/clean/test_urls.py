"""Addresses: absolute, checked, unchanged when they are plain."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.clean import urls

BASE = "https://a.example/b/c?d=e"


@pytest.mark.parametrize(
    "address",
    [
        "https://b.example",
        "http://b.example/",
        "https://b.example/x?y=z&w#v",
        "https://b.example:8443/x",
        "https://[2001:db8::1]/x",
        "https://b.example/%7Eé/东京?ü=ß",
        "https://user@b.example/",
        "http://192.0.2.1/x",
        "https://bücher.example/",
        "https://b.example/a,b;c=(d)!$*'".replace("'", ""),
    ],
)
def test_an_absolute_address_stays_to_the_letter(address: str) -> None:
    assert urls.absolute(address) == address
    assert urls.absolute(address, BASE) == address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("x", "https://a.example/b/x"),
        ("./x", "https://a.example/b/x"),
        ("../x", "https://a.example/x"),
        ("../../../x", "https://a.example/x"),
        ("/x", "https://a.example/x"),
        ("?x", "https://a.example/b/c?x"),
        ("#x", "https://a.example/b/c?d=e#x"),
        ("//b.example", "https://b.example"),
        ("///b.example", "https://b.example"),
        ("/\\b.example/x", "https://b.example/x"),
        ("\\x", "https://a.example/x"),
        ("HTTP://B.example/", "http://B.example/"),
        ("http:b.example", "http://b.example"),
        ("http:\\\\b.example\\x?y=\\", "http://b.example/x?y=%5C"),
        (" \x01https://b.example/\t\n ", "https://b.example/"),
        ("ht\ntp\t://b.ex\rample/", "http://b.example/"),
        ('https://b.example/"<x>`', "https://b.example/%22%3Cx%3E%60"),
        ("https://b.example/a b", "https://b.example/a%20b"),
    ],
)
def test_an_address_is_read_as_browsers_read_it(address: str, expected: str) -> None:
    assert urls.absolute(address, BASE) == expected
    assert urls.absolute(expected, BASE) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "\x00javascript:alert(1)",
        "data:image/png;base64,AA",
        "mailto:a@b.example",
        "ftp://b.example/",
        "file:///etc/passwd",
        "urn:uuid:1",
        "tag:b.example,2026:1",
        "https://",
        "https://?x",
        "https://:80/",
        "https://b.example:99999/",
        "https://b.example:x/",
        "https://b.example:0/",
        "https://[::1",
        "http://[nonsense]/",
        "//",
        "https://b.example/" + "x" * 9_000,
    ],
)
def test_anything_else_is_no_address(address: str) -> None:
    assert urls.absolute(address, BASE) is None


def test_a_relative_address_without_a_base_is_no_address() -> None:
    assert urls.absolute("/x") is None
    assert urls.absolute("x.html") is None


@pytest.mark.parametrize(
    ("base", "usable"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example/" + "x" * 2_000, "https://a.example/"),
        ("https://a.example" + "x" * 2_000, None),
        ("ftp://a.example/", None),
        ("/x", None),
        ("", None),
        (None, None),
    ],
)
def test_a_base_is_an_address_of_bounded_length(base: str | None, usable: str | None) -> None:
    assert urls.usable_base(base) == usable


def test_a_value_goes_out_and_in_unharmed() -> None:
    plain = "a & b < c > \"d\" 'e' \xa0 é"
    assert urls.unescaped(urls.escaped(plain)) == plain


@pytest.mark.parametrize("address", ["mailto:a@b.example?subject=x%20y", "tel:+33-1", "https://b.example/"])
def test_a_link_may_lead_to_people(address: str) -> None:
    assert urls.link_target(address, None) == address


@pytest.mark.parametrize("address", ["sms:1", "javascript:x", "mailto", "x-mailto:a@b.example"])
def test_a_link_leads_nowhere_else(address: str) -> None:
    assert urls.link_target(address, None) is None


HOSTS = st.sampled_from(
    re.findall(
        r"\S+",
        "a8.net x.a8.net xa8.net u@a8.net a8.net:81 pixel.x.example apixel.x.example FACEBOOK.com medium.com"
        " feeds.wordpress.com blogger.googleusercontent.com hexagon-analytics.com i.example",
    )
)
PATHS = st.sampled_from(
    re.findall(
        r"\S*",
        "/ /tr /tr/x /_/stat /1.0/x /tracker/x /x.jpg /x.gif /track/open /e/open/ /wf/OPEN.php /opening /1x1.gif"
        " /1x1.PNG /x-pixel.png /xpixel.png /b.gif /ab.gif /count.gif /matomo.php /beacon.gif /tracking.png"
        " /tracking.png/x /piwik.php/",
    )
)
BEHIND = st.sampled_from(["", "?a=1", "#b", "?/b.gif", "#/b.gif", "?x.jpg", "#?y"])


@settings(max_examples=2_000)
@given(st.sampled_from(["http", "https"]), HOSTS, PATHS, BEHIND)
def test_the_short_way_to_tell_a_beacon_says_what_the_long_one_says(
    scheme: str, host: str, path: str, behind: str
) -> None:
    address = f"{scheme}://{host}{path}{behind}"
    assert urls.is_beacon(address) == bool(urls._BEACON.match(address))
