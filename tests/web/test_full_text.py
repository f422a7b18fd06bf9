"""Full texts in the pages: the choice and its rules, tried first; which text one reads; one article on demand."""

from collections.abc import Iterator

import pytest
from tests.internet import Internet, Reply
from tests.pages import PARAGRAPHS, page
from tests.web.browsing import Answer, Browser, World

from dateline.clean import clean_html
from dateline.model import FullTextRules, RawHTML, User
from dateline.store import Database, full_text_queue, full_texts
from dateline.store import write as store_write
from dateline.store.bodies import Body, pack
from dateline.store.full_texts import Taken, Wish

HTML = "text/html; charset=utf-8"


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet({"/1": Reply(page(), content_type=HTML)}) as there:
        yield there


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


class Read:
    """A subscription of somebody with one entry that leads to a page."""

    def __init__(self, reader: Browser, world: World, url: str) -> None:
        self.world = world
        self.reader = reader
        self.feed = world.feed("Marée")
        (self.entry,) = world.entries(self.feed, "L’écluse", url=url)
        self.subscription = world.subscribe(owner(reader), self.feed)
        self.path = f"/subscriptions/{self.subscription}/full-text"

    def full(self, text: str, *, code: str = "ok", rules: FullTextRules | None = None) -> None:
        """The article is there."""
        html = clean_html(RawHTML(f"<p>{text}</p>"), None)
        taken = Taken(
            rules_hash=full_texts.rules_hash(rules or FullTextRules()),
            code=code,
            page_url="https://www.tide.example/1",
            word_count=500,
            packed=pack(Body(html)) if code == "ok" else None,
        )
        with store_write.transaction(self.world.db) as tx:
            full_texts.store(tx, self.entry, [taken], self.world.clock())

    def wish(self, mode: str) -> Answer:
        return self.reader.post(self.path, {"mode": mode})

    def page(self, query: str = "") -> Answer:
        return self.reader.get(f"/entry/{self.entry}{query}")


@pytest.fixture
def bobs(bob: Browser, world: World, internet: Internet) -> Read:
    return Read(bob, world, internet.url("/1"))


def wish_of(db: Database, read: Read) -> Wish:
    with db.reading() as tx:
        return full_texts.wish(tx, owner(read.reader).id, read.feed)


def typed(answer: Answer, field: str) -> str:
    """What stands in a field of lines; a browser drops its first line end."""
    return str(answer.find(f"//textarea[@id='{field}']")[0].text).removeprefix("\n")


def test_the_choice_and_the_rules_are_kept(bobs: Read, db: Database) -> None:
    page = bobs.reader.get(f"/subscriptions/{bobs.subscription}")
    assert page.find(f"//a[@href='{bobs.path}']")
    fields = {
        "mode": "truncated",
        "content": " article \r\n\r\n.body ",
        "remove": ".ad",
        "only": "tide",
        "place": "after",
    }
    after = bobs.reader.post(bobs.path, fields)
    assert after.status == 200
    assert "Saved." in after.words
    assert wish_of(db, bobs) == Wish(
        mode="truncated", rules=FullTextRules(content="article\n.body", remove=".ad", only="tide", place="after")
    )
    shown = bobs.reader.get(bobs.path)
    assert shown.find("//option[@selected][@value='truncated']")
    assert typed(shown, "content") == "article\n.body"
    assert shown.find("//details[@open]")
    assert "Where the feed gives only a beginning" in bobs.reader.get(f"/subscriptions/{bobs.subscription}").words
    with db.reading() as tx:
        assert full_text_queue.has_due(tx, bobs.entry), "what is unread gets its article"
    bobs.wish("off")
    assert wish_of(db, bobs) == Wish(mode="off", rules=FullTextRules())


@pytest.mark.parametrize("field", ["content", "remove"])
def test_a_bad_selector_is_told_beside_its_field(bobs: Read, db: Database, field: str) -> None:
    for button in ({}, {"try": "1"}):
        answer = bobs.reader.post(bobs.path, {"mode": "always", field: "p\np[<script>", **button})
        assert answer.status == 400
        [area] = answer.find("//textarea[@aria-invalid]")
        assert area.get("id") == field
        assert typed(answer, field) == "p\np[<script>"
        assert "not a CSS selector" in answer.find(f"//p[@id='{field}-error']")[0].text_content()
    assert wish_of(db, bobs).mode == "off"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mode": "sometimes"},
        {"mode": "off", "place": "under"},
        {"mode": "off", "content": "x" * 1001},
        {"mode": "o\0"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused(bobs: Read, fields: dict[str, str]) -> None:
    assert bobs.reader.post(bobs.path, fields).status == 400


def test_trying_shows_what_the_rules_make_and_keeps_nothing(bobs: Read, db: Database, internet: Internet) -> None:
    answer = bobs.reader.post(bobs.path, {"mode": "always", "remove": "p:first-of-type", "try": "1"})
    assert answer.status == 200
    [sample] = answer.find(".sample")
    assert PARAGRAPHS[1] in sample.text_content()
    assert PARAGRAPHS[0] not in answer.words
    assert typed(answer, "remove") == "p:first-of-type"
    assert wish_of(db, bobs).mode == "off"
    with db.reading() as tx:
        assert tx.value("SELECT count(*) FROM full_text") == 0
    assert len(internet.asked("/1")) == 1


def test_trying_says_why_there_is_nothing(bobs: Read, world: World, bob: Browser, internet: Internet) -> None:
    def tried(**fields: str) -> str:
        answer = bobs.reader.post(bobs.path, {"mode": "always", "try": "1", **fields})
        assert answer.status == 200
        return answer.words

    assert "Your selectors match nothing in the page." in tried(content=".nowhere")
    internet["/1"] = 404
    assert "There is no page at this address any more (404)." in tried()
    internet["/1"] = Reply(b"%PDF-1.4", content_type="application/pdf")
    assert "not a page but a file" in tried()
    empty = world.subscribe(owner(bob), world.feed("Empty"))
    answer = bob.post(f"/subscriptions/{empty}/full-text", {"mode": "always", "try": "1"})
    assert "no article yet that leads to a page" in answer.words


def test_scripts_of_a_page_do_not_come_through_the_trial(bobs: Read, internet: Internet) -> None:
    evil = "".join(
        f"<p onclick=alert(1)>{text}<script>alert(1)</script><img src=x onerror=alert(1)></p>" for text in PARAGRAPHS
    )
    internet["/1"] = Reply(page(evil), content_type=HTML)
    answer = bobs.reader.post(bobs.path, {"mode": "always", "try": "1"})
    assert PARAGRAPHS[2] in answer.words
    assert "alert(1)" not in answer.text


def test_whoever_wants_it_reads_it_in_the_stream_and_is_told(bobs: Read) -> None:
    bobs.full("From the page itself.")
    assert "From the page itself." not in bobs.reader.get("/").text
    assert "Full text" not in bobs.reader.get("/").words
    bobs.wish("always")
    stream = bobs.reader.get("/")
    assert "From the page itself." in stream.text
    assert "Full text, fetched from tide.example on" in stream.words
    assert stream.find(f"//a[@href='/entry/{bobs.entry}?version=feed']")
    assert stream.find("//span[contains(@class, 'minutes')]")[0].text_content().split() == ["2", "min"]


def test_one_goes_from_one_text_to_the_other(bobs: Read) -> None:
    bobs.full("From the page itself.")
    plain = bobs.page()
    assert "As the feed gives it." in plain.words
    assert "From the page itself." not in plain.text
    [link] = plain.find(".which")[0].xpath(".//a/@href")
    full = bobs.reader.get(str(link))
    assert "From the page itself." in full.text
    assert "The content of L’écluse." not in full.text
    [back] = full.find(".which")[0].xpath(".//a/@href")
    assert "The content of L’écluse." in bobs.reader.get(str(back)).text
    bobs.wish("always")
    assert "From the page itself." in bobs.page().text
    assert "From the page itself." in bobs.page("?fragment=1").text
    assert "The content of L’écluse." in bobs.page("?version=feed").text
    assert bobs.page("?version=other").status == 400


def test_full_texts_speak_french(alice: Browser, world: World, internet: Internet) -> None:
    read = Read(alice, world, internet.url("/1"))
    read.wish("always")
    read.full("De la page.")
    assert "Texte complet, récupéré sur tide.example le 22 novembre 2026" in alice.get("/").words
    assert "Quand le flux ne donne que le début" in alice.get(read.path).words


def test_a_failure_is_told_with_the_feeds_text(bobs: Read) -> None:
    bobs.wish("always")
    bobs.full("", code="extract.paywall")
    words = bobs.reader.get("/").words
    assert "The content of L’écluse." in words
    assert "As the feed gives it. The page gives only a beginning; the rest is for its subscribers." in words
    assert bobs.page().find("//form[@action='/entries/full-text']")
    assert not bobs.reader.get("/").find("//form[@action='/entries/full-text']")


def test_what_is_due_is_told(bobs: Read) -> None:
    assert "fetched in a moment" not in bobs.page().words
    bobs.wish("always")
    assert "As the feed gives it; the full text is fetched in a moment." in bobs.page().words


def test_one_article_on_demand(bobs: Read, internet: Internet) -> None:
    [form] = bobs.page().find("//form[@action='/entries/full-text']")
    [button] = form.xpath(".//button")
    answer = bobs.reader.post("/entries/full-text", {button.get("name"): button.get("value")})
    assert PARAGRAPHS[4] in answer.words
    assert "Full text, fetched from 127.0.0.1" in answer.words
    bobs.reader.post("/entries/full-text", {"id": bobs.entry})
    assert len(internet.asked("/1")) == 1
    assert PARAGRAPHS[4] not in bobs.page().words, "the subscription reads what the feed gives"


def test_one_article_that_cannot_be_had(bobs: Read, internet: Internet) -> None:
    internet["/1"] = 403
    answer = bobs.reader.post("/entries/full-text", {"id": bobs.entry})
    assert answer.status == 200
    assert "The site refuses to give us this page." in answer.words


@pytest.mark.parametrize("ident", ["", "x", "-1", "9" * 30])
def test_an_article_asked_badly(bob: Browser, ident: str) -> None:
    assert bob.post("/entries/full-text", {"id": ident}).status == 400


def test_somebody_elses_articles_and_rules_are_not_there(
    bobs: Read, mallory: Browser, anonymous: Browser, internet: Internet, db: Database
) -> None:
    assert mallory.get(bobs.path).status == 404
    assert mallory.post(bobs.path, {"mode": "always"}).status == 404
    assert mallory.post(bobs.path, {"mode": "always", "try": "1"}).status == 404
    assert mallory.post("/entries/full-text", {"id": bobs.entry}).status == 404
    assert anonymous.post("/entries/full-text", {"id": bobs.entry}).status == 403
    assert internet.requests == []
    assert wish_of(db, bobs).mode == "off"


def test_visitors_read_what_the_owner_reads_and_fetch_nothing(bobs: Read, anonymous: Browser, world: World) -> None:
    world.change(owner(bobs.reader), open_to_visitors=True)
    bobs.wish("always")
    bobs.full("From the page itself.")
    answer = anonymous.get(f"/@bob/entry/{bobs.entry}")
    assert "From the page itself." in answer.text
    assert not answer.find("//form[@action='/entries/full-text']")
    [other] = answer.find(".which")[0].xpath(".//a/@href")
    assert other == f"/@bob/entry/{bobs.entry}?version=feed"
    assert "The content of L’écluse." in anonymous.get(str(other)).text


def test_a_private_page_is_not_reached(bob: Browser, world: World) -> None:
    read = Read(bob, world, "http://10.0.0.1/secret")
    answer = bob.post("/entries/full-text", {"id": read.entry})
    assert "The page is inside a private network" in answer.words


def test_pages_without_full_texts_ask_nothing_more(bobs: Read, db: Database) -> None:
    """One read for a whole page, and only where a subscription has it on."""
    from dateline.model import Stream
    from dateline.store import streams

    def statements() -> int:
        with db.reading() as tx:
            asked: list[str] = []
            original = type(tx).all

            def counting(sql: str, /, **params: object) -> list[tuple[object, ...]]:
                asked.append(sql)
                return original(tx, sql, **params)

            tx.all = counting  # type: ignore[method-assign] # counts what goes through
            streams.read(tx, owner(bobs.reader).id, Stream(kind="all", shown="all"))
            return len([sql for sql in asked if "full_text b" in sql])

    assert statements() == 0
    bobs.wish("always")
    assert statements() == 1
