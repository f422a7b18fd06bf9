"""The one script that a page gets, made of many modules; that it runs is what every test in the browser shows."""

import re

import pytest

from dateline.web.assets import STATIC_FOLDER, load_assets
from dateline.web.scripts import join_scripts, without_comments

FOLDER = STATIC_FOLDER / "js"
MODULES = {
    path.relative_to(FOLDER).as_posix(): path.read_text()
    for path in sorted(FOLDER.rglob("*.js"))
    if path.name != "service-worker.js"
}


def test_one_script_holds_every_module_and_nothing_else_is_served() -> None:
    served = load_assets().files
    assert sorted(name for name in served if name.endswith(".js")) == ["js/dateline.js", "js/service-worker.js"]
    script = served["js/dateline.js"].body.decode()
    assert len(MODULES) > 40
    assert [name for name in MODULES if name != "main.js" and f'"{name}"() {{' not in script] == []
    assert not re.search(r"^\s*(//|/\*)", script, re.MULTILINE)


def test_what_is_no_comment_import_or_export_is_served_as_it_is_written() -> None:
    lines = set(load_assets().files["js/dateline.js"].body.decode().splitlines())
    for name, source in MODULES.items():
        bodies = re.sub(r"^import \{.*?;\n", "", without_comments(source), flags=re.MULTILINE | re.DOTALL)
        changed = [line for line in bodies.splitlines() if line not in lines]
        assert all(line.startswith("export ") or "import(" in line for line in changed), (name, changed)


def test_no_module_wants_itself_by_way_of_others() -> None:
    wants = {
        name: {
            "/".join((*name.split("/")[:-1], path))
            .replace("lib/../", "")
            .replace("behaviours/../", "")
            .replace("./", "")
            for path in re.findall(r'(?:from |import\()"(\.[^"]+)"', source)
        }
        for name, source in MODULES.items()
    }
    assert set().union(*wants.values()) <= set(MODULES)

    def below(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " → ".join((*above, name))
        for wanted in wants[name]:
            below(wanted, (*above, name))

    for name in MODULES:
        below(name, ())


def test_imports_and_exports_of_every_form_become_names_of_the_function() -> None:
    joined = join_scripts(
        {
            "lib/a.js": "// about\nexport const one = 1;\nexport async function two() {}\nexport class Three {}\n",
            "behaviours/b.js": 'import { one, two as deux } from "../lib/a.js";\n\nexport default function b() {\n'
            '  return import("../lib/a.js");\n}\n',
            "main.js": 'use("behaviours/b.js").default();\n',
        },
        last="main.js",
    )
    assert (
        '"lib/a.js"() {\nconst one = 1;\nasync function two() {}\nclass Three {}\nreturn { one, two, Three };' in joined
    )
    assert 'const { one, two: deux } = use("lib/a.js");' in joined
    assert 'return use("lib/a.js");' in joined
    assert "return { default: b };" in joined
    assert joined.endswith('use("behaviours/b.js").default();\n')


@pytest.mark.parametrize(
    "source",
    [
        'import * as all from "./a.js";\n',
        'import a from "./a.js";\n',
        'import "./a.js";\n',
        'import { a } from "./missing.js";\n',
        'import { a } from "https://elsewhere.example/a.js";\n',
        "export let count = 0;\n",
        "export { a };\n",
        "const load = (name) => import(`./${name}.js`);\n",
        "const here = import.meta.url;\n",
    ],
)
def test_a_form_that_is_not_understood_is_told(source: str) -> None:
    with pytest.raises(ValueError, match=r"b\.js"):
        join_scripts({"a.js": "", "b.js": source, "main.js": ""}, last="main.js")


def test_no_text_of_several_lines_holds_what_looks_like_a_comment() -> None:
    for name, source in MODULES.items():
        for text in re.findall(r"`[^`]*`", re.sub(r"^\s*(//.*|/\*[^`]*?\*/)$", "", source, flags=re.MULTILINE)):
            assert not re.search(r"^\s*(//|/\*)", text, re.MULTILINE), name
