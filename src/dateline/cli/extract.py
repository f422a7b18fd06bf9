"""``dateline extract``: the article of a page, as a full text would be taken; to find out why one is not."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.model import FullTextRules, Response
from dateline.settings import Settings

from .opening import settings_of
from .output import JsonOption, print_json, say

if TYPE_CHECKING:
    from dateline.refresh.reading_frames import Text


def extract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A page: a file, an address, or - for input.")],
    url: Annotated[
        str | None, typer.Option("--url", metavar="BASE", help="Where the page came from: the base of its addresses.")
    ] = None,
    content: Annotated[
        list[str] | None, typer.Option("--content", metavar="CSS", help="Where the article is; may be repeated.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="CSS", help="What is left out; may be repeated.")
    ] = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="The entry's title, which is not repeated.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Print the article of a page as safe HTML. A page that gives none: its code on standard error."""
    rules = FullTextRules(content="\n".join(content or ()), remove="\n".join(remove or ()))
    answer = _page(settings_of(context), source, url)
    text = _text(answer, rules, title)
    if as_json:
        print_json(
            {
                "url": answer.final_url,
                "content_html": text.html,
                "text": text.text,
                "for_subscribers": text.for_subscribers,
            }
        )
    else:
        say(text.html)


def _text(answer: Response, rules: FullTextRules, title: str) -> "Text":
    from dateline.errors import ExtractError
    from dateline.refresh import articles
    from dateline.refresh.reader import Reader

    with Reader() as reader:
        text = articles.read(reader, answer, (rules,), title=title)[0]
    if text.code != "ok":
        raise ExtractError(text.code, text.detail)
    return text


def _page(settings: Settings, source: str, url: str | None) -> Response:
    if source.lower().startswith(("http://", "https://")):
        from dateline.fetch import fetch_now

        return fetch_now(settings, source, version=__version__, accept="page")
    body = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    base = url or "https://page.invalid/"
    return Response(url=base, final_url=base, status=200, body=body)
