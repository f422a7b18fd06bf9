"""Streams as feeds: what they say, who gets them, what their addresses open, and that reading them changes nothing."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp
from tests.web.browsing import HOST, Answer, Browser, Clock, World

from dateline.actions import entries as entry_actions
from dateline.actions import highlights as highlight_actions
from dateline.actions import labels as label_actions
from dateline.actions import saved_searches as search_actions
from dateline.actions import subscriptions as subscription_actions
from dateline.asgi import create_app
from dateline.fetch.body import hash_of
from dateline.model import Enclosure, ParsedEntry, ParsedFeed, Person, RawHTML, Response, SafeHTML, User
from dateline.parse import parse_feed
from dateline.refresh import index
from dateline.refresh.line import take
from dateline.refresh.record import record
from dateline.settings import Settings
from dateline.store import Database, accounts, feeds
from dateline.store.saved_searches import SavedSearch
from dateline.store.write import transaction

BASE = f"http://{HOST}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def db(request: pytest.FixtureRequest) -> Database:
    """Here on both engines."""
    database: Database = request.getfixturevalue(f"{request.param}_db")
    return database


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def addresses(reader: Browser, kind: str = "main", key: int | None = None) -> list[str]:
    """The addresses that the page of a stream gives, below this server's."""
    page = reader.get(f"/atom?kind={kind}" + ("" if key is None else f"&key={key}"))
    assert page.status == 200
    found = [str(field) for field in page.find("//input[@readonly]/@value")]
    assert all(address.startswith(f"{BASE}/") for address in found)
    return [address.removeprefix(BASE) for address in found]


def parsed(answer: Answer) -> ParsedFeed:
    assert answer.status == 200
    assert answer.header("content-type") == "application/atom+xml; charset=utf-8"
    return parse_feed(answer.body, url=BASE + answer.url, content_type="application/atom+xml")


def titles(answer: Answer) -> list[str]:
    return [entry.title or "" for entry in parsed(answer).entries]


@pytest.fixture
def fed(alice: Browser, world: World) -> dict[str, int]:
    """Alice's feeds: in a folder, important, archived, private; of each an article, one starred, one labelled."""
    ids: dict[str, int] = {}
    for hours, (name, visibility) in enumerate(
        [("plain", "folder"), ("main", "main"), ("big", "important"), ("old", "archived"), ("secret", "main")]
    ):
        feed = world.feed(f"Flux {name}", owner=owner(alice) if name == "secret" else None)
        (ids[name],) = world.entries(feed, f"Article {name}", hours_ago=hours + 1)
        ids[f"{name} feed"] = world.subscribe(owner(alice), feed, visibility=visibility)
    ids["folder"] = world.folder(owner(alice), "Dossier", ids["plain feed"], ids["old feed"])
    world.star(owner(alice), ids["main"])
    label = label_actions.add(world.db, owner(alice), "Étiquette", now=world.clock())
    label_actions.choose(
        world.db, owner(alice), ids["big"], wanted=[label], offered=[label], new_name="", now=world.clock()
    )
    ids["label"] = label
    return ids


# ---------------------------------------------------------------------------------------------- what is in them


def test_every_stream_is_a_feed_of_what_it_shows(alice: Browser, anonymous: Browser, fed: dict[str, int]) -> None:
    expected: dict[tuple[str, int | None], list[str]] = {
        ("main", None): ["main", "big", "secret"],
        ("important", None): ["big"],
        ("starred", None): ["main"],
        ("all", None): ["plain", "main", "big", "secret"],
        ("folder", fed["folder"]): ["plain"],
        ("feed", fed["old feed"]): ["old"],
        ("label", None): ["big"],
        ("label", fed["label"]): ["big"],
    }
    for (kind, key), names in expected.items():
        address, _ = addresses(alice, kind, key)
        assert titles(anonymous.get(address)) == [f"Article {name}" for name in names], kind


def test_our_own_parser_reads_in_it_what_the_entry_is(alice: Browser, world: World, anonymous: Browser) -> None:
    feed = world.feed("Le Phare & fils")
    html = SafeHTML('<p>Un &lt;mot&gt;, <a href="https://a.example/?a=1&amp;b=2">un lien</a> ]]&gt; 🗞</p>')
    file = Enclosure(url="https://a.example/son.mp3", type="audio/mpeg", length=12345, title="Le son")
    person = Person(name="Ada <L>", email="ada@a.example", url="https://a.example/ada")
    at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    (entry,) = world.entries(
        feed,
        "Un titre <b> & \x0b deux",
        url="https://a.example/un?x=1&y=é",
        content_html=html,
        authors=(person,),
        tags=("mer", "vent & marée"),
        language="fr",
        enclosures=(file,),
        thumbnail_url="https://a.example/un.jpg",
        comments_url="https://a.example/un#c",
        published_at=at,
        updated_at=at + timedelta(hours=3),
    )
    subscription = world.subscribe(owner(alice), feed, title="Ma lanterne")
    address, _ = addresses(alice, "feed", subscription)
    read = parsed(anonymous.get(address))
    assert (read.format, read.title, read.url) == ("atom10", "Ma lanterne · Dateline", BASE + address)
    assert read.site_url == f"{BASE}/feed/{subscription}"
    assert read.warnings == ()
    (found,) = read.entries
    assert replace(found, source_hash=None, guid=None, base_url=None) == ParsedEntry(
        url="https://a.example/un?x=1&y=é",
        title="Un titre <b> & deux",
        authors=(person,),
        published_at=at,
        updated_at=at + timedelta(hours=3),
        content_html=RawHTML(html),
        tags=("mer", "vent & marée"),
        language="fr",
        enclosures=(file,),
        thumbnail_url="https://a.example/un.jpg",
        comments_url="https://a.example/un#c",
    )
    assert entry


def test_an_article_without_author_address_or_text_has_what_the_format_wants(
    alice: Browser, world: World, anonymous: Browser
) -> None:
    feed = world.feed("Le Phare")
    (entry,) = world.entries(feed, "Seul", url=None, content_html=SafeHTML(""), preview_text="Le début.")
    world.subscribe(owner(alice), feed)
    (found,) = parsed(anonymous.get(addresses(alice)[0])).entries
    assert found.authors == (Person(name="Le Phare"),)
    assert found.url == f"{BASE}/entry/{entry}"
    assert (found.content_html, found.summary_html) == (None, "Le début.")


def test_an_article_that_is_longer_than_lists_show_is_its_beginning_and_the_way_to_it(
    alice: Browser, world: World, anonymous: Browser
) -> None:
    words = " ".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(3_000))
    feed = world.feed()
    world.entries(feed, "Long", content_html=SafeHTML(f"<p>{words}</p>"), preview_text="Le début.")
    world.subscribe(owner(alice), feed)
    (found,) = parsed(anonymous.get(addresses(alice)[0])).entries
    assert (found.content_html, found.summary_html) == (None, "Le début.")
    assert found.url


def test_ids_stay_whatever_is_renamed_and_are_the_same_in_all_streams(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World, db: Database, settings: Settings
) -> None:
    def ids(answer: Answer) -> list[str | None]:
        return [entry.guid for entry in parsed(answer).entries]

    address = addresses(alice, "folder", fed["folder"])[0]
    before = ids(anonymous.get(address))
    assert set(before) < set(ids(anonymous.get(addresses(alice, "all")[0])))
    alice.post(f"/folders/{fed['folder']}", {"name": "Autrement"})
    alice.post("/atom", {"kind": "main"})
    address = addresses(alice, "folder", fed["folder"])[0]
    assert ids(anonymous.get(address)) == before
    moved = create_app(replace(settings, base_url="https://news.example/reader"), db, clock=world.clock)
    there = Browser(moved, host="news.example", scheme="https").get(f"/reader{address}")
    assert ids(there) == before
    assert f"https://news.example/reader{address}" in there.text
    assert "127.0.0.1" not in there.text


def test_at_most_fifty_and_a_hundred_when_asked(alice: Browser, world: World, anonymous: Browser) -> None:
    feed = world.feed()
    world.entries(feed, *(f"N{number}" for number in range(130)))
    world.subscribe(owner(alice), feed)
    address = addresses(alice)[0]
    assert titles(anonymous.get(address)) == [f"N{number}" for number in range(129, 79, -1)]
    for asked, count in (("3", 3), ("100", 100), ("101", 100), ("99999", 100), ("0", 1)):
        assert len(titles(anonymous.get(f"{address}?n={asked}"))) == count
    assert anonymous.get(f"{address}?n=many").status == 400


def test_a_stream_without_articles_is_a_feed_without_entries(alice: Browser, anonymous: Browser) -> None:
    address = addresses(alice)[0]
    first = anonymous.get(address)
    assert parsed(first).entries == ()
    assert anonymous.get(address).header("etag") == first.header("etag")


def test_of_what_is_unread_it_is_what_was_not_read_here(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World, db: Database
) -> None:
    address = addresses(alice)[1]
    assert titles(anonymous.get(address)) == ["Article main", "Article big", "Article secret"]
    entry_actions.mark(db, owner(alice), [fed["big"]], read=True, now=world.clock())
    assert titles(anonymous.get(address)) == ["Article main", "Article secret"]
    with db.reading() as tx:
        feed = tx.value("SELECT feed_id FROM entry WHERE id = :id", id=fed["main"])
    world.entries(feed, "Neuf", hours_ago=0)
    assert titles(anonymous.get(address)) == ["Neuf", "Article main", "Article secret"], "delivered first"


def test_what_the_page_shows_by_what_was_done_has_an_address_too(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World, db: Database
) -> None:
    entry_actions.mark(db, owner(alice), [fed["big"]], read=True, now=world.clock())
    for shown, names in (
        ("read", ["big"]),
        ("starred", ["main"]),
        ("unread_or_starred", ["main", "secret"]),
        ("unread_not_starred", ["secret"]),
    ):
        (link,) = alice.get(f"/?shown={shown}").find("//nav//a[starts-with(@href, '/atom')]/@href")
        fields = [str(field) for field in alice.get(str(link)).find("//input[@readonly]/@value")]
        answer = anonymous.get(fields[1].removeprefix(BASE))
        assert titles(answer) == [f"Article {name}" for name in names], shown
        assert answer.header("last-modified") is None
        assert fields[0] == BASE + addresses(alice)[0]
    assert alice.get("/atom?shown=nothing").status == 400


def test_what_is_personal_is_not_in_it(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World, db: Database
) -> None:
    highlight_actions.add(db, owner(alice), fed["big"], quote="content", note="Ma note secrète", now=world.clock())
    for kind, key in (("all", None), ("label", fed["label"]), ("starred", None)):
        text = anonymous.get(addresses(alice, kind, key)[0]).text
        assert "Ma note" not in text
        assert "alice" not in text
        assert "feed1.example" not in text, "the address of a feed may hold a secret"
        assert ("Étiquette" in text) == (key is not None), "a label is the title of its own feed alone"


def test_reading_it_changes_nothing_and_gives_no_cookie(
    alice: Browser, fed: dict[str, int], world: World, db: Database, clock: Clock
) -> None:
    known = [*addresses(alice, "all"), *addresses(alice, "starred")]
    before = world.unread_ids(owner(alice))
    clock.pass_by(days=2)  # a page would prolong the session now
    with db.reading() as tx:
        seen = tx.all("SELECT * FROM session ORDER BY 1"), tx.all("SELECT * FROM users ORDER BY 1")
    for address in known:
        answer = alice.get(address)
        assert answer.status == 200
        assert answer.header("set-cookie") is None
        assert answer.header("dateline-account") is None
    assert world.unread_ids(owner(alice)) == before
    with db.reading() as tx:
        assert (tx.all("SELECT * FROM session ORDER BY 1"), tx.all("SELECT * FROM users ORDER BY 1")) == seen


# ---------------------------------------------------------------------------------------------- who gets them


def test_a_wrong_secret_is_like_nothing_there(
    alice: Browser, bob: Browser, anonymous: Browser, fed: dict[str, int]
) -> None:
    own = addresses(alice)[0]
    secret = own.split("/")[2]
    account, _, text = secret.partition("-")
    bobs = addresses(bob)[0].split("/")[2].partition("-")
    nothing = anonymous.get("/atom/nothing/is/there/at/all")
    wrong = [
        f"{account}-{'A' * 22}",
        f"{account}-{text[:-1]}",
        f"{account}-{text}A",
        f"{account}-",
        text,
        f"{bobs[0]}-{text}",
        f"{account}-{bobs[2]}",
        f"0-{text}",
        f"0{account}-{text}",
        f"999999999999999999-{text}",
        f"9999999999999999999999-{text}",
        "x",
        "%00",
        "é-" + text,
    ]
    for secret_ in wrong:
        answer = anonymous.get(f"/atom/{secret_}/main")
        assert answer.status == nothing.status == 404
        assert "Article" not in answer.text
    assert alice.get(f"/atom/{wrong[0]}/main").status == 404, "not with her session either"


def test_a_secret_opens_its_one_feed_and_nothing_else(alice: Browser, anonymous: Browser, fed: dict[str, int]) -> None:
    folder = addresses(alice, "folder", fed["folder"])[0]
    secret = folder.split("/")[2]
    assert anonymous.get(folder).status == 200
    for path in (
        "main",
        "all",
        "starred",
        "label",
        f"feed/{fed['plain feed']}",
        f"folder/0{fed['folder']}",
        f"folder/{fed['folder'] + 1}",
        "today",
        "recent",
        f"folder/{fed['folder']}?shown=unread",
        f"folder/{fed['folder']}?shown=adaptive",
        f"main/{fed['folder']}",
        "folder",
        "folder/x",
    ):
        answer = anonymous.get(f"/atom/{secret}/{path}")
        # digits that mean the same number are the same stream
        assert answer.status == (200 if path.startswith("folder/0") else 404), path
    cookies = {"dateline": secret}
    assert Browser(alice.app, cookies=cookies).get("/", follow=False).status == 303
    assert anonymous.get(f"/entry/{fed['plain']}?secret={secret}", follow=False).status == 303


def test_new_addresses_end_all_old_ones(
    alice: Browser, bob: Browser, anonymous: Browser, fed: dict[str, int], world: World
) -> None:
    old = [*addresses(alice), *addresses(alice, "folder", fed["folder"])]
    bobs = addresses(bob)
    sent = alice.post("/atom", {"kind": "folder", "key": fed["folder"]}, follow=False)
    assert sent.header("location") == f"/atom?kind=folder&key={fed['folder']}"
    new = [*addresses(alice), *addresses(alice, "folder", fed["folder"])]
    assert not set(old) & set(new)
    assert [anonymous.get(address).status for address in old] == [404] * 4
    assert [anonymous.get(address).status for address in (*new, *bobs)] == [200] * 6


def test_what_is_taken_to_another_server_does_not_bring_old_addresses_back(
    alice: Browser, bob: Browser, world: World, fed: dict[str, int]
) -> None:
    alice.post("/atom", {"kind": "main"})
    before = addresses(bob)
    kept = alice.get("/opml/everything.zip")
    assert bob.post("/opml", {}, files={"file": ("alice.zip", kept.body)}).status == 200
    assert addresses(bob) == before


def test_the_address_of_somebody_elses_stream_is_not_made(alice: Browser, bob: Browser, fed: dict[str, int]) -> None:
    for query in (
        f"kind=folder&key={fed['folder']}",
        f"kind=feed&key={fed['main feed']}",
        f"kind=label&key={fed['label']}",
        "kind=folder",
        "kind=main&key=1",
        "kind=today",
        "kind=recent",
        "kind=nothing",
    ):
        assert bob.get(f"/atom?{query}").status == 404, query
    assert bob.post("/atom", {"kind": "nothing"}).status == 404


def test_a_folder_a_label_or_an_account_that_is_gone_takes_its_feed_along(
    alice: Browser, anonymous: Browser, fed: dict[str, int], db: Database
) -> None:
    folder, label = addresses(alice, "folder", fed["folder"])[0], addresses(alice, "label", fed["label"])[0]
    main = addresses(alice)[0]
    alice.post(f"/folders/{fed['folder']}/remove")
    alice.post(f"/labels/{fed['label']}", {"do": "remove"})
    assert [anonymous.get(address).status for address in (folder, label, main)] == [404, 404, 200]
    with transaction(db) as tx:
        accounts.remove_user(tx, owner(alice).id)
    assert anonymous.get(main).status == 404


# ---------------------------------------------------------------------------------------------- visitors


def test_visitors_have_feeds_of_what_is_public_without_a_secret(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World
) -> None:
    hidden = world.feed("Flux hidden")
    world.entries(hidden, "Article hidden")
    ids = {**fed, "hidden feed": world.subscribe(owner(alice), hidden, hidden_from_visitors=True)}
    assert anonymous.get("/@alice/atom/main").status == 404, "closed"
    assert len(addresses(alice)) == 2
    world.change(owner(alice), open_to_visitors=True)
    assert titles(anonymous.get("/@alice/atom/main")) == ["Article main", "Article big"]
    assert titles(anonymous.get("/@alice/atom/starred")) == ["Article main"]
    assert titles(anonymous.get(f"/@alice/atom/feed/{fed['plain feed']}")) == ["Article plain"]
    for path in (f"feed/{ids['secret feed']}", f"feed/{ids['hidden feed']}", "label", f"label/{fed['label']}", "today"):
        assert anonymous.get(f"/@alice/atom/{path}").status == 404, path
    assert titles(anonymous.get("/@alice/atom/main?shown=unread")) == ["Article main", "Article big"]
    assert addresses(alice)[2] == "/@alice/atom/main"
    assert len(addresses(alice, "feed", ids["hidden feed"])) == 2
    text = anonymous.get("/@alice/atom/main").text
    assert f'rel="alternate" type="text/html" href="{BASE}/@alice/"' in text
    assert f'rel="self" type="application/atom+xml" href="{BASE}/@alice/atom/main"' in text


def test_pages_of_visitors_announce_the_feed(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World
) -> None:
    world.change(owner(alice), open_to_visitors=True)
    announced = "//head/link[@rel='alternate'][@type='application/atom+xml']/@href"
    for page, feed in (
        ("/", "/@alice/atom/main"),
        ("/@alice/all", "/@alice/atom/all"),
        (f"/@alice/folder/{fed['folder']}", f"/@alice/atom/folder/{fed['folder']}"),
    ):
        there = anonymous.get(page)
        assert there.find(announced) == [feed]
        assert there.find(f"//nav//a[@href='{feed}']")
    assert alice.get("/").find(announced) == [], "the address is a secret: no page that may be kept holds it"
    assert anonymous.get("/@alice/?q=main").find(announced) == []


def test_the_way_there_is_in_the_menu_and_on_the_pages_of_folder_feed_and_label(
    alice: Browser, fed: dict[str, int]
) -> None:
    link = f"/atom?kind=folder&key={fed['folder']}"
    for page in (f"/folder/{fed['folder']}", f"/folders/{fed['folder']}"):
        assert link in alice.get(page).find("//a/@href"), page
    assert f"/atom?kind=feed&key={fed['big feed']}" in alice.get(f"/subscriptions/{fed['big feed']}").find("//a/@href")
    assert f"/atom?kind=label&key={fed['label']}" in alice.get(f"/labels/{fed['label']}").find("//a/@href")
    assert "/atom?kind=main" in alice.get("/").find("//a/@href")
    for page in ("/today", "/recent", "/?q=x"):
        assert not [href for href in alice.get(page).find("//a/@href") if str(href).startswith("/atom")]


# ---------------------------------------------------------------------------------------------- asked again


def test_what_is_unchanged_is_not_sent_again(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World, clock: Clock, db: Database
) -> None:
    address = addresses(alice)[0]
    first = anonymous.get(address)
    etag, modified = first.header("etag") or "", first.header("last-modified") or ""
    assert parsedate_to_datetime(modified) == clock()
    assert first.header("cache-control") == "private, no-cache"
    assert first.header("x-robots-tag") == "noindex, nofollow"
    for told in (
        {"if-none-match": etag},
        {"if-none-match": etag.removeprefix("W/")},
        {"if-none-match": f'"x", {etag}'},
        {"if-none-match": "*"},
        {"if-modified-since": modified},
    ):
        again = anonymous.get(address, headers=told)
        assert (again.status, again.body, again.header("etag")) == (304, b"", etag), told
    before = format_datetime(clock() - timedelta(seconds=1), usegmt=True)
    for told in (
        {"if-none-match": '"x"'},
        {"if-none-match": '"x"', "if-modified-since": modified},
        {"if-modified-since": before},
        {"if-modified-since": "yesterday"},
        {"if-modified-since": "Fri, 99 Nov 99999 99:99:99 GMT"},
        {"if-modified-since": ""},
    ):
        assert anonymous.get(address, headers=told).status == 200, told
    clock.pass_by(hours=1)
    with db.reading() as tx:
        feed = tx.value("SELECT feed_id FROM entry WHERE id = :id", id=fed["main"])
    world.entries(feed, "Neuf", hours_ago=0)
    for told in ({"if-none-match": etag}, {"if-modified-since": modified}):
        assert titles(anonymous.get(address, headers=told))[0] == "Neuf"


def test_favourites_have_no_date_of_change_for_an_old_article_may_come_among_them(
    alice: Browser, anonymous: Browser, fed: dict[str, int], world: World
) -> None:
    address = addresses(alice, "starred")[0]
    first = anonymous.get(address)
    assert first.header("last-modified") is None
    world.star(owner(alice), fed["secret"])
    now = format_datetime(world.clock(), usegmt=True)
    assert len(titles(anonymous.get(address, headers={"if-modified-since": now}))) == 2
    etag = first.header("etag") or ""
    assert anonymous.get(address, headers={"if-none-match": etag}).status == 200


def test_it_comes_compressed_where_that_is_taken(alice: Browser, anonymous: Browser, fed: dict[str, int]) -> None:
    answer = anonymous.get(addresses(alice)[0], headers={"accept-encoding": "gzip"})
    assert answer.header("content-encoding") == "gzip"


# ---------------------------------------------------------------------------------------------- round and round


def read_back(db: Database, feed_id: int, answer: Answer, now: datetime) -> None:
    """What the worker does with the document, as the feed's."""
    url = f"https://news.example{urlsplit(answer.url).path}"
    response = Response(
        url=url,
        final_url=url,
        status=200,
        content_type="application/atom+xml",
        body=answer.body,
        body_hash=hash_of(answer.body),
    )
    with db.reading() as tx:
        feed = feeds.read(tx, feed_id)
    record(db, [take(db, feed, response, asked_url=feed.url, now=now, dice=0.5)])


@pytest.mark.parametrize("which", [0, 1])
def test_who_subscribes_to_their_own_stream_gets_each_article_once_more_and_no_more(
    alice: Browser, anonymous: Browser, world: World, db: Database, clock: Clock, which: int
) -> None:
    first = world.feed("Le Phare")
    world.entries(first, "Un", "Deux")
    world.subscribe(owner(alice), first)
    address = addresses(alice)[which]
    mirror = world.feed("Moi-même", url=f"https://news.example{address}")
    world.subscribe(owner(alice), mirror)
    for _ in range(4):
        clock.pass_by(hours=1)
        read_back(db, mirror, anonymous.get(address), clock())
        assert sorted(titles(anonymous.get(address))) == ["Deux", "Un"]
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 4
        assert tx.value("SELECT count(*) FROM entry WHERE feed_id = :id", id=mirror) == 2


def test_two_who_subscribe_to_each_other_do_not_grow_either(
    alice: Browser, bob: Browser, anonymous: Browser, world: World, db: Database, clock: Clock
) -> None:
    made: dict[str, tuple[int, str]] = {}
    for reader, other in ((alice, "b"), (bob, "a")):
        own = world.feed(f"Own of {owner(reader).name}")
        world.entries(own, f"From {owner(reader).name}")
        world.subscribe(owner(reader), own)
        mirror = world.feed("The other", url=f"https://{other}.example/atom")
        world.subscribe(owner(reader), mirror)
        made[owner(reader).name] = (mirror, addresses(reader)[0])
    for _ in range(4):
        clock.pass_by(hours=1)
        read_back(db, made["alice"][0], anonymous.get(made["bob"][1]), clock())
        read_back(db, made["bob"][0], anonymous.get(made["alice"][1]), clock())
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM entry") == 4


def test_copies_before_it_do_not_keep_an_article_out(
    alice: Browser, anonymous: Browser, world: World, db: Database, clock: Clock
) -> None:
    first = world.feed("Le Phare")
    world.entries(first, *(f"N{number}" for number in range(60)), hours_ago=100)
    world.subscribe(owner(alice), first)
    address = addresses(alice)[0]
    mirror = world.feed("Moi-même", url=f"https://news.example{address}")
    world.subscribe(owner(alice), mirror)
    read_back(db, mirror, anonymous.get(address), clock())
    assert titles(anonymous.get(f"{address}?n=20")) == [f"N{number}" for number in range(59, 39, -1)]


Make = Callable[..., Browser]


def test_an_account_named_like_anything_has_feeds(log_in: Make, app: ASGIApp, world: World) -> None:
    for name in ("atom", "a b", "ü&amp;'", "..."):
        reader = log_in(name)
        world.change(owner(reader), open_to_visitors=True)
        for address in addresses(reader):
            assert parsed(Browser(app).get(address)).entries == ()


# ---------------------------------------------------------------------------------------------- saved searches


def keep(reader: Browser, world: World, name: str, query: str, **more: Any) -> int:
    index.index_all(world.db)
    return search_actions.add(world.db, owner(reader), SavedSearch(name=name, query=query, **more), now=world.clock())


def test_a_saved_search_is_a_feed_of_what_it_finds_with_its_name(
    alice: Browser, anonymous: Browser, world: World, fed: dict[str, int]
) -> None:
    ident = keep(alice, world, "Grands & petits", "main OR big OR old", kind="all", order="title")
    address, unread = addresses(alice, "search", ident)
    assert titles(anonymous.get(address)) == ["Article main", "Article big"], "newest first; archived is not in “all”"
    document = parsed(anonymous.get(address))
    assert document.title == "Grands & petits · Dateline"
    assert document.site_url == f"{BASE}/all?q=main+OR+big+OR+old&order=title&saved={ident}"
    alice.post("/entries/read", {"id": fed["big"]})
    assert titles(anonymous.get(unread)) == ["Article main"]
    assert titles(anonymous.get(address)) == ["Article main", "Article big"]


def test_what_is_shown_of_a_saved_search_is_what_it_says_itself(
    alice: Browser, anonymous: Browser, world: World, fed: dict[str, int]
) -> None:
    alice.post("/entries/read", {"id": fed["big"]})
    address, _ = addresses(alice, "search", keep(alice, world, "Lus", "article", shown="read"))
    assert titles(anonymous.get(address)) == ["Article big"]
    labelled, _ = addresses(alice, "search", keep(alice, world, "Marqués", "label:Étiquette is:read"))
    assert titles(anonymous.get(labelled)) == ["Article big"]


def test_a_week_ends_today_and_the_answer_says_when_something_left_it(
    alice: Browser, anonymous: Browser, world: World, clock: Clock
) -> None:
    feed = world.feed("Le Phare")
    world.entries(feed, "Hier", hours_ago=24)
    world.subscribe(owner(alice), feed)
    address, _ = addresses(alice, "search", keep(alice, world, "Semaine", "date:P1W"))
    first = anonymous.get(address)
    assert titles(first) == ["Hier"]
    assert first.header("last-modified") is None, "what leaves the week has no time of its own"
    known = {"if-none-match": first.header("etag") or ""}
    assert anonymous.get(address, headers=known).status == 304
    clock.pass_by(days=8)
    later = anonymous.get(address, headers={**known, "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    assert titles(later) == []


def test_the_way_to_its_feed_is_in_the_menu_of_its_page(alice: Browser, world: World, fed: dict[str, int]) -> None:
    ident = keep(alice, world, "Tout", "article")
    page = alice.get(f"/?q=article&saved={ident}")
    assert page.find(f"//details//a[@href='/atom?kind=search&key={ident}']")
    assert not alice.get("/?q=article").find("//details//a[starts-with(@href, '/atom')]")
    today = keep(alice, world, "Du jour", "article", kind="today")
    assert not alice.get(f"/today?q=article&saved={today}").find("//details//a[starts-with(@href, '/atom')]")
    assert not alice.get(f"/searches/{today}").find("//a[starts-with(@href, '/atom')]")
    assert alice.get(f"/atom?kind=search&key={today}").status == 404


def test_the_feed_of_a_search_is_its_owners_and_goes_with_it(
    alice: Browser, bob: Browser, anonymous: Browser, world: World, fed: dict[str, int]
) -> None:
    ident = keep(alice, world, "À moi", "article", kind="folder", key=fed["folder"])
    other = keep(alice, world, "Autre", "article")
    world.change(owner(alice), open_to_visitors=True)
    address, _ = addresses(alice, "search", ident)
    assert anonymous.get(address).status == 200
    assert bob.get(f"/atom?kind=search&key={ident}").status == 404
    assert alice.get("/atom?kind=search").status == 404
    for wrong in (
        address.replace(f"/search/{ident}", f"/search/{other}"),
        address.replace("/search/", "/folder/"),
        f"{address}?shown=unread",
        f"/@alice/atom/search/{ident}",
    ):
        assert anonymous.get(wrong).status == 404, wrong
    subscription_actions.remove_folder(world.db, owner(alice), fed["folder"], now=world.clock())
    assert anonymous.get(address).status == 404
    address, _ = addresses(alice, "search", other)
    search_actions.remove(world.db, owner(alice), other, now=world.clock())
    assert anonymous.get(address).status == 404


def test_a_search_that_cannot_be_meant_any_more_is_a_feed_without_entries(
    alice: Browser, anonymous: Browser, world: World, fed: dict[str, int]
) -> None:
    address, _ = addresses(alice, "search", keep(alice, world, "Marqués", "label:Étiquette"))
    assert titles(anonymous.get(address)) == ["Article big"]
    label_actions.remove(world.db, owner(alice), fed["label"], now=world.clock())
    assert titles(anonymous.get(address)) == []
