"""Preferences come back as they were kept; what cannot be read is left at its default, and nothing else with it."""

import pytest

from dateline import preferences
from dateline.preferences import Display, Look, Marking, Preferences, ShareTarget

CHOSEN = Preferences(
    display=Display(view="cards"),
    streams={"starred": Display(order="title")},
    look=Look(theme="sepia", text_size=22),
    marking=Marking(on_scroll=True),
    keys={"next": "n"},
    share=(ShareTarget(name="Mail", template="mailto:?body={url}"),),
)


def test_what_was_chosen_comes_back() -> None:
    assert preferences.decode(preferences.encode(CHOSEN)) == CHOSEN
    assert preferences.decode_display(preferences.encode(Display(view="panes"))) == Display(view="panes")


def test_nothing_chosen_takes_no_room() -> None:
    assert preferences.encode(Preferences()) == ""
    assert preferences.decode("") == Preferences()
    assert preferences.decode_display(None) is None


def test_a_part_that_cannot_be_read_takes_no_other_with_it() -> None:
    text = preferences.encode(CHOSEN).replace('"sepia"', '"neon"')
    assert preferences.decode(text) == Preferences(
        display=CHOSEN.display, streams=CHOSEN.streams, marking=CHOSEN.marking, keys=CHOSEN.keys, share=CHOSEN.share
    )


@pytest.mark.parametrize("text", ["[]", "{", '{"of": "a newer version"}', "null"])
def test_what_is_no_preference_counts_as_nothing_chosen(text: str) -> None:
    assert preferences.decode(text) == Preferences()
