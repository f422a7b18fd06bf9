"""What a feed no longer carries is read for those who want it so, and for nobody else."""

from datetime import datetime, timedelta

import pytest
from tests.people import Cast
from tests.refresh.test_revised import A, refresh, unread
from tests.store.feeding import subscribed

from dateline.actions import entries as deeds
from dateline.actions import read_when
from dateline.model import User
from dateline.preferences import ReadWhen
from dateline.store import Database, history, news

HOUR = timedelta(hours=1)
ONE, TWO, THREE, FOUR = ((number, f"Title {number}", "<p>Text</p>") for number in "1234")


@pytest.fixture
def now() -> datetime:
    return datetime.fromisoformat("2026-11-22T12:00:00+00:00")


def wants(db: Database, user: User, now: datetime, *, gone: bool = True) -> int:
    """Subscribe, with that choice; the id."""
    ident, _ = subscribed(db, user, A, now)
    read_when.change(db, user, "feed", ident, lambda own: ReadWhen(gone=gone))
    return ident


def ids(db: Database) -> dict[str, int]:
    with db.reading() as tx:
        return dict(tx.all("SELECT guid, id FROM entry"))


def test_what_left_is_read_for_whom_it_shall_be(db: Database, cast: Cast, now: datetime) -> None:
    wants(db, cast.alice, now)
    wants(db, cast.bob, now, gone=False)
    refresh(db, now, ONE, TWO, THREE)
    for user in (cast.alice, cast.bob):
        assert unread(db, user, now)[1] == 3
    refresh(db, now + HOUR, THREE, FOUR)
    assert unread(db, cast.alice, now + HOUR) == (["Title 4", "Title 3"], 2)
    assert unread(db, cast.bob, now + HOUR)[1] == 4
    with db.reading() as tx:
        assert history.deeds(tx, cast.alice.id) == []


def test_what_is_marked_by_hand_or_starred_stays_unread_when_it_leaves(db: Database, cast: Cast, now: datetime) -> None:
    wants(db, cast.alice, now)
    refresh(db, now, ONE, TWO, THREE)
    assert unread(db, cast.alice, now)[1] == 3
    known = ids(db)
    deeds.mark(db, cast.alice, [known["1"]], read=True, now=now)
    deeds.mark(db, cast.alice, [known["1"]], read=False, now=now)
    deeds.star(db, cast.alice, [known["2"]], starred=True, now=now)
    refresh(db, now + HOUR, FOUR)
    titles, count = unread(db, cast.alice, now + HOUR)
    assert (sorted(titles), count) == (["Title 1", "Title 2", "Title 4"], 3)


def test_what_comes_back_stays_read(db: Database, cast: Cast, now: datetime) -> None:
    wants(db, cast.alice, now)
    refresh(db, now, ONE, TWO)
    assert unread(db, cast.alice, now)[1] == 2
    refresh(db, now + HOUR, THREE, TWO)
    refresh(db, now + 2 * HOUR, ONE, THREE, TWO)
    assert sorted(unread(db, cast.alice, now + HOUR)[0]) == ["Title 2", "Title 3"]
    with db.reading() as tx:
        assert news.states(tx, cast.alice.id, list(ids(db).values())).unread == {ids(db)["2"], ids(db)["3"]}


@pytest.mark.parametrize("document", [[], [ONE], [TWO, ONE]])
def test_a_document_without_news_does_not_say_what_is_gone(
    db: Database, cast: Cast, now: datetime, document: list[tuple[str, str, str]]
) -> None:
    wants(db, cast.alice, now)
    refresh(db, now, ONE, TWO)
    refresh(db, now + HOUR, FOUR, THREE, TWO, ONE)
    assert unread(db, cast.alice, now + HOUR)[1] == 4
    refresh(db, now + 2 * HOUR, *document)  # emptied, cut off, or an old copy that somebody kept
    refresh(db, now + 3 * HOUR, FOUR, THREE, TWO, ONE)
    assert unread(db, cast.alice, now + 3 * HOUR)[1] == 4


def test_new_names_of_the_same_are_not_read_with_the_old(db: Database, cast: Cast, now: datetime) -> None:
    ident, _ = subscribed(db, cast.alice, A, now)
    read_when.change(db, cast.alice, "feed", ident, lambda own: ReadWhen(gone=True, repeated=20))
    refresh(db, now, ONE, TWO, THREE)
    assert unread(db, cast.alice, now)[1] == 3
    refresh(db, now + HOUR, *((f"n{number}", title, text) for number, title, text in (ONE, TWO, THREE)))
    assert sorted(unread(db, cast.alice, now + HOUR)[0]) == ["Title 1", "Title 2", "Title 3"]


def test_titles_that_were_made_of_texts_are_not_repeated(db: Database, cast: Cast, now: datetime) -> None:
    ident, _ = subscribed(db, cast.alice, A, now)
    read_when.change(db, cast.alice, "feed", ident, lambda own: ReadWhen(repeated=20))
    refresh(db, now, *((number, "", f"<p>{'Dear reader, today again ' * 5}{number}</p>") for number in "123"))
    assert unread(db, cast.alice, now)[1] == 3


def test_a_choice_is_for_what_leaves_from_then_on(db: Database, cast: Cast, now: datetime) -> None:
    ident, _ = subscribed(db, cast.alice, A, now)
    refresh(db, now, ONE, TWO)
    refresh(db, now + HOUR, TWO)  # nobody has come yet: the first one waits to be delivered
    read_when.change(db, cast.alice, "feed", ident, lambda own: ReadWhen(gone=True))
    assert unread(db, cast.alice, now + HOUR)[1] == 2
    refresh(db, now + 2 * HOUR, THREE)
    assert sorted(unread(db, cast.alice, now + 2 * HOUR)[0]) == ["Title 1", "Title 3"]
