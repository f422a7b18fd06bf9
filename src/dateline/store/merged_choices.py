"""Two feeds become one, and somebody subscribes to both: of the two subscriptions one is made that loses nothing.

What was chosen for one alone holds for both. Where the two say different things, that counts which hides, reads and
deletes less, though the subscription lies in the folders of both now, which may say something else; what visitors were
not to see, they do not see.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from dateline.model import Retention
from dateline.preferences import ReadWhen

from . import expiry, kept_queries, read_choices, retention
from .db import Tx, WriteTx

_SHOWN_MOST_FIRST: Final = ("important", "main", "folder", "archived")


class Pair(Struct, frozen=True, kw_only=True):
    """Somebody's two subscriptions; how long what they bring is to be kept, and what of it to be read by itself."""

    user_id: int
    feed_id: int
    kept_id: int
    gone_id: int
    keep: Retention
    read_when: ReadWhen


def pairs(tx: Tx, kept: int, gone: int) -> list[Pair]:
    """Of all who subscribe to both feeds, before anything of either is changed."""
    rows = tx.all(
        "SELECT k.user_id, k.id, g.id FROM subscription k JOIN subscription g ON g.user_id = k.user_id"
        " WHERE k.feed_id = :kept AND g.feed_id = :gone ORDER BY k.user_id",
        kept=kept,
        gone=gone,
    )
    keeping = _keeping(tx, [kept, gone]) if rows else {}
    return [
        Pair(
            user_id=user_id,
            feed_id=kept,
            kept_id=kept_id,
            gone_id=gone_id,
            keep=retention.generous(*keeping[user_id]),
            read_when=read_choices.gentler(*(_reading(tx, user_id, feed_id) for feed_id in (kept, gone))),
        )
        for user_id, kept_id, gone_id in rows
    ]


def reading(tx: Tx, kept: int, gone: int) -> list[int]:
    """Who subscribes to both feeds, and to whom something of the one that stays is read by itself."""
    both = tx.column(
        "SELECT k.user_id FROM subscription k JOIN subscription g ON g.user_id = k.user_id"
        " WHERE k.feed_id = :kept AND g.feed_id = :gone ORDER BY k.user_id",
        kept=kept,
        gone=gone,
    )
    return [user_id for user_id in both if read_choices.counting(tx, user_id, [kept])]


def ruling(tx: Tx, kept: int, gone: int) -> list[int]:
    """Who subscribes to both feeds, and has a rule that may be for the one that goes and not for the other."""
    return tx.column(
        "SELECT k.user_id FROM subscription k JOIN subscription g ON g.user_id = k.user_id"
        " WHERE k.feed_id = :kept AND g.feed_id = :gone AND EXISTS (SELECT 1 FROM rule r WHERE r.user_id = k.user_id"
        " AND (r.subscription_id = g.id OR r.folder_id IS NOT NULL)) ORDER BY k.user_id",
        kept=kept,
        gone=gone,
    )


def combine(tx: WriteTx, both: Sequence[Pair]) -> None:
    """Give what stays what was chosen for either; it lies in the folders of both already."""
    for pair in both:
        _take_over(tx, pair)
        _point_at_what_stays(tx, pair)
    keeping = _keeping(tx, [pair.feed_id for pair in both][:1]) if both else {}
    for pair in both:
        if keeping[pair.user_id] != [pair.keep]:
            rule = retention.encode(pair.keep)
            tx.run("UPDATE subscription SET retention = :rule WHERE id = :id", rule=rule, id=pair.kept_id)
        _keep_reading(tx, pair)


def _take_over(tx: WriteTx, pair: Pair) -> None:
    """A title of one's own, how it is shown, what is read in full…; it rests, and a list brings it, only if that is so
    of both: neither what goes on nor what was subscribed to by hand shall end.
    """
    shown = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(_SHOWN_MOST_FIRST))
    tx.run(
        "UPDATE subscription SET title = CASE WHEN subscription.title = '' THEN g.title ELSE subscription.title END,"
        f" visibility = CASE WHEN CASE g.visibility {shown} END < CASE subscription.visibility {shown} END"
        " THEN g.visibility ELSE subscription.visibility END,"
        " hidden_from_visitors = CASE WHEN g.hidden_from_visitors = 1 THEN 1"
        " ELSE subscription.hidden_from_visitors END,"
        " full_text = CASE WHEN subscription.full_text = 'off' THEN g.full_text ELSE subscription.full_text END,"
        " full_text_rules = CASE WHEN subscription.full_text = 'off' AND g.full_text <> 'off' THEN g.full_text_rules"
        " ELSE coalesce(subscription.full_text_rules, g.full_text_rules) END,"
        " revised_unread = CASE WHEN g.revised_unread = 1 THEN 1 ELSE subscription.revised_unread END,"
        " display = coalesce(subscription.display, g.display),"
        " unapplied = coalesce(subscription.unapplied, g.unapplied),"
        " own_icon_id = coalesce(subscription.own_icon_id, g.own_icon_id),"
        " own_site_url = coalesce(subscription.own_site_url, g.own_site_url),"
        " own_description = coalesce(subscription.own_description, g.own_description),"
        " paused_at = CASE WHEN g.paused_at IS NULL THEN NULL ELSE subscription.paused_at END,"
        " followed_folder_id = CASE WHEN g.followed_folder_id IS NULL THEN NULL"
        " ELSE subscription.followed_folder_id END,"
        " followed_url = CASE WHEN g.followed_folder_id IS NULL THEN NULL ELSE subscription.followed_url END"
        " FROM subscription g WHERE g.id = :gone AND subscription.id = :kept",
        gone=pair.gone_id,
        kept=pair.kept_id,
    )


def _point_at_what_stays(tx: WriteTx, pair: Pair) -> None:
    """Rules and saved searches that are about the subscription that goes, or name it."""
    kept_queries.follow_feed(tx, pair.user_id, pair.gone_id, pair.kept_id)
    tx.run(
        "UPDATE rule SET subscription_id = :kept WHERE subscription_id = :gone", kept=pair.kept_id, gone=pair.gone_id
    )
    tx.run(
        "UPDATE saved_search SET key = :kept WHERE user_id = :user AND kind = 'feed' AND key = :gone",
        kept=pair.kept_id,
        gone=pair.gone_id,
        user=pair.user_id,
    )


def _keeping(tx: Tx, feed_ids: Sequence[int]) -> dict[int, list[Retention]]:
    """User → the rules of keeping that count for these feeds."""
    found: dict[int, list[Retention]] = {}
    for plan in expiry.plans(tx, feed_ids):
        for keeper in plan.keepers:
            found.setdefault(keeper.user_id, []).append(keeper.rule)
    return found


def _reading(tx: Tx, user_id: int, feed_id: int) -> ReadWhen:
    one = read_choices.counting(tx, user_id, [feed_id]).get(feed_id)
    return read_choices.NEVER if one is None else one.rule


def _keep_reading(tx: WriteTx, pair: Pair) -> None:
    """The subscription's own choice says what its folders would not."""
    counts = asdict(_reading(tx, pair.user_id, pair.feed_id))
    other = {part: value for part, value in asdict(pair.read_when).items() if counts[part] != value}
    if other:
        own = read_choices.own(tx, pair.user_id, "feed", pair.kept_id)
        read_choices.keep(tx, pair.user_id, "feed", pair.kept_id, replace(own, **other))
