"""Dateline as an app of the device: its manifest, the service worker, and what stands there without a connection.

The worker (``static/js/service-worker.js``) is served at one address, never kept, with what it must know before it: the
base path, the hash of the static files, and which of them there are. Sources: W3C Web Application Manifest, Service
Workers.
"""

import msgspec
from msgspec import Struct
from starlette.responses import Response

from dateline.web.assets import WORKER
from dateline.web.i18n import N_
from dateline.web.looks import PAPER
from dateline.web.visit import Visit

_ICONS = (
    ("icons/app-192.png", "192x192", "any"),
    ("icons/app-512.png", "512x512", "any"),
    ("icons/app-maskable-512.png", "512x512", "maskable"),
)
_SHORTCUTS = (
    ("/", N_("Main stream")),
    ("/important", N_("Important")),
    ("/starred", N_("Favourites")),
    ("/subscriptions/add", N_("Add a feed")),
)
_KEPT = ("css/", "js/", "icons/sprite.svg", "icons/favicon.svg", "icons/logo.svg", "icons/cross", "icons/feed")


class OfflinePage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/offline.html``: nothing of anybody."""


def manifest(visit: Visit) -> Response:
    """What a device needs to install Dateline, in the language of whoever asks."""
    words, url, static = visit.words, visit.url.plain, visit.instance.renderer.static
    found = {
        "id": url("/"),
        "name": "Dateline",
        "short_name": "Dateline",
        "description": words.text("The news of the sites you choose, in one place of your own."),
        "lang": words.language,
        "dir": words.direction,
        "start_url": url("/"),
        "scope": url("/"),
        "display": "standalone",
        "background_color": PAPER["light"],
        "theme_color": PAPER["light"],
        "categories": ["news"],
        "icons": [
            {"src": str(static(name)), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in _ICONS
        ],
        "shortcuts": [{"name": words.text(name), "url": url(path)} for path, name in _SHORTCUTS],
        # by GET, and asked on the page: what an app shares, any page may have written
        "share_target": {
            "action": url("/save"),
            "method": "GET",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return Response(
        msgspec.json.encode(found), media_type="application/manifest+json", headers={"cache-control": "no-cache"}
    )


def worker(visit: Visit) -> Response:
    """The service worker of this version; its bytes change with the static files, so that browsers take the new one."""
    assets = visit.instance.assets
    known = {
        "base": visit.url.plain("/").removesuffix("/"),
        "version": assets.hash_hex,
        "files": [name for name in assets.files if name.startswith(_KEPT) and name != WORKER],
    }
    body = b"const KNOWN = " + msgspec.json.encode(known) + b";\n" + assets.files[WORKER].body
    headers = {"cache-control": "no-cache", "service-worker-allowed": visit.url.plain("/")}
    return Response(body, media_type="text/javascript", headers=headers)


def offline(visit: Visit) -> Response:
    """What stands in for a page that was not kept: in the language of whoever asks now, otherwise a stranger's."""
    _ = visit.words
    visit.forget_user()
    return visit.html("pages/offline.html", OfflinePage())
