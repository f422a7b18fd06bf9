"""What can be searched for, in words: the language of ``dateline.query`` (docs/searching.md) as a table."""

from dateline.web.i18n import N_, Words

Line = tuple[tuple[str, ...], str]
"""Ways to write it, and what it finds."""

_LINES: tuple[Line, ...] = (
    (
        ("paris rain",),
        N_("Both words, in any order: in the title, the text, the names of authors and tags. Accents do not matter."),
    ),
    (('"heavy rain"',), N_("Words that follow each other")),
    (("rain*",), N_("Words that begin so")),
    (("rain OR snow",), N_("Either of them; OR in capitals")),
    (("-snow", "!snow", "NOT snow"), N_("What does not have it")),
    (("(rain OR snow) -paris",), N_("Brackets group")),
    (("intitle:rain",), N_("In the title")),
    (("intext:rain",), N_("In the text")),
    (('author:"Jane Doe"',), N_("In the names of the authors")),
    (("#science", '#"two words"'), N_("A tag of the publisher’s, the whole of it")),
    (("inurl:example.com/sport",), N_("In the article’s address")),
    (("feed:lighthouse", "f:12"), N_("Of the feeds with that word in their name; by number, as in their address")),
    (("folder:Sport", "c:3"), N_("Of what lies in a folder and below it")),
    (('label:later,"to do"', "L:*"), N_("With one of these labels; with any")),
    (("is:unread", "is:read", "is:starred", "is:labelled"), N_("By what you did with it")),
    (
        ("date:2026-11", "date:2026-11-01/15", "date:P1W", "-date:P1Y"),
        N_("Arrived in that month, in these days, in the last week, more than a year ago"),
    ),
    (("pubdate:2026-11",), N_("The same, by the day of publication")),
    (("/colou?rs?/i", "intitle:/^Live:/"), N_("A regular expression; i at its end for any case")),
    (("search:Morning",), N_("What another saved search finds")),
)


def lines(words: Words) -> tuple[Line, ...]:
    """The table in the reader's language; what is written is the same in all."""
    return tuple((written, words.text(said)) for written, said in _LINES)
