"""Replies are read the same whatever the segments are."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import RelayError
from syndicate.mail.relay.replies import Reply, ReplyReader

STREAM = (
    b"250-first\r\n250 2.0.0 second\r\n550 5.1.1 nobody\r\n354\r\n421-4.7.0 a\r\n421 4.7.0 b\r\n"
)
READ = [
    Reply(250, None, "first 2.0.0 second"),
    Reply(550, "5.1.1", "5.1.1 nobody"),
    Reply(354, None, ""),
    Reply(421, "4.7.0", "4.7.0 a 4.7.0 b"),
]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_feed_reads_the_same_from_any_segments(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = ReplyReader()

    read = [
        reply
        for start, end in itertools.pairwise(edges)
        for reply in reader.feed(STREAM[start:end])
    ]

    assert read == READ


def test_feed_takes_bare_line_feeds_and_odd_bytes() -> None:
    assert list(ReplyReader().feed(b"250 caf\xe9\n")) == [Reply(250, None, "caf�")]


@pytest.mark.parametrize(
    ("code", "is_ok", "is_permanent"), [(250, True, False), (451, False, False), (550, False, True)]
)
def test_the_first_digit_decides(code: int, is_ok: bool, is_permanent: bool) -> None:
    reply = Reply(code, None, "")

    assert (reply.is_ok, reply.is_permanent) == (is_ok, is_permanent)


def test_feed_gives_the_good_replies_before_it_refuses_the_bad_one() -> None:
    replies = ReplyReader().feed(b"250 OK\r\nnonsense\r\n")

    assert next(replies).code == 250
    with pytest.raises(RelayError):
        next(replies)
