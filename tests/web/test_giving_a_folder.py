"""The feeds of a folder as a file for somebody else: what is in it, what is not, who gets it."""

import lxml.etree
import pytest
from tests.web.browsing import Browser, World

from dateline.model import User


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def folder(alice: Browser, world: World) -> int:
    """Press, which lies in World; within it Islands. One feed in each, a private one in Press."""
    me = owner(alice)
    outer = world.folder(me, "World", world.subscribe(me, world.feed("Out", url="https://out.example/")))
    shared = world.subscribe(me, world.feed("La Vigie", url="https://vigie.example/rss"), visibility="important")
    secret = world.subscribe(me, world.feed("Secret", url="https://secret.example/key", owner=me))
    press = world.folder(me, "Press", shared, secret, parent_id=outer)
    world.folder(me, "Islands", world.subscribe(me, world.feed("Le Phare")), parent_id=press)
    return press


def test_a_folder_leaves_with_what_is_in_it_and_nothing_private(alice: Browser, folder: int) -> None:
    page = alice.get(f"/folders/{folder}")
    [link] = page.find("//main//a[@download]/@href")
    file = alice.get(str(link))
    assert (file.status, file.header("content-type")) == (200, "text/x-opml; charset=utf-8")
    tree = lxml.etree.fromstring(file.body)
    assert tree.findtext("head/title") == "Press"
    [press] = tree.findall("body/outline")
    assert press.get("text") == "Press"
    assert sorted(str(one.get("text")) for one in press.iter("outline")) == ["Islands", "La Vigie", "Le Phare", "Press"]
    assert b"secret" not in file.body
    assert b"priority" not in file.body


def test_somebody_else_imports_it(alice: Browser, bob: Browser, folder: int) -> None:
    body = alice.get(f"/folders/{folder}/feeds.opml").body
    page = bob.post("/opml", {}, files={"file": ("feeds.opml", body)})
    assert "2 subscriptions were added" in page.words


@pytest.mark.parametrize("ident", ["999999", "x", "-1"])
def test_what_is_no_folder_of_ones_own_is_not_there(
    alice: Browser, mallory: Browser, anonymous: Browser, folder: int, ident: str
) -> None:
    assert alice.get(f"/folders/{ident}/feeds.opml").status in (400, 404)
    assert mallory.get(f"/folders/{folder}/feeds.opml").status == 404
    assert anonymous.get(f"/folders/{folder}/feeds.opml", follow=False).status == 303
