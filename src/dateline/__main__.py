"""``python -m dateline`` is ``dateline``."""

from dateline.cli import main

if __name__ == "__main__":  # the web processes of `serve` may load this module again
    main()
