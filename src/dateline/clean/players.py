"""Players in normalised HTML: frames of named hosts in a sandbox, other frames as links, sound and film on demand.

The sandbox has ``allow-scripts`` without ``allow-same-origin``: a player runs in an origin of its own, has no cookies
and no storage, and can do nothing with its host's account or with ours. Some players refuse to live so; therefore a
plain link to the same film stands behind every frame.
"""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from . import links, tags, urls

PLAYERS: Final[dict[str, tuple[str, ...]]] = {
    "archive.org": ("/embed/",),
    "bandcamp.com": ("/EmbeddedPlayer/", "/VideoEmbed"),
    "embed.podcasts.apple.com": ("/",),
    "embed.ted.com": ("/",),
    "geo.dailymotion.com": ("/player",),
    "open.spotify.com": ("/embed/", "/embed-podcast/"),
    "player-widget.mixcloud.com": ("/widget/",),
    "player.bilibili.com": ("/player.html",),
    "player.ina.fr": ("/player/", "/embed/"),
    "player.vimeo.com": ("/video/",),
    "w.soundcloud.com": ("/player/",),
    "widget.deezer.com": ("/widget/",),
    "www.arte.tv": ("/player/", "/embeds/"),
    "www.bbc.co.uk": ("/news/av-embeds/", "/ws/av-embeds/", "/programmes/"),
    "www.bbc.com": ("/news/av-embeds/", "/ws/av-embeds/"),
    "www.dailymotion.com": ("/embed/",),
    "www.deezer.com": ("/plugins/player",),
    "www.ina.fr": ("/player/",),
    "www.mixcloud.com": ("/widget/",),
    "www.youtube-nocookie.com": ("/embed/",),
}
"""Hosts whose frames stay, and what their paths begin with. A page's ``frame-src`` is these hosts over https."""

FRAME_SOURCES: Final = tuple(f"https://{host}" for host in PLAYERS)
"""The same as a Content-Security-Policy wants them."""

MAX_NESTED_MEDIA: Final = 16
"""Players within the fallback of players; beyond, none of them is kept."""

SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-presentation"
_ALLOW: Final = "encrypted-media; fullscreen; picture-in-picture"
_YOUTUBE: Final = "www.youtube-nocookie.com"
_YOUTUBE_NAMES: Final = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com", _YOUTUBE})
_FILM_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,64}")
_FILM_ID_OR_TIME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FRAME_SOURCE_NAMES: Final = ("src", "data-src", "data-lazy-src")
_KEPT_PARAMETERS: Final = ("list", "start", "end")

_LINK_OR_FRAME: Final = re.compile(
    rf"(</?a)[ >]|<iframe{tags.ATTRIBUTES_PATTERN}>.*?</iframe>|<embed{tags.ATTRIBUTES_PATTERN}>", re.DOTALL
)
_MEDIA: Final = re.compile(rf"<(audio|video){tags.ATTRIBUTES_PATTERN}>")
_MEDIA_WHOLE: Final = re.compile(r"(<(audio|video)(?: [^<>]*)?>)((?:[^<]|<(?!/?(?:audio|video)[ >]))*+)</\2>")
_MEDIA_TAG: Final = re.compile(r"</?(?:audio|video|source)(?: [^<>]*)?>")
_MEDIA_SOURCE: Final = re.compile(r"<source [^<>]*>")


def rewrite_frames(html: str, base: str | None) -> str:
    """Normalised HTML → the same with every ``<iframe>`` and ``<embed>`` a sandboxed player, a link or nothing."""
    out, end, in_link = [], 0, False
    for found in _LINK_OR_FRAME.finditer(html):
        if found[1]:
            in_link = found[1] == "<a"
            continue
        given = tags.attributes_of(found[2] if found[2] is not None else found[3])
        followed_by = html[found.end() : found.end() + 2 * urls.MAX_URL_CHARS]
        out += [html[end : found.start()], _frame(given, base, in_link=in_link, followed_by=followed_by)]
        end = found.end()
    return "".join([*out, html[end:]])


def _frame(given: dict[str, str], base: str | None, *, in_link: bool, followed_by: str) -> str:
    """One frame's attributes → a player and a link (unless one is there or around it), a link alone, or nothing."""
    address = next(filter(None, (_frame_address(given.get(name), base) for name in _FRAME_SOURCE_NAMES)), None)
    if address is None or tags.is_unseen(given) or urls.is_beacon(address):
        return ""
    player = _player_address(address)
    if player is None:
        label = _shown(given.get("title")) or _shown(urls.escaped(_label(address)))
        return label if in_link else links.to(address, label)
    page = _page_of(player)
    link = links.to(page, f"▶ {_host(page)}")
    return _sandboxed(player, given) + ("" if in_link or followed_by.startswith(link) else link)


def _sandboxed(player: str, given: dict[str, str]) -> str:
    attributes = {
        "src": urls.escaped(player),
        "title": given.get("title") or _host(_page_of(player)),
        "width": tags.side(given.get("width")),
        "height": tags.side(given.get("height")),
        "sandbox": SANDBOX,
        "allow": _ALLOW,
        "loading": "lazy",
        "referrerpolicy": _referrer_policy(player),
    }
    return f"{tags.written('iframe', attributes)}</iframe>"


def _frame_address(value: str | None, base: str | None) -> str | None:
    return urls.absolute(urls.unescaped(value), base) if value else None


def _player_address(address: str) -> str | None:
    """Where a frame of a named host is loaded from (https, YouTube without cookies); None for any other host."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if host in _YOUTUBE_NAMES:
        return _youtube(parts.path, parts.query)
    path = parts.path or "/"
    if "@" in parts.netloc or not any(path.startswith(begin) for begin in PLAYERS.get(host, ())):
        return None
    if "/../" in path or "%2e" in path.lower() or path.endswith("/.."):
        return None
    return f"https://{host}{path}" + (f"?{parts.query}" if parts.query else "")


def _youtube(path: str, query: str) -> str | None:
    """The many addresses of one film (``/embed/…``, the old ``/v/…``, ``/watch?v=…``) → its player without cookies."""
    asked = parse_qs(query.replace("&amp;", "&"), max_num_fields=40) if query.count("&") < 40 else {}
    begin, _, rest = path.removeprefix("/").partition("/")
    film = rest.partition("&")[0].strip("/") if begin in ("embed", "v", "shorts") else asked.get("v", [""])[0]
    if not _FILM_ID.fullmatch(film):
        return None
    kept = [
        f"{key}={asked[key][0]}"
        for key in _KEPT_PARAMETERS
        if key in asked and _FILM_ID_OR_TIME.fullmatch(asked[key][0])
    ]
    return f"https://{_YOUTUBE}/embed/{film}" + ("?" + "&".join(kept) if kept else "")


def _page_of(player: str) -> str:
    """A player's address → the page a person may open instead."""
    parts = urlsplit(player)
    film = parts.path.rpartition("/")[2]
    if parts.hostname == _YOUTUBE and film != "videoseries":
        return f"https://www.youtube.com/watch?v={film}"
    return player


def _referrer_policy(player: str) -> str:
    """YouTube refuses to play without a referrer (its error 153), so it learns our origin, but never the page."""
    return "strict-origin" if urlsplit(player).hostname == _YOUTUBE else "no-referrer"


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _label(address: str) -> str:
    return address.partition("://")[2].partition("?")[0].rstrip("/")[:80]


def _shown(value: str | None) -> str:
    """An attribute's escaped value → the same as text, where a quotation mark stands for itself."""
    return " ".join((value or "").replace("&quot;", '"').split())


# ------------------------------------------------------------------------------------------------ sound and film


def rewrite_media(html: str, base: str | None) -> str:
    """Normalised HTML → the same with ``<audio>`` and ``<video>`` silent until asked, and without their fallback."""
    html = _MEDIA.sub(lambda found: _medium(found[1], tags.attributes_of(found[2]), base), html)
    for _ in range(MAX_NESTED_MEDIA):
        if (outer := _MEDIA_WHOLE.sub(_without_fallback, html)) == html:
            return html
        html = outer
    return _MEDIA_TAG.sub("", html)


def _medium(name: str, given: dict[str, str], base: str | None) -> str:
    attributes = {"src": tags.loaded(given.get("src"), base), "title": given.get("title")}
    if name == "video":
        attributes |= {
            "poster": tags.loaded(given.get("poster"), base),
            "width": tags.side(given.get("width")),
            "height": tags.side(given.get("height")),
            "muted": "" if "muted" in given else None,
            "playsinline": "",
        }
    attributes |= {"loop": "" if "loop" in given else None, "controls": "", "preload": "none"}
    return tags.written(name, attributes)


def _without_fallback(found: re.Match[str]) -> str:
    """What browsers without ``<video>`` would show is dropped; it is all that is left where nothing can be played."""
    sources = _MEDIA_SOURCE.findall(found[3])
    if not sources and ' src="' not in found[1]:
        return found[3]
    return f"{found[1]}{''.join(sources)}</{found[2]}>"
