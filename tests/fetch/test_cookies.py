"""Cookies that a server sets: back to it alone, bounded, and an address that sends away with one may be asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.internet import Asked, Internet, Reply, redirect, rss

from dateline.errors import FetchError
from dateline.fetch import Client
from dateline.fetch.cookies import LONGEST, MAX_CHARS, MAX_COOKIES, SESSION, Jar
from dateline.fetch.transport import Transport

NOW = 1_795_000_000.0
URL = "https://www.news.example/blog/feed"
KEEPING = Transport(keep_cookies=True)


def after(*said: str, url: str = URL) -> Jar:
    jar = Jar()
    jar.take(url, said, NOW)
    return jar


@pytest.mark.parametrize(
    ("said", "asked", "sent"),
    [
        ("a=1", URL, "a=1"),
        ("a=1", "https://www.news.example/blog/other?x=1", "a=1"),
        ("a=1", "https://www.news.example/blogs", ""),
        ("a=1; Path=/", "https://www.news.example/", "a=1"),
        ("a=1; Path=nonsense", "https://www.news.example/", ""),
        ("a=1; Path=/", "https://news.example/", ""),
        ("a=1; Path=/; Domain=.news.example", "https://news.example/", "a=1"),
        ("a=1; Path=/; Domain=news.example", "https://feeds.news.example/x", "a=1"),
        ("a=1; Path=/; Domain=news.example", "https://evilnews.example/", ""),
        ("a=1; Path=/", "http://www.news.example/", ""),
        ("a=; Path=/", URL, "a="),
        (' a = "x y" ', URL, 'a="x y"'),
        ("__Host-a=1; Secure; Path=/", URL, "__Host-a=1"),
        ("__Secure-a=1; Secure", URL, "__Secure-a=1"),
        ("a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", URL, "a=1"),
        ("a=1; Expires=Thu, 01-Jan-2099 00:00:00 GMT", URL, "a=1"),
    ],
)
def test_a_cookie_goes_where_it_was_meant_for(said: str, asked: str, sent: str) -> None:
    assert after(said).header(asked, NOW) == sent


@pytest.mark.parametrize(
    "said",
    [
        *("", ";", "=1", "nonsense", "a\x00=1", "a=\x07", "a=1\u2028", "\ud800=1", "a=" + "x" * 5_000),
        *("a=1; Domain=example", "a=1; Domain=other.example", "a=1; Domain=sub.www.news.example"),
        *("a=1; Max-Age=0", "a=1; Max-Age=-5", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        *(
            "__Host-a=1; Secure",
            "__Host-a=1; Path=/",
            "__Host-a=1; Secure; Path=/; Domain=news.example",
            "__Secure-a=1",
        ),
    ],
)
def test_what_is_no_cookie_or_not_this_hosts_to_set_is_not_kept(said: str) -> None:
    jar = after(said)
    assert (jar.cookies(), jar.has_changed) == ((), False)


def test_plain_http_changes_nothing_that_came_over_tls() -> None:
    jar = after("a=1; Path=/")
    jar.take("http://www.news.example/", ["a=2; Path=/"], NOW)
    jar.take("http://www.news.example/", ["a=; Path=/; Max-Age=0"], NOW)
    assert jar.header(URL, NOW) == "a=1"


def test_who_is_not_secure_sets_nothing_secure_and_numbers_have_no_domains() -> None:
    assert after("a=1; Secure", url="http://news.example/").cookies() == ()
    jar = after("a=1; Domain=1.2.3.4", url="http://1.2.3.4/")
    assert jar.header("http://1.2.3.4/", NOW) == "a=1"
    assert after("a=1; Domain=2.3.4", url="http://1.2.3.4/").cookies() == ()


def test_cookies_are_replaced_ended_and_forgotten() -> None:
    jar = after("a=1; Max-Age=100", "b=2")
    assert jar.take(URL, ["a=2"], NOW)
    assert jar.header(URL, NOW) == "b=2; a=2"
    assert jar.take(URL, ["a=; Max-Age=0"], NOW)
    assert jar.header(URL, NOW + SESSION - 1) == "b=2"
    assert jar.header(URL, NOW + SESSION + 1) == ""
    assert after("a=1; Max-Age=999999999999").header(URL, NOW + LONGEST + 1) == ""


def test_only_what_is_worth_it_is_written_down() -> None:
    jar = Jar(after("a=1; Max-Age=90000").cookies())
    assert not jar.take(URL, ["a=1; Max-Age=90000", "gone=; Max-Age=0"], NOW + 60)
    assert not jar.has_changed
    assert not jar.take(URL, ["a=1; Max-Age=9000000"], NOW + 60), "nobody would be told something else"
    assert jar.has_changed


def test_a_readers_own_words_come_first_and_count() -> None:
    assert after("a=server", "b=2").header(URL, NOW, "a=mine; c=3") == "a=mine; c=3; b=2"


def test_a_jar_never_grows_beyond_its_bounds() -> None:
    jar = Jar()
    for start in range(0, 2_000, 40):
        jar.take(URL, [f"n{start + number}={'x' * 300}; Path=/{number}" for number in range(40)], NOW)
        held = jar.cookies()
        assert len(held) <= MAX_COOKIES
        assert sum(len(one.name) + len(one.value) for one in held) <= MAX_CHARS
    assert jar.cookies()[-1].name == "n1999"


@given(st.lists(st.text(max_size=60), max_size=5), st.sampled_from([URL, "http://[::1]:8/", "http://1.2.3.4/a"]))
def test_no_words_of_a_server_raise(said: list[str], url: str) -> None:
    jar = after(*said, *(f"a=1; {text}" for text in said), url=url)
    sent = jar.header(url, NOW)
    assert "\r" not in sent
    assert "\n" not in sent


# ------------------------------------------------------------------------------------------------ on the wire


def with_cookie(asked: Asked) -> Reply:
    """Who comes without a cookie is sent to the same address with one."""
    if asked.header("Cookie") == "seen=1":
        return Reply(rss("One", "First"))
    return redirect(asked.path, 302, ("Set-Cookie", "seen=1; Path=/; HttpOnly"))


async def test_an_address_that_sends_to_itself_with_a_cookie_can_be_read(client: Client) -> None:
    with Internet({"/feed": with_cookie}) as site:
        jar = Jar()
        answer = await client.get(site.url("/feed"), transport=KEEPING, jar=jar)
        assert b"First" in answer.body
        assert [asked.header("Cookie") for asked in site.requests] == [None, "seen=1"]
        await client.get(site.url("/feed"), transport=KEEPING, jar=jar)
        assert len(site.requests) == 3, "the cookie was kept"
        with pytest.raises(FetchError) as caught:
            await client.get(site.url("/feed"))
        assert caught.value.code == "fetch.redirects"


async def test_a_server_that_sends_in_circles_with_ever_new_cookies_is_left(client: Client) -> None:
    counted = iter(range(100))
    page = {"/feed": lambda asked: redirect("/feed", 302, ("Set-Cookie", f"n={next(counted)}"))}
    with Internet(page) as site:
        with pytest.raises(FetchError) as caught:
            await client.get(site.url("/feed"), transport=KEEPING)
        assert caught.value.code == "fetch.redirects"
        assert len(site.requests) == 11


async def test_each_server_gets_its_own_cookies_and_no_others(client: Client) -> None:
    with Internet(host="127.0.0.2") as other, Internet({"/feed": rss("One", "First")}) as site:
        other["/away"] = redirect(site.url("/feed"), 302, ("Set-Cookie", "theirs=1; Path=/"))
        site["/start"] = redirect(other.url("/away"), 302, ("Set-Cookie", "mine=1; Path=/"))
        jar = Jar()
        for _ in range(2):
            await client.get(site.url("/start"), transport=KEEPING, jar=jar)
        assert [asked.header("Cookie") for asked in other.requests] == [None, "theirs=1"]
        assert [asked.header("Cookie") for asked in site.requests] == [None, "mine=1", "mine=1", "mine=1"]
