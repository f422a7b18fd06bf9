"""Links that know the base URL, links from outside made safe, and forms that hold what they should."""

import pytest

from dateline.errors import ActionError
from dateline.settings import Settings
from dateline.web.forms import Form, Upload
from dateline.web.urls import Urls

AT_ROOT = Urls(Settings())
BELOW = Urls(Settings(base_url="https://news.example/reader/"))


def test_links_have_the_base_path_and_only_the_query_that_is_set() -> None:
    assert AT_ROOT("/feed/3", shown="all", q="", before=None) == "/feed/3?shown=all"
    assert BELOW("/feed/3") == "/reader/feed/3"
    assert BELOW("/") == "/reader/"


def test_links_are_quoted_and_escaped() -> None:
    assert AT_ROOT.plain("/@Zoé & co/", q='a&b="<') == "/@Zo%C3%A9%20&%20co/?q=a%26b%3D%22%3C"
    assert AT_ROOT("/", a=1, b=2) == "/?a=1&amp;b=2"
    assert str(AT_ROOT('/"><script>')) == "/%22%3E%3Cscript%3E"


@pytest.mark.parametrize("link", ["/", "/feed/3?shown=all#entry-4", "/@alice/"])
def test_a_link_into_the_instance_is_followed(link: str) -> None:
    assert AT_ROOT.local(link, "/starred") == link


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "feed/3",
        "/a\nb",
        "/a b",
        "/é",
        "/" + "x" * 3000,
    ],
)
def test_a_link_to_anywhere_else_is_not(link: str | None) -> None:
    assert AT_ROOT.local(link, "/starred") == "/starred"


def test_below_a_base_path_a_link_outside_of_it_is_not_followed() -> None:
    assert BELOW.local("/reader/feed/3", "/") == "/reader/feed/3"
    for link in ("/other", "/readerx", "/", "//reader/x"):
        assert BELOW.local(link, "/") == "/reader/"


def test_a_form_gives_what_was_asked_for() -> None:
    form = Form(
        {"a": [" x "], "n": ["12"], "m": ["1", "2"], "on": [""], "empty": [""]},
        {"file": Upload(name="x.opml", body=b"<opml/>")},
    )
    assert form.text("a") == "x"
    assert form.raw("a") == " x "
    assert form.text("none", "default") == "default"
    assert form.integer("n") == 12
    assert form.optional_integer("empty") is None
    assert form.optional_integer("none") is None
    assert form.integers("m") == (1, 2)
    assert form.integers("none") == ()
    assert form.flag("on")
    assert not form.flag("off")
    assert form.choice("a", ("x", "y")) == "x"
    assert form.choice("none", ("x", "y"), "y") == "y"
    assert form.file("file").body == b"<opml/>"


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "1e3", " 1", "٣", "²", "9" * 19, "9" * 5000, "0x10", "1_000"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ActionError) as caught:
        Form({"n": [text]}).integer("n")
    assert caught.value.code == "action.bad_value"


def test_missing_long_and_odd_values_are_refused() -> None:
    form = Form({"long": ["x" * 2000], "nul": ["a\0b"], "many": ["1"] * 1001, "c": ["z"]})
    with pytest.raises(ActionError):
        form.text("none")
    with pytest.raises(ActionError):
        form.text("long")
    with pytest.raises(ActionError):
        form.text("nul")
    with pytest.raises(ActionError):
        form.integers("many")
    with pytest.raises(ActionError):
        form.choice("c", ("x", "y"))
    with pytest.raises(ActionError):
        form.file("file")
