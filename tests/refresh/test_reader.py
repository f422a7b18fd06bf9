"""The process that reads pages: it answers, it may die or hang, and nobody else does."""

import os
import signal
import sys

import pytest
from tests.pages import PARAGRAPHS, page

from dateline.errors import ExtractError
from dateline.model import FullTextRules
from dateline.refresh.reader import Reader
from dateline.refresh.reading_frames import Question


def question(body: bytes, *rules: FullTextRules, content_type: str = "text/html") -> Question:
    return Question(
        url="https://a.example/", content_type=content_type, body=body, title="", rules=rules or (FullTextRules(),)
    )


def test_one_process_answers_page_after_page_and_is_gone_when_it_is_closed() -> None:
    with Reader() as reader:
        first = reader.read(question(page()))
        assert reader._process is not None
        number = reader._process.pid
        second = reader.read(question(page(), FullTextRules(content="h1"), FullTextRules(content="nothing")))
        assert reader._process.pid == number
        reader.close()
        with pytest.raises(ProcessLookupError):
            os.kill(number, 0)
    assert PARAGRAPHS[4] in first[0].text
    assert [text.code for text in second] == ["ok", "extract.no_match"]


def test_pages_come_in_any_encoding() -> None:
    body = page("".join(f"<p>Été à Besançon, n° {n}. {PARAGRAPHS[n]}</p>" for n in range(5)))
    latin = body.decode().replace("utf-8", "iso-8859-1").replace("–", "-").replace("“", '"').replace("”", '"')
    with Reader() as reader:
        assert "Été à Besançon" in reader.read(question(latin.encode("latin-1")))[0].text
        utf16 = question(body.decode("utf-8").encode("utf-16"), content_type="text/html; charset=utf-16")
        assert "Été à Besançon" in reader.read(utf16)[0].text


@pytest.mark.parametrize(
    "attributes",
    [
        b"".join(b" a%d" % n for n in range(300_000)),
        b"".join(b" a%d='%d'" % (n, n) for n in range(100_000)),
        b" a" * 1_000_000,
        b"/x" * 1_000_000,
    ],
    ids=["names", "values", "one name", "slashes"],
)
def test_a_tag_of_endless_attributes_costs_no_more_than_its_bytes(attributes: bytes) -> None:
    """Without the bound each of these takes minutes, and ends at the timer as ``extract.too_complex``."""
    text = "".join(f"<p>{line}</p>" for line in PARAGRAPHS).encode()
    with Reader() as reader:
        (found,) = reader.read(question(b"<html><body><div" + attributes + b"><article>" + text))
        assert (found.code, PARAGRAPHS[4] in found.text) == ("ok", True)


def test_a_page_that_takes_too_long_ends_the_process_not_us(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(); sys.stdin.buffer.read(1)")
    with monkeypatch.context() as patched, Reader(seconds=0.2) as reader:
        patched.setattr("dateline.refresh.reader.COMMAND", endless)
        with pytest.raises(ExtractError, match="too_complex"):
            reader.read(question(page()))
    with Reader() as reader:
        assert reader.read(question(page()))[0].code == "ok"


def test_a_process_that_dies_is_followed_by_another() -> None:
    with Reader() as reader:
        reader.read(question(page()))
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)
        with pytest.raises(ExtractError, match="crashed"):
            reader.read(question(page()))
        assert reader.read(question(page()))[0].code == "ok"
