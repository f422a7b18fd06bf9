"""First start, login, settings and feeds in a real browser, in French and English."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site
from tests.internet import LOOPBACK, Internet, rss

from dateline.asgi import utc_now
from dateline.fetch import fetch_now
from dateline.refresh import line
from dateline.refresh.record import record
from dateline.store import Database, feeds

PASSWORD = "seven herons on a wire"
OPML = (
    '<opml version="2.0"><body><outline text="Presse">'
    '<outline text="Le Phare" type="rss" xmlUrl="https://phare.example/feed"/></outline></body></opml>'
)


def refresh_all(db: Database) -> None:
    """What the worker does, once."""
    with db.reading() as tx:
        found = [feeds.read(tx, feed_id) for feed_id in tx.column("SELECT id FROM feed")]
    for feed in found:
        with ThreadPoolExecutor() as threads:  # this thread has Playwright's event loop
            answer = threads.submit(fetch_now, LOOPBACK, feed.url, version="1").result()
        record(db, [line.take(db, feed, answer, asked_url=feed.url, now=utc_now(), dice=0.5)])


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_first_start_to_the_first_entries(site: Site, open_page: Open, scripts: bool) -> None:
    with Internet({"/feed": rss("Le Phare", "Premier", "Deuxième")}) as internet:
        page = open_page("/", scripts=scripts, locale="fr-FR", timezone_id="Europe/Paris")
        expect(page.get_by_role("heading", name="Bienvenue dans Dateline")).to_be_visible()
        page.get_by_label("Nom", exact=True).fill("Alice")
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        assert page.get_by_label("Langue").input_value() == "fr"
        assert page.get_by_label("Fuseau horaire").input_value() == ("Europe/Paris" if scripts else "UTC")
        page.get_by_role("button", name="Créer le compte").click()
        expect(page.get_by_role("heading", name="Votre compte est prêt")).to_be_visible()
        page.get_by_label("Adresse").fill(internet.url("/feed"))
        page.get_by_role("button", name="Voir").click()
        expect(page.get_by_role("heading", name="Le Phare")).to_be_visible()
        expect(page.locator(".found-entries li")).to_have_text(["Premier", "Deuxième"])
        page.get_by_label("Nouveau dossier").fill("Presse")
        page.get_by_role("button", name="S’abonner").click()
        expect(page.locator("#notice")).to_contain_text("Abonnement ajouté.")
        expect(page.locator(".folder-link .name")).to_have_text(["Presse"])
        expect(page.locator("summary .title")).to_have_text(["Premier", "Deuxième"])
        expect(page).to_have_title("(2) Le Phare · Dateline")


def test_logging_out_and_in_again(site: Site, open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    expect(page.locator("#notice")).to_contain_text("You are logged out.")
    page.goto("/starred")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("Name").fill("Alice")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("The name or the password is not right.")
    assert page.evaluate("document.activeElement.name") == "password"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{site.url}/starred")


def test_a_setting_is_saved_at_once_and_the_language_changes_the_page(site: Site, open_page: Open) -> None:
    page = open_page("/settings/look", who=site.person("alice"))
    page.get_by_label("Show the beginning of each article").check()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    page.reload()
    expect(page.get_by_label("Show the beginning of each article")).to_be_checked()
    page.goto("/settings")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    page.get_by_label("Language").select_option("fr")
    expect(page.get_by_role("heading", name="Langue et heure")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("Enregistré.")


def test_without_scripts_settings_have_their_button(site: Site, open_page: Open) -> None:
    page = open_page("/settings/look", who=site.person("alice"), scripts=False)
    page.get_by_label("Show the beginning of each article").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#notice")).to_contain_text("Saved.")
    expect(page.get_by_label("Show the beginning of each article")).to_be_checked()


def test_an_opml_file_is_imported_and_the_subscription_renamed_moved_and_ended(site: Site, open_page: Open) -> None:
    page = open_page("/opml", who=site.person("alice", language="fr"))
    page.get_by_label("Fichier OPML").set_input_files(
        {"name": "elsewhere.opml", "mimeType": "text/x-opml", "buffer": OPML.encode()}
    )
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("1 abonnement a été ajouté.")).to_be_visible()
    page.goto("/subscriptions")
    page.get_by_role("link", name="Le Phare").click()
    page.get_by_label("Titre", exact=True).fill("Mon phare")
    page.get_by_label("Presse").uncheck()
    place = page.get_by_role("region", name="Titre et place")
    place.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("Enregistré.")
    expect(page.get_by_role("heading", name="Mon phare")).to_be_visible()
    expect(page.get_by_label("Presse")).not_to_be_checked()
    page.get_by_role("link", name="Se désabonner").click()
    page.get_by_role("button", name="Se désabonner").click()
    expect(page.locator("#notice")).to_contain_text("Vous n’êtes plus abonné à")
    expect(page.locator("table")).to_have_count(0)


def test_the_filter_narrows_the_table_while_one_types(site: Site, open_page: Open) -> None:
    alice = site.person("alice")
    for title in ("The Lighthouse", "The Harbour"):
        site.world.subscribe(alice, site.world.feed(title))
    page = open_page("/subscriptions", who=alice)
    field = page.get_by_label("Filter by name, address or folder")
    field.fill("harb")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    field.fill("zzz")
    expect(page.get_by_text("No subscription fits.")).to_be_visible()
    field.fill("")
    expect(page.locator("tbody tr:visible")).to_have_count(2)
