"""People and their world: a ``Browser`` without scripts before a real application, a ``World`` that fills its database.

The cast of the tests (fixtures in ``tests/web/conftest.py``): Alice owns things (French, Europe/Paris); Bob has an
account here too (English); Mallory looks where she should not; ``anonymous`` has no account.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import lxml.html
import msgspec
from starlette.types import ASGIApp, Message

from dateline.model import CleanEntry, RawHTML, SafeHTML, User
from dateline.store import Database, accounts, delivery, feeds, states, subscriptions, versions
from dateline.store import entries as stored_entries
from dateline.store import write as store_write

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HOST = "127.0.0.1:8700"


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Answer:
    """What came back; ``url`` is where the redirects ended."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    url: str

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace" if self.header("content-type") == "application/zip" else "strict")

    @property
    def words(self) -> str:
        """The page's text without markup, blanks folded."""
        return " ".join(unescape(self.tree.text_content()).split())

    @property
    def tree(self) -> lxml.html.HtmlElement:
        return lxml.html.document_fromstring(self.text)

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def find(self, what: str) -> list[lxml.html.HtmlElement]:
        """Elements by ``.class`` or XPath."""
        if what.startswith("."):
            return list(self.tree.find_class(what[1:]))
        return list(self.tree.xpath(what))


@dataclass
class Browser:
    """Sends what a browser without scripts sends, keeps cookies, follows redirects."""

    app: ASGIApp
    user: User | None = None
    host: str = HOST
    scheme: str = "http"
    language: str = "en"
    client: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers=headers or {}, follow=follow)

    def post(
        self,
        path: str,
        fields: Mapping[str, object] | Sequence[tuple[str, object]] = (),
        *,
        follow: bool = True,
        json: bool = False,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form. ``json``: as a behaviour does. ``files``: field → (file name, body), sent as multipart."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        body, content_type = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        if files:
            body, content_type = multipart(pairs, files)
        sent = {"content-type": content_type, "content-length": str(len(body)), "sec-fetch-site": "same-origin"}
        if json:
            sent["accept"] = "application/json"
        return self.send("POST", path, headers={**sent, **(headers or {})}, body=body, follow=follow)

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"", follow: bool = True
    ) -> Answer:
        answer = asyncio.run(self._ask(method, path, dict(headers), body))
        for _ in range(5):
            location = answer.header("location")
            if not (follow and answer.status == 303 and location):
                break
            answer = asyncio.run(self._ask("GET", location, {}, b""))
        return answer

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(path)
        sent = {"host": self.host, "accept-language": self.language, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": (self.client, 50000),
            "server": ("127.0.0.1", 8700),
        }
        messages: list[Message] = []
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return incoming.pop(0) if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        headers_back = [(name.decode(), value.decode("latin-1")) for name, value in messages[0]["headers"]]
        self._keep(headers_back)
        whole = b"".join(message.get("body", b"") for message in messages[1:])
        return Answer(status=messages[0]["status"], headers=headers_back, body=whole, url=path)

    def _keep(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    if morsel["max-age"] == "0":
                        self.cookies.pop(key, None)
                    else:
                        self.cookies[key] = morsel.value


def multipart(pairs: Sequence[tuple[str, object]], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    boundary = "----a-boundary-of-tests"
    body = b""
    for name, value in pairs:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, (filename, content) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        body += f"--{boundary}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class World:
    """Puts feeds, entries and subscriptions in place."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db = db
        self.clock = clock
        self._count = 0

    def feed(self, title: str = "Le Phare", *, url: str | None = None, owner: User | None = None) -> int:
        """A feed, shared unless it has an owner. Its id."""
        self._count += 1
        address = url or f"https://feed{self._count}.example/feed"
        with store_write.transaction(self.db) as tx:
            feed_id = feeds.add(
                tx,
                url=address,
                owner_id=owner.id if owner else 0,
                host=urlsplit(address).hostname or "",
                credentials=None,
                now=self.clock(),
            )
            described = feeds.Described(
                title=title,
                site_url=None,
                description=None,
                language=None,
                format="rss20",
                image_url=None,
                icon_url=None,
                hints=None,
            )
            feeds.describe(tx, feed_id, described)
        return feed_id

    def entries(self, feed_id: int, *titles: str, hours_ago: float = 1, **fields: Any) -> list[int]:
        """Entries of a feed, oldest first, an hour apart; ``fields`` are those of ``CleanEntry``. Their ids."""
        arrived = []
        for place, title in enumerate(titles):
            self._count += 1
            listed_at = self.clock() - timedelta(hours=hours_ago + len(titles) - 1 - place)
            guid = f"guid-{self._count}"
            values: dict[str, Any] = {
                "url": f"https://example.org/{self._count}",
                "title": title,
                "authors": (),
                "published_at": listed_at,
                "updated_at": None,
                "content_html": SafeHTML(f"<p>The content of {title}.</p>"),
                "text": f"The content of {title}.",
                "preview_text": f"The content of {title}.",
                "word_count": 3 + len(title.split()),
                "tags": (),
                "language": None,
                "enclosures": (),
                "thumbnail_url": None,
                "comments_url": None,
            }
            clean = CleanEntry(**{**values, **fields})
            arrived.append(
                stored_entries.Arrived(
                    guid=guid,
                    guid_hash=stored_entries.guid_hash(guid),
                    content_hash=guid.encode(),
                    listed_at=listed_at,
                    clean=clean,
                    packed=stored_entries.packed_body(clean, RawHTML(clean.content_html), None, None),
                )
            )
        with store_write.transaction(self.db) as tx:
            return stored_entries.insert(tx, feed_id, arrived, self.clock())

    def revise(self, entry_id: int, title: str, html: str, *, hours_ago: float = 0) -> None:
        """An entry was this before, until so many hours ago."""
        with store_write.transaction(self.db) as tx:
            before = versions.replaced(title, SafeHTML(html))
            versions.keep(tx, entry_id, before, self.clock() - timedelta(hours=hours_ago))

    def subscribe(self, user: User, feed_id: int, *, title: str = "", **columns: Any) -> int:
        """A subscription with all that the feed holds unread. Its id.

        ``columns``: ``visibility``, ``hidden_from_visitors``.
        """
        with store_write.transaction(self.db) as tx:
            subscription_id = subscriptions.add(tx, user_id=user.id, feed_id=feed_id, title=title, now=self.clock())
            subscriptions.change(tx, user.id, subscription_id, **columns)
            delivery.deliver_carried(tx, user.id, subscription_id, feed_id, feeds.newest_entry_id(tx, feed_id))
        return subscription_id

    def folder(self, user: User, name: str, *subscription_ids: int, parent_id: int | None = None) -> int:
        """A folder that holds these subscriptions. Its id."""
        with store_write.transaction(self.db) as tx:
            folder_id = subscriptions.add_folder(tx, user.id, name, parent_id)
            for subscription_id in subscription_ids:
                subscriptions.put_in_folders(tx, subscription_id, [folder_id])
        return folder_id

    def put(self, subscription_id: int, *folder_ids: int) -> None:
        """The subscription lies in these folders and no others."""
        with store_write.transaction(self.db) as tx:
            subscriptions.put_in_folders(tx, subscription_id, list(folder_ids))

    def change(self, user: User, **columns: Any) -> User:
        """Settings of an account: ``open_to_visitors=True``, ``language="fr"``."""
        with store_write.transaction(self.db) as tx:
            return accounts.change_user(tx, user.id, **columns)

    def trouble(self, feed_id: int, code: str, detail: str = "") -> None:
        """The feed's last check failed."""
        with store_write.transaction(self.db) as tx:
            feeds.fail(tx, feeds.read(tx, feed_id), code=code, detail=detail, now=self.clock(), next_at=self.clock())

    def star(self, user: User, *entry_ids: int) -> None:
        with store_write.transaction(self.db) as tx:
            states.star(tx, user.id, entry_ids, self.clock())

    def unread_ids(self, user: User) -> list[int]:
        """What is unread for a user."""
        with self.db.reading() as tx:
            return tx.column("SELECT entry_id FROM unread WHERE user_id = :user ORDER BY entry_id", user=user.id)
