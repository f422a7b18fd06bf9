"""Memory of ``dateline serve`` as in ``memory``, while 5,000 feeds are refreshed: some minutes, so only by name."""

from bench.figures import Context, Figure
from bench.memory import measured


def bench(context: Context) -> list[Figure]:
    """Idle and peak."""
    return measured(context, 1000 if context.quick else 5000, gate=250)
