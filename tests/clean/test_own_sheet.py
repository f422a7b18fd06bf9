"""A person's own style sheet is served only when nothing in it can fetch, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.clean.own_sheet import reaches_out

REACHING = [
    "@import 'https://a.example/x.css';",
    "@IMPORT url(x)",
    r"@\69mport 'x'",
    r"@im\port 'x'",
    "p { background: url(https://a.example/a.png) }",
    "p { background: URL('//a.example/a.png') }",
    r"p { background: u\72l(//a.example) }",
    r"p { background: \75\72\6c(//a.example) }",
    r"p { background: \000075rl(//a.example) }",
    "p { background: \\75\r\nrl(//a.example) }",
    r"p { background: ur\l(//a.example) }",
    "p { background: src('//a.example') }",
    "p { background: image('//a.example') }",
    "p { background: image-set('//a.example' 1x) }",
    "p { background: -webkit-image-set('//a.example' 1x) }",
    "p { background: cross-fade('//a.example', red) }",
    "p { --x: '//a.example'; background: image-set(var(--x) 1x) }",
    "input[value^=a] { background: url(//a.example/a) }",
    "@font-face { font-family: x; src: url(//a.example/x.woff2) }",
    "/* a comment */ p{cursor:url(data:image/png;base64,AA),auto}",
]
STAYING = [
    "",
    "p { color: red }",
    ":root { --accent: oklch(50% .1 200) }",
    '.title::before { content: "\\201C" }',
    "@media (width < 40rem) { .row { padding: calc(1rem + var(--s1)) } }",
    "@font-face { font-family: x; src: local('Charter') }",
    ".a { width: min(1px, 2px); background: linear-gradient(red, blue) }",
    "p { color: red } \\",
    "/* an important remark about a curl */",
]


@pytest.mark.parametrize("sheet", REACHING)
def test_what_could_fetch_is_known(sheet: str) -> None:
    assert reaches_out(sheet)


@pytest.mark.parametrize("sheet", STAYING)
def test_what_stays_here_is_let_be(sheet: str) -> None:
    assert not reaches_out(sheet)


def written(letter: str, way: str) -> str:
    """A letter as CSS lets it be written."""
    ways = {"plain": letter, "hex": f"\\{ord(letter):x} ", "padded": f"\\{ord(letter):06x}", "case": letter.upper()}
    return ways[way]


@given(st.text(max_size=30), st.lists(st.sampled_from(["plain", "hex", "padded", "case"]), min_size=3, max_size=3))
def test_no_way_of_writing_an_address_goes_by(before: str, ways: list[str]) -> None:
    name = "".join(written(letter, way) for letter, way in zip("url", ways, strict=True))
    assert reaches_out(before.rstrip("\\") + "\n p { background: " + name + "(//a.example) }")
