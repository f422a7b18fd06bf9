"""Accounts: names, passwords, sessions, haste at the door, and what stays when somebody leaves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.people import PASSWORD, Cast
from tests.store.feeding import fill, subscribed

from dateline.actions import accounts, entries, subscriptions
from dateline.errors import ActionError, NotFound
from dateline.model import User
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import accounts as stored
from dateline.store.write import transaction


def refused(code: str) -> "pytest.RaisesExc[ActionError]":
    """The action must be refused with this code."""
    return pytest.RaisesExc(ActionError, check=lambda error: error.code == code)


def log_in(db: Database, now: datetime, name: str = "Alice", password: str = PASSWORD, client: str = "::1") -> str:
    return accounts.log_in(db, name=name, password=password, client=client, now=now)[1]


def whose(db: Database, token: str, now: datetime) -> str | None:
    with db.reading() as tx:
        user = stored.session_user(tx, token, now)
    return user.name if user else None


# ------------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "x" * 41, ".", "..", "a/b", "a\\b", "@a", "a?b", "a#b", "a%b", "a:b", "a;b", 'a"b', "a<b", "a>b"),
        *("a\0b", "a\u202eb", "a\u200bb", "a\ud800b", "\x7f", "a\x1bb", "a,b"),
    ],
)
def test_a_name_that_would_mean_something_elsewhere_is_refused(sqlite_db: Database, now: datetime, name: str) -> None:
    with refused("action.name_invalid"):
        accounts.create(sqlite_db, name=name, password=PASSWORD, now=now)


def test_names_are_kept_as_people_write_them(db: Database, now: datetime) -> None:
    assert accounts.create(db, name="  Zoe\u0308   de  Vries ", password=PASSWORD, now=now).name == "Zoë de Vries"
    for same in ("Zoë de Vries", "ZOË DE VRIES", "zoe\u0308 de vries", " zoë  de vries "):
        with refused("action.name_taken"):
            accounts.create(db, name=same, password=PASSWORD, now=now)
        assert accounts.log_in(db, name=same, password=PASSWORD, client="a", now=now)[0].name == "Zoë de Vries"
    assert accounts.create(db, name="Ольга", password=PASSWORD, now=now).name == "Ольга"
    assert accounts.create(db, name="x" * 40, password=PASSWORD, now=now).name == "x" * 40


def test_one_name_is_given_once_however_many_ask_at_once(db: Database, now: datetime) -> None:
    def create(number: int) -> str:
        try:
            return accounts.create(db, name=("same", "SAME")[number % 2], password=PASSWORD, now=now).name
        except ActionError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(create, range(6)))
    assert len([outcome for outcome in outcomes if outcome != "action.name_taken"]) == 1


def test_the_first_account_is_made_once(db: Database, now: datetime) -> None:
    def create(number: int) -> str:
        try:
            user, token = accounts.create_first(
                db, name=f"first {number}", password=PASSWORD, language="fr", time_zone="Europe/Paris", now=now
            )
        except ActionError as error:
            return error.code
        assert user.is_admin
        assert whose(db, token, now) == user.name
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, range(4))) == 3 * ["action.forbidden"] + ["made"]


@pytest.mark.parametrize("language", ["", "x", "fr fr", "fr;", "a" * 12, "\ud800\ud800"])
def test_a_language_that_is_none_is_refused(sqlite_db: Database, now: datetime, language: str) -> None:
    with refused("action.bad_value"):
        accounts.create(sqlite_db, name="A", password=PASSWORD, language=language, now=now)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe/Paris\0", "/etc/localtime"])
def test_a_time_zone_that_is_none_is_refused(sqlite_db: Database, now: datetime, zone: str) -> None:
    user = accounts.create(sqlite_db, name="A", password=PASSWORD, now=now)
    with refused("action.bad_value"):
        accounts.change(sqlite_db, user, time_zone=zone, now=now)


# ------------------------------------------------------------------------------------------------ passwords


def test_passwords_have_bounds_and_are_nowhere_to_be_read(db: Database, now: datetime) -> None:
    with refused("action.password_too_short"):
        accounts.create(db, name="A", password="x" * (accounts.MIN_PASSWORD - 1), now=now)
    with refused("action.password_too_long"):
        accounts.create(db, name="A", password="x" * (accounts.MAX_PASSWORD + 1), now=now)
    with refused("action.bad_value"):
        accounts.create(db, name="A", password="\ud800" * 12, now=now)
    longest = "é" * accounts.MAX_PASSWORD
    user = accounts.create(db, name="A", password=longest, now=now)
    assert log_in(db, now, "A", longest)
    with db.reading() as tx:
        hashed = stored.password_hash(tx, user.id)
    assert hashed.startswith("$argon2id$")
    assert "é" not in hashed


def test_a_password_is_wrong_unless_it_is_the_very_one(db: Database, cast: Cast, now: datetime) -> None:
    for number, wrong in enumerate(["", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "\0", "\ud800", "x" * 5000]):
        with refused("action.wrong_password"):
            log_in(db, now + timedelta(days=2 * number), password=wrong)


@pytest.mark.parametrize("name", ["", "Nobody", "Alice\0", "\ud800", "x" * 100_000, "' OR 1=1 --", "%", "\u0301" * 50])
def test_an_unknown_name_is_answered_like_a_wrong_password(db: Database, cast: Cast, now: datetime, name: str) -> None:
    with refused("action.wrong_password"):
        log_in(db, now, name)


# ------------------------------------------------------------------------------------------------ sessions


def test_a_session_ends_ninety_days_after_it_was_used_last(db: Database, cast: Cast, now: datetime) -> None:
    token = log_in(db, now)
    assert whose(db, token, now + timedelta(days=89, hours=23)) == "Alice"
    assert whose(db, token, now + timedelta(days=90)) is None
    accounts.seen(db, token, now=now + timedelta(days=60))
    assert whose(db, token, now + timedelta(days=149)) == "Alice"
    assert whose(db, token, now + timedelta(days=150)) is None


def test_a_session_in_use_is_written_once_an_hour(db: Database, cast: Cast, now: datetime) -> None:
    token = log_in(db, now)

    def seen_at() -> int | None:
        with db.reading() as tx:
            return stored.session_seen_at(tx, token)

    before = seen_at()
    accounts.seen(db, token, now=now + timedelta(minutes=59))
    assert seen_at() == before
    accounts.seen(db, token, now=now + timedelta(minutes=61))
    assert seen_at() != before


def test_a_session_that_is_over_does_not_come_back(db: Database, cast: Cast, now: datetime) -> None:
    token = log_in(db, now)
    late = now + timedelta(days=91)
    accounts.seen(db, token, now=late)
    assert whose(db, token, late) is None


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "é", "' OR 1=1 --", "x" * 100_000])
def test_a_token_of_nobodys_opens_nothing(db: Database, cast: Cast, now: datetime, token: str) -> None:
    log_in(db, now)
    assert whose(db, token, now) is None
    accounts.seen(db, token, now=now)
    accounts.log_out(db, token=token, now=now)


def test_the_database_holds_no_token_that_opens_a_session(db: Database, cast: Cast, now: datetime) -> None:
    token = log_in(db, now)
    with db.reading() as tx:
        (kept,) = tx.column("SELECT token_hash FROM session")
    assert len(token) >= 43
    assert token.encode() not in kept
    assert whose(db, kept.hex(), now) is None


def test_logging_out_ends_that_session_alone(db: Database, cast: Cast, now: datetime) -> None:
    one, other = log_in(db, now), log_in(db, now)
    accounts.log_out(db, token=one, now=now)
    assert (whose(db, one, now), whose(db, other, now)) == (None, "Alice")


def test_a_new_password_ends_all_other_sessions(db: Database, cast: Cast, now: datetime) -> None:
    here, there, bobs = log_in(db, now), log_in(db, now), log_in(db, now, "Bob")
    with refused("action.wrong_password"):
        accounts.change_password(db, cast.alice, old="not it at all", new="a new password", keep_token=here, now=now)
    assert whose(db, there, now) == "Alice"
    accounts.change_password(db, cast.alice, old=PASSWORD, new="a new password", keep_token=here, now=now)
    assert [whose(db, token, now) for token in (here, there, bobs)] == ["Alice", None, "Bob"]
    assert log_in(db, now, password="a new password")
    with refused("action.wrong_password"):
        log_in(db, now)
    accounts.set_password(db, cast.alice, "the third password", now=now)
    assert whose(db, here, now) is None


# ------------------------------------------------------------------------------------------------ haste


def test_after_five_failures_each_costs_a_longer_wait(db: Database, cast: Cast, now: datetime) -> None:
    moment = now
    for _ in range(5):
        with refused("action.wrong_password"):
            log_in(db, moment, password="wrong")
    for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        with pytest.raises(ActionError) as caught:
            log_in(db, moment + timedelta(seconds=wait - 0.001))  # even the right one
        assert (caught.value.code, caught.value.detail) == ("action.too_many_attempts", "1")
        moment += timedelta(seconds=wait)
        with refused("action.wrong_password"):
            log_in(db, moment, password="wrong")
    moment += timedelta(seconds=900)
    assert log_in(db, moment)
    with refused("action.wrong_password"):
        log_in(db, moment, password="wrong", client="b")  # the name starts anew,
    with refused("action.too_many_attempts"):
        log_in(db, moment - timedelta(seconds=1), "Bob", "wrong")  # who tried so often does not,
    assert log_in(db, moment + timedelta(seconds=1), "Bob")  # and a good login has not made it longer


def test_a_client_that_tries_many_names_has_to_wait_too(db: Database, cast: Cast, now: datetime) -> None:
    for number in range(5):
        with refused("action.wrong_password"):
            log_in(db, now, f"guess {number}")
    with refused("action.too_many_attempts"):
        log_in(db, now, "Bob")
    assert log_in(db, now, "Bob", client="another")
    assert log_in(db, now + timedelta(seconds=1), "Bob")


def test_good_logins_cost_a_client_nothing(db: Database, cast: Cast, now: datetime) -> None:
    for _ in range(12):
        log_in(db, now)
        log_in(db, now, "Bob")


def test_failures_are_forgotten_after_a_day(db: Database, cast: Cast, now: datetime) -> None:
    for days in range(12):
        with refused("action.wrong_password"):
            log_in(db, now + timedelta(days=days), password="wrong")
    with db.reading() as tx:
        assert tx.value("SELECT max(failures) FROM attempt") == 1


def test_guesses_at_once_do_not_pass_as_one(db: Database, cast: Cast, now: datetime) -> None:
    def guess(number: int) -> str:
        try:
            return log_in(db, now, password=f"wrong {number}", client=f"client {number}")
        except ActionError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(24)))
    assert codes.count("action.wrong_password") == 5
    assert codes.count("action.too_many_attempts") == 19


# ------------------------------------------------------------------------------------------------ leaving


def test_a_user_who_leaves_takes_what_is_private_and_leaves_what_is_shared(
    db: Database, cast: Cast, now: datetime, tmp_path: Path
) -> None:
    _, shared = subscribed(db, cast.alice, "https://shared.test/", now)
    subscribed(db, cast.bob, "https://shared.test/", now)
    _, only = subscribed(db, cast.alice, "https://only-alice.test/", now)
    settings = Settings(secret_file=tmp_path / "key")
    own = subscriptions.subscribe(db, cast.alice, "https://a:b@private.test/", settings=settings, now=now)
    with db.reading() as tx:
        private = tx.value("SELECT feed_id FROM subscription WHERE id = :id", id=own)
    ids = [ident for feed in (shared, only, private) for ident in fill(db, feed, [f"in {feed}"], now)]
    accounts.catch_up(db, cast.alice.id, now=now)
    entries.star(db, cast.alice, ids, starred=True, now=now)
    entries.mark(db, cast.alice, ids[:1], read=True, now=now)
    subscriptions.add_folder(db, cast.alice, "F", now=now)
    token = log_in(db, now, "Alice")
    with transaction(db) as tx:
        tx.run("UPDATE users SET is_admin = 1 WHERE id = :id", id=cast.bob.id)
    accounts.remove(db, cast.alice.id, now=now)
    with db.reading() as tx:
        assert tx.column("SELECT id FROM entry ORDER BY id") == ids[:2]
        assert tx.column("SELECT id FROM feed ORDER BY id") == [shared, only]
        assert tx.value("SELECT orphaned_at IS NULL FROM feed WHERE id = :id", id=shared)
        assert tx.value("SELECT orphaned_at IS NOT NULL AND next_at IS NULL FROM feed WHERE id = :id", id=only)
        for table in ("unread", "star", "history", "folder", "session", "subscription"):
            assert tx.value(f"SELECT count(*) FROM {table} WHERE user_id = :id", id=cast.alice.id) == 0, table
        assert tx.value("SELECT count(*) FROM subscription") == 1
    assert whose(db, token, now) is None
    with pytest.raises(NotFound):
        accounts.remove(db, cast.alice.id, now=now)
    with refused("action.wrong_password"):
        log_in(db, now)


def test_the_last_administrator_stays_one(db: Database, cast: Cast, now: datetime) -> None:
    with refused("action.last_admin"):
        accounts.remove(db, cast.alice.id, now=now)
    with refused("action.last_admin"):
        accounts.set_admin(db, cast.alice, False, now=now)
    assert accounts.set_admin(db, cast.bob, True, now=now).is_admin
    assert not accounts.set_admin(db, cast.alice, False, now=now).is_admin
    accounts.remove(db, cast.alice.id, now=now)
    accounts.remove(db, cast.mallory.id, now=now)
    accounts.remove(db, cast.bob.id, now=now)  # the last account of all may go
    user, _ = accounts.create_first(db, name="New", password=PASSWORD, language="en", time_zone="UTC", now=now)
    assert user.is_admin


def test_two_administrators_do_not_step_down_at_once(db: Database, cast: Cast, now: datetime) -> None:
    accounts.set_admin(db, cast.bob, True, now=now)

    def step_down(user: User) -> bool:
        try:
            return not accounts.set_admin(db, user, False, now=now).is_admin
        except ActionError:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step_down, (cast.alice, cast.bob))) == [False, True]


def test_settings_that_are_not_given_stay(db: Database, cast: Cast, now: datetime) -> None:
    changed = accounts.change(db, cast.alice, language="fr", preview=True, now=now)
    assert (changed.language, changed.preview, changed.time_zone) == ("fr", True, "UTC")
    changed = accounts.change(db, cast.alice, time_zone="Europe/Paris", open_to_visitors=True, indexed=True, now=now)
    assert (changed.language, changed.preview, changed.time_zone) == ("fr", True, "Europe/Paris")
    assert (changed.open_to_visitors, changed.indexed, changed.is_admin) == (True, True, True)
    assert accounts.exists(db, "alice") == changed
    with pytest.raises(NotFound):
        accounts.exists(db, "Nobody\0")
