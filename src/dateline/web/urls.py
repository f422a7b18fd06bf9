"""Addresses within this instance: path and query → a link that knows the base URL; a text from outside → a safe one.

Every link, form and script of a page is made by ``Urls``; nothing else joins paths.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from markupsafe import Markup

from dateline.settings import Settings

_PATH_SAFE = "/@:!$&'()*+,;=~-._"
_MAX_LENGTH = 2000
_MOST_KEPT = 2000


class Urls:
    """Makes links for one instance: ``urls("/feed/3", shown="all")`` → ``/reader/feed/3?shown=all``."""

    def __init__(self, settings: Settings) -> None:
        self.base_path = settings.base_path
        self._kept: dict[str, Markup] = {}
        """Links without a query: a page has forty of them, nearly all the same on every page."""

    def __call__(self, path: str, query: Mapping[str, object] | None = None, **more: object) -> Markup:
        """A path that begins with ``/`` and query values (None and "" are left out) → an escaped link with the base."""
        if not query and not more:
            return self._kept.get(path) or self._made(path)
        pairs = [(key, str(value)) for key, value in {**(query or {}), **more}.items() if value not in (None, "")]
        link = self._linked(path)
        return Markup.escape(f"{link}?{urlencode(pairs)}" if pairs else link)

    def _linked(self, path: str) -> str:
        return self.base_path + quote(path, safe=_PATH_SAFE)

    def _made(self, path: str) -> Markup:
        if len(self._kept) >= _MOST_KEPT:  # threads may clear it twice; nothing is lost but a little time
            self._kept.clear()
        made = self._kept[path] = Markup.escape(self._linked(path))
        return made

    def plain(self, path: str, query: Mapping[str, object] | None = None, **more: object) -> str:
        """The same link, not escaped: for a ``Location`` header or JSON."""
        return self(path, query, **more).unescape()

    def local(self, text: str | None, default: str) -> str:
        """``text`` when it is a link into this instance, as ``plain`` makes them; else the link to ``default``.

        Refuses what a browser would take for another site: ``//host``, a backslash, control characters.
        """
        if text and len(text) <= _MAX_LENGTH and self._is_local(text):
            return text
        return self.plain(default)

    def _is_local(self, text: str) -> bool:
        if not text.startswith(self.base_path + "/") or text.startswith("//"):
            return False
        return "\\" not in text and all(" " < character <= "~" for character in text)
