"""One GET from a thread."""

import time

import pytest
from tests.internet import LOOPBACK, Internet, Reply, rss

from dateline.errors import FetchError
from dateline.fetch import fetch_now
from dateline.settings import Settings

BODY = rss("One", "First")


def test_a_thread_without_an_event_loop_can_ask() -> None:
    with Internet({"/": Reply(BODY, etag='"1"', encoding="gzip")}) as internet:
        first = fetch_now(LOOPBACK, internet.url(), version="1", accept="page", subscribers=2)
        assert first.body == BODY
        assert fetch_now(LOOPBACK, internet.url(), version="1", validators=first.validators).status == 304
        assert str(internet.requests[0].header("Accept")).startswith("text/html")
        assert str(internet.requests[0].header("User-Agent")).endswith("; 2 subscribers)")


def test_errors_come_through() -> None:
    with Internet({"/": 410}) as internet:
        with pytest.raises(FetchError) as caught:
            fetch_now(LOOPBACK, internet.url(), version="1")
        assert caught.value.code == "fetch.gone"
        with pytest.raises(FetchError) as caught:
            fetch_now(Settings(), internet.url(), version="1")
        assert caught.value.code == "fetch.forbidden_address"
        assert len(internet.requests) == 1


def test_the_deadline_is_kept() -> None:
    started = time.monotonic()
    with Internet({"/": Reply(BODY, delay=30)}) as internet, pytest.raises(FetchError) as caught:
        fetch_now(LOOPBACK, internet.url(), version="1", deadline=0.2)
    assert caught.value.code == "fetch.timeout"
    assert time.monotonic() - started < 25
