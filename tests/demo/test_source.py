"""The outlets' files: their markup, their form, their pictures and their size."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import get_args

import pytest
from lxml import etree

from dateline.demo.draw.__main__ import draw_all
from dateline.demo.draw.canvas import Canvas
from dateline.demo.markup import Places, plain, to_html
from dateline.demo.outlet import Sound, Voice, outlets, read_outlet
from dateline.demo.pictures import icon, icon_names, picture, picture_names, size_of
from dateline.demo.press import print_entry
from dateline.demo.sound import frequency, length_of, wav

from .conftest import NOW, found

PLACES = Places(pictures="http://127.0.0.1:1/pictures", entries="http://127.0.0.1:1/x")

HEAD = """+++
title = "T"
description = "D"
language = "en"
format = "rss20"
folder = []
icon = "meridian.svg"
+++
"""


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One & <two>", "<p>One &amp; &lt;two&gt;</p>"),
        ("## A *b*", "<h2>A <em>b</em></h2>"),
        ("### A", "<h3>A</h3>"),
        ("- a\n- **b**", "<ul>\n<li>a</li>\n<li><strong>b</strong></li>\n</ul>"),
        ("1. a\n1. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("> said\n> — who", "<blockquote><p>said</p><footer>— who</footer></blockquote>"),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("a\\\nb", "<p>a<br />\nb</p>"),
        ("---", "<hr />"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("**a** *b* `*c* <d>`", "<p><strong>a</strong> <em>b</em> <code>*c* &lt;d&gt;</code></p>"),
        ("[w](slug)", '<p><a href="http://127.0.0.1:1/x/slug">w</a></p>'),
        ("[*w*](https://a.example/?a=1&b)", '<p><a href="https://a.example/?a=1&amp;b"><em>w</em></a></p>'),
        ("n[^1]", '<p>n<sup id="ref-1"><a href="#note-1">1</a></sup></p>'),
        ("```py\na < b\n\n# c\n```", '<pre><code class="language-py">a &lt; b\n\n# c</code></pre>'),
        ("```\na\n```", "<pre>a</pre>"),
        ("<dl><dt>a</dt></dl>", "<dl><dt>a</dt></dl>"),
        (
            "| a | b |\n| c | d |",
            "<table><tbody>\n<tr><td>a</td><td>b</td></tr>\n<tr><td>c</td><td>d</td></tr>\n</tbody></table>",
        ),
        (
            "| a |\n|---|\n| b |",
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>b</td></tr>\n</tbody></table>",
        ),
    ],
)
def test_the_markup_becomes_html(text: str, html: str) -> None:
    assert to_html(text, PLACES) == html


def test_a_figure_has_its_size_and_its_caption() -> None:
    figure = to_html('![A "b"](sierra.png "C *d*")', PLACES)
    assert figure == (
        '<figure><img src="http://127.0.0.1:1/pictures/sierra.png" alt="A &quot;b&quot;" width="1120" height="630" />'
        "<figcaption>C <em>d</em></figcaption></figure>"
    )


def test_a_summary_is_the_first_paragraph_without_marks() -> None:
    assert plain("![a](b.png)\n\n## C\n\n*d* [e](f)[^1] `g`\nh\n\ni") == "d e g h"
    assert plain("- only\n- a list") == ""


def test_every_text_is_well_formed_and_leaves_no_marks_behind() -> None:
    for outlet in outlets():
        for entry in outlet.entries:
            printed = print_entry(outlet, entry, "http://127.0.0.1:1", NOW)
            tree = etree.fromstring(f"<div>{printed.content_html}</div>")
            left = "".join(found(tree, "//text()[not(ancestor::code) and not(ancestor::pre)]"))
            assert not {mark for mark in ("**", "](", "![", "```", "|--", "[^") if mark in left}, (
                outlet.name,
                entry.slug,
            )
            assert printed.summary_text or entry.text.startswith("!["), (outlet.name, entry.slug)
            assert len(printed.summary_text) <= 281


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("no head", "not enough values"),
        ("x" + HEAD, "must begin"),
        (HEAD + "stray\n=== a\nage: 1d\n\nText", "before the first entry"),
        (HEAD + "=== a\nage: 1d\ncolour: red\n\nText", "unknown keys"),
        (HEAD + "=== a\nage: soon\n\nText", "not an age"),
        (HEAD + "=== a\nage: 1d\nvoice: drum\nnotes: C4\n\nText", "Invalid enum value"),
        (HEAD.replace("rss20", "rss99"), "Invalid enum value"),
        (HEAD.replace('title = "T"', 'titel = "T"'), "titel"),
    ],
)
def test_a_file_that_does_not_keep_to_the_form_is_an_error(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        read_outlet("x", text)


def test_slugs_are_the_names_of_pages_and_unlike_those_of_other_things() -> None:
    for outlet in outlets():
        for edition in (1, 2):
            slugs = [entry.slug for entry in outlet.in_edition(edition)]
            assert len(set(slugs)) == len(slugs), outlet.name
            assert all(slug.replace("-", "").isalnum() and slug.isascii() for slug in slugs)


def test_every_picture_and_icon_is_used() -> None:
    texts = "\n".join(entry.text for outlet in outlets() for entry in outlet.entries)
    named = {entry.picture for outlet in outlets() for entry in outlet.entries} | {outlet.cover for outlet in outlets()}
    assert [name for name in picture_names() if f"({name}" not in texts and name not in named] == []
    assert sorted(outlet.icon for outlet in outlets()) == icon_names()


def test_pictures_are_drawn_by_the_program_that_is_there(tmp_path: Path) -> None:
    folder = files("dateline.demo") / "files" / "pictures"
    drawn = draw_all(tmp_path)
    assert sorted(path.name for path in drawn) == picture_names()
    for path in drawn:
        if path.suffix == ".svg":
            assert path.read_text(encoding="utf-8") == (folder / path.name).read_text(encoding="utf-8"), path.name


def test_pictures_are_small_and_say_their_size() -> None:
    for name in picture_names():
        assert len(picture(name)) <= 15_000, name
        assert all(200 <= side <= 1200 for side in size_of(name)), name
    assert len({icon(name) for name in icon_names()}) == len(icon_names()) >= 12
    shapes = [size_of(name) for name in picture_names()]
    assert any(height > width for width, height in shapes)
    assert len(shapes) >= 20


def test_svg_pictures_run_nothing_and_load_nothing() -> None:
    bodies = [picture(name) for name in picture_names()] + [icon(name) for name in icon_names()]
    for body in (body for body in bodies if body.startswith(b"<svg")):
        root = etree.fromstring(body)
        assert {etree.QName(element).localname for element in root.iter()} <= {
            "svg", "g", "defs", "use", "rect", "circle", "ellipse", "path", "text",
        }  # fmt: skip
        assert all(value == "#f" for element in root.iter() for key, value in element.attrib.items() if "href" in key)


def test_a_sheet_is_a_png_of_its_size() -> None:
    sheet = Canvas(8, 4, "#ffffff")
    sheet.box(0.0, 0.5, 1.0, 1.0, "#000000")
    assert sheet.png().startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x04\x08\x03")


def test_notes_have_their_pitch_and_sounds_their_length() -> None:
    assert frequency("A4") == 440.0
    assert frequency("A3") == 220.0
    assert round(frequency("C4"), 1) == 261.6
    assert frequency("F#4") > frequency("F4")
    for voice in get_args(Voice):
        sound = Sound(voice=voice, notes=("A4", "-"))
        assert len(wav(sound)) == length_of(sound)


def test_the_data_in_the_package_is_small() -> None:
    assert sum(_sizes(files("dateline.demo"))) <= 1_200_000


def _sizes(folder: Traversable) -> Iterator[int]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sizes(entry) if entry.name != "__pycache__" else ()
        else:
            yield len(entry.read_bytes())
