"""Element names, whatever namespace and prefix a publisher chose → one short name each.

``{http://purl.org/dc/elements/1.1/}creator`` becomes ``dc:creator``; the vocabularies of RSS, RDF and Atom become bare
lower-case names (``pubdate``, ``summary``); an undeclared prefix counts as if it were declared, and one that stands for
a namespace nobody knows as if it stood for its own; what is unknown becomes ``""``. Each distinct tag is looked at once
per document.
"""

from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType

from lxml import etree

from .limits import MAX_LIST

ATOM10 = "http://www.w3.org/2005/Atom"
ATOM03 = "http://purl.org/atom/ns#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"

# Namespace without scheme, "www.", trailing "/" and "#", in lower case → our prefix; "" is the core vocabulary.
_PREFIXES = {
    "w3.org/2005/atom": "",
    "purl.org/atom/ns": "",
    "purl.org/atom": "",
    "purl.org/echo": "",
    "purl.org/pie": "",
    "example.com/newformat": "",
    "example.com/necho": "",
    "uri/of/echo/namespace": "",
    "purl.org/rss/1.0": "",
    "purl.org/rss/1.0/modules/rss091": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "my.netscape.com/publish/formats/rss-0.91": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/rss2.1": "",
    "backend.userland.com/rss091": "",
    "backend.userland.com/rss191": "",
    "backend.userland.com/rss20": "",
    "purl.org/rss/2.0": "",
    "purl.org/net/rss1.1": "",
    "backend.userland.com/rss092": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.law.harvard.edu/rss": "",
    "cyber.law.harvard.edu/rss/rss.html": "",
    "rssboard.org/rss-specification": "",
    "w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "w3.org/1999/xhtml": "xhtml",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/2000": "dc",
    "purl.org/metadata/dublin_core": "dc",
    "purl.org/dc": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/dcterms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "purl.org/rss/1.0/modules/slash": "slash",
    "purl.org/syndication/thread/1.0": "thr",
    "wellformedweb.org/commentapi": "wfw",
    "search.yahoo.com/mrss": "media",
    "tools.search.yahoo.com/mrss": "media",
    "video.search.yahoo.com/mrss": "media",
    "rssboard.org/media-rss": "media",
    "itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "itunes.com/dtds/podcast-1.0": "itunes",
    "example.com/dtds/podcast-1.0.dtd": "itunes",
    "google.com/schemas/play-podcasts/1.0": "googleplay",
    "google.com/schemas/play-podcasts/1.0/play-podcasts.xsd": "googleplay",
    "podcastindex.org/namespace/1.0": "podcast",
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "podcastindex.org/namespace": "podcast",
    "podlove.org/simple-chapters": "psc",
    "youtube.com/xml/schemas/2015": "yt",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "pheedo.com/namespace/pheedo": "pheedo",
    "news.yandex.ru": "yandex",
    "turbo.yandex.ru": "turbo",
    "source.scripting.com": "source",
    "webfeeds.org/rss/1.0": "webfeeds",
    "prismstandard.org/namespaces/basic/2.0": "prism",
    "prismstandard.org/namespaces/basic/2.1": "prism",
    "prismstandard.org/namespaces/basic/3.0": "prism",
    "purl.org/rss/1.0/modules/prism": "prism",
    "prismstandard.org/namespaces/1.2/basic": "prism",
    "prismstandard.org/namespaces/2.0/basic": "prism",
}
# How a prefix that nobody declared is understood.
_UNDECLARED = {prefix: prefix for prefix in _PREFIXES.values() if prefix} | {
    "atom": "",
    "atom10": "",
    "a10": "",
    "rss": "",
}


_NAMESPACES = {"atom": ATOM10} | {
    prefix: f"http://{namespace}" for namespace, prefix in reversed(_PREFIXES.items()) if prefix
}


class Names(dict[object, str]):
    """The names of one document: ``names[element.tag]``.

    ``core`` is a namespace that counts as the feed vocabulary beside the known ones: the root's own, however odd.
    ``declared`` are the root's prefixes with their namespaces: an unknown namespace means what its prefix usually does.
    """

    def __init__(self, core: str = "", declared: Mapping[str | None, str] = MappingProxyType({})) -> None:
        super().__init__()
        self.core = core
        self._declared = {namespace: prefix for prefix, namespace in declared.items() if prefix}

    def __missing__(self, tag: object) -> str:
        name = self[tag] = self._name(tag) if isinstance(tag, str) else ""
        return name

    def _name(self, tag: str) -> str:
        namespace, local = split(tag)
        if namespace:
            prefix = "" if namespace == self.core else prefix_of(namespace)
            if prefix is None:
                prefix = _UNDECLARED.get(self._declared.get(namespace, "").lower())
        elif ":" in local:
            undeclared, _, local = local.partition(":")
            prefix = _UNDECLARED.get(undeclared.lower())
        else:
            prefix = ""
        if prefix is None:
            return ""
        return f"{prefix}:{local.lower()}" if prefix else local.lower()


def split(tag: str) -> tuple[str, str]:
    """``{namespace}local`` → (namespace, local)."""
    if tag[:1] == "{":
        namespace, _, local = tag[1:].rpartition("}")
        return namespace, local
    return "", tag


def namespace_of(prefix: str) -> str | None:
    """A namespace that a prefix usually stands for; None for one that is not known."""
    return _NAMESPACES.get(prefix.lower())


def local_of(element: etree._Element) -> str:
    """The name of an element without namespace and prefix; empty for what is not an element."""
    tag: object = element.tag
    return split(tag)[1].rpartition(":")[2] if isinstance(tag, str) else ""


def attributes_of(element: etree._Element) -> list[tuple[str, str]]:
    """Names and values of an element's attributes, the first hundred: lxml needs a search for every value."""
    if len(element.attrib) <= MAX_LIST:
        return element.attrib.items()  # type: ignore[return-value] # always text in a document parsed from text
    return [(str(name), element.get(name, "")) for name in islice(element.attrib, MAX_LIST)]


def prefix_of(namespace: str) -> str | None:
    """Our prefix for a namespace address in any of its spellings; None when it is not one that feeds use."""
    name = namespace.strip().lower().removeprefix("http://").removeprefix("https://").removeprefix("www.")
    return _PREFIXES.get(name.rstrip("/#"))
