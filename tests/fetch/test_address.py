"""Addresses: what people paste, what servers redirect to."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.errors import FetchError
from dateline.fetch.address import absolute_http_url, host_key, resolve, without_credentials


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("https://example.org/feed", "https://example.org/feed"),
        ("example.org/feed", "https://example.org/feed"),
        ("example.org", "https://example.org/"),
        ("example.org:8080/feed", "https://example.org:8080/feed"),
        ("//example.org/feed", "https://example.org/feed"),
        ("localhost:8080/feed", "http://localhost:8080/feed"),
        ("192.168.1.2/feed", "http://192.168.1.2/feed"),
        ("[fd00::2]/feed", "http://[fd00::2]/feed"),
        ("feed://example.org/a.xml", "http://example.org/a.xml"),
        ("feed:https://example.org/a.xml", "https://example.org/a.xml"),
        ("feed:example.org/a.xml", "https://example.org/a.xml"),
        ("FEED:HTTP://Example.ORG/A", "http://example.org/A"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("\ufeffhttps://example.org/\u00a0", "https://example.org/"),
        ("https://exam\nple.org/a\tb", "https://example.org/ab"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://example.org/#top", "https://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://example.org./", "https://example.org./"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/é?q=é", "https://example.org/%C3%A9?q=%C3%A9"),
        ("https://example.org/%7Ea%2fb?sig=a%3Ab%2F+c", "https://example.org/%7Ea%2fb?sig=a%3Ab%2F+c"),
        ("https://example.org/a%zz", "https://example.org/a%zz"),
        ("https://example.org/a|b[c]", "https://example.org/a|b[c]"),
        ('https://example.org/"<x>"?"<y>"', "https://example.org/%22%3Cx%3E%22?%22%3Cy%3E%22"),
        ("https:\\\\example.org\\a?b\\c", "https://example.org/a?b\\c"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://食狮.中国/", "https://xn--85x722f.xn--fiqs8s/"),
        ("https://BÜCHER。example/", "https://xn--bcher-kva.example/"),
        ("https://under_score.example.org/", "https://under_score.example.org/"),
        ("https://me:pa%3Ass@example.org/", "https://me:pa%3Ass@example.org/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://017700000001/", "http://127.0.0.1/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("http://①②⑦.0.0.1/", "http://127.0.0.1/"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ],
)
def test_what_people_paste_becomes_one_absolute_address(pasted: str, url: str) -> None:
    assert absolute_http_url(pasted) == url
    assert absolute_http_url(url) == url


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "   ",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "mailto:a@example.org",
        "data:text/xml,<rss/>",
        "feed:",
        "feed:file:///etc/passwd",
        "http://",
        "http:///path",
        "https://?q",
        "https://user@/",
        "https://.example.org/",
        "https://a..b/",
        "https://exa mple.org/",
        "https://exam<ple.org/",
        "https://a%2fb/",
        "https://a%00b/",
        "https://%ff/",
        "https://[::1/",
        "https://::1/",
        "https://[fe80::1%25eth0]/",
        "https://[v1.x]/",
        "https://1.2.3.4.5/",
        "https://256.256.256.256/",
        "https://1.2.3.08/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://example.org:0/",
        "https://" + "a" * 64 + ".org/",
        "https://" + "a." * 130 + "org/",
        "https://example.org/" + "a" * 9_000,
        "https://e\u200bxample.org/",
        "https://℀.example/",
        "https://\ud800/",
        "https://example.org/\ud800",
        "hello world",
    ],
)
def test_what_is_no_web_address_is_refused_with_its_code(pasted: str) -> None:
    with pytest.raises(FetchError) as caught:
        absolute_http_url(pasted)
    assert caught.value.code == "fetch.bad_url"


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("/feed", "https://example.org/feed"),
        ("feed", "https://example.org/a/feed"),
        ("?page=2", "https://example.org/a/b?page=2"),
        ("../c", "https://example.org/c"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example", "http://other.example/"),
        (" /feed ", "https://example.org/feed"),
        ("/caf\udcc3\udca9", "https://example.org/caf%C3%A9"),
        ("/caf\udce9", "https://example.org/caf%E9"),
        ("\\\\other.example\\x", "https://other.example/x"),
        ("/a#b", "https://example.org/a"),
    ],
)
def test_references_are_resolved_as_browsers_do(reference: str, url: str) -> None:
    assert resolve("https://example.org/a/b?q", reference) == url


@pytest.mark.parametrize("reference", ["", "javascript:alert(1)", "ftp://x/", "http://[", "//[::1", "http://a b/"])
def test_references_to_nothing_on_the_web_are_refused(reference: str) -> None:
    with pytest.raises(FetchError) as caught:
        resolve("https://example.org/", reference)
    assert caught.value.code == "fetch.bad_url"


def test_credentials_leave_the_address_and_become_basic_authentication() -> None:
    assert without_credentials("https://me:p%40ss@example.org/a") == ("https://example.org/a", "Basic bWU6cEBzcw==")
    assert without_credentials("https://example.org/a@b") == ("https://example.org/a@b", None)
    assert without_credentials("https://@example.org/") == ("https://example.org/", None)


def test_a_password_never_stands_in_an_error() -> None:
    with pytest.raises(FetchError) as caught:
        absolute_http_url("https://me:secret@exa mple.org/")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://example.org/a", "example.org"),
        ("http://example.org:8080/a", "example.org"),
        ("https://me:pw@example.org./a", "example.org"),
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://127.0.0.1/a", "127.0.0.1:80"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://localhost:81/", "localhost:81"),
        ("http://8.8.8.8:81/", "8.8.8.8"),
        ("https://anna.tumblr.com/rss", "tumblr.com"),
        ("https://www.tumblr.com./", "tumblr.com"),
        ("https://tumblr.com/", "tumblr.com"),
        ("https://nottumblr.com/", "nottumblr.com"),
        ("https://tumblr.com.example.org/", "tumblr.com.example.org"),
    ],
)
def test_a_host_is_one_machine_but_at_home_each_port_is_its_own(url: str, key: str) -> None:
    assert host_key(url) == key


def outcome(make: Callable[..., str], *arguments: str) -> str:
    """The address, or the code of the error."""
    try:
        return make(*arguments)
    except FetchError as error:
        return error.code


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a/", "feed:", "//", "http://[", "http://a@"]))
def test_any_text_gives_an_address_or_the_error(text: str, prefix: str) -> None:
    url = outcome(absolute_http_url, prefix + text)
    assert url == "fetch.bad_url" or (
        url.isascii() and absolute_http_url(url) == url and not set(url) & set(' \t\r\n"<>')
    )


@given(st.text(st.characters(), max_size=60))
def test_any_location_gives_an_address_or_the_error(text: str) -> None:
    url = outcome(resolve, "https://example.org/a", text)
    assert url == "fetch.bad_url" or absolute_http_url(url) == url
