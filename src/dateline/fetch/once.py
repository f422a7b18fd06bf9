"""One GET from a thread: for doors that need the network while somebody waits (add a feed, show a preview)."""

import asyncio

from dateline.model import Response, Validators
from dateline.settings import Settings

from .cookies import Jar
from .exchange import Watch
from .headers import Accept
from .politeness import Gate
from .transport import PLAIN, Transport

DEADLINE_SECONDS = 20.0


def fetch_now(
    settings: Settings,
    url: str,
    *,
    version: str,
    gate: Gate | None = None,
    accept: Accept = "feed",
    validators: Validators | None = None,
    subscribers: int = 0,
    max_bytes: int | None = None,
    deadline: float = DEADLINE_SECONDS,
    transport: Transport = PLAIN,
    watch: Watch | None = None,
    jar: Jar | None = None,
) -> Response:
    """Do one ``Client.get`` in an event loop of its own and wait for it, at most ``deadline`` seconds in all.

    For threads without a running event loop. Arguments and errors are those of ``Client`` and ``Client.get``.
    """

    from .client import Client  # only now: see the room's front door

    async def ask() -> Response:
        async with Client(settings, version=version, gate=gate) as client:
            return await client.get(
                url,
                validators=validators,
                subscribers=subscribers,
                accept=accept,
                max_bytes=max_bytes,
                deadline=deadline,
                transport=transport,
                watch=watch,
                jar=jar,
            )

    return asyncio.run(ask())
