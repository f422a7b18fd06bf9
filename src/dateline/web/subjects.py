"""The settings, by subject: which pages there are, and what the search box above them finds on each.

A page of settings extends ``layout_settings.html`` and is a row of ``SUBJECTS``; the labels of its fields are there,
by the ids they have on the page (tests/web/test_settings.py compares).
"""

from collections.abc import Mapping

from msgspec import Struct

from dateline.web.i18n import N_, Words
from dateline.web.keys import KEYS

_MAX_FOUND = 20


class Subject(Struct, frozen=True, kw_only=True):
    """One page of settings: its title and, by the id of the field, the words of every choice on it."""

    path: str
    icon: str
    title: str
    choices: Mapping[str, str]


SUBJECTS = (
    Subject(
        path="/settings",
        icon="settings",
        title=N_("Language and time"),
        choices={
            "language": N_("Language"),
            "time_zone": N_("Time zone"),
        },
    ),
    Subject(
        path="/settings/look",
        icon="type",
        title=N_("Look"),
        choices={
            "view": N_("View of the streams"),
            "order": N_("Order of the streams"),
            "shown": N_("What streams show"),
            "theme": N_("Colours"),
            "typeface": N_("Typeface of articles"),
            "text_size": N_("Size of their text"),
            "measure": N_("Length of their lines"),
            "density": N_("Room between rows"),
            "row_site": N_("The site in rows"),
            "thumbnail": N_("Pictures in rows"),
            "preview": N_("Show the beginning of each article under its title"),
            "row_authors": N_("Name the authors in rows"),
            "page_size": N_("Articles on a page"),
            "more_by_itself": N_("Load more articles by themselves when the end comes near"),
            "hide_read_feeds": N_("Hide feeds and folders without unread articles"),
            "css": N_("A style sheet of your own"),
        },
    ),
    Subject(
        path="/settings/sharing",
        icon="share",
        title=N_("Sharing"),
        choices={"service": N_("Place"), "name": N_("Name in the menu"), "address": N_("Address")},
    ),
    Subject(
        path="/settings/marking",
        icon="check-all",
        title=N_("Marking as read"),
        choices={
            "on_open": N_("when it is opened"),
            "on_site": N_("when its page at the publisher’s is opened"),
            "on_scroll": N_("when it was scrolled past"),
            "on_focus": N_("when it is reached by the keyboard"),
            "read_arrived": N_("as soon as it arrives"),
            "read_gone": N_("when its feed no longer carries it"),
            "read_beyond": N_("when its feed has many newer unread articles"),
            "read_repeated": N_("when its feed brought one of the same title before"),
            "read_repeated_near": N_("when a feed in the same folder brought it before"),
            "hide_read": N_("Take read articles off the list once they are out of sight"),
            "confirm": N_("Ask before a whole stream is marked"),
            "to_next": N_("After a feed or folder was marked, go on to the next with unread articles"),
            "shown": N_("Streams begin with"),
        },
    ),
    Subject(
        path="/settings/rules",
        icon="filter",
        title=N_("Rules"),
        choices={
            "query": N_("Articles that this search finds"),
            "where": N_("From"),
            "marks_read": N_("Mark them as read"),
            "stars": N_("Add them to the favourites"),
            "label": N_("Give them the label"),
        },
    ),
    Subject(
        path="/settings/keys",
        icon="keyboard",
        title=N_("Keys"),
        choices={action: key.words for action, key in KEYS.items()},
    ),
    Subject(
        path="/settings/retention",
        icon="trash",
        title=N_("How long articles are kept"),
        choices={},
    ),
    Subject(
        path="/settings/newsletters",
        icon="mail",
        title=N_("Newsletters"),
        choices={
            "host": N_("Mail server (IMAP)"),
            "user": N_("User name"),
            "password": N_("Password"),
            "folder": N_("Folder"),
            "with_old": N_("Bring what is in the folder already too"),
            "security": N_("Encryption"),
            "port": N_("Port"),
        },
    ),
    Subject(
        path="/settings/notifications",
        icon="bell",
        title=N_("Notifications"),
        choices={"important": N_("Tell me of new articles in important feeds")},
    ),
    Subject(
        path="/settings/privacy",
        icon="shield",
        title=N_("Privacy"),
        choices={"media_proxy": N_("Fetch pictures and sound by way of this server")},
    ),
    Subject(
        path="/settings/visitors",
        icon="eye",
        title=N_("Visitors"),
        choices={
            "open_to_visitors": N_("Let people without an account read my streams"),
            "visitors_may_refresh": N_("Let visitors refresh the feeds"),
            "indexed": N_("Let search engines list these pages"),
        },
    ),
    Subject(
        path="/settings/password",
        icon="lock",
        title=N_("Password"),
        choices={"old": N_("Present password"), "new": N_("New password")},
    ),
)


class SubjectView(Struct, frozen=True, kw_only=True):
    """A subject in the reader's language."""

    path: str
    icon: str
    title: str


class Found(Struct, frozen=True, kw_only=True):
    """A found choice and the subject it belongs to; ``id`` is the field's on the page, "" for the page."""

    path: str
    id: str
    label: str
    subject: str


def subjects(words: Words) -> tuple[SubjectView, ...]:
    """All pages of settings, in order."""
    return tuple(SubjectView(path=it.path, icon=it.icon, title=words.text(it.title)) for it in SUBJECTS)


def find(words: Words, query: str) -> tuple[Found, ...]:
    """The choices whose words, or whose subject's, hold every word of ``query``."""
    wanted = query.casefold().split()
    found: list[Found] = []
    for subject in SUBJECTS if wanted else ():
        title = words.text(subject.title)
        labels = {"": title} | {field: words.text(label) for field, label in subject.choices.items()}
        found += [
            Found(path=subject.path, id=field, label=label, subject=title)
            for field, label in labels.items()
            if all(word in f"{label} {title}".casefold() for word in wanted)
        ]
    return tuple(found[:_MAX_FOUND])
