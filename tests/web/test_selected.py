"""Several articles at once, as forms: boxes where they are asked for, labels for all; by others, and badly."""

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.actions import labels
from dateline.model import User


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def ids(alice: Browser, world: World) -> list[int]:
    """Three unread entries of Alice's, in one feed."""
    feed = world.feed()
    found = world.entries(feed, "Un", "Deux", "Trois")
    world.subscribe(owner(alice), feed)
    return found


def notice(page: Answer) -> str:
    return str(page.find(".notice-text")[0].text_content())


def several(ids: list[int], **more: object) -> list[tuple[str, object]]:
    return [*(("id", ident) for ident in ids), ("several", 1), *more.items()]


def test_rows_have_boxes_only_where_they_are_asked_for(alice: Browser, ids: list[int], anonymous: Browser) -> None:
    assert alice.get("/").find(".tick") == []
    page = alice.get("/?select=1")
    ticks = page.find(".tick")
    assert [(tick.get("value"), tick.get("form"), tick.get("aria-label")) for tick in ticks] == [
        (str(ids[2]), "selected", "Trois"),
        (str(ids[1]), "selected", "Deux"),
        (str(ids[0]), "selected", "Un"),
    ]
    assert alice.get("/?select=1&shown=all&view=global").find(".tick") == []
    assert alice.get("/?select=all").find(".tick") == []


def test_visitors_are_offered_no_boxes(alice: Browser, ids: list[int], world: World, anonymous: Browser) -> None:
    world.change(owner(alice), open_to_visitors=True)
    page = anonymous.get("/?select=1")
    assert len(page.find(".row")) == 3
    assert page.find(".tick") == []
    assert page.find("//form[@id='selected']") == []


def test_a_label_is_put_on_several_taken_off_and_each_is_undone(alice: Browser, ids: list[int], world: World) -> None:
    page = alice.post("/entries/label", several(ids[:2], new_label="Lent"))
    assert notice(page) == "2 articles portent désormais l’étiquette «\u00a0Lent\u00a0»."
    (label,) = page.find("//ul[@class='label-ticks']//input[@name='label']/@value")
    assert notice(alice.post("/entries/label", several(ids[:2], new_label="lent"))) == "Il n’y avait rien à changer."
    page = alice.post("/entries/unlabel", several(ids, label=label))
    assert notice(page) == "L’étiquette «\u00a0Lent\u00a0» a été retirée de 2 articles."
    (seq,) = page.find("//form[contains(@class, 'notice-undo')]//input[@name='seq']/@value")
    alice.post("/undo", {"seq": seq})
    assert len(alice.get(f"/label/{label}").find(".row")) == 2


def test_a_behaviour_is_told_which_label_it_was(alice: Browser, ids: list[int]) -> None:
    answer = alice.post("/entries/label", several(ids, new_label="Lent"), json=True).json
    assert answer["label"]["name"] == "Lent"
    assert answer["undo"]
    assert answer["unread"]["labels"] == {str(answer["label"]["id"]): 3}
    again = alice.post("/entries/label", several(ids, label=answer["label"]["id"]), json=True).json
    assert (again["undo"], again["label"]) == (None, answer["label"])


@pytest.mark.parametrize("verb", ["read", "unread", "star", "unstar", "label", "unlabel"])
def test_without_a_box_ticked_it_is_said_and_nothing_is_done(
    alice: Browser, ids: list[int], world: World, verb: str
) -> None:
    page = alice.post(f"/entries/{verb}", {"several": 1, "new_label": "Lent", "next": "/?select=1"})
    assert notice(page) == "Rien n’est sélectionné\u00a0: cochez les articles voulus."
    assert len(page.find(".tick")) == 3
    assert page.find(".label-ticks li") == []
    assert alice.post(f"/entries/{verb}", {"new_label": "Lent"}).status == 400


def test_a_label_must_be_chosen_and_ones_own(alice: Browser, bob: Browser, ids: list[int], world: World) -> None:
    theirs = labels.add(world.db, owner(bob), "Secret", now=world.clock())
    said = "Choisissez une étiquette, ou nommez-en une nouvelle."
    assert notice(alice.post("/entries/label", several(ids))) == said
    assert notice(alice.post("/entries/unlabel", several(ids, new_label="Lent"))) == said
    for verb in ("label", "unlabel"):
        assert alice.post(f"/entries/{verb}", several(ids, label=theirs)).status == 404
        assert bob.post(f"/entries/{verb}", several(ids, label=theirs)).status == 404, "not Bob's articles"
        assert alice.post(f"/entries/{verb}", several(ids, label="x")).status == 400
    assert alice.post("/entries/label", several(ids, new_label="a/b")).status == 400
    assert alice.post("/entries/label", several(ids, new_label="a" * 201)).status == 400


def test_a_thousand_at_most_are_taken_at_once(alice: Browser, ids: list[int], world: World) -> None:
    assert alice.post("/entries/read", several([*range(10**6, 10**6 + 998), ids[0], ids[1]])).status == 200
    assert world.unread_ids(owner(alice)) == ids[2:]
    for verb in ("read", "label"):
        assert alice.post(f"/entries/{verb}", several([*range(10**6, 10**6 + 1000), ids[2]], label=1)).status == 400
    assert world.unread_ids(owner(alice)) == ids[2:]
