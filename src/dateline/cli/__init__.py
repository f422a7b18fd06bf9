"""The command line: words of a shell → actions, their results printed. One file per command group."""

from .app import main

__all__ = ["main"]
