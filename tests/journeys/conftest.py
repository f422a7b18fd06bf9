"""Journeys take the stage of the browser tests."""

from tests.browser.conftest import chromium, empty_database, open_page, site

__all__ = ["chromium", "empty_database", "open_page", "site"]
