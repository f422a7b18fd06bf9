"""Our own static files: the folder ``static`` → bytes under one hash, so that browsers may keep them for ever.

The hash covers every file: a script that imports another by a relative path finds the same version of it. The style
sheets are written one subject a file and served as one, ``css/dateline.css``. Scripts are served without their
comments, which are a fifth of what would be sent.
"""

import re
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

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
    *("parts/shelf", "parts/player", "parts/highlights", "parts/menu", "parts/palette", "parts/views", "parts/board"),
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
_COMMENT = re.compile(rb"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
"""Lines of a script that are a comment and nothing else; none of ours stands inside a text of several lines."""

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


class Asset(Struct, frozen=True, kw_only=True):
    """One static file."""

    content_type: str
    body: bytes


class Assets(Struct, frozen=True, kw_only=True):
    """All static files by their path below ``static``, and the hash of all of them together."""

    hash_hex: str
    files: dict[str, Asset]


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
            served = _COMMENT.sub(b"", body) if path.suffix == ".js" else body
            files[name] = Asset(content_type=content_type, body=served)
    if folder == STATIC_FOLDER:
        files[STYLE] = Asset(
            content_type=_TYPES[".css"], body=b"\n".join(files.pop(f"css/{name}.css").body for name in SHEETS)
        )
    return Assets(hash_hex=digest.hexdigest(), files=files)
