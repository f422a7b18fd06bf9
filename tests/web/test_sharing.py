"""The places to share with: the page of settings, and the links at the foot of an article."""

import pytest
from tests.web.browsing import Browser, World

PATH = "/settings/sharing"
OWN = {"do": "add", "service": "", "name": "Mine <b>", "address": "https://own.example/?u={url}&t={title}"}


@pytest.fixture
def entry(alice: Browser, world: World) -> int:
    assert alice.user is not None
    feed = world.feed()
    (entry_id,) = world.entries(feed, "Été & <co> {url}", url="https://example.org/a?b=1&c=2")
    world.subscribe(alice.user, feed)
    return entry_id


def test_a_place_of_ones_own_stands_under_every_article(alice: Browser, bob: Browser, entry: int) -> None:
    page = alice.post(PATH, OWN)
    assert "Enregistré." in page.words
    assert "Mine <b>" in page.words
    (link,) = alice.get(f"/entry/{entry}").find("//a[contains(., 'Mine')]")
    wanted = (
        "https://own.example/?u=https%3A%2F%2Fexample.org%2Fa%3Fb%3D1%26c%3D2"
        "&t=%C3%89t%C3%A9%20%26%20%3Cco%3E%20%7Burl%7D"
    )
    assert link.get("href") == wanted
    assert link.get("rel") == "noopener noreferrer"
    assert "Mine" not in bob.get(PATH).words


def test_without_scripts_an_article_goes_by_mail_and_only_what_works_is_shown(alice: Browser, entry: int) -> None:
    page = alice.get(f"/entry/{entry}")
    (mail,) = page.find("//div[@id='tools']//a[starts-with(@href, 'mailto:')]")
    assert mail.get("href").startswith("mailto:?subject=%C3%89t%C3%A9%20%26%20%3Cco%3E")
    assert all(
        button.get("hidden") is not None for button in page.find("//div[@id='tools']/details[@class='share']//button")
    )
    (box,) = alice.get("/").find("//div[@id='tools']")
    assert box.get("hidden") is not None
    assert not box.xpath(".//a[@data-template][@href]")


def test_places_change_their_order_and_go(alice: Browser) -> None:
    def names(page: Browser) -> list[str]:
        return [name.text_content() for name in page.get(PATH).find("//ol[@class='places']//strong")]

    before = names(alice)
    alice.post(PATH, {"do": "down", "place": "0", "name": before[0]})
    assert names(alice) == [before[1], before[0], before[2]]
    alice.post(PATH, {"do": "up", "place": "2", "name": before[2]})
    assert names(alice) == [before[1], before[2], before[0]]
    for name in (before[1], before[2], before[0]):
        alice.post(PATH, {"do": "remove", "place": "0", "name": name})
    assert "Aucune destination" in alice.get(PATH).words


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"address": "http://own.example/{url}"}, "address"), ({"name": " "}, "name"), ({"service": "x"}, "service")],
)
def test_what_cannot_be_used_is_told_beside_its_field(alice: Browser, wrong: dict[str, str], field: str) -> None:
    page = alice.post(PATH, {**OWN, **wrong})
    assert page.status == 400
    assert page.find("//*[@aria-invalid='true']")[0].get("name") == field


def test_odd_forms_and_strangers_change_nothing(alice: Browser, anonymous: Browser) -> None:
    assert alice.post(PATH, {"do": "fly"}).status == 400
    assert alice.post(PATH, {"do": "up", "place": "x", "name": "Mastodon"}).status == 400
    assert alice.post(PATH, {"do": "remove", "place": "7", "name": "Mastodon"}).status == 404
    assert anonymous.post(PATH, OWN).status == 403
    assert anonymous.get(PATH, follow=False).header("location") == "/login?next=%2Fsettings%2Fsharing"


# ------------------------------------------------------------------------------------------------ forms

FORM = {
    "do": "add",
    "service": "",
    "name": "Shelf",
    "address": "https://Shelf.example:8443/add?x=1",
    "fields": "link = {url}\r\n\r\nname={title}\nkey=a=b{}",
}


def test_a_place_that_takes_a_form_is_shown_before_anything_is_sent(alice: Browser, entry: int) -> None:
    assert "link={url}" in alice.post(PATH, FORM).words
    (link,) = alice.get(f"/entry/{entry}").find("//a[contains(., 'Shelf')]")
    assert link.get("href") == f"/entry/{entry}/share/3"
    (template,) = alice.get("/").find("//a[contains(., 'Shelf')]/@data-template")
    assert template == "/entry/{entry}/share/3"
    page = alice.get(str(link.get("href")))
    assert page.find("//dd/strong")[0].text_content() == "shelf.example:8443"
    (form,) = page.find("//form[@action='https://Shelf.example:8443/add?x=1']")
    assert form.get("method") == "post"
    assert [(field.get("name"), field.get("value")) for field in form.xpath(".//input[@type='hidden']")] == [
        ("link", "https://example.org/a?b=1&c=2"),
        ("name", "Été & <co> {url}"),
        ("key", "a=b{}"),
    ]
    assert page.find("//p[@class='trouble']") == []
    assert page.find("//script[not(@src)]") == []


def test_only_that_page_sends_forms_there(alice: Browser, entry: int) -> None:
    alice.post(PATH, FORM)

    def allowed(path: str) -> list[str]:
        (policy,) = (value for name, value in alice.get(path).headers if name == "content-security-policy")
        return [part for part in policy.split("; ") if part.startswith(("form-action", "frame-ancestors"))]

    assert allowed(f"/entry/{entry}/share/3") == [
        "form-action 'self' https://shelf.example:8443",
        "frame-ancestors 'none'",
    ]
    for path in (f"/entry/{entry}", PATH, "/"):
        assert allowed(path) == ["form-action 'self'", "frame-ancestors 'none'"]


def test_a_form_over_plain_http_says_so(alice: Browser, entry: int) -> None:
    alice.post(PATH, {**FORM, "address": "http://nas.local/add"})
    assert "sans chiffrement" in alice.get(f"/entry/{entry}/share/3").find("//p[@class='trouble']")[0].text_content()


def test_an_article_without_an_address_is_sent_as_its_page_here(alice: Browser, world: World) -> None:
    assert alice.user is not None
    feed = world.feed("Sans adresse")
    (entry_id,) = world.entries(feed, "Sans", url=None)
    world.subscribe(alice.user, feed)
    alice.post(PATH, FORM)
    (value,) = alice.get(f"/entry/{entry_id}/share/3").find("//input[@name='link']/@value")
    assert value == f"http://127.0.0.1:8700/entry/{entry_id}"


def test_a_place_that_is_none_or_takes_no_form_has_no_page(alice: Browser, entry: int) -> None:
    for place in ("0", "3", "40", "9223372036854775807"):
        assert alice.get(f"/entry/{entry}/share/{place}").status == 404
    for place in ("x", "-1", "9" * 30):
        assert alice.get(f"/entry/{entry}/share/{place}").status == 400


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "javascript:alert(1)"}, "address"),
        ({"service": "reddit", "address": ""}, "address"),
        ({"address": "https://me:pass@shelf.example/"}, "address"),
        ({"address": "https://shelf.example;script-src/"}, "address"),
        ({"address": "https://shelf.example,x/"}, "address"),
        ({"address": "https://*.example/"}, "address"),
        ({"address": "https://[::1]/"}, "address"),
        ({"address": "https://shelf.example/{url}"}, "address"),
        ({"address": "mailto:me@shelf.example"}, "address"),
        ({"address": "https://shelf.example:99999/"}, "address"),
        ({"name": ""}, "name"),
        ({"fields": "link=nothing of it"}, "fields"),
        ({"fields": "={url}"}, "fields"),
        ({"fields": "link={url}\na\x01b=c"}, "fields"),
        ({"fields": "link={url}\n" + "a=b\n" * 10}, "fields"),
        ({"fields": "link={url}" + "a" * 300}, "fields"),
    ],
)
def test_a_form_that_cannot_be_sent_is_told_beside_its_field(alice: Browser, wrong: dict[str, str], field: str) -> None:
    page = alice.post(PATH, {**FORM, **wrong})
    assert page.status == 400
    assert page.find("//*[@aria-invalid='true']")[0].get("name") == field
    assert "Shelf" not in alice.get(PATH).words
