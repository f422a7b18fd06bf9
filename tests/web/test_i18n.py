"""Words, dates and numbers in the reader's language."""

from datetime import UTC, date, datetime

import pytest

from dateline.errors import ALL_CODES, ActionError, DatelineError, FetchError, NotFound, StoreError
from dateline.store.times import zone
from dateline.web import i18n, messages, notices
from dateline.web.notices import Notice


def test_dates_are_written_as_people_write_them() -> None:
    moment = datetime(2025, 6, 4, 14, 58)  # noqa: DTZ001 - a wall clock's time, in the reader's zone already
    assert i18n.words("fr").moment(moment) == "4 juin 2025 à 14:58"
    assert i18n.words("en").moment(moment) == "4 June 2025 at 14:58"
    assert i18n.words("fr").day(date(2026, 11, 22)) == "22 novembre 2026"
    assert i18n.words("fr").short_day(date(2026, 11, 22)) == "22 nov. 2026"


def test_numbers_are_grouped_as_in_the_language() -> None:
    assert i18n.words("en").number(1234567) == "1,234,567"
    assert i18n.words("fr").number(1234567) == "1\u202f234\u202f567"
    assert i18n.words("fr").number(999) == "999"


def test_plurals_are_those_of_the_language() -> None:
    one, many = "{count} article marked as read.", "{count} articles marked as read."
    assert i18n.words("fr").plural(one, many, 0).startswith("0 article marqué ")
    assert i18n.words("en").plural(one, many, 0).startswith("0 articles marked ")
    assert i18n.words("fr").plural(one, many, 1200).startswith("1\u202f200 articles marqués ")


@pytest.mark.parametrize("language", ["xx", "", "../../etc", "fr-CA", "en"])
def test_an_unknown_language_is_english(language: str) -> None:
    assert i18n.words(language).text("Main stream") == "Main stream"


@pytest.mark.parametrize("name", ["Nowhere/Land", "", "../etc/passwd", "/etc/localtime", "x" * 5000, "a\0b"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert zone(name).key == "UTC"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "fr"),
        ("tlh, en;q=0.7, fr;q=0.3", "en"),
        ("tlh, fr;q=0.3", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=x", "en"),
        ("", "en"),
        ("zz" * 10_000, "en"),
        (",;q=,;;=", "en"),
    ],
)
def test_the_browsers_wish_is_followed(accepted: str, language: str) -> None:
    assert i18n.preferred(accepted) == language


def test_the_ends_of_the_calendar_are_shown_in_utc() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert i18n.local(last, zone("Asia/Tokyo")) == last
    assert i18n.words("fr").moment(i18n.local(last, zone("Asia/Tokyo"))) == "31 décembre 9999 à 23:59"


@pytest.mark.parametrize("code", sorted(ALL_CODES))
def test_every_error_code_has_a_sentence_in_english_and_french(code: str) -> None:
    english, french = (messages.sentence(i18n.words(language), code) for language in ("en", "fr"))
    assert code in messages.SENTENCES
    assert english.endswith(".")
    assert french.endswith(".")
    assert english != french


def test_no_sentence_is_left_of_a_code_that_is_gone() -> None:
    assert set(messages.SENTENCES) == ALL_CODES


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (ActionError("action.forbidden"), 403),
        (ActionError("action.bad_value"), 400),
        (ActionError("action.too_large"), 413),
        (ActionError("action.too_many_attempts"), 429),
        (StoreError("store.busy"), 503),
        (FetchError("fetch.timeout"), 502),
    ],
)
def test_an_error_has_the_http_status_that_says_it_best(error: DatelineError, status: int) -> None:
    assert messages.status_of(error) == status


@pytest.mark.parametrize("kind", sorted(notices.SENTENCES))
def test_every_notice_has_a_sentence_in_english_and_french(kind: str) -> None:
    notice = Notice(kind=kind, count=3, name="Presse")
    english, french = (notices.sentence(i18n.words(language), notice) for language in ("en", "fr"))
    assert english
    assert french
    assert english != french
    assert "{" not in english + french
