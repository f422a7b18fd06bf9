"""Several subscriptions at once, from the table: first said, then done, undone by one press; their owner's alone."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.model import Retention, User
from dateline.preferences import ReadWhen
from dateline.store import Database, read_choices, retention, subscriptions
from dateline.store.subscriptions import SubscriptionDetails
from dateline.store.write import transaction
from dateline.web.pages import several


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def rows(db: Database, browser: Browser) -> list[SubscriptionDetails]:
    with db.reading() as tx:
        return sorted(subscriptions.all_details(tx, owner(browser).id), key=lambda row: row.id)


def names(page: Answer) -> list[str]:
    return [cell.xpath("./a")[0].text_content().strip() for cell in page.find(".feed-cell")]


@pytest.fixture
def three(alice: Browser, world: World) -> list[int]:
    """Alice's subscriptions; the second has two unread articles, the third fails."""
    feeds = [world.feed(name) for name in ("Aube", "Brise", "Cap")]
    world.entries(feeds[1], "Un", "Deux")
    ids = [world.subscribe(owner(alice), feed) for feed in feeds]
    world.trouble(feeds[2], "fetch.timeout")
    return ids


def do(browser: Browser, what: str, ids: list[int], **fields: str) -> Answer:
    """The question's own form, sent as it stands."""
    question = browser.post("/subscriptions/several", [("do", what), *fields.items(), *(("id", i) for i in ids)])
    assert question.status == 200
    sent = [(field.get("name"), field.get("value")) for field in question.find("//main//form//input")]
    return browser.post("/subscriptions/several", sent)


def test_it_is_said_before_it_is_done(alice: Browser, db: Database, three: list[int]) -> None:
    page = alice.post("/subscriptions/several", [("do", "pause"), ("id", three[0]), ("id", three[1])])
    assert "2 abonnements" in page.words
    assert "Aube" in page.words
    assert "Cap" not in page.words
    assert [row.paused_at for row in rows(db, alice)] == [None] * 3


def test_pausing_is_shown_and_undone(alice: Browser, db: Database, three: list[int]) -> None:
    page = do(alice, "pause", three[:2])
    assert "2 abonnements sont en pause." in page.words
    assert [row.paused_at is not None for row in rows(db, alice)] == [True, True, False]
    assert names(alice.get("/subscriptions?only=paused")) == ["Aube", "Brise"]
    assert len(alice.get("/").find("//nav[@id='sidebar']//span[@class='paused']")) == 2
    assert "En pause depuis" in alice.get(f"/subscriptions/{three[0]}").words
    seq = page.find("//form[@class='notice-undo']/input[@name='seq']")[0].get("value")
    assert "Annulé, pour 2 abonnements." in alice.post("/undo", {"seq": seq, "next": "/subscriptions"}).words
    assert [row.paused_at for row in rows(db, alice)] == [None] * 3


def test_folders_places_full_texts_and_keeping_are_changed(
    alice: Browser, db: Database, world: World, three: list[int]
) -> None:
    press = world.folder(owner(alice), "Presse")
    do(alice, f"add:{press}", three)
    do(alice, "add_new", three[:1], new_folder="Mer")
    do(alice, "visibility:folder", three[:1])
    do(alice, "full_text:always", three[:1])
    do(alice, "keep:30", three[:1])
    first, second, _ = rows(db, alice)
    assert (len(first.folder_ids), second.folder_ids) == (2, (press,))
    assert (first.visibility, first.full_text) == ("folder", "always")
    with db.reading() as tx:
        assert retention.stored(tx, "subscription", three[0]) == Retention(age=30)
    do(alice, f"move:{press}", three[:1])
    assert rows(db, alice)[0].folder_ids == (press,)
    do(alice, "out", three)
    do(alice, "keep:above", three)
    assert [row.folder_ids for row in rows(db, alice)] == [()] * 3


def test_what_counts_as_read_by_itself_is_chosen_for_several_and_undone(
    alice: Browser, db: Database, three: list[int]
) -> None:
    def chosen() -> list[ReadWhen]:
        with db.reading() as tx:
            return [read_choices.own(tx, owner(alice).id, "feed", ident) for ident in three]

    do(alice, "read:gone", three[:1])
    page = do(alice, "read:beyond", three[:2])
    assert chosen() == [ReadWhen(gone=True, beyond=50), ReadWhen(beyond=50), ReadWhen()]
    seq = page.find("//form[@class='notice-undo']/input[@name='seq']")[0].get("value")
    alice.post("/undo", {"seq": seq, "next": "/subscriptions"})
    assert chosen() == [ReadWhen(gone=True), ReadWhen(), ReadWhen()]
    do(alice, "read:above", three)
    assert chosen() == [ReadWhen()] * 3


def test_what_waits_came_before_the_choice_for_several(
    alice: Browser, db: Database, world: World, three: list[int]
) -> None:
    waiting = [*world.unread_ids(owner(alice)), *world.entries(rows(db, alice)[0].feed_id, "Avant")]
    do(alice, "read:arrived", three)
    world.entries(rows(db, alice)[0].feed_id, "Après")
    alice.get("/")
    assert world.unread_ids(owner(alice)) == waiting


def test_leaving_says_that_it_is_for_good(alice: Browser, db: Database, three: list[int]) -> None:
    question = alice.post("/subscriptions/several", [("do", "leave"), ("id", three[0])])
    assert "On ne peut pas revenir en arrière." in question.words
    do(alice, "leave", three[:2])
    assert [row.id for row in rows(db, alice)] == three[2:]


def test_all_means_what_fits_the_filter(alice: Browser, db: Database, three: list[int]) -> None:
    do(alice, "pause", [], all="1", only="troubled")
    assert [row.paused_at is not None for row in rows(db, alice)] == [False, False, True]


def test_what_fits_the_filter_only_after_the_question_is_left_alone(
    alice: Browser, db: Database, world: World, three: list[int]
) -> None:
    question = alice.post("/subscriptions/several", {"do": "leave", "all": "1", "only": "troubled"})
    world.trouble(rows(db, alice)[0].feed_id, "fetch.timeout")
    sent = [(field.get("name"), field.get("value")) for field in question.find("//main//form//input")]
    alice.post("/subscriptions/several", sent)
    assert [row.id for row in rows(db, alice)] == three[:2]


def test_more_than_a_form_can_name_are_asked_about_again_once_there_are_others(
    alice: Browser, db: Database, world: World, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "_MAX_IDS", 1)
    question = alice.post("/subscriptions/several", {"do": "leave", "all": "1"})
    sent = [(field.get("name"), field.get("value")) for field in question.find("//main//form//input")]
    world.subscribe(owner(alice), world.feed("Digue"))
    again = alice.post("/subscriptions/several", sent)
    assert "4 abonnements" in again.words
    assert len(rows(db, alice)) == 4
    alice.post("/subscriptions/several", [(f.get("name"), f.get("value")) for f in again.find("//main//form//input")])
    assert rows(db, alice) == []
    assert three


def test_the_table_is_sorted_and_narrowed(alice: Browser, world: World, three: list[int]) -> None:
    world.folder(owner(alice), "Zone", three[0])
    assert names(alice.get("/subscriptions?sort=unread"))[0] == "Brise"
    assert names(alice.get("/subscriptions?sort=trouble"))[0] == "Cap"
    assert names(alice.get("/subscriptions?sort=folder"))[0] == "Aube"
    assert names(alice.get("/subscriptions?folder=0")) == ["Brise", "Cap"]
    for odd in ("sort=x", "folder=x", "only=x", "days=x", "from=x", "from=99999"):
        assert alice.get(f"/subscriptions?{odd}").status == 200
    assert names(alice.get("/subscriptions?only=idle&days=99999")) == []


def test_a_long_table_comes_in_pages(alice: Browser, world: World) -> None:
    for number in range(201):
        world.subscribe(owner(alice), world.feed(f"Flux {number:03}"))
    first = alice.get("/subscriptions")
    assert len(names(first)) == 200
    (link,) = first.find("//a[@rel='next']")
    assert names(alice.get(link.get("href"))) == ["Flux 200"]


def test_one_subscription_is_paused_on_its_own_page(alice: Browser, db: Database, three: list[int]) -> None:
    alice.post(f"/subscriptions/{three[0]}/pause", {"do": "pause"})
    assert rows(db, alice)[0].paused_at is not None
    alice.post(f"/subscriptions/{three[0]}/pause", {"do": "resume"})
    assert rows(db, alice)[0].paused_at is None


def test_nothing_chosen_is_said(alice: Browser, three: list[int]) -> None:
    assert "Rien n’a été choisi" in alice.post("/subscriptions/several", {"do": "pause"}).words
    assert (
        "Choisissez ce qu’il faut en faire." in alice.post("/subscriptions/several", {"do": "", "id": three[0]}).words
    )


def test_others_and_strangers_change_nothing(
    alice: Browser, mallory: Browser, anonymous: Browser, world: World, db: Database, three: list[int]
) -> None:
    theirs = world.folder(owner(mallory), "Mine")
    sent = {"do": "pause", "id": three[0], "sure": "1"}
    assert mallory.post("/subscriptions/several", sent).status == 404
    assert mallory.post(f"/subscriptions/{three[0]}/pause", {"do": "pause"}).status == 404
    assert anonymous.post("/subscriptions/several", sent).status == 403
    assert alice.post("/subscriptions/several", {**sent, "do": f"add:{theirs}"}).status == 404
    assert [(row.paused_at, row.folder_ids) for row in rows(db, alice)] == [(None, ())] * 3


@pytest.mark.parametrize(
    "what", ["explode", "add:x", "visibility:everywhere", "full_text:", "keep:8", "keep", "read", "read:x"]
)
def test_deeds_that_no_form_offers_are_refused(alice: Browser, three: list[int], what: str) -> None:
    sent = {"do": what, "id": three[0], "sure": "1"}
    assert alice.post("/subscriptions/several", sent).status == 400


def test_before_articles_are_kept_for_less_it_is_said_how_many_would_go(
    alice: Browser, bob: Browser, db: Database, world: World, three: list[int]
) -> None:
    aube, brise = (row.feed_id for row in rows(db, alice)[:2])
    for feed, days in ((aube, 10), (aube, 20), (aube, 40), (brise, 50), (brise, 1)):
        world.entries(feed, f"Il y a {days} jours", hours_ago=24 * days)
    with transaction(db) as tx:
        tx.run("UPDATE entry SET gone_at = 0")
    alice.get("/")

    def asked(what: str, ids: list[int]) -> Answer:
        return alice.post("/subscriptions/several", [("do", what), *(("id", i) for i in ids)])

    assert "les 3 articles restent." in asked("keep:7", three[:1]).words, "they are unread"
    alice.post("/entries/read", [("id", ident) for ident in world.unread_ids(owner(alice))])
    assert "3 articles sur 3 seraient supprimés." in asked("keep:7", three[:1]).words
    page = asked("keep:30", three)
    assert "2 articles sur 7 seraient supprimés." in page.words
    assert page.find("//button[contains(@class, 'button-danger')]")
    assert "1 article sur 3 serait supprimé." in asked("keep:30", three[:1]).words
    page = asked("keep:ever", three)
    assert "les 7 articles restent." in page.words
    assert not page.find("//button[contains(@class, 'button-danger')]")
    assert "supprim" not in asked("pause", three).words

    with transaction(db) as tx:
        retention.save(tx, retention.Proposal(scope="account", key=owner(alice).id, rule=Retention(age=30)))
    assert "2 articles sur 7 seraient supprimés." in asked("keep:above", three).words
    world.subscribe(owner(bob), brise)
    assert "1 article sur 7 serait supprimé." in asked("keep:30", three).words, "Bob keeps his"
    assert [row.folder_ids for row in rows(db, alice)] == [()] * 3
    with db.reading() as reading:
        assert retention.stored(reading, "subscription", three[0]) is None
