"""Read, star, mark all, undo, refresh: with forms and with behaviours, by the owner, by others, badly."""

from collections.abc import Sequence

import pytest
from tests.web.browsing import Answer, Browser, World

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


def test_the_buttons_of_an_entry_work_without_scripts_and_lead_back(
    alice: Browser, ids: list[int], world: World
) -> None:
    page = alice.get("/?shown=all")
    (form,) = page.find("//form[@id='entry-form']")
    back = form.xpath(".//input[@name='next']/@value")[0]
    buttons = page.find(f"//*[@id='entry-{ids[0]}']//button[@form='entry-form'][@name='id'][@value='{ids[0]}']")
    actions = {str(button.get("formaction")) for button in buttons}
    assert actions == {"/entries/read", "/entries/unread", "/entries/star", "/entries/unstar"}

    answer = alice.post("/entries/read", {"id": ids[0], "next": back}, follow=False)
    assert answer.status == 303
    assert answer.header("location") == f"/?shown=all#entry-{ids[0]}"
    assert notice(alice.get("/")) == "1 article marqué comme lu."
    assert notice(alice.get("/")) == "", "a notice is told once"
    assert world.unread_ids(owner(alice)) == ids[1:]


def test_read_and_unread_star_and_unstar(alice: Browser, ids: list[int], world: World) -> None:
    alice.post("/entries/read", [("id", ident) for ident in ids])
    assert world.unread_ids(owner(alice)) == []
    assert notice(alice.post("/entries/unread", {"id": ids[1]})) == "1 article marqué comme non lu."
    assert world.unread_ids(owner(alice)) == [ids[1]]
    assert notice(alice.post("/entries/star", [("id", ids[0]), ("id", ids[2])])) == "2 articles ajoutés aux favoris."
    assert len(alice.get("/starred").find(".row")) == 2
    assert notice(alice.post("/entries/unstar", {"id": ids[0]})) == "1 article retiré des favoris."
    assert len(alice.get("/starred").find(".row")) == 1
    assert notice(alice.post("/entries/unstar", {"id": ids[0]})) == "Il n’y avait rien à changer."


def test_a_behaviour_gets_notice_undo_and_all_counts(alice: Browser, ids: list[int], world: World) -> None:
    subscription = int(alice.get("/").find("//details[@class='entry']")[0].get("data-feed-id") or 0)
    folder = world.folder(owner(alice), "Presse", subscription)
    answer = alice.post("/entries/read", {"id": ids[0]}, json=True)
    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    told = answer.json
    assert told["notice"] == "1 article marqué comme lu."
    assert isinstance(told["undo"], int)
    assert told["unread"] == {
        "main": 2,
        "all": 2,
        "important": 0,
        "starred": 0,
        "folders": {str(folder): 2},
        "feeds": {str(subscription): 2},
        "labels": {},
    }
    undone = alice.post("/undo", {"seq": told["undo"]}, json=True)
    assert undone.json["unread"]["main"] == 3


def test_mark_all_is_bounded_by_what_the_page_showed(alice: Browser, ids: list[int], world: World) -> None:
    (form,) = alice.get("/").find("//form[@class='mark-all']")
    fields = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input")}
    assert fields["up_to"] == str(ids[-1])
    with world.db.reading() as tx:
        feed = int(tx.value("SELECT feed_id FROM entry WHERE id = :id", id=ids[0]))
    later = world.entries(feed, "Plus tard", hours_ago=0)
    page = alice.post(form.get("action"), fields)
    assert notice(page) == "3 articles marqués comme lus."
    assert world.unread_ids(owner(alice)) == later


def test_an_action_is_undone_from_its_notice(alice: Browser, ids: list[int], world: World) -> None:
    alice.post("/entries/read-all", {"kind": "main", "key": "", "q": "", "up_to": ids[-1]}, follow=False)
    (form,) = alice.get("/").find("//form[@class='notice-undo']")
    assert form.get("hidden") is None
    fields = {str(field.get("name")): str(field.get("value")) for field in form.xpath(".//input")}
    page = alice.post(form.get("action"), fields)
    assert notice(page) == "C’est annulé, pour 3 articles."
    assert world.unread_ids(owner(alice)) == ids


def test_mark_all_of_a_folder_or_feed_leaves_the_others(alice: Browser, ids: list[int], world: World) -> None:
    other = world.feed("Autre")
    (kept,) = world.entries(other, "Ailleurs")
    subscription = world.subscribe(owner(alice), other)
    folder = world.folder(owner(alice), "Presse", subscription)
    alice.post("/entries/read-all", {"kind": "folder", "key": folder, "up_to": kept})
    assert world.unread_ids(owner(alice)) == ids
    alice.post("/entries/unread", {"id": kept})
    alice.post("/entries/read-all", {"kind": "feed", "key": subscription, "up_to": kept})
    assert world.unread_ids(owner(alice)) == ids


def test_refresh_makes_feeds_due_and_is_polite(alice: Browser, ids: list[int]) -> None:
    page = alice.post("/refresh", {"kind": "main", "key": ""})
    assert page.status == 200
    assert notice(page)


def test_the_way_back_never_leads_to_another_site(alice: Browser, ids: list[int]) -> None:
    for evil in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/a\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
    ):
        answer = alice.post("/entries/read", {"id": ids[0], "next": evil}, follow=False)
        assert answer.header("location") in ("/", f"/#entry-{ids[0]}"), evil


# ------------------------------------------------------------------------------------------------ others, nobody, badly

ACTIONS = ["/entries/read", "/entries/unread", "/entries/star", "/entries/unstar"]


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_changes_what_somebody_else_reads(
    alice: Browser, mallory: Browser, ids: list[int], world: World, action: str
) -> None:
    answer = mallory.post(action, {"id": ids[0]}, json=True)
    assert answer.status in (200, 404)
    assert world.unread_ids(owner(alice)) == ids
    assert world.unread_ids(owner(mallory)) == []
    assert alice.get("/starred").find(".row") == []
    assert mallory.get("/starred").find(".row") == []


def test_nobody_undoes_or_marks_somebody_elses(alice: Browser, mallory: Browser, ids: list[int], world: World) -> None:
    seq = alice.post("/entries/read", {"id": ids[0]}, json=True).json["undo"]
    assert mallory.post("/undo", {"seq": seq}, json=True).status == 404
    subscription = alice.get("/").find("//details[@class='entry']")[0].get("data-feed-id")
    fields = {"kind": "feed", "key": subscription, "up_to": ids[-1]}
    assert mallory.post("/entries/read-all", fields, json=True).status == 404
    assert mallory.post("/refresh", fields, json=True).status == 404
    assert world.unread_ids(owner(alice)) == ids[1:]


@pytest.mark.parametrize("action", [*ACTIONS, "/entries/read-all", "/undo", "/refresh"])
def test_visitors_change_nothing(alice: Browser, anonymous: Browser, ids: list[int], world: World, action: str) -> None:
    world.change(owner(alice), open_to_visitors=True)
    fields = {"id": ids[0], "kind": "main", "up_to": ids[-1], "seq": 1}
    assert anonymous.post(action, fields, follow=False).status == 403
    assert anonymous.post(action, fields, json=True).json["code"] == "action.forbidden"
    assert world.unread_ids(owner(alice)) == ids


BAD_FORMS: list[tuple[str, Sequence[tuple[str, object]]]] = [
    *((action, []) for action in ACTIONS),
    *((action, [("id", bad)]) for action in ACTIONS for bad in ("x", "-1", str(2**64))),
    ("/entries/read", [("id", 1)] * 1500),
    ("/entries/read-all", []),
    ("/entries/read-all", [("kind", "main")]),
    ("/entries/read-all", [("kind", "today"), ("up_to", 1)]),
    ("/entries/read-all", [("kind", "today"), ("since", 2**63 - 1), ("up_to", 1)]),
    ("/entries/read-all", [("kind", "main"), ("what", "nothing"), ("up_to", 1)]),
    ("/entries/read-all", [("kind", "folder"), ("up_to", 1)]),
    ("/entries/read-all", [("kind", "main"), ("key", 1), ("up_to", 1)]),
    ("/entries/read-all", [("kind", "main"), ("q", "x" * 1100), ("up_to", 1)]),
    ("/undo", []),
    ("/undo", [("seq", "last")]),
    ("/refresh", []),
    ("/refresh", [("kind", "everything")]),
]


@pytest.mark.parametrize(("action", "fields"), BAD_FORMS)
def test_a_bad_form_is_told_so(
    alice: Browser, ids: list[int], world: World, action: str, fields: Sequence[tuple[str, object]]
) -> None:
    answer = alice.post(action, fields, json=True)
    assert answer.status == 400
    assert answer.json == {
        "code": "action.bad_value",
        "message": "Le serveur n’a pas compris cette demande."
        " Revenez en arrière, vérifiez ce qui a été saisi et réessayez.",
    }
    assert world.unread_ids(owner(alice)) == ids


def test_unknown_entries_and_actions_are_harmless(alice: Browser, ids: list[int], world: World) -> None:
    assert alice.post("/entries/read", {"id": 2**62}, json=True).status in (200, 404)
    assert alice.post("/undo", {"seq": 2**62}, json=True).status == 404
    assert alice.post("/entries/read-all", {"kind": "feed", "key": 2**62, "up_to": 5}, json=True).status == 404
    assert world.unread_ids(owner(alice)) == ids


def test_a_forged_notice_is_ignored(alice: Browser) -> None:
    for forged in ("x", "e30", "W10", "WyJub3BlIiwxXQ", "a" * 3000, "WyJyZWFkIiwieCJd"):
        alice.cookies["dateline-notice"] = forged
        page = alice.get("/")
        assert page.status == 200
        assert notice(page) == ""


def test_what_was_done_without_a_connection_is_told_later_by_its_age(
    alice: Browser, ids: list[int], world: World
) -> None:
    account = owner(alice).id
    deeds = [("deed", f"{ids[0]} read 60000"), ("deed", f"{ids[1]} star 1")]
    answer = alice.post("/entries/late", [("account", account), *deeds], json=True)
    assert answer.json["unread"]["main"] == 2
    assert world.unread_ids(owner(alice)) == ids[1:]
    assert alice.post("/entries/late", [("account", account), *deeds], json=True).json["undo"] is None


@pytest.mark.parametrize(
    "deed",
    [
        "read 1",
        "0 read 1",
        "1 read -1",
        "1 burn 1",
        "1 read 1 1",
        "1 label: 1",
        "1 label:0 1",
        "1 read 1e9",
        "1 read ²",
        "9999999999999999999 read 1",
        "1 read 9999999999999",
    ],
)
def test_deeds_that_mean_nothing_are_refused(alice: Browser, ids: list[int], deed: str) -> None:
    answer = alice.post("/entries/late", {"account": owner(alice).id, "deed": deed}, json=True)
    assert (answer.status, answer.json["code"]) == (400, "action.bad_value")


def test_what_another_account_did_on_this_device_is_not_done_in_ones_name(
    alice: Browser, bob: Browser, ids: list[int], world: World
) -> None:
    answer = alice.post("/entries/late", {"account": owner(bob).id, "deed": f"{ids[0]} read 1"}, json=True)
    assert answer.status == 403
    assert world.unread_ids(owner(alice)) == ids


def test_a_search_is_marked_as_its_page_meant_it(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Ancien", hours_ago=5)
    world.entries(feed, "Récent", hours_ago=0.5)
    assert alice.user is not None
    world.subscribe(alice.user, feed)
    page = alice.get("/?q=-pubdate:PT1H")
    (form,) = page.find("//form[@id='mark-all']")
    fields = {field.get("name"): field.get("value") or "" for field in form.xpath("./input[@name]")}
    world.clock.pass_by(hours=2)
    alice.post("/entries/read-all", fields)
    assert "Récent" in alice.get("/?shown=unread").words
    assert "Ancien" not in alice.get("/?shown=unread").words
    assert alice.post("/entries/read-all", {**fields, "asked_at": "9" * 30}, json=True).status == 400
    del fields["asked_at"]
    alice.post("/entries/read-all", fields)
    assert "Récent" not in alice.get("/?shown=unread").words
