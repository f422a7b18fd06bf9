"""Saved searches: their pages, their place beside the streams and in the palette, without scripts, by their owner."""

from typing import Any

import pytest
from tests.web.browsing import Answer, Browser, World

from dateline.actions import labels as label_actions
from dateline.actions import saved_searches as actions
from dateline.actions import subscriptions as subscription_actions
from dateline.model import User
from dateline.refresh import index
from dateline.store import Database, saved_searches
from dateline.store.saved_searches import SavedSearch


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def all_of(db: Database, browser: Browser) -> list[SavedSearch]:
    with db.reading() as tx:
        return saved_searches.every(tx, owner(browser).id)


def keep(browser: Browser, world: World, name: str, query: str, **more: Any) -> int:
    return actions.add(world.db, owner(browser), SavedSearch(name=name, query=query, **more), now=world.clock())


def titles(page: Answer) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.find("//*[@id='entries']//*[@class='title']")]


def error_of(page: Answer, field: str) -> str:
    """The sentence beside a field, "" for none."""
    (box,) = page.find(f"//*[@name='{field}'][not(@type='hidden')]")
    described = box.get("aria-describedby") or ""
    if box.get("aria-invalid") != "true":
        return ""
    return str(page.find(f"//*[@id='{described}']")[0].text_content()).strip()


@pytest.fixture
def fed(alice: Browser, world: World) -> dict[str, int]:
    """Two feeds of Alice's, one in a folder; rain in both, snow in one."""
    phare, gazette = world.feed("Le Phare"), world.feed("Gazette")
    world.entries(phare, "Pluie au port", "Neige au port")
    world.entries(gazette, "Pluie en ville", "Soleil")
    index.index_all(world.db)
    ids = {"phare": world.subscribe(owner(alice), phare), "gazette": world.subscribe(owner(alice), gazette)}
    return {**ids, "folder": world.folder(owner(alice), "Presse", ids["phare"])}


# ---------------------------------------------------------------------------------------------- from the stream


@pytest.mark.usefixtures("fed")
def test_what_is_searched_for_is_saved_in_two_steps_and_then_has_its_name(alice: Browser, db: Database) -> None:
    page = alice.get("/?q=pluie+-ville&shown=all&order=oldest")
    assert titles(page) == ["Pluie au port"]
    (link,) = page.find("//details[@id='searches']//a[contains(@href, 'stream=')]")
    form = alice.get(link.get("href").partition("#")[0])
    assert form.find("//input[@name='query']")[0].get("value") == "pluie -ville"
    chosen = {
        name: form.find(f"//select[@name='{name}']/option[@selected]")[0].get("value")
        for name in ("stream", "shown", "order")
    }
    assert chosen == {"stream": "main", "shown": "all", "order": "oldest"}
    there = alice.post("/searches", {"name": "Au port", "query": "pluie -ville", **chosen})
    assert "« Au port » est enregistré" in there.words.replace("\u00a0", " ")
    assert titles(there) == ["Pluie au port"]
    assert there.find("//title")[0].text_content() == "Au port · Dateline"
    assert there.find("//p[@class='bar-title']/span")[0].text_content() == "Au port"
    assert [one.name for one in all_of(db, alice)] == ["Au port"]


def test_an_open_one_is_marked_in_the_sidebar_and_leads_to_its_settings(
    alice: Browser, world: World, fed: dict[str, int]
) -> None:
    ident = keep(alice, world, "Au port", "port", kind="folder", key=fed["folder"])
    page = alice.get("/")
    (link,) = page.find("//nav[@id='sidebar']//a[contains(@href, 'saved=')]")
    page = alice.get(link.get("href"))
    assert titles(page) == ["Neige au port", "Pluie au port"]
    (current,) = page.find("//nav[@id='sidebar']//a[@aria-current='page']")
    assert current.text_content().strip() == "Au port"
    (gear,) = page.find("//a[contains(@class, 'bar-settings')]")
    assert gear.get("href") == f"/searches/{ident}"


def test_its_links_and_forms_keep_it_and_a_new_search_drops_it(alice: Browser, world: World) -> None:
    feed = world.feed("Le Phare")
    world.entries(feed, *(f"Pluie {number}" for number in range(60)))
    world.subscribe(owner(alice), feed)
    index.index_all(world.db)
    ident = keep(alice, world, "Pluies", "pluie")
    page = alice.get(f"/?q=pluie&saved={ident}")
    more, *_ = page.find("//nav[@class='more']/a")
    kept = [more, *page.find("//ul[@class='shown']//a"), *page.find("//a[@class='select-link']")]
    assert len(kept) == 4
    for link in kept:
        assert f"saved={ident}" in link.get("href")
    for form in page.find("//form[@method='get'][not(@role='search')]"):
        assert form.xpath(f".//input[@name='saved'][@value='{ident}']"), form.get("aria-label")
    assert not page.find("//form[@role='search']//input[@name='saved']")
    assert alice.get(more.get("href")).find("//p[@class='bar-title']/span")[0].text_content() == "Pluies"
    assert not page.find("//form[@action='/displays']"), "how the stream itself stands is another question"


def test_another_search_under_its_number_is_only_that_search(
    alice: Browser, bob: Browser, world: World, fed: dict[str, int]
) -> None:
    ident = keep(alice, world, "Au port", "port")
    theirs = keep(bob, world, "Les siens", "port")
    for path in (
        f"/?q=pluie&saved={ident}",
        f"/?saved={ident}",
        f"/folder/{fed['folder']}?q=port&saved={ident}",
        f"/?q=port&saved={theirs}",
        f"/?q=port&saved={ident + 500}",
        "/?q=port&saved=x%00",
    ):
        page = alice.get(path)
        assert page.status == 200, path
        assert page.find("//p[@class='bar-title']/span")[0].text_content() in ("Flux principal", "Presse"), path
        assert not page.find("//nav[@id='sidebar']//*[contains(@href, 'saved=')][@aria-current]"), path
        assert "Les siens" not in page.words


def test_one_without_a_query_is_a_stream_shown_so(alice: Browser, world: World, fed: dict[str, int]) -> None:
    ident = keep(alice, world, "Par titre", "", kind="folder", key=fed["folder"], order="title_z")
    (link,) = alice.get("/").find("//nav[@id='sidebar']//a[contains(@href, 'saved=')]")
    assert link.get("href") == f"/folder/{fed['folder']}?order=title_z&saved={ident}"
    page = alice.get(link.get("href"))
    assert titles(page) == ["Pluie au port", "Neige au port"]
    assert page.find("//p[@class='bar-title']/span")[0].text_content() == "Par titre"


@pytest.mark.usefixtures("fed")
def test_one_with_nothing_left_says_so_and_offers_what_is_read_of_it(alice: Browser, world: World) -> None:
    ident = keep(alice, world, "Pluies", "pluie", shown="unread")
    alice.post("/entries/read", [("id", number) for number in range(1, 5)])
    page = alice.get(f"/?q=pluie&shown=unread&saved={ident}")
    assert "Vous avez tout lu ici" in page.words
    (all_of_it,) = page.find("//div[@class='empty']//a")
    assert len(titles(alice.get(all_of_it.get("href")))) == 2
    assert "Pluies" in alice.get(all_of_it.get("href")).find("//title")[0].text_content()
    none = keep(alice, world, "Grêles", "grêle")
    assert "Il n’y a aucun article de ce genre ici" in alice.get(f"/?q=gr%C3%AAle&saved={none}").words
    assert "« grêle »" in alice.get("/?q=gr%C3%AAle").words.replace("\u00a0", " ")


@pytest.mark.usefixtures("fed")
def test_another_query_names_it_and_takes_what_it_asks(alice: Browser, world: World) -> None:
    keep(alice, world, "Au port", "port")
    ident = keep(alice, world, "Tout", "")
    expected = {
        "search:%22au+port%22": ["Neige au port", "Pluie au port"],
        "pluie+-search:%22au+port%22": ["Pluie en ville"],
        "pluie+search:tout": ["Pluie en ville", "Pluie au port"],
        f"S:{ident}": ["Soleil", "Pluie en ville", "Neige au port", "Pluie au port"],
        "-search:Tout": [],
    }
    assert {query: sorted(titles(alice.get(f"/?q={query}"))) for query in expected} == {
        query: sorted(found) for query, found in expected.items()
    }


def test_visitors_know_none(alice: Browser, anonymous: Browser, world: World, fed: dict[str, int]) -> None:
    ident = keep(alice, world, "Au port", "port")
    world.change(owner(alice), open_to_visitors=True)
    for path in ("/@alice/", f"/@alice/?q=port&saved={ident}", f"/@alice/feed/{fed['phare']}"):
        for reader in (anonymous, alice):
            page = reader.get(path)
            assert page.status == 200
            assert "Au port" not in [one.text_content().strip() for one in page.find("//nav//a | //p//span")]
            assert not page.find("//*[@id='searches']")


# ---------------------------------------------------------------------------------------------- their own pages


def test_without_any_the_page_says_what_they_are_for_and_what_can_be_asked(alice: Browser) -> None:
    page = alice.get("/searches")
    assert "Ce que vous recherchez souvent" in page.words
    assert "intitle:rain" in page.words
    assert "Dans le titre" in page.words
    assert not alice.get("/").find("//nav[@id='sidebar']//a[@href='/searches']"), "no heading over nothing"


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    alice: Browser, db: Database, world: World
) -> None:
    keep(alice, world, "Prise", "pluie")
    sent = {"name": "Bonne", "query": "pluie", "stream": "main", "shown": "unread", "order": "oldest"}
    for wrong, field, words in (
        ({"name": "prise"}, "name", "Ce nom est déjà pris"),
        ({"name": "a/b"}, "name", "Ce nom"),
        ({"query": "label:rien"}, "query", "label:rien"),
        ({"query": "date:demain"}, "query", "date:demain"),
        ({"stream": "folder/99"}, "stream", "n’existe plus"),
        ({"stream": ""}, "stream", "n’existe plus"),
        ({"stream": "nonsense"}, "stream", "n’existe plus"),
    ):
        page = alice.post("/searches", {**sent, **wrong})
        assert page.status == 400, wrong
        assert words in error_of(page, field), wrong
        focused = [one.get("name") for one in page.find("//*[@autofocus]")]
        assert focused == ([field] if field != "stream" else []), wrong
        kept = {**sent, **wrong}
        assert page.find("//input[@name='name']")[0].get("value") == kept["name"]
        assert page.find("//input[@name='query']")[0].get("value") == kept["query"]
        assert page.find("//select[@name='shown']/option[@selected]")[0].get("value") == "unread"
    assert [one.name for one in all_of(db, alice)] == ["Prise"]
    for wrong in ({"shown": "adaptive"}, {"order": "x"}, {"query": "a" * 1001}, {"stream": "main/9" + "9" * 30}):
        assert alice.post("/searches", {**sent, **wrong}).status == 400, wrong


def test_one_is_changed_put_in_order_and_deleted(alice: Browser, db: Database, world: World) -> None:
    first, second = keep(alice, world, "Un", "pluie"), keep(alice, world, "Deux", "neige")
    alice.post(f"/searches/{second}", {"do": "up"})
    assert [one.name for one in all_of(db, alice)] == ["Deux", "Un"]
    alice.post(f"/searches/{second}", {"do": "down"})
    wanted = {"do": "save", "name": "Trois", "query": "soleil", "stream": "all", "shown": "starred", "order": "feed"}
    after = alice.post(f"/searches/{first}", wanted)
    assert after.url == "/searches"
    assert all_of(db, alice)[0] == SavedSearch(
        id=first, name="Trois", query="soleil", kind="all", shown="starred", order="feed"
    )
    page = alice.post(f"/searches/{first}", {**wanted, "query": f"S:{first}"})
    assert (page.status, "lui-même" in error_of(page, "query")) == (400, True)
    gone = alice.post(f"/searches/{first}", {"do": "remove"})
    assert "« Trois » a été supprimé" in gone.words.replace("\u00a0", " ")
    assert [one.id for one in all_of(db, alice)] == [second]
    assert alice.get(f"/searches/{first}").status == 404


def test_what_its_stream_was_is_said_when_that_is_gone_and_nothing_fails(
    alice: Browser, db: Database, world: World, fed: dict[str, int]
) -> None:
    label = label_actions.add(db, owner(alice), "Mer", now=world.clock())
    idents = {
        kind: keep(alice, world, f"Dans {kind}", "pluie", kind=kind, key=key)
        for kind, key in (("folder", fed["folder"]), ("feed", fed["gazette"]), ("label", label))
    }
    subscription_actions.remove_folder(db, owner(alice), fed["folder"], now=world.clock())
    subscription_actions.unsubscribe(db, owner(alice), fed["gazette"], now=world.clock())
    label_actions.remove(db, owner(alice), label, now=world.clock())
    page = alice.get("/")
    links = {one.text_content().strip(): one.get("href") for one in page.find("//a[contains(@class, 'is-gone')]")}
    assert links == {f"Dans {kind}": f"/searches/{ident}" for kind, ident in idents.items()}
    assert not page.find("//details[@id='searches']//a[contains(@href, 'saved=')]")
    assert "Le flux où il cherchait" in alice.get("/searches").words
    goals: Any = alice.get("/palette").json
    assert not [goal for goal in goals["goals"] if goal["name"].startswith("Dans ")]
    for ident in idents.values():
        form = alice.get(f"/searches/{ident}")
        assert (form.status, "n’existe plus" in error_of(form, "stream")) == (200, True)
        assert alice.get(f"/atom?kind=search&key={ident}").status == 404
    mended = {"do": "save", "name": "Partout", "query": "pluie", "stream": "main", "shown": "", "order": ""}
    assert alice.post(f"/searches/{idents['feed']}", mended).url == "/searches"
    assert not [one for one in alice.get("/").find("//a[contains(@class, 'is-gone')]") if one.text == "Partout"]


def test_what_a_query_named_and_is_gone_is_said_in_the_list_and_beside_the_field(
    alice: Browser, db: Database, world: World
) -> None:
    label = label_actions.add(db, owner(alice), "Mer", now=world.clock())
    ident = keep(alice, world, "Au large", "label:Mer")
    other = keep(alice, world, "Loin", 'search:"Au large"')
    assert not alice.get("/searches").find("//p[@class='trouble']")
    label_actions.remove(db, owner(alice), label, now=world.clock())
    page = alice.get("/searches")
    assert [one.text_content().count("label:Mer") for one in page.find("//p[@class='trouble']")] == [1, 1]
    assert "label:Mer" in error_of(alice.get(f"/searches/{ident}"), "query")
    assert "label:Mer" in error_of(alice.get(f"/searches/{other}"), "query")
    assert alice.get(f"/?q=label:Mer&saved={ident}").status == 200


def test_the_palette_leads_to_them_and_the_help_names_the_key(alice: Browser, world: World) -> None:
    ident = keep(alice, world, "Au port", "port", shown="unread")
    answer: Any = alice.get("/palette").json
    goals = {goal["name"]: goal.get("url") for goal in answer["goals"]}
    assert goals["Au port"] == f"/?q=port&shown=unread&saved={ident}"
    assert goals["Filtres utilisateur"] == "/searches"
    keys = alice.get("/keys").find("//dt[.//kbd[text()='u']]/following-sibling::dd[1] | //tr[.//kbd[text()='u']]")
    assert "filtres utilisateur" in " ".join(one.text_content() for one in keys)


def test_nobody_elses_can_be_seen_changed_or_named(alice: Browser, bob: Browser, db: Database, world: World) -> None:
    ident = keep(alice, world, "Privé", "pluie")
    before = all_of(db, alice)
    wanted = {"name": "Vol", "query": "", "stream": "main", "shown": "", "order": ""}
    for do in ("save", "remove", "up", "down"):
        assert bob.post(f"/searches/{ident}", {**wanted, "do": do}).status == 404
    assert bob.get(f"/searches/{ident}").status == 404
    assert all_of(db, alice) == before
    assert "Privé" not in bob.get("/searches").words
    assert bob.get("/searches/nonsense").status == 400
    assert alice.post(f"/searches/{ident}", {**wanted, "do": "explode"}).status == 400


def test_nothing_in_a_name_or_a_query_is_markup(alice: Browser, world: World) -> None:
    ident = keep(alice, world, "<b>Gras<b> & “co”", "\"<script>\" -'&amp;'")
    for path in ("/", "/searches", f"/searches/{ident}", f"/?q=%22%3Cscript%3E%22+-%27%26amp%3B%27&saved={ident}"):
        page = alice.get(path)
        assert page.status == 200
        assert "<b>Gras" not in page.text
        assert '<script>"' not in page.text
        assert not page.find("//b[text()='Gras']")
