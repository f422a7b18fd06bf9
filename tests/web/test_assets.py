"""The static files: the style sheets come as one, in the order of the cascade, without what is for their writers."""

import re

from dateline.web.assets import SHEETS, STATIC_FOLDER, load_assets, without_notes


def test_every_sheet_is_in_the_one_that_is_served() -> None:
    written = {path.relative_to(STATIC_FOLDER / "css").as_posix() for path in (STATIC_FOLDER / "css").rglob("*.css")}
    assert written == {f"{name}.css" for name in SHEETS}


def test_what_is_served_says_what_was_written_but_for_comments_and_indents() -> None:
    served = load_assets().files["css/dateline.css"].body.decode()
    written = "\n".join((STATIC_FOLDER / f"css/{name}.css").read_text() for name in SHEETS)
    assert "/*" not in served
    assert not re.search(r"^[ \t]", served, re.MULTILINE)
    bare = re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL)
    assert served.split() == bare.split()
    assert len(served) < 0.9 * len(written)


def test_no_text_of_a_sheet_holds_what_looks_like_a_comment_or_goes_over_a_line() -> None:
    for name in SHEETS:
        sheet = re.sub(r"/\*.*?\*/", "", (STATIC_FOLDER / f"css/{name}.css").read_text(), flags=re.DOTALL)
        for line in sheet.splitlines():
            assert line.count('"') % 2 == 0, (name, line)
            assert "/*" not in line
            assert "*/" not in line


def test_notes_go_wherever_they_stand() -> None:
    style = '/* head */\n\na {\n  b: c; /* why */\n  d: "e";\n}\n  /* one\n  of two lines */\n  f { g: h }\n'
    assert without_notes(style) == '\na {\nb: c;\nd: "e";\n}\nf { g: h }\n'
