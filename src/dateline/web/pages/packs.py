"""``/subscriptions/packs``: a starter pack of a topic, subscribed to by one press."""

from collections.abc import Mapping

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import packs
from dateline.web.i18n import N_, Words
from dateline.web.notices import Notice
from dateline.web.visit import Visit

TOPICS: Mapping[str, str] = {
    "world": N_("The world"),
    "science": N_("Science"),
    "environment": N_("Environment"),
    "technology": N_("Technology"),
    "programming": N_("Programming"),
    "culture": N_("Culture"),
    "ideas": N_("Ideas"),
}


class PackView(Struct, frozen=True, kw_only=True):
    """A pack as it is offered."""

    key: str
    topic: str
    titles: tuple[str, ...]


def offered(words: Words) -> tuple[PackView, ...]:
    """All packs, in the reader's words."""
    return tuple(
        PackView(key=pack.key, topic=words.text(TOPICS[pack.key]), titles=tuple(feed.title for feed in pack.feeds))
        for pack in packs.packs()
    )


def subscribe(visit: Visit) -> Response:
    """``pack``: to all of its feeds, or to those in one ``language``."""
    key = visit.form.choice("pack", list(TOPICS))
    language = visit.form.choice("language", ("", "en", "fr"), "")
    topic = visit.words.text(TOPICS[key])
    done = packs.subscribe(visit.db, visit.me, key, topic, language=language, now=visit.now)
    notice = Notice(kind="joined" if done.count else "joined_already", count=done.count, name=topic, undo=done.seq)
    return visit.see(visit.url.plain("/"), notice)
