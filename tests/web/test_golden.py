"""The page a person must get: fetched, parsed, cleaned, stored and shown, read as text by resiliparse.

The seed (a real article beside the project, never in it) and a twin of the project's own, in French and in English.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from resiliparse.extract.html2text import extract_plain_text
from tests.internet import LOOPBACK, Internet
from tests.web.browsing import Browser, Clock, World

from dateline.actions import subscriptions as subscription_actions
from dateline.model import User
from dateline.refresh.work import Refresher
from dateline.store import Database

SEED = Path(__file__).parents[3] / "shared" / "seed"
TWIN = Path(__file__).parent / "golden"

IN_ENGLISH = {
    "Vue normale": "Normal view",
    "À partir d’avant-hierFlux principal": "Before yesterdayMain stream",
    "4 juin 2025 à 14:58": "4 June 2025 at 14:58",
}

Subscribe = Callable[[bytes], None]


def lines(text: str) -> list[str]:
    """Stripped, inner blanks folded, empty ones dropped."""
    return [" ".join(line.split()) for line in text.splitlines() if line.split()]


def page_text(html: str) -> list[str]:
    """What resiliparse reads in a page."""
    text = extract_plain_text(
        html,
        main_content=True,
        alt_texts=True,
        list_bullets=True,
        links=False,
        form_fields=False,
        noscript=False,
    )
    return lines(text)


@pytest.fixture
def reader(alice: Browser, world: World) -> User:
    """An account in French, Europe/Paris, with previews, opened to visitors."""
    assert alice.user is not None
    return world.change(alice.user, preview=True, open_to_visitors=True)


@pytest.fixture
def subscribe(db: Database, clock: Clock, reader: User, tmp_path: Path) -> Subscribe:
    """Serves a document from loopback, subscribes the reader to it and runs the real line once."""

    def run(document: bytes) -> None:
        with Internet({"/feed": document}) as internet:
            subscription_actions.subscribe(db, reader, internet.url("/feed"), now=clock())
            refresher = Refresher(db, LOOPBACK, version="0", holder="test", clock=clock)
            asyncio.run(refresher.run_once())

    return run


def differently(text: list[str], words: dict[str, str]) -> list[str]:
    return [words.get(line, line) for line in text]


@pytest.mark.shared
@pytest.mark.skipif(not SEED.is_dir(), reason="the seed does not stand beside the project")
def test_the_seed_is_shown_line_by_line(subscribe: Subscribe, anonymous: Browser, world: World, reader: User) -> None:
    subscribe((SEED / "euromaidanpress.xml").read_bytes())
    wanted = lines((SEED / "page.txt").read_text(encoding="utf-8"))
    assert page_text(anonymous.get("/").text) == wanted
    world.change(reader, language="en")
    assert page_text(anonymous.get("/").text) == differently(wanted, IN_ENGLISH)


def test_the_twin_is_shown_line_by_line(
    subscribe: Subscribe, anonymous: Browser, alice: Browser, world: World, reader: User
) -> None:
    subscribe((TWIN / "phare.xml").read_bytes())
    wanted = lines((TWIN / "phare.txt").read_text(encoding="utf-8"))
    assert page_text(anonymous.get("/").text) == wanted
    assert page_text(anonymous.get("/@alice/").text) == wanted
    assert page_text(alice.get("/").text) == wanted, "the owner's page says the same"
    world.change(reader, language="en")
    assert page_text(anonymous.get("/").text) == differently(wanted, IN_ENGLISH)
