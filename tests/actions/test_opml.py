"""OPML: what an import does, line by line and all or nothing; what is exported comes in again."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import displays, exporting, opml, pages, subscriptions
from dateline.errors import ParseError, StoreError
from dateline.model import Retention, User
from dateline.parse.page import PageRules
from dateline.preferences import Display
from dateline.settings import Settings
from dateline.store import Database, followed, retention
from dateline.store import exporting as leaving
from dateline.store import rules as kept_rules
from dateline.store import subscriptions as stored
from dateline.store.postgres.engine import PostgresWriteTx
from dateline.store.retention import Proposal
from dateline.store.sqlite.engine import SqliteWriteTx
from dateline.store.write import transaction

WRITERS: dict[str, type] = {"sqlite": SqliteWriteTx, "postgres": PostgresWriteTx}


def document(*outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{"".join(outlines)}</body></opml>'.encode()


def feed(url: str, title: str = "") -> str:
    return f'<outline type="rss" text="{title}" title="{title}" xmlUrl="{url}"/>'


def folder(name: str, *inner: str) -> str:
    return f'<outline text="{name}">{"".join(inner)}</outline>'


def arranged(db: Database, user: User) -> set[tuple[str, str, tuple[tuple[str, ...], ...]]]:
    """(address, title, the folders' paths) of every subscription."""
    with db.reading() as tx:
        rows = stored.all_details(tx, user.id)
        folders = {folder.id: folder for folder in stored.folders(tx, user.id)}

    def path(folder_id: int | None) -> tuple[str, ...]:
        return (*path(folders[folder_id].parent_id), folders[folder_id].name) if folder_id is not None else ()

    return {(row.url, row.title, tuple(sorted(path(ident) for ident in row.folder_ids))) for row in rows}


def imported(db: Database, user: User, body: bytes, now: datetime) -> tuple[int, int, int, list[str]]:
    report = opml.import_opml(db, user, body, now=now)
    return (report.added, report.already, report.folders_added, [problem.code for problem in report.problems])


def test_an_import_subscribes_into_folders(db: Database, cast: Cast, now: datetime) -> None:
    body = document(
        feed("https://a.test/", "A"),
        folder("Press", feed("https://b.test/", "B"), folder("Europe", feed("https://c.test/", "C"))),
    )
    assert imported(db, cast.alice, body, now) == (3, 0, 2, [])
    assert arranged(db, cast.alice) == {
        ("https://a.test/", "A", ()),
        ("https://b.test/", "B", (("Press",),)),
        ("https://c.test/", "C", (("Press", "Europe"),)),
    }
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM feed WHERE next_at IS NOT NULL") == 3


def test_an_import_twice_changes_nothing(db: Database, cast: Cast, now: datetime) -> None:
    body = document(folder("F", feed("https://a.test/", "A")), folder("G", feed("https://b.test/", "B")))
    imported(db, cast.alice, body, now)
    before = arranged(db, cast.alice)
    assert imported(db, cast.alice, body, now) == (0, 2, 0, [])
    assert arranged(db, cast.alice) == before


def test_who_subscribes_already_keeps_title_and_place(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.subscribe(db, cast.alice, "https://a.test/", title="Mine", now=now)
    body = document(folder("F", feed("https://a.test/", "Theirs")))
    assert imported(db, cast.alice, body, now) == (0, 1, 0, [])
    assert arranged(db, cast.alice) == {("https://a.test/", "Mine", ())}


def test_a_folder_that_is_there_is_used(db: Database, cast: Cast, now: datetime) -> None:
    subscriptions.add_folder(db, cast.alice, "Pressé", now=now)
    body = document(folder("  PRESSE\u0301 ", feed("https://a.test/", "A")))
    assert imported(db, cast.alice, body, now) == (1, 0, 0, [])
    assert arranged(db, cast.alice) == {("https://a.test/", "A", (("Pressé",),))}


def test_the_same_name_in_two_places_is_two_folders(db: Database, cast: Cast, now: datetime) -> None:
    body = document(
        folder("Tech", feed("https://a.test/", "A")),
        folder("Blogs", folder("Tech", feed("https://b.test/", "B"))),
        folder("Press", folder("Tech", feed("https://c.test/", "C"))),
    )
    assert imported(db, cast.alice, body, now) == (3, 0, 5, [])
    assert arranged(db, cast.alice) == {
        ("https://a.test/", "A", (("Tech",),)),
        ("https://b.test/", "B", (("Blogs", "Tech (Blogs)"),)),
        ("https://c.test/", "C", (("Press", "Tech (Press)"),)),
    }


def test_folder_names_are_made_usable(db: Database, cast: Cast, now: datetime) -> None:
    names = ["a/b", "x" * 300, "x" * 300 + "y", "&#x200b;", "\u202eevil", "News", "NEWS"]
    body = document(*(folder(name, feed(f"https://{n}.test/")) for n, name in enumerate(names)))
    added, _, folders, problems = imported(db, cast.alice, body, now)
    assert (added, folders, problems) == (7, 5, [])
    with db.reading() as tx:
        kept = [folder.name for folder in stored.folders(tx, cast.alice.id)]
    assert sorted(kept) == sorted(["a-b", "x" * 100, "-", "evil", "News"])
    for name in kept:
        assert subscriptions.folder_name(name) == name


def test_a_long_name_that_is_taken_is_shortened_for_its_addition(db: Database, cast: Cast, now: datetime) -> None:
    long = "x" * 100
    body = document(
        folder(long, feed("https://a.test/")),
        folder("P" * 100, folder(long, feed("https://b.test/"))),
        folder("Q" * 100, folder(long, feed("https://c.test/"))),
    )
    assert imported(db, cast.alice, body, now) == (3, 0, 5, [])
    with db.reading() as tx:
        for kept in stored.folders(tx, cast.alice.id):
            assert subscriptions.folder_name(kept.name) == kept.name


def test_one_feed_in_two_folders_is_one_subscription(db: Database, cast: Cast, now: datetime) -> None:
    body = document(folder("F", feed("https://a.test/", "A")), folder("G", feed("https://a.test/", "A")))
    report = opml.import_opml(db, cast.alice, body, now=now)
    assert report.added == 1
    assert arranged(db, cast.alice) == {("https://a.test/", "A", (("F",), ("G",)))}


def test_what_cannot_be_used_is_reported_with_its_line(db: Database, cast: Cast, now: datetime) -> None:
    body = document(feed("https://a.test/"), "\n", feed("javascript:alert(1)"), "\n", feed("https://b.test/"))
    report = opml.import_opml(db, cast.alice, body, now=now)
    assert report.added == 2
    assert [(problem.line, problem.code) for problem in report.problems] == [(2, "opml.bad_address")]


def test_a_half_written_file_brings_what_it_holds_or_nothing(db: Database, cast: Cast, now: datetime) -> None:
    whole = document(*(feed(f"https://{number}.test/", f"T{number}") for number in range(20)))
    for size in range(0, len(whole), 97):
        user = cast.alice
        try:
            report = opml.import_opml(db, user, whole[:size], now=now)
        except ParseError:
            continue
        assert report.added + report.already <= 20
    assert imported(db, cast.alice, whole, now)[0] + len(arranged(db, cast.alice)) >= 20
    assert len(arranged(db, cast.alice)) == 20


@pytest.mark.parametrize("body", [b"", b"\0" * 100, b"{}", b"<html><body>no</body></html>", b"<rss version='2.0'/>"])
def test_what_is_no_opml_changes_nothing(db: Database, cast: Cast, now: datetime, body: bytes) -> None:
    with pytest.raises(ParseError):
        opml.import_opml(db, cast.alice, body, now=now)
    assert arranged(db, cast.alice) == set()


def test_an_import_is_all_or_nothing(db: Database, cast: Cast, now: datetime, tmp_path: Path) -> None:
    """A key that cannot be used stops it in the middle."""
    (tmp_path / "key").write_bytes(b"no key")
    body = document(folder("F", feed("https://a.test/")), feed("https://me:secret@b.test/"))
    with pytest.raises(StoreError) as caught:
        opml.import_opml(db, cast.alice, body, settings=Settings(secret_file=tmp_path / "key"), now=now)
    assert caught.value.code == "store.secret"
    assert arranged(db, cast.alice) == set()
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM folder") == tx.value("SELECT count(*) FROM feed") == 0


def test_a_feed_with_credentials_is_private_and_goes_out_without_them(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    settings = Settings(secret_file=tmp_path / "key")
    body = document(feed("https://me:s3cret@a.test/feed", "A"))
    opml.import_opml(db, cast.alice, body, settings=settings, now=now)
    opml.import_opml(db, cast.bob, body, settings=settings, now=now)
    with db.reading() as tx:
        assert tx.column("SELECT owner_id FROM feed ORDER BY id") == [cast.alice.id, cast.bob.id]
        assert not any(b"s3cret" in secret for secret in tx.column("SELECT credentials FROM feed"))
    exported = exporting.export_opml(db, cast.alice, now=now)
    assert b"https://a.test/feed" in exported
    assert b"s3cret" not in exported
    assert b"me:" not in exported


def test_what_the_feed_carries_is_unread_after_an_import(db: Database, cast: Cast, now: datetime) -> None:
    _, known = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, known, ["one", "two"], now)
    imported(db, cast.bob, document(feed("https://a.test/")), now)
    with db.reading() as tx:
        assert sorted(tx.column("SELECT entry_id FROM unread WHERE user_id = :id", id=cast.bob.id)) == ids


# ------------------------------------------------------------------------------------------------ settings

FRESHRSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml xmlns:frss="https://freshrss.org/opml" version="2.0">
<head><title>FreshRSS</title><dateCreated>Sun, 22 Nov 2026 12:00:00 +0100</dateCreated></head>
<body>
<outline text="Press">
<outline text="Important" type="rss" xmlUrl="https://a.test/" htmlUrl="https://a.test/" frss:priority="important"/>
<outline text="Aside" type="rss" xmlUrl="https://b.test/" htmlUrl="" description="" frss:priority="category"
  frss:filtersActionRead="intitle:ads&#10;f:3 more&#10;intitle:more" frss:ttl="-3600"/>
<outline text="Hidden" type="rss" xmlUrl="https://c.test/" frss:priority="hidden" frss:ttl="7200"
  frss:unicityCriteria="link"/>
</outline>
<outline text="Nothing yet"/>
<outline text="Reading list" frss:opmlUrl="https://lists.test/all.opml">
<outline text="Listed" type="rss" xmlUrl="https://d.test/"/>
</outline>
</body></opml>"""


def settings_of(db: Database, user: User) -> dict[str, tuple[object, ...]]:
    """Address → own title, visibility, hidden, full text, revised, the list it came with."""
    with db.reading() as tx:
        names = {folder.id: folder.name for folder in stored.folders(tx, user.id)}
        rows = leaving.leaving(tx, user.id)
    return {
        row.url: (
            *(row.own_title, row.visibility, row.hidden_from_visitors, row.full_text, row.revised_unread),
            names.get(row.followed_folder_id or 0),
        )
        for row in rows
    }


def test_freshrss_settings_folders_and_lists_come_along(db: Database, cast: Cast, now: datetime) -> None:
    report = opml.import_opml(db, cast.alice, FRESHRSS, now=now)
    assert (report.added, report.folders_added) == (4, 3)
    assert settings_of(db, cast.alice) == {
        "https://a.test/": ("Important", "important", False, "off", False, None),
        "https://b.test/": ("Aside", "folder", False, "off", False, None),
        "https://c.test/": ("Hidden", "archived", False, "off", False, None),
        "https://d.test/": ("Listed", "main", False, "off", False, "Reading list"),
    }
    assert [(problem.line, problem.code, problem.text) for problem in report.problems] == [
        (8, "opml.unapplied", "Aside: frss:filtersActionRead")
    ]
    with db.reading() as tx:
        assert {folder.name for folder in stored.folders(tx, cast.alice.id)} == {"Press", "Nothing yet", "Reading list"}
        (one,) = followed.of_user(tx, cast.alice.id)
    assert (one.folder_name, one.url, one.next_at) == ("Reading list", "https://lists.test/all.opml", now)


def test_miniflux_settings_come_along(db: Database, cast: Cast, now: datetime) -> None:
    body = (
        b'<opml version="2.0" xmlns:miniflux="https://miniflux.app/opml"><body><outline text="All">'
        b'<outline title="A" text="A" type="rss" xmlUrl="https://a.test/" miniflux:hideGlobally="true"'
        b' miniflux:crawler="true" miniflux:ignoreHTTPCache="true" miniflux:disabled="false"/>'
        b'<outline title="B" text="B" type="rss" xmlUrl="https://b.test/" miniflux:blocklistRules="ads"/>'
        b"</outline></body></opml>"
    )
    report = opml.import_opml(db, cast.alice, body, now=now)
    assert settings_of(db, cast.alice) == {
        "https://a.test/": ("A", "folder", False, "always", False, None),
        "https://b.test/": ("B", "main", False, "off", False, None),
    }
    assert [problem.text for problem in report.problems] == ["B: miniflux:blocklistRules"]


def test_every_setting_comes_back(db: Database, cast: Cast, now: datetime) -> None:
    opml.import_opml(db, cast.alice, FRESHRSS, now=now)
    ident = subscriptions.subscribe(db, cast.alice, "https://e.test/", now=now)
    subscriptions.edit(db, cast.alice, ident, visibility="important", hidden_from_visitors=True, now=now)
    with transaction(db) as tx:
        tx.run(
            "UPDATE subscription SET full_text = 'truncated', revised_unread = 1,"
            """ full_text_rules = '{"content":"a\\nb","place":"after"}' WHERE id = :id""",
            id=ident,
        )
        tx.run("UPDATE feed SET title = 'The feed itself' WHERE url = 'https://e.test/'")
        listed = tx.value("SELECT id FROM folder WHERE name = 'Reading list'")
    by_hand = subscriptions.subscribe(db, cast.alice, "https://f.test/", folder_ids=[listed], now=now)
    assert by_hand
    exported = exporting.export_opml(db, cast.alice, now=now)
    report = opml.import_opml(db, cast.bob, exported, now=now)
    assert [(problem.code, problem.text) for problem in report.problems] == [
        ("opml.unapplied", "Aside: frss:filtersActionRead")
    ]
    with db.reading() as tx:
        kept = tx.column("SELECT unapplied FROM subscription WHERE unapplied IS NOT NULL")
        filters = [
            (rule.query, rule.marks_read, rule.stars)
            for who in (cast.alice, cast.bob)
            for rule in kept_rules.every(tx, who.id)
        ]
    assert filters == [("intitle:ads", True, False), ("intitle:more", True, False)] * 2
    assert kept == ['[["frss:filtersActionRead","f:3 more"]]'] * 2
    assert settings_of(db, cast.bob) == settings_of(db, cast.alice)
    assert arranged(db, cast.bob) == arranged(db, cast.alice)
    assert settings_of(db, cast.bob)["https://e.test/"] == ("", "important", True, "truncated", True, None)
    with db.reading() as tx:
        lists = [[(one.folder_name, one.url) for one in followed.of_user(tx, who.id)] for who in (cast.alice, cast.bob)]
        titles = tx.column("SELECT title FROM feed WHERE url = 'https://e.test/'")
        rules = tx.column("SELECT full_text_rules FROM subscription WHERE full_text = 'truncated'")
    assert lists[0] == lists[1] == [("Reading list", "https://lists.test/all.opml")]
    assert titles == ["The feed itself"]
    assert len(rules) == 2
    assert rules[0] == rules[1]


def test_pages_private_feeds_and_what_is_kept_come_back(db: Database, cast: Cast, now: datetime) -> None:
    first = PageRules(kind="html", language="xpath", entry="//article", title="h2", url="a/@href")
    second = PageRules(kind="html", language="css", entry=".news", title="h3")
    folder_id = subscriptions.add_folder(db, cast.alice, "Short", now=now)
    for rules in (first, second):
        pages.subscribe_to_page(
            db, cast.alice, "https://p.test/news", rules, title="Page", folder_ids=[folder_id], now=now
        )
    private = subscriptions.subscribe(db, cast.alice, "https://q.test/", private=True, now=now)
    with transaction(db) as tx:
        retention.save(tx, Proposal(scope="folder", key=folder_id, rule=Retention(age=2, unit="months")))
        retention.save(tx, Proposal(scope="subscription", key=private, rule=Retention(count=7, keep_unread=False)))
    exported = exporting.export_opml(db, cast.alice, now=now)
    assert b"dateline-" not in exported, "how a page's rules are told apart is our own matter"
    assert b'type="HTML+XPath"' in exported
    report = opml.import_opml(db, cast.bob, exported, now=now)
    assert (report.added, report.problems) == (3, ())

    def seen(user: User) -> list[tuple[object, ...]]:
        with db.reading() as tx:
            return tx.all(
                "SELECT f.url, f.kind, f.rules, f.owner_id = :user, s.retention, d.retention FROM subscription s"
                " JOIN feed f ON f.id = s.feed_id LEFT JOIN subscription_folder sf ON sf.subscription_id = s.id"
                " LEFT JOIN folder d ON d.id = sf.folder_id WHERE s.user_id = :user ORDER BY f.url",
                user=user.id,
            )

    assert seen(cast.bob) == seen(cast.alice)
    assert [(row[1], bool(row[3])) for row in seen(cast.bob)] == [("page", False), ("page", False), ("feed", True)]
    again = opml.import_opml(db, cast.bob, exported, now=now)
    assert (again.added, again.already) == (0, 3)


def test_a_private_feed_beside_a_shared_one_brings_nothing_of_it(db: Database, cast: Cast, now: datetime) -> None:
    _, known = subscribed(db, cast.alice, "https://a.test/", now)
    fill(db, known, ["one"], now)
    body = (
        b'<opml xmlns:dateline="https://dateline.example/opml"><body>'
        b'<outline text="A" xmlUrl="https://a.test/" dateline:private="true"/></body></opml>'
    )
    opml.import_opml(db, cast.bob, body, now=now)
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM unread WHERE user_id = :user", user=cast.bob.id) == 0


def test_a_hostile_setting_is_as_good_as_none(db: Database, cast: Cast, now: datetime) -> None:
    body = (
        b'<opml xmlns:frss="https://freshrss.org/opml" xmlns:dateline="https://dateline.example/opml"><body>'
        b'<outline text="A" xmlUrl="https://a.test/" frss:priority="9" dateline:fullText="sometimes"'
        b' dateline:visibility="x" dateline:followed="true" dateline:revisedUnread="maybe" dateline:titleIs="&lt;"/>'
        b'<outline text="L" frss:opmlUrl="javascript:alert(1)"/>'
        b'<outline text="M" frss:opmlUrl="https://me:secret@lists.test/"/></body></opml>'
    )
    report = opml.import_opml(db, cast.alice, body, now=now)
    assert settings_of(db, cast.alice) == {"https://a.test/": ("A", "main", False, "off", False, None)}
    assert [problem.code for problem in report.problems] == ["opml.bad_address", "opml.left_out"]
    with db.reading() as tx:
        assert followed.of_user(tx, cast.alice.id) == []


def test_two_spellings_of_one_address_are_one_subscription(db: Database, cast: Cast, now: datetime) -> None:
    body = document(folder("F", feed("https://a.test", "A")), folder("G", feed("https://u:p@a.test:443/#top", "B")))
    report = opml.import_opml(db, cast.alice, body, settings=None, now=now)
    assert report.added == 1
    assert arranged(db, cast.alice) == {("https://a.test/", "A", (("F",), ("G",)))}


def test_the_number_of_statements_hardly_grows_with_the_file(
    db: Database, cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    for name in ("all", "run", "many"):
        original = getattr(WRITERS[db.engine], name)

        def listening(self: object, sql: str, *args: object, _of: Any = original, **params: object) -> object:
            counted.append(sql)
            return _of(self, sql, *args, **params)

        monkeypatch.setattr(WRITERS[db.engine], name, listening)
    sizes = []
    for user, count in ((cast.alice, 20), (cast.bob, 400)):
        counted.clear()
        body = document(folder("F", *(feed(f"https://{number}.test/") for number in range(count))))
        assert opml.import_opml(db, user, body, now=now).added == count
        sizes.append(len(counted))
    assert sizes[0] == sizes[1]


def test_progress_is_told_to_the_end(db: Database, cast: Cast, now: datetime) -> None:
    told: list[tuple[int, int]] = []
    body = document(folder("F", *(feed(f"https://{number}.test/") for number in range(30))), feed("no address"))
    opml.import_opml(db, cast.alice, body, now=now, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


def test_an_export_imported_by_another_is_the_same(db: Database, cast: Cast, now: datetime) -> None:
    body = document(
        feed("https://a.test/?a=1&amp;b=%C3%A9", "Ünïcode &amp; &lt;signs&gt; &quot;quoted&quot;"),
        folder(
            "Œuvres & “more”".replace("&", "&amp;"), feed("https://b.test/", "B"), folder("子", feed("https://c.test/"))
        ),
        folder("Both", feed("https://b.test/", "B")),
    )
    imported(db, cast.alice, body, now)
    report = opml.import_opml(db, cast.bob, exporting.export_opml(db, cast.alice, now=now), now=now)
    assert (report.added, report.problems) == (3, ())
    assert arranged(db, cast.bob) == arranged(db, cast.alice)
    assert exporting.export_opml(db, cast.bob, now=now).replace(b"Bob", b"Alice") == exporting.export_opml(
        db, cast.alice, now=now
    )


def test_how_folders_and_subscriptions_are_shown_comes_back(db: Database, cast: Cast, now: datetime) -> None:
    folder_id = subscriptions.add_folder(db, cast.alice, "Cards", now=now)
    own = subscriptions.subscribe(db, cast.alice, "https://a.test/", folder_ids=[folder_id], now=now)
    displays.change(db, cast.alice, "folder", folder_id, lambda _: Display(view="cards"), now=now)
    displays.change(db, cast.alice, "feed", own, lambda _: Display(order="oldest", shown="all"), now=now)
    exported = exporting.export_opml(db, cast.alice, now=now)
    assert opml.import_opml(db, cast.bob, exported, now=now).problems == ()
    with db.reading() as tx:
        for table in ("folder", "subscription"):
            kept = tx.column(f"SELECT display FROM {table} ORDER BY user_id")
            assert len(kept) == 2
            assert kept[0] == kept[1] is not None
    subscriptions.add_folder(db, cast.mallory, "Cards", now=now)
    opml.import_opml(db, cast.mallory, exported, now=now)
    with db.reading() as tx:
        mine = tx.value("SELECT display FROM folder WHERE user_id = :user", user=cast.mallory.id)
    assert mine is None, "who has the folder already has said enough"


def test_searches_beyond_what_an_account_may_have_are_kept_and_told(db: Database, cast: Cast, now: datetime) -> None:
    searches = "&#10;".join(f"intitle:a{number}" for number in range(50))
    outlines = "".join(
        f'<outline type="rss" text="{number}" xmlUrl="https://{number}.test/" frss:filtersActionRead="{searches}"/>'
        for number in range(21)
    )
    body = f'<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><body>{outlines}</body></opml>'
    report = opml.import_opml(db, cast.alice, body.encode(), now=now)
    assert (report.added, [problem.code for problem in report.problems]) == (21, ["opml.unapplied"])
    with db.reading() as tx:
        assert kept_rules.count(tx, cast.alice.id) == 1_000
        (kept,) = tx.column("SELECT unapplied FROM subscription WHERE unapplied IS NOT NULL")
    assert kept.count("intitle:a") == 50
