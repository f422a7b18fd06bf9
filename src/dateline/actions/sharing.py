"""Where a person shares articles: a list of places by template, added, put in order, taken away.

``SERVICES`` are the places that are known; anybody may write a template of their own. Templates are addresses of
https or mail that name nothing but ``{url}`` and ``{title}``, and neither before the path: whatever a title says, the
link leads to the place that was chosen. A place that takes a form (POST) has a fixed address and fields with these in
their values; ``web/pages/share.py`` shows both before anything is sent.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from dateline.actions import preferences
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.preferences import Preferences, ShareTarget
from dateline.store import Database

MAX_TARGETS = 40
MAX_NAME = 60
MAX_TEMPLATE = 500
_PLACES = re.compile(r"\{(url|title)\}")
MAX_FIELDS = 10
MAX_FIELD = 300
_PRINTABLE = re.compile(r"[!-~]+")
_ORIGIN = re.compile(
    r"(https?://[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?(?::[0-9]{1,5})?)(?:[/?#]|\Z)",
)
"""A source as a content security policy takes it, and nothing that would end it (CSP Level 3, 2.3.1: no IPv6)."""


class Service(Struct, frozen=True, kw_only=True):
    """A known place. ``{server}`` in a template is the address of one's own server, asked for when it is added."""

    key: str
    name: str
    template: str

    @property
    def needs_server(self) -> bool:
        """Whether it runs on servers of one's own."""
        return self.template.startswith("{server}")


def _service(key: str, name: str, template: str) -> Service:
    return Service(key=key, name=name, template=template)


SERVICES = (
    _service("archive.is", "archive.today", "https://archive.today/submit/?url={url}"),
    _service("archive.org", "Wayback Machine", "https://web.archive.org/save/{url}"),
    _service("bluesky", "Bluesky", "https://bsky.app/intent/compose?text={title}%20{url}"),
    _service("buffer", "Buffer", "https://publish.buffer.com/compose?url={url}&text={title}"),
    _service("diaspora", "diaspora*", "{server}/bookmarklet?url={url}&title={title}&jump=doclose"),
    _service("email", "E-mail", "mailto:?subject={title}&body={url}"),
    _service("facebook", "Facebook", "https://www.facebook.com/sharer.php?u={url}&t={title}"),
    _service("gnusocial", "GNU social", "{server}/notice/new?content={title}%20{url}"),
    _service("jdh", "Journal du hacker", "https://www.journalduhacker.net/stories/new?url={url}&title={title}"),
    _service("known", "Known", "{server}/share?share_url={url}&share_title={title}"),
    _service("lemmy", "Lemmy", "{server}/create_post?url={url}&title={title}"),
    _service("linkding", "linkding", "{server}/bookmarks/new?url={url}&title={title}&auto_close"),
    _service("linkedin", "LinkedIn", "https://www.linkedin.com/shareArticle?url={url}&title={title}&mini=true"),
    _service("mastodon", "Mastodon", "https://share.joinmastodon.org/#text={title}%20{url}"),
    _service("movim", "Movim", "{server}/?share/{url}"),
    _service("pinboard", "Pinboard", "https://pinboard.in/add?next=same&url={url}&title={title}"),
    _service("pinterest", "Pinterest", "https://pinterest.com/pin/create/button/?url={url}&description={title}"),
    _service("raindrop", "Raindrop.io", "https://app.raindrop.io/add?link={url}&title={title}"),
    _service("reddit", "Reddit", "https://www.reddit.com/submit?url={url}&title={title}"),
    _service("shaarli", "Shaarli", "{server}/?post={url}&title={title}&source=Dateline"),
    _service("telegram", "Telegram", "https://t.me/share/url?url={url}&text={title}"),
    _service("twitter", "X (Twitter)", "https://x.com/intent/post?url={url}&text={title}"),
    _service("wallabag", "wallabag", "{server}/bookmarklet?url={url}"),
    _service("whatsapp", "WhatsApp", "https://wa.me/?text={title}%20{url}"),
    _service("xing", "Xing", "https://www.xing.com/spi/shares/new?url={url}"),
)
_BY_KEY = {service.key: service for service in SERVICES}
USUAL = tuple(
    ShareTarget(name=_BY_KEY[key].name, template=_BY_KEY[key].template) for key in ("mastodon", "bluesky", "whatsapp")
)
"""What stands there until somebody chooses."""


def targets(chosen: Preferences) -> tuple[ShareTarget, ...]:
    """The places of an account, in order."""
    return USUAL if chosen.share is None else chosen.share


def link(template: str, *, url: str, title: str) -> str:
    """The address that shares this article there."""
    words = {"url": url, "title": title}
    return _PLACES.sub(lambda found: quote(words[found[1]].encode("utf-8", "replace"), safe=""), template)


def filled(target: ShareTarget, *, url: str, title: str) -> tuple[tuple[str, str], ...]:
    """The fields of a place that takes a form, with this article in them: values, whatever a title says."""
    words = {"url": url, "title": title}
    return tuple((name, _PLACES.sub(lambda found: words[found[1]], value)) for name, value in target.fields)


def origin(address: str) -> str | None:
    """Scheme, host and port of the address that a form is sent to; None when it is none to send to."""
    found = _ORIGIN.match(address.lower())
    return found[1] if found else None


def add(db: Database, user: User, *, service: str, name: str, address: str, fields: str = "", now: datetime) -> User:
    """Put a place at the end of the list: a known one by its key (``address`` is its server where it needs one), or
    one's own (key "") by its template, or, whatever the key, by its address and the ``fields`` of its form, one a line
    (``name=value``).

    Raises ``ActionError``: ``action.bad_value`` with the field as its detail, ``action.too_large``.
    """
    target = _form(name, address, fields) if fields.strip() else _target(service, name, address)

    def choose(chosen: Preferences) -> Preferences:
        if len(targets(chosen)) >= MAX_TARGETS:
            raise ActionError("action.too_large", f"at most {MAX_TARGETS} places")
        return replace(chosen, share=(*targets(chosen), target))

    return preferences.change(db, user, choose, now=now)


def move(db: Database, user: User, place: int, *, name: str, step: int, now: datetime) -> User:
    """Move the place that stands there (from 0) and is called so one up (-1) or down (1). Raises ``NotFound``."""

    def choose(chosen: Preferences) -> Preferences:
        order = _standing(chosen, place, name)
        target = order.pop(place)
        order.insert(max(place + step, 0), target)
        return replace(chosen, share=tuple(order))

    return preferences.change(db, user, choose, now=now)


def remove(db: Database, user: User, place: int, *, name: str, now: datetime) -> User:
    """Take away the place that stands there and is called so. Raises ``NotFound``."""

    def choose(chosen: Preferences) -> Preferences:
        order = _standing(chosen, place, name)
        del order[place]
        return replace(chosen, share=tuple(order))

    return preferences.change(db, user, choose, now=now)


def _standing(chosen: Preferences, place: int, name: str) -> list[ShareTarget]:
    order = list(targets(chosen))
    if not 0 <= place < len(order) or order[place].name != name:  # the page was of another moment
        raise NotFound(f"share target {place}")
    return order


def _form(name: str, address: str, fields: str) -> ShareTarget:
    called = " ".join(name.split())
    if not called or len(called) > MAX_NAME:
        raise ActionError("action.bad_value", "name")
    lines = (line.partition("=") for line in fields.splitlines() if line.strip())
    target = ShareTarget(
        name=called,
        template=address.strip(),
        fields=tuple((before.strip(), after.strip()) for before, _, after in lines),
    )
    if not is_form_address(target.template):
        raise ActionError("action.bad_value", "address")
    if not _are_fields(target.fields):
        raise ActionError("action.bad_value", "fields")
    return target


def _target(service: str, name: str, address: str) -> ShareTarget:
    if service and service not in _BY_KEY:
        raise ActionError("action.bad_value", "service")
    known = _BY_KEY.get(service)
    called = " ".join(name.split()) or (known.name if known else "")
    if not called or len(called) > MAX_NAME:
        raise ActionError("action.bad_value", "name")
    template = known.template if known else address.strip()
    if known and known.needs_server:
        server = address.strip().rstrip("/")
        if "{" in server or "?" in server or "#" in server:
            raise ActionError("action.bad_value", "address")
        template = template.replace("{server}", server, 1)
    check_template(template)
    return ShareTarget(name=called, template=template)


def check_template(template: str) -> None:
    """Raises ``ActionError`` (``action.bad_value``, "address") for what is no template of an address to share with."""
    if not is_template(template):
        raise ActionError("action.bad_value", "address")


def is_target(target: ShareTarget) -> bool:
    """Whether it is a place that may be chosen: a template of a link, or a form."""
    if not target.fields:
        return is_template(target.template)
    return is_form_address(target.template) and _are_fields(target.fields)


def is_form_address(address: str) -> bool:
    """Whether a form can be sent there: printable ASCII, http(s), a host, nobody's name before it, no braces."""
    if len(address) > MAX_TEMPLATE or not _PRINTABLE.fullmatch(address) or set(address) & set("{}\\<>\"'`"):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return origin(address) is not None and "@" not in parts.netloc


def _are_fields(fields: Sequence[tuple[str, str]]) -> bool:
    """A few names that are printable, with values of which one holds the address of the article."""
    return (
        len(fields) <= MAX_FIELDS
        and all(0 < len(name) <= MAX_NAME and name.isprintable() and "=" not in name for name, _ in fields)
        and all(len(value) <= MAX_FIELD and value.isprintable() for _, value in fields)
        and any("{url}" in value for _, value in fields)
    )


def is_template(template: str) -> bool:
    """Whether it is printable ASCII, of https (a host, nobody's name before it) or mail, with ``{url}`` in it."""
    rest = _PLACES.sub("", template)
    if len(template) > MAX_TEMPLATE or not _PRINTABLE.fullmatch(template) or set(rest) & set("{}\\<>\"'`"):
        return False
    if "{url}" not in template:
        return False
    try:
        parts = urlsplit(template)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return not parts.netloc and _is_plain((parts.path,))
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and _is_plain((parts.netloc, str(port)))
    )


def _is_plain(texts: Sequence[str]) -> bool:
    return not any("{" in text for text in texts)
