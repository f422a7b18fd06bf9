"""How much work the reading of one page may be, counted in steps: a hostile selector ends soon, and always alike.

One step is one node looked at, eight characters of text taken, one value made. A step takes well under a microsecond.
"""

from dateline.errors import ParseError

PAGE_STEPS = 2_000_000
"""A front page with 30,000 nodes and 100 entries takes about 100,000."""


class Budget:
    """Steps that are left. ``spend`` raises ``parse.too_complex`` when there are none."""

    __slots__ = ("left",)

    def __init__(self, steps: int = PAGE_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take steps."""
        self.left -= steps
        if self.left < 0:
            raise ParseError("parse.too_complex", "the selectors need too much work in this document")

    def spend_text(self, length: int) -> None:
        """Take the steps of so many characters."""
        self.spend(1 + length // 8)
