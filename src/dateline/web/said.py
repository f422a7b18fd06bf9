"""What notifications say, in the language of whoever they are for.

Given to the worker by the roof, which knows both: the worker itself speaks no language (``refresh.notify.Say``).
"""

from dateline.store.devices import Content
from dateline.web import i18n
from dateline.web.i18n import N_, NN_

TITLES = {"test": N_("It works"), "important": N_("New in important feeds")}
_MORE = NN_("{what} and {count} more", "{what} and {count} more")


def say(language: str, content: Content) -> tuple[str, str]:
    """(title, text); a kind that is not known here is told by its entry alone."""
    words = i18n.words(language)
    title = words.text(TITLES[content.kind]) if content.kind in TITLES else content.feed
    if content.kind == "test":
        return title, words.text(N_("This device gets notifications of Dateline."))
    what = " – ".join(part for part in (content.title, content.feed) if part)
    return title, words.plural(*_MORE, content.count - 1, what=what) if content.count > 1 else what
