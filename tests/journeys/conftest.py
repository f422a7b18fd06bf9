"""Journeys take the stage of the browser tests."""

from tests.browser.conftest import chromium, open_page, site

__all__ = ["chromium", "open_page", "site"]
