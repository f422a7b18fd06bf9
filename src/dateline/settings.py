"""Settings: one frozen value, from the environment and an optional TOML file.

``load`` is the only place in Dateline that reads the environment. Every setting ``name`` is the variable
``DATELINE_NAME`` and the TOML key ``name``; the environment wins. Each is documented in ``docs/admin/settings.md`` (a
test
compares).
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from dateline.errors import SettingsError

PREFIX = "DATELINE_"
PROJECT_URL = "https://dateline.example/"
_HOME_NAMES = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".test", ".invalid")
_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
Network = IPv4Network | IPv6Network


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that an instance can be told from outside. Durations in seconds, sizes in bytes."""

    database_url: str = "sqlite:///var/dateline.sqlite"
    """``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://user:password@host/name``."""
    listen: str = "127.0.0.1:8700"
    """HOST:PORT to serve on; ``[::1]:8700`` for IPv6."""
    base_url: str | None = None
    """The address people use, ``https://news.example/reader``; its path is where Dateline hangs."""
    trusted_proxies: tuple[Network, ...] = ()
    """Networks of reverse proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    secret_file: Path | None = None
    """The instance's key; by default ``secret.key`` beside the SQLite file."""
    contact_url: str | None = None
    """The address in the User-Agent, for publishers who want to know who asks."""
    allowed_networks: tuple[Network, ...] = ()
    """Networks inside which feeds may be fetched although they are private (feeds at home)."""
    proxies: tuple[str, ...] = ()
    """Proxies that subscriptions may be fetched through: ``http://[user:password@]host:port``, or ``https``,
    ``socks4``, ``socks4a``, ``socks5``, ``socks5h``."""
    host_connections: int = 1
    """How many connections to one host at once."""
    host_spacing: float = 1.0
    """Seconds between the starts of two requests to one host."""
    fetch_concurrency: int = 50
    """How many requests at once, over all hosts."""
    fetch_timeout: float = 30.0
    """Seconds that one GET may take, over all phases and redirects."""
    fetch_max_bytes: int = 15_000_000
    """The largest body, counted before and after decompression."""
    websub: str = "auto"
    """``on``: hubs (WebSub) are asked to bring news as it comes; ``auto``: where the base URL can be reached by them;
    ``off``."""
    mail_listen: str | None = None
    """HOST:PORT at which newsletters are taken (LMTP and SMTP); None: nowhere."""
    mail_domain: str | None = None
    """What the addresses of newsletters end with, after the @."""
    mailboxes: str = "on"
    """``on``: people may have newsletters read from mailboxes of theirs (IMAP); ``off``."""
    media_proxy: str = "on"
    """``on``: people may have pictures, sound and film fetched by this server, unseen by publishers; ``off``."""
    push: str = "on"
    """``on``: people may have devices of theirs told of news (Web Push); ``off``."""
    web_processes: int = 1
    """How many web processes ``serve`` starts."""
    log_level: str = "info"
    """``debug``, ``info``, ``warning`` or ``error``."""

    @property
    def user_agent_url(self) -> str:
        """The address that the User-Agent carries."""
        return self.contact_url or self.base_url or PROJECT_URL

    @property
    def callback_url(self) -> str | None:
        """What addresses that others call back begin with, ``https://news.example/reader/websub/``; None: no one can,
        or may."""
        if self.base_url is None or self.websub == "off":
            return None
        host = urlsplit(self.base_url).hostname or ""
        return f"{self.base_url}/websub/" if self.websub == "on" or is_public(host) else None

    @property
    def takes_mail(self) -> bool:
        """Whether newsletters may be sent to us."""
        return bool(self.mail_listen and self.mail_domain)

    @property
    def reads_mailboxes(self) -> bool:
        """Whether people may have mailboxes read."""
        return self.mailboxes == "on"

    @property
    def may_push(self) -> bool:
        """Whether people may have devices told of news."""
        return self.push == "on"

    @property
    def answerable_url(self) -> str:
        """Who answers for what we send to push services: they want https (RFC 8292 §2.1)."""
        return self.user_agent_url if self.user_agent_url.startswith("https:") else PROJECT_URL

    @property
    def base_path(self) -> str:
        """The path of the base URL without a slash at its end: "" or "/reader"."""
        return urlsplit(self.base_url).path.rstrip("/") if self.base_url else ""


def load(environment: Mapping[str, str] | None = None, config_file: Path | None = None) -> Settings:
    """Read the settings.

    ``environment`` is ``os.environ`` unless given; ``config_file`` else ``DATELINE_CONFIG`` names the TOML file.
    Raises ``SettingsError``: an unknown key (naming the nearest known one), a bad value, an unreadable file.
    """
    env = os.environ if environment is None else environment
    named = config_file or (Path(env[PREFIX + "CONFIG"]) if env.get(PREFIX + "CONFIG") else None)
    values: dict[str, Any] = {}
    if named is not None:
        values.update(_from_file(named))
    for key, text in env.items():
        if key.startswith(PREFIX) and key != PREFIX + "CONFIG":
            name = key[len(PREFIX) :].lower()
            values[_known(name, shown_as=key, prefix=PREFIX)] = text
    return Settings(**{name: _convert(name, value) for name, value in values.items()})


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("settings.bad_file", f"{path}: {error}") from error
    return {_known(name, shown_as=name, prefix=""): value for name, value in table.items()}


def _known(name: str, *, shown_as: str, prefix: str) -> str:
    if name in Settings.__struct_fields__:
        return name
    near = difflib.get_close_matches(name, Settings.__struct_fields__, n=1, cutoff=0.0)[0]
    nearest = prefix + near.upper() if prefix else near
    raise SettingsError("settings.unknown_key", f"{shown_as} is not a setting; did you mean {nearest}?")


def _words(value: Any) -> list[str]:
    return [str(text).strip() for text in (value if isinstance(value, list) else str(value).replace(",", " ").split())]


def _networks(value: Any) -> tuple[Network, ...]:
    return tuple(ip_network(text, strict=False) for text in _words(value))


def _proxy(text: str) -> str:
    parts = urlsplit(text)
    if (
        parts.scheme not in _PROXY_SCHEMES
        or not parts.hostname
        or not parts.port
        or parts.path.strip("/")
        or parts.query
    ):
        raise ValueError("http://host:port is needed, or https, socks4, socks4a, socks5, socks5h")
    return text.rstrip("/")


def _http_url(value: Any) -> str | None:
    text = str(value).strip()
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an http(s) address without query is needed")
    return text.rstrip("/")


def _database_url(value: Any) -> str:
    text = str(value).strip()
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://")) or text == "sqlite:///":
        raise ValueError("sqlite:///relative, sqlite:////absolute or postgresql://… is needed")
    return text


def listen_address(text: str) -> tuple[str, int]:
    """``HOST:PORT`` → (host without brackets, port). Raises ``ValueError``."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError("HOST:PORT is needed, such as 127.0.0.1:8700")
    return host.strip("[]") or "127.0.0.1", int(port)


def as_address(text: str) -> IPv4Address | IPv6Address | None:
    """Text → the address it writes, IPv4 in IPv6 taken out; None for a name."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def is_loopback(name: str) -> bool:
    """Does the name or address mean this very machine?"""
    address = as_address(name)
    return name == "localhost" if address is None else address.is_loopback


def is_public(name: str) -> bool:
    """Can a stranger's server reach this name or address, as far as it tells?"""
    address = as_address(name)
    if address is not None:
        return address.is_global
    return "." in name.strip(".") and not name.rstrip(".").endswith(_HOME_NAMES)


def _listen(value: Any) -> str:
    listen_address(str(value))
    return str(value).strip()


def _mail_listen(value: Any) -> str | None:
    return _listen(value) if str(value).strip() else None


def _mail_domain(value: Any) -> str | None:
    text = str(value).strip().lower().rstrip(".")
    if text and (len(text) > 253 or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", text)):
        raise ValueError("a domain is needed, such as news.example.org")
    return text or None


def _number(low: float, high: float, kind: type[int] | type[float]) -> Callable[[Any], Any]:
    def convert(value: Any) -> int | float:
        number = kind(value)
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError(f"a number from {low:g} to {high:g} is needed")
        return number

    return convert


def _log_level(value: Any) -> str:
    text = str(value).strip().lower()
    if text not in ("debug", "info", "warning", "error"):
        raise ValueError("debug, info, warning or error is needed")
    return text


def _websub(value: Any) -> str:
    text = str(value).strip().lower()
    if text not in ("auto", "on", "off"):
        raise ValueError("auto, on or off is needed")
    return text


def _on_off(value: Any) -> str:
    text = {"true": "on", "false": "off"}.get(str(value).strip().lower(), str(value).strip().lower())
    if text not in ("on", "off"):
        raise ValueError("on or off is needed")
    return text


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "database_url": _database_url,
    "listen": _listen,
    "base_url": _http_url,
    "trusted_proxies": _networks,
    "secret_file": lambda value: Path(str(value)) if str(value).strip() else None,
    "contact_url": _http_url,
    "allowed_networks": _networks,
    "proxies": lambda value: tuple(_proxy(text) for text in _words(value)),
    "host_connections": _number(1, 64, int),
    "host_spacing": _number(0, 3600, float),
    "fetch_concurrency": _number(1, 1000, int),
    "fetch_timeout": _number(1, 600, float),
    "fetch_max_bytes": _number(10_000, 1_000_000_000, int),
    "websub": _websub,
    "mail_listen": _mail_listen,
    "mail_domain": _mail_domain,
    "mailboxes": _on_off,
    "media_proxy": _on_off,
    "push": _on_off,
    "web_processes": _number(1, 64, int),
    "log_level": _log_level,
}


def _convert(name: str, value: Any) -> Any:
    try:
        return _CONVERTERS[name](value)
    except (ValueError, TypeError) as error:
        raise SettingsError("settings.bad_value", f"{name} = {value!r}: {error}") from error
