"""Every word of the pages, as gettext finds them: for the test of the catalogues and for ``scripts/words``."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2.ext import babel_extract

import dateline.web

WEB = Path(dateline.web.__file__).parent
CATALOGUES = sorted(WEB.glob("locale/*/LC_MESSAGES/dateline.po"))
Msgid = str | tuple[str, str]


def in_python(path: Path) -> Iterator[Msgid]:
    """The msgids of ``N_()``, ``NN_()``, ``words.text()`` and ``words.plural()``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function, wanted = node.func, 0
        if isinstance(function, ast.Name):
            wanted = {"N_": 1, "NN_": 2}.get(function.id, 0)
        elif isinstance(function, ast.Attribute):
            owner = function.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if name == "words":
                wanted = {"text": 1, "plural": 2}.get(function.attr, 0)
        texts = [
            arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if wanted and len(texts) == wanted:
            yield (texts[0], texts[1]) if wanted == 2 else texts[0]


def in_template(path: Path) -> Iterator[Msgid]:
    with path.open("rb") as source:
        for _line, function, message, _comments in babel_extract(
            source, ("_", "ngettext"), (), {"trim_blocks": "true"}
        ):
            parts = [message] if isinstance(message, str) else list(message or ())
            yield (str(parts[0]), str(parts[1])) if function == "ngettext" else str(parts[0])


def used() -> set[Msgid]:
    """Every msgid of the web room."""
    found: set[Msgid] = set()
    for path in WEB.rglob("*.py"):
        found.update(in_python(path))
    for path in WEB.rglob("templates/**/*.html"):
        found.update(in_template(path))
    return found
