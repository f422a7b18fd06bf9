"""HTTP ⇄ values: ``routes()``, the site map, says which page stands at which address."""

from .routes import routes

__all__ = ["routes"]
