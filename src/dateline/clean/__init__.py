"""RawHTML → SafeHTML, ParsedEntry → CleanEntry: what strangers published becomes safe, plain and bounded."""

from .entry import clean_entry
from .sanitize import clean_html
from .text import plain_text

__all__ = ["clean_entry", "clean_html", "plain_text"]
