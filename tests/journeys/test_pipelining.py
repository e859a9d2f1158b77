"""What goes over the wire: the next envelope leaves with the end of the message before it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.embedded.processes import wait_for
from tests.journeys.recorder import Recorder, Talk
from tests.journeys.running import NEWSROOM_STACK, clean_env, fresh_folder, running

READERS = 50  # one chunk: between two of them results are written, and nothing is sent ahead
# End of a message's text, then the next MAIL, RCPT and DATA (RFC 5321 4.1.1.4, RFC 2920 3.1).
_END_AND_NEXT = re.compile(
    rb"\r\n\.\r\nMAIL FROM:<[^>]*>[^\r\n]*\r\nRCPT TO:<[^>]*>[^\r\n]*\r\nDATA\r\n$"
)


@contextmanager
def _mailbox(folder: Path) -> Iterator[int]:
    """A mailbox of its own; its port."""
    folder.mkdir()
    argv = [sys.executable, "-m", "syndicate.embedded.mailbox", "--dir", str(folder)]
    with subprocess.Popen(argv, env=clean_env()) as process:
        assert wait_for((folder / "port").exists, seconds=30)
        yield int((folder / "port").read_text())
        process.terminate()


def test_the_next_envelope_leaves_in_one_piece_with_the_end_of_a_message(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    with _mailbox(folder) as port:
        recorder = Recorder(port)
        relay = f"smtp://127.0.0.1:{recorder.port}"
        with fresh_folder() as data_dir:
            argv = [*NEWSROOM_STACK, str(data_dir), "600", str(READERS)]
            with running(argv, data_dir, SYNDICATE_RELAY_URL=relay) as program:
                program.json_of("collect", "run")
                program.json_of("newsletters", "send", "morning-harbour")
                assert wait_for(lambda: _kept(folder) == READERS, seconds=60)
                assert program.end() == 0
        recorder.close()

    talks = [talk for talk in recorder.talks if b"MAIL FROM" in talk.sent()]
    assert sum(_messages(talk) for talk in talks) == READERS
    # Each connection could send ahead before every message but its first.
    ahead = sum(
        len([1 for piece, _ in talk.pieces if _END_AND_NEXT.search(piece)]) for talk in talks
    )
    assert ahead == READERS - len(talks)


def _messages(talk: Talk) -> int:
    return len(re.findall(rb"(?:^|\r\n)MAIL FROM:<", talk.sent()))


def _kept(folder: Path) -> int:
    return len(list((folder / "messages").glob("*.eml")))
