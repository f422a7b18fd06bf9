"""The keys: what can be done by keyboard, its usual key, its words. One table for the page, the settings and the help.

A key is named as browsers do (``KeyboardEvent.key``), a letter small: ``j``, ``?``, ``home``, ``f1``, ``space``; with
``shift+`` or ``alt+`` before it. An action has none, one or several, with blanks between.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from dateline.model import User
from dateline.web.i18n import N_, Words

MAX_CHARS = 60
_NAMED = ("space", "home", "end", "enter", "insert", "pageup", "pagedown", "backspace", "delete")
_NAMED_KEY = re.compile(
    rf"(?:shift\+|alt\+|shift\+alt\+)?(?:{'|'.join(_NAMED)}|arrow(?:up|down|left|right)|f(?:1[0-2]|[1-9]))"
)
_LETTER = re.compile(r"(?:shift\+|alt\+|shift\+alt\+)?\S")


class Key(Struct, frozen=True, kw_only=True):
    """What a key does. ``usual`` holds unless something else is chosen; ``open_to_visitors``: changes nothing."""

    action: str
    usual: str
    words: str
    open_to_visitors: bool = True


class Group(Struct, frozen=True, kw_only=True):
    """Keys that belong together."""

    words: str
    keys: tuple[Key, ...]


GROUPS = (
    Group(
        words=N_("From article to article"),
        keys=(
            Key(action="next", usual="j", words=N_("next article")),
            Key(action="previous", usual="k", words=N_("previous article")),
            Key(action="next_unread", usual="h", words=N_("next unread article"), open_to_visitors=False),
            Key(action="skip", usual="n", words=N_("next article, without opening it")),
            Key(action="skip_back", usual="p", words=N_("previous article, without opening it")),
            Key(action="first", usual="home", words=N_("first article")),
            Key(action="last", usual="end", words=N_("last article")),
            Key(action="more", usual="m", words=N_("load more articles")),
        ),
    ),
    Group(
        words=N_("This article"),
        keys=(
            Key(action="toggle", usual="c o", words=N_("open or close the article")),
            Key(action="site", usual="space", words=N_("read it at the publisher’s")),
            Key(action="read", usual="r", words=N_("read or unread"), open_to_visitors=False),
            Key(action="star", usual="f", words=N_("favourite or not"), open_to_visitors=False),
            Key(action="labels", usual="l", words=N_("labels"), open_to_visitors=False),
            Key(action="share", usual="s", words=N_("share")),
            Key(action="media", usual="v", words=N_("play or pause sound and film")),
        ),
    ),
    Group(
        words=N_("This stream"),
        keys=(
            Key(action="read_all", usual="shift+r", words=N_("mark all as read"), open_to_visitors=False),
            Key(action="read_above", usual="alt+r", words=N_("mark what is above as read"), open_to_visitors=False),
            Key(action="select", usual="x", words=N_("select the article, or not"), open_to_visitors=False),
            Key(action="select_to", usual="shift+x", words=N_("select all up to the article"), open_to_visitors=False),
            Key(action="refresh", usual="q", words=N_("refresh"), open_to_visitors=False),
            Key(action="search", usual="a /", words=N_("search")),
            Key(action="searches", usual="u", words=N_("saved searches"), open_to_visitors=False),
            Key(action="view_normal", usual="1", words=N_("normal view")),
            Key(action="view_global", usual="2", words=N_("overview")),
            Key(action="view_reader", usual="3", words=N_("reader view")),
            Key(action="view_cards", usual="4", words=N_("cards")),
            Key(action="view_panes", usual="5", words=N_("three panes")),
        ),
    ),
    Group(
        words=N_("Elsewhere"),
        keys=(
            Key(action="next_feed", usual="shift+j", words=N_("next feed")),
            Key(action="previous_feed", usual="shift+k", words=N_("previous feed")),
            Key(action="first_feed", usual="shift+home", words=N_("first feed")),
            Key(action="last_feed", usual="shift+end", words=N_("last feed")),
            Key(action="next_folder", usual="alt+j", words=N_("next folder")),
            Key(action="previous_folder", usual="alt+k", words=N_("previous folder")),
            Key(action="first_folder", usual="alt+home", words=N_("first folder")),
            Key(action="last_folder", usual="alt+end", words=N_("last folder")),
            Key(action="palette", usual="g", words=N_("go anywhere by typing"), open_to_visitors=False),
            Key(action="help", usual="? f1", words=N_("these keys")),
        ),
    ),
)
KEYS = {key.action: key for group in GROUPS for key in group.keys}


class KeyView(Struct, frozen=True, kw_only=True):
    """An action as the help shows it; ``keys`` are its keys' names in words."""

    action: str
    keys: tuple[str, ...]
    words: str


class GroupView(Struct, frozen=True, kw_only=True):
    """A group of them."""

    words: str
    keys: tuple[KeyView, ...]


def bound(chosen: Mapping[str, str]) -> dict[str, str]:
    """Every action → its keys, as chosen, else the usual ones that were not chosen for another."""
    taken = {name for names in chosen.values() for name in names.split()}
    return {
        action: chosen[action] if action in chosen else " ".join(k for k in key.usual.split() if k not in taken)
        for action, key in KEYS.items()
    }


def table(user: User | None) -> str:
    """Every action and its keys, one a line, as the behaviour reads them (``data-keys``)."""
    return _table(tuple(sorted(user.preferences.keys.items())) if user else ())


@lru_cache(maxsize=1000)
def _table(chosen: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{action} {keys}" for action, keys in bound(dict(chosen)).items() if keys)


def normal(typed: str) -> str | None:
    """Keys as somebody types them, ``J`` or ``Maj+Home`` → as they are kept; None when one of them is no key."""
    found = []
    for key in typed.split():
        named = _normal_key(key)
        if named is None:
            return None
        found.append(named)
    return " ".join(dict.fromkeys(found))


def _normal_key(key: str) -> str | None:
    if len(key) == 1 and key.isalpha() and key != key.lower():
        return f"shift+{key.lower()}"
    small = key.lower()
    if not (_NAMED_KEY.fullmatch(small) or (_LETTER.fullmatch(small) and small.isprintable())):
        return None
    return small


def conflicts(keys: Mapping[str, str]) -> dict[str, str]:
    """Actions whose key another one has already → that other action; the first of the table keeps it."""
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for action in KEYS:
        for key in keys.get(action, "").split():
            if taken.setdefault(key, action) != action:
                found[action] = taken[key]
    return found


def view(
    words: Words, chosen: Mapping[str, str], *, is_visitor: bool, all_actions: bool = False
) -> tuple[GroupView, ...]:
    """The help: every action that has a key, or really all, by group."""
    keys = bound(chosen)
    return tuple(
        GroupView(
            words=words.text(group.words),
            keys=tuple(
                KeyView(
                    action=key.action,
                    keys=tuple(shown(words, name) for name in keys[key.action].split()),
                    words=words.text(key.words),
                )
                for key in group.keys
                if (keys[key.action] or all_actions) and (key.open_to_visitors or not is_visitor)
            ),
        )
        for group in GROUPS
    )


_SHOWN = {
    "shift": N_("Shift"),
    "alt": N_("Alt"),
    "space": N_("Space"),
    "home": N_("Home"),
    "end": N_("End"),
    "enter": N_("Enter"),
}


def shown(words: Words, key: str) -> str:
    """A key as keyboards write it: ``shift+home`` → ``Shift + Home``."""
    parts = key.split("+") if len(key) > 1 else [key]
    named = [part for part in parts if part] + (["+"] if key.endswith("++") else [])
    return " + ".join(_shown_part(words, part, alone=len(named) == 1) for part in named)


def _shown_part(words: Words, part: str, *, alone: bool) -> str:
    if part in _SHOWN:
        return words.text(_SHOWN[part])
    return part if len(part) == 1 and alone else part.capitalize()
