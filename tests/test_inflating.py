"""Inflating piece by piece gives what was packed, however it is cut, and never a long piece."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate import inflating

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=3_000), st.integers(1, 500))
def test_what_was_packed_comes_out_however_it_is_cut(encoding: str, body: bytes, cut: int) -> None:
    packed = PACKERS[encoding](body)
    inflater = inflating.inflater(encoding)

    chunks = [packed[at : at + cut] for at in range(0, len(packed), cut)]

    assert b"".join(part for chunk in chunks for part in inflater.pieces(chunk)) == body
    inflater.finish()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_bomb_comes_out_in_short_pieces(encoding: str) -> None:
    packed = PACKERS[encoding](b"0" * 20_000_000)

    pieces = [len(part) for part in inflating.inflater(encoding).pieces(packed)]

    assert len(packed) < 30_000
    assert sum(pieces) == 20_000_000
    assert max(pieces) <= 131_072


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_body_that_breaks_off_is_no_body(encoding: str) -> None:
    inflater = inflating.inflater(encoding)
    list(inflater.pieces(PACKERS[encoding](bytes(range(256)))[:-9]))

    with pytest.raises(ValueError, match="breaks off"):
        inflater.finish()


@pytest.mark.parametrize("encoding", sorted(PACKERS))
def test_no_body_at_all_is_whole(encoding: str) -> None:
    inflating.inflater(encoding).finish()


@pytest.mark.parametrize("encoding", ["zstd", "compress", "gzip, br"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="was not asked for"):
        inflating.inflater(encoding)
