"""What was changed in a text, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from dateline.web.differences import CONTEXT, MAX_CHARS, Run, differences


def said(runs: tuple[Run, ...]) -> list[tuple[str, str]]:
    return [(run.kind, run.text) for run in runs]


def test_words_that_went_stand_before_those_that_came() -> None:
    assert said(differences("The old mayor resigns today", "The new mayor resigns on Monday")) == [
        ("same", "The"),
        ("gone", "old"),
        ("new", "new"),
        ("same", "mayor resigns"),
        ("gone", "today"),
        ("new", "on Monday"),
    ]


def test_equal_texts_have_no_runs_whatever_their_blanks() -> None:
    assert differences("One two\n\nthree", " One  two\nthree ") == ()
    assert differences("", "") == ()


def test_long_stretches_that_stayed_are_left_out() -> None:
    words = " ".join(f"w{number}" for number in range(100))
    runs = differences(f"{words} old", f"{words} new")
    assert [run.kind for run in runs] == ["left_out", "same", "gone", "new"]
    assert len(runs[1].text.split()) == CONTEXT


def test_texts_that_differ_too_much_are_compared_by_paragraphs() -> None:
    old = "First stays.\n" + "\n".join(f"old {number} paragraph" for number in range(200)) + "\nLast stays."
    new = "First stays.\n" + "\n".join(f"new {number} words here" for number in range(200)) + "\nLast stays."
    runs = differences(old, new)
    assert [run.kind for run in runs] == ["same", "gone", "new", "same"]
    assert runs[0].text.strip() == "First stays."


def test_texts_of_any_length_are_bounded() -> None:
    old = " ".join(f"a{number}" for number in range(200_000))
    new = " ".join(f"b{number}" for number in range(200_000))
    runs = differences(old, new)
    assert [run.kind for run in runs] == ["gone", "new"]
    assert max(len(run.text) for run in runs) <= MAX_CHARS + 1


WORDS = st.lists(st.sampled_from(["one", "two", "three", "\n", "four"]), max_size=40).map(" ".join)


@given(WORDS, WORDS)
def test_the_runs_hold_every_word_of_both_texts_but_those_left_out(old: str, new: str) -> None:
    runs = differences(old, new)
    if not runs:
        assert old.split() == new.split()
    if any(run.kind == "left_out" for run in runs):
        return
    before = " ".join(run.text for run in runs if run.kind in ("same", "gone")).split()
    after = " ".join(run.text for run in runs if run.kind in ("same", "new")).split()
    if runs:
        assert before == old.split()
        assert after == new.split()


@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_raises(old: str, new: str) -> None:
    differences(old, new)
