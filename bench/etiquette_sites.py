"""Sites that keep a diary: each answers in a way of its own and writes down who asked, when, how, and what it said.

The clock is the benchmark's, so that a fortnight passes in seconds. Every site has a port of its own, and so is a host
of its own; the judges of ``bench.etiquette_judges`` read the diary.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from msgspec import Struct
from tests.internet import Asked, Internet, Page, Reply, redirect

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
ODD_ETAGS = ('W/"a"', '"b-gzip"', "unquoted", '"with, comma"', "'single'", '"é"', '""')
ODD_DATES = ("Mon, 02 Nov 2026 06:00:00 GMT", "Monday, 02-Nov-26 06:00:00 GMT", "Mon Nov  2 06:00:00 2026", "yesterday")


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the diary. ``at`` is when it was asked, ``reply`` what was really said (304 included)."""

    at: datetime
    site: str
    asked: Asked
    reply: Reply

    @property
    def url(self) -> str:
        """Site and path: what is asked again."""
        return self.site + self.asked.path

    def said(self, name: str) -> str | None:
        """A header of the answer."""
        given = {"etag": self.reply.etag, "last-modified": self.reply.last_modified}.get(name)
        return given or next((value for key, value in self.reply.headers if key.lower() == name), None)

    @property
    def is_feed(self) -> bool:
        """Whether the answer was good: a document, or "as before"."""
        return self.reply.status == 304 or (self.reply.status == 200 and self.reply.content_type != "text/html")


class Site(Internet):
    """An ``Internet`` with a name, that writes into a diary shared by all."""

    def __init__(self, name: str, pages: dict[str, Page], diary: list[Entry], clock: Callable[[], datetime]) -> None:
        super().__init__(pages)
        self.name = name
        self._diary = diary
        self._clock = clock

    def _reply(self, asked: Asked, path: str) -> Reply:
        reply = super()._reply(asked, path)
        self._diary.append(Entry(at=self._clock(), site=self.name, asked=asked, reply=reply))
        return reply


class Sites:
    """What stands on every site, by the time of the clock; ``moment`` is moved on by the benchmark."""

    def __init__(self) -> None:
        self.moment = START
        self.diary: list[Entry] = []

    def build(self) -> list[Site]:
        """The sites, not started yet."""
        pages: dict[str, dict[str, Page]] = {
            "good": {"/feed": self._feed(etag=True, modified=True), "/quiet": self._feed(etag=True, every=3 * DAY)},
            "odd": {
                **{f"/etag{n}": self._odd(etag, None) for n, etag in enumerate(ODD_ETAGS)},
                **{f"/date{n}": self._odd(None, date) for n, date in enumerate(ODD_DATES)},
            },
            "bare": {"/feed": self._feed()},
            "renewing": {"/feed": self._renewing},
            "fresh": {
                "/age": self._feed(etag=True, headers=(("Cache-Control", "public, max-age=21600"),)),
                "/aged": self._feed(etag=True, headers=(("Cache-Control", "max-age=21600"), ("Age", "3600"))),
                "/expires": self._expiring,
                "/ttl": self._feed(etag=True, channel="<ttl>300</ttl>"),
                "/hours": self._feed(etag=True, channel=_skipped(range(18, 24))),
            },
            "busy": {"/one": self._busy, "/two": self._feed(etag=True), "/three": self._feed()},
            "down": {"/feed": self._down, "/beside": self._feed(etag=True)},
            "failing": {"/feed": self._failing},
            "hiccup": {"/feed": self._hiccup},
            "withdrawn": {"/feed": self._until(2 * DAY, 410)},
            "missing": {"/feed": self._until(2 * DAY, 404)},
            "wall": {"/feed": Reply(b"", status=403, headers=(("cf-mitigated", "challenge"),)), "/two": self._feed()},
            "moved": {
                "/301": redirect("/new301", 301),
                "/308": redirect("/new308", 308),
                "/new301": self._feed(etag=True),
                "/new308": self._feed(etag=True),
            },
            "wavering": {"/feed": self._wavering, "/login": self._feed(etag=True)},
            "detour": {
                **{f"/{status}": redirect(f"/to{status}", status) for status in (302, 303, 307)},
                **{f"/to{status}": self._feed(etag=True) for status in (302, 303, 307)},
            },
            "loop": {"/feed": redirect("/b"), "/b": redirect("/feed")},
            "sticky": {"/feed": self._feed(etag=True, headers=(("Set-Cookie", "id=1; Max-Age=999999"),))},
            "crowd": {
                f"/{number}": self._feed(etag=True, headers=(("Cache-Control", "max-age=21600"),))
                for number in range(12)
            },
        }
        return [Site(name, page, self.diary, lambda: self.moment) for name, page in pages.items()]

    # -------------------------------------------------------------------------------------------- answers

    def _age(self) -> timedelta:
        return self.moment - START

    def _document(self, every: timedelta = HOUR / 2, channel: str = "") -> tuple[bytes, int]:
        """A feed with one entry more each time, and how many that were."""
        count = self._age() // every + 3
        items = "".join(
            f"<item><guid isPermaLink='false'>{n}</guid><title>Entry {n}</title>"
            f"<pubDate>{format_datetime(START + (n - 3) * every)}</pubDate></item>"
            for n in range(max(0, count - 20), count)
        )
        head = f"<title>Diary</title><link>https://news.test/</link><description/>{channel}"
        return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode(), count

    def _feed(
        self,
        *,
        etag: bool = False,
        modified: bool = False,
        every: timedelta = HOUR / 2,
        channel: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Page:
        def page(asked: Asked) -> Reply:
            body, count = self._document(every, channel)
            date = format_datetime(START + count * every, usegmt=True)
            return Reply(
                body,
                etag=f'"{count}"' if etag else None,
                last_modified=date if modified else None,
                headers=headers,
                encoding="gzip",
            )

        return page

    def _odd(self, etag: str | None, date: str | None) -> Page:
        """The same document for ever, with a validator as servers in the wild give them; answered by its letters."""
        body = self._document()[0]

        def page(asked: Asked) -> Reply:
            name, given = ("If-None-Match", etag) if etag else ("If-Modified-Since", date)
            given = given.encode().decode("latin-1") if given else given
            status = 304 if asked.header(name) == given else 200
            content_type = "application/rss+xml" if status == 200 else None
            extra = (("ETag", etag),) if etag else (("Last-Modified", date or ""),)
            return Reply(body, status=status, content_type=content_type, headers=extra)

        return page

    def _renewing(self, asked: Asked) -> Reply:
        """Always "not modified", each time with another ETag and a wish of three hours."""
        count = self._age() // HOUR
        status, body = (304, b"") if asked.header("If-None-Match") else (200, self._document()[0])
        content_type = "application/rss+xml" if status == 200 else None
        given = (("ETag", f'"{count}"'), ("Cache-Control", "max-age=10800"))
        return Reply(body, status=status, content_type=content_type, headers=given)

    def _expiring(self, asked: Asked) -> Reply:
        body, _ = self._document()
        date, until = (format_datetime(self.moment + wait, usegmt=True) for wait in (timedelta(0), 4 * HOUR))
        return Reply(body, headers=(("Date", date), ("Expires", until)))

    def _busy(self, asked: Asked) -> Reply:
        """Enough for five hours of every day, for the whole host."""
        if self._age() % DAY < 20 * HOUR:
            return Reply(self._document()[0])
        return Reply(b"", status=429, headers=(("Retry-After", "18000"),))

    def _down(self, asked: Asked) -> Reply:
        if not DAY <= self._age() < 1.5 * DAY:
            return Reply(self._document()[0])
        until = format_datetime(self.moment + 3 * HOUR, usegmt=True)
        return Reply(
            b"", status=503, headers=(("Retry-After", until), ("Date", format_datetime(self.moment, usegmt=True)))
        )

    def _failing(self, asked: Asked) -> Reply:
        body, count = self._document()
        return Reply(b"", status=500) if DAY <= self._age() < 3 * DAY else Reply(body, etag=f'"{count}"')

    def _hiccup(self, asked: Asked) -> Reply:
        """A good feed; one hour of each day its server says nonsense with a straight face."""
        if self._age() > HOUR and self._age() % DAY < 1.5 * HOUR:
            return Reply(b"<html><body>Back soon</body></html>", content_type="text/html", etag='"nonsense"')
        return Reply(self._document(6 * HOUR)[0], etag='"sense"')

    def _until(self, when: timedelta, status: int) -> Page:
        return lambda asked: Reply(self._document()[0]) if self._age() < when else Reply(b"", status=status)

    def _wavering(self, asked: Asked) -> Reply:
        """A hotel's page for one day, then the feed itself again."""
        if DAY <= self._age() < 2 * DAY:
            return redirect("/login", 301)
        return Reply(self._document()[0], etag=f'"{self._document()[1]}"')


def _skipped(hours: range) -> str:
    return "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in hours) + "</skipHours>"
