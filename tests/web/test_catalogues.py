"""Every word of the pages is in every catalogue, translated, with the same names in braces and valid plural forms."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.checkers import checkers
from babel.messages.pofile import read_po
from tests.web.words import CATALOGUES, WEB, used

from dateline.web import i18n


def language_of(path: Path) -> str:
    return path.parts[-3]


COMPLETE = [path for path in CATALOGUES if language_of(path) == "fr"]
"""What is complete at every commit; the others follow at releases."""
OTHERS = [path for path in CATALOGUES if path not in COMPLETE]


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3])


def forms(texts: str | Sequence[str] | None) -> list[str]:
    """A msgid or msgstr with all its forms."""
    return [texts] if isinstance(texts, str) else list(texts or ())


def key(msgid: str | Sequence[str]) -> str:
    return forms(msgid)[0]


def test_the_extraction_finds_words_in_code_and_in_templates() -> None:
    words = used()
    assert "Main stream" in words  # pages/stream.py
    assert "Mark all as read" in words  # templates/pages/stream.html
    assert ("{count} article marked as read.", "{count} articles marked as read.") in words


def test_french_is_among_the_languages() -> None:
    assert {"en", "fr"} <= set(i18n.languages())
    assert i18n.languages()[0] == "en"


@pytest.mark.parametrize("path", COMPLETE, ids=language_of)
def test_a_catalogue_has_every_msgid_and_no_other(path: Path) -> None:
    there = {key(message.id) for message in catalogue(path) if message.id}
    wanted = {key(msgid) for msgid in used()}
    assert sorted(wanted - there) == [], "missing"
    assert sorted(there - wanted) == [], "no longer used"


@pytest.mark.parametrize("path", OTHERS, ids=language_of)
def test_the_other_languages_lack_two_in_a_hundred_at_most(path: Path) -> None:
    there = {key(message.id) for message in catalogue(path) if message.id and all(forms(message.string))}
    wanted = {key(msgid) for msgid in used()}
    assert len(wanted & there) >= 0.98 * len(wanted), sorted(wanted - there)
    assert not [message.id for message in catalogue(path) if message.fuzzy and message.id]


@pytest.mark.parametrize("path", COMPLETE, ids=language_of)
def test_everything_in_a_catalogue_is_translated_and_none_is_fuzzy(path: Path) -> None:
    messages = [message for message in catalogue(path) if message.id]
    assert [message.id for message in messages if message.fuzzy] == []
    untranslated = []
    for message in messages:
        strings = forms(message.string)
        if not strings or not all(strings):
            untranslated.append(message.id)
    assert untranslated == []


@pytest.mark.parametrize("path", CATALOGUES, ids=language_of)
def test_plural_forms_and_names_in_braces_are_valid(path: Path) -> None:
    po = catalogue(path)
    for message in po:
        for check in checkers:
            check(po, message)
        if not message.id:
            continue
        sources = forms(message.id)
        strings = forms(message.string)
        if not any(strings):
            continue
        names = set(re.findall(r"{(\w+)}", " ".join(sources)))
        for string in strings:
            assert set(re.findall(r"{(\w+)}", string)) == names, message.id
        if len(sources) == 2:
            assert len(strings) == po.num_plurals, message.id


@pytest.mark.parametrize("path", COMPLETE, ids=language_of)
def test_french_is_set_with_its_own_spaces_and_apostrophes(path: Path) -> None:
    for message in catalogue(path):
        strings = forms(message.string)
        for string in strings if message.id else []:
            assert "'" not in string, string
            assert not re.search(r"(?<!\u202f)[;!?]", string), string
            assert not re.search(r"(?<!\u00a0):(?=\s|$)", string), string
            assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", string), string


OTHER_VOICES = {
    "ar": r"تعمية|معمّ",
    "de": r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w*)\b",
    "es": r"\b([Uu]sted|Compruebe|Elija|Elimine|Escriba|Guarde|Inténtelo|Pulse|Quítel[ao]|Seleccione|Vuelva)\b",
    "fr": r"\b([Tt]u|[Tt]oi|[Tt]on|[Tt]es)\b",
    "it": r"\b(Lei|Apra|Controlli|(?i:conservi|elimini)|(?<!tu )scelga|Prema|Riprovi|Scriva|Selezioni)\b",
    "nl": r"\b([Uu]|[Uu]w)\b(?! toont)",
    "pl": r"\b(Pan|Pana|Państwo|Państwa)\b|(?<=\w )(Twó|Twoj|Twoi|Ciebie|Ty\b)",
    "pt": r"(?i:ficheiro|ecrã|utilizador|subscri|palavra-passe)",
    "ru": r"(?i:\b(ты|тебя|твой|твои)\b)",
    "uk": r"(?i:\b(ти|тебе|твій|твої)\b)",
    "zh": r"您|[\u4e00-\u9fff]([,;]|:(?! 值))",
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]([,;]|:(?! 値))",
}
"""What tells of another voice than a language has here (a friend's or a stranger's), or of another country's words."""


@pytest.mark.parametrize("path", CATALOGUES, ids=language_of)
def test_a_catalogue_speaks_to_its_reader_in_one_voice(path: Path) -> None:
    other = re.compile(OTHER_VOICES[language_of(path)])
    assert [
        string for message in catalogue(path) if message.id for string in forms(message.string) if other.search(string)
    ] == []


def test_scripts_say_nothing_by_themselves() -> None:
    for path in WEB.rglob("static/js/**/*.js"):
        assert not re.search(r"\b(_|gettext|ngettext)\(", path.read_text(encoding="utf-8")), path
