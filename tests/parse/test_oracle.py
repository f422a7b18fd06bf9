"""Other parsers' own cases (``../shared/feeds/oracle``): what they assert, and that none of them breaks anything."""

from pathlib import Path

import pytest
from tests.parse import oracle

from dateline.errors import ParseError

pytestmark = pytest.mark.shared


def test_of_feedparsers_gate_cases_at_least_97_percent_agree(shared: Path) -> None:
    cases = [case for case in oracle.load(shared / "feeds/oracle/feedparser") if oracle.counts_for_gate(case)]
    failed = {case["id"]: missed for case in cases if (missed := oracle.misses(case))}
    assert len(cases) > 400
    assert len(failed) <= 0.03 * len(cases), failed


@pytest.mark.parametrize("name", ["feedparser", "gofeed"])
def test_no_case_raises_anything_but_a_parse_error(shared: Path, name: str) -> None:
    refused = []
    for case in oracle.load(shared / "feeds/oracle" / name):
        try:
            oracle.understood(case)
        except ParseError as error:
            refused.append((case["id"], error.code))
    assert len(refused) <= 2, refused  # documents without any element
