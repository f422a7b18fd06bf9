"""``/icon/ID`` → a feed's small picture as stored by hash; nothing in it may run, whatever type it has."""

from starlette.responses import Response

from dateline.store import icons
from dateline.web.forms import whole_number
from dateline.web.visit import Visit


def show(visit: Visit) -> Response:
    """The picture; for strangers only of what open accounts show: icons tell what is read here.

    Raises ``NotFound``.
    """
    icon_id = whole_number(visit.path["icon_id"], "icon_id")
    with visit.db.reading() as tx:
        icon = icons.read(tx, icon_id, user_id=visit.user.id if visit.user else None)
    etag = f'"{icon.hash_hex}"'
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cache-control": "private, max-age=2592000, immutable",
        "etag": etag,
    }
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(icon.body, headers={**headers, "content-type": icon.content_type})
