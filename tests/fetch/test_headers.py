"""Headers: what an answer says, as plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from dateline.fetch import headers as h
from dateline.model import Validators

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT
MONTH = 30 * 86_400.0


def fields(*pairs: tuple[str, str]) -> h.Headers:
    return CIMultiDictProxy(CIMultiDict(pairs))


def test_the_reference_time_is_what_the_tables_take_it_for() -> None:
    assert h.http_date("Fri, 15 Jan 2027 08:00:00 GMT") == NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("1.5", 1.0),
        ("1000000000000", MONTH),
        ("9" * 5000, MONTH),
        ("00060", 60.0),
        ("Fri, 15 Jan 2027 09:00:00 GMT", 3600.0),
        ("Friday, 15-Jan-27 09:00:00 GMT", 3600.0),
        ("Fri Jan 15 09:00:00 2027", 3600.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("Fri, 15 Jan 2999 07:00:00 GMT", MONTH),
        ("Fri, 99 Jan 2027 99:00:00 GMT", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("٣", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert h.retry_after(fields(("Retry-After", text)), NOW) == seconds


def test_retry_after_is_measured_by_the_servers_own_clock() -> None:
    wrong = fields(("Date", "Thu, 01 Jan 2015 00:00:00 GMT"), ("Retry-After", "Thu, 01 Jan 2015 00:10:00 GMT"))
    assert h.retry_after(wrong, NOW) == 600.0


@pytest.mark.parametrize(
    ("pairs", "seconds"),
    [
        ([], None),
        ([("Cache-Control", "max-age=3600")], 3600.0),
        ([("Cache-Control", "public, max-age=3600, must-revalidate")], 3600.0),
        ([("Cache-Control", "public"), ("Cache-Control", "MAX-AGE=60")], 60.0),
        ([("Cache-Control", 'max-age="60"')], 60.0),
        ([("Cache-Control", "max-age=3600"), ("Age", "600")], 3000.0),
        ([("Cache-Control", "max-age=3600"), ("Age", "7200")], 0.0),
        ([("Cache-Control", "max-age=3600"), ("Age", "-600")], 3600.0),
        ([("Cache-Control", "max-age=3600"), ("Age", "old")], 3600.0),
        ([("Cache-Control", "max-age=999999999999")], MONTH),
        ([("Cache-Control", "max-age=-1")], 0.0),
        ([("Cache-Control", "max-age=soon")], 0.0),
        ([("Cache-Control", "max-age")], 0.0),
        ([("Cache-Control", "s-maxage=60")], None),
        ([("Cache-Control", "private")], None),
        ([("Cache-Control", "no-cache, max-age=60")], 0.0),
        ([("Cache-Control", "no-store")], 0.0),
        ([("Cache-Control", "max-age=60"), ("Expires", "Fri, 15 Jan 2027 09:00:00 GMT")], 60.0),
        ([("Expires", "Fri, 15 Jan 2027 09:00:00 GMT")], 3600.0),
        ([("Expires", "Fri, 15 Jan 2027 09:00:00 GMT"), ("Date", "Fri, 15 Jan 2027 08:30:00 GMT")], 1800.0),
        ([("Expires", "0")], 0.0),
        ([("Expires", "-1")], 0.0),
        ([("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")], 0.0),
        ([("Expires", "Thu, 01 Jan 9999 00:00:00 GMT")], MONTH),
    ],
)
def test_how_long_an_answer_stays_fresh(pairs: list[tuple[str, str]], seconds: float | None) -> None:
    assert h.fresh_seconds(fields(*pairs), NOW) == seconds


@pytest.mark.parametrize(
    "etag", ['"a"', 'W/"a"', '"a-gzip"', "unquoted", '"é"', '""', "'x'", '"a b"', '"\t"', "W/x,y", "0"]
)
def test_validators_are_kept_byte_for_byte(etag: str) -> None:
    assert h.validators(fields(("ETag", etag), ("Last-Modified", "yesterday"))) == Validators(
        etag=etag, last_modified="yesterday"
    )


@pytest.mark.parametrize("etag", ["", '"\udcff"', '"a\nb"', '"\x01"', '"' + "a" * 5000 + '"'])
def test_validators_that_cannot_be_sent_back_are_dropped(etag: str) -> None:
    assert h.validators(fields(("ETag", etag))) == Validators()


def test_a_304_renews_what_it_carries_and_keeps_the_rest() -> None:
    sent = Validators(etag='"1"', last_modified="Monday")
    assert h.renewed(sent, fields()) == sent
    assert h.renewed(sent, fields(("ETag", '"2"'))) == Validators(etag='"2"', last_modified="Monday")
    assert h.renewed(sent, fields(("Last-Modified", "Tuesday"))) == Validators(etag='"1"', last_modified="Tuesday")


def test_links_are_absolute_and_split_by_relation() -> None:
    said = fields(
        ("Link", '<https://hub.example/>; rel="hub", </feed>; rel=self; type="a,b;c"'),
        ("Link", '<next>; rel="next  Archives"; title="x, <y>; rel=z"'),
        ("Link", "<javascript:alert(1)>; rel=hub, <//[>; rel=hub, <x>, <y>; title=rel"),
        ("Link", '<other>; rel=self; anchor="#part"'),
        ("Link", "</feed>; rel=SELF"),
    )
    assert h.links(said, "https://example.org/a/b") == (
        ("hub", "https://hub.example/"),
        ("self", "https://example.org/feed"),
        ("next", "https://example.org/a/next"),
        ("archives", "https://example.org/a/next"),
    )


def test_thousands_of_links_become_few() -> None:
    many = fields(("Link", ", ".join(f"<{number}>; rel=hub" for number in range(5000))))
    assert len(h.links(many, "https://example.org/")) == 32


def test_texts_are_clean_and_short() -> None:
    said = fields(("Content-Type", "text/xml\x07; charset=\udcff" + "x" * 2000), ("Content-Language", " "))
    text = h.text(said, "Content-Type")
    assert text is not None
    assert text.startswith("text/xml; charset=x")
    assert len(text) == 500
    assert h.text(said, "Content-Language") is None
    assert h.text(said, "Content-Location") is None


def test_a_content_location_is_absolute_or_none() -> None:
    base = "https://example.org/a/b"
    assert h.location(fields(("Content-Location", "c")), "Content-Location", base) == "https://example.org/a/c"
    assert h.location(fields(("Content-Location", "javascript:1")), "Content-Location", base) is None
    assert h.location(fields(), "Content-Location", base) is None


@pytest.mark.parametrize(
    ("subscribers", "text"),
    [
        (0, "Dateline/1.2 (+https://x.example/)"),
        (-3, "Dateline/1.2 (+https://x.example/)"),
        (1, "Dateline/1.2 (+https://x.example/; 1 subscriber)"),
        (2, "Dateline/1.2 (+https://x.example/; 2 subscribers)"),
        (12345, "Dateline/1.2 (+https://x.example/; 12345 subscribers)"),
    ],
)
def test_the_user_agent_says_who_asks_for_how_many(subscribers: int, text: str) -> None:
    assert h.user_agent("1.2", "https://x.example/", subscribers) == text


@given(st.text(max_size=80))
def test_any_header_text_is_understood_or_counts_as_not_said(text: str) -> None:
    said = fields(
        *((name, text) for name in ("Retry-After", "Cache-Control", "Age", "Expires", "Date", "Link", "ETag"))
    )
    for seconds in (h.retry_after(said, NOW), h.fresh_seconds(said, NOW)):
        assert seconds is None or 0 <= seconds <= MONTH
    assert all(url.startswith(("http://", "https://")) for _, url in h.links(said, "https://example.org/"))
    assert h.sendable(h.validators(said)) == h.validators(said)
