"""Inflating piece by piece gives what was packed, however it is cut, and never a long piece."""

import gzip
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicate import inflating

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


def inflated(encoding: str, packed: bytes, cut: int = 1_000_000) -> Iterator[bytes]:
    inflater = inflating.inflater(encoding)
    for at in range(0, len(packed), cut):
        yield from inflater.pieces(packed[at : at + cut])
    yield from inflater.finish()


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=3_000), st.integers(1, 500))
def test_what_was_packed_comes_out_however_it_is_cut(encoding: str, body: bytes, cut: int) -> None:
    assume(not body.startswith(b"\x1f\x8b"))  # a file of gzip, which is unpacked

    assert b"".join(inflated(encoding, PACKERS[encoding](body), cut)) == body


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_bomb_comes_out_in_short_pieces(encoding: str) -> None:
    packed = PACKERS[encoding](b"0" * 20_000_000)

    pieces = [len(part) for part in inflated(encoding, packed)]

    assert len(packed) < 30_000
    assert sum(pieces) == 20_000_000
    assert max(pieces) <= 131_072


@pytest.mark.parametrize("encoding", ["gzip", "", "deflate"])
def test_files_of_gzip_one_behind_the_other_are_no_endless_row(encoding: str) -> None:
    pieces = [gzip.compress(b"a story ")] * 1_000

    assert b"".join(inflated(encoding, b"".join(pieces))) == b"a story " * 1_000
    with pytest.raises(ValueError, match="it is packed in too many pieces"):
        list(inflated(encoding, b"".join([*pieces, gzip.compress(b"")]), cut=1_000))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", ""])
def test_a_body_that_breaks_off_is_no_body(encoding: str) -> None:
    packed = PACKERS[encoding or "gzip"](bytes(range(256)))

    with pytest.raises(ValueError, match="breaks off"):
        list(inflated(encoding, packed[:-9]))


@pytest.mark.parametrize("encoding", sorted(PACKERS))
def test_no_body_at_all_is_whole(encoding: str) -> None:
    assert list(inflated(encoding, b"")) == []


@pytest.mark.parametrize("encoding", ["zstd", "compress", "gzip, zstd", "gzip, gzip, gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="was not asked for"):
        inflating.inflater(encoding)


FEED = b'\xef\xbb\xbf<?xml version="1.0"?><rss>' + bytes(range(32, 127)) * 9 + b"</rss>"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        *((named, FEED) for named in ("utf-8", "none", "aws-chunked", "identity", "text/xml")),
        *((named, FEED) for named in ("gzip", "x-gzip", "deflate", "br")),
        *((named, FEED[3:]) for named in ("gzip", "deflate", "br", "gzip, br")),
        *((named, b'\n{"version": 1}') for named in ("gzip", "deflate", "br")),
        *((named, b"[]") for named in ("gzip", "deflate", "br")),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED))),
        ("gzip", gzip.compress(gzip.compress(FEED))),
        ("gzip, gzip", gzip.compress(FEED)),
        ("gzip, br", brotli.compress(gzip.compress(FEED))),
        ("deflate, utf-8", zlib.compress(FEED)),
        ("aws-chunked,gzip", gzip.compress(FEED)),
        ("", gzip.compress(FEED)),
        ("", gzip.compress(FEED[:99]) + gzip.compress(FEED[99:])),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
@pytest.mark.parametrize("cut", [1, 7, 100_000])
def test_a_body_is_read_whatever_is_said_of_it(encoding: str, packed: bytes, cut: int) -> None:
    came = b"".join(inflated(encoding, packed, cut))

    assert came in {FEED, FEED[3:], b'\n{"version": 1}', b"[]"}


def test_what_is_packed_again_and_again_comes_to_an_end() -> None:
    head = gzip.compress(b"")[:10]
    endless = gzip.compress(head + b"\0\0\0\xff\xff" * 12_000_000, 1)  # blocks of nothing

    with pytest.raises(ValueError, match="again and again"):
        list(inflated("gzip, gzip", endless))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_follows_a_body_is_not_kept(encoding: str) -> None:
    packed = gzip.compress(FEED) if encoding == "gzip" else zlib.compress(FEED)
    made, begun = inflating.inflater(encoding), time.process_time()

    found = b"".join(made.pieces(packed))
    for _ in range(400):
        found += b"".join(made.pieces(bytes(65_536)))
    found += b"".join(made.finish())

    assert found == FEED
    assert time.process_time() - begun < 0.5
