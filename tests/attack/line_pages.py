"""Attacks beside the feed itself: icons, the pages in which feeds are looked for, and uploaded lists of feeds."""

import gzip
from collections.abc import Callable
from html import escape
from typing import Any

from tests.attack.line_documents import item
from tests.attack.line_scene import QUICK, Attack, Played, Scene, Served
from tests.attack.line_servers import FEED
from tests.clean.vectors import VECTORS
from tests.fetch.test_encoding import bomb
from tests.internet import Page, Reply, redirect, rss

SVG = "image/svg+xml"


# ------------------------------------------------------------------------------------------------ icons


def _site(icon: Page, page: str = "", content_type: str = "text/html") -> Served:
    """A good feed whose site has this icon, at the usual place and wherever its page says."""

    def serve(scene: Scene) -> dict[str, Page]:
        site = Reply(page.format(secret=scene.secret).encode(), content_type=content_type)
        return {
            "/feed": rss("Hostile", "A word", "B", link=f"{scene.own}/"),
            "/": site,
            "/favicon.ico": icon,
            "/i": icon,
        }

    return serve


def _with_icons(scene: Scene) -> dict[str, Any]:
    return {"icons": True, "fetch_timeout": QUICK}


def _icon(icon: Page, page: str = "", *, types: tuple[str, ...] = (), **fields: Any) -> Attack:
    def check(played: Played) -> None:
        assert tuple(played.told.icon_types) == types

    return Attack(
        serve=_site(icon, page), stored=2, limit=fields.pop("limit", "picture"), job=_with_icons, check=check, **fields
    )


def _svg(inside: str) -> Reply:
    return Reply(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode(), content_type=SVG)


ICONS: dict[str, Attack] = {
    "an icon of 20 MB": _icon(Reply(b"\x89PNG\r\n\x1a\n" + b"\0" * 20_000_000, content_type="image/png")),
    "an icon that is a bomb": _icon(
        Reply(bomb("gzip"), headers=(("Content-Encoding", "gzip"),), content_type="image/png")
    ),
    "an icon that is a page": _icon(Reply(b"<html><script>alert(1)</script><svg></svg>", content_type=SVG)),
    "an icon behind a comment without end": _icon(Reply(b"<!--" * 25_000 + b"<svg/>", content_type=SVG)),
    "an icon behind declarations without end": _icon(Reply(b"<!doctype x [" * 7_000 + b"<svg/>", content_type=SVG)),
    "an icon with a script": _icon(_svg("<script>alert(1)</script>"), types=(SVG,)),
    "an icon with entities": _icon(
        Reply(b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>", content_type=SVG),
        types=(SVG,),
    ),
    "an icon inside the private network": _icon(
        404, '<link rel=icon href="{secret}/"><link rel="shortcut icon" href="//127.0.0.3/x">'
    ),
    "an icon that leads inside": _icon(redirect("http://127.0.0.3/"), limit="guard"),
    "a hundred thousand icons": _icon(404, "<link rel=icon href=/i>" * 80_000, limit="page"),
    "a page of icons without end": _icon(404, "<link rel=icon href=/i" * 80_000, limit="page"),
    "an icon that is slow": _icon(Reply(b"\x89PNG", delay=30.0), limit="time"),
}


# ------------------------------------------------------------------------------------------------ looking for feeds


def _pasted(page: Callable[[Scene], dict[str, Page]], status: int = 400, **fields: Any) -> Attack:
    """Somebody pastes the address of this page; ``status`` is what the form answers: 400 where it finds nothing."""

    def serve(scene: Scene) -> dict[str, Page]:
        return {"/words": FEED, **page(scene)}

    def check(played: Played) -> None:
        assert played.told.pages["paste"] == status

    return Attack(
        serve=serve,
        stored=2,
        address=lambda scene: f"{scene.own}/words",
        limit=fields.pop("limit", "page"),
        job=lambda scene: {"paste": f"{scene.own}/page", "fetch_timeout": QUICK, **fields.get("more", {})},
        check=check,
        megabytes=fields.get("megabytes", 200),
    )


def _html(text: str | bytes, **reply: Any) -> Callable[[Scene], dict[str, Page]]:
    def page(scene: Scene) -> dict[str, Page]:
        whole = text if isinstance(text, bytes) else text.format(secret=scene.secret, own=scene.own).encode()
        return {"/page": Reply(whole, content_type="text/html", **reply)}

    return page


_LINK = "<link rel=alternate type=application/rss+xml href="
PASTED: dict[str, Attack] = {
    "a page of 10 MB": _pasted(_html("<html><body>" + "<p>x" * 2_500_000)),
    "a page, 10,000 deep": _pasted(_html("<html>" + "<div><b><a href=/feed2>" * 10_000)),
    "a page of tables in tables": _pasted(_html("<html>" + "<table><tr><td>" * 10_000)),
    "a page of open formats": _pasted(_html("<html>" + "<b><i><a href=x><p>" * 10_000)),
    "a page of a million attributes": _pasted(
        _html("<html><body " + " ".join(f"a{n}=1" for n in range(200_000)) + ">")
    ),
    "100,000 announced feeds": _pasted(
        _html("<html>" + _LINK + "/none>" * 1 + "".join(f"{_LINK}/{n}>" for n in range(50_000)))
    ),
    "an announced feed inside the private network": _pasted(_html("<html>" + _LINK + "{secret}/>")),
    "a base inside the private network": _pasted(_html("<html><base href={secret}/>" + _LINK + "feed>")),
    "a base that is a script": _pasted(
        _html("<html><base href='javascript:alert(1)//'>" + _LINK + "words>"), status=200
    ),
    "an announced script": _pasted(
        _html("<html>" + _LINK + "javascript:alert(1)>" + _LINK + "data:,x>" + _LINK + "file:///etc/passwd>")
    ),
    "a page that announces itself": _pasted(
        _html("<html>" + _LINK + "/page>" + _LINK + "/page#a>" + _LINK + "/page?b>")
    ),
    "a page that leads inside": _pasted(lambda scene: {"/page": redirect(scene.secret)}, limit="guard"),
    "a page that is a bomb": _pasted(_html(bomb("gzip"), headers=(("Content-Encoding", "gzip"),)), limit="size"),
    "announced feeds that are slow": _pasted(
        lambda scene: {
            "/page": Reply(
                ("<html>" + "".join(f"{_LINK}/slow/{n}>" for n in range(3))).encode(), content_type="text/html"
            ),
            **{f"/slow/{n}": Reply(b"", delay=20.0) for n in range(3)},
        }
    ),
    "announced feeds with titles that attack": _pasted(
        lambda scene: {
            "/page": Reply(
                (
                    "<html>"
                    + "".join(f"{_LINK}'/f/{n}' title='{escape(v, quote=True)}'>" for n, v in enumerate(VECTORS))
                ).encode("utf-8", "replace"),
                content_type="text/html",
            ),
            "/f/0": Reply(item(f"<title>{escape(VECTORS[0])}</title>", f"<title>{escape(VECTORS[30])}</title>")),
        },
        status=200,
    ),
}


# ------------------------------------------------------------------------------------------------ lists of feeds


def _uploaded(make: Callable[[], bytes], status: int = 200, *, engines: str = "sqlite") -> Attack:
    """Somebody uploads this file."""

    def check(played: Played) -> None:
        assert played.told.pages["upload"] == status

    return Attack(
        serve=lambda scene: {"/feed": FEED},
        stored=2,
        limit="opml",
        job=lambda scene: {"upload": make()},
        check=check,
        megabytes=150,
        engines=engines,
    )


def _opml(inside: str) -> bytes:
    return f"<opml version='2.0'><head><title>t</title></head><body>{inside}</body></opml>".encode("utf-8", "replace")


def _outline(number: int, **more: str) -> str:
    rest = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<outline text="w{number}" xmlUrl="https://f{number}.example/feed"{rest}/>'


def _vector_outlines() -> str:
    return "".join(
        f"<outline text='{text}'><outline text='{text}' title='{text}' xmlUrl='https://{number}.example/?{text}'"
        f" htmlUrl='{text}' description='{text}' category='/{text}'/><outline text='{text}' xmlUrl='{text}'/></outline>"
        for number, vector in enumerate(VECTORS)
        if (text := escape("".join(sign for sign in vector if sign >= " "), quote=True))
    )


UPLOADS: dict[str, Attack] = {
    "1,000 outlines": _uploaded(lambda: _opml("".join(_outline(n) for n in range(1_000)))),
    "outlines, 10,000 deep": _uploaded(lambda: _opml("<outline text='d'>" * 10_000), status=400),
    "outlines, 250 deep": _uploaded(
        lambda: _opml("".join(f"<outline text='d{n}'>" for n in range(250)) + _outline(1) + "</outline>" * 250)
    ),
    "one feed 20,000 times": _uploaded(lambda: _opml(_outline(1) * 20_000)),
    "one feed in 20,000 folders": _uploaded(
        lambda: _opml("".join(f"<outline text='d{n}'>{_outline(1)}</outline>" for n in range(20_000)))
    ),
    "a thousand categories": _uploaded(
        lambda: _opml(_outline(1, category=",".join(f"/a{n}/b{n}" for n in range(1_000))))
    ),
    "outlines of a million attributes": _uploaded(
        lambda: _opml("<outline " + " ".join(f'a{n}="1"' for n in range(1_000_000)) + "/>"), status=400
    ),
    "outlines with entities": _uploaded(
        lambda: (
            b"<!DOCTYPE opml [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
            + _opml(_outline(1, title="&b;" * 9_999))
        )
    ),
    "outlines with NULs": _uploaded(
        lambda: _opml(_outline(1, title="a\0b", category="/\0/x\0") + "<outline text='\0' xmlUrl='http://\0/'/>"),
        engines="both",
    ),
    "outlines that attack in every field": _uploaded(lambda: _opml(_vector_outlines()), engines="both"),
    "outlines into the private network": _uploaded(
        lambda: _opml(
            "<outline text='a' xmlUrl='http://169.254.169.254/'/><outline text='b' xmlUrl='file:///etc/passwd'/>"
        )
    ),
    "outlines packed": _uploaded(lambda: gzip.compress(_opml(_outline(1) * 9)), status=400),
    "no outlines": _uploaded(lambda: b"<html><body><outline></body></html>" * 3, status=200),
    "names of folders that say nothing": _uploaded(
        lambda: _opml(
            "".join(
                f"<outline text='{name}'>{_outline(n)}</outline>"
                for n, name in enumerate(("/", "//", "\u200b", "..", " ", "\u202e", "a/b"))
            )
        )
    ),
}

PAGES: dict[str, dict[str, Attack]] = {
    "Icons": ICONS,
    "Addresses that are pasted": PASTED,
    "Lists of feeds": UPLOADS,
}
