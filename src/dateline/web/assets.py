"""Our own static files: the folder ``static`` → bytes under one hash, so that browsers may keep them for ever.

The hash covers every file. The style sheets are written one subject a file and served as one (``dateline.css``), and
so are the scripts (``web/scripts.py``); what is only for those who write them is left out.
"""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from dateline.web.scripts import join_scripts, without_comments

STATIC_FOLDER = Path(__file__).parent / "static"

# The order of the cascade within each layer.
SHEETS = (
    *("tokens", "themes", "base", "layout"),
    *(
        "parts/icons",
        "parts/buttons",
        "parts/brand",
        "parts/sidebar",
        "parts/labels",
        "parts/bar",
        "parts/stream",
        "parts/article",
    ),
    *("parts/prose", "parts/media", "parts/zoom", "parts/changes", "parts/reading-bar", "parts/end", "parts/floating"),
    *("parts/offline", "parts/tools"),
    *(
        "parts/shelf",
        "parts/player",
        "parts/highlights",
        "parts/menu",
        "parts/selected",
        "parts/palette",
        "parts/views",
        "parts/board",
    ),
    *("parts/forms", "parts/tables"),
    *(
        "pages/plain",
        "pages/subscriptions",
        "pages/subscription",
        "pages/statistics",
        "pages/adding",
        "pages/doors",
        "pages/health",
    ),
    *("pages/debugger", "pages/settings", "pages/print"),
)
STYLE = "css/dateline.css"
SCRIPT = "js/dateline.js"
WORKER = "js/service-worker.js"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_NOTE = re.compile(r"[ \t]*/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s+")


class Asset(Struct, frozen=True, kw_only=True):
    """One static file."""

    content_type: str
    body: bytes


class Assets(Struct, frozen=True, kw_only=True):
    """All static files by their path below ``static``, and the hash of all of them together."""

    hash_hex: str
    files: dict[str, Asset]


@cache  # they do not change while a process runs
def load_assets(folder: Path = STATIC_FOLDER) -> Assets:
    """Read every file of a known type."""
    digest = blake2b(digest_size=8)
    files: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        content_type = _TYPES.get(path.suffix)
        if content_type and path.is_file():
            name = path.relative_to(folder).as_posix()
            body = path.read_bytes()
            digest.update(name.encode() + b"\0" + body)
            files[name] = Asset(content_type=content_type, body=body)
    if folder == STATIC_FOLDER:
        _join(files)
    return Assets(hash_hex=digest.hexdigest(), files=files)


def _join(files: dict[str, Asset]) -> None:
    """Put the one style sheet and the one script in the place of their parts."""
    style = without_notes("\n".join(files.pop(f"css/{name}.css").body.decode() for name in SHEETS)).encode()
    worker = without_comments(files.pop(WORKER).body.decode())
    modules = {name: files.pop(name).body.decode() for name in list(files) if name.endswith(".js")}
    script = join_scripts({name.removeprefix("js/"): source for name, source in modules.items()}, last="main.js")
    for name, body in ((STYLE, style), (SCRIPT, script.encode()), (WORKER, worker.encode())):
        files[name] = Asset(content_type=_TYPES[Path(name).suffix], body=body)


def without_notes(style: str) -> str:
    """A style sheet without its comments and indents, a sixth of what would be sent. None of its texts holds such."""
    return _INDENT.sub("\n", _NOTE.sub("", style))
