"""The stream page: what it shows to its owner, to somebody else, to nobody, and when asked badly."""

import re
from datetime import timedelta

import pytest
from tests.web.browsing import Answer, Browser, Clock, World

from dateline.model import Enclosure, Person, SafeHTML, User
from dateline.preferences import Look, Preferences, encode
from dateline.refresh.index import index_all


def titles(page: Answer) -> list[str]:
    """The titles of the rows."""
    return [str(title.text_content()) for title in page.find("//summary//*[@class='title']")]


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


# ------------------------------------------------------------------------------------------------ what is shown


def test_the_main_stream_shows_the_newest_entries_first_under_their_days(alice: Browser, world: World) -> None:
    feed = world.feed("Le Phare")
    world.entries(feed, "Ancien", hours_ago=72)
    world.entries(feed, "D’hier", hours_ago=26)
    world.entries(feed, "D’aujourd’hui", hours_ago=2)
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    assert [line.text_content() for line in page.find(".day")] == [
        "Aujourd’hui — 22 novembre 2026Flux principal",
        "Hier — 21 novembre 2026Flux principal",
        "À partir d’avant-hierFlux principal",
    ]
    assert titles(page) == ["D’aujourd’hui", "D’hier", "Ancien"]
    assert [heading.text_content() for heading in page.find("//h1")] == ["Vue normale"]


def test_days_are_those_of_the_readers_zone(alice: Browser, bob: Browser, world: World, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=23, minute=30)  # in Paris it is the 23rd already
    feed = world.feed()
    world.entries(feed, "Un", hours_ago=2)
    for reader in (alice, bob):
        world.subscribe(owner(reader), feed)
    assert alice.get("/").find(".date")[0].text_content() == "Hier — 22 novembre 2026"
    assert bob.get("/").find(".date")[0].text_content() == "Today — 22 November 2026"


def test_a_row_says_when_as_short_as_can_be(alice: Browser, world: World, clock: Clock) -> None:
    feed = world.feed()
    world.entries(feed, "L’an passé", hours_ago=8000)
    world.entries(feed, "Cet automne", hours_ago=500)
    world.entries(feed, "Hier", hours_ago=20)
    world.entries(feed, "Tard venu", hours_ago=2, published_at=clock() - timedelta(hours=20))
    world.subscribe(owner(alice), feed)
    times = [time.text_content() for time in alice.get("/").find("//summary//time")]
    assert times == ["21 nov.", "19:00", "1 nov.", "24 déc. 2025"]


def test_an_entry_opens_to_its_title_date_content_and_foot(alice: Browser, world: World) -> None:
    feed = world.feed("Le Phare")
    world.entries(
        feed,
        "Le vent tourne",
        content_html=SafeHTML('<p>Il <em>tourne</em>.</p><img src="https://example.org/a.png" alt="Un mât">'),
        authors=(Person(name="Ana"), Person(email="b@example.org")),
        tags=("mer", "vent"),
        language="fr-CA",
        comments_url="https://example.org/comments",
        enclosures=(
            Enclosure(url="https://example.org/one.mp3", type="audio/mpeg", title="Épisode 1"),
            Enclosure(url="https://example.org/film.mp4", type="video/mp4"),
            Enclosure(url="https://example.org/a.png", type="image/png"),
            Enclosure(url="https://example.org/b.png", type="image/png"),
            Enclosure(url="https://example.org/paper.pdf?x=1"),
        ),
    )
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    (article,) = page.find("//article")
    assert article.get("lang") == "fr-CA"
    (link,) = article.xpath(".//h2/a")
    assert link.text_content() == "Le vent tourne"
    assert str(link.get("href")).startswith("https://example.org/")
    assert link.get("rel") == "noopener noreferrer"
    assert article.find_class("published")[0].text_content() == "22 novembre 2026 à 14:00"
    assert article.xpath(".//time") == []
    assert article.find_class("authors")[0].text_content() == "Ana, b@example.org"
    assert article.xpath(".//em")[0].text_content() == "tourne"
    assert [tag.text_content() for tag in article.xpath(".//footer//ul[@class='tags']/li")] == ["mer", "vent"]
    assert len(article.xpath(".//audio[@controls][@preload='none']")) == 1
    assert len(article.xpath(".//video[@controls][@preload='none']")) == 1
    assert [img.get("src") for img in article.xpath(".//figure//img")] == ["https://example.org/b.png"]
    names = [caption.text_content() for caption in article.xpath(".//figcaption")]
    assert names == ["Épisode 1", "film.mp4", "paper.pdf"]
    assert "1 min" in article.xpath(".//footer")[0].text_content()


def test_authors_and_tags_lead_to_what_else_is_theirs(alice: Browser, world: World) -> None:
    nasty = 'a "b" & c/d?#<i>'
    feed = world.feed()
    world.entries(feed, "Un", tags=("vent d’est", nasty), authors=(Person(name="Zoé Ray"), Person(email="b@a.example")))
    world.entries(feed, "Deux", tags=("vent",), authors=(Person(name="Zoé Brun"),))
    world.subscribe(owner(alice), feed)
    index_all(world.db)
    page = alice.get("/")
    links = page.find("//p[@class='authors']/a | //ul[@class='tags']/li/a")
    led_to = {str(link.text_content()): sorted(titles(alice.get(str(link.get("href"))))) for link in links}
    assert led_to == {
        "Zoé Ray": ["Un"],
        "b@a.example": ["Un"],
        "Zoé Brun": ["Deux"],
        "vent d’est": ["Un"],
        "vent": ["Deux"],
        nasty: ["Un"],
    }


def test_a_summary_holds_only_text_and_pictures(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Un")
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    assert page.find("//summary")
    assert page.find("//summary//a | //summary//button | //summary//input | //summary//form") == []
    assert page.find("//summary//img")[-1].get("alt") == "✇"
    assert [image.get("alt") for image in page.find("//div[@id='panel']//img | //div[@id='notice']//img")] == [
        "❌",
        "❌",
    ]


def test_texts_of_strangers_are_never_markup(alice: Browser, world: World) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
    feed = world.feed(nasty)
    world.entries(
        feed,
        nasty,
        preview_text=nasty,
        tags=(nasty,),
        authors=(Person(name=nasty),),
        language='en" x="',
        content_html=SafeHTML("<p>Clean.</p>"),
        enclosures=(Enclosure(url="https://example.org/a.mp3", type="audio/mpeg", title=nasty),),
    )
    world.change(owner(alice), preview=True)
    world.subscribe(owner(alice), feed)
    for page in (alice.get("/"), alice.get("/?q=%3Cscript%3E%22%27")):
        assert page.find("//script[not(@src)]") == []
        assert page.find("//*[@onerror]") == []
        assert "49" not in page.find("//title")[0].text_content()
    assert titles(alice.get("/")) == [nasty]


def test_previews_are_shown_as_the_reader_wishes(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Un", preview_text="Le début.")
    world.subscribe(owner(alice), feed)
    assert alice.get("/").find(".preview") == []
    world.change(owner(alice), preview=True)
    assert [text.text_content() for text in alice.get("/").find(".preview")] == ["Le début."]


def test_a_long_body_is_left_to_the_entrys_own_page_and_fragment(alice: Browser, world: World) -> None:
    feed = world.feed()
    (ident,) = world.entries(feed, "Long", content_html=SafeHTML("<p>" + "très long " * 3000 + "FIN</p>"))
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    assert "FIN" not in page.text
    (left,) = page.find("//*[@data-whole][@data-fragment]")
    fragment = alice.get(left.get("data-fragment"))
    assert "FIN" in fragment.text
    assert "<html" not in fragment.text
    assert "FIN" in alice.get(f"/entry/{ident}").text


def test_an_entry_without_date_link_or_icon_is_shown_all_the_same(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Nu", url=None, published_at=None, content_html=SafeHTML(""), text="", preview_text="")
    world.subscribe(owner(alice), feed)
    page = alice.get("/")
    assert titles(page) == ["Nu"]
    assert page.find(".published")[0].text_content() == "22 novembre 2026 à 15:00"
    assert page.find(".original") == []


# ------------------------------------------------------------------------------------------------ which entries


def test_without_a_wish_the_unread_are_shown_and_all_when_there_are_none(alice: Browser, world: World) -> None:
    feed = world.feed()
    one, two = world.entries(feed, "Un", "Deux")
    world.subscribe(owner(alice), feed)
    alice.post("/entries/read", {"id": one})
    assert titles(alice.get("/")) == ["Deux"]
    assert titles(alice.get("/?shown=all")) == ["Deux", "Un"]
    alice.post("/entries/read", {"id": two})
    assert titles(alice.get("/")) == ["Deux", "Un"]
    empty = alice.get("/?shown=unread")
    assert titles(empty) == []
    assert "Vous avez tout lu ici." in empty.words


def test_streams_of_folder_feed_important_starred_and_all(alice: Browser, world: World) -> None:
    north, south, hidden = world.feed("Nord"), world.feed("Sud"), world.feed("Archive")
    (first,) = world.entries(north, "Du nord", hours_ago=3)
    world.entries(south, "Du sud", hours_ago=2)
    world.entries(hidden, "Du grenier", hours_ago=1)
    here = world.subscribe(owner(alice), north, visibility="important")
    there = world.subscribe(owner(alice), south, title="Le Sud à moi")
    kept = world.subscribe(owner(alice), hidden, visibility="archived")
    folder = world.folder(owner(alice), "Presse", there)
    world.star(owner(alice), first)
    assert titles(alice.get("/")) == ["Du sud", "Du nord"]
    assert titles(alice.get("/important")) == ["Du nord"]
    assert titles(alice.get("/starred")) == ["Du nord"]
    assert titles(alice.get("/all")) == ["Du sud", "Du nord"]
    assert titles(alice.get(f"/feed/{kept}")) == ["Du grenier"]
    assert titles(alice.get(f"/folder/{folder}")) == ["Du sud"]
    assert titles(alice.get(f"/feed/{here}")) == ["Du nord"]
    assert alice.get(f"/feed/{there}").find(".name")[-1].text_content() == "Le Sud à moi"
    names = [
        alice.get(path).find("//main//*[@class='name']")[0].text_content()
        for path in ("/important", "/starred", "/all")
    ]
    assert names == ["Flux importants", "Favoris", "Tous les articles"]


def test_a_search_finds_words_and_phrases_and_says_when_it_finds_nothing(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Vent du nord", "Pluie du sud")
    world.subscribe(owner(alice), feed)
    index_all(world.db)
    assert titles(alice.get("/?q=vent")) == ["Vent du nord"]
    assert titles(alice.get("/?q=%22pluie+du+sud%22")) == ["Pluie du sud"]
    assert titles(alice.get("/?q=du")) == ["Pluie du sud", "Vent du nord"]
    page = alice.get("/?q=rien+de+tel")
    assert "Rien dans ce flux ne contient « rien de tel »." in page.words
    assert page.find("//input[@name='q']")[0].get("value") == "rien de tel"


def test_pages_follow_each_other_without_gap_or_double(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, *(f"Article {number}" for number in range(120)))
    world.subscribe(owner(alice), feed)
    page, seen = alice.get("/"), []
    for _ in range(5):
        seen += titles(page)
        following = page.find("//a[@rel='next']")
        if not following:
            break
        page = alice.get(str(following[0].get("href")))
    assert seen == [f"Article {number}" for number in range(119, -1, -1)]
    assert page.find(".end")


def test_a_page_is_as_long_as_its_reader_wishes(alice: Browser, anonymous: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, *(f"Article {number}" for number in range(45)))
    world.subscribe(owner(alice), feed)
    chosen = encode(Preferences(look=Look(page_size=20)))
    world.change(owner(alice), open_to_visitors=True, preferences=chosen)
    for address in ("/", "/?view=reader", "/?view=cards", "/?order=title", "/?order=fair", "/all", "/@alice/"):
        page, lengths = (anonymous if "@" in address else alice).get(address), []
        while True:
            lengths.append(len(page.find("//*[contains(@class, 'row')]/*[contains(@class, 'entry')][@id]")))
            following = page.find("//a[@rel='next']")
            if not following:
                break
            page = alice.get(str(following[0].get("data-fragment")))
        assert lengths == [20, 20, 5], address


STATES = {
    "unread": {"plain", "starred"},
    "all": {"plain", "starred", "both", "read"},
    "read": {"both", "read"},
    "starred": {"starred", "both"},
    "unread_or_starred": {"plain", "starred", "both"},
    "unread_not_starred": {"plain"},
}


@pytest.fixture
def states(alice: Browser, world: World) -> int:
    """A subscription: of each kind of entry sixty, each named after it."""
    feed = world.feed()
    names = ("plain", "starred", "both", "read")
    ids = {name: world.entries(feed, *(f"{name} {number}" for number in range(60))) for name in names}
    subscription = world.subscribe(owner(alice), feed)
    world.star(owner(alice), *ids["starred"], *ids["both"])
    alice.get("/")
    alice.post("/entries/read", [("id", one) for one in ids["read"] + ids["both"]])
    return subscription


@pytest.mark.parametrize("state", STATES)
def test_a_page_shows_what_is_asked_for_to_its_end(alice: Browser, states: int, state: str) -> None:
    for path in (f"/?shown={state}", f"/feed/{states}?shown={state}&order=title_z", f"/?shown={state}&view=global"):
        page, seen = alice.get(path), []
        assert page.find("//main")[0].get("data-shown") == state
        if "global" in path and state in ("unread", "all"):
            continue  # a board
        while True:
            seen += titles(page)
            following = page.find("//a[@rel='next']")
            if not following:
                break
            page = alice.get(str(following[0].get("data-fragment")))
        assert {title.split()[0] for title in seen} == STATES[state]
        assert len(seen) == len(set(seen)) == 60 * len(STATES[state])


def test_a_state_is_said_offered_and_kept(alice: Browser, anonymous: Browser, world: World, states: int) -> None:
    page = alice.get("/?shown=starred&order=title")
    assert page.find(".order-line")[0].text_content() == "Les favoris seulement"
    (current,) = page.find("//button[@name='shown'][@aria-current]")
    assert current.get("value") == "starred"
    assert [one.get("value") for one in page.find("//button[@name='shown']")] == list(STATES)
    assert page.find("//form[button[@name='shown'] or p/button[@name='shown']]/input[@name='order']/@value") == [
        "title"
    ]
    (search,) = page.find("//form[@role='search']")
    assert dict(search.form_values()) == {"q": "", "order": "title", "shown": "starred"}
    kept = {"kind": "feed", "key": states, "shown": "unread_or_starred"}
    alice.post("/displays", kept)
    assert alice.get(f"/feed/{states}").find("//main")[0].get("data-shown") == "unread_or_starred"
    assert alice.get("/recent").find("//button[@name='shown']") == []
    world.change(owner(alice), open_to_visitors=True)
    page = anonymous.get("/@alice/?shown=starred")
    assert page.find("//button[@name='shown']") == []
    assert page.find("//main")[0].get("data-shown") == "all", "what somebody read is no business of visitors"


def test_a_state_without_articles_says_so_and_leads_to_all(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "one")
    world.subscribe(owner(alice), feed)
    for state in ("read", "starred"):
        page = alice.get(f"/?shown={state}")
        assert "Il n’y a aucun article de ce genre ici." in page.words
        assert page.find("//main//a[@class='button'][@href='/?shown=all']")


def test_more_comes_as_a_fragment_that_does_not_repeat_its_day(alice: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, *(f"Article {number}" for number in range(60)), hours_ago=72)
    world.subscribe(owner(alice), feed)
    more = alice.get("/").find("//a[@rel='next']")[0].get("data-fragment")
    fragment = alice.get(str(more))
    assert "<html" not in fragment.text
    assert len(fragment.find(".row")) == 10
    assert fragment.find(".day") == []


# ------------------------------------------------------------------------------------------------ what stands around


def test_the_sidebar_has_folders_feeds_counts_and_warnings(alice: Browser, world: World) -> None:
    feeds = [world.feed(name) for name in ("Alpha", "Bêta", "Gamma")]
    for feed in feeds:
        world.entries(feed, "Un", "Deux")
    ids = [world.subscribe(owner(alice), feed) for feed in feeds]
    outer = world.folder(owner(alice), "Presse", ids[0])
    inner = world.folder(owner(alice), "Europe", ids[1], parent_id=outer)
    world.trouble(feeds[2], "fetch.timeout")
    page = alice.get("/")

    def count(name: str) -> str:
        return str(page.find(f"//nav[@id='sidebar']//*[@data-count='{name}']")[0].text_content())

    assert (count("main"), count(f"folder-{outer}"), count(f"folder-{inner}"), count(f"feed-{ids[2]}")) == (
        "6",
        "4",
        "2",
        "2",
    )
    (inside,) = page.find(f"//details[@data-folder-id='{outer}']//details[@data-folder-id='{inner}']")
    assert "Bêta" in inside.text_content()
    (warning,) = page.find(".problem")
    assert warning.get("title") == "Le serveur a mis trop de temps à répondre."
    assert "trop de temps" in alice.get(f"/feed/{ids[2]}").find(".stream-problem")[0].text_content()
    assert page.find("//title")[0].text_content() == "(6) Flux principal · Dateline"
    assert [name.text_content() for name in page.find("//*[@aria-current='page']//*[@class='name']")] == [
        "Flux principaux"
    ]


def test_a_folder_tree_of_any_depth_is_drawn(alice: Browser, world: World) -> None:
    feed = world.feed()
    subscription = world.subscribe(owner(alice), feed)
    parent = None
    for depth in range(40):
        parent = world.folder(
            owner(alice), f"Dossier {depth}", *([subscription] if depth == 39 else []), parent_id=parent
        )
    page = alice.get("/")
    assert page.status == 200
    assert len(page.find(".folder")) == 40


def test_who_follows_nothing_is_told_the_next_step(alice: Browser) -> None:
    page = alice.get("/")
    assert page.status == 200
    assert "Vous ne suivez encore aucun flux." in page.words
    assert page.find("//main//a[@href='/subscriptions/add']")


def test_the_english_page_is_english_throughout(bob: Browser, world: World) -> None:
    feed = world.feed("Lighthouse")
    world.entries(feed, "Wind", content_html=SafeHTML("<p>It turns.</p>"), preview_text="It turns.")
    world.subscribe(owner(bob), feed)
    page = bob.get("/")
    assert page.find("//html")[0].get("lang") == "en"
    assert not re.search("[àâçéèêëîïôûùüœÀÉ«»]", page.words)
    assert "Normal view" in page.words
    assert "Today — 22 November 2026" in page.words
    assert "22 November 2026 at 13:00" in page.words


# ------------------------------------------------------------------------------------------------ somebody else, nobody


def test_somebody_elses_folder_and_feed_are_not_there(alice: Browser, mallory: Browser, world: World) -> None:
    feed = world.feed()
    world.entries(feed, "Un")
    subscription = world.subscribe(owner(alice), feed)
    folder = world.folder(owner(alice), "Presse", subscription)
    for path in (f"/feed/{subscription}", f"/folder/{folder}"):
        page = mallory.get(path)
        assert page.status == 404
        assert "Presse" not in page.text
        assert alice.get(path).status == 200


@pytest.mark.parametrize("path", ["/important", "/starred", "/all", "/folder/1", "/feed/1", "/entry/1"])
def test_without_a_session_one_is_led_to_the_login_and_back(anonymous: Browser, alice: Browser, path: str) -> None:
    page = anonymous.get(path, follow=False)
    assert page.status == 303
    assert page.header("location") == "/login?next=" + path.replace("/", "%2F")
    assert anonymous.get(path + "?fragment=1").status == 403


def test_on_an_instance_without_accounts_everything_leads_to_the_first_start(anonymous: Browser) -> None:
    assert anonymous.get("/", follow=False).header("location") == "/start"
    assert anonymous.get("/starred", follow=False).header("location") == "/start"


@pytest.mark.parametrize(
    "path",
    [
        "/?before=x",
        "/?before=1",
        "/?before=1.x",
        "/?before=-1.2",
        "/?before=" + "9" * 30 + ".1",
        "/?before=9223372036854775807.1",
        "/?shown=everything",
        "/?q=" + "x" * 1100,
        "/?q=%00",
        "/folder/x",
        "/feed/1e3",
        "/feed/" + "9" * 40,
        "/feed/%00",
    ],
)
def test_a_page_asked_badly_says_so_and_nothing_breaks(alice: Browser, path: str) -> None:
    page = alice.get(path)
    assert page.status == 400 or (page.status == 200 and "before=9223372036854775807" in path)
    if page.status == 400:
        assert "Le serveur n’a pas compris cette demande." in page.words


@pytest.mark.parametrize("path", ["/feed/999999", "/folder/999999", "/nowhere", "/feed", "/feed/1/x", "/%00", "/%ff"])
def test_what_does_not_exist_is_a_finished_page(alice: Browser, path: str) -> None:
    page = alice.get(path)
    assert page.status == 404
    assert page.find("//h1")[0].text_content() == "Il n’y a rien ici"
    assert page.find("//main//a[@href='/']")
