"""Where articles are shared: templates that cannot lead elsewhere, a list in one's own order, on both databases."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people import Cast

from dateline.actions import sharing
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.preferences import Preferences
from dateline.store import Database, accounts

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def names(db: Database, user: User) -> list[str]:
    with db.reading() as tx:
        return [target.name for target in sharing.targets(accounts.user_by_id(tx, user.id).preferences)]


def test_places_are_added_moved_and_taken_away_by_their_owner_alone(db: Database, cast: Cast) -> None:
    usual = [target.name for target in sharing.USUAL]
    sharing.add(db, cast.alice, service="wallabag", name="My shelf", address="https://read.example/", now=NOW)
    assert names(db, cast.alice) == [*usual, "My shelf"]
    sharing.move(db, cast.alice, 3, name="My shelf", step=-1, now=NOW)
    sharing.move(db, cast.alice, 0, name=usual[0], step=-1, now=NOW)
    assert names(db, cast.alice) == [*usual[:2], "My shelf", usual[2]]
    for name in usual:
        sharing.remove(db, cast.alice, names(db, cast.alice).index(name), name=name, now=NOW)
    assert names(db, cast.alice) == ["My shelf"]
    sharing.remove(db, cast.alice, 0, name="My shelf", now=NOW)
    assert names(db, cast.alice) == [], "none is a choice too"
    assert names(db, cast.bob) == usual


@pytest.mark.parametrize(("place", "name"), [(0, "Another"), (3, "Mastodon"), (-1, "WhatsApp"), (2**63 - 1, "x")])
def test_what_stands_elsewhere_by_now_is_not_touched(db: Database, cast: Cast, place: int, name: str) -> None:
    with pytest.raises(NotFound):
        sharing.remove(db, cast.alice, place, name=name, now=NOW)
    with pytest.raises(NotFound):
        sharing.move(db, cast.alice, place, name=name, step=1, now=NOW)
    assert len(names(db, cast.alice)) == len(sharing.USUAL)


def test_a_list_has_an_end(db: Database, cast: Cast) -> None:
    for _ in range(sharing.MAX_TARGETS - len(sharing.USUAL)):
        sharing.add(db, cast.alice, service="reddit", name="", address="", now=NOW)
    with pytest.raises(ActionError, match=r"action\.too_large"):
        sharing.add(db, cast.alice, service="reddit", name="", address="", now=NOW)


@pytest.mark.parametrize(
    ("service", "name", "address", "field"),
    [
        ("nowhere", "", "", "service"),
        ("", "", "https://a.example/?u={url}", "name"),
        ("reddit", "n" * 61, "", "name"),
        ("", "Mine", "http://a.example/?u={url}", "address"),
        ("", "Mine", "javascript:alert({url})", "address"),
        ("", "Mine", "data:text/html,{url}", "address"),
        ("", "Mine", "https://{url}/", "address"),
        ("", "Mine", "https://a.example:{url}/", "address"),
        ("", "Mine", "https://me:pass@a.example/{url}", "address"),
        ("", "Mine", "https://a.example/", "address"),
        ("", "Mine", "https://a.example/{url}{other}", "address"),
        ("", "Mine", "https:///{url}", "address"),
        ("", "Mine", "//a.example/{url}", "address"),
        ("", "Mine", "https://a.example/ {url}", "address"),
        ("", "Mine", "https://[a.example/{url}", "address"),
        ("", "Mine", "mailto://a.example/{url}", "address"),
        ("", "Mine", "mailto:{url}?subject={title}", "address"),
        ("wallabag", "", "", "address"),
        ("wallabag", "", "http://read.example", "address"),
        ("shaarli", "", "https://read.example/?x", "address"),
    ],
)
def test_what_is_no_template_is_refused_by_its_field(
    sqlite_db: Database, service: str, name: str, address: str, field: str
) -> None:
    alice = accounts_user(sqlite_db)
    with pytest.raises(ActionError) as caught:
        sharing.add(sqlite_db, alice, service=service, name=name, address=address, now=NOW)
    assert (caught.value.code, caught.value.detail) == ("action.bad_value", field)


def accounts_user(db: Database) -> User:
    from dateline.actions import accounts as account_actions

    return account_actions.create(db, name="Alice", password="seven herons on a wire", now=NOW)


@pytest.mark.parametrize("service", sharing.SERVICES, ids=lambda service: service.key)
def test_every_known_place_is_a_template_that_is_accepted(service: sharing.Service) -> None:
    assert sharing.is_template(service.template.replace("{server}", "https://own.example/shelf", 1))


@given(title=st.text(), url=st.text())
def test_no_title_and_no_address_leaves_its_place_in_a_link(title: str, url: str) -> None:
    found = sharing.link("https://a.example/s?u={url}&t={title}", url=url, title=title)
    assert found.startswith("https://a.example/s?u=")
    assert found.count("&") == found.count("?") == 1
    assert found.isascii()
    assert not set(found) & set(" \"'<>#\\\n")


def test_nobody_has_chosen_means_the_usual_places() -> None:
    assert sharing.targets(Preferences()) == sharing.USUAL
    assert sharing.targets(Preferences(share=())) == ()
