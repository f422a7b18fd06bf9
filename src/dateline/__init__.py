"""Dateline: a self-hosted, multi-user news reader.

The rooms of the house and what may import what are drawn in ``docs/house.md``.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dateline")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0.0.0"
