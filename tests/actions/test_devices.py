"""Devices of people: added, tried, removed; they go with their session, and are nobody else's."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.internet import LOOPBACK
from tests.people import PASSWORD, Cast
from tests.push_service import Subscribed

from dateline.actions import accounts, devices
from dateline.actions.devices import Wish
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.refresh import notify
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import devices as stored
from dateline.store.secrets import Keyring


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(LOOPBACK, secret_file=tmp_path / "secret.key")


def wish(name: str = "one") -> Wish:
    browser = Subscribed(f"https://push.example/{name}")
    return Wish(endpoint=browser.endpoint, key=browser.key, secret=browser.secret, name=f" Firefox\n {name} ")


def token_of(db: Database, user: User, now: datetime) -> str:
    return accounts.log_in(db, name=user.name, password=PASSWORD, client="127.0.0.1", now=now)[1]


def of(db: Database, user: User, token: str | None = None) -> list[stored.Device]:
    with db.reading() as tx:
        return stored.of_user(tx, user.id, token)


def test_a_browser_is_kept_encrypted_and_known_again(
    db: Database, cast: Cast, settings: Settings, now: datetime
) -> None:
    token, other = token_of(db, cast.alice, now), token_of(db, cast.alice, now)
    first = devices.add(db, settings, cast.alice, wish(), token=token, now=now)
    (device,) = of(db, cast.alice, token)
    assert (device.name, device.is_here) == ("Firefox one", True)
    assert b"push.example" not in device.address
    keyring = Keyring(tmp_key(settings))
    assert notify.receiver_of(device.address, keyring).endpoint == "https://push.example/one"
    assert devices.add(db, settings, cast.alice, wish(), token=other, now=now) == first
    assert [one.is_here for one in of(db, cast.alice, other)] == [True]
    assert [one.is_here for one in of(db, cast.alice, token)] == [False]


def tmp_key(settings: Settings) -> Path:
    assert settings.secret_file is not None
    return settings.secret_file


def test_whoever_logs_out_ends_that_device_and_no_other(
    db: Database, cast: Cast, settings: Settings, now: datetime
) -> None:
    here, there = token_of(db, cast.alice, now), token_of(db, cast.alice, now)
    gone = devices.add(db, settings, cast.alice, wish("here"), token=here, now=now)
    left = devices.add(db, settings, cast.alice, wish("there"), token=there, now=now)
    for ident in (gone, left):
        devices.try_one(db, settings, cast.alice, ident, now=now)
    accounts.log_out(db, token=here, now=now)
    assert [one.id for one in of(db, cast.alice)] == [left]
    with db.reading() as tx:
        assert (stored.waiting(tx, gone), stored.waiting(tx, left)) == (0, 1)


def test_a_new_password_ends_the_devices_of_all_other_sessions(
    db: Database, cast: Cast, settings: Settings, now: datetime
) -> None:
    here, there = token_of(db, cast.alice, now), token_of(db, cast.alice, now)
    left = devices.add(db, settings, cast.alice, wish("here"), token=here, now=now)
    devices.add(db, settings, cast.alice, wish("there"), token=there, now=now)
    accounts.set_password(db, cast.alice, "another long one", keep_token=here, now=now)
    assert [one.id for one in of(db, cast.alice)] == [left]


def test_a_removed_account_leaves_none(db: Database, cast: Cast, settings: Settings, now: datetime) -> None:
    devices.add(db, settings, cast.bob, wish(), token=token_of(db, cast.bob, now), now=now)
    accounts.remove(db, cast.bob.id, now=now)
    assert of(db, cast.bob) == []


def test_a_browser_in_which_somebody_else_logs_in_is_theirs(
    db: Database, cast: Cast, settings: Settings, now: datetime
) -> None:
    devices.add(db, settings, cast.alice, wish(), token=token_of(db, cast.alice, now), now=now)
    devices.add(db, settings, cast.bob, wish(), token=token_of(db, cast.bob, now), now=now)
    assert (len(of(db, cast.alice)), len(of(db, cast.bob))) == (0, 1)


def test_nobody_touches_anothers(db: Database, cast: Cast, settings: Settings, now: datetime) -> None:
    ident = devices.add(db, settings, cast.alice, wish(), token=token_of(db, cast.alice, now), now=now)
    with pytest.raises(NotFound):
        devices.remove(db, cast.mallory, ident, now=now)
    with pytest.raises(NotFound):
        devices.try_one(db, settings, cast.mallory, ident, now=now)
    token = token_of(db, cast.alice, now)
    with pytest.raises(ActionError, match=r"action\.forbidden"):
        devices.add(db, settings, cast.mallory, wish(), token=token, now=now)
    with pytest.raises(ActionError, match=r"action\.forbidden"):
        devices.add(db, settings, cast.alice, wish(), token=token, now=now + timedelta(days=91))
    assert [one.id for one in of(db, cast.alice)] == [ident]
    devices.remove(db, cast.alice, ident, now=now)
    assert of(db, cast.alice) == []


def test_twenty_are_enough(db: Database, cast: Cast, settings: Settings, now: datetime) -> None:
    token = token_of(db, cast.alice, now)
    for number in range(devices.MAX_DEVICES):
        devices.add(db, settings, cast.alice, wish(str(number)), token=token, now=now)
    with pytest.raises(ActionError, match=r"action\.too_many_devices"):
        devices.add(db, settings, cast.alice, wish("more"), token=token, now=now)
    devices.add(db, settings, cast.alice, wish("3"), token=token, now=now)
    assert len(of(db, cast.alice)) == devices.MAX_DEVICES


def test_pressing_twice_sends_one(db: Database, cast: Cast, settings: Settings, now: datetime) -> None:
    ident = devices.add(db, settings, cast.alice, wish(), token=token_of(db, cast.alice, now), now=now)
    for _ in range(5):
        devices.try_one(db, settings, cast.alice, ident, now=now)
    with db.reading() as tx:
        assert stored.waiting(tx, ident) == 1


def test_where_the_administrator_forbids_it_nothing_is_taken(
    db: Database, cast: Cast, settings: Settings, now: datetime
) -> None:
    token = token_of(db, cast.alice, now)
    ident = devices.add(db, settings, cast.alice, wish(), token=token, now=now)
    off = replace(settings, push="off")
    with pytest.raises(ActionError, match=r"action\.push_off"):
        devices.add(db, off, cast.alice, wish("more"), token=token, now=now)
    with pytest.raises(ActionError, match=r"action\.push_off"):
        devices.try_one(db, off, cast.alice, ident, now=now)


@pytest.mark.parametrize(
    "endpoint", ["http://push.example/1", "http://169.254.169.254/latest", "file:///etc/passwd", "https://a@b/"]
)
def test_what_is_no_push_service_is_not_kept(
    db: Database, cast: Cast, settings: Settings, now: datetime, endpoint: str
) -> None:
    token = token_of(db, cast.alice, now)
    with pytest.raises(ActionError, match=r"action\.bad_value"):
        devices.add(db, settings, cast.alice, replace(wish(), endpoint=endpoint), token=token, now=now)
    assert of(db, cast.alice) == []
