"""The behaviours: ES modules, one subject a file → one script, ``js/dateline.js``, as the style sheet is one.

A first page waited for 39 small files (28 kB and 20 kB of headers), the later named only in the earlier; in one, all
modules are 25 kB, for brotli finds in each what it knows from the others. A module becomes a function that runs when it
is first wanted, so that a page still runs only what it uses. No name is changed: the script reads as its sources do.

Understood are the forms that ours have, and nothing else is: ``import { a, b as c } from "./x.js";`` of one line or of
several, ``import("./x.js")``, and ``export`` before a function, a class or a ``const``.
"""

import posixpath
import re

_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
"""Lines that are a comment and nothing else; none of ours stands inside a text of several lines."""
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "(\.[^"\n]+)";$', re.MULTILINE)
_LATE = re.compile(r'\bimport\("(\.[^"\n]+)"\)')
_EXPORT = re.compile(r"^export (default )?(?=((?:async )?function|class|const) (\w+)\b)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*|\bimport(?:\s*\(|\.meta).*", re.MULTILINE)
_MAKER = """const made = {};
const making = new Set();
const use = (name) => {
  if (!(name in made)) {
    if (making.has(name)) {
      throw new Error(`${name} wants itself`);
    }
    making.add(name);
    made[name] = modules[name]();
  }
  return made[name];
};
"""


def without_comments(source: str) -> str:
    """A script without the lines that are comments, which are a fifth of what would be sent."""
    return _COMMENT.sub("", source)


def join_scripts(modules: dict[str, str], *, last: str) -> str:
    """Modules by their paths (``lib/http.js`` → source) as one; ``last`` runs, and finds any other by ``use(path)``.

    Raises ``ValueError`` for an ``import`` or ``export`` of another form, and for one of a module that is not there.
    """
    makers = [
        f'"{name}"() {{\n{_function(name, source, modules)}}},\n'
        for name, source in sorted(modules.items())
        if name != last
    ]
    return f"const modules = {{\n{''.join(makers)}}};\n{_MAKER}{without_comments(modules[last])}"


def _function(name: str, source: str, modules: dict[str, str]) -> str:
    """The body of the function that runs a module and gives what it exports."""

    def wanted(path: str) -> str:
        found = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if found not in modules:
            message = f"{name} imports {path}, which is not there"
            raise ValueError(message)
        return f'use("{found}")'

    body = without_comments(source)
    given = [f"default: {exported[3]}" if exported[1] else exported[3] for exported in _EXPORT.finditer(body)]
    body = _EXPORT.sub("", body)
    body = _IMPORT.sub(lambda one: f"const {one[1].replace(' as ', ': ')} = {wanted(one[2])};", body)
    body = _LATE.sub(lambda one: wanted(one[1]), body)
    if left := _LEFT.search(body):
        message = f"{name}: {left[0].strip()!r} is of no form that is understood"
        raise ValueError(message)
    return f"{body}return {{ {', '.join(given)} }};\n"
