"""Any page → lists to choose from: the right one first, with its fields, and nothing where there is no list."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.parse.page.rules_of import page

from dateline.parse.page import PageRules, parse_page
from dateline.parse.page.propose import propose

URL = "https://site.example/news/"

TITLES = (
    "Ferry timetable changes from Monday morning",
    "Council approves the new cycle lane on Mill Road",
    "Two lighthouse keepers look back on forty years",
    "Why the winter storms came a month too early",
    "School meals will be cooked in the village again",
)


def listed(markup: str, *, before: str = "", after: str = "") -> bytes:
    """A page that repeats ``markup`` for every title."""
    rows = "".join(markup.format(title=title, n=n) for n, title in enumerate(TITLES, 1))
    menu = "".join(f"<li><a href='/m{n}'>Menu entry {n}</a></li>" for n in range(12))
    foot = "".join(f"<li><a href='/f{n}'>A longer line of the footer, number {n}</a></li>" for n in range(9))
    return (
        f"<html><head><title>Site</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<div id=main>{before}{rows}{after}</div>"
        f"<div class='site-footer'><ul>{foot}</ul></div></body></html>"
    ).encode()


@pytest.mark.parametrize(
    "body",
    [
        listed("<article><h2><a href=/{n}>{title}</a></h2><time datetime=2026-01-0{n}>day</time></article>"),
        listed("<div class='row'><div class='col'><h3>{title}</h3><a href=/{n}>Read more</a></div></div>"),
        listed("<li><a href=/{n}>{title}</a></li>", before="<ul>", after="</ul>"),
        listed("<p><a href=/{n}>{title}</a> (1{n} January 2026)</p>"),
        listed("<tr><td>{n}.</td><td><a href=/{n}>{title}</a></td></tr>", before="<table>", after="</table>"),
        listed("<dt><a href=/{n}>{title}</a></dt><dd>Some words on it.</dd>", before="<dl>", after="</dl>"),
        listed("<a class='teaser' href=/{n}><span class='teaser__title'>{title}</span><img src=/{n}.jpg></a>"),
        listed("<div class='css-1x{n}2 md:w-1/2'><h4><a href=/{n}>{title}</a></h4><p>" + "Word " * 20 + "</p></div>"),
        listed("<h3><a href=/{n}>{title}</a></h3><p>" + "Word " * 20 + "</p><hr>"),
    ],
)
def test_the_list_of_articles_is_found_before_menus_and_footers(body: bytes) -> None:
    first = propose(body, url=URL)[0]
    entries = parse_page(body, first, url=URL).entries
    assert [entry.title for entry in entries] == list(TITLES)
    assert [entry.url for entry in entries] == [f"https://site.example/{n}" for n in range(1, 6)]


def test_cards_of_a_real_looking_page_get_all_their_fields() -> None:
    (rules, *others) = propose(page("town.html"), url=URL)
    entry = parse_page(page("town.html"), rules, url=URL).entries[0]
    assert rules.entry == "article.card"
    assert entry.title == "Le pont tournant rouvre à la circulation"
    assert entry.published_at is not None
    assert entry.thumbnail_url == "https://site.example/img/pont.jpg"
    assert entry.tags == ("Travaux", "Port")
    assert entry.content_html is not None
    assert len(others) < 5


def test_a_byline_that_holds_only_the_date_is_no_author() -> None:
    markup = "<li><a href=/{n}>{title}</a><p class=byline><time>2026-01-0{n} 10:00</time></p></li>"
    body = listed(markup, before="<ul class=list>", after="</ul>")
    rules = propose(body, url=URL)[0]
    assert (rules.author, rules.date) == ("", "time")
    assert propose(body.replace(b"<time>", b"Ana, <time>"), url=URL)[0].author == ".byline"


def test_an_old_table_is_found_with_its_dates() -> None:
    rules = propose(page("journal.html"), url=URL)[0]
    entries = parse_page(page("journal.html"), rules, url=URL).entries
    assert len(entries) == 5
    assert all(entry.published_at for entry in entries)


def test_json_in_a_script_is_found_by_the_names_of_its_keys() -> None:
    rules = propose(page("application.html"), url=URL)[0]
    assert (rules.kind, rules.script, rules.entry) == ("script", "script#__STATE__", "props.pageProps.releases")
    assert (rules.title, rules.date, rules.author, rules.guid) == ("name", "publishedAt", "author", "slug")
    assert rules.url == "", "the address of a picture is not the entry's"


def test_json_and_xml_documents_are_looked_through_too() -> None:
    items = [{"meta": {"headline": title}, "permalink": f"/{n}"} for n, title in enumerate(TITLES)]
    rules = propose(msgspec.json.encode({"status": 1, "response": {"docs": items}, "facets": [{"a": 1}, {"a": 2}]}))[0]
    assert (rules.kind, rules.entry) == ("json", "response.docs")
    assert (rules.title, rules.url) == ("meta.headline", "permalink")
    rules = propose(page("notices.xml"))[0]
    assert (rules.kind, rules.entry, rules.title, rules.url) == ("xml", "//Notice", "Head", "Link")
    assert len(parse_page(page("notices.xml"), rules).entries) == 2


def test_several_lists_of_a_page_are_all_offered_once() -> None:
    jobs = "".join(
        f"<div class='job'><h3><a href='/jobs/{n}'>We look for a number {n} sailor with experience</a></h3></div>"
        for n in range(4)
    )
    body = listed(
        "<article class='story'><h2><a href=/{n}>{title}</a></h2></article>", after=f"<section>{jobs}</section>"
    )
    found = propose(body, url=URL)
    assert {rules.entry for rules in found} == {"article.story", "div.job"}


@pytest.mark.parametrize(
    "body",
    [b"", b"<p>Only words.</p>", b"{}", b"[1,2,3]", b"<?xml version='1.0'?><a/>", b"\0\0", b"{" * 1000,
     b"<html><body><h1>One article</h1><p>" + b"Words of it. " * 200 + b"</p></body></html>"],
)  # fmt: skip
def test_where_there_is_no_list_none_is_made_up(body: bytes) -> None:
    assert propose(body, url=URL) == []


def test_classes_of_build_tools_and_states_are_no_part_of_the_rules() -> None:
    markup = "<div class='css-19x8k2 is-active card_3f2A9'><h3><a class='jsx-883 link' href=/{n}>{title}</a></h3></div>"
    rules = propose(listed(markup), url=URL)[0]
    everything = " ".join(getattr(rules, name) for name in ("entry", "title", "url"))
    assert not any(word in everything for word in ("css-", "active", "3f2A9", "jsx"))


def test_a_hostile_page_ends_within_its_steps() -> None:
    for body in (
        b"<div class='a b c d e f'>" * 50_000 + b"<a href=/x>y</a>",
        b"<ul>" + b"<li class='x%d'><a href=/1>t</a>" * 60_000,
        b"<p><a href=/1>t</a>" * 90_000,
        b"<script>{}[" * 20_000,
        b"[" + b'{"title":"x","url":"/y"},' * 20_000 + b"{}]",
    ):
        assert isinstance(propose(body, url=URL), list)


PIECES = [b"<li>", b"<a href=/1>", b"text of some length", b"</li>", b"<div class='x y'>", b"<tr>", b"<td>2026-01-02",
          b"</a>", b"<h2>", b"<script>", b"{}", b"<", b"<table>"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_nothing_is_ever_raised(parts: list[bytes]) -> None:
    for rules in propose(b"".join(parts) * 4, url=URL):
        assert isinstance(rules, PageRules)
        parse_page(b"".join(parts) * 4, rules, url=URL)
