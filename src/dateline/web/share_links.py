"""The links under « Share »: an account's places and an article → addresses to press."""

from msgspec import Struct

from dateline.actions import sharing
from dateline.model import User
from dateline.preferences import ShareTarget
from dateline.web.rows import Row

_MAIL = (ShareTarget(name="", template="mailto:?subject={title}&body={url}"),)


class ShareLink(Struct, frozen=True, kw_only=True):
    """A place: ``href`` shares the article of the page, "" in a list, where a behaviour fills the template in.

    ``place``: where a form leads to the page that shows it, its place in the list; None for a link.
    """

    name: str
    template: str
    href: str
    place: int | None = None


def share_links(user: User | None, article: Row | None) -> tuple[ShareLink, ...]:
    """The places of an account; without one, e-mail alone. What is no template (any more) is left out."""
    targets = _MAIL if user is None else sharing.targets(user.preferences)
    address = article.url.unescape() if article is not None and article.url else ""
    return tuple(
        ShareLink(
            name=target.name,
            template=target.template,
            href=sharing.link(target.template, url=address, title=article.title) if article is not None else "",
            place=place if target.fields else None,
        )
        for place, target in enumerate(targets)
        if sharing.is_target(target)
    )
