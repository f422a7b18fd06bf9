"""Every command and option is documented, and every error has an exit code that a script can tell."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from dateline.cli.app import app
from dateline.cli.failures import EXIT_CODES, exit_code_of, sentence_of
from dateline.errors import ALL_CODES, FAMILIES

TEXT = (Path(__file__).resolve().parents[2] / "docs/admin/commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(dateline [\w ]+)`\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL))


def commands(command: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """(path, options) of every command, hidden options left out."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}")
        return
    yield path, [option for param in command.params if not getattr(param, "hidden", False) for option in param.opts]


def test_every_command_and_option_is_documented() -> None:
    found = dict(commands(typer.main.get_command(app), "dateline"))
    assert set(found) == set(SECTIONS)
    for path, options in found.items():
        missing = [option for option in options if option.startswith("--") and f"`{option}" not in SECTIONS[path]]
        assert missing == [], path


def test_every_exit_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert set(EXIT_CODES.values()) <= documented


def test_the_table_of_exit_codes_names_only_what_exists() -> None:
    families = {code.partition(".")[0] for code in ALL_CODES}
    assert set(EXIT_CODES) <= ALL_CODES | families
    assert [code for code in ALL_CODES if not {code, code.partition(".")[0]} & set(EXIT_CODES)] == []


def test_every_failure_is_one_line_with_its_code() -> None:
    for family in FAMILIES:
        for code in family.CODES:
            error = family.__new__(family)
            error.code, error.detail = code, "a\nb\x1b[31m"
            line = sentence_of(error)
            assert f"[{code}: a b[31m]" in line
            assert "\n" not in line
            assert exit_code_of(error) not in (0, 2)
