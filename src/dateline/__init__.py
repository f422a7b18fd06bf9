"""Dateline: a self-hosted, multi-user news reader.

The rooms of the house and what may import what are drawn in ``docs/house.md``.
"""

__version__ = "0.1.0"
