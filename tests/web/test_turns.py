"""Turns: long pieces of work let others have the interpreter."""

import sys

import pytest

from dateline.errors import ActionError
from dateline.web.turns import BRIEFLY, LongTurns


def test_long_work_is_considerate_while_it_lasts() -> None:
    usual = sys.getswitchinterval()
    turns = LongTurns(2, patience=0)
    with turns.taken():
        with turns.taken():
            assert sys.getswitchinterval() == pytest.approx(BRIEFLY)
            with pytest.raises(ActionError), turns.taken():
                pass
            assert sys.getswitchinterval() == pytest.approx(BRIEFLY)
        assert sys.getswitchinterval() == pytest.approx(BRIEFLY)
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_work_that_fails_leaves_everything_as_it_was() -> None:
    usual = sys.getswitchinterval()
    with pytest.raises(ValueError, match="broken"), LongTurns(1, patience=0).taken():
        raise ValueError("broken")
    assert sys.getswitchinterval() == pytest.approx(usual)
