"""Our own documents, one a peculiarity: ``corpus/<format>/<case>.xml`` (or ``.feed``) and what must be understood."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from dateline.model import ParsedFeed
from dateline.parse import parse_feed

CORPUS = Path(__file__).parent / "corpus"
CASES = sorted(path for path in CORPUS.glob("*/*") if path.suffix in {".xml", ".feed"})


@pytest.mark.parametrize("path", CASES, ids=[f"{path.parent.name}/{path.stem}" for path in CASES])
def test_a_document_is_understood_as_written_beside_it(path: Path) -> None:
    case = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert described(parse_feed(path.read_bytes(), **case.get("given", {}))) == case["expect"]


def test_the_corpus_covers_every_format() -> None:
    formats = {json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["expect"]["format"] for path in CASES}
    assert formats >= {"rss090", "rss091", "rss092", "rss094", "rss10", "rss20", "rss", "atom03", "atom10", "cdf"}
    assert formats >= {"json10", "json11"}


def described(feed: ParsedFeed) -> dict[str, Any]:
    """A feed as in the corpus: only what is there, of warnings the codes, no hashes."""
    found: dict[str, Any] = _present(to_builtins(feed))
    for entry in found.get("entries", []):
        entry.pop("source_hash", None)
    if feed.warnings:
        found["warnings"] = [warning.code for warning in feed.warnings]
    return found


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _present(inner) for key, inner in value.items() if inner not in (None, "", (), [], {})}
    if isinstance(value, list | tuple):
        return [_present(inner) for inner in value]
    return value
