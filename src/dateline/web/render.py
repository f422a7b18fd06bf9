"""Templates: a name and a page's context → HTML, in the reader's language.

One minijinja environment a language, so that ``_()`` and ``ngettext()`` are plain globals. Undefined names are errors;
everything is escaped, but for ``SafeHTML`` that a template marks ``|safe``. Templates keep to what Jinja2 renders too.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup
from minijinja import Environment

from dateline import __version__
from dateline.settings import Settings
from dateline.web.assets import Assets
from dateline.web.highlight_colours import highlight_colours
from dateline.web.i18n import Words
from dateline.web.kept import Lines, Tools
from dateline.web.keys import table as key_table
from dateline.web.share_links import share_links
from dateline.web.subjects import subjects
from dateline.web.urls import Urls

TEMPLATE_FOLDER = Path(__file__).parent / "templates"


def read_template(name: str) -> str | None:
    """A template's source by its name below ``templates``; None when there is none."""
    path = TEMPLATE_FOLDER / name
    return path.read_text(encoding="utf-8") if ".." not in name and path.is_file() else None


class Renderer:
    """Renders the pages of one instance. Threads may share it."""

    def __init__(self, settings: Settings, assets: Assets) -> None:
        self.urls = Urls(settings)
        root = self.urls(f"/static/{assets.hash_hex}/")
        self._static = {name: root + name for name in assets.files}
        self._environments: dict[str, Environment] = {}

    def static(self, name: str) -> Markup:
        """The address of a static file, ``css/dateline.css``; the file's absence is an error when the page is made."""
        try:
            return self._static[name]
        except KeyError:
            raise LookupError(f"there is no static file {name}") from None

    def globals(self, words: Words) -> dict[str, Callable[..., Any] | str]:
        """What every template may call, macros too."""
        return {
            "_": words.text,
            "ngettext": words.plural,
            "number": words.number,
            "url": self.urls,
            "static": self.static,
            "language": words.language,
            "direction": words.direction,
            "version": __version__,
            "settings_subjects": lambda: subjects(words),
            "feed_links": self._lines("feed", "parts/feed_link.html", words),
            "list_tools": Tools(
                lambda user, labels, here: self.html(
                    "parts/tools.html", words, {"user": user, "labels": labels, "here": here}
                )
            ),
            "branches": self._lines("folder", "parts/branch.html", words),
            "share_links": share_links,
            "key_table": key_table,
            "highlight_colours": lambda: highlight_colours(words),
        }

    def _lines(self, name: str, template: str, words: Words) -> Lines:
        return Lines(lambda view, root: self.html(template, words, {name: view, "root": root}))

    def html(self, template: str, words: Words, context: Mapping[str, object]) -> str:
        """Render ``template``. Raises ``minijinja.TemplateError`` for a mistake in it."""
        environment = self._environments.get(words.language)
        if environment is None:
            # Two threads may both make one; the second replaces the first, which is alike.
            environment = self._environments[words.language] = self._environment(words)
        return environment.render_template(template, **context)

    def _environment(self, words: Words) -> Environment:
        return Environment(
            loader=read_template,
            globals=self.globals(words),
            undefined_behavior="strict",
            auto_escape_callback=lambda _name: True,
            trim_blocks=True,
            lstrip_blocks=True,
            debug=False,
        )
