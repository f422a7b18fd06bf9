"""ZIPs: members one at a time, never more than the limits, never a path."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dateline.errors import ParseError
from dateline.parse.bundle import Bundle, BundleLimits, kind_of, looks_like_zip

SMALL = BundleLimits(member=10_000, total=25_000)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", method) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return body.getvalue()


def refused(body: bytes, limits: BundleLimits = SMALL) -> str:
    with pytest.raises(ParseError) as caught:
        read_all(body, limits)
    return caught.value.code


def read_all(body: bytes, limits: BundleLimits) -> None:
    bundle = Bundle(body, limits)
    for member in bundle.members:
        bundle.read(member)


def test_members_are_told_by_their_content_and_opml_comes_first() -> None:
    bundle = Bundle(
        zipped({"a.opml": b' {"items": []}', "dir/": b"", "pic.json": b"\x89PNG", "list.txt": b"<opml/>"}), SMALL
    )
    assert [(member.name, member.kind) for member in bundle.members] == [
        ("list.txt", "opml"),
        ("a.opml", "articles"),
        ("pic.json", "other"),
    ]
    assert bundle.read(bundle.members[0]) == b"<opml/>"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x", "a\0b", "x" * 5_000, "\u202egnp.json"])
def test_a_name_leads_nowhere(name: str) -> None:
    bundle = Bundle(zipped({name: b"[]"}), SMALL)
    assert bundle.read(bundle.members[0]) == b"[]"
    assert len(bundle.members[0].name) <= 200


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    assert refused(zipped({"zeros": bytes(50_000_000)})) == "parse.too_complex"


def test_many_members_share_one_limit() -> None:
    assert refused(zipped({str(n): bytes(9_000) for n in range(5)})) == "parse.too_complex"


def test_members_that_overlap_count_each_time() -> None:
    """A thousand names for one piece of compressed zeros."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezer.compress(bytes(5_000)) + squeezer.flush()
    sizes = struct.pack("<LLL", zlib.crc32(bytes(5_000)), len(packed), 5_000)
    local = b"PK\3\4" + struct.pack("<5H", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 1, 0) + b"a" + packed
    central = b"".join(
        b"PK\1\2" + struct.pack("<6H", 20, 20, 0, 8, 0, 0) + sizes + struct.pack("<5HLL", 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(1_000)
    )
    end = b"PK\5\6" + struct.pack("<4HLLH", 0, 0, 1_000, 1_000, len(central), len(local), 0)
    assert refused(local + central + end) in ("parse.too_complex", "parse.bad_archive")


def test_too_many_members_are_refused() -> None:
    assert refused(zipped({str(n): b"" for n in range(20_001)}, zipfile.ZIP_STORED)) == "parse.too_complex"


def test_a_list_of_a_million_members_is_refused_before_they_are_read() -> None:
    small = zipped({"a": b"b"})
    start, end = small.index(b"PK\x01\x02"), small.index(b"PK\x05\x06")
    listed = small[start:end] * 200_000
    finish = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(listed), start, 0)
    tracemalloc.start()
    try:
        assert refused(small[:start] + listed + finish) == "parse.too_complex"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000 + len(listed)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_could_swell_unseen_is_not_unpacked(method: int) -> None:
    assert refused(zipped({"a": b"[]"}, method)) == "parse.bad_archive"


def test_a_locked_member_is_refused() -> None:
    body = bytearray(zipped({"a": b"[]"}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        body[body.index(mark) + offset] |= 1
    assert refused(bytes(body)) == "parse.bad_archive"


def test_a_wrong_checksum_is_refused() -> None:
    body = zipped({"a": b"[1234567]"}, zipfile.ZIP_STORED)
    assert refused(body.replace(b"1234567", b"7654321", 1)) == "parse.bad_archive"


def test_half_a_zip_is_refused() -> None:
    body = zipped({"a": bytes(range(256)) * 20, "b": b"[]"})
    for size in range(4, len(body), 7):
        assert refused(body[:size]).startswith("parse.")


def test_what_a_file_is_shows_at_its_beginning() -> None:
    assert kind_of(b"\xef\xbb\xbf\n {}") == "articles"
    assert kind_of("<opml/>".encode("utf-16")) == "opml"
    assert kind_of(b"half <outline") == "opml"
    assert kind_of(zipped({})) == kind_of(b"hello") == kind_of(b"") == "other"
    assert looks_like_zip(zipped({}))
    assert not looks_like_zip(b"PK")


@given(st.binary(max_size=300))
def test_any_bytes_are_opened_or_refused(body: bytes) -> None:
    with suppress(ParseError):
        bundle = Bundle(b"PK\3\4" + body, SMALL)
        for member in bundle.members:
            with suppress(ParseError):
                bundle.read(member)


@given(st.integers(0, 10_000), st.integers(0, 255))
@example(426, 0)  # a name that is empty
def test_a_zip_with_one_changed_byte_is_opened_or_refused(place: int, value: int) -> None:
    body = bytearray(zipped({"a.json": b'{"items": []}', "b.opml": b"<opml/>" * 50}))
    body[place % len(body)] = value
    with suppress(ParseError):
        bundle = Bundle(bytes(body), SMALL)
        for member in bundle.members:
            with suppress(ParseError):
                bundle.read(member)
