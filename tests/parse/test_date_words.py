"""Zones and months by their names, in the languages that feeds are written in, and what is no date."""

from datetime import UTC, datetime, timedelta

import pytest

from dateline.parse.dates import parse_date


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("UT", 0), ("UTC", 0), ("GMT", 0), ("Z", 0), ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7),
        ("MDT", -6), ("PST", -8), ("PDT", -7), ("AKST", -9), ("HST", -10), ("AST", -4), ("NST", -3.5), ("BRT", -3),
        ("WET", 0), ("WEST", 1), ("BST", 1), ("CET", 1), ("CEST", 2), ("MEZ", 1), ("MESZ", 2), ("EET", 2), ("EEST", 3),
        ("MSK", 3), ("TRT", 3), ("SAST", 2), ("IST", 5.5), ("NPT", 5.75), ("ICT", 7), ("WIB", 7), ("HKT", 8),
        ("SGT", 8), ("JST", 9), ("KST", 9), ("ACST", 9.5), ("AEST", 10), ("AEDT", 11), ("NZST", 12), ("NZDT", 13),
        ("est", -5), ("+0530", 5.5), ("-03:30", -3.5), ("+2", 2), ("GMT+2", 2), ("UTC-05:00", -5), ("−0500", -5),
        ("XYZ", 0), ("+9999", 0),
    ],
)  # fmt: skip
def test_a_zone_means_its_hours_east_of_greenwich(zone: str, hours: float) -> None:
    assert parse_date(f"Tue, 03 Feb 2026 18:30:00 {zone}") == datetime(2026, 2, 3, 18, 30, tzinfo=UTC) - timedelta(
        hours=hours
    )


@pytest.mark.parametrize(
    ("text", "month", "day"),
    [
        ("3 janvier 2026", 1, 3), ("1er février 2026", 2, 1), ("mardi 3 mars 2026", 3, 3), ("3 AOÛT 2026", 8, 3),
        ("3 déc. 2026", 12, 3), ("le 14 juil. 2026", 7, 14),
        ("3. Januar 2026", 1, 3), ("3. Jänner 2026", 1, 3), ("Dienstag, 3. März 2026", 3, 3), ("3. Okt. 2026", 10, 3),
        ("3 de enero de 2026", 1, 3), ("martes, 3 de marzo de 2026", 3, 3), ("3 sept 2026", 9, 3),
        ("3 gennaio 2026", 1, 3), ("3 giugno 2026", 6, 3), ("3 luglio 2026", 7, 3), ("3 settembre 2026", 9, 3),
        ("3 de fevereiro de 2026", 2, 3), ("3 de março de 2026", 3, 3), ("3 de outubro de 2026", 10, 3),
        ("3 maart 2026", 3, 3), ("3 mei 2026", 5, 3), ("3 augustus 2026", 8, 3),
        ("3 de març de 2026", 3, 3), ("3 juny 2026", 6, 3), ("3 desembre 2026", 12, 3),
        ("3 maj 2026", 5, 3), ("3 oktober 2026", 10, 3), ("3. marts 2026", 3, 3), ("3. desember 2026", 12, 3),
        ("3. tammikuuta 2026", 1, 3), ("3. heinäkuuta 2026", 7, 3), ("3. joulukuuta 2026", 12, 3),
        ("3 stycznia 2026", 1, 3), ("3 września 2026", 9, 3), ("3 października 2026", 10, 3),
        ("3. ledna 2026", 1, 3), ("3. června 2026", 6, 3), ("3. července 2026", 7, 3), ("3. listopadu 2026", 11, 3),
        ("3 января 2026", 1, 3), ("3 мая 2026 г.", 5, 3), ("Вт, 3 июн 2026", 6, 3), ("3 августа 2026", 8, 3),
        ("3 січня 2026", 1, 3), ("3 червня 2026", 6, 3), ("3 липня 2026", 7, 3), ("3 листопада 2026", 11, 3),
        ("3 февруари 2026", 2, 3), ("3 юли 2026", 7, 3), ("3 ноември 2026", 11, 3),
        ("2026. január 3.", 1, 3), ("2026. augusztus 3.", 8, 3),
        ("3 ianuarie 2026", 1, 3), ("3 iulie 2026", 7, 3), ("3 octombrie 2026", 10, 3),
        ("3 Ocak 2026", 1, 3), ("3 Ağustos 2026", 8, 3), ("3 Aralık 2026", 12, 3), ("3 Kasım 2026", 11, 3),
        ("3 Ιανουαρίου 2026", 1, 3), ("Τρι, 3 Μαρ 2026", 3, 3), ("3 Αυγούστου 2026", 8, 3),
        ("3 Agustus 2026", 8, 3), ("3 Desember 2026", 12, 3), ("3. siječnja 2026", 1, 3), ("3. rujna 2026", 9, 3),
        ("2026年3月3日", 3, 3), ("January 3, 2026", 1, 3), ("Sat, Jan 3 2026", 1, 3), ("2026 March 3", 3, 3),
        ("2026/03/03", 3, 3), ("03.12.2026", 12, 3), ("12/03/2026", 12, 3), ("2026-W10-2", 3, 3), ("2026-062", 3, 3),
        ("2026062", 3, 3), ("20260303", 3, 3), ("26-03-03", 3, 3),
    ],
)  # fmt: skip
def test_a_day_is_understood_in_the_languages_of_feeds(text: str, month: int, day: int) -> None:
    assert parse_date(text) == datetime(2026, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mardi 3 mars 2026 à 18:30", "2026-03-03T18:30"),
        ("3 mars 2026, 18h30", "2026-03-03T18:30"),
        ("Tue Mar  3 18:30:05 2026", "2026-03-03T18:30:05"),
        ("Tue Mar 3 18:30:05 EST 2026", "2026-03-03T23:30:05"),
        ("March 3, 2026 6:30 PM", "2026-03-03T18:30"),
        ("3/3/2026 12:05 am", "2026-03-03T00:05"),
        ("03.03.2026 18:30", "2026-03-03T18:30"),
        ("2026-03-03T18:30:05.123456789Z", "2026-03-03T18:30:05.123456"),
        ("2026-03-03T24:00:00Z", "2026-03-04T00:00"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00"),
        ("2026-03-03 18:30:05 -0800", "2026-03-04T02:30:05"),
        ("20260303T183005Z", "2026-03-03T18:30:05"),
        ("1772562605", "2026-03-03T18:30:05"),
        ("1772562605000", "2026-03-03T18:30:05"),
        ("2026년 3월 3일 오후 6:30", "2026-03-03T09:30"),
        ("2026年3月3日 下午6:30", "2026-03-03T18:30"),
        ("03 Mar 70 00:00 GMT", "1970-03-03T00:00"),
        ("03 Mar 26 18:30 GMT", "2026-03-03T18:30"),
        ("03 Mar 99 18:30 GMT", "1999-03-03T18:30"),
    ],
)
def test_a_moment_is_understood_in_every_form(text: str, expected: str) -> None:
    assert parse_date(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "yesterday", "null", "N/A", "3 mars", "18:30", "0", "-1", "99999999999999", "2026-13-45",
        "32 Jan 2026", "Mon, 01 Jan 0001 00:00:00 GMT", "0000-00-00", "1 Jan 9999999", "31 Foo 2026", "2026-W60-1",
        "2026-400", "Tue, 03 Mar 2026 25:00:00 GMT", "Tue, 30 Feb 2026 10:00:00 GMT", "٣ مارس", "\0", "\ud800",
        "1" * 5_000, "1 x " * 60, "2026-000",
    ],
)  # fmt: skip
def test_what_means_no_time_is_none(text: str) -> None:
    assert parse_date(text) is None
