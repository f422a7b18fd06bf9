"""How a stream is shown comes from the nearest that says so: itself, its folders, the account; on both databases."""

from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace
from tests.people import Cast

from dateline.actions import displays as acting
from dateline.actions import subscriptions
from dateline.errors import NotFound
from dateline.model import StreamKind, User
from dateline.preferences import Display, View
from dateline.store import Database, accounts, displays
from dateline.store import subscriptions as stored
from dateline.store.displays import Arrangement
from dateline.store.write import transaction

A = "https://a.example/feed"


def viewed(view: View | None) -> Callable[[Display], Display]:
    return lambda display: replace(display, view=view)


def arranged(db: Database, user: User, kind: StreamKind, key: int | None = None) -> Arrangement:
    with db.reading() as tx:
        return displays.arrangement(tx, accounts.user_by_id(tx, user.id), kind, key)


def folder_of(db: Database, user: User, name: str, subscription: int, now: datetime, parent: int | None = None) -> int:
    folder = subscriptions.add_folder(db, user, name, parent_id=parent, now=now)
    with transaction(db) as tx:
        stored.put_in_folders(tx, subscription, [folder])
    return folder


def test_nothing_chosen_is_the_normal_view_newest_first(db: Database, cast: Cast, now: datetime) -> None:
    subscription = subscriptions.subscribe(db, cast.alice, A, now=now)
    for kind, key in (("main", None), ("starred", None), ("feed", subscription), ("label", 7)):
        assert arranged(db, cast.alice, kind, key) == Arrangement()  # type: ignore[arg-type]  # a table of kinds


def test_each_part_comes_from_the_nearest_that_says_it(db: Database, cast: Cast, now: datetime) -> None:
    subscription = subscriptions.subscribe(db, cast.alice, A, now=now)
    press = subscriptions.add_folder(db, cast.alice, "Press", now=now)
    europe = folder_of(db, cast.alice, "Europe", subscription, now, press)
    acting.change_all(db, cast.alice, lambda _: Display(view="cards", order="title", shown="all"), now=now)
    acting.change(db, cast.alice, "folder", press, lambda _: Display(view="reader", order="oldest"), now=now)
    acting.change(db, cast.alice, "folder", europe, viewed("panes"), now=now)
    assert arranged(db, cast.alice, "main") == Arrangement(view="cards", order="title", shown="all")
    assert arranged(db, cast.alice, "folder", press) == Arrangement(view="reader", order="oldest", shown="all")
    assert arranged(db, cast.alice, "feed", subscription) == Arrangement(view="panes", order="oldest", shown="all")
    acting.change(db, cast.alice, "feed", subscription, viewed("normal"), now=now)
    assert arranged(db, cast.alice, "feed", subscription) == Arrangement(view="normal", order="oldest", shown="all")
    acting.change(db, cast.alice, "feed", subscription, viewed(None), now=now)
    assert arranged(db, cast.alice, "feed", subscription).view == "panes"


def test_of_several_folders_the_first_by_name_counts(db: Database, cast: Cast, now: datetime) -> None:
    subscription = subscriptions.subscribe(db, cast.alice, A, now=now)
    last = subscriptions.add_folder(db, cast.alice, "Zenith", now=now)
    first = subscriptions.add_folder(db, cast.alice, "Aurora", now=now)
    with transaction(db) as tx:
        stored.put_in_folders(tx, subscription, [last, first])
    acting.change(db, cast.alice, "folder", last, viewed("cards"), now=now)
    acting.change(db, cast.alice, "folder", first, viewed("reader"), now=now)
    assert arranged(db, cast.alice, "feed", subscription).view == "reader"


def test_a_board_is_not_handed_down_to_what_it_leads_to(db: Database, cast: Cast, now: datetime) -> None:
    subscription = subscriptions.subscribe(db, cast.alice, A, now=now)
    press = folder_of(db, cast.alice, "Press", subscription, now)
    acting.change_all(db, cast.alice, viewed("global"), now=now)
    assert arranged(db, cast.alice, "main").view == "global"
    assert arranged(db, cast.alice, "folder", press).view == "normal"
    acting.change(db, cast.alice, "folder", press, viewed("global"), now=now)
    assert arranged(db, cast.alice, "folder", press).view == "global"
    assert arranged(db, cast.alice, "feed", subscription).view == "normal"


def test_other_streams_have_a_choice_of_their_own_in_the_account(db: Database, cast: Cast, now: datetime) -> None:
    acting.change(db, cast.alice, "starred", None, viewed("cards"), now=now)
    assert arranged(db, cast.alice, "starred").view == "cards"
    assert arranged(db, cast.alice, "main").view == "normal"
    acting.change(db, cast.alice, "starred", None, viewed(None), now=now)
    with db.reading() as tx:
        assert accounts.user_by_id(tx, cast.alice.id).preferences.streams == {}


def test_nobody_reads_or_changes_how_anothers_streams_are_shown(db: Database, cast: Cast, now: datetime) -> None:
    subscription = subscriptions.subscribe(db, cast.alice, A, now=now)
    press = folder_of(db, cast.alice, "Press", subscription, now)
    acting.change(db, cast.alice, "folder", press, viewed("cards"), now=now)
    targets: list[tuple[StreamKind, int]] = [("folder", press), ("feed", subscription), ("label", 1)]
    for kind, key in targets:
        with pytest.raises(NotFound):
            acting.change(db, cast.mallory, kind, key, viewed("reader"), now=now)
    for kind, key in targets[:2]:
        with pytest.raises(NotFound):
            arranged(db, cast.mallory, kind, key)
    assert arranged(db, cast.alice, "feed", subscription).view == "cards"
