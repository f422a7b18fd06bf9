"""How long articles are kept: shown where it counts, previewed before it is saved, by its owner alone."""

from datetime import timedelta

import pytest
from tests.web.browsing import Browser, Clock, World

from dateline.actions import retention as keeping
from dateline.model import Retention, User
from dateline.refresh.expiry import expire
from dateline.store import Database, retention
from dateline.store.retention import Scope
from dateline.store.write import transaction

OWN = {"mode": "own", "age": "3", "unit": "days", "count": "", "step": "look"}


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


@pytest.fixture
def subscription(alice: Browser, world: World, db: Database) -> int:
    """Alice's subscription to ten entries of ten days, the oldest read, of which the feed carries none any more."""
    feed = world.feed("Le Phare")
    for days in range(10):
        world.entries(feed, f"Vieux {days} jours", hours_ago=24 * days)
    own = world.subscribe(owner(alice), feed)
    with transaction(db) as tx:
        tx.run("UPDATE entry SET gone_at = 0")
    return own


def stored(db: Database, scope: Scope, key: int) -> Retention | None:
    with db.reading() as tx:
        return retention.stored(tx, scope, key)


@pytest.mark.usefixtures("subscription")
def test_a_rule_is_previewed_saved_and_told_on_the_settings(alice: Browser, db: Database, clock: Clock) -> None:
    assert "pour toujours (règle de ce serveur)" in alice.get("/settings/retention").words
    page = alice.post("/settings/retention", OWN)
    assert "6 articles sur 10 seraient supprimés." in page.words
    assert stored(db, "account", owner(alice).id) is None
    (form,) = page.find("//form[input[@name='step' and @value='save']]")
    fields = {item.get("name"): item.get("value") for item in form.findall(".//input")}
    page = alice.post("/settings/retention", fields)
    assert page.url == "/settings/retention"
    assert "commencera à partir dans une heure" in page.words
    assert "pendant 3 jours" in page.words
    assert stored(db, "account", owner(alice).id) == Retention(age=3, keep_unread=False)
    assert expire(db, clock())[0] == 0
    assert expire(db, clock() + timedelta(hours=1))[0] == 7  # another one has become three days old


def test_what_is_unread_is_kept_when_the_box_is_ticked(alice: Browser, subscription: int, db: Database) -> None:
    link = f"/subscriptions/{subscription}/retention"
    assert (
        "Rien ne serait supprimé pour l’instant : les 10 articles restent."
        in alice.post(link, {**OWN, "keep_unread": "1"}).words
    )
    assert "6 articles sur 10" in alice.post(link, OWN).words
    with transaction(db) as tx:
        tx.run("UPDATE entry SET gone_at = NULL")
    assert "Rien ne serait supprimé" in alice.post(link, OWN).words


def test_a_subscription_follows_its_folder_and_its_folder_the_account(
    alice: Browser, world: World, subscription: int
) -> None:
    folder = world.folder(owner(alice), "Presse", subscription)
    here = f"/subscriptions/{subscription}"
    alice.post("/settings/retention", {**OWN, "step": "save"})
    assert "pendant 3 jours (règle de votre compte)" in alice.get(here).words
    assert "pendant 3 jours (règle de votre compte)" in alice.get(f"/folders/{folder}").words
    alice.post(f"/folders/{folder}/retention", {**OWN, "age": "1", "unit": "years", "count": "500", "step": "save"})
    said = "pendant 1 an, et au plus 500 articles par flux"
    assert f"{said} (règle de son dossier)" in alice.get(here).words
    assert f"Comme le dossier : {said}" in alice.get(f"{here}/retention").words
    alice.post(f"{here}/retention", {**OWN, "age": "", "count": "", "step": "save"})
    assert "pour toujours. Changer" in alice.get(here).words
    alice.post(f"{here}/retention", {"mode": "above", "step": "save"})
    assert f"{said} (règle de son dossier)" in alice.get(here).words


def test_the_form_shows_the_rule_as_it_was_saved(alice: Browser, subscription: int) -> None:
    link = f"/subscriptions/{subscription}/retention"
    saved = {"mode": "own", "age": "2", "unit": "months", "count": "50", "keep_unread": "1", "step": "save"}
    alice.post(link, saved)
    page = alice.get(link)
    assert [box.get("value") for box in page.find("//input[@checked]")] == ["own", "1"]
    assert page.find("//input[@id='age']")[0].get("value") == "2"
    assert page.find("//option[@selected]")[0].get("value") == "months"
    assert page.find("//input[@id='count']")[0].get("value") == "50"


@pytest.mark.parametrize(
    ("field", "typed"), [("age", "0"), ("age", "1001"), ("age", "-1"), ("age", "x"), ("count", "٣")]
)
def test_a_number_that_cannot_be_is_told_beside_its_field(alice: Browser, db: Database, field: str, typed: str) -> None:
    for step in ("look", "save"):
        page = alice.post("/settings/retention", {**OWN, field: typed, "step": step})
        assert page.status == 400
        assert page.find(f"//input[@name='{field}']")[0].get("aria-invalid") == "true"
        assert page.find(f"//input[@id='{field}']")[0].get("value") == typed
    assert stored(db, "account", owner(alice).id) is None


@pytest.mark.parametrize("fields", [{}, {"mode": "x"}, {**OWN, "unit": "weeks"}, {**OWN, "step": "x"}])
def test_what_no_form_sends_is_refused(alice: Browser, fields: dict[str, str]) -> None:
    assert alice.post("/settings/retention", fields).status == 400


def test_the_servers_rule_is_told_where_nobody_says_anything(bob: Browser, db: Database, clock: Clock) -> None:
    keeping.keep_by_default(db, Retention(count=1000), now=clock())
    said = "at most 1,000 articles of each feed; unread ones longer"
    assert f"{said} (as this server does)" in bob.get("/settings/retention").words
    assert f"As this server does: {said}" in bob.get("/settings/retention").words
