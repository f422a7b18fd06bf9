"""One's own icon, site and description of a subscription: shown to its owner and his visitors, to nobody else."""

import struct
import zlib

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.actions import appearance
from dateline.model import User
from dateline.store import Database, health, icons
from dateline.store import write as store_write
from dateline.store.write import transaction


def png(width: int = 16, height: int = 16, *, filling: int = 0) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + bytes(filling)
    )


PUBLISHED, MINE, SVG = png(8, 8), png(9, 9), b"<svg xmlns='http://www.w3.org/2000/svg'/>"


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def shared(alice: Browser, bob: Browser, world: World, db: Database) -> dict[str, int]:
    """A feed with a published icon, site and description that both Alice and Bob read."""
    feed = world.feed("Le Phare")
    world.entries(feed, "Un")
    with transaction(db) as tx:
        icon = icons.add(tx, "image/png", PUBLISHED)
        tx.run(
            "UPDATE feed SET icon_id = :icon, site_url = 'https://theirs.example/', description = 'Their words'",
            icon=icon,
        )
    hers, his = world.subscribe(owner(alice), feed), world.subscribe(owner(bob), feed)
    return {"feed": feed, "published": icon, "hers": hers, "his": his}


def dress(reader: Browser, ident: int, picture: bytes | None = MINE, **fields: str) -> Answer:
    said = {"site_url": "mine.example/home", "description": "My  words", **fields}
    files = {"icon": ("icon.png", picture)} if picture is not None else None
    return reader.post(f"/subscriptions/{ident}/appearance", said, files=files)


def icon_of(db: Database, ident: int) -> int | None:
    with db.reading() as tx:
        found: int | None = tx.value("SELECT own_icon_id FROM subscription WHERE id = :id", id=ident)
    return found


def shown_icons(page: Answer) -> set[str]:
    return {str(address) for address in page.find("//img[contains(@class, 'feed-icon')]/@src") if "/icon/" in address}


def test_what_is_ones_own_is_shown_wherever_the_feed_is_and_to_nobody_else(
    alice: Browser, bob: Browser, shared: dict[str, int], db: Database
) -> None:
    page = dress(alice, shared["hers"])
    assert page.status == 200
    mine, theirs = f"/icon/{icon_of(db, shared['hers'])}", f"/icon/{shared['published']}"
    paths = ("/", f"/feed/{shared['hers']}", "/?view=cards", "/?view=panes", "/?view=global", "/?q=Un")
    for path in (*paths, "/subscriptions", f"/subscriptions/{shared['hers']}"):
        found = shown_icons(alice.get(path))
        assert mine in found, path
        assert theirs not in found or path.endswith(str(shared["hers"])), path
        assert mine not in bob.get(path.replace(str(shared["hers"]), str(shared["his"]))).text, path
    own = alice.get(f"/subscriptions/{shared['hers']}")
    assert [p.text_content() for p in own.find(".lead")] == ["My words"]
    assert own.find("//a[@href='https://mine.example/home']")
    his = bob.get(f"/subscriptions/{shared['his']}")
    assert [p.text_content() for p in his.find(".lead")] == ["Their words"]
    assert "mine.example" not in his.text
    assert (alice.get(mine).body, alice.get(mine).header("content-type")) == (MINE, "image/png")
    assert bob.get(mine).status == 404


def test_health_shows_it_too(alice: Browser, shared: dict[str, int], db: Database) -> None:
    dress(alice, shared["hers"])
    with db.reading() as tx:
        (feed,) = health.of_user(tx, owner(alice).id)
    assert feed.icon_id == icon_of(db, shared["hers"])


def test_visitors_see_it_where_they_see_the_feed(
    alice: Browser, bob: Browser, anonymous: Browser, world: World, shared: dict[str, int], db: Database
) -> None:
    dress(alice, shared["hers"])
    mine = f"/icon/{icon_of(db, shared['hers'])}"
    assert anonymous.get(mine).status == 404
    world.change(owner(alice), open_to_visitors=True)
    for visitor in (anonymous, bob):
        assert mine in shown_icons(visitor.get("/@alice/"))
        assert visitor.get(mine).body == MINE
    with transaction(db) as tx:
        tx.run("UPDATE subscription SET hidden_from_visitors = 1 WHERE id = :id", id=shared["hers"])
    assert (anonymous.get(mine).status, bob.get(mine).status, alice.get(mine).status) == (404, 404, 200)


def test_what_is_left_empty_is_the_publishers_again_and_the_picture_goes(
    alice: Browser, shared: dict[str, int], db: Database
) -> None:
    dress(alice, shared["hers"])
    first = icon_of(db, shared["hers"])
    dress(alice, shared["hers"], None)
    assert icon_of(db, shared["hers"]) == first, "without a file the icon stays"
    page = dress(alice, shared["hers"], None, site_url="", description=" ", publisher_icon="1")
    assert f"/icon/{shared['published']}" in shown_icons(page)
    assert [p.text_content() for p in page.find(".lead")] == ["Their words"]
    assert page.find("//a[@href='https://theirs.example/']")
    with db.reading() as tx:
        assert tx.column("SELECT id FROM icon ORDER BY id") == [shared["published"]]


def test_an_icon_that_others_have_too_stays(alice: Browser, bob: Browser, shared: dict[str, int], db: Database) -> None:
    dress(alice, shared["hers"])
    dress(bob, shared["his"])
    assert icon_of(db, shared["hers"]) == icon_of(db, shared["his"]), "one picture is kept once"
    dress(alice, shared["hers"], PUBLISHED)
    assert icon_of(db, shared["hers"]) == shared["published"]
    dress(alice, shared["hers"], SVG)
    dress(alice, shared["hers"], None, publisher_icon="1")
    with db.reading() as tx:
        assert tx.column("SELECT body FROM icon ORDER BY id") == [PUBLISHED, MINE]


def test_what_unsubscribing_leaves_behind_is_tidied(alice: Browser, shared: dict[str, int], db: Database) -> None:
    dress(alice, shared["hers"])
    with store_write.transaction(db) as tx:
        assert icons.drop_unused(tx) == 0
    alice.post(f"/subscriptions/{shared['hers']}/remove")
    with store_write.transaction(db) as tx:
        assert icons.drop_unused(tx) == 1
        assert tx.column("SELECT id FROM icon") == [shared["published"]]


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (b"<html><script>alert(1)</script></html>", "This is no picture"),
        (b"", "This is no picture"),
        (png(50_000, 50_000), "This is no picture"),
        (png()[:20], "This is no picture"),
        (b"<!DOCTYPE svg [<!ENTITY a 'aa'>]><svg>&a;</svg>", "This is no picture"),
        (SVG + b" " * 100_000, "too large"),
        (png(filling=appearance.MAX_ICON_BYTES), "too large"),
    ],
)
def test_what_is_no_icon_is_refused_and_nothing_changes(
    bob: Browser, shared: dict[str, int], db: Database, picture: bytes, says: str
) -> None:
    page = dress(bob, shared["his"], picture)
    assert page.status == 400
    assert says in page.find("//p[@id='icon-error']")[0].text_content()
    assert page.find("//details[@id='appearance' and @open]")
    assert page.find("//input[@id='site_url']")[0].get("value") == "mine.example/home", "what was typed stays"
    with db.reading() as tx:
        assert tx.one("SELECT own_icon_id, own_site_url FROM subscription WHERE id = :id", id=shared["his"]) == (
            None,
            None,
        )


def test_a_picture_of_many_megabytes_is_not_even_read(bob: Browser, shared: dict[str, int]) -> None:
    assert dress(bob, shared["his"], png(filling=3_000_000)).status == 413


def test_the_icons_of_one_account_are_bounded_together(
    bob: Browser, world: World, shared: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appearance, "MAX_BYTES_OF_ALL", 2 * len(MINE))
    others = [world.subscribe(owner(bob), world.feed(f"Flux {n}")) for n in range(2)]
    assert dress(bob, others[0]).status == 200
    assert dress(bob, others[1], png(10, 10)).status == 200
    assert dress(bob, shared["his"], png(11, 11)).status == 400
    assert dress(bob, others[1], png(12, 12)).status == 200, "what is replaced does not count"


@pytest.mark.parametrize(
    "site", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "http://", "not a site"]
)
def test_a_site_is_a_web_address(bob: Browser, shared: dict[str, int], site: str) -> None:
    page = dress(bob, shared["his"], None, site_url=site)
    assert page.status == 400
    assert page.find("//p[@id='site_url-error']")
    assert "javascript:" not in "".join(str(link) for link in page.find("//a/@href"))


def test_a_password_in_an_address_does_not_reach_visitors(bob: Browser, shared: dict[str, int]) -> None:
    page = dress(bob, shared["his"], None, site_url="https://me:secret@a.example/")
    assert page.find("//a[@href='https://a.example/']")
    assert "secret" not in page.text
