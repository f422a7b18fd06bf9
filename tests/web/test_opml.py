"""OPML in, with a report, and out again."""

import io
import json
import zipfile

import pytest
from tests.parse.exports import FRESHRSS_STARRED
from tests.parse.exports import file as exported
from tests.web.browsing import Browser, World

from dateline.model import User
from dateline.store import Database, sidebars, subscriptions

FILE = b"""<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>From elsewhere</title></head><body>
<outline text="Presse">
<outline text="Le Phare" type="rss" xmlUrl="https://phare.example/feed"/>
<outline text="Sans adresse" type="rss" xmlUrl="ftp://nowhere.example/feed"/>
</outline>
<outline text="Zeste" type="rss" xmlUrl="https://zeste.example/feed"/>
</body></opml>"""


def owner(browser: Browser) -> User:
    assert browser.user is not None
    return browser.user


def urls(db: Database, user: User) -> list[str]:
    with db.reading() as tx:
        return sorted(row.url for row in subscriptions.all_details(tx, user.id))


def test_a_chosen_file_is_imported_and_reported_line_by_line(alice: Browser, db: Database) -> None:
    page = alice.post("/opml", files={"file": ("elsewhere.opml", FILE)})
    assert page.status == 200
    assert urls(db, owner(alice)) == ["https://phare.example/feed", "https://zeste.example/feed"]
    assert "2 abonnements ont été ajoutés." in page.words
    assert "1 dossier a été créé." in page.words
    (row,) = page.find("//tbody/tr")
    cells = [cell.text_content().strip() for cell in row.xpath("./td")]
    assert cells[0] == "5"
    assert "adresse web" in cells[2]


def test_pasted_text_is_imported(alice: Browser, db: Database) -> None:
    page = alice.post("/opml", {"text": FILE.decode()})
    assert page.status == 200
    assert len(urls(db, owner(alice))) == 2


def test_importing_twice_adds_nothing(alice: Browser, db: Database) -> None:
    alice.post("/opml", {"text": FILE.decode()})
    page = alice.post("/opml", {"text": FILE.decode()})
    assert "2 abonnements étaient déjà là." in page.words
    assert len(urls(db, owner(alice))) == 2


def test_an_import_is_ones_own(alice: Browser, bob: Browser, db: Database) -> None:
    alice.post("/opml", {"text": FILE.decode()})
    assert urls(db, owner(bob)) == []


@pytest.mark.parametrize("body", [b"", b"hello", b"<html><body>no</body></html>", b"\x00\xff\xfe", b"<opml><body>"])
def test_what_is_no_opml_is_told_beside_the_field(alice: Browser, db: Database, body: bytes) -> None:
    page = alice.post("/opml", files={"file": ("x.opml", body)})
    assert page.status == 400
    assert page.find("//input[@type='file']")[0].get("aria-invalid") == "true"
    assert urls(db, owner(alice)) == []


def test_an_empty_form_is_told_so(alice: Browser) -> None:
    page = alice.post("/opml", {"text": ""})
    assert page.status == 400
    assert "Choisissez le fichier" in page.words


def test_markup_in_a_problem_stays_text(alice: Browser) -> None:
    evil = '<outline text="&lt;script>alert(1)&lt;/script>" xmlUrl="javascript:x"/>'
    page = alice.post("/opml", {"text": f'<opml version="2.0"><body>{evil}</body></opml>'})
    assert page.find("//script[not(@src)]") == []


def test_the_export_holds_everything_and_can_be_imported(
    alice: Browser, bob: Browser, world: World, db: Database
) -> None:
    ident = world.subscribe(
        owner(alice), world.feed("Le Phare", url="https://phare.example/feed?a=1&b=2"), title="Mon <phare>"
    )
    world.folder(owner(alice), "Presse & mer", ident)
    answer = alice.get("/opml/subscriptions.opml")
    assert answer.status == 200
    assert answer.header("content-disposition") == 'attachment; filename="dateline-2026-11-22.opml"'
    assert (answer.header("content-type") or "").startswith("text/x-opml")
    bob.post("/opml", files={"file": ("a.opml", answer.body)})
    with db.reading() as tx:
        (row,) = subscriptions.all_details(tx, owner(bob).id)
        (folder,) = sidebars.read(tx, owner(bob).id).folders
    assert (row.url, row.title, folder.name) == ("https://phare.example/feed?a=1&b=2", "Mon <phare>", "Presse & mer")


def test_an_export_has_nothing_of_others(alice: Browser, mallory: Browser, world: World) -> None:
    world.subscribe(owner(alice), world.feed("Le Phare", url="https://phare.example/feed"))
    assert b"phare" not in mallory.get("/opml/subscriptions.opml").body


def test_without_a_session_nothing_goes_in_or_out(anonymous: Browser, alice: Browser, db: Database) -> None:
    assert anonymous.get("/opml", follow=False).status == 303
    assert anonymous.get("/opml/subscriptions.opml", follow=False).status == 303
    assert anonymous.post("/opml", {"text": FILE.decode()}).status == 403
    assert urls(db, owner(alice)) == []


# ------------------------------------------------------------------------------------------------ articles


def zipped(**files: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return body.getvalue()


def test_favourites_of_another_reader_are_in_the_favourites(alice: Browser) -> None:
    page = alice.post("/opml", files={"file": ("starred.json", exported(FRESHRSS_STARRED))})
    assert page.status == 200
    assert "1 article a été ajouté aux favoris." in page.words
    assert "2 articles ont reçu leurs étiquettes." in page.words
    assert "Fish & ships" in alice.get("/starred").words


def test_a_zip_is_reported_file_by_file(alice: Browser, db: Database) -> None:
    body = zipped(feeds=FILE, starred=exported(FRESHRSS_STARRED), broken=b'{"feeds": []}')
    page = alice.post("/opml", files={"file": ("freshrss.zip", body)})
    assert page.status == 200
    assert [heading.text_content() for heading in page.find("//section[@aria-labelledby='report']//h3")] == [
        "feeds",
        "starred",
        "broken",
    ]
    assert "2 abonnements ont été ajoutés." in page.words
    assert "1 article a été ajouté aux favoris." in page.words
    assert "Ce fichier ne contient pas d’articles exportés par un autre lecteur." in page.words
    assert len(urls(db, owner(alice))) == 2


@pytest.mark.parametrize("body", [b"{}", b"[]{", b"PK\x03\x04", zipped(), zipped(a=b"x"), b'{"items":[1]}'])
def test_what_cannot_be_imported_is_told_beside_the_field_too(alice: Browser, body: bytes) -> None:
    page = alice.post("/opml", files={"file": ("x", body)})
    assert page.status == 400
    assert page.find("//input[@type='file']")[0].get("aria-invalid") == "true"


def test_markup_in_a_file_stays_text(alice: Browser) -> None:
    evil = "<script>alert(1)</script>"
    bad = [{"title": evil, "id": "x"}, {"url": "https://a.example/", "title": evil, "tags": [{"id": "user/a/tag/l"}]}]
    body = zipped(**{f"{evil}.json": exported(bad), "b.json": exported(bad)})
    page = alice.post("/opml", files={"file": ("x.zip", body)})
    assert page.status == 200
    assert page.find("//script[not(@src)]") == []
    assert evil in page.words


def test_favourites_leave_as_json_and_everything_as_a_zip(alice: Browser, bob: Browser) -> None:
    alice.post("/opml", files={"file": ("starred.json", exported(FRESHRSS_STARRED))})
    alice.post("/opml", {"text": FILE.decode()})
    answer = alice.get("/opml/starred.json")
    assert answer.header("content-disposition") == 'attachment; filename="dateline-starred-2026-11-22.json"'
    assert len(json.loads(answer.body)["items"]) == 2
    answer = alice.get("/opml/everything.zip")
    assert (answer.header("content-type"), answer.header("content-length")) == (
        "application/zip",
        str(len(answer.body)),
    )
    bob.post("/opml", files={"file": ("everything.zip", answer.body)})
    assert "Fish & ships" in bob.get("/starred").words
    assert "Le Phare" in bob.get("/subscriptions").words


def test_nobody_takes_out_what_is_anothers(alice: Browser, mallory: Browser, anonymous: Browser) -> None:
    alice.post("/opml", files={"file": ("starred.json", exported(FRESHRSS_STARRED))})
    assert json.loads(mallory.get("/opml/starred.json").body)["items"] == []
    for path in ("/opml/starred.json", "/opml/everything.zip"):
        assert anonymous.get(path, follow=False).status == 303


# ------------------------------------------------------------------------------------------------ secrets


def test_secrets_leave_only_when_they_are_ticked(alice: Browser, world: World, db: Database) -> None:
    ident = world.subscribe(owner(alice), world.feed("Le Phare", url="https://phare.example/feed"))
    alice.post(f"/subscriptions/{ident}/transport", {"user": "anna", "password": "sesame", "login_by": "digest"})
    page = alice.get("/opml")
    (tick,) = page.find("//input[@name='secrets']")
    assert tick.get("checked") is None
    assert "en clair" in page.words
    for answer in (
        alice.get("/opml/subscriptions.opml"),
        alice.get("/opml/subscriptions.opml?secrets=1"),
        alice.post("/opml/subscriptions.opml", {}),
    ):
        assert answer.status == 200
        assert b"sesame" not in answer.body
        assert b"digest" in answer.body
    whole = alice.post("/opml/subscriptions.opml", {"secrets": "1"})
    assert b"sesame" in whole.body
    assert whole.header("cache-control") == "private, no-store"
    assert whole.header("content-disposition") == 'attachment; filename="dateline-2026-11-22-secret.opml"'


def test_an_import_says_which_secrets_are_missing(alice: Browser, bob: Browser, world: World) -> None:
    ident = world.subscribe(owner(alice), world.feed("Le Phare", url="https://phare.example/feed"))
    alice.post(f"/subscriptions/{ident}/transport", {"user": "anna", "password": "sesame"})
    page = bob.post("/opml", files={"file": ("a.opml", alice.get("/opml/subscriptions.opml").body)})
    (row,) = page.find("//tbody/tr")
    cells = [cell.text_content().strip() for cell in row.xpath("./td")]
    assert cells[1] == "Le Phare: login"
    assert "enter them" in cells[2]


def test_notes_and_choices_are_reported_in_words(alice: Browser) -> None:
    target = {"source": "https://nowhere.example/a", "selector": {"type": "TextQuoteSelector", "exact": "<b>words</b>"}}
    notes = {"@context": "http://www.w3.org/ns/anno.jsonld", "items": [{"type": "Annotation", "target": target}]}
    css = "a { background: url(https://spy.example/) }"
    chosen = {"id": "https://dateline.example/ns#choices", "preferences": {"look": {"theme": "dark", "css": css}}}
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("notes.jsonld", json.dumps(notes))
        file.writestr("dateline.choices", json.dumps(chosen))
    page = alice.post("/opml", files={"file": ("all.zip", bundle.getvalue())})
    assert page.status == 200
    rows = [[cell.text_content().strip() for cell in row.xpath("./td")] for row in page.find("//tbody/tr")]
    assert [row[:2] for row in rows] == [["1", "https://nowhere.example/a: <b>words</b>"], ["1", "Apparence"]]
    assert "1 surlignage ou note n’a pas trouvé sa place ici." in page.words
    assert "1 choix du compte a été repris." in page.words
