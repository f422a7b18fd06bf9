"""``dateline worker``: refresh what is due, for ever."""

import typer

from dateline import __version__

from .opening import holder, notification_words, now, opened, settings_of


def worker(context: typer.Context) -> None:
    """Refresh feeds when they are due, until SIGTERM or Ctrl-C; what is being asked is finished first.

    `dateline serve` starts one by itself. Any number of workers may share a database.
    """
    from dateline import worker as door

    settings = settings_of(context)
    with opened(settings) as db:
        door.run(db, settings, version=__version__, holder=holder(), clock=now, say=notification_words)
