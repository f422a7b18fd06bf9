"""Every template renders with its declared context, in minijinja and in Jinja2 alike."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

import jinja2
import msgspec
import pytest
from minijinja import TemplateError
from tests.web.browsing import Browser, World

from dateline.actions import labels as label_actions
from dateline.actions import saved_searches as search_actions
from dateline.episode import Chapter, Credit, Episode, Transcript
from dateline.model import Enclosure, User
from dateline.settings import Settings
from dateline.store.saved_searches import SavedSearch
from dateline.web import i18n
from dateline.web.assets import load_assets
from dateline.web.i18n import Words
from dateline.web.render import TEMPLATE_FOLDER, Renderer, read_template


@dataclass
class Rendered:
    """One rendering as it happened."""

    renderer: Renderer
    template: str
    words: Words
    context: Mapping[str, object]
    text: str


@dataclass
class Record:
    """Everything that was rendered during a test."""

    seen: list[Rendered] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {rendered.template for rendered in self.seen}


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Record:
    """Listens to the renderer without changing what it does."""
    kept, original = Record(), Renderer.html

    def listening(self: Renderer, template: str, words: Words, context: Mapping[str, object]) -> str:
        text = original(self, template, words, context)
        kept.seen.append(Rendered(self, template, words, context, text))
        return text

    monkeypatch.setattr(Renderer, "html", listening)
    return kept


class Compiled(jinja2.BytecodeCache):
    """What templates were compiled to: once for all environments."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self.codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def in_jinja2(rendered: Rendered) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(read_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=COMPILED,
    )
    environment.globals.update(rendered.renderer.globals(rendered.words))
    return environment.get_template(rendered.template).render(**rendered.context)


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


FILES = (
    Enclosure(url="https://a.example/1.mp3", type="audio/mpeg", title="Un", duration_seconds=61),
    Enclosure(url="https://a.example/1.mp4?a=1&b=2", type="video/mp4", height=720, group=1),
    Enclosure(url="https://a.example/2.mp4", type="video/mp4", height=360, group=1),
    Enclosure(url="https://a.example/1.jpg", type="image/jpeg"),
    Enclosure(url="https://a.example/1.pdf"),
)
EPISODE = Episode(
    season="1",
    number="2",
    chapters=(Chapter(start_seconds=0, title="A & B"), Chapter(start_seconds=9, title="C", url="https://a.example/")),
    transcripts=(Transcript(url="https://a.example/1.vtt"),),
    credits=(Credit(name="<Ann>", role="host"),),
    player_url="https://player.vimeo.com/video/1",
)


def tour(alice: Browser, bob: Browser, anonymous: Browser, world: World) -> None:
    """Visits every page, full and empty, as owner, stranger and visitor."""
    feeds = [world.feed(f"Flux {number} & <co>") for number in range(3)]
    for feed in feeds:
        world.entries(feed, *(f"Titre {number} / « <b> »" for number in range(25)), tags=("a/b",), language="fr")
    subscriptions = [world.subscribe(owner(alice), feed) for feed in feeds]
    outer = world.folder(owner(alice), "Presse", subscriptions[0])
    world.folder(owner(alice), "Europe", subscriptions[1], parent_id=outer)
    world.trouble(feeds[2], "fetch.gone")
    world.change(owner(alice), preview=True)
    (entry, *_) = world.entries(feeds[0], "Dernier", enclosures=FILES, episode=EPISODE)
    world.revise(entry, "Premier", "<p>Avant & <b>après</b>.</p>", hours_ago=1)
    world.revise(entry, "Premier", "<p>Avant.</p>")
    label = label_actions.add(world.db, owner(alice), "Mer & <terre>", colour="blue", now=world.clock())
    label_actions.put(world.db, owner(alice), [entry], label, on=True, now=world.clock())
    saved = SavedSearch(name="<b> & co", query="b", shown="unread", order="title")
    search = search_actions.add(world.db, owner(alice), saved, now=world.clock())
    alice.post("/entries/progress", {"id": entry, "share": 500})
    alice.post(f"/entry/{entry}/highlights", {"quote": "<b>", "note": "& moi"})
    form = {"do": "add", "service": "", "name": "<b>", "address": "http://shelf.example/", "fields": "<i>={url}"}
    alice.post("/settings/sharing", form)
    alice.post("/queue", {"id": entry, "do": "add"})
    alice.post("/settings/rules", {"do": "add", "query": "<b>", "label": "& moi"})
    for path in (
        *(
            "/",
            "/?shown=all",
            "/?q=rien",
            "/starred",
            "/important",
            "/all",
            "/today",
            "/recent",
            "/label",
            "/?order=fair",
            "/nowhere",
        ),
        *(f"/entry/{entry}/changes", f"/entry/{entry}/share/3"),
        *("/continue", "/queue", "/highlights", "/save", f"/entry/{entry}/highlights"),
        *(f"/entry/{entry}", f"/entry/{entry}?fragment=1", "/?fragment=1", f"/feed/{subscriptions[2]}"),
        *(
            "/settings",
            "/settings/look",
            "/subscriptions",
            "/subscriptions?q=x",
            "/subscriptions/add",
            "/subscriptions/page",
            "/opml",
            f"/folders/{outer}",
        ),
        f"/folders/{outer}/list",
        *(f"/label/{label}", "/labels", f"/labels/{label}"),
        *("/searches", f"/searches/{search}", f"/?q=b&saved={search}"),
        *(
            "/settings/retention",
            "/settings/visitors",
            "/settings/rules",
            "/atom?kind=starred",
            "/settings/privacy",
            "/settings/notifications",
            "/settings/keys",
            "/keys",
            "/settings/password",
            "/settings/find?q=a",
        ),
        f"/folders/{outer}/retention",
        *("/health", "/health/server", "/debug", "/settings/newsletters", "/settings/sharing", "/settings/marking"),
        "/statistics",
        "/subscriptions?only=idle&days=1&sort=rhythm&folder=0",
        *(f"/subscriptions/{subscriptions[2]}", f"/subscriptions/{subscriptions[2]}/remove"),
        f"/subscriptions/{subscriptions[2]}/full-text",
        f"/subscriptions/{subscriptions[2]}/transport",
    ):
        for browser in (alice, bob, anonymous):
            browser.get(path)
    alice.post("/health", {"do": "unsubscribe", "id": subscriptions[2]})
    anonymous.get("/login")
    anonymous.get("/offline")
    world.change(owner(alice), open_to_visitors=True)
    anonymous.get("/")
    anonymous.get(f"/@alice/entry/{entry}")
    world.change(owner(bob), open_to_visitors=True)
    anonymous.get("/")
    alice.post("/entries/read", {"id": entry})
    alice.post("/settings/marking", {"confirm": "1", "on_scroll": "1", "hide_read": "1", "shown": "all"})
    for what in ("all", "day", "week", "unread"):
        alice.post("/entries/read-all", {"kind": "main", "up_to": entry, "what": what, "q": "x"})
    alice.get("/")
    alice.post("/subscriptions/several", {"do": "pause", "id": subscriptions[0]})


def test_every_template_renders_alike_in_both_engines(
    anonymous: Browser, alice: Browser, bob: Browser, world: World, record: Record
) -> None:
    tour(alice, bob, anonymous, world)
    for rendered in record.seen:
        assert html.unescape(rendered.text) == html.unescape(in_jinja2(rendered)), rendered.template


def test_the_tour_visits_every_page(
    anonymous: Browser, alice: Browser, bob: Browser, world: World, record: Record
) -> None:
    tour(alice, bob, anonymous, world)
    pages = {path.relative_to(TEMPLATE_FOLDER).as_posix() for path in TEMPLATE_FOLDER.glob("pages/*.html")}
    assert pages - record.names == {"pages/start.html"}


def test_the_first_start_renders_alike_too(anonymous: Browser, record: Record) -> None:
    assert anonymous.get("/start").status == 200
    for rendered in record.seen:
        assert html.unescape(rendered.text) == html.unescape(in_jinja2(rendered))


def test_an_undefined_name_is_an_error(settings: Settings) -> None:
    renderer = Renderer(settings, load_assets())

    class Nothing(msgspec.Struct, frozen=True):
        """A context without what the page needs."""

    with pytest.raises(TemplateError):
        renderer.html("pages/error.html", i18n.words("en"), {"page": Nothing(), "frame": Nothing()})


def test_a_static_file_that_is_not_there_is_an_error(settings: Settings) -> None:
    with pytest.raises(LookupError):
        Renderer(settings, load_assets()).static("css/nowhere.css")
