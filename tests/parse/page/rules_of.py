"""The pages of these tests, and rules that read them."""

from pathlib import Path

from dateline.parse.page import PageRules

PAGES = Path(__file__).parent / "pages"

TOWN = PageRules(
    kind="html",
    language="css",
    entry=".news-list > .card",
    title=".card-title",
    url=".card-title a",
    content=".card-text",
    date=".card-date",
    thumbnail=".card-img",
    tags="[rel=tag]",
)
TOWN_XPATH = PageRules(
    kind="html",
    language="xpath",
    entry="//div[@class='news-list']/article[contains(concat(' ', @class, ' '), ' card ')]",
    title="descendant::h2",
    url="descendant::h2/a/@href",
    content="descendant::p[@class='card-text']",
    date="string(.//p[contains(@class, 'date')])",
    thumbnail="descendant::img/@data-src",
    tags="descendant::a[@rel='tag']",
    guid="concat('town:', substring-after(descendant::a/@href, '/actualites/'))",
    author="'Mairie'",
)
JOURNAL = PageRules(
    kind="html",
    language="css",
    entry="table.toc tr:has(td)",
    title="td:nth-child(2)",
    url="a",
    author="td:nth-child(3)",
    date="td:nth-child(1)",
    date_format="%Y-%m-%d",
)
APPLICATION = PageRules(
    kind="script",
    language="dotted",
    script="script[type='application/json']",
    entry="props.pageProps.releases",
    title="name",
    url="'/releases/' & slug",
    content="html",
    author="author",
    date="publishedAt",
    thumbnail="cover",
    tags="labels",
    guid="slug",
)
NOTICES = PageRules(
    kind="xml",
    language="xpath",
    entry="//Notice",
    title="Head",
    url="Link",
    content="Body",
    date="d:Day",
    date_format="Ymd",
    guid="@id",
)
API = PageRules(
    kind="json",
    language="jmespath",
    entry="data.items[?state == 'published']",
    title="meta.title",
    url="links[1]",
    date="meta.at",
    content="join(' ', body)",
)


def page(name: str) -> bytes:
    """One of the pages."""
    return (PAGES / name).read_bytes()
