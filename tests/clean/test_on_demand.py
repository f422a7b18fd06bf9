"""Players that wait: nothing of a third party is loaded before a click."""

import pytest

from dateline.clean import clean_html
from dateline.clean.on_demand import on_demand, player
from dateline.clean.players import SANDBOX
from dateline.model import RawHTML, SafeHTML

PAGE = "https://news.example/"


def shown(html: str) -> str:
    return on_demand(clean_html(RawHTML(html), PAGE))


def test_a_frame_and_its_link_become_one_link_that_waits() -> None:
    html = shown(
        '<p>See:</p><iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="Tides &amp; moon"></iframe>'
    )
    assert "<iframe" not in html
    assert html.count("<a ") == 1
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in html
    assert 'data-src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in html
    assert f'data-sandbox="{SANDBOX}"' in html
    assert ">▶ Tides &amp; moon · youtube.com</a>" in html


def test_a_frame_inside_a_link_is_its_name_alone() -> None:
    html = shown('<a href="https://x.example/"><iframe src="https://player.vimeo.com/video/1"></iframe></a>')
    assert html == '<a href="https://x.example/" target="_blank" rel="noopener noreferrer">▶ player.vimeo.com</a>'


def test_html_without_frames_stays_as_it_is() -> None:
    html = SafeHTML('<p>One <a href="https://x.example/">two</a></p>')
    assert on_demand(html) is html


def test_what_strangers_write_never_waits() -> None:
    raw = '<a class="on-demand" data-src="https://evil.example/" href="https://evil.example/">▶ x</a>'
    assert "data-src" not in shown(raw)
    assert "on-demand" not in shown(raw)


def test_a_title_stays_text() -> None:
    html = shown('<iframe src="https://player.vimeo.com/video/1" title="&lt;b&gt; &quot;x&quot; onload=1"></iframe>')
    assert "<b>" not in html
    assert '"x"' not in html


@pytest.mark.parametrize(
    ("address", "waits"),
    [
        ("https://www.youtube.com/v/Xos2M-gTf6g?version=3", True),
        ("https://player.vimeo.com/video/76979871", True),
        ("https://evil.example/embed/1", False),
        ('https://player.vimeo.com/video/1"><script>', True),
        ("javascript:alert(1)", False),
    ],
)
def test_a_players_address_waits_when_its_host_is_a_named_one(address: str, waits: bool) -> None:
    html = player(address)
    assert (html is not None) == waits
    assert "<script" not in (html or "")
    assert "<iframe" not in (html or "")
