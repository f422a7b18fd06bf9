"""``/continue`` and ``/queue``: articles that were begun, and what is played next; how far one is, told and kept."""

from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import progress as progress_actions
from dateline.errors import NotFound
from dateline.model import Entry
from dateline.store import progress, sidebars, states, streams
from dateline.store.db import Tx
from dateline.store.progress import Progress
from dateline.web import notices
from dateline.web.forms import whole_number
from dateline.web.i18n import Words
from dateline.web.media import Media, Source, clock, media
from dateline.web.notices import Notice
from dateline.web.sidebar import SidebarView, sidebar_view
from dateline.web.visit import Visit

SHOWN = 100
_WORDS_A_MINUTE = 220


class ShelfLine(Struct, frozen=True, kw_only=True):
    """One article of a shelf. ``how_far`` in words; ``share`` in thousandths, for the line that shows it."""

    id: int
    title: str
    feed_title: str
    icon_id: int | None
    how_far: str
    share: int
    media: Media


class ShelfPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/continue.html`` and ``pages/queue.html``."""

    sidebar: SidebarView
    root: str
    is_visitor: bool
    lines: tuple[ShelfLine, ...]


class QueueLine(Struct, frozen=True, kw_only=True):
    """What a behaviour needs to play an entry: its first sound or film, where it was stopped."""

    id: int
    title: str
    feed: str
    page: str
    url: str
    type: str
    seconds: int


def tell(visit: Visit) -> Response:
    """How far one is in an entry (``id``), as JSON. Raises ``NotFound``."""
    entry_id = whole_number(visit.query.get("id", ""), "id")
    with visit.db.reading() as tx:
        if not states.visible(tx, visit.me.id, [entry_id]):
            raise NotFound(f"entry {entry_id}")
        reached = progress.of(tx, visit.me.id, entry_id)
    return visit.json({"share": reached.share, "url": reached.played_url, "seconds": reached.played})


def note(visit: Visit) -> Response:
    """``id`` and ``share``, or ``url``, ``seconds`` and ``of``: so far. Raises ``NotFound``, ``ActionError``."""
    form = visit.form
    entry_id = form.integer("id")
    if "share" in form:
        progress_actions.read_to(visit.db, visit.me, entry_id, form.integer("share"), now=visit.now)
    else:
        url, seconds, of = form.text("url", max_length=4000), form.integer("seconds"), form.integer("of")
        progress_actions.played_to(visit.db, visit.me, entry_id, url, seconds, of, now=visit.now)
    return visit.json({}) if visit.wants_json else visit.see(visit.next)


def show(visit: Visit) -> Response:
    """Articles that were begun, the last first."""
    with visit.db.reading() as tx:
        begun = progress.unfinished(tx, visit.me.id, SHOWN)
        lines = _lines(visit, tx, [one.entry_id for one in begun], {one.entry_id: one for one in begun})
        page = _page(visit, tx, lines)
    return visit.html("pages/continue.html", page)


def forget(visit: Visit) -> Response:
    """``id``: do not offer it any more. Raises ``NotFound``."""
    progress_actions.forget(visit.db, visit.me, visit.form.integer("id"), now=visit.now)
    return visit.see(visit.url.plain("/continue"), Notice(kind="progress_forgotten"))


def show_queue(visit: Visit) -> Response:
    """What is played next, in order; as JSON with what playing needs."""
    with visit.db.reading() as tx:
        entry_ids = progress.queue(tx, visit.me.id)
        reached = {one.entry_id: one for one in progress.unfinished(tx, visit.me.id, progress.KEPT)}
        lines = _lines(visit, tx, entry_ids, reached)
        if visit.wants_json:
            return visit.json({"queue": [one for line in lines if (one := _playable(visit, line, reached))]})
        page = _page(visit, tx, lines)
    return visit.html("pages/queue.html", page)


def change_queue(visit: Visit) -> Response:
    """``id``, ``do``: add, remove, up or down. Raises ``NotFound``, ``ActionError``."""
    wanted = visit.form.choice("do", ("add", "remove", "up", "down"))
    entry_id = visit.form.integer("id")
    if wanted == "add":
        progress_actions.enqueue(visit.db, visit.me, entry_id, now=visit.now)
    elif wanted == "remove":
        progress_actions.dequeue(visit.db, visit.me, entry_id, now=visit.now)
    else:
        progress_actions.move(visit.db, visit.me, entry_id, -1 if wanted == "up" else 1, now=visit.now)
    kind = {"add": "queued", "remove": "dequeued"}.get(wanted)
    notice = Notice(kind=kind) if kind else None
    if visit.wants_json:
        return visit.json({"notice": notices.sentence(visit.words, notice) if notice else "", "undo": None})
    return visit.see(visit.url.local(visit.form.raw("next", ""), "/queue"), notice)


# ------------------------------------------------------------------------------------------------ lines


def _page(visit: Visit, tx: Tx, lines: tuple[ShelfLine, ...]) -> ShelfPage:
    view = sidebar_view(
        sidebars.read(tx, visit.me.id),
        visit.words,
        root="",
        owner_name=visit.me.name,
        current=None,
        is_visitor=False,
    )
    return ShelfPage(sidebar=view, root="", is_visitor=False, lines=lines)


def _lines(visit: Visit, tx: Tx, entry_ids: Sequence[int], reached: dict[int, Progress]) -> tuple[ShelfLine, ...]:
    visible = set(states.visible(tx, visit.me.id, entry_ids))
    wanted = [entry_id for entry_id in entry_ids if entry_id in visible]
    found = streams.entries(tx, visit.me.id, wanted, bodies="none")
    return tuple(_line(visit.words, entry, reached.get(entry.id, Progress(entry_id=entry.id))) for entry in found)


def _line(words: Words, entry: Entry, reached: Progress) -> ShelfLine:
    share = reached.share
    if reached.played and reached.played_of:
        share = min(1000 * reached.played // reached.played_of, 1000)
    return ShelfLine(
        id=entry.id,
        title=entry.title,
        feed_title=entry.feed_title,
        icon_id=entry.icon_id,
        how_far=_how_far(words, entry, reached),
        share=share,
        media=media(entry, words),
    )


def _how_far(words: Words, entry: Entry, reached: Progress) -> str:
    if reached.played and reached.played_of:
        return words.text("{time} of {length}", time=clock(reached.played), length=clock(reached.played_of))
    if reached.played:
        return clock(reached.played)
    if not reached.share:
        return ""
    left = max(1, round(entry.word_count * (1000 - reached.share) / 1000 / _WORDS_A_MINUTE))
    return words.plural(
        "{percent} read, {count} minute left",
        "{percent} read, {count} minutes left",
        left,
        percent=words.text("{number}%", number=words.number(reached.share // 10)),
    )


def _playable(visit: Visit, line: ShelfLine, reached: dict[int, Progress]) -> QueueLine | None:
    source = first_source(line.media)
    if source is None:
        return None
    at = reached.get(line.id)
    return QueueLine(
        id=line.id,
        title=line.title,
        feed=line.feed_title,
        page=visit.url.plain(f"/entry/{line.id}"),
        url=source.url,
        type=source.type or "",
        seconds=at.played if at is not None and at.played_url == source.url else 0,
    )


def first_source(comes_with: Media) -> Source | None:
    """The first thing of an entry that can be played."""
    return next((file.sources[0] for file in comes_with.files if file.kind in ("audio", "video")), None)
