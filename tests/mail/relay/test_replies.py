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


BAD = [
    b"000 OK\r\n",
    b"150 OK\r\n",
    b"650 OK\r\n",
    b"abc OK\r\n",
    b"2500 OK\r\n",
    b"250OK\r\n",
    b"250\0 OK\r\n",
    "٢٥٠ OK\r\n".encode(),
    b"\r\n",
    b"250-first\r\n\r\n",
    b"250-first\r\n550 second\r\n",
    b"550-first\r\n250 second\r\n",
    b"250 " + b"x" * 5_000 + b"\r\n",
    b"250-" + b"x" * 5_000,
    b"250-x\r\n" * 101,
    (b"250-" + b"x" * 4_000 + b"\r\n") * 20,
]


@pytest.mark.parametrize("stream", BAD)
def test_what_has_no_form_no_end_or_two_minds_is_no_reply(stream: bytes) -> None:
    with pytest.raises(RelayError):
        list(ReplyReader().feed(stream))


def test_a_multi_line_refusal_may_name_several_codes_of_one_kind() -> None:
    [reply] = ReplyReader().feed(b"550-5.7.1 Not you\r\n554 5.7.1 Not today\r\n")

    assert (reply.code, reply.enhanced, reply.is_permanent) == (554, "5.7.1", True)


@pytest.mark.parametrize(("before", "after"), [(b"550 ", b""), (b"550-", b"550 end\r\n")])
def test_nothing_in_a_reply_steers_a_row_a_log_or_a_terminal(before: bytes, after: bytes) -> None:
    words = "5.1.1 \0no\x1b[2J\u202egnihton\x07\x9b31m".encode() + b"\xff\ttab\r\n"

    [reply] = ReplyReader().feed(before + words + after)

    assert reply.text.removesuffix(" end") == "5.1.1 �no�[2J�gnihton��31m� tab"
    assert reply.enhanced == "5.1.1"
