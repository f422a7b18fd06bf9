"""What people paste where an address is asked for → the one address that they mean. Pure; the guard comes later.

An address with words around it, in brackets or quotes, as a Markdown or HTML link, behind another reader's or a
validator's address; schemes that mean "subscribe" (``feed:``, ``itpc:``, ``podcast:``); an account of the fediverse
(``@name@host``), a Lemmy community (``!name@host``), ``r/name`` and ``u/name`` of Reddit.
"""

import re
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, unquote, urlsplit

MAX_PASTED = 10_000

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]")
_SUBSCRIBING = re.compile(
    r"(?:feeds?|rss|itpcs?|itms-pcasts?|pcast|podcast|web\+feed|view-source):(?=[^\s])", re.IGNORECASE
)
_HREF = re.compile(r"""<[a-z]{1,10}\s[^<>]{0,2000}?href\s*=\s*["']?([^\s"'<>]+)""", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""(?:(?:feeds?|rss|itpcs?|pcast|podcast):(?://)?)?https?://[^\s<>"“”„«»|]+|feed:(?://)?[^\s<>"“”«»]+""",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?<![\w@./:-])(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?::\d{1,5})?(?:/[^\s<>\"“”«»]*)?(?![\w@])"
)
_ACCOUNT = re.compile(r"(?:acct:)?@?([\w.-]{1,64})@([\w-]+(?:\.[\w-]+)+)", re.ASCII)
_COMMUNITY = re.compile(r"!([\w.-]{1,64})@([\w-]+(?:\.[\w-]+)+)", re.ASCII)
_REDDIT = re.compile(r"/?(r|u|user)/([\w+-]{2,200})/?", re.ASCII)
_AROUND = re.compile(r"[\s<>\"“”„«»()\[\]]")
_GLUED = re.compile(
    r"[^\s./:?#@]{1,300}(https?://.+)", re.IGNORECASE
)  # a field of one line drops the line break between
_OPENING = '<"“„«([‘'
_PAIRS = {")": "(", "]": "[", "}": "{"}
_TRAILING = ".,;:!?'’›…*_"


def address_in(text: str) -> str:
    """The address that a pasted text means; the text itself, tidied, where no better is seen.

    Whether it is one, and where it may lead, is for ``fetch.address`` and the guard to say.
    """
    cleaned = _INVISIBLE.sub("", text[:MAX_PASTED]).strip().strip("\0")
    named = _named(cleaned)
    if named is not None:
        return named
    return unwrapped(_subscribed(_found(cleaned)))


def unwrapped(address: str) -> str:
    """The feed's address out of an address at another reader's, a validator's or a search engine's; else as it is."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
        parameters = parse_qs(parts.query, max_num_fields=20)
    except ValueError:
        return address
    if host in _BY_PARAMETER:
        inner = next((parameters[name][0] for name in _BY_PARAMETER[host] if name in parameters), "")
    elif host in _BY_PATH:
        inner = unquote(parts.path.partition(_BY_PATH[host])[2]) + (f"?{parts.query}" if parts.query else "")
        inner = inner.removeprefix("feed/")
    elif host == "podcasts.google.com":
        inner = _decoded(parts.path.partition("/feed/")[2].partition("/")[0])
    else:
        return address
    return inner if re.match(r"https?://", inner) else address


_BY_PARAMETER = {
    "validator.w3.org": ("url",),
    "google.com": ("q", "url"),
    "castfeedvalidator.com": ("url",),
    "subscribeonandroid.com": ("url",),
    "l.facebook.com": ("u",),
    "out.reddit.com": ("url",),
}
_BY_PATH = {
    "feedly.com": "/i/subscription/",
    "inoreader.com": "/feed/",
    "theoldreader.com": "/feeds/subscribe/",
    "feedbin.com": "/subscribe/",
}


def _decoded(text: str) -> str:
    """Base64 as in addresses of Google Podcasts, which is gone, but its addresses are not."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return ""


def _named(text: str) -> str | None:
    """Names that are no addresses, as people write them."""
    if community := _COMMUNITY.fullmatch(text):
        return f"https://{community[2]}/c/{community[1]}"
    if account := _ACCOUNT.fullmatch(text):
        return f"https://{account[2]}/@{account[1]}@{account[2]}"
    if reddit := _REDDIT.fullmatch(text):
        return f"https://www.reddit.com/{reddit[1]}/{reddit[2]}"
    return None


def _found(text: str) -> str:
    """The first address in a text, without what stands around it."""
    if not _AROUND.search(text):
        glued = _GLUED.fullmatch(text)
        return glued[1] if glued else text.strip("'’‘`")
    link = _HREF.search(text)
    if link:
        return link[1].replace("&amp;", "&")
    address = _ADDRESS.search(text)
    if address:
        before = text[: address.start()]
        return _without_tail(address[0], in_brackets=before.endswith("("))
    name = _NAME.search(text)
    return _without_tail(name[0]) if name and (" " in text or text[0] in _OPENING) else text


def _without_tail(address: str, *, in_brackets: bool = False) -> str:
    """Without the punctuation of the sentence it stood in; brackets that it opened itself stay."""
    if in_brackets:
        address = _up_to_close(address)
    excess = {close: address.count(close) - address.count(opening) for close, opening in _PAIRS.items()}
    end = len(address)
    while end and (address[end - 1] in _TRAILING or excess.get(address[end - 1], 0) > 0):
        end -= 1
        if address[end] in excess:
            excess[address[end]] -= 1
    return address[:end]


def _up_to_close(address: str) -> str:
    """What stands before the bracket that closes the one before the address, as in ``[words](address)``."""
    depth = 0
    for place, char in enumerate(address):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return address[:place]
    return address


def _subscribed(address: str) -> str:
    """``feed:https://…`` and its like without the first scheme; ``feed://…`` is http, as it always was."""
    found = _SUBSCRIBING.match(address)
    if not found:
        return address
    rest = address[found.end() :]
    if rest.startswith("//"):
        secure = found[0][:-1].lower() in ("feeds", "itpcs", "itms-pcasts")
        inner = rest.removeprefix("//")
        if re.match(r"https?:/*", inner, re.IGNORECASE):
            return re.sub(r"^(https?):/*", r"\1://", inner, flags=re.IGNORECASE)
        return f"{'https' if secure else 'http'}:{rest}"
    return rest
