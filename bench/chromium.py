"""Chromium for what is shown and measured in a browser: where it is, and its arguments.

The headless shell is the same engine without a browser's own windows, which take a third of its time.
"""

import shutil

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
