"""``/static/<hash>/…`` → our own files, to be kept for ever; under another hash, the file as it is now, not kept."""

from starlette.responses import Response

from dateline.errors import NotFound
from dateline.web.compression import small
from dateline.web.visit import Visit


def show(visit: Visit) -> Response:
    """One static file. Raises ``NotFound``."""
    assets = visit.instance.assets
    asset_name = visit.path["name"]
    asset = assets.files.get(asset_name)
    if asset is None:
        raise NotFound(asset_name)
    is_current = visit.path["hash"] == assets.hash_hex
    response = Response(asset.body, headers={"content-type": asset.content_type})
    # It is no page of ours: nothing in it may run by itself. (The pages' policy is longer than most of these files.)
    response.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_current else "no-cache"
    return small(response, visit.request.headers.get("accept-encoding", ""))
