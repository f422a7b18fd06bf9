"""Rules that would make the browser look at the whole page again whenever one article is opened or a count changes."""

import re

import pytest

from dateline.web.assets import SHEETS, STATIC_FOLDER

_HOLDS_THE_PAGE = re.compile(
    r"(?:^|[\s,>+~(])(?:html|body|main|:root|#main|\.reading|\.stream|\.entries|\.sidebar|\.tree)(?![-\w])[^\s,>+~]*:has\("
)
"""What holds most of the page, asked for what it holds: each node that comes or goes asks again."""
_ALL_BENEATH_A_STATE = re.compile(r"(?::hover|:focus|:active|\[open|\[data-)[^{]*[\s>+~]\*\s*$")
"""Any element beneath a state: when it changes, each element there is styled again."""


def _selectors(name: str) -> list[str]:
    sheet = re.sub(r"/\*.*?\*/", "", (STATIC_FOLDER / f"css/{name}.css").read_text(), flags=re.DOTALL)
    return [" ".join(head.split()) for head in re.findall(r"([^{};]+)\{", sheet) if not head.strip().startswith("@")]


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_that_holds_most_of_the_page_is_styled_by_what_it_holds(name: str) -> None:
    assert [selector for selector in _selectors(name) if _HOLDS_THE_PAGE.search(selector)] == []


@pytest.mark.parametrize("name", SHEETS)
def test_no_state_is_followed_by_whatever_stands_beneath_it(name: str) -> None:
    assert [selector for selector in _selectors(name) if _ALL_BENEATH_A_STATE.search(selector)] == []


def test_what_is_looked_for_is_found() -> None:
    assert _HOLDS_THE_PAGE.search("body:has(.selected-bar:not([hidden])) .notice")
    assert _HOLDS_THE_PAGE.search('body:not(:has(> #main[data-shown="all"])) .tree li')
    assert _HOLDS_THE_PAGE.search("html:has(.pull)")
    assert not _HOLDS_THE_PAGE.search('.stream[data-view="cards"] .row:has(> .entry[open])')
    assert not _HOLDS_THE_PAGE.search(".reading-bar:has(button)")
    assert _ALL_BENEATH_A_STATE.search(".row:not(:hover) > .entry + .row-actions > *")
    assert not _ALL_BENEATH_A_STATE.search(".selected-bar .menu-sheet > * + *")
