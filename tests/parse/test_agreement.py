"""Agreement with feedparser on captured feeds: every difference has a name (``bench.agreement`` does all of them)."""

from pathlib import Path

import pytest
from bench import agreement
from bench.parse import CAPTURED


@pytest.mark.shared
def test_nearly_every_difference_from_feedparser_has_a_name(shared: Path) -> None:
    assert shared / "feeds/real" == CAPTURED
    entries, differences = agreement.compare(every=25)
    unexplained = [one for one in differences if one.kind is None]
    assert entries > 400
    assert len(unexplained) <= 0.001 * entries, unexplained
