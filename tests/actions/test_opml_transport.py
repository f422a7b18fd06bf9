"""How feeds are fetched comes along with OPML: into one's own feeds, encrypted; out without secrets unless asked."""

from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.internet import LOOPBACK, Asked, Internet, Reply, rss
from tests.people import Cast
from tests.refresh.running import Runner

from dateline.actions import exporting, following, opml, subscriptions, transport
from dateline.actions.transport import Wish
from dateline.fetch.transport import Transport
from dateline.model import User
from dateline.refresh.asking import Kept, unsealed
from dateline.settings import Settings
from dateline.store import Database
from dateline.store import exporting as leaving
from dateline.store.secrets import Keyring

FROM_FRESHRSS = """<opml xmlns:frss="https://freshrss.org/opml" version="2.0"><body>
<outline text="Members" type="rss" xmlUrl="{url}" frss:CURLOPT_USERAGENT="Mine/1" frss:CURLOPT_COOKIE="a=b"
 frss:CURLOPT_HTTPHEADER="X-Key: sesame&#10;Host: elsewhere.test" frss:CURLOPT_POST="true"
 frss:CURLOPT_POSTFIELDS="q=1" frss:CURLOPT_MAXREDIRS="3" frss:CURLOPT_COOKIEFILE=""/></body></opml>"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(LOOPBACK, secret_file=tmp_path / "key")


def known(db: Database, settings: Settings, user: User) -> dict[str, tuple[Kept, str, bool]]:
    """Address → what is kept of how it is asked, the login, whether the feed is the user's alone."""
    keyring = Keyring(settings.secret_file or Path())
    with db.reading() as tx:
        return {
            row.url: (
                unsealed(row.transport, keyring),
                keyring.decrypt(row.credentials) if row.credentials else "",
                row.private,
            )
            for row in leaving.leaving(tx, user.id)
        }


def test_a_feed_of_freshrss_is_asked_as_it_was_there(
    db: Database, cast: Cast, now: datetime, settings: Settings
) -> None:
    def answer(asked: Asked) -> Reply:
        fits = (asked.header("X-Key"), asked.header("Cookie"), asked.header("User-Agent"), asked.method)
        return Reply(rss("Members", "Secret" if fits == ("sesame", "a=b", "Mine/1", "POST") else "Nothing"))

    with Internet({"/feed": answer}) as site:
        subscriptions.subscribe(db, cast.bob, site.url("/feed"), now=now)
        body = FROM_FRESHRSS.format(url=site.url("/feed")).encode()
        report = opml.import_opml(db, cast.alice, body, settings=settings, now=now)
        assert [(problem.line, problem.code, problem.text) for problem in report.problems] == [
            (4, "opml.left_out", "Members: frss:CURLOPT_HTTPHEADER (Host)")
        ]
        Runner(db, now, settings).run()
    with db.reading() as tx:
        found = tx.all("SELECT f.owner_id, e.title FROM entry e JOIN feed f ON f.id = e.feed_id ORDER BY f.owner_id")
        assert found == [(0, "Nothing"), (cast.alice.id, "Secret")]
        stored = tx.column("SELECT transport FROM feed WHERE transport IS NOT NULL")
    assert len(stored) == 1
    assert not any(secret in stored[0] for secret in (b"sesame", b"a=b", b"q=1"))
    assert transport.clear(db, settings, cast.alice, _own(db, cast.alice), now=now) == "shared"


def _own(db: Database, user: User) -> int:
    with db.reading() as tx:
        return int(tx.value("SELECT id FROM subscription WHERE user_id = :user", user=user.id))


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ('frss:CURLOPT_HTTPHEADER="Content-Length: 5"', "frss:CURLOPT_HTTPHEADER (Content-Length)"),
        ('frss:CURLOPT_HTTPHEADER="Authorization: x" frss:CURLOPT_USERPWD="a:b"', "frss:CURLOPT_HTTPHEADER (Auth"),
        ('frss:CURLOPT_COOKIE="a=&#10;b"', "frss:CURLOPT_COOKIE"),
        ('frss:CURLOPT_TIMEOUT="900"', "frss:CURLOPT_TIMEOUT"),
        ('frss:CURLOPT_USERPWD=":secret"', "frss:CURLOPT_USERPWD"),
        (f'frss:CURLOPT_POST="1" frss:CURLOPT_POSTFIELDS="{"x" * 100_001}"', "frss:CURLOPT_POSTFIELDS"),
        ('dateline:transport=\'{"proxy":"http://u:p@x:1"}\'', "frss:CURLOPT_PROXY"),
        ('dateline:transport=\'{"authority":"x"}\'', "dateline:transport (authority)"),
        ("dateline:transport='{\"max_redirects\":-1}'", "frss:CURLOPT_MAXREDIRS"),
    ],
)
def test_what_cannot_be_sent_is_left_out_and_told(
    db: Database, cast: Cast, now: datetime, settings: Settings, attributes: str, names: str
) -> None:
    body = (
        '<opml xmlns:frss="https://freshrss.org/opml" xmlns:dateline="https://dateline.example/opml"><body>'
        f'<outline text="A" xmlUrl="https://a.test/" {attributes}/></body></opml>'
    )
    report = opml.import_opml(db, cast.alice, body.encode(), settings=settings, now=now)
    (problem,) = report.problems
    assert problem.code == "opml.left_out"
    assert problem.text.startswith(f"A: {names}")
    kept, login, is_private = known(db, settings, cast.alice)["https://a.test/"]
    assert (kept.transport, login) == (Transport(), "a:b" if "a:b" in attributes else "")
    assert is_private is bool(login)


def test_a_proxy_that_is_not_allowed_is_kept_and_the_feed_not_fetched_without_it(
    db: Database, cast: Cast, now: datetime, settings: Settings
) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        body = (
            '<opml xmlns:frss="https://freshrss.org/opml"><body><outline text="Onion" '
            f'xmlUrl="{site.url("/feed")}" frss:CURLOPT_PROXY="127.0.0.1:9" frss:CURLOPT_PROXYTYPE="0"/></body></opml>'
        )
        report = opml.import_opml(db, cast.alice, body.encode(), settings=settings, now=now)
        assert [(p.code, p.text) for p in report.problems] == [("opml.proxy_not_allowed", "Onion: http://127.0.0.1:9")]
        outcome = Runner(db, now, settings).run()
        assert [report.code for report in outcome.values()] == ["fetch.proxy"]
        assert site.requests == []


def test_secrets_stay_here_unless_they_are_asked_for(
    db: Database, cast: Cast, now: datetime, settings: Settings
) -> None:
    own = subscriptions.subscribe(db, cast.alice, "https://a.test/feed", now=now)
    secret = Wish(
        user_agent="Mine/1",
        login="anna:pass word",
        headers=(("X-Key", "sesame"),),
        cookies="session=cookie",
        method="POST",
        body="form=body",
        timeout=60.0,
    )
    transport.change(db, settings, cast.alice, own, secret, now=now)
    plain = exporting.export_opml(db, cast.alice, settings=settings, now=now)
    for hidden in (b"sesame", b"anna", b"pass word", b"session", b"form=", b"CURLOPT_POST"):
        assert hidden not in plain
    report = opml.import_opml(db, cast.bob, plain, settings=settings, now=now)
    assert [(problem.code, problem.text.split(": ")[1]) for problem in report.problems] == [
        ("opml.secrets_withheld", "login, headers, cookies, body")
    ]
    kept, login, is_private = known(db, settings, cast.bob)["https://a.test/feed"]
    assert kept.transport == Transport(user_agent="Mine/1", method="POST", timeout=60.0)
    assert (login, is_private) == ("", True)
    whole = exporting.export_opml(db, cast.alice, settings=settings, with_secrets=True, now=now)
    for shown in (b"sesame", b"anna:pass word", b"session=cookie", b"form=body"):
        assert shown in whole


def test_without_its_key_a_feed_goes_out_with_the_names_of_what_it_needs(
    db: Database, cast: Cast, now: datetime, settings: Settings
) -> None:
    own = subscriptions.subscribe(db, cast.alice, "https://a.test/feed", now=now)
    transport.change(db, settings, cast.alice, own, Wish(login="anna:secret"), now=now)
    assert settings.secret_file is not None
    settings.secret_file.unlink()
    whole = exporting.export_opml(db, cast.alice, settings=settings, with_secrets=True, now=now)
    report = opml.import_opml(db, cast.bob, whole, settings=settings, now=now)
    assert [problem.text.split(": ")[1] for problem in report.problems] == ["login, transport"]
    assert known(db, settings, cast.bob)["https://a.test/feed"][2]


NUMBER = count()
PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["C", "Z"]), max_size=9)
WISHES = st.fixed_dictionaries(
    {
        "user_agent": PRINTABLE,
        "login": st.none() | st.builds("{}:{}".format, st.sampled_from(["u", "é"]), st.text(max_size=9)),
        "login_by": st.sampled_from(["basic", "digest"]),
        "headers": st.none() | st.lists(st.tuples(st.just("X-A"), PRINTABLE.filter(bool)), max_size=2).map(tuple),
        "cookies": st.none() | PRINTABLE,
        "method": st.sampled_from(["GET", "POST"]),
        "body": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
        "body_type": st.sampled_from([Wish().body_type, "application/json"]),
        "proxy": st.sampled_from(["", "http://proxy.test:3128"]),
        "timeout": st.none() | st.floats(1, 120),
        "max_redirects": st.none() | st.integers(0, 10),
        "tls": st.sampled_from(["strict", "any"]),
    }
)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wish=WISHES, is_private=st.booleans())
def test_every_way_to_fetch_a_feed_comes_back(
    db: Database, cast: Cast, now: datetime, settings: Settings, wish: dict[str, Any], is_private: bool
) -> None:
    settings = replace(settings, proxies=("http://u:p@proxy.test:3128",))
    url = f"https://{next(NUMBER)}.test/feed"
    own = subscriptions.subscribe(db, cast.alice, url, private=is_private, now=now)
    if "\0" in (wish["login"] or ""):
        wish["login"] = None
    transport.change(db, settings, cast.alice, own, Wish(**wish), now=now)
    exported = exporting.export_opml(db, cast.alice, settings=settings, with_secrets=True, now=now)
    report = opml.import_opml(db, cast.bob, exported, settings=settings, now=now)
    assert (report.added, report.problems) == (1, ())
    mine, theirs = (known(db, settings, user)[url] for user in (cast.alice, cast.bob))
    assert theirs == mine


def test_a_followed_list_decides_nothing_of_how_feeds_are_fetched(
    db: Database, cast: Cast, now: datetime, settings: Settings
) -> None:
    with Internet({"/feed": rss("A", "One")}) as site:
        site["/list"] = Reply(FROM_FRESHRSS.format(url=site.url("/feed")).encode())
        folder = subscriptions.add_folder(db, cast.alice, "List", now=now)
        following.follow(db, cast.alice, folder, site.url("/list"), now=now)
        following.check_now(db, settings, folder, version="0", holder="test", clock=lambda: now)
    with db.reading() as tx:
        assert tx.all("SELECT owner_id, transport FROM feed WHERE url LIKE '%/feed'") == [(0, None)]
