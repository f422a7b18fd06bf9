"""Nothing but the clock → a local server of sample feeds, their documents, and the OPML that subscribes to them."""

from .catalogue import feeds, opml
from .server import DemoServer

__all__ = ["DemoServer", "feeds", "opml"]
