"""What long-lived processes load: memory that nobody asked for is memory of a small computer."""

import subprocess
import sys

import pytest

PROGRAM = "import sys, {}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        ("dateline.asgi, dateline.cli.web_process", {"aiohttp", "aiosmtpd", "typer", "pydantic", "granian"}),
        ("dateline.worker, dateline.cli.worker_process", {"starlette", "minijinja", "babel", "aiosmtpd", "typer"}),
        ("dateline.cli.app", {"apsw", "psycopg", "lxml", "starlette", "aiohttp", "granian"}),
    ],
)
def test_a_process_loads_what_it_always_needs_and_no_more(modules: str, unwanted: set[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(modules)], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ran.stdout.split())
    assert "dateline" in loaded
    assert not loaded & unwanted
