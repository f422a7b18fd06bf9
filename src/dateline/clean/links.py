"""Links in normalised HTML: relative and strangely written addresses set right, tracking parameters taken out."""

import re
from typing import Final

from . import anchors, policy, tags, urls

_LINK: Final = re.compile(f"<a{tags.ATTRIBUTES_PATTERN}>")
_PLAIN: Final = r'https?://[^/?#\\\s"&]|mailto:|tel:'
_IS_PLAIN: Final = re.compile(_PLAIN)
_NEEDS_A_LOOK: Final = re.compile(rf'="(?<= href=")(?!{_PLAIN})')
"""May also find the end of another attribute's value, which costs a look and no more."""
_WITH_PARAMETERS: Final = re.compile(r'="(?<= href=")([^"=]*=[^"]*)')
"""Only what has parameters can be tracked: to look through the links alone is quicker than through everything."""


def rewrite(html: str, base: str | None, *, may_be_inner: bool = False) -> str:
    """Normalised HTML → the same with every ``<a href>`` absolute and free of tracking, or without its ``href``.

    ``may_be_inner``: links to places of the same article are left as ``anchors`` wrote them.
    """
    if _NEEDS_A_LOOK.search(html) or urls.TRACKED.search("\n".join(_WITH_PARAMETERS.findall(html))):
        return _LINK.sub(lambda found: _link(found[0], found[1], base, may_be_inner=may_be_inner), html)
    return html


def _link(tag: str, attributes: str, base: str | None, *, may_be_inner: bool) -> str:
    given: dict[str, str | None] = {**tags.attributes_of(attributes)}
    href = given.get("href")
    if href is None or (_IS_PLAIN.match(href) and not urls.TRACKED.search(href)):
        return tag
    if may_be_inner and anchors.is_inner(href):
        return tag
    target = urls.link_target(urls.unescaped(href), base)
    given["href"] = urls.escaped(urls.without_tracking(target)) if target else None
    return tags.written("a", given)


def to(address: str, label: str) -> str:
    """A link as nh3 would write it, so that cleaning it again changes nothing; ``label`` is escaped already."""
    href = urls.escaped(urls.without_tracking(address))
    return f'<a href="{href}" target="{policy.LINK_TARGET}" rel="{policy.LINK_REL}">{label}</a>'
