"""How a feed is fetched, in FreshRSS's and Miniflux's words and in ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOW

from dateline.parse.opml import OpmlFeed, parse_opml
from dateline.parse.opml_settings import settings_of
from dateline.parse.opml_transport import OpmlTransport, is_proxy, transport_attributes, transport_of
from dateline.parse.opml_writing import write_opml


def of(**options: str) -> tuple[OpmlTransport | None, tuple[str, ...]]:
    return transport_of({f"frss:CURLOPT_{name}": value for name, value in options.items()})


@pytest.mark.parametrize(
    ("options", "transport"),
    [
        ({}, None),
        ({"USERAGENT": " Mine/1 "}, OpmlTransport(user_agent="Mine/1")),
        ({"COOKIE": "a=b; c=d"}, OpmlTransport(cookies="a=b; c=d")),
        (
            {"HTTPHEADER": "X-Key: a: b\r\n\nAccept:text/html\n"},
            OpmlTransport(headers=(("X-Key", "a: b"), ("Accept", "text/html"))),
        ),
        ({"HTTPHEADER": "cookie: a=b\nUSER-AGENT: Me"}, OpmlTransport(cookies="a=b", user_agent="Me")),
        ({"POST": "true", "POSTFIELDS": " a=1\n"}, OpmlTransport(method="POST", body=" a=1\n")),
        (
            {"POST": "1", "POSTFIELDS": "{}", "HTTPHEADER": "Content-Type: application/json"},
            OpmlTransport(method="POST", body="{}", body_type="application/json"),
        ),
        ({"POSTFIELDS": "a=1"}, None),
        ({"POST": "false", "POSTFIELDS": "a=1", "HTTPHEADER": "Content-Type: text/plain"}, None),
        ({"PROXY": "p.example:3128"}, OpmlTransport(proxy="http://p.example:3128")),
        ({"PROXY": "127.0.0.1:9050", "PROXYTYPE": "4"}, OpmlTransport(proxy="socks4://127.0.0.1:9050")),
        ({"PROXY": "127.0.0.1:9050", "PROXYTYPE": "5"}, OpmlTransport(proxy="socks5://127.0.0.1:9050")),
        ({"PROXY": "127.0.0.1:9050", "PROXYTYPE": "6"}, OpmlTransport(proxy="socks4a://127.0.0.1:9050")),
        ({"PROXY": "127.0.0.1", "PROXYTYPE": "7"}, OpmlTransport(proxy="socks5h://127.0.0.1:1080")),
        ({"PROXY": "https://u:secret@[::1]:1/", "PROXYTYPE": "0"}, OpmlTransport(proxy="https://[::1]:1")),
        ({"PROXY": "p.example:3128", "PROXYTYPE": "-1"}, None),
        ({"PROXYTYPE": "3"}, None),
        ({"FOLLOWLOCATION": "false"}, OpmlTransport(max_redirects=0)),
        ({"FOLLOWLOCATION": "1", "MAXREDIRS": "4"}, OpmlTransport(max_redirects=4)),
        ({"MAXREDIRS": "-1"}, None),
        ({"MAXREDIRS": "50"}, None),
        ({"TIMEOUT": "60"}, OpmlTransport(timeout=60)),
        ({"SSL_VERIFYPEER": "0"}, OpmlTransport(tls="any")),
        ({"SSL_VERIFYPEER": "1", "IPRESOLVE": "1"}, None),
        ({"USERPWD": "anna:p w"}, OpmlTransport(login="anna:p w")),
        ({"COOKIEFILE": ""}, OpmlTransport(keep_cookies=True)),
        ({"COOKIEFILE": "", "MAXREDIRS": "-1"}, OpmlTransport(keep_cookies=True)),
        ({"COOKIEFILE": "false"}, None),
    ],
)
def test_what_freshrss_writes(options: dict[str, str], transport: OpmlTransport | None) -> None:
    assert of(**options) == (transport, ())


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        ({"HTTPHEADER": "no colon"}, "frss:CURLOPT_HTTPHEADER (no colon)"),
        ({"HTTPHEADER": "Empty:"}, "frss:CURLOPT_HTTPHEADER (Empty)"),
        ({"PROXY": "p.example:1", "PROXYTYPE": "99"}, "frss:CURLOPT_PROXY"),
        ({"PROXY": "gopher://p.example:1"}, "frss:CURLOPT_PROXY"),
        ({"PROXY": "p.example:1/path?x"}, "frss:CURLOPT_PROXY"),
        ({"MAXREDIRS": "many"}, "frss:CURLOPT_MAXREDIRS"),
        ({"SSLCERT": "/etc/passwd"}, "frss:CURLOPT_SSLCERT"),
        ({"COOKIEFILE": "/tmp/cookies.txt"}, "frss:CURLOPT_COOKIEFILE"),
    ],
)
def test_what_cannot_be_taken_over_is_named_without_its_value(options: dict[str, str], left_out: str) -> None:
    assert of(**options) == (None, (left_out,))


def test_minifluxs_words() -> None:
    said = {
        "miniflux:userAgent": "Me/1",
        "miniflux:proxyUrl": "http://u:p@p.example:8080",
        "miniflux:allowSelfSignedCertificates": "true",
        "miniflux:fetchViaProxy": "true",
    }
    read = settings_of(OpmlFeed(url="https://x.example/", attributes=said))
    assert read.transport == OpmlTransport(user_agent="Me/1", proxy="http://p.example:8080", tls="any")
    assert read.left_out == ("miniflux:fetchViaProxy",)


@pytest.mark.parametrize("text", ["{", "7", '{"headers":[["a"]]}', '{"unknown":1}', '{"tls":"none"}', "[" * 9_999])
def test_what_is_not_ours_counts_as_not_said_and_is_named(text: str) -> None:
    assert transport_of({"dateline:transport": text}) == (None, ("dateline:transport",))


def test_our_word_counts_before_theirs() -> None:
    said = transport_attributes(OpmlTransport(user_agent="Ours/1"))
    assert transport_of({**said, "frss:CURLOPT_USERAGENT": "Theirs/1"}) == (OpmlTransport(user_agent="Ours/1"), ())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("http://p.example:3128", True),
        ("socks5h://[::1]:9050", True),
        ("http://u:p@p.example:3128", False),
        ("p.example:3128", False),
        ("http://p.example", False),
        ("javascript://p.example:1", False),
        ("http://" + "x" * 999 + ":1", False),
        ("", False),
    ],
)
def test_the_form_of_a_proxys_address(text: str, is_one: bool) -> None:
    assert is_proxy(text) is is_one


TEXTS = st.text(max_size=20)
TRANSPORTS = st.builds(
    OpmlTransport,
    keep_cookies=st.booleans(),
    user_agent=TEXTS,
    headers=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    cookies=TEXTS,
    login=TEXTS,
    login_by=st.sampled_from(["basic", "digest"]),
    method=st.sampled_from(["GET", "POST"]),
    body=TEXTS,
    body_type=TEXTS,
    proxy=st.sampled_from(["", "http://p.example:1", "socks5h://[::1]:2", "what"]),
    timeout=st.none() | st.floats(0, 1_000),
    max_redirects=st.none() | st.integers(-5, 50),
    tls=st.sampled_from(["strict", "any"]),
    authority=TEXTS,
    withheld=st.lists(TEXTS, max_size=2).map(tuple),
)


@given(TRANSPORTS)
def test_every_character_survives_the_way_out_and_in(transport: OpmlTransport) -> None:
    feed = OpmlFeed(url="https://x.example/", title="x", attributes=transport_attributes(transport))
    (read,) = parse_opml(write_opml("t", [feed], created_at=NOW)).feeds
    assert settings_of(read).transport == (None if transport == OpmlTransport() else transport)


SENT = st.builds(
    OpmlTransport,
    user_agent=st.sampled_from(["", "Me/1"]),
    headers=st.sampled_from([(), (("X-Key", "a: b"), ("Accept", "é"))]),
    cookies=st.sampled_from(["", "a=b; c=d"]),
    method=st.just("POST"),
    body=st.sampled_from(["", " a=1&b=2\n", "<é>"]),
    body_type=st.sampled_from([OpmlTransport().body_type, "application/json"]),
    proxy=st.sampled_from(["", "http://p.example:1", "socks4a://p.example:2"]),
    max_redirects=st.none() | st.integers(0, 9),
)


@given(SENT)
def test_freshrss_is_told_what_it_has_words_for(transport: OpmlTransport) -> None:
    said = transport_attributes(transport)
    del said["dateline:transport"]
    assert transport_of(said) == (transport, ())


@given(st.dictionaries(st.sampled_from(["POST", "PROXY", "HTTPHEADER", "MAXREDIRS", "X", "USERPWD"]), st.text()))
def test_no_option_breaks_anything(options: dict[str, str]) -> None:
    of(**options)


def test_two_ways_to_ask_for_one_address_are_told() -> None:
    body = (
        b'<opml xmlns:frss="https://freshrss.org/opml"><body><outline text="A"><outline xmlUrl="https://a.test/"/>'
        b'</outline><outline text="B"><outline xmlUrl="https://a.test/" frss:CURLOPT_COOKIE="a=b"/></outline>'
        b"</body></opml>"
    )
    assert [problem.code for problem in parse_opml(body).problems] == ["opml.duplicate"]
