"""The house stays as it is drawn: docstrings, documents and schema are true."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from dateline.cli.app import app
from dateline.errors import ALL_CODES
from dateline.settings import PREFIX, Settings
from dateline.store import Database, health
from dateline.store.migrations import migrations
from dateline.web import advice, messages
from dateline.web.routes import routes

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = [path for folder in ("tests", "bench", "fuzz") for path in sorted((ROOT / folder).rglob("*.py"))]
TEXTS = [
    path
    for folder in ("src", "docs", "tests", "bench", "fuzz", "scripts", ".ci")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and path.suffix not in {".pyc", ".png", ".webp", ".ico", ".jpg"}
] + [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml")]


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert len(docstring) > 20


def test_no_module_is_past_what_fits_in_a_head() -> None:
    long = {str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > 520}
    assert long == {}


def test_every_error_code_has_a_sentence() -> None:
    assert {code for code in ALL_CODES if code not in messages.SENTENCES} == set()


def test_every_failure_of_a_feed_has_advice() -> None:
    """The page of the feeds' health says what to do, whatever happened."""
    codes = {code for code in ALL_CODES if code.split(".")[0] in ("fetch", "parse", "refresh") and "opml" not in code}
    codes -= {"parse.no_articles", "parse.bad_archive"}  # of files that people bring
    codes -= {"fetch.not_media"}  # of pictures on their way to a page
    codes = {code for code in codes if not code.startswith("fetch.mailbox_")}  # of mailboxes: their own page says it
    assert codes - set(advice.ADVICE) == set()
    assert set(advice.TITLES) == set(advice.MEANINGS) == set(health.KINDS)


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs/admin/settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(DATELINE_\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {PREFIX + name.upper() for name in Settings.__struct_fields__}
    for name, default in zip(Settings.__struct_fields__, Settings().__struct_defaults__, strict=True):
        if isinstance(default, str | int | float):
            assert (
                rows[PREFIX + name.upper()] == f"`{default if isinstance(default, str) else format(default, '.15g')}`"
            )


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs/admin/commands.md").read_text(encoding="utf-8")
    missing = []
    for path, command in _commands("dateline", get_command(app)):
        options = [
            option
            for parameter in command.params
            if not getattr(parameter, "hidden", False)
            for option in parameter.opts
            if option.startswith("--")
        ]
        missing += [path] if path not in text else []
        missing += [f"{path} {option}" for option in options if f"`{option}" not in text and option != "--help"]
    assert missing == []


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", {})
    if not inner:
        yield path, command
    for name, child in inner.items():
        yield from _commands(f"{path} {name}", child)


def test_every_place_of_the_site_map_is_documented() -> None:
    text = (ROOT / "docs/web.md").read_text(encoding="utf-8")
    assert [place.path for place in routes() if f"`{place.path}`" not in text] == []


def test_the_written_schema_is_what_the_migrations_make(sqlite_db: Database) -> None:
    with sqlite_db.reading() as tx:
        statements = tx.column(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'entry_text_%'"
            " AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name"
        )
    made = "-- Generated from the migrations; `make schema` writes it anew.\n" + "".join(
        f"\n{sql};\n" for sql in statements
    )
    assert (ROOT / "src/dateline/store/schema.sql").read_text(encoding="utf-8") == made


@pytest.mark.postgres
def test_both_engines_have_the_same_tables_and_columns(sqlite_db: Database, postgres_db: Database) -> None:
    with sqlite_db.reading() as tx:
        lite = {
            (table, column)
            for table in tx.column(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'entry_text%'"
            )
            for column in tx.column("SELECT name FROM pragma_table_info(:table)", table=table)
            if not table.startswith("sqlite_")
        }
    with postgres_db.reading() as tx:
        big = {
            (table, column)
            for table, column in tx.all(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND table_name NOT IN ('entry_text', 'schema_version')"
            )
        }
    assert lite == big


def test_migrations_are_numbered_alike() -> None:
    assert [number for number, _ in migrations("sqlite")] == [number for number, _ in migrations("postgres")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_a_machine_or_unfinished_work(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    machine = re.compile(r"(?<![\w/])/(?:work|root|home/\w+)/(?!\S*\*)[\w.]+")
    assert path == Path(__file__) or machine.findall(text) == []
    assert path.is_relative_to(ROOT / "tests") or re.findall(r"\b(?:TODO|FIXME|XXX)\b", text) == []


def test_everything_that_the_program_imports_is_one_of_its_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[^\w-]", wish)[0].lower() for wish in project["dependencies"]}
    names = {
        "argon2": "argon2-cffi",
        "cchardet": "faust-cchardet",
        "psycopg_pool": "psycopg",
        "re2": "google-re2",
        "python_multipart": "python-multipart",
        "readability": "readability-lxml",
    }
    imported = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                imported.add(node.module.split(".")[0])
    outside = imported - set(sys.stdlib_module_names) - {"dateline"}
    assert {name for name in outside if names.get(name, name) not in declared} == set()
