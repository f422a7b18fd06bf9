"""``/healthz`` → whether this process and its database can work, for whoever watches over the server."""

from starlette.responses import Response

from dateline.errors import DatelineError
from dateline.store import accounts
from dateline.web.visit import Visit


def show(visit: Visit) -> Response:
    """200 ``{"status": "ok"}``, or 503 with the code of what is wrong. Says nothing else: anybody may ask."""
    try:
        with visit.db.reading() as tx:
            accounts.any_user(tx)
    except DatelineError as error:
        return visit.json({"status": "failed", "code": error.code}, status=503)
    return visit.json({"status": "ok"})
