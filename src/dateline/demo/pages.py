"""The outlets' web pages: one for all of them, a front page each, and a page for every entry."""

from datetime import datetime
from html import escape

from .outlet import Outlet
from .press import FEED_FILES, PrintedEntry, PrintedFeed, section_path

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

STYLE = """\
:root { --paper: #fbf9f4; --ink: #2a241d; --muted: #6d655a; --line: #e2ddd3; --accent: #a8321f;
  color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #191612; --ink: #e6e1d8; --muted: #a39b8f; --line: #37322b; --accent: #e0705c; }
}
body { margin: 0 auto; max-inline-size: 42rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1.125rem/1.6 Charter, "Source Serif 4", Georgia, serif; }
header.site { display: flex; gap: .6rem; align-items: center; border-block-end: 1px solid var(--line);
  padding-block-end: .75rem; margin-block-end: 2rem; }
header.site a { color: inherit; font-weight: 600; text-decoration: none; }
h1 { font-size: 2rem; line-height: 1.2; margin-block: 0 .5rem; }
h2 { margin-block-start: 2rem; font-size: 1.35rem; line-height: 1.3; }
.byline, figcaption, footer { color: var(--muted); font-size: .9rem; }
a { color: var(--accent); }
img { max-inline-size: 100%; block-size: auto; }
figure { margin: 1.5rem 0; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--accent); }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); font-size: .9rem; line-height: 1.45; }
table { border-collapse: collapse; inline-size: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; border-block-end: 1px solid var(--line); text-align: start; }
ul.list { list-style: none; padding: 0; }
ul.list li { padding-block: .6rem; border-block-end: 1px solid var(--line); }
audio { inline-size: 100%; }
"""
"""The style sheet of all sample pages."""


def index_page(feeds: list[PrintedFeed]) -> str:
    """The server's own front page: all outlets with the addresses of their feeds."""
    rows = "".join(
        f'<li><img src="{escape(feed.icon_url)}" alt="" width="20" height="20">'
        f' <a href="{escape(feed.site_url)}">{escape(feed.title)}</a>'
        f' <span lang="{feed.outlet.language}" dir="auto">{escape(feed.outlet.description)}</span><br>'
        f"<code>{escape(feed.url)}</code></li>"
        for feed in feeds
    )
    body = (
        "<h1>Sample feeds</h1><p>Invented publications, so that a reader can be tried without the internet. "
        f'All of them: <a href="/feeds.opml">feeds.opml</a>.</p><ul class="list">{rows}</ul>'
    )
    return _page(title="Sample feeds", language="en", head="", body=body)


def front_page(feed: PrintedFeed) -> str:
    """An outlet's front page; it announces the outlet's feeds."""
    rows = "".join(
        f'<li><a href="{escape(entry.url)}">{escape(entry.title or entry.summary_text)}</a><br>'
        f'<span class="byline">{_date(entry.published_at)}</span></li>'
        for entry in feed.entries
    )
    body = f'{_masthead(feed)}<p>{escape(feed.outlet.description)}</p><ul class="list">{rows}</ul>'
    return _page(title=feed.title, language=feed.outlet.language, head=_announcements(feed), body=body)


def entry_page(feed: PrintedFeed, entry: PrintedEntry) -> str:
    """The page that an entry links to, with the whole text."""
    title = f"<h1>{escape(entry.title)}</h1>" if entry.title else ""
    byline = " · ".join(part for part in (escape(entry.author or ""), _date(entry.published_at)) if part)
    sound = f'<audio controls preload="none" src="{escape(entry.audio.url)}"></audio>' if entry.audio else ""
    body = (
        f'{_masthead(feed)}<article>{title}<p class="byline">{byline}</p>{sound}\n{entry.content_html}\n</article>'
        f"<footer><p>{escape(' · '.join(entry.tags))}</p></footer>"
    )
    return _page(
        title=f"{entry.title or entry.summary_text} — {feed.title}",
        language=feed.outlet.language,
        head=_announcements(feed),
        body=body,
    )


def _page(*, title: str, language: str, head: str, body: str) -> str:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="/style.css">{head}</head>\n<body>{body}</body>\n</html>\n'
    )


def _masthead(feed: PrintedFeed) -> str:
    return (
        f'<header class="site"><img src="{escape(feed.icon_url)}" alt="" width="28" height="28">'
        f'<a href="{escape(feed.site_url)}">{escape(feed.title)}</a></header>'
    )


def _announcements(feed: PrintedFeed) -> str:
    """What a reader finds the feeds and the icon by."""
    media_type = FEED_FILES[feed.outlet.format][1]
    links = [(feed.title, feed.url), *_sections(feed.outlet)]
    return f'<link rel="icon" href="{escape(feed.icon_url)}">' + "".join(
        f'<link rel="alternate" type="{media_type}" title="{escape(title)}" href="{escape(url)}">'
        for title, url in links
    )


def _sections(outlet: Outlet) -> list[tuple[str, str]]:
    return [(section.title, section_path(outlet, section)) for section in outlet.sections]


def _date(at: datetime | None) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>' if at else ""
