"""What entries say of episodes: the readers of one element each into the draft's ``episode``."""

from lxml import etree

from .addresses import absolute
from .entry_fields import EntryDraft
from .episode import read_chapters, read_person, read_transcript
from .fields import Draft
from .markup import folded, text_of
from .media import enclosure


def read_episode_text(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """A word or number about the episode."""
    assert isinstance(draft, EntryDraft)
    draft.about_episode().keep(field, folded(text_of(element)))


def read_episode_chapters(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Its chapters, or where they are."""
    assert isinstance(draft, EntryDraft)
    read_chapters(draft.about_episode(), element, draft.document.names, draft.base)


def read_episode_transcript(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where it can be read."""
    assert isinstance(draft, EntryDraft)
    read_transcript(draft.about_episode(), element, draft.base)


def read_episode_person(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Who takes part."""
    assert isinstance(draft, EntryDraft)
    read_person(draft.about_episode(), element, draft.base)


def read_episode_player(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """Where it can be played in a page."""
    assert isinstance(draft, EntryDraft)
    draft.about_episode().keep("player_url", absolute(element.get("url"), draft.base))


def read_alternate_enclosure(draft: Draft, element: etree._Element, field: str, rank: int) -> None:
    """``podcast:alternateEnclosure``: the same episode as another file, at the first of its web addresses."""
    assert isinstance(draft, EntryDraft)
    for child in element:
        if draft.document.names[child.tag] != "podcast:source":
            continue
        url = absolute(child.get("uri"), draft.base)
        if url is not None:
            kind = element.get("type")
            title, height = element.get("title"), element.get("height")
            draft.file(enclosure(url, type=kind, length=element.get("length"), title=title, height=height, group=0))
            return
