"""A mail is read whatever it is made of, and nothing in it does harm."""

import contextlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.errors import ParseError
from dateline.model import ParsedEntry, ParsedFeed
from dateline.parse.mail import MAX_BYTES, parse_mail


def mail(text: str = "Bonjour", *, html: str | None = None, **headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "Le Phare <lettre@phare.example>", "Subject": "Un", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def the_entry(feed: ParsedFeed) -> ParsedEntry:
    (entry,) = feed.entries
    return entry


def test_the_sender_is_the_feed_and_the_mail_its_entry() -> None:
    feed = parse_mail(mail("Bonjour\n\nà tous", Message_ID="<1@phare.example>", Date="Sun, 22 Nov 2026 10:00:00 +0100"))
    assert (feed.title, feed.url, feed.site_url) == (
        "Le Phare",
        "mailto:lettre@phare.example",
        "https://phare.example/",
    )
    entry = the_entry(feed)
    assert (entry.guid, entry.title) == ("<1@phare.example>", "Un")
    assert entry.published_at == datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert entry.content_html == "<p>Bonjour</p>\n<p>à tous</p>"


def test_html_counts_before_text() -> None:
    entry = the_entry(parse_mail(mail("plain", html="<p>rich</p>")))
    assert entry.content_html is not None
    assert entry.content_html.strip() == "<p>rich</p>"


def test_text_becomes_paragraphs_with_links_and_no_markup() -> None:
    entry = the_entry(parse_mail(mail("See https://a.example/x?y=1&z.\n<script>")))
    assert entry.content_html == (
        '<p>See <a href="https://a.example/x?y=1&amp;z">https://a.example/x?y=1&amp;z</a>.<br>\n&lt;script&gt;</p>'
    )


def test_encoded_headers_and_bodies_of_any_charset_are_read() -> None:
    raw = (
        b"From: =?iso-8859-1?q?Caf=E9?= <CAFE@Example.ORG>\r\nSubject: =?utf-8?b?w6l0w6k=?= =?utf-8?q?_2026?=\r\n"
        b"Content-Type: text/html; charset=windows-1252\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nPHA+k2HpgJQ8L3A+\r\n"
    )
    feed = parse_mail(raw)
    entry = the_entry(feed)
    assert (feed.title, feed.url, entry.title) == ("Café", "mailto:cafe@example.org", "été 2026")
    assert entry.content_html == "<p>“aé€”</p>"


def test_pictures_and_attachments_inside_are_left_out() -> None:
    message = EmailMessage()
    message["From"] = "a@b.example"
    message.set_content('<p>Text<img src="cid:1"></p>', subtype="html")
    message.add_related(b"GIF89a", "image", "gif", cid="<1>")
    message.add_attachment("secret", filename="notes.txt")
    content = the_entry(parse_mail(message.as_bytes())).content_html
    assert content is not None
    assert "Text" in content
    assert "secret" not in content
    assert "GIF89a" not in content


def test_the_way_out_of_a_list_is_an_address_to_press() -> None:
    entry = the_entry(
        parse_mail(mail(List_Unsubscribe='<https://a.example/out?x="y">, <mailto:out@a.example>, <javascript:x>'))
    )
    assert entry.content_html is not None
    assert '<a href="https://a.example/out?x=&quot;y&quot;">' in entry.content_html
    assert '<a href="mailto:out@a.example">' in entry.content_html
    assert "javascript" not in entry.content_html


def test_a_list_names_the_feed_where_its_sender_has_no_name() -> None:
    assert parse_mail(mail(From="x@a.example", List_Id="Nouvelles <news.a.example>")).title == "Nouvelles"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"hello", b"Subject: x\r\n\r\nbody", b"From: nobody\r\n\r\nbody"])
def test_what_nobody_sent_is_no_mail(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_mail(raw)


def nested(depth: int) -> bytes:
    lines = [b"From: a@b.example", b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b"Content-Type: multipart/mixed; boundary=b%d" % level, b"", b"--b%d" % level]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", b"deep"])


MANY = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\ny\r\n" * 100_000


@pytest.mark.parametrize("raw", [nested(500), MANY, b"From: a@b.example\r\n\r\n" + b"x" * MAX_BYTES])
def test_too_much_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError, match=r"parse\.too_complex"):
        parse_mail(raw)


HEAD = b"From: a@b.example\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Type: text/plain; charset=zlib_codec\r\n\r\nx",
        HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\nx",
        HEAD + b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!A",
        HEAD + b"Content-Type: multipart/alternative\r\n\r\nx",
        HEAD + b"Content-Type: " + b'a/b;"' * 20_000 + b"\r\n\r\nx",
        HEAD + b"Subject: " + b"=?utf-8?q?" * 10_000 + b"\r\n\r\nx",
        HEAD + b"Subject: =?utf-8?b?a?=\r\n\r\nx",
        HEAD + b"Date: Mon, 99 Foo 99999999999999999999 99:99:99 +9999\r\n\r\nx",
        b"From: " + b"<" * 100_000 + b"a@b.example\r\nFrom: a@b.example\r\n\r\nx",
        b"From: " + b"(" * 3_000 + b" a@b.example\r\n\r\nx",
        HEAD + b"X: y\r\n" * 100_000,
        HEAD + b"\r\n" + b"\n \n" * 200_000,
        HEAD + b"Content-Type: multipart/mixed; boundary=-\r\n\r\n" + b"\n-- " * 500_000,
        HEAD
        + b"Content-Type: multipart/mixed; boundary="
        + b" " * 900
        + b"\r\n\r\n"
        + b"\r\n--"
        + b" " * 500_000
        + b"x",
    ],
)
def test_hostile_mail_raises_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(ParseError):
        assert parse_mail(raw).url == "mailto:a@b.example"


PIECES = """From: a@b.example|\r\n|\n|Content-Type: multipart/mixed; boundary=x|--x|--x--
|=?utf-8?b?|?=|\0|\xff\xfe|<|"|: |
(|=3|Content-Type: text/html; charset=utf-7|Content-Transfer-Encoding: quoted-printable|Subject: |List-Unsubscribe: <"""


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=30))
def test_no_arrangement_of_pieces_breaks_it(pieces: list[str]) -> None:
    with contextlib.suppress(ParseError):
        (entry,) = parse_mail("".join(pieces).encode("latin-1")).entries
        assert entry.authors
