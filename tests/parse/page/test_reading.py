"""A page and its rules become entries: every kind, every field, and pages that changed."""

from datetime import UTC, datetime

import msgspec
import pytest
from tests.parse.page.rules_of import API, APPLICATION, JOURNAL, NOTICES, TOWN, TOWN_XPATH, page

from dateline.errors import ParseError
from dateline.model import Person
from dateline.parse.page import PageRules, parse_page
from dateline.parse.page.dates import page_date
from dateline.parse.page.rules import page_rules, rules_from_json, rules_hash, rules_to_json
from dateline.parse.page.xpath_syntax import BadExpression

TOWN_URL = "https://port-aubry.example/actualites/"


def test_a_list_of_cards_is_read_by_css() -> None:
    feed = parse_page(page("town.html"), TOWN, url=TOWN_URL)
    assert (feed.format, feed.title, feed.site_url, feed.language) == (
        "html",
        "Ville de Port-Aubry – Actualités",
        TOWN_URL,
        "fr-FR",
    )
    first = feed.entries[0]
    assert len(feed.entries) == 4
    assert first.title == "Le pont tournant rouvre à la circulation"
    assert first.url == "https://port-aubry.example/actualites/pont-tournant"
    assert first.published_at == datetime(2026, 7, 12, tzinfo=UTC)
    assert first.thumbnail_url == "https://port-aubry.example/img/pont.jpg"
    assert first.tags == ("Travaux", "Port")
    assert first.content_html is not None
    assert first.content_html.startswith('<p class="card-text">Après six mois')
    assert feed.warnings == ()


def test_xpath_reads_the_same_and_its_functions_make_texts() -> None:
    css = parse_page(page("town.html"), TOWN, url=TOWN_URL).entries
    xpath = parse_page(page("town.html"), TOWN_XPATH, url=TOWN_URL).entries
    assert [entry.guid for entry in xpath][:2] == ["town:pont-tournant", "town:marche"]
    assert {entry.authors for entry in xpath} == {(Person(name="Mairie"),)}
    for one, other in zip(css, xpath, strict=True):
        for name in ("title", "url", "published_at", "content_html", "thumbnail_url", "tags"):
            assert getattr(one, name) == getattr(other, name)


def test_an_old_table_is_read_and_its_base_address_counts() -> None:
    feed = parse_page(page("journal.html"), JOURNAL, url="https://mirror.example/x")
    assert [entry.url for entry in feed.entries][:2] == [
        "https://acta.example/current/p101.html",
        "https://acta.example/current/p100.html",
    ]
    assert feed.entries[0].authors == (Person(name="A. Moreau, J. Lind"),)
    assert feed.entries[4].published_at == datetime(2026, 4, 15, tzinfo=UTC)


def test_json_in_a_script_is_read_with_objects_for_names_and_pictures() -> None:
    feed = parse_page(page("application.html"), APPLICATION, url="https://harbour.example/changelog")
    first, _, last = feed.entries
    assert feed.format == "html"
    assert feed.title == "Harbour Labs – Changelog"
    assert first.url == "https://harbour.example/releases/3-2"
    assert first.content_html == "<p>Search is <b>twice</b> as fast.</p>"
    assert first.authors == (Person(name="Mira Sand"),)
    assert first.thumbnail_url == "https://harbour.example/img/32.png"
    assert first.tags == ("search", "speed")
    assert first.guid == "3-2"
    assert last.thumbnail_url is None


def test_json_after_an_assignment_is_found() -> None:
    body = b'<script>window.__DATA__ = {not json}; window.d={\'x\':1}; window.e = {"list":[{"t":"One"}]};</script>'
    rules = PageRules(kind="script", language="dotted", entry="list", title="t")
    assert [entry.title for entry in parse_page(body, rules).entries] == ["One"]


def test_the_script_may_be_selected_by_xpath_as_freshrss_does() -> None:
    for script in ("//script[@type='application/json']", "string(//script[@id='__STATE__'])", "#__STATE__"):
        rules = msgspec.structs.replace(APPLICATION, script=script)
        assert len(parse_page(page("application.html"), rules).entries) == 3


def test_xml_with_namespaces_is_read() -> None:
    feed = parse_page(page("notices.xml"), NOTICES, url="https://roads.example/notices.xml")
    first, second = feed.entries
    assert feed.format == "xml"
    assert (first.guid, first.title, first.url) == ("n-7", "Road closed on Monday", "https://roads.example/n/7")
    assert first.published_at == datetime(2026, 7, 6, tzinfo=UTC)
    assert first.content_html == "<p>The A7 is closed.</p>"
    assert second.content_html == "Open since this morning."


def test_json_is_read_by_jmespath_and_by_dotted_paths() -> None:
    items = [
        {"state": state, "meta": {"title": f"T{n}", "at": 1780000000 + n}, "links": ["/a", f"/{n}"], "body": ["x", "y"]}
        for n, state in enumerate(("published", "draft", "published"))
    ]
    body = msgspec.json.encode({"data": {"items": items}})
    found = parse_page(body, API, url="https://api.example/v1/items").entries
    assert [(entry.title, entry.url) for entry in found] == [
        ("T0", "https://api.example/0"),
        ("T2", "https://api.example/2"),
    ]
    assert found[0].published_at == datetime(2026, 5, 28, 20, 26, 40, tzinfo=UTC)
    assert found[0].content_html == "x y"
    dotted = PageRules(kind="json", language="dotted", entry="data.items", title="meta.title", url="links[1]")
    assert len(parse_page(body, dotted).entries) == 3


def test_a_json_document_that_is_a_list_is_its_own_entries() -> None:
    for path, language in (("$", "dotted"), ("@", "jmespath"), ("[]", "jmespath")):
        rules = PageRules(kind="json", language=language, entry=path, title="t")  # type: ignore[arg-type] # of the table
        assert [entry.title for entry in parse_page(b'[{"t":"a"},{"t":"b"}]', rules).entries] == ["a", "b"]


def test_attributes_and_texts_are_selected_and_the_entry_itself_is_the_scope() -> None:
    body = b'<p><a class="x" href="/1" data-d="2026-01-02" title="T"><b>bold</b> own</a></p>'
    rules = PageRules(
        kind="html", language="css", entry="a.x", title=":scope::attr(title)", url=":scope", content="> b",
        date=":scope::attr(data-d)", guid=":scope::text",
    )  # fmt: skip
    (entry,) = parse_page(body, rules, url="https://e.example/").entries
    assert (entry.title, entry.url, entry.guid) == ("T", "https://e.example/1", "own")
    assert entry.content_html == "<b>bold</b>"
    assert entry.published_at == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ('<img src="a.jpg">', "https://e.example/a.jpg"),
        ('<img src="data:image/gif;base64,x" data-src="b.jpg">', "https://e.example/b.jpg"),
        ('<img srcset="c.jpg 1x, d.jpg 2x">', "https://e.example/c.jpg"),
        ("<div style=\"background-image: url('e.jpg')\"></div>", "https://e.example/e.jpg"),
        ("<span><img src=f.jpg></span>", "https://e.example/f.jpg"),
        ("<b>none</b>", "https://e.example/none"),
        ("<img src='javascript:alert(1)'>", None),
    ],
)
def test_pictures_are_found_where_pages_hide_them(markup: str, address: str | None) -> None:
    body = f"<article><h2>T</h2>{markup}</article>".encode()
    rules = PageRules(kind="html", language="css", entry="article", title="h2", thumbnail=":scope > :not(h2)")
    (entry,) = parse_page(body, rules, url="https://e.example/").entries
    assert entry.thumbnail_url == address


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15", "utf-16"])
def test_any_encoding_is_read(encoding: str) -> None:
    body = f'<meta charset="{encoding}"><article><h2>Août à l’été : œuvre</h2></article>'.encode(encoding, "replace")
    rules = PageRules(kind="html", language="css", entry="article", title="h2")
    (entry,) = parse_page(body, rules, content_type=f"text/html; charset={encoding}").entries
    assert entry.title is not None
    assert entry.title.startswith("Août à l")


# ------------------------------------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "form", "time"),
    [
        ("03/04/2026", "d/m/Y", (2026, 4, 3)),
        ("03/04/2026", "m/d/Y", (2026, 3, 4)),
        ("03/04/2026", "%d/%m/%Y", (2026, 4, 3)),
        ("Publié le 3 février 2026 à 14h05", "j F Y à G\\hi", (2026, 2, 3, 14, 5)),
        ("5/6/26 3:07 PM", "n/j/y g:i A", (2026, 5, 6, 15, 7)),
        ("1780000000", "U", (2026, 5, 28, 20, 26, 40)),
        ("2026.01.02 10:00:00 +0200", "Y.m.d H:i:s O", (2026, 1, 2, 8)),
        ("2026-01-02", "d/m/Y", (2026, 1, 2)),  # not as the format says: the cascade reads it
        ("tomorrow", "d/m/Y", None),
        ("", "", None),
    ],
)
def test_dates_are_read_by_their_format(text: str, form: str, time: tuple[int, ...] | None) -> None:
    assert page_date(text, form) == (datetime(*time, tzinfo=UTC) if time else None)  # type: ignore[arg-type,misc] # numbers


@pytest.mark.parametrize("form", ["d/m", "%Q", "Y Y", "d" * 90, "%"])
def test_a_format_that_is_none_is_refused(form: str) -> None:
    with pytest.raises(BadExpression):
        page_date("1 January 2026", form)


# ------------------------------------------------------------------------------------------------ rules


def test_rules_are_written_down_in_one_way_only() -> None:
    text = rules_to_json(TOWN)
    assert rules_from_json(text) == TOWN
    assert rules_hash(rules_from_json(text)) == rules_hash(TOWN)
    assert rules_hash(TOWN) != rules_hash(TOWN_XPATH)
    fields = {name: getattr(TOWN, name) for name in TOWN.__struct_fields__}
    assert page_rules({**fields, "title": "  .card-title "}) == TOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"kind":"html","language":"css"}',
        '{"kind":"html","language":"dotted","entry":"a"}',
        '{"kind":"html","language":"css","entry":"a","evil":1}',
        '{"kind":"html","language":"css","entry":"' + "a" * 1001 + '"}',
        '{"kind":"html","language":"css","entry":"a\\u0000"}',
        '{"kind":"pdf","language":"css","entry":"a"}',
        "[" * 30_000,
    ],
)
def test_rules_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ParseError) as error:
        rules_from_json(text)
    assert error.value.code == "parse.bad_rules"


@pytest.mark.parametrize(
    ("field", "language", "rule"),
    [
        ("entry", "css", "a["),
        ("entry", "css", "a::before"),
        ("title", "css", "a:hover(x"),
        ("entry", "xpath", "//["),
        ("entry", "xpath", "document('file:///etc/passwd')"),
        ("title", "xpath", "re:test(., 'x')"),
        ("title", "xpath", "$x"),
        ("entry", "xpath", "concat('a')"),
        ("title", "xpath", "namespace::x"),
    ],
)
def test_a_mistake_is_said_with_the_rule_it_stands_in(field: str, language: str, rule: str) -> None:
    base = {"kind": "html", "language": language, "entry": "//a" if language == "xpath" else "a"}
    with pytest.raises(ParseError) as error:
        parse_page(b"<a>x</a>", page_rules({**base, field: rule}))
    assert error.value.code == "parse.bad_rules"
    assert error.value.detail.startswith(f"{field}: ")


def test_a_document_of_another_kind_is_told() -> None:
    cases = [
        (b"", TOWN, "parse.empty"),
        (b"<html>", NOTICES, None),
        (b"<html>", msgspec.structs.replace(API, entry="a"), "parse.not_json"),
        (b"<script>var x = 1</script>", APPLICATION, None),
        (b"<script type=application/json>nothing</script>", APPLICATION, "parse.not_json"),
    ]
    for body, rules, code in cases:
        if code is None:
            assert parse_page(body, rules).entries == ()
        else:
            with pytest.raises(ParseError) as error:
                parse_page(body, rules)
            assert error.value.code == code
