"""What may be chosen for several subscriptions at once, in words: the table offers it."""

from collections.abc import Mapping

from dateline.model import FullTextMode, Retention, Visibility
from dateline.preferences import ReadWhen
from dateline.web.i18n import N_

KEEPS: Mapping[str, Retention] = {
    "7": Retention(age=7),
    "30": Retention(age=30),
    "90": Retention(age=90),
    "365": Retention(age=1, unit="years"),
    "ever": Retention(),
}
READ: Mapping[str, tuple[ReadWhen, str, str]] = {
    "arrived": (
        ReadWhen(arrived=True),
        N_("What arrives counts as read"),
        N_("What arrives in them from now on counts as read."),
    ),
    "gone": (
        ReadWhen(gone=True),
        N_("What they no longer carry counts as read"),
        N_("What they cease to carry from now on counts as read."),
    ),
    "beyond": (
        ReadWhen(beyond=50),
        N_("Only the newest 50 of each stay unread"),
        N_("Only the newest 50 of each stay unread, from its next article on."),
    ),
    "repeated": (
        ReadWhen(repeated=100),
        N_("What repeats a title counts as read"),
        N_("What has the title of one of the last 100 articles of its feed counts as read."),
    ),
}
PLACES: Mapping[Visibility, str] = {
    "important": N_("Show them in the important stream too"),
    "main": N_("Show them in the main stream"),
    "folder": N_("Show them only in their folders"),
    "archived": N_("Show them nowhere but on their own pages"),
}
FULL_TEXTS: Mapping[FullTextMode, str] = {
    "off": N_("Show articles as the feeds give them"),
    "truncated": N_("Fetch the full text where feeds give only a beginning"),
    "always": N_("Always fetch the full text"),
}
