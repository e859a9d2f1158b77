"""What goes over the wire: the next envelope leaves with the end of the message before it."""

import re

from tests.embedded.processes import wait_for
from tests.journeys.conftest import READERS, Recorded
from tests.journeys.recorder import Talk

# End of a message's text, then the next MAIL, RCPT and DATA (RFC 5321 4.1.1.4, RFC 2920 3.1).
_END_AND_NEXT = re.compile(
    rb"\r\n\.\r\nMAIL FROM:<[^>]*>[^\r\n]*\r\nRCPT TO:<[^>]*>[^\r\n]*\r\nDATA\r\n$"
)


def test_the_next_envelope_leaves_in_one_piece_with_the_end_of_a_message(
    recorded: Recorded,
) -> None:
    recorded.program.json_of("newsletters", "send", "morning-harbour")
    assert wait_for(lambda: _kept(recorded) == READERS, seconds=60)

    talks = [talk for talk in recorded.recorder.talks if b"MAIL FROM" in talk.sent()]
    assert sum(_messages(talk) for talk in talks) == READERS
    # Each connection can send ahead before every message but its first.
    ahead = sum(
        len([1 for piece, _ in talk.pieces if _END_AND_NEXT.search(piece)]) for talk in talks
    )
    assert ahead == READERS - len(talks)


def _messages(talk: Talk) -> int:
    return len(re.findall(rb"(?:^|\r\n)MAIL FROM:<", talk.sent()))


def _kept(recorded: Recorded) -> int:
    return len(list((recorded.mailbox / "messages").glob("*.eml")))
