"""What somebody puts in the place of a feed's icon, site address and description, for their own subscription alone."""

from . import icons
from .db import Tx, WriteTx


def describe(tx: WriteTx, user_id: int, subscription_id: int, *, site_url: str | None, description: str | None) -> None:
    """Site and words from now on; None: the publisher's."""
    tx.run(
        "UPDATE subscription SET own_site_url = :site, own_description = :words WHERE id = :id AND user_id = :user",
        id=subscription_id,
        user=user_id,
        site=site_url,
        words=description,
    )


def put_icon(tx: WriteTx, user_id: int, subscription_id: int, picture: tuple[str, bytes] | None) -> None:
    """The picture (type, bytes) from now on; None: the publisher's. What nobody has any more goes."""
    before = tx.value(
        "SELECT own_icon_id FROM subscription WHERE id = :id AND user_id = :user", id=subscription_id, user=user_id
    )
    tx.run(
        "UPDATE subscription SET own_icon_id = :icon WHERE id = :id AND user_id = :user",
        id=subscription_id,
        user=user_id,
        icon=icons.add(tx, *picture) if picture else None,
    )
    if before is not None:
        icons.drop_unused(tx, before)


def has_icon(tx: Tx, user_id: int, subscription_id: int) -> bool:
    """Whether somebody gave a subscription of theirs an icon."""
    sql = "SELECT own_icon_id FROM subscription WHERE id = :id AND user_id = :user"
    return tx.value(sql, id=subscription_id, user=user_id) is not None


def icon_bytes(tx: Tx, user_id: int, *, besides: int) -> int:
    """How many bytes the icons take that a user gave their subscriptions, without that of one of them."""
    return int(
        tx.value(
            "SELECT coalesce(sum(length(i.body)), 0) FROM icon i WHERE i.id IN (SELECT s.own_icon_id"
            " FROM subscription s WHERE s.user_id = :user AND s.own_icon_id IS NOT NULL AND s.id <> :besides)",
            user=user_id,
            besides=besides,
        )
    )


def pictures(tx: Tx, user_id: int) -> list[tuple[int, str, bytes]]:
    """(subscription's id, its feed's address as stored, the picture) of all that have one, in order of id."""
    return [
        (row[0], row[1], bytes(row[2]))
        for row in tx.all(
            "SELECT s.id, f.url, i.body FROM subscription s JOIN feed f ON f.id = s.feed_id"
            " JOIN icon i ON i.id = s.own_icon_id WHERE s.user_id = :user ORDER BY s.id",
            user=user_id,
        )
    ]
