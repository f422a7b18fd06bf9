"""Words, dates and numbers in a reader's language: English msgids → ``Words`` of one language.

Catalogues are ``locale/<language>/LC_MESSAGES/dateline.po``, read at start and held in memory. English needs none.
"""

import gettext
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALE_FOLDER = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"

MACHINE_MADE = "# Machine-made, please review."

# English here is written for readers everywhere: the day before the month, hours to 24.
_BABEL_LOCALES = {"en": "en_GB"}


def N_(text: str) -> str:  # noqa: N802 - the extractor's usual name for a marker
    """Mark a msgid that is translated later; gives it back unchanged."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - the extractor's usual name for a marker
    """Mark a msgid with a plural that is translated later."""
    return one, many


@cache
def languages() -> tuple[str, ...]:
    """The languages the pages speak, English first."""
    return (SOURCE_LANGUAGE, *sorted(path.parts[-3] for path in LOCALE_FOLDER.glob("*/LC_MESSAGES/dateline.po")))


@cache
def language_name(language: str) -> str:
    """A language's name in itself, with a capital: ``Français``."""
    own = Locale.parse(language).get_display_name(language) or language
    return own[:1].upper() + own[1:]


@cache
def is_machine_made(language: str) -> bool:
    """Whether a catalogue says in its first line that nobody who speaks the language has read it yet."""
    if language == SOURCE_LANGUAGE:
        return False
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "dateline.po").open(encoding="utf-8") as source:
        return source.readline().strip() == MACHINE_MADE


@cache
def time_zones() -> tuple[str, ...]:
    """The names of all zones a reader may choose."""
    return tuple(sorted(available_timezones()))


@cache
@lru_cache(maxsize=4096)
def _number(value: int, locale: str) -> str:
    """A page tells the same few counts again and again; Babel takes 10 µs for each."""
    return format_decimal(value, locale=locale)


class Words:
    """Everything the pages say in one language. Made once a language; safe to share between threads."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self.locale = Locale.parse(_BABEL_LOCALES.get(language, language))
        self._locale_name = str(self.locale)
        self.direction: Literal["ltr", "rtl"] = "rtl" if self.locale.text_direction == "rtl" else "ltr"
        self._gettext = translations.gettext
        self._moment_pattern = translations.gettext(N_("{day} at {time}"))
        self._ngettext = translations.ngettext

    def text(self, msgid: str, /, **values: object) -> str:
        """``_()``: the sentence for ``msgid``, its ``{names}`` filled from ``values``."""
        sentence = self._gettext(msgid)
        return sentence.format_map(values) if values else sentence

    def plural(self, one: str, many: str, count: int, /, **values: object) -> str:
        """``ngettext()``: the sentence for ``count`` things; ``{count}`` is the number as people write it."""
        return self._ngettext(one, many, count).format_map({"count": self.number(count), **values})

    def number(self, value: int) -> str:
        """1234 → ``1 234`` in French, ``1,234`` in English."""
        return str(value) if 0 <= value < 1000 else _number(value, self._locale_name)

    def average(self, value: float) -> str:
        """0.27 → ``0,3`` in French; from ten on without what comes after the point."""
        return self.number(round(value)) if value >= 10 else format_decimal(value, "0.#", self._locale_name)

    def day(self, day: date) -> str:
        """``22 novembre 2026``."""
        return _day(day, "long", self._locale_name)

    def short_day(self, day: date) -> str:
        """``22 nov. 2026``."""
        return _day(day, "medium", self._locale_name)

    def day_of_year(self, day: date) -> str:
        """``22 nov.``."""
        return _day(day, "MMMd", self._locale_name)

    def weekday(self, number: int) -> str:
        """A day of the week, 0 is Monday, short: "Mon"."""
        return str(self.locale.days["stand-alone"]["abbreviated"][number])

    def month(self, number: int) -> str:
        """A month of the year, 1 is January, short: "Jan"."""
        return str(self.locale.months["stand-alone"]["abbreviated"][number])

    def minute(self, moment: datetime) -> str:
        """``14:58``, of a time already in the reader's zone."""
        return _minute(moment.hour, moment.minute, self._locale_name)

    def moment(self, moment: datetime) -> str:
        """``4 juin 2025 à 14:58``, of a time already in the reader's zone."""
        return self._moment_pattern.format(day=self.day(moment.date()), time=self.minute(moment))


@lru_cache(maxsize=8192)
def _day(day: date, length: Literal["long", "medium", "MMMd"], locale: str) -> str:
    if length == "MMMd":
        return str(format_skeleton("MMMd", day, locale=locale))
    return str(format_date(day, length, locale=locale))


@lru_cache(maxsize=8192)
def _minute(hour: int, minute: int, locale: str) -> str:
    return str(format_time(time(hour, minute), "HH:mm", locale=locale))


def local(moment: datetime, zone_info: ZoneInfo) -> datetime:
    """A UTC time in the reader's zone; at the ends of the calendar, where there is none, the UTC time itself."""
    try:
        return moment.astimezone(zone_info)
    except OverflowError:
        return moment.astimezone(UTC)


@cache
def words(language: str) -> Words:
    """The ``Words`` of a language; English for one that the pages do not speak."""
    if language not in languages() or language == SOURCE_LANGUAGE:
        return Words(SOURCE_LANGUAGE, gettext.NullTranslations())
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "dateline.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(language, gettext.GNUTranslations(compiled))


def preferred(accept_language: str, known: Iterable[str] = ()) -> str:
    """An ``Accept-Language`` header → the best of the ``known`` languages (all, when none are given), else English."""
    offered = tuple(known) or languages()
    wishes: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(",")[:20]:
        tag, _, parameter = part.partition(";")
        wishes.append((_quality(parameter), tag.strip().lower().split("-")[0]))
    for quality, language in sorted(wishes, key=lambda wish: -wish[0]):
        if quality > 0 and language in offered:
            return language
    return SOURCE_LANGUAGE


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
