"""A person has a mailbox read, in a real browser, with and without scripts."""

import pytest
from playwright.sync_api import expect
from tests.browser.stage import Open, Site
from tests.imap import ALICE, ImapServer

from dateline.store import mailboxes


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mailbox_is_tried_added_and_given_up(open_page: Open, site: Site, scripts: bool) -> None:
    alice = site.person("alice")
    with ImapServer() as server:
        page = open_page("/settings/newsletters", who=alice, scripts=scripts, size="phone")
        expect(page.get_by_text("Every mail of the folder becomes an article here, private ones too.")).to_be_visible()
        page.get_by_label("Mail server (IMAP)").fill("127.0.0.1")
        page.get_by_label("User name").fill(ALICE[0])
        page.get_by_label("Password").fill("wrong")
        page.get_by_text("Connection", exact=True).click()
        page.get_by_label("Encryption").select_option("none")
        page.get_by_label("Port").fill(str(server.port))
        page.get_by_role("button", name="Open it and have it read").click()
        expect(page.get_by_text("does not take this user name and password")).to_be_visible()
        expect(page.get_by_label("Port")).to_have_value(str(server.port))
        page.get_by_label("Password").fill(ALICE[1])
        page.get_by_role("button", name="Open it and have it read").click()
        expect(page.get_by_text("The mailbox could be opened.")).to_be_visible()
        expect(page.get_by_role("heading", name="alice · 127.0.0.1")).to_be_visible()
        page.get_by_role("button", name="Remove this mailbox").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
    with site.db.reading() as tx:
        assert mailboxes.of_user(tx, alice.id) == []
