"""Content codings: every one that we ask for, broken ones, and bombs."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped] # it ships neither types nor stubs
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from tests.internet import Encoding, compressed, rss

from dateline.errors import FetchError
from dateline.fetch.encoding import MAX_MEMBERS, Decoder

BODY = rss("One", *(f"entry {number}" for number in range(200)))
CODINGS: list[Encoding] = ["gzip", "deflate", "raw-deflate", "br", "zstd"]
MB = 1_000_000


def decoded(label: str, wire: bytes, *, limit: int = 10 * MB, step: int = 0) -> bytes:
    decoder = Decoder(label, limit)
    size = step or len(wire) or 1
    parts = [decoder.feed(wire[start : start + size]) for start in range(0, len(wire), size)]
    return b"".join([*parts, decoder.finish()])


def code_of(label: str, wire: bytes, *, limit: int = 10 * MB, step: int = 0) -> str:
    with pytest.raises(FetchError) as caught:
        decoded(label, wire, limit=limit, step=step)
    return caught.value.code


@pytest.mark.parametrize("step", [0, 1, 7, 1000])
@pytest.mark.parametrize("coding", CODINGS)
def test_every_coding_comes_out_as_it_went_in(coding: Encoding, step: int) -> None:
    assert decoded(coding.removeprefix("raw-"), compressed(BODY, coding), step=step) == BODY


@given(st.binary(max_size=3_000), st.sampled_from(CODINGS), st.integers(1, 400))
def test_any_body_in_any_pieces_comes_out_as_it_went_in(body: bytes, coding: Encoding, step: int) -> None:
    assert decoded(coding.removeprefix("raw-"), compressed(body, coding), step=step) == body


@pytest.mark.parametrize("label", ["", "identity", "none", "Identity, none"])
def test_no_coding_changes_nothing(label: str) -> None:
    assert decoded(label, BODY, step=100) == BODY


@pytest.mark.parametrize("label", ["x-gzip", "GZIP", " gzip ", "identity, gzip"])
def test_other_spellings_of_gzip_are_known(label: str) -> None:
    assert decoded(label, compressed(BODY, "gzip")) == BODY


def test_two_codings_are_undone_in_reverse_order() -> None:
    wire = compressed(compressed(BODY, "gzip"), "br")
    assert decoded("gzip, br", wire) == BODY
    assert decoded("gzip, br", wire, step=1) == BODY


def test_three_codings_are_an_error() -> None:
    assert code_of("gzip, br, zstd", b"x" * 50) == "fetch.encoding"


@pytest.mark.parametrize("step", [0, 1, 50])
def test_several_gzip_members_and_zstd_frames_are_one_body(step: int) -> None:
    halves = BODY[:5000], BODY[5000:]
    assert decoded("gzip", b"".join(gzip.compress(half) for half in halves), step=step) == BODY
    assert decoded("zstd", b"".join(compressed(half, "zstd") for half in halves), step=step) == BODY


@pytest.mark.parametrize("rest", [b"\0\0\0", b"\x1f", b"\x1f\x8c", b"trailing nonsense" * 10])
@pytest.mark.parametrize("step", [0, 1])
def test_what_follows_a_gzip_body_is_ignored(rest: bytes, step: int) -> None:
    assert decoded("gzip", compressed(BODY, "gzip") + rest, step=step) == BODY
    assert decoded("deflate", compressed(BODY, "deflate") + rest, step=step) == BODY


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "utf-8", "compress"])
@pytest.mark.parametrize(
    "body", [BODY, b"\xef\xbb\xbf" + BODY, b"\n " + BODY, b'{"version": 1}', b"<a/>", BODY.decode().encode("utf-16")]
)
@pytest.mark.parametrize("step", [0, 3])
def test_plain_text_with_a_wrong_label_is_taken_as_it_is(label: str, body: bytes, step: int) -> None:
    assert decoded(label, body, step=step) == body


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("cut", [1, 5, 17, 300])
def test_a_body_that_ends_within_its_coding_is_truncated(coding: Encoding, cut: int) -> None:
    assert code_of(coding.removeprefix("raw-"), compressed(BODY, coding)[:-cut]) == "fetch.truncated"
    assert code_of(coding.removeprefix("raw-"), compressed(BODY, coding)[:cut]) == "fetch.truncated"


def test_a_second_member_that_breaks_off_is_truncated() -> None:
    assert code_of("gzip", compressed(BODY, "gzip") + compressed(BODY, "gzip")[:100]) == "fetch.truncated"


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "compress", "aes128gcm", "\udcff"])
def test_nonsense_is_an_encoding_error(label: str) -> None:
    assert code_of(label, b"\xff\xff nonsense that no coding begins with" * 10) == "fetch.encoding"


def test_a_wrong_checksum_is_an_encoding_error() -> None:
    wire = bytearray(compressed(BODY, "gzip"))
    wire[-6] ^= 0xFF
    assert code_of("gzip", bytes(wire)) == "fetch.encoding"


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_no_bytes_are_an_empty_body_whatever_the_label_says(label: str) -> None:
    assert decoded(label, b"") == b""


@pytest.mark.parametrize("coding", CODINGS)
def test_the_limit_is_exact(coding: Encoding) -> None:
    label, wire = coding.removeprefix("raw-"), compressed(BODY, coding)
    assert decoded(label, wire, limit=len(BODY)) == BODY
    assert code_of(label, wire, limit=len(BODY) - 1) == "fetch.too_large"


def zeros(pieces: int) -> Iterator[bytes]:
    return (bytes(MB) for _ in range(pieces))


def bomb(coding: str) -> bytes:
    """200 MB of zeros, made without ever holding them."""
    if coding == "gzip":
        squeeze = zlib.compressobj(1, wbits=31)
        return b"".join([*(squeeze.compress(piece) for piece in zeros(200)), squeeze.flush()])
    if coding == "br":
        small = brotli.Compressor(quality=3)
        return b"".join([*(small.process(piece) for piece in zeros(200)), small.finish()])
    tight = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join([*(tight.compress(piece) for piece in zeros(200)), tight.flush()])


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("outer", ["", "gzip", "zstd"])
def test_a_bomb_of_200_megabytes_costs_little_more_than_the_limit(coding: str, outer: str) -> None:
    wire = bomb(coding)
    label = coding
    if outer:
        wire = compressed(wire, "gzip" if outer == "gzip" else "zstd")
        label = f"{coding}, {outer}"
    tracemalloc.start()
    try:
        assert code_of(label, wire, limit=2 * MB, step=65_536) == "fetch.too_large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * MB


def test_a_flood_of_empty_members_is_an_error() -> None:
    assert code_of("gzip", gzip.compress(b"") * (MAX_MEMBERS + 1)) == "fetch.encoding"
    assert code_of("zstd", compressed(b"", "zstd") * (MAX_MEMBERS + 1)) == "fetch.encoding"
    assert decoded("gzip", gzip.compress(b"") * MAX_MEMBERS) == b""


def test_a_window_larger_than_the_web_allows_is_an_error() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    squeeze = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    wire = b"".join([*(squeeze.compress(piece) for piece in zeros(20)), squeeze.flush()])
    assert code_of("zstd", wire, limit=100 * MB) == "fetch.encoding"


@given(st.sampled_from(["gzip", "deflate", "br", "zstd"]), st.binary(max_size=500), st.binary(max_size=200))
def test_any_bytes_give_a_body_or_an_error_of_the_family(label: str, start: bytes, rest: bytes) -> None:
    for wire in (start, compressed(BODY, "gzip")[:300] + start, compressed(BODY, "zstd")[:100] + rest):
        assert outcome(label, wire) in {"a body", "fetch.encoding", "fetch.truncated", "fetch.too_large"}


def outcome(label: str, wire: bytes) -> str:
    try:
        decoded(label, wire, limit=MB, step=97)
    except FetchError as error:
        return error.code
    return "a body"
