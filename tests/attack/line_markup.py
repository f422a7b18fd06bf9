"""Attacks on the whole line by markup: the cleaner's vectors in every field of every format at once."""

from html import escape

from tests.attack.line_documents import ATOM, SPACES, body, json_feed
from tests.attack.line_scene import Attack, Played
from tests.clean.vectors import VECTORS


def _rss_fields(vector: str, number: int) -> str:
    text, quoted, section = escape(vector), escape(escape(vector)), vector.replace("]]>", "]]]]><![CDATA[>")
    return (
        f"<guid isPermaLink='true'>{text}</guid><title>word {number} {text}</title><link>{text}</link>"
        f"<author>{text}</author><dc:creator>{quoted}</dc:creator><dc:language>{text}</dc:language>"
        f"<category domain='{text}'>{text}</category><comments>{text}</comments><source url='{text}'>{text}</source>"
        f"<enclosure url='{text}' type='{text}' length='{text}'/>"
        f"<enclosure url='https://a.example/{number}?{text}' type='audio/{text}' length='1'/>"
        f"<media:content url='{text}' type='{text}'><media:title>{text}</media:title><media:description>{quoted}"
        f"</media:description></media:content><media:thumbnail url='{text}'/><itunes:duration>{text}</itunes:duration>"
        f"<pubDate>{text}</pubDate><description>{text}</description>"
        f"<content:encoded><![CDATA[{section}<p title='{text}'>{quoted}</p>]]></content:encoded>"
    )


def _clean_xml(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n\r" or sign >= " ")


def _rss_vectors() -> bytes:
    head = "".join(
        f"<{name}>{escape(_clean_xml(VECTORS[number]))}</{name}>"
        for number, name in enumerate(
            ["title", "link", "description", "language", "generator", "webMaster", "copyright"], 20
        )
    )
    many = "".join(f"<item>{_rss_fields(_clean_xml(vector), number)}</item>" for number, vector in enumerate(VECTORS))
    return f"<rss version='2.0' {SPACES}><channel>{head}{many}</channel></rss>".encode("utf-8", "replace")


def _atom_vectors() -> bytes:
    entries = []
    for number, vector in enumerate(VECTORS):
        text = escape(_clean_xml(vector))
        entries.append(
            f"<entry><id>{text}</id><title type='html'>word {number} {text}</title><link href='{text}' title='{text}'/>"
            f"<link rel='enclosure' href='{text}' type='{text}' length='{text}'/><author><name>{text}</name>"
            f"<uri>{text}</uri><email>{text}</email></author><category term='{text}' label='{text}'/>"
            f"<summary type='html'>{text}</summary>"
            f"<content type='html' xml:base='{text}'>{text}</content><rights type='html'>{text}</rights></entry>"
        )
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='javascript:alert(1)//'><title type='html'>"
        f"{escape(VECTORS[0])}</title><subtitle type='html'>{escape(VECTORS[30])}</subtitle>"
        f"<icon>javascript:alert(1)</icon><logo>data:text/html,x</logo>{''.join(entries)}</feed>"
    ).encode("utf-8", "replace")


def _xhtml_vectors() -> bytes:
    wrapped = [
        f"<entry><id>{number}</id>"
        f"<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>word {vector}</div></title>"
        f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>{vector}</div></content></entry>"
        for number, vector in enumerate(VECTORS)
    ]
    return (ATOM.decode() + "".join(wrapped) + "</feed>").encode("utf-8", "replace")


def _json_vectors() -> bytes:
    return json_feed(
        *[
            {
                "id": vector,
                "url": vector,
                "external_url": vector,
                "title": f"word {vector}",
                "content_html": vector,
                "summary": vector,
                "image": vector,
                "banner_image": vector,
                "date_published": vector,
                "language": vector,
                "authors": [{"name": vector, "url": vector, "avatar": vector}],
                "tags": [vector],
                "attachments": [{"url": vector, "mime_type": vector, "title": vector, "size_in_bytes": vector}],
            }
            for vector in VECTORS
        ],
        title=VECTORS[1],
        home_page_url="javascript:alert(1)",
        description=VECTORS[2],
        icon=VECTORS[3],
        favicon=VECTORS[4],
    )


def _all_read(played: Played) -> None:
    """The pages do show what was stored: their judge was not asked about nothing."""
    assert len(played.told.titles[played.hostile]) > 100


XSS: dict[str, Attack] = {
    "XSS in every field of RSS": Attack(
        serve=body(_rss_vectors), limit="fields", megabytes=100, engines="both", check=_all_read
    ),
    "XSS in every field of Atom": Attack(
        serve=body(_atom_vectors), limit="fields", megabytes=100, engines="both", check=_all_read
    ),
    "XSS as XHTML": Attack(serve=body(_xhtml_vectors), limit="fields", megabytes=100, engines="both"),
    "XSS in every field of JSON": Attack(
        serve=body(_json_vectors), limit="fields", megabytes=100, engines="both", check=_all_read
    ),
}
