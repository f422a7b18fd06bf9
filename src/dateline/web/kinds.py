"""Words for people: what a feed of a known place holds, and in which format a feed is that was not read yet."""

from dateline.web.i18n import N_, Words

KINDS: dict[str, str] = {
    "activity": N_("Activity"),
    "changes": N_("Changes"),
    "comments": N_("Comments"),
    "commits": N_("Commits"),
    "discussions": N_("Discussions"),
    "issues": N_("Issues"),
    "live": N_("Live streams"),
    "merge_requests": N_("Merge requests"),
    "newest": N_("The newest first"),
    "news": N_("News"),
    "playlist": N_("Playlist"),
    "podcast": N_("Podcast"),
    "popular": N_("What is popular"),
    "posts": N_("Posts"),
    "releases": N_("Releases"),
    "replies": N_("Answers"),
    "search": N_("A search"),
    "shorts": N_("Short videos"),
    "tag": N_("One subject"),
    "uploads": N_("All videos"),
    "versions": N_("Versions"),
    "videos": N_("Long videos"),
    "wiki": N_("Wiki pages"),
}
"""A kind of ``parse.place_rows.KINDS`` → its name (a test compares)."""

FORMATS: dict[str, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
"""How a format begins → its name, which is the same in every language."""


def words(words: Words, kind: str, form: str) -> str:
    """What a feed holds and its format, as far as they are known: "Comments · RSS", "Releases", ""."""
    said = [words.text(KINDS[kind])] if kind in KINDS else []
    said += [name for start, name in FORMATS.items() if form.startswith(start)]
    return " · ".join(said)
