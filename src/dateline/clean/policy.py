"""The written allow-list: which elements, attributes and schemes survive. ``docs/cleaning.md`` explains it.

Whatever is not named here is taken out. Raise ``CLEANER_VERSION`` in ``dateline.model`` with every change that makes
stored bodies look different, so that they are cleaned again.
"""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS: Final = _names(
    "address article aside blockquote caption center col colgroup dd details div dl dt figcaption figure footer h2 h3"
    " h4 h5 h6 header hgroup hr li ol p pre section summary table tbody td tfoot th thead tr ul"
)
"""Elements that stand on lines of their own: in plain text they separate words."""

MEDIA: Final = _names("audio iframe img picture source video")
"""Elements that load something; ``pictures`` and ``players`` write them anew."""

FORMATTING: Final = _names("a b big code em i s small strike strong tt u")
"""What HTML's parsing rules open again in the next block when it was not closed ("active formatting elements")."""

PHRASES: Final = FORMATTING | _names(
    "abbr bdi bdo br cite data del dfn ins kbd mark q rb rp rt rtc ruby samp span sub sup time var wbr"
)
"""Elements inside a line of text."""

TAGS: Final = BLOCKS | MEDIA | PHRASES
"""Every element that may stand in SafeHTML."""

VOID: Final = _names("br col hr img source wbr embed")
"""Elements without content and without an end tag."""

DROPPED_WITH_CONTENT: Final = _names(
    "datalist math noembed noframes noscript optgroup option script select style svg template textarea title"
)
"""Elements whose content is no part of the text; any other unknown element leaves its content behind."""

GLOBAL_ATTRIBUTES: Final = frozenset({"dir", "lang", "title"})

ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "a": frozenset({"href", "rel", "target"}),
    "audio": frozenset({"controls", "loop", "preload", "src"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "data": frozenset({"value"}),
    "del": frozenset({"datetime"}),
    "details": frozenset({"open"}),
    "iframe": frozenset({"allow", "height", "loading", "referrerpolicy", "sandbox", "src", "width"}),
    "img": frozenset({"alt", "decoding", "height", "loading", "referrerpolicy", "sizes", "src", "srcset", "width"}),
    "ins": frozenset({"datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "source": frozenset({"media", "sizes", "src", "srcset", "type"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"abbr", "colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
    "video": frozenset({"controls", "height", "loop", "muted", "playsinline", "poster", "preload", "src", "width"}),
}
"""What each element may carry in SafeHTML, besides the global ones."""

READ_AND_REMOVED: Final[dict[str, frozenset[str]]] = {
    "embed": frozenset({"height", "src", "title", "width"}),
    "iframe": frozenset({"data-lazy-src", "data-src", "style"}),
    "img": frozenset(
        {"data-lazy-src", "data-lazy-srcset", "data-original", "data-orig-src", "data-src", "data-srcset", "style"}
    ),
    "source": frozenset({"data-srcset"}),
}
"""What ``pictures`` and ``players`` look at and never let out: lazy loaders' addresses, hidden sizes, old plug-ins."""

SET_BY_US: Final[dict[str, frozenset[str]]] = {
    "a": frozenset({"rel", "target"}),
    "audio": frozenset({"controls", "preload"}),
    "iframe": frozenset({"allow", "loading", "referrerpolicy", "sandbox"}),
    "img": frozenset({"decoding", "loading", "referrerpolicy"}),
    "video": frozenset({"controls", "playsinline", "preload"}),
}
"""Attributes whose published value is thrown away: we write our own."""

SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
"""Where a link may lead. Everything that is loaded is http or https; frames are https alone."""

LINK_REL: Final = "noopener noreferrer"
LINK_TARGET: Final = "_blank"
