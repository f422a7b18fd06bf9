"""Whether a feed gives only a beginning: by the ending, the length, the kind of element, the feed's habit."""

import pytest
from tests.pages import PARAGRAPHS

from dateline.clean.cut import Given, has_words, is_cut

WHOLE = " ".join(PARAGRAPHS * 4)


def cut(
    text: str,
    *,
    html: str | None = None,
    summary: bool = False,
    media: bool = False,
    title: str = "",
    usual: tuple[int, ...] = (),
) -> bool:
    shown = f"<p>{text}</p>" if html is None else html
    return is_cut(Given(html=shown, text=text, is_summary=summary, title=title, has_media=media, usual_words=usual))


@pytest.mark.parametrize(
    "ending",
    [
        "…", "...", " [...]", " […]", "… »", "...'", " (…)", " Read more", "Read more »", " Continue reading →",
        " Read the full story at The Daily Tide", " Lire la suite", " Lire l’article complet", " Weiterlesen …",
        " Mehr dazu", " Leer más", " Leggi tutto", " Lees verder", " Läs mer", " Czytaj dalej", " Читать далее",
        " 続きを読む", " 阅读全文", " Devamını oku", " [Read more...]",
        " […] The post The lock appeared first on The Daily Tide.",
        " […] L’article L’écluse est apparu en premier sur La Marée.",
    ],
)  # fmt: skip
def test_an_ending_in_the_middle_of_things_is_a_beginning(ending: str) -> None:
    assert cut(WHOLE + ending)
    assert cut(PARAGRAPHS[0][:80] + ending, media=True)


@pytest.mark.parametrize("ending", ["", " The post The lock appeared first on The Daily Tide.", " He said: more.", "!"])
def test_a_text_that_ends_is_none(ending: str) -> None:
    assert not cut(WHOLE + ending)
    assert not cut(PARAGRAPHS[0] + ending)


def test_more_in_the_middle_is_no_ending() -> None:
    assert not cut(f"Read more about locks below. {WHOLE}")
    assert not cut("He wanted to read more. She did not, and so they went home, and that was all of it.")


def test_a_short_summary_is_a_beginning_and_a_long_one_is_not() -> None:
    assert cut(PARAGRAPHS[0], summary=True)
    assert not cut(" ".join(PARAGRAPHS * 3), summary=True)


def test_a_summary_is_all_where_the_feed_usually_gives_all() -> None:
    assert not cut(PARAGRAPHS[0], summary=True, usual=(400, 350, 800, 60))
    assert cut(PARAGRAPHS[0], summary=True, usual=(30, 25, 40, 900))
    assert cut(PARAGRAPHS[0] + "…", summary=True, usual=(400, 350, 800)), "but not when it says so"


def test_a_feed_of_titles_with_two_sentences_each_gives_teasers() -> None:
    assert cut(PARAGRAPHS[0], title="The northern lock is closed", usual=(20, 31, 25))
    assert not cut(PARAGRAPHS[0], title="The northern lock is closed", usual=(20, 400, 250)), "a short one among long"
    assert not cut(PARAGRAPHS[0], title=PARAGRAPHS[0][:60] + "…", usual=(20, 31, 25)), "a note, its title made of it"
    assert not cut(PARAGRAPHS[0], usual=(20, 31, 25))


@pytest.mark.parametrize(
    "text", ["", "Comments", "[link] [comments]", "https://a.example/b", "Article URL: https://a/ #"]
)
def test_nothing_to_read_is_a_beginning(text: str) -> None:
    assert cut(text)


def test_pictures_sounds_and_notes_are_whole() -> None:
    assert not cut("", html='<img src="https://a.example/1.jpg">')
    assert not cut("", media=True)
    assert not cut("Guests: a baker, a diver", media=True, summary=True)
    assert not cut("Good morning, harbour!")
    assert not cut("Sunrise.", html="<p>a</p><p>b</p><p>c</p><img src='x'>", summary=True)


def test_scripts_without_blanks_are_counted_by_their_characters() -> None:
    sentence = "北方的船闸星期一早上关闭了，因为潜水员在两扇闸门上发现了裂缝。"
    assert not cut(sentence * 20, summary=True)
    assert cut(sentence, summary=True)


@pytest.mark.parametrize("text", ["the post " * 200_000, "." * 1_000_000, "read more " * 100_000, "[" * 500_000])
def test_hostile_texts_are_answered(text: str) -> None:
    assert cut(text) in (True, False)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("", True),
        ("\n \n", True),
        ("LOCK", True),
        ("bridge", False),
        ("bridge\n/2026/", True),
        ("bridge\nferry", False),
    ],
)
def test_words_of_title_or_address(texts: str, expected: bool) -> None:
    assert has_words(texts, "The northern lock", "https://tide.example/2026/1") is expected
    assert has_words("x", None, None) is False
