"""No message leaves that some server could take for two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import BadAddressError
from syndicate.mail.relay.line_ends import is_safe
from syndicate.mail.relay.supply import Envelope, UnsafeMessageError

PIECES = st.lists(st.sampled_from([b"", b"x", b"\r\n", b"\r", b"\n", b".", b"x.\r\n", b".\r\n"]))


@given(PIECES)
def test_a_message_is_judged_the_same_in_whatever_pieces_it_is(pieces: list[bytes]) -> None:
    joined = b"".join(pieces)
    lines = joined.split(b"\r\n")
    is_good = joined.endswith(b"\r\n") and not any(
        line.startswith(b".") or b"\r" in line or b"\n" in line for line in lines
    )

    assert is_safe(pieces) is (is_good or not joined)


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\r\n.\r\n", b"\r.\r", b"\r\n.\n", b"\n.\r\n", b"\r\n.\r", b"\r\n.x\r\n", b"\r"],
)
def test_no_envelope_holds_a_message_that_could_end_early(end: bytes) -> None:
    smuggled = b"MAIL FROM:<chief@daily.example>\r\nDATA\r\n\r\nx\r\n"

    with pytest.raises(UnsafeMessageError):
        Envelope(1, "b@daily.example", "reader001@example.com", (b"A: b\r\n\r\nx", end, smuggled))


@pytest.mark.parametrize("bad", ["a@b>\r\nDATA", "a@b> SIZE=1", "a\n@b", "a\0@b", "<a@b"])
def test_no_envelope_holds_an_address_that_ends_its_command(bad: str) -> None:
    for sender, recipient in ((bad, "reader001@example.com"), ("b@daily.example", bad)):
        with pytest.raises(BadAddressError):
            Envelope(1, sender, recipient, (b"A: b\r\n\r\n",))
