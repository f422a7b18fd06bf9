"""A person's own style sheet → may it be served? Only when nothing in it can make a browser fetch from anywhere.

The page's policy keeps other hosts' style sheets and fonts out, but pictures may come from anybody, and a sheet that
fetches can tell what stands on a page (``input[value^=a]``). So no function that takes an address, however it is
written (CSS Syntax 3: escapes, any case), and no ``@import``. What only looks like one, in a comment, is refused too.
"""

import re

MAX_CHARS = 50_000

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|\r\n|(.)|\n)", re.DOTALL)
# url and src are addresses; image, image-set and cross-fade take them as plain strings.
_REACHES_OUT = re.compile(r"(?:url|src|image|image-set|cross-fade)\(|@import", re.IGNORECASE)


def reaches_out(sheet: str) -> bool:
    """Whether a sheet could fetch anything."""
    return _REACHES_OUT.search(_plain(sheet)) is not None


def _plain(sheet: str) -> str:
    """The sheet with its escapes undone."""
    return _ESCAPE.sub(_character, sheet)


def _character(escape: re.Match[str]) -> str:
    if escape[1]:
        number = int(escape[1], 16)
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return escape[2] or ""
