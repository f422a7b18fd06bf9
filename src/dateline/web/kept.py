"""Parts of pages that say the same again and again, rendered once for what they say: the sidebar's lines, the menus of
an opened article.

Two hundred feeds were a seventh of the page's time (docs/decisions/0003).
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from dateline.model import User
from dateline.web.label_views import LabelView
from dateline.web.sidebar import FeedView, FolderView

MOST = 5_000
"""Lines kept for one language; a few megabytes."""

MOST_TOOLS = 200
"""Sets of menus; a megabyte or two."""

View = FeedView | FolderView


class Lines:
    """Lines of one kind in one language; ``render`` makes one of a view and the link that all streams begin with."""

    def __init__(self, render: Callable[[View, str], str]) -> None:
        self._render = render
        self._kept: dict[tuple[View, str], str] = {}

    def __call__(self, views: Sequence[View], root: str) -> Markup:
        """All lines, one after the other."""
        root = str(root)
        kept = self._kept
        lines = "".join([kept.get((view, root)) or self._made(view, root) for view in views])
        return Markup(lines)  # noqa: S704 - made by a template, which escapes

    def _made(self, view: View, root: str) -> str:
        if len(self._kept) >= MOST:
            self._kept.clear()
        made = self._kept[view, root] = self._render(view, root)
        return made


class Tools:
    """The menus of an article that is opened in a list, in one language: they depend on who reads and where."""

    def __init__(self, render: Callable[[User | None, Sequence[LabelView] | None, str], str]) -> None:
        self._render = render
        self._kept: dict[object, Markup] = {}

    def __call__(self, user: User | None, labels: Sequence[LabelView] | None, here: str) -> Markup:
        """``labels`` are the account's, None for visitors; ``here`` is where the forms come back to."""
        share = (user.preferences.share,) if user else None
        key = (share, None if labels is None else tuple(labels), str(here))
        if key not in self._kept:
            if len(self._kept) >= MOST_TOOLS:
                self._kept.clear()
            made = self._render(user, labels, here)
            self._kept[key] = Markup(made)  # noqa: S704 - made by a template, which escapes
        return self._kept[key]
