"""Attacks on the whole line by other sources than feeds: pages read by rules, lists that are followed, full texts."""

from typing import Any

from tests.attack.line_documents import body
from tests.attack.line_scene import QUICK, Attack, Played, Scene
from tests.attack.line_servers import FEED
from tests.clean.vectors import VECTORS
from tests.fetch.test_encoding import bomb
from tests.internet import Page, Reply, redirect, rss
from tests.pages import PARAGRAPHS

CSS = {"kind": "html", "language": "css", "entry": "div", "title": "b", "url": "a", "content": "p"}
XPATH = {"kind": "html", "language": "xpath", "entry": "//div", "title": ".//b", "url": ".//a/@href", "content": ".//p"}
JSON = {"kind": "json", "language": "jmespath", "entry": "items", "title": "t", "content": "c"}
_FIRST = "<div><b>A word</b><a href=/1>x</a><p>y</div>"


def _read_by(rules: dict[str, str], page: str | bytes, code: str = "ok", **fields: Any) -> Attack:
    """A page that is read by rules."""
    text = page if isinstance(page, bytes) else page.encode("utf-8", "replace")
    return Attack(
        serve=body(lambda: text, "text/html"),
        code=code,
        limit="rules",
        megabytes=fields.pop("megabytes", 300),
        job=lambda scene: {"rules": rules, **fields.get("job", {})},
        stored=fields.get("stored"),
        engines=fields.get("engines", "sqlite"),
    )


BY_RULES: dict[str, Attack] = {
    "a page by rules, of a million attributes": _read_by(
        CSS, f"{_FIRST}<p {' '.join(f'a{n}=1' for n in range(1_000_000))}>", stored=1
    ),
    "a page by rules, 10,000 deep": _read_by(XPATH, _FIRST + "<i><u>" * 10_000),
    "a page by rules, 400,000 elements": _read_by(CSS, _FIRST * 100_000, code="parse.too_complex"),
    "rules that ask for everything of everything": _read_by(
        {**XPATH, "entry": "//*[count(.//*[count(.//*) > 0]) > 0]", "title": "//*//*//*"},
        _FIRST * 30_000,
        code="parse.too_complex",
    ),
    "selectors that look back without end": _read_by(
        {**CSS, "entry": "div" + " ~ div:not(p)" * 50}, _FIRST * 9_000, code="parse.too_complex"
    ),
    "a page by rules, that attacks in every field": _read_by(
        CSS,
        "".join(f"<div><b>{vector}</b><a href='{vector}'>x</a><p>{vector}</p></div>" for vector in VECTORS),
        engines="both",
    ),
    "JSON by rules, 100,000 deep": _read_by(JSON, '{"items":' + "[" * 100_000, code="parse.not_json"),
    "JSON by rules, of all types": _read_by(
        JSON,
        '{"items":[{"t":null,"c":[]},{"t":1e400,"c":{}},{"t":"\\ud800 \\u0000 word","c":"\\u0000"},[],1,"x"]}',
        engines="both",
    ),
}


def _followed(page: Reply, code: str, **fields: Any) -> Attack:
    """A folder that follows this list."""

    def serve(scene: Scene) -> dict[str, Page]:
        return {"/feed": FEED, "/list": page}

    def check(played: Played) -> None:
        assert played.told.followed == code, played.told.followed

    return Attack(
        serve=serve,
        stored=2,
        limit=fields.get("limit", "opml"),
        megabytes=fields.get("megabytes", 150),
        job=lambda scene: {"follow": f"{scene.own}/list", "fetch_timeout": QUICK},
        check=check,
    )


_OUTLINE = "<outline text='a' xmlUrl='http://127.0.0.3/'/>"
FOLLOWED: dict[str, Attack] = {
    "a followed list without end": _followed(
        Reply(b"<opml><body>" + b"<outline>" * 3_000_000), "fetch.too_large", limit="size"
    ),
    "a followed list that is a bomb": _followed(
        Reply(bomb("gzip"), headers=(("Content-Encoding", "gzip"),)), "fetch.too_large", limit="size"
    ),
    "a followed list, 10,000 deep": _followed(
        Reply(b"<opml><body>" + b"<outline text='d'>" * 10_000), "parse.too_complex"
    ),
    "a followed list that is cut off": _followed(Reply(f"<opml><body>{_OUTLINE}<outl".encode()), "parse.opml_damaged"),
    "a followed list that leads inside": _followed(
        redirect("http://127.0.0.3/"), "fetch.forbidden_address", limit="guard"
    ),
    "a followed list that is slow": _followed(Reply(b"", delay=20.0), "fetch.timeout", limit="time"),
}


def _behind(page: Page, code: str, **fields: Any) -> Attack:
    """A feed whose entry leads to this page, of which the full text is wanted."""

    def serve(scene: Scene) -> dict[str, Page]:
        return {"/feed": rss("Hostile", "A word", link=f"{scene.own}/page/"), "/page/1": page}

    def check(played: Played) -> None:
        assert set(played.told.articles) <= {code}, played.told.articles

    return Attack(
        serve=serve,
        stored=1,
        limit=fields.get("limit", "article"),
        megabytes=200,
        job=lambda scene: {"full_texts": True, "fetch_timeout": QUICK},
        check=check,
    )


def _article(text: str) -> Reply:
    whole = f"<html><body><article>{''.join(f'<p>{one}</p>' for one in PARAGRAPHS)}{text}</article></body></html>"
    return Reply(whole.encode("utf-8", "replace"), content_type="text/html")


ARTICLES: dict[str, Attack] = {
    "an article that attacks": _behind(_article("".join(VECTORS)), "ok"),
    "an article, 10,000 deep": _behind(_article("<div><b>" * 10_000), "ok"),
    "an article of 200,000 elements": _behind(_article("<i>x</i>" * 200_000), "extract.too_complex"),
    "an article that is a bomb": _behind(
        Reply(bomb("gzip"), headers=(("Content-Encoding", "gzip"),)), "fetch.too_large", limit="size"
    ),
    "an article that leads inside": _behind(redirect("http://127.0.0.3/"), "fetch.forbidden_address", limit="guard"),
    "an article that never comes": _behind(Reply(b"", delay=20.0), "fetch.timeout", limit="time"),
}

SOURCES: dict[str, dict[str, Attack]] = {
    "Pages read by rules": BY_RULES,
    "Followed lists": FOLLOWED,
    "Full texts": ARTICLES,
}
