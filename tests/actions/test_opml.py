"""OPML: what an import does, line by line and all or nothing; what is exported comes in again."""

from datetime import datetime
from pathlib import Path

import pytest
from tests.people import Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import opml, subscriptions
from dateline.errors import ParseError, StoreError
from dateline.model import User
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import subscriptions as stored


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
    exported = opml.export_opml(db, cast.alice, now=now)
    assert b"https://a.test/feed" in exported
    assert b"s3cret" not in exported
    assert b"me:" not in exported


def test_what_the_feed_carries_is_unread_after_an_import(db: Database, cast: Cast, now: datetime) -> None:
    _, known = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, known, ["one", "two"], now)
    imported(db, cast.bob, document(feed("https://a.test/")), now)
    with db.reading() as tx:
        assert sorted(tx.column("SELECT entry_id FROM unread WHERE user_id = :id", id=cast.bob.id)) == ids


def test_an_export_imported_by_another_is_the_same(db: Database, cast: Cast, now: datetime) -> None:
    body = document(
        feed("https://a.test/?a=1&amp;b=%C3%A9", "Ünïcode &amp; &lt;signs&gt; &quot;quoted&quot;"),
        folder(
            "Œuvres & “more”".replace("&", "&amp;"), feed("https://b.test/", "B"), folder("子", feed("https://c.test/"))
        ),
        folder("Both", feed("https://b.test/", "B")),
    )
    imported(db, cast.alice, body, now)
    report = opml.import_opml(db, cast.bob, opml.export_opml(db, cast.alice, now=now), now=now)
    assert (report.added, report.problems) == (3, ())
    assert arranged(db, cast.bob) == arranged(db, cast.alice)
    assert opml.export_opml(db, cast.bob, now=now).replace(b"Bob", b"Alice") == opml.export_opml(
        db, cast.alice, now=now
    )
