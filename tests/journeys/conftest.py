"""One demo that all its tests look at, and one newsroom that its editor's tests change."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.feeds import peer
from tests.feeds.peer import Peer
from tests.journeys.recorder import Recorder
from tests.journeys.running import (
    NEWSROOM_STACK,
    SYNDICATE,
    Running,
    fresh_folder,
    mailbox,
    running,
)

EMBARGO_S = 90.0
READERS = 50  # one chunk: between two of them results are written, and nothing is sent ahead


@pytest.fixture(scope="session")
def demo() -> Iterator[Running]:
    """A demo that has done its job and stays up."""
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "demo", "--json", "--data-dir", str(data_dir), "--port", "0"]
        with running(argv, data_dir) as program:
            yield program


@dataclass(frozen=True)
class Recorded:
    """A newsroom whose relay is a mailbox behind a recorder, and one whom its hub may call."""

    program: Running
    recorder: Recorder
    mailbox: Path
    subscriber: Peer


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """A newsroom that was collected; its embargo ends soon, its readers fill one chunk."""
    folder = tmp_path_factory.mktemp("relay") / "mailbox"
    with mailbox(folder) as port, peer.running() as subscriber, fresh_folder() as data_dir:
        recorder = Recorder(port)
        env = {
            "SYNDICATE_RELAY_URL": f"smtp://127.0.0.1:{recorder.port}",
            "SYNDICATE_HUB_ALLOW_ORIGINS": json.dumps([subscriber.origin]),
        }
        argv = [*NEWSROOM_STACK, str(data_dir), str(EMBARGO_S), str(READERS)]
        with running(argv, data_dir, **env) as program:
            assert program.json_of("collect", "run")["failed"] == 0
            yield Recorded(program, recorder, folder, subscriber)
        recorder.close()


@pytest.fixture(scope="session")
def newsroom(recorded: Recorded) -> Running:
    """The same newsroom, for those who do not look at the wire."""
    return recorded.program
