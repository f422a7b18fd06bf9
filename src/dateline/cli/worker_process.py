"""What ``serve`` starts beside its web processes: a worker that ends with its input.

It is the command ``worker`` without the library of commands, whose 10 MB no worker needs.
"""

from dateline import __version__

from .failures import told
from .opening import holder, notification_words, now, opened, read_settings


def main() -> None:
    """Refresh what is due by the environment's settings, until nobody holds the other end of standard input."""
    from dateline import worker

    settings = read_settings()
    with opened(settings) as db:
        worker.run(
            db,
            settings,
            version=__version__,
            holder=holder(),
            clock=now,
            say=notification_words,
            until_stdin_closes=True,
        )


if __name__ == "__main__":
    with told():
        main()
