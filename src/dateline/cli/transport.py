"""``dateline transport``: how one subscription's feed is fetched otherwise than all, shown without secrets, and set."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from dateline.errors import NotFound

from .opening import now, opened, settings_of, user_named
from .output import JsonOption, print_json, say
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.actions.transport import Shown, Wish

_FROM = "@FILE reads it from a file, - from standard input."


def transport(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a feed that is subscribed to.")],
    user: UserOption,
    user_agent: Annotated[str | None, typer.Option(metavar="TEXT", help='As what it is asked; "" as all.')] = None,
    login: Annotated[str | None, typer.Option(metavar="USER:PASSWORD", help=f'"" removes it. {_FROM}')] = None,
    digest: Annotated[bool | None, typer.Option("--digest/--basic", help="How the login is sent.")] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME: VALUE", help=f'May be repeated; "" removes all. {_FROM}')
    ] = None,
    cookie: Annotated[str | None, typer.Option(metavar="A=B; C=D", help=f'"" removes them. {_FROM}')] = None,
    keep_cookies: Annotated[
        bool | None,
        typer.Option("--keep-cookies/--no-cookies", help="Whether what servers set is kept and goes back to them."),
    ] = None,
    post: Annotated[
        str | None, typer.Option(metavar="BODY", help=f'Ask by a POST with this; "" by a GET. {_FROM}')
    ] = None,
    body_type: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="The body's Content-Type.")] = None,
    proxy: Annotated[str | None, typer.Option(metavar="URL", help='One of DATELINE_PROXIES; "" for none.')] = None,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="1 to 120; 0 as all.")] = None,
    max_redirects: Annotated[int | None, typer.Option(metavar="N", help="0 to 10.")] = None,
    unchecked: Annotated[
        bool | None, typer.Option("--unchecked/--checked", help="Whether the server's certificate is looked at.")
    ] = None,
    authority: Annotated[str | None, typer.Option(metavar="PEM", help=f'Trusted too; "" removes it. {_FROM}')] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget all of it: fetch the feed as all feeds are.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how a subscription's feed is fetched, or change what is given. Such a feed is its reader's alone."""
    from dateline.actions import transport as acting
    from dateline.store import subscriptions

    settings = settings_of(context)
    given = (
        user_agent,
        login,
        digest,
        header,
        cookie,
        keep_cookies,
        post,
        body_type,
        proxy,
        timeout,
        max_redirects,
        unchecked,
    )
    with opened(settings) as db:
        person = user_named(db, user)
        with db.reading() as tx:
            ident = subscriptions.at_address(tx, person.id, url)
        if ident is None:
            raise NotFound(f"subscription to {url}")
        if clear:
            say(acting.clear(db, settings, person, ident, now=now()))
            return
        shown = acting.shown(db, settings, person, ident)
        if any(value is not None for value in (*given, authority)):
            wish = _wish(
                shown,
                user_agent=user_agent,
                login=_read(login),
                login_by=None if digest is None else "digest" if digest else "basic",
                headers=None if header is None else _headers(header),
                cookies=_read(cookie),
                keep_cookies=keep_cookies,
                method=None if post is None else "POST" if post else "GET",
                body=_read(post),
                body_type=body_type,
                proxy=proxy,
                timeout=timeout,
                max_redirects=max_redirects,
                tls=None if unchecked is None else "any" if unchecked else "strict",
                authority=_read(authority),
            )
            acting.change(db, settings, person, ident, wish, now=now())
            shown = acting.shown(db, settings, person, ident)
    _tell(shown, as_json=as_json)


def _wish(shown: "Shown", **given: object) -> "Wish":
    """What was given, and for the rest what is there: of the secrets, None keeps it."""
    from dateline.actions.transport import SECRETS, Wish

    known = {name: value for name, value in asdict(shown.transport).items() if name not in SECRETS}
    wanted = {**known, **{name: value for name, value in given.items() if value is not None}}
    if wanted.get("timeout") == 0:
        wanted["timeout"] = None
    return Wish(**wanted)


def _read(text: str | None) -> str | None:
    """A secret as it was given, or from where it was said to be: then it stands in no list of processes."""
    if text == "-":
        return sys.stdin.read().strip()
    if text is not None and text.startswith("@"):
        return Path(text[1:]).read_text(encoding="utf-8").strip()
    return text


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for line in lines:
        for each in (_read(line) or "").splitlines():
            name, _, value = each.partition(":")
            found.append((name.strip(), value.strip()))
    return tuple(found)


def _tell(shown: "Shown", *, as_json: bool) -> None:
    from dateline.actions.transport import SECRETS

    told = {name: value for name, value in asdict(shown.transport).items() if name not in SECRETS}
    if as_json:
        secrets = {name: name in shown.present for name in SECRETS}
        print_json({**told, "secrets": secrets, "is_set": shown.is_set, "is_unreadable": shown.is_unreadable})
        return
    if not shown.is_set:
        say("As all feeds are.")
    for name, value in told.items():
        if shown.is_set and value not in ("", None, False):
            say(f"{name}: {value}")
    for name in SECRETS:
        if name in shown.present:
            say(f"{name}: set")
    if shown.is_unreadable:
        say("What was set cannot be read: the key is another one. Set it again.")
