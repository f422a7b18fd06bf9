"""Web pages as publishers make them: an article with everything around it that is none."""

PARAGRAPHS = (
    "The harbour master closed the northern lock on Monday morning, after divers found cracks in two of its gates.",
    "Ships of more than two hundred tons, which used to need forty minutes to the basin, wait for the evening tide.",
    "“We have seen worse,” said the owner of the ferry, who remembers the winter of 1963, when the whole river froze.",
    "Repairs will take eleven weeks, the ministry announced, and cost 4.2 million euros, half of it from the region.",
    "Until then, the smaller southern lock takes what it can: nine boats an hour by day, and none at all by night.",
)
TITLE = "The northern lock is closed"


def article(*, paragraphs: int = len(PARAGRAPHS), extra: str = "") -> str:
    """The article's own HTML."""
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[:paragraphs])
    return f'<h1>{TITLE}</h1><figure><img src="/lock.jpg" alt="The lock"></figure>{body}{extra}'


def page(body: str | None = None, *, head: str = "", title: str = TITLE) -> bytes:
    """A whole page: menu, search, teasers, newsletter, comments, foot; ``body`` is its article."""
    links = "".join(f'<li><a href="/{number}">Section number {number}</a></li>' for number in range(12))
    teasers = "".join(
        f'<li class="teaser"><a href="/t/{number}">Another story, teaser {number}, that you may like</a></li>'
        for number in range(8)
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} – The Daily Tide</title>{head}
<script>var tracked = "by a script";</script></head><body>
<header class="masthead"><a href="/">The Daily Tide</a><form role="search"><input name="q"></form></header>
<nav><ul>{links}</ul></nav>
<main><article class="story"><div class="story-body">{article() if body is None else body}</div>
<div class="newsletter"><p>Get our letter every morning.</p><form><input name="mail"></form></div></article>
<section class="related"><h2>Read also</h2><ul>{teasers}</ul></section>
<section id="comments" class="comments"><p>Somebody writes: first! And again, first, first, first.</p></section></main>
<aside class="sidebar"><ul>{teasers}</ul></aside>
<footer><p>© The Daily Tide. All rights reserved, of course, everywhere and for ever.</p></footer>
</body></html>""".encode()


def feed(site: str, *titles: str, cut: bool = True) -> bytes:
    """An RSS document whose entries lead to ``site/1``, ``site/2``, …; cut off, or whole."""
    text = f"{PARAGRAPHS[0][:60]} [...]" if cut else f"<p>{' '.join(PARAGRAPHS)}</p>"
    element = "description" if cut else "content:encoded"
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><link>{site}/{number}</link>"
        f"<{element}><![CDATA[{text}]]></{element}></item>"
        for number, title in enumerate(titles, 1)
    )
    content = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"<rss version='2.0' {content}><channel><title>The Daily Tide</title>{items}</channel></rss>".encode()
