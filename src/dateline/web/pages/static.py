"""``/static/<hash>/…`` → our own files, to be kept for ever; under another hash, the file as it is now, not kept."""

from starlette.responses import Response

from dateline.errors import NotFound
from dateline.web.visit import Visit


def show(visit: Visit) -> Response:
    """One static file. Raises ``NotFound``."""
    assets = visit.instance.assets
    asset = assets.files.get(visit.path["name"])
    if asset is None:
        raise NotFound(visit.path["name"])
    is_current = visit.path["hash"] == assets.hash_hex
    response = Response(asset.body, headers={"content-type": asset.content_type})
    response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
    return response
