"""The command line: words of a shell → actions, their results printed. One file per command group."""

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave the process."""
    from .app import main as run  # not for those who take a part of us alone: the library of commands is 10 MB

    run()
