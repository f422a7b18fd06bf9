"""What is served of our own static files."""

import re

from dateline.web.assets import STATIC_FOLDER, load_assets


def test_scripts_are_served_without_their_comments_and_otherwise_as_they_are() -> None:
    served = load_assets().files
    scripts = {path.relative_to(STATIC_FOLDER).as_posix(): path.read_text() for path in STATIC_FOLDER.rglob("*.js")}
    assert len(scripts) > 40
    for name, written in scripts.items():
        body = served[name].body.decode()
        lines = iter(written.splitlines())
        assert all(line in lines for line in body.splitlines()), name  # a subsequence: nothing is changed or moved
        assert not re.search(r"^\s*(//|/\*)", body, re.MULTILINE), name
        gone = [line.strip() for line in written.splitlines() if line.strip() and line not in body.splitlines()]
        assert all(line.startswith(("//", "/*", "*")) for line in gone), name


def test_no_text_of_several_lines_holds_what_looks_like_a_comment() -> None:
    for path in STATIC_FOLDER.rglob("*.js"):
        for text in re.findall(
            r"`[^`]*`", re.sub(r"^\s*(//.*|/\*[^`]*?\*/)$", "", path.read_text(), flags=re.MULTILINE)
        ):
            assert not re.search(r"^\s*(//|/\*)", text, re.MULTILINE), path
