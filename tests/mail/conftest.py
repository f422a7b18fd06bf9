"""What the tests of newsletters share with those of the commands: a folder in which the real program runs."""

from tests.cli.conftest import shell

__all__ = ["shell"]
