"""Search: the same answers on both engines, whatever is asked; the index follows the entries and never disagrees."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.people import Cast, make_cast
from tests.searches import searched, tree
from tests.store.feeding import arrived, clean, fill, subscribed

from dateline.actions import entries as deeds
from dateline.actions import instance
from dateline.model import Person, Stream
from dateline.query.tree import Words
from dateline.query.words import words
from dateline.refresh import deliver, index
from dateline.store import Database, entries, search, streams
from dateline.store.entries import Edited, guid_hash
from dateline.store.write import transaction

DOCUMENTS = {
    "English": "The quick brown fox jumps over the lazy dog, again and again.",
    "French": "L’été dernier, l’œuvre de Zoë a été naïvement célébrée à Orléans.",
    "German": "Die Straße nach Köln ist groß.",
    "Turkish": "İstanbul ve Iğdır",
    "Vietnamese": "Thành phố Hồ Chí Minh",
    "Russian": "Чайковский и его ёлка",
    "Ukrainian": "Київ: їжак і ґанок, м’ята",
    "Greek": "Η Αθήνα και ο Όλυμπος",
    "Arabic": "قَرَأَ الوَلَدُ آخِرَ الكِتابِ",
    "Hebrew": "שָׁלוֹם עולם",
    "Chinese": "東京都的天氣很好。北京也是。",
    "Japanese": "今日はカタカナとｶﾀｶﾅとＡＢＣを読みます",
    "Korean": "서울의 날씨가 좋다",
    "Thai": "ประเทศไทย",
    "Hindi": "हिन्दी में समाचार",
    "Signs": "C++ and C#, 3.14, user@host.example, snake_case, AT&T, don't, ﬁne ½ ² №5",
    "Markup": "an <b>unclosed & \\ ' \" ` ; DROP TABLE entry; -- of words",
    "Emoji": "rocket 🚀 launch 👩‍👩‍👧 family",
    "Long word": "x" * 3000 + " after",
    "Hashes": "Revisions 5e9c and 1e4fabc 7e1 are gone.",
}

QUESTIONS: list[tuple[str, list[str]]] = [
    ("quick fox", ["English"]),
    ("QUICK", ["English"]),
    ('"quick brown"', ["English"]),
    ('"brown quick"', []),
    ("“quick brown”", ["English"]),
    ("«quick brown» lazy", ["English"]),
    ('"quick', ["English"]),
    ("ete", ["French"]),
    ("ÉTÉ", ["French"]),
    ("naivement orleans", ["French"]),
    ("zoe", ["French"]),
    ("straße", ["German"]),
    ("koln", ["German"]),
    ("istanbul", ["Turkish"]),
    ("Ho Chi Minh", ["Vietnamese"]),
    ('"Hồ Chí Minh"', ["Vietnamese"]),
    ("Чайковский", ["Russian"]),
    ("чайковскии", ["Russian"]),
    ("елка", ["Russian"]),
    ("Київ", ["Ukrainian"]),
    ("їжак ґанок", ["Ukrainian"]),
    ("αθηνα", ["Greek"]),
    ("Όλυμπος", ["Greek"]),
    ("قرأ الولد", ["Arabic"]),
    ("اخر", ["Arabic"]),
    ("שלום", ["Hebrew"]),
    ("東京", ["Chinese"]),
    ("京都", ["Chinese"]),
    ("京東", []),
    ("北京", ["Chinese"]),
    ("カタカナ", ["Japanese"]),
    ("ＡＢＣ", ["Japanese"]),
    ("abc", ["Japanese"]),
    ("날씨", ["Korean"]),
    ("ไทย", ["Thai"]),
    ("हिन्दी", ["Hindi"]),
    ("समाचार", ["Hindi"]),
    ("c", ["Signs"]),
    ("c++", ["Signs"]),
    ("3.14", ["Signs"]),
    ("user@host.example", ["Signs"]),
    ("snake_case", ["Signs"]),
    ("AT&T", ["Signs"]),
    ("fine", ["Signs"]),
    ("ﬁne", ["Signs"]),
    ("drop table", ["Markup"]),
    ("🚀 launch", ["Emoji"]),
    ("🚀", []),
    ("after", ["Long word"]),
    ("english quick", ["English"]),  # a word of the title, one of the text
    ('"english the"', []),  # no phrase reaches from the title into the text
    ("5e9c", ["Hashes"]),
    ("1e4fabc 7e1", ["Hashes"]),
    ("nothing", []),
    ("   ", []),
    ("quick nothing", []),
]
WORST = [
    *('"', '""', "'", "''", "*", "a*", "^a", "a NEAR b", "NEAR(a b, 2)", "a AND", "OR", "NOT a", "-a", "+a", "a:b"),
    *("title:a", "{title body}: a", "a & b | !c <-> (d)", "a:*", "(", ")", "\\", "%", "_", "\0", "a\0b", "\ud800"),
    *("'; DROP TABLE entry; --", "a" * 5000, '"' * 2000, "a " * 2000, '"a ' * 500, "𝔞𝔟𝔠", "ﷺ" * 900, "\u0301", "½"),
    *("e\u0301" * 700, "\u200b", "\ufeff", "１２３", "Ⅷ", "ᾳ", "İ", "ŉ", "𐐀", "\U0010ffff"),
]


@pytest.fixture
def library(db: Database, now: datetime) -> tuple[Database, Cast]:
    """Alice reads every document, each in a feed of its own; all is indexed."""
    cast = make_cast(db, now)
    for number, (title, text) in enumerate(DOCUMENTS.items()):
        _, feed = subscribed(db, cast.alice, f"https://{number}.test/", now)
        fill(db, feed, [title], now, text=text.replace("&", "&amp;").replace("<", "&lt;"))
    deliver.catch_up(db, cast.alice.id)
    index.index_all(db)
    return db, cast


@pytest.fixture
def library_in_sqlite(sqlite_db: Database, now: datetime) -> tuple[Database, int]:
    """One entry."""
    _, feed = subscribed(sqlite_db, make_cast(sqlite_db, now).alice, "https://a.test/", now)
    return sqlite_db, fill(sqlite_db, feed, ["One"], now)[0]


def found(db: Database, cast: Cast, query: str, kind: Stream | None = None) -> list[str]:
    stream = kind or Stream()
    stream = Stream(kind=stream.kind, key=stream.key, search=searched(query), shown="all")
    with db.reading() as tx:
        return [entry.title for entry in streams.read(tx, cast.alice.id, stream).entries]


def test_both_engines_answer_the_table_alike(library: tuple[Database, Cast]) -> None:
    db, cast = library
    answers = {query: found(db, cast, query) for query, _ in QUESTIONS}
    assert answers == dict(QUESTIONS)


def test_no_question_is_an_error(library: tuple[Database, Cast]) -> None:
    db, cast = library
    for query in WORST:
        assert set(found(db, cast, query)) <= set(DOCUMENTS), query
        with db.reading() as tx:
            search.matching(tx, tree(query), [1, 2, 3], user_id=cast.alice.id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
@example("\0")
def test_any_text_is_found_by_its_words(library_in_sqlite: tuple[Database, int], text: str) -> None:
    db, entry_id = library_in_sqlite
    said = words(text)
    with transaction(db) as tx:
        tx.run("DELETE FROM entry_text")
        search.index(tx, [(entry_id, "", " ".join(said))])
        if said:
            assert search.matching(tx, Words(tuple(said[:20])), [entry_id], user_id=1) == [entry_id]


# ------------------------------------------------------------------------------------------------ the index follows


def _texts(db: Database) -> int:
    table = "entry_text_docsize" if db.engine == "sqlite" else "entry_text"
    with db.reading() as tx:
        return int(tx.value(f"SELECT count(*) FROM {table}"))


def _edit(db: Database, entry_id: int, title: str, text: str) -> None:
    body = clean(title, text=text)
    edited = Edited(
        id=entry_id, content_hash=guid_hash(text), clean=body, packed=entries.packed_body(body, None, None, None)
    )
    with transaction(db) as tx:
        entries.edit(tx, [edited], datetime(2026, 11, 22, tzinfo=UTC))


def test_an_edited_entry_is_found_by_its_new_words_only(library: tuple[Database, Cast]) -> None:
    db, cast = library
    _edit(db, 1, "Changed", "A slow red fox")
    assert index.index_all(db) == 1
    assert found(db, cast, "red fox") == ["Changed"]
    assert found(db, cast, "quick") == found(db, cast, "english") == []
    assert index.index_all(db) == 0


def test_a_purged_entry_is_found_no_more(library: tuple[Database, Cast]) -> None:
    db, cast = library
    before = _texts(db)
    with transaction(db) as tx:
        entries.purge(tx, 1, [1])
    assert found(db, cast, "quick") == []
    assert _texts(db) == before - 1
    assert index.index_all(db) == 0


def test_authors_and_tags_are_found_and_are_no_words_of_the_title_or_text(
    db: Database, cast: Cast, now: datetime
) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    one = arrived("Fog", now, text="It rose slowly")
    written = replace(
        one.clean, authors=(Person(name="Zoë Ray"), Person(email="b@a.example"), Person()), tags=("Sea", "海")
    )
    with transaction(db) as tx:
        entries.insert(tx, feed, [replace(one, clean=written)], now)
    index.index_all(db)
    for query in ('"zoe ray"', "b@a.example", "sea", "海", "sea fog slowly"):
        assert found(db, cast, query) == ["Fog"], query
    assert found(db, cast, '"fog zoe"') == found(db, cast, '"ray sea"') == []
    assert instance.reindex(db, lambda _done, _of: None) == 1
    assert found(db, cast, "zoe sea") == ["Fog"]


def test_indexing_twice_changes_nothing(library: tuple[Database, Cast]) -> None:
    db, cast = library
    before = _texts(db)
    assert index.index_all(db) == 0
    with transaction(db) as tx:
        tx.run("UPDATE meta SET value = '0' WHERE key = 'indexed_to'")
    assert index.index_all(db) == len(DOCUMENTS)
    assert _texts(db) == before
    assert found(db, cast, "quick") == ["English"]


def test_an_interrupted_index_goes_on_where_it_stopped(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, feed, [f"n{number}" for number in range(2 * index.CHUNK + 50)], now)
    assert index.index_chunk(db) == index.CHUNK
    with db.reading() as tx:
        rest = search.waiting(tx, 1000)
        assert search.indexed_to(tx) == ids[index.CHUNK - 1]
    with pytest.raises(ZeroDivisionError), transaction(db) as tx:  # noqa: PT012 - the transaction must end by it
        search.index(tx, [(row.id, row.title, "text") for row in rest[: index.CHUNK]])
        raise ZeroDivisionError
    assert _texts(db) == index.CHUNK
    assert index.index_chunk(db, whole_only=True) == index.CHUNK
    assert index.index_chunk(db, whole_only=True) == 0  # 50 wait for more
    assert index.index_all(db) == 50
    assert _texts(db) == len(ids)
    with db.reading() as tx:
        assert search.indexed_to(tx) == ids[-1]


def test_an_edit_between_reading_and_indexing_is_not_lost(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    (entry_id,) = fill(db, feed, ["First"], now, text="old")
    with db.reading() as tx:
        rows = search.waiting(tx, 10)
    _edit(db, entry_id, "Second", "new")
    assert index.index_edited(db) == 0  # not behind the watermark yet: the mark stays
    with transaction(db) as tx:
        search.index(tx, [(row.id, row.title, "old") for row in rows])
    assert index.index_all(db) == 1
    assert found(db, cast, "new") == ["Second"]
    assert found(db, cast, "old") == []


def test_an_entry_purged_between_reading_and_indexing_leaves_no_text(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    ids = fill(db, feed, ["First", "Second"], now)
    with db.reading() as tx:
        rows = search.waiting(tx, 10)
    with transaction(db) as tx:
        entries.purge(tx, feed, ids[:1])
    with transaction(db) as tx:
        search.index(tx, [(row.id, row.title, "text") for row in rows])
    assert _texts(db) == 1


def test_the_index_is_built_anew_from_the_bodies(library: tuple[Database, Cast]) -> None:
    db, cast = library
    told: list[tuple[int, int]] = []
    assert instance.reindex(db, lambda done, of: told.append((done, of))) == len(DOCUMENTS)
    assert told[-1] == (len(DOCUMENTS), len(DOCUMENTS))
    assert {query: found(db, cast, query) for query, _ in QUESTIONS} == dict(QUESTIONS)


def test_a_text_without_end_is_indexed_as_far_as_the_engine_can(db: Database, cast: Cast, now: datetime) -> None:
    _, feed = subscribed(db, cast.alice, "https://a.test/", now)
    words = " ".join(f"ǆ{number:x}ﷺ" for number in range(40_000))
    fill(db, feed, ["Endless"], now, text=f"beginning {words}")
    fill(db, feed, ["Many"], now, text=" ".join(chr(0x4E00 + number % 20_000) for number in range(120_000)))
    assert index.index_all(db) == 2
    assert found(db, cast, "beginning") == ["Endless"]


def test_starred_entries_are_searched_among_all_of_them(library: tuple[Database, Cast], now: datetime) -> None:
    db, cast = library
    deeds.star(db, cast.alice, [1, 2], starred=True, now=now)
    starred = Stream(kind="starred")
    assert found(db, cast, "quick", starred) == ["English"]
    assert found(db, cast, "Straße", starred) == []


def test_costly_expressions_and_long_texts_are_asked_of_fewer_articles(db: Database, cast: Cast, now: datetime) -> None:
    """Whoever may search may write such an expression: nobody else waits for it."""
    _, feed_id = subscribed(db, cast.alice, "https://a.example/", now)
    newest = fill(db, feed_id, [f"Article {number}" for number in range(40)], now, text="needle " + "hay " * 6_000)[-1]
    costly = "intext:/needle|q[^x]{190}/"
    counts = []
    for text in ("intext:/needle/", costly, f"{costly} {costly}"):
        with db.reading() as tx:
            found = search.newest_matches(tx, tree(text), [feed_id], user_id=cast.alice.id)
            alone = search.matching(tx, tree(text), [newest], user_id=cast.alice.id)
        counts.append(len(found))
        assert newest in [entry_id for _, entry_id in found]
        assert alone == [newest]
    assert counts[0] == 40
    assert 0 < counts[2] < counts[1] < 40
