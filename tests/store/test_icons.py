"""Icons go when nothing has them, and never while somebody is about to use one."""

from datetime import datetime

from tests.people import Cast, make_cast
from tests.store.feeding import subscribed

from dateline.store import Database, icons, own_appearance
from dateline.store.write import transaction

PICTURE = ("image/png", b"\x89PNG\r\n\x1a\n")


def kept(db: Database) -> list[int]:
    with db.reading() as tx:
        return tx.column("SELECT id FROM icon ORDER BY id")


def test_what_a_feed_or_a_subscription_has_stays(db: Database, cast: Cast, now: datetime) -> None:
    ident, feed = subscribed(db, cast.alice, "https://a.example/feed", now)
    with transaction(db) as tx:
        published = icons.add(tx, *PICTURE)
        icons.set_icon(tx, feed, published, now)
        for number in range(3):
            icons.add(tx, "image/png", b"%d" % number)
        own_appearance.put_icon(tx, cast.alice.id, ident, ("image/png", b"1"))
    own = kept(db)[2]
    with transaction(db) as tx:
        assert icons.drop_unused(tx, published) == icons.drop_unused(tx, own) == 0
        assert icons.drop_unused(tx, limit=1) == 1
        assert icons.drop_unused(tx) == 1
    assert kept(db) == [published, own]


def test_what_somebody_is_about_to_use_is_not_dropped_beside_them(postgres_db: Database, now: datetime) -> None:
    alice = make_cast(postgres_db, now).alice
    ident, _ = subscribed(postgres_db, alice, "https://a.example/feed", now)
    with transaction(postgres_db) as tx:
        icon = icons.add(tx, *PICTURE)
    with transaction(postgres_db) as using:
        assert icons.add(using, *PICTURE) == icon
        with transaction(postgres_db) as tidying:
            assert icons.drop_unused(tidying) == 0
        own_appearance.put_icon(using, alice.id, ident, PICTURE)
    assert kept(postgres_db) == [icon]
