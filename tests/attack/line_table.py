"""All attacks on the whole line in one table, and that table as ``docs/attacks.md`` has it.

``python -m tests.attack.line_table`` prints it.
"""

from collections.abc import Iterator

from tests.attack.line_documents import DOCUMENTS
from tests.attack.line_markup import XSS
from tests.attack.line_pages import PAGES
from tests.attack.line_scene import LIMITS, Attack
from tests.attack.line_servers import SERVERS
from tests.attack.line_sources import SOURCES

GROUPS: dict[str, dict[str, Attack]] = SERVERS | DOCUMENTS | {"XSS in every field": XSS} | PAGES | SOURCES
ATTACKS: dict[str, Attack] = {name: attack for group in GROUPS.values() for name, attack in group.items()}


def rows() -> Iterator[str]:
    """The lines of the table."""
    yield "| attack | what comes of it | bounded by | memory |"
    yield "|---|---|---|---|"
    for group, attacks in GROUPS.items():
        yield f"| **{group}** | | | |"
        for name, attack in attacks.items():
            end = f"`{attack.code}`"
            if attack.stored is not None and attack.code in ("ok", "unchanged"):
                end += f", {attack.stored:,} entries" if attack.stored != 1 else ", 1 entry"
            yield f"| {name} | {end} | {attack.limit} | {attack.megabytes} MB |"


def limits() -> Iterator[str]:
    """What the third column means."""
    yield "| bounded by | means |"
    yield "|---|---|"
    for name, meaning in LIMITS.items():
        yield f"| {name} | {meaning} |"


if __name__ == "__main__":
    print("\n".join([*limits(), "", *rows()]))
