"""Highlights and notes: beneath their article, all of them on ``/highlights``, and as Markdown to take away."""

import re
from collections.abc import Sequence

from msgspec import Struct
from starlette.responses import Response

from dateline.actions import highlights as highlight_actions
from dateline.actions.highlights import COLOURS
from dateline.errors import NotFound
from dateline.store import highlights, sidebars, states
from dateline.store.highlights import Highlight, Listed
from dateline.web import i18n, notices
from dateline.web.forms import whole_number
from dateline.web.highlight_colours import highlight_colours
from dateline.web.notices import Notice
from dateline.web.sidebar import SidebarView, sidebar_view
from dateline.web.visit import Visit

SHOWN = 100
_MAX_QUERY = 200
_MARKS = re.compile(r"[\\`*_\[\]<>]|^(?=#{1,6} |[-+] )", re.MULTILINE)


class Note(Struct, frozen=True, kw_only=True):
    """A highlight as a page shows it: ``when`` in words."""

    id: int
    entry_id: int
    quote: str
    prefix: str
    suffix: str
    place: int
    colour: str
    note: str
    when: str


class Notes(Struct, frozen=True, kw_only=True):
    """What stands beneath an article: its highlights and notes, and the colours. ``here``: where forms come back to."""

    entry_id: int
    lines: tuple[Note, ...]
    colours: tuple[tuple[str, str], ...]
    here: str


class NotesPage(Struct, frozen=True, kw_only=True):
    """The context of ``parts/notes_alone.html``."""

    notes: Notes


class ListedNote(Struct, frozen=True, kw_only=True):
    """A line of the list: a highlight and its article."""

    note: Note
    title: str
    feed_title: str


class HighlightsPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/highlights.html``. ``feeds``: (id, title) of those that hold any; ``more``: the next."""

    sidebar: SidebarView
    root: str
    is_visitor: bool
    query: str
    feed: str
    feeds: tuple[tuple[str, str], ...]
    lines: tuple[ListedNote, ...]
    count: int
    more: int | None
    colours: tuple[tuple[str, str], ...]


def notes_of(visit: Visit, found: Sequence[Highlight], entry_id: int) -> Notes:
    """What stands beneath an entry's article."""
    return Notes(
        entry_id=entry_id,
        lines=tuple(_note(visit, one) for one in found),
        colours=highlight_colours(visit.words),
        here=visit.url.plain(f"/entry/{entry_id}"),
    )


def show_of_entry(visit: Visit) -> Response:
    """The notes of one entry, alone: for a behaviour. Raises ``NotFound``."""
    entry_id = whole_number(visit.path["entry_id"], "entry")
    with visit.db.reading() as tx:
        if not states.visible(tx, visit.me.id, [entry_id]):
            raise NotFound(f"entry {entry_id}")
        found = highlights.of_entry(tx, visit.me.id, entry_id)
    return visit.fragment("parts/notes_alone.html", NotesPage(notes=notes_of(visit, found, entry_id)))


def add(visit: Visit) -> Response:
    """``quote``, ``prefix``, ``suffix``, ``place``, ``colour``, ``note``. Raises ``NotFound``, ``ActionError``."""
    form = visit.form
    entry_id = whole_number(visit.path["entry_id"], "entry")
    highlight_actions.add(
        visit.db,
        visit.me,
        entry_id,
        quote=form.raw("quote", "", max_length=2 * highlight_actions.MAX_QUOTE),
        prefix=form.raw("prefix", ""),
        suffix=form.raw("suffix", ""),
        place=form.optional_integer("place") or 0,
        colour=form.choice("colour", COLOURS, COLOURS[0]),
        note=form.raw("note", "", max_length=2 * highlight_actions.MAX_NOTE),
        now=visit.now,
    )
    return _done(visit, Notice(kind="highlighted" if form.raw("quote", "", max_length=20_000).strip() else "noted"))


def change(visit: Visit) -> Response:
    """``do``: save (``colour``, ``note``) or remove. Raises ``NotFound``, ``ActionError``."""
    form = visit.form
    highlight_id = whole_number(visit.path["highlight_id"], "highlight")
    if form.choice("do", ("save", "remove")) == "remove":
        done = highlight_actions.remove(visit.db, visit.me, highlight_id, now=visit.now)
        return _done(visit, Notice(kind="highlight_removed", undo=done.seq))
    note = form.raw("note", "", max_length=2 * highlight_actions.MAX_NOTE)
    colour = form.choice("colour", COLOURS, COLOURS[0])
    highlight_actions.change(visit.db, visit.me, highlight_id, colour=colour, note=note, now=visit.now)
    return _done(visit, Notice(kind="saved"))


def _done(visit: Visit, notice: Notice) -> Response:
    if visit.wants_json:
        return visit.json({"notice": notices.sentence(visit.words, notice), "undo": notice.undo})
    return visit.see(visit.next, notice)


# ------------------------------------------------------------------------------------------------ all of them


def show(visit: Visit) -> Response:
    """All highlights, the newest first: those that hold ``q``, of ``feed``, after ``before``."""
    query, feed = visit.query.get("q", "").strip()[:_MAX_QUERY], visit.query.get("feed", "")
    before = whole_number(visit.query["before"], "before") if visit.query.get("before") else None
    with visit.db.reading() as tx:
        everything = highlights.listing(tx, visit.me.id)
        sidebar = sidebars.read(tx, visit.me.id)
    found = _matching(everything, query, feed)
    rest = [one for one in found if before is None or one.highlight.id < before]
    page = HighlightsPage(
        sidebar=sidebar_view(sidebar, visit.words, root="", owner_name=visit.me.name, current=None, is_visitor=False),
        root="",
        is_visitor=False,
        query=query,
        feed=feed,
        feeds=(("", visit.words.text("All feeds")), *_feeds(everything)),
        lines=tuple(
            ListedNote(note=_note(visit, one.highlight), title=one.title, feed_title=one.feed_title)
            for one in rest[:SHOWN]
        ),
        count=len(found),
        more=rest[SHOWN - 1].highlight.id if len(rest) > SHOWN else None,
        colours=highlight_colours(visit.words),
    )
    return visit.html("pages/highlights.html", page)


def write(visit: Visit) -> Response:
    """The same as Markdown, article by article."""
    query, feed = visit.query.get("q", "").strip()[:_MAX_QUERY], visit.query.get("feed", "")
    with visit.db.reading() as tx:
        found = _matching(highlights.listing(tx, visit.me.id), query, feed)
    headers = {"content-disposition": 'attachment; filename="highlights.md"'}
    return Response(markdown(visit, found), media_type="text/markdown; charset=utf-8", headers=headers)


def _matching(everything: Sequence[Listed], query: str, feed: str) -> list[Listed]:
    wanted = query.casefold().split()
    return [
        one
        for one in everything
        if (not feed or str(one.feed_id) == feed)
        and all(word in f"{one.highlight.quote} {one.highlight.note} {one.title}".casefold() for word in wanted)
    ]


def _feeds(everything: Sequence[Listed]) -> tuple[tuple[str, str], ...]:
    titles = {str(one.feed_id): one.feed_title for one in everything}
    return tuple(sorted(titles.items(), key=lambda pair: pair[1].casefold()))


def markdown(visit: Visit, found: Sequence[Listed]) -> str:
    """Articles in the order of their newest highlight; within one, in the order of the text."""
    articles: dict[int, list[Listed]] = {}
    for one in found:
        articles.setdefault(one.highlight.entry_id, []).append(one)
    parts = [f"# {visit.words.text('Highlights and notes')}"]
    for lines in articles.values():
        first = lines[0]
        title = _plain(" ".join(first.title.split()) or visit.words.text("Without a title"))
        address = re.sub(r"[\s()<>]", "", first.url or "")
        parts.append(f"## [{title}]({address})" if address else f"## {title}")
        parts.append(_plain(first.feed_title))
        for one in sorted(lines, key=lambda line: (not line.highlight.quote, line.highlight.place)):
            if one.highlight.quote:
                parts.append("\n".join(f"> {line}".rstrip() for line in _plain(one.highlight.quote).splitlines()))
            if one.highlight.note:
                parts.append(one.highlight.note)
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return _MARKS.sub(lambda found: "\\" + found[0], text)


def _note(visit: Visit, one: Highlight) -> Note:
    return Note(
        id=one.id,
        entry_id=one.entry_id,
        quote=one.quote,
        prefix=one.prefix,
        suffix=one.suffix,
        place=one.place,
        colour=one.colour,
        note=one.note,
        when=visit.words.moment(i18n.local(one.created_at, visit.zone)),
    )
