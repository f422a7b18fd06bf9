"""``dateline opml follow``, ``unfollow``, ``followed``: lists on the web that folders keep up with."""

from typing import TYPE_CHECKING, Annotated

import typer

from dateline import __version__
from dateline.errors import NotFound

from .opening import holder, now, opened, settings_of, user_named
from .output import JsonOption, counted, moment, print_json, say
from .subscriptions import UserOption

if TYPE_CHECKING:
    from dateline.model import User
    from dateline.store import Database

FolderOption = Annotated[str, typer.Option("--folder", metavar="FOLDER", help="The folder that follows the list.")]


def follow(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the OPML file is.")],
    user: UserOption,
    folder: FolderOption,
) -> None:
    """Let a folder (made if there is none) follow an OPML list on the web, and ask for the list now."""
    from dateline.actions import following, subscriptions

    settings = settings_of(context)
    with opened(settings) as db:
        account = user_named(db, user)
        folder_id = _folder(db, account, folder)
        if folder_id is None:
            folder_id = subscriptions.add_folder(db, account, folder, now=now())
        following.follow(db, account, folder_id, url, now=now())
        done = following.check_now(db, settings, folder_id, version=__version__, holder=holder(), clock=now)
    if done is None:
        say("The list is asked for later: its host asked for patience.")
        return
    say(f"{done.code}: {counted(done.added, 'subscription')} added, {done.removed} removed {done.detail}".rstrip())
    if done.code not in ("ok", "unchanged", "not_modified"):
        raise typer.Exit(1)


def unfollow(context: typer.Context, user: UserOption, folder: FolderOption) -> None:
    """Let a folder follow nothing any more. What the list brought stays."""
    from dateline.actions import following

    with opened(settings_of(context)) as db:
        account = user_named(db, user)
        folder_id = _folder(db, account, folder)
        if folder_id is None:
            raise NotFound(f"folder {folder}")
        following.unfollow(db, account, folder_id, now=now())


def followed(context: typer.Context, user: UserOption, as_json: JsonOption = False) -> None:
    """List what an account's folders follow, and how that fares."""
    from dateline.store import followed as lists

    with opened(settings_of(context)) as db, db.reading() as tx:
        found = lists.of_user(tx, user_named(db, user).id)
    if as_json:
        print_json(
            [
                {
                    "folder": one.folder_name,
                    "url": one.url,
                    "checked_at": one.checked_at,
                    "ok_at": one.ok_at,
                    "next_at": one.next_at,
                    "failures": one.failures,
                    "error_code": one.error_code,
                    "error_detail": one.error_detail,
                }
                for one in found
            ]
        )
        return
    for one in found:
        state = one.error_code or "ok"
        say(f"{one.folder_name}\t{one.url}\t{state if one.checked_at else '-'}\t{moment(one.checked_at)}")


def _folder(db: "Database", user: "User", name: str) -> int | None:
    from dateline.store import subscriptions

    with db.reading() as tx:
        owner = subscriptions.name_owner(tx, user.id, name)
    return owner[1] if owner and owner[0] == "folder" else None
