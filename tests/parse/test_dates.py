"""Dates as feeds write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.parse.dates import parse_date

JUNE_4 = datetime(2025, 6, 4, 14, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        # RFC 822, 1123, 2822
        "Wed, 04 Jun 2025 14:58:00 GMT",
        "Wed, 04 Jun 2025 14:58:00 +0000",
        "Wed, 4 Jun 2025 14:58 UT",
        "Wed, 04 Jun 25 14:58:00 Z",
        "04 June 2025 14:58:00",
        "4 Jun 2025 16:58:00 +0200",
        "Wed, 04 Jun 2025 16:58:00 +02:00",
        "Wednesday, 04-Jun-25 14:58:00 UTC",
        "Wed,04 Jun 2025 14:58:00 GMT",
        "Wed, 04 Jun 2025 15:58:00 GMT+1",
        "Wed, 04 Jun 2025 14:58:00 +0000 (UTC)",
        # Named zones
        "Wed, 04 Jun 2025 09:58:00 EST",
        "Wed, 04 Jun 2025 10:58:00 EDT",
        "Wed, 04 Jun 2025 06:58:00 PST",
        "Wed, 04 Jun 2025 07:58:00 PDT",
        "Wed, 04 Jun 2025 15:58:00 CET",
        "Wed, 04 Jun 2025 16:58:00 CEST",
        "Wed, 04 Jun 2025 15:58:00 BST",
        "Wed, 04 Jun 2025 17:58:00 MSK",
        "Wed, 04 Jun 2025 23:58:00 JST",
        "Wed, 04 Jun 2025 20:28:00 IST",
        "Wed, 04 Jun 2025 14:58:00 XYZ",  # unknown: UTC (RFC 5322 §4.3)
        # ISO 8601, W3CDTF
        "2025-06-04T14:58:00Z",
        "2025-06-04T14:58Z",
        "2025-06-04T14:58:00.000Z",
        "2025-06-04T14:58:00",
        "2025-06-04 14:58:00",
        "2025-06-04 14:58:00 UTC",
        "2025-06-04T16:58:00+02:00",
        "2025-06-04T16:58:00+0200",
        "2025-06-04T16:58:00+02",
        "20250604T145800Z",
        "20250604145800",
        "2025-155T14:58:00Z",
        "2025-W23-3T14:58:00Z",
        "25-06-04T14:58:00Z",
        # Numbers
        "1749049080",
        "1749049080000",
        # asctime and its kin
        "Wed Jun  4 14:58:00 2025",
        "Wed Jun 04 14:58:00 UTC 2025",
        "Wed Jun 04 09:58:00 -0500 2025",
        "Wed Jun 04 2025 16:58:00 GMT+0200 (CEST)",
        # Free forms
        "June 4, 2025 2:58 PM",
        "Jun 4, 2025 14:58",
        "Wednesday, 4 June 2025 - 2:58pm",
        "06/04/2025 2:58 PM",
        "04.06.2025 14:58",
        "2025/06/04 14:58",
        "4 June 2025 09:58 EST",
        # Other languages
        "mer., 4 juin 2025 16:58:00 +0200",
        "le 4 juin 2025 à 14h58",
        "Mi, 04 Jun 2025 14:58:00 +0000",
        "4. Juni 2025 14:58",
        "4 de junio de 2025 14:58",
        "mercoledì 4 giugno 2025 14:58",
        "4 de junho de 2025 14:58",
        "4 juni 2025 14:58",
        "4 czerwca 2025 14:58",
        "4 июня 2025, 14:58",
        "4 червня 2025 14:58",
        "4 června 2025 14:58",
        "2025. június 4. 14:58",
        "4 Haziran 2025 14:58",
        "Τετ, 4 Ιουν 2025 14:58:00 GMT",
        "2025年6月4日 14:58",
        "2025年6月4日 下午 2:58",
        "2025년 6월 4일 오후 11:58",
        "4 ekaina 2025 14:58",
        "2025. gada 4. jūnijs 14:58",
        "2025 m. birželio 4 d. 14:58",
        "4. јун 2025. 14:58",
        "4. kesäkuuta 2025 klo 14.58",
        "4. juni 2025 kl. 14.58",
        "4 ივნისი 2025 14:58",
        "4 জুন 2025 14:58",
        "۴ ژوئن ۲۰۲۵ 14:58",
        # What other readers' users reported
        "Wed, Jun 4,2025 14:58:00 GMT",
        "Wed, 4, Jun 2025 14:58",
        "Wed, 04 06 2025 16:58:00 +0200",
        "Wed, 06 04 2025 14:58",  # the weekday says which is the month
        "Wed, 06/04/2025 14:58",
        "Wed, 04/06/2025 14:58",
        "Wed, Jun 4 2025 07:58:00 -700",
        "Wed, 04 Jun 2025 07:58:00 --0700",
        "Wed 4 Jun 14:58:00 UTC 2025",
        "4 Jun 14:58:00 2025",
        "2025, June 4 14:58",
        "04.06.2025 21:58 (GMT+7)",
        "Thứ tư, 4.6.2025, 21:58 (GMT+7)",
        "2025-06-04T14.58.00Z",
        "2025-06-04-14:58:00",
        "/Date(1749049080000)/",
        "/Date(1749049080000+0200)/",
        "Wed, 04 Jun 2025 17:58:00 IDT",
    ],
)
def test_one_afternoon_written_in_many_ways(text: str) -> None:
    assert parse_date(text) == JUNE_4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025", (2025, 1, 1)),
        ("2025-06", (2025, 6, 1)),
        ("2025-06-04", (2025, 6, 4)),
        ("20250604", (2025, 6, 4)),
        ("2025-155", (2025, 6, 4)),
        ("2025W233", (2025, 6, 4)),
        ("250604", (2025, 6, 4)),
        ("Jun 4, 2025", (2025, 6, 4)),
        ("4 août 2025", (2025, 8, 4)),
        ("27/07/2011", (2011, 7, 27)),
        ("07/27/2011", (2011, 7, 27)),
        ("27.07.2011", (2011, 7, 27)),
        ("January 2011", (2011, 1, 1)),
        ("2005-26-12T00:00:00Z", (2005, 12, 26)),  # day and month changed places
        ("2568-06-04", (2025, 6, 4)),  # the Buddhist era
        ("1 Jan 70 00:00:00 GMT", (1970, 1, 1)),
    ],
)
def test_a_date_without_a_time_is_midnight_in_utc(text: str, expected: tuple[int, int, int]) -> None:
    assert parse_date(text) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-04T24:00:00Z", datetime(2025, 6, 5, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2025-06-04T14:58:00.123456789Z", JUNE_4.replace(microsecond=123456)),
    ],
)
def test_the_ends_of_days_and_fractions_of_seconds(text: str, expected: datetime) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "never", "null", "soon", "yesterday at 10:00", "30 Feb 2025", "2025-13-13",
        "Wed, 04 Jun 2025 25:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00Z", "9999-12-31", "99999999999999999", "--06-04",
        "4 June", "10:00", "1", "2025-06-04" * 30, "٤ ٦ ٢٠٢٥",
    ],
)  # fmt: skip
def test_what_means_no_time_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.tzinfo is UTC


@given(st.from_regex(r"\A[0-9A-Za-z:/.,+\-년월일年月日오후전 ]{1,60}\Z"))
def test_no_text_that_looks_like_a_date_raises(text: str) -> None:
    found = parse_date(text)
    assert found is None or 1800 <= found.year < 2200
