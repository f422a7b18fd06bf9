"""``/icon/ID`` → a feed's small picture as stored by hash; nothing in it may run, whatever type it has."""

from starlette.responses import Response

from dateline.errors import NotFound
from dateline.store import accounts, icons
from dateline.web.forms import whole_number
from dateline.web.visit import Visit


def show(visit: Visit) -> Response:
    """The picture; for strangers only where an account is open to them: icons tell what is read here.

    Raises ``NotFound``.
    """
    icon_id = whole_number(visit.path["icon_id"], "icon_id")
    with visit.db.reading() as tx:
        if visit.user is None and not accounts.open_accounts(tx):
            raise NotFound(f"icon {icon_id}")
        icon = icons.read(tx, icon_id)
    etag = f'"{icon.hash_hex}"'
    headers = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "cache-control": "private, max-age=2592000, immutable",
        "etag": etag,
    }
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(icon.body, headers={**headers, "content-type": icon.content_type})
