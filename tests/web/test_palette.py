"""The command palette's list: one's own streams, folders, feeds, labels, actions and settings, nobody else's."""

from tests.web.browsing import Browser, World

from dateline.actions import labels
from dateline.store import Database
from dateline.web import keys
from dateline.web.subjects import SUBJECTS


def test_it_holds_everywhere_one_can_go(alice: Browser, world: World, db: Database) -> None:
    assert alice.user is not None
    subscription = world.subscribe(alice.user, world.feed("Le Phare"))
    folder = world.folder(alice.user, "Presse", subscription)
    label = labels.add(db, alice.user, "Côte", now=world.clock())
    answer = alice.get("/palette").json
    goals = {(goal["group"], goal["name"]): goal for goal in answer["goals"]}
    assert goals["Flux", "Le Phare"]["url"] == f"/feed/{subscription}"
    assert goals["Dossier", "Presse"]["url"] == f"/folder/{folder}"
    assert goals["Étiquette", "Côte"]["url"] == f"/label/{label}"
    assert {goal["action"] for goal in answer["goals"] if "action" in goal} == set(keys.KEYS)
    assert {subject.path for subject in SUBJECTS} <= {goal.get("url") for goal in answer["goals"]}
    for url in {goal["url"] for goal in answer["goals"] if "url" in goal}:
        assert alice.get(url).status == 200, url


def test_it_shows_ones_own_keys(alice: Browser) -> None:
    alice.post("/settings/keys", {"next": "Z", "star": ""})
    by_action = {goal.get("action"): goal for goal in alice.get("/palette").json["goals"]}
    assert by_action["next"]["keys"] == "Maj + Z"
    assert "keys" not in by_action["star"]


def test_it_is_nobody_elses(alice: Browser, mallory: Browser, anonymous: Browser, world: World) -> None:
    assert alice.user is not None
    world.subscribe(alice.user, world.feed("Le Phare"))
    assert "Le Phare" not in mallory.get("/palette").text
    assert anonymous.get("/palette", follow=False).status == 303
    assert not anonymous.get("/login").find("//body[@data-palette]")
