"""From one Dateline to another: a full account leaves server A, comes to server B, leaves again, and nothing is lost.

The servers have different engines and other people on them, so no id is the same on both.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK, Internet
from tests.people import make_cast
from tests.refresh.running import Runner

from dateline.actions import (
    accounts,
    appearance,
    displays,
    entries,
    exporting,
    following,
    highlights,
    labels,
    moving,
    opml,
    preferences,
    progress,
    read_when,
    rules,
    saved_pages,
    saved_searches,
    subscriptions,
)
from dateline.actions import retention as keeping
from dateline.actions.accounts import catch_up
from dateline.clean import clean_html
from dateline.errors import NotFound
from dateline.model import FullTextRules, RawHTML, Retention, User
from dateline.preferences import Display, Look, Marking, Preferences, ReadWhen, ShareTarget
from dateline.refresh import mail
from dateline.settings import Settings
from dateline.store import Database, bodies, folder_order, full_texts, streams
from dateline.store import accounts as stored_accounts
from dateline.store import followed as stored_followed
from dateline.store import highlights as stored_highlights
from dateline.store import labels as stored_labels
from dateline.store import mail as stored_mail
from dateline.store import progress as stored_progress
from dateline.store.bodies import Body
from dateline.store.entries import titles as entry_titles
from dateline.store.full_texts import Taken
from dateline.store.retention import Proposal, Scope
from dateline.store.rules import Rule
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

SUBSCRIBED = "f.id IN (SELECT feed_id FROM subscription WHERE user_id = :user)"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
STORY = "<p>Where the tide turns twice, nobody builds.</p><img src='https://pictures.example/tide.jpg'>"
ITEM = (
    "<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
    "<description>{text}</description><pubDate>Fri, 20 Nov 2026 0{hour}:00:00 GMT</pubDate>{more}</item>"
)


RULES = (
    "<opml xmlns:dateline='https://dateline.example/opml'><body><outline text='A page' xmlUrl='URL'"
    " dateline:pageRules='{&quot;kind&quot;:&quot;html&quot;,&quot;language&quot;:&quot;css&quot;,"
    "&quot;entry&quot;:&quot;li&quot;}'/></body></opml>"
)
LETTER = (
    "From: Ann <ann@letters.example>\r\nSubject: Letter {number}\r\nMessage-ID: <{number}@letters.example>\r\n"
    "Date: Fri, 20 Nov 2026 10:0{number}:00 +0000\r\nContent-Type: text/html\r\n\r\n<p>Dear reader {number}</p>"
)


class World:
    """A server with one account that is looked at."""

    def __init__(self, db: Database, user: User, settings: Settings, now: datetime) -> None:
        self.db, self.user, self.settings, self.now = db, user, settings, now

    def fetch(self) -> None:
        """The worker goes round once, and the person comes."""
        Runner(self.db, self.now, self.settings).run()
        catch_up(self.db, self.user.id, now=self.now)

    def fetch_nothing(self) -> None:
        """The person comes."""
        catch_up(self.db, self.user.id, now=self.now)

    def export(self) -> bytes:
        out = io.BytesIO()
        exporting.write_everything(self.db, self.user, out, settings=self.settings, now=self.now)
        return out.getvalue()

    def bring_in(self, body: bytes) -> tuple[moving.FileReport, ...]:
        return moving.bring_in(self.db, self.user, body, settings=self.settings, now=self.now)

    def entry_id(self, title: str) -> int:
        with self.db.reading() as tx:
            found: int = tx.value("SELECT id FROM entry WHERE title = :title", title=title)
        return found


def feed(title: str, url: str, numbers: range, more: str = "") -> bytes:
    items = "".join(
        ITEM.format(title=f"{title} {n}", guid=f"{title}-{n}", link=f"{url}/{n}", text=f"Text {n}", hour=n, more=more)
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>{title}</title><link>{url}</link>{items}</channel></rss>'.encode()


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({}) as found:
        found["/news"] = feed("News", found.url("/news"), range(1, 6))
        found["/cast"] = feed(
            "Cast", found.url("/cast"), range(1, 4), "<enclosure url='http://x.example/1.mp3' type='audio/mpeg'/>"
        )
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def worlds(
    request: pytest.FixtureRequest, sqlite_db: Database, postgres_db: Database, now: datetime, tmp_path: Path
) -> tuple[World, World]:
    """(server A, server B): of either engine, each with its own key and people."""
    one, other = (sqlite_db, postgres_db) if request.param == "sqlite" else (postgres_db, sqlite_db)
    here = make_cast(one, now).alice
    bob = make_cast(other, now).bob
    saved_pages.save(other, bob, "https://other.example/", feed_title="Saved", now=now)
    there = accounts.create(other, name="Alice at home", password="correct horse battery", now=now)
    first, second = (
        World(db, user, replace(LOOPBACK, secret_file=tmp_path / name), now)
        for name, db, user in (("a", one, here), ("b", other, there))
    )
    return first, second


def furnish(world: World, internet: Internet) -> None:
    """Everything that a person can make of an account."""
    db, user, now = world.db, world.user, world.now
    for path in ("/news", "/cast"):
        subscriptions.subscribe(db, user, internet.url(path), settings=world.settings, now=now)
    world.fetch()
    news = [world.entry_id(f"News {n}") for n in range(1, 6)]
    entries.mark(db, user, [news[0], news[1]], read=True, now=now)
    entries.star(db, user, [news[1]], starred=True, now=now - timedelta(days=2))
    label = labels.add(db, user, "To cook", colour="green", now=now)
    labels.add(db, user, "Empty", colour="red", now=now)
    labels.put(db, user, [news[2]], label, on=True, now=now)
    around = {"prefix": "Te", "suffix": " 4"}
    highlights.add(db, user, news[3], quote="xt", **around, place=2, colour="blue", note="Why?\nSo.", now=now)
    highlights.add(db, user, news[3], note="All of it", now=now - timedelta(hours=3, microseconds=123456))
    progress.read_to(db, user, news[4], 440, now=now - timedelta(minutes=7))
    _furnish_folders(world, internet)
    _furnish_own_feeds(world, label)
    _furnish_choices(world, label)
    _listen(world)


def _listen(world: World) -> None:
    db, user, now = world.db, world.user, world.now
    for number in (3, 1, 2):
        progress.enqueue(db, user, world.entry_id(f"Cast {number}"), now=now)
    url = "http://x.example/1.mp3"
    progress.played_to(db, user, world.entry_id("Cast 3"), url, 65, 1200, now=now - timedelta(minutes=3))


def _keep(world: World, scope: Scope, key: int, rule: Retention) -> None:
    keeping.keep(world.db, world.user, Proposal(scope=scope, key=key, rule=rule), now=world.now)


def _furnish_folders(world: World, internet: Internet) -> None:
    """Folders in an order of their own, with rules; a page that is read by rules; a list that is followed."""
    db, user, now = world.db, world.user, world.now
    press = subscriptions.add_folder(db, user, "Press", now=now)
    inside = subscriptions.add_folder(db, user, "Zebra", parent_id=press, now=now)
    followed = subscriptions.add_folder(db, user, "Followed", now=now)
    with db.reading() as tx:
        (ident,) = tx.column("SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE f.title = 'News'")
    subscriptions.edit(db, user, ident, title="My news", folder_ids=[press, inside], visibility="important", now=now)
    appearance.change(db, user, ident, site="https://my.example/", description="My\u00a0words", icon=DRAWING, now=now)
    displays.change(db, user, "folder", press, lambda one: replace(one, view="cards", order="fair"), now=now)
    displays.change(db, user, "feed", ident, lambda one: replace(one, view="reader"), now=now)
    read_when.change(db, user, "folder", press, lambda _: ReadWhen(gone=False, repeated_near=25))
    read_when.change(db, user, "feed", ident, lambda _: ReadWhen(beyond=70, gone=False))
    _keep(world, "folder", press, Retention(age=2, unit="years"))
    _keep(world, "subscription", ident, Retention(count=70, keep_unread=False))
    following.follow(db, user, followed, internet.url("/list.opml"), now=now)
    with transaction(db) as tx:
        folder_order.number(tx, user.id, [press, followed])
        stored_followed.leave_out_all(tx, followed, ["https://unwanted.example/feed"])
    rules = RULES.replace("URL", internet.url("/page"))
    opml.import_opml(db, user, rules.encode(), settings=world.settings, now=now)


def _furnish_choices(world: World, label: int) -> None:
    db, user, now = world.db, world.user, world.now
    accounts.change(db, user, language="fr", time_zone="Europe/Paris", preview=True, now=now)
    _keep(world, "account", user.id, Retention(age=5, unit="years"))
    look = Look(theme="sepia", text_size=22, measure="wide", page_size=20, css="p { color: red }")
    chosen = Preferences(
        display=Display(order="title_z", shown="unread_or_starred"),
        streams={"starred": Display(view="cards"), f"label/{label}": Display(view="reader")},
        look=look,
        read_when=ReadWhen(beyond=900),
        marking=Marking(on_scroll=True, to_next=False),
        keys={"next": "arrowdown", "help": "é"},
        share=(
            ShareTarget(name="My place", template="https://my.example/?u={url}"),
            ShareTarget(name="My form", template="http://my.example/", fields=(("link", "{url}"),)),
        ),
        media_proxy=True,
    )
    preferences.change(db, user, lambda _: chosen, now=now)
    _furnish_searches(world, label)
    with db.reading() as tx:
        pages, ann = tx.column(
            "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id"
            " WHERE f.kind IN ('saved', 'mail') ORDER BY f.kind DESC"
        )
    folder = subscriptions.add_folder(db, user, "Mine", now=now)
    subscriptions.edit(db, user, pages, title="To read", folder_ids=[folder], now=now)
    subscriptions.edit(db, user, ann, visibility="folder", now=now)
    appearance.change(db, user, ann, site="https://ann.example/", description="Ann", icon=DRAWING + b" ", now=now)
    read_when.change(db, user, "feed", ann, lambda _: ReadWhen(beyond=30))
    displays.change(db, user, "feed", pages, lambda one: replace(one, view="panes"), now=now)
    message = LETTER.format(number=9).replace("Ann", "Bo").replace("ann@", "bo@").encode()
    mail.take_for(db, user.id, message, now=now, beside=lambda _tx, _new: None)
    with db.reading() as tx:
        refused = tx.value("SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE f.title = 'Bo'")
    subscriptions.unsubscribe(db, user, refused, now=now)


def _furnish_searches(world: World, label: int) -> None:
    """Of every kind of stream; one that asks for others, which stand after it."""
    by_url = "SELECT s.id FROM subscription s JOIN feed f ON f.id = s.feed_id WHERE s.user_id = :user AND f.url LIKE "
    with world.db.reading() as tx:
        page, ann = (tx.value(f"{by_url}'{url}'", user=world.user.id) for url in ("%/page%", "mailto:ann@%"))
        press, inside = tx.column("SELECT id FROM folder WHERE name IN ('Press', 'Zebra') ORDER BY name")
    first = SavedSearch(name="Both", query="text")
    first = replace(first, id=saved_searches.add(world.db, world.user, first, now=world.now))
    for search in (
        SavedSearch(name="Deep", query="tide -rain", kind="folder", key=inside, shown="unread", order="fair"),
        SavedSearch(name="Flat", query="", kind="folder", key=press),
        SavedSearch(name="Of a page", query="/x+/i", kind="feed", key=page),
        SavedSearch(name="Of letters", query="date:P1W", kind="feed", key=ann, shown="read"),
        SavedSearch(name="Cooking", query="is:unread", kind="label", key=label),
        SavedSearch(name="Any label", query="intitle:a", kind="label"),
        SavedSearch(name="Later", query='label:"To cook"', kind="today"),
    ):
        saved_searches.add(world.db, world.user, search, now=world.now)
    saved_searches.change(world.db, world.user, replace(first, query="search:Later OR text"), now=world.now)
    for rule, named in (
        (Rule(query="search:Later advert", stars=True), "Cooking"),
        (Rule(query="advert", folder_id=inside, marks_read=True), ""),
        (Rule(query="intitle:advert", subscription_id=page, marks_read=True), ""),
        (Rule(query="x", subscription_id=ann, stars=True), "New by rule"),
    ):
        rules.add(world.db, world.user, rule, label=named, now=world.now)


def ruled(world: World) -> list[tuple[Any, ...]]:
    """As they stand, with what each is for by its name."""
    with world.db.reading() as tx:
        return tx.all(
            "SELECT r.query, d.name, f.url, r.marks_read, r.stars, l.name FROM rule r"
            " LEFT JOIN folder d ON d.id = r.folder_id LEFT JOIN label l ON l.id = r.label_id"
            " LEFT JOIN subscription s ON s.id = r.subscription_id LEFT JOIN feed f ON f.id = s.feed_id"
            " WHERE r.user_id = :user ORDER BY r.query",
            user=world.user.id,
        )


def searches(world: World) -> list[tuple[Any, ...]]:
    """As they stand, with what each searches by its name."""
    with world.db.reading() as tx:
        return tx.all(
            "SELECT q.name, q.query, q.kind, d.name, l.name, f.url, q.shown, q.sort_order FROM saved_search q"
            " LEFT JOIN folder d ON q.kind = 'folder' AND d.id = q.key"
            " LEFT JOIN label l ON q.kind = 'label' AND l.id = q.key"
            " LEFT JOIN subscription s ON q.kind = 'feed' AND s.id = q.key LEFT JOIN feed f ON f.id = s.feed_id"
            " WHERE q.user_id = :user ORDER BY q.position",
            user=world.user.id,
        )


def _furnish_own_feeds(world: World, label: int) -> None:
    db, user, now = world.db, world.user, world.now
    page, bare, failed = (
        saved_pages.save(db, user, f"https://page.example/{n}", title=title, feed_title="Saved", now=now - ago)
        for n, title, ago in (
            (1, "Tides & <tea>", timedelta(days=9)),
            (2, "", timedelta(days=8)),
            (3, "No", timedelta()),
        )
    )
    body = Body(clean_html(RawHTML(STORY), None), RawHTML(STORY), None, "https://page.example/1")
    own = full_texts.rules_hash(FullTextRules())
    with transaction(db) as tx:
        text = Taken(
            rules_hash=own, code="ok", page_url="https://page.example/1", packed=bodies.pack(body), word_count=7
        )
        full_texts.store(tx, page, [text], now)
        full_texts.store(tx, failed, [Taken(rules_hash=own, code="extract.paywall")], now)
    world.fetch_nothing()
    entries.mark(db, user, [page], read=True, now=now)
    entries.star(db, user, [page], starred=True, now=now - timedelta(hours=1))
    labels.put(db, user, [page, bare], label, on=True, now=now)
    highlights.add(db, user, page, quote="tide turns", prefix="the ", place=10, now=now)
    for number in (1, 2):
        message = LETTER.format(number=number).encode()
        mail.take_for(db, user.id, message, now=now - timedelta(days=number), beside=lambda _tx, _new: None)
    world.fetch_nothing()
    entries.mark(db, user, [world.entry_id("Letter 1")], read=True, now=now)
    highlights.add(db, user, world.entry_id("Letter 2"), note="From Ann", now=now)


# ------------------------------------------------------------------------------------------------ what there is


def articles(world: World, sql: str) -> list[tuple[Any, ...]]:
    """Entries as their reader sees them, whatever their ids are."""
    db, user = world.db, world.user
    with db.reading() as tx:
        ids = tx.column(f"SELECT e.id FROM entry e JOIN feed f ON f.id = e.feed_id WHERE {sql}", user=user.id)
        found = streams.entries(tx, user.id, ids, bodies="whole")
        starred: dict[int, int] = dict(
            tx.all("SELECT entry_id, starred_at FROM star WHERE user_id = :user", user=user.id)
        )
    return sorted(
        (
            one.feed_url,
            one.feed_title,
            one.guid,
            one.url,
            one.title,
            one.authors,
            one.tags,
            one.enclosures,
            one.episode,
            one.published_at,
            one.listed_at,
            one.unread,
            starred.get(one.id),
            one.labels,
            one.content_html,
            one.preview_text,
            one.full_text is not None and one.full_text.code == "ok",
        )
        for one in found
    )


def noted(world: World) -> list[tuple[Any, ...]]:
    with world.db.reading() as tx:
        found = stored_highlights.listing(tx, world.user.id)
    return sorted(
        (
            each.feed_url,
            each.guid,
            *(each.highlight.quote, each.highlight.prefix, each.highlight.suffix, each.highlight.place),
            *(each.highlight.colour, each.highlight.note, each.highlight.created_at, each.highlight.changed_at),
        )
        for each in found
    )


def outlines(world: World) -> str:
    """All subscriptions with their settings and folders."""
    text = exporting.export_opml(world.db, world.user, settings=world.settings, now=world.now).decode()
    return text.partition("<body>")[2]


def everything(world: World) -> dict[str, Any]:
    """All that a person made, in words that hold on every server."""
    return {
        "outlines": outlines(world),
        "feeds": articles(world, f"f.owner_id = 0 AND {SUBSCRIBED}"),
        "own feeds": articles(world, f"f.kind IN ('saved', 'mail') AND {SUBSCRIBED}"),
        "notes": noted(world),
        "account": account(world),
        "going on": going_on(world),
        "searches": searches(world),
        "rules": ruled(world),
    }


def account(world: World) -> tuple[Any, ...]:
    """What was chosen for the whole account; labels and folders by their names."""
    db, user = world.db, world.user
    with db.reading() as tx:
        found = stored_accounts.user_by_id(tx, user.id)
        known = stored_labels.all_labels(tx, user.id)
        names = {f"label/{one.id}": f"label/{one.name}" for one in known}
        streams = {names.get(name, name): one for name, one in found.preferences.streams.items()}
        rows = tx.all(
            "SELECT d.name, p.name, d.position, d.retention, d.display, o.url, o.left_out FROM folder d"
            " LEFT JOIN folder p ON p.id = d.parent_id LEFT JOIN followed_opml o ON o.folder_id = d.id"
            " WHERE d.user_id = :user ORDER BY d.name_key",
            user=user.id,
        )
        own = tx.all(
            "SELECT f.url, s.title, s.visibility, s.retention, s.display, s.full_text, d.name FROM subscription s"
            " JOIN feed f ON f.id = s.feed_id LEFT JOIN subscription_folder sf ON sf.subscription_id = s.id"
            " LEFT JOIN folder d ON d.id = sf.folder_id WHERE s.user_id = :user AND f.kind IN ('saved', 'mail')"
            " ORDER BY f.url",
            user=user.id,
        )
        dressed = tx.all(
            "SELECT s.title, s.own_site_url, s.own_description, i.content_type, i.body FROM subscription s"
            " LEFT JOIN icon i ON i.id = s.own_icon_id WHERE s.user_id = :user AND s.own_site_url IS NOT NULL"
            " ORDER BY s.own_site_url",
            user=user.id,
        )
        refused = [one.url for one in stored_mail.refused(tx, user.id)]
        rule = tx.value("SELECT retention FROM users WHERE id = :user", user=user.id)
    chosen = (found.language, found.time_zone, found.preview, rule, replace(found.preferences, streams=streams))
    return (*chosen, [(one.name, one.colour) for one in known], rows, own, dressed, refused)


def going_on(world: World) -> tuple[Any, ...]:
    """What is begun and what is played next, by title."""
    with world.db.reading() as tx:
        queue = stored_progress.queue(tx, world.user.id)
        begun = stored_progress.unfinished(tx, world.user.id, 500)
        titles = entry_titles(tx, [*queue, *(one.entry_id for one in begun)])
    return (
        [titles[entry_id] for entry_id in queue],
        [(titles[one.entry_id], *msgspec.structs.astuple(one)[1:]) for one in begun],
    )


def leaves(body: bytes) -> dict[str, Any]:
    """What a ZIP says, without the numbers of a server: files by kind, each in the order of its articles' names."""
    found: dict[str, Any] = {}
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        for name in bundle.namelist():
            if "opml" in name:
                continue
            file = json.loads(bundle.read(name))
            for item in file.get("items", ()):
                for key in ("timestampUsec", "crawlTimeMsec"):
                    item.pop(key, None)
            said = sorted(file.get("items", ()), key=lambda item: json.dumps(item, sort_keys=True))
            key = f"{name.partition('_')[0]} {file.get('title', '')}"
            found[key] = said or file
    return found


def test_nothing_is_lost_between_two_servers(worlds: tuple[World, World], internet: Internet) -> None:
    here, there = worlds
    furnish(here, internet)
    body = here.export()
    for report in there.bring_in(body):
        assert report.error == ""
        assert not (report.opml and report.opml.problems)
        assert not (report.saved and report.saved.problems), report.name
        assert not (report.noted and report.noted.problems)
        assert not (report.chosen and report.chosen.problems)
    there.fetch()
    before, after = everything(here), everything(there)
    for part, said in before.items():
        assert after[part] == said, part
    assert leaves(there.export()) == leaves(body)

    again = there.bring_in(body)
    assert sum(report.opml.added for report in again if report.opml) == 0
    assert (
        sum(report.saved.stored + report.saved.starred + report.saved.labelled for report in again if report.saved) == 0
    )
    assert sum(report.noted.added for report in again if report.noted) == 0
    assert everything(there) == after, "importing again changes nothing"


def test_what_was_read_stays_read_however_much_a_feed_carries(
    worlds: tuple[World, World], internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ZIP holds the newest articles of a feed; of the others it says which were read."""
    here, there = worlds
    monkeypatch.setattr(exporting.write_everything, "__kwdefaults__", {"settings": None, "per_feed": 2})
    subscriptions.subscribe(here.db, here.user, internet.url("/news"), settings=here.settings, now=here.now)
    here.fetch()
    read = [here.entry_id(f"News {n}") for n in (1, 2, 3, 5)]
    entries.mark(here.db, here.user, read, read=True, now=here.now)
    body = here.export()
    there.bring_in(body)
    with transaction(there.db) as tx:
        waiting = tx.value("SELECT count(*) FROM tombstone")
    assert waiting > 0
    again = there.export()  # before anything was fetched there
    there.fetch()
    assert [one[4] for one in articles(there, SUBSCRIBED) if one[11]] == ["News 4"]
    with transaction(there.db) as tx:
        assert tx.value("SELECT count(*) FROM tombstone") == 0, "what was told is forgotten"
    there.bring_in(again)
    assert [one[4] for one in articles(there, SUBSCRIBED) if one[11]] == ["News 4"]


def test_what_a_feed_no_longer_carries_comes_along_for_its_notes_and_the_queue(
    worlds: tuple[World, World], internet: Internet
) -> None:
    here, there = worlds
    furnish(here, internet)
    internet["/news"] = internet["/cast"] = feed("Other", internet.url("/other"), range(1, 2))
    there.bring_in(here.export())
    there.fetch()
    assert [(url.removesuffix("#saved"), *rest) for url, *rest in noted(there)] == noted(here)
    assert going_on(there) == going_on(here)
    with there.db.reading() as tx:
        queue = stored_progress.queue(tx, there.user.id)
        titles = [streams.entry(tx, there.user.id, entry_id).title for entry_id in queue]
        assert titles == ["Cast 3", "Cast 1", "Cast 2"]
        stranger = tx.value("SELECT id FROM users WHERE name = 'Mallory'")
        for entry_id in queue:
            with pytest.raises(NotFound):
                streams.entry(tx, stranger, entry_id)
