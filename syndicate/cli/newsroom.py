"""Opening the sample newsroom in a running stack: its server, its rows, its readers.

Shared by `syndicate demo`, and by `syndicate up` on an installation that holds nothing yet.
"""

import datetime as dt
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from syndicate import clock
from syndicate.embedded import listening
from syndicate.embedded.plan import Extra
from syndicate.embedded.supervisor import Stack
from syndicate.sample import readers, setup, state
from syndicate.sample.setup import Installed
from syndicate.sample.state import State
from syndicate.store.ground.session import transaction
from syndicate.subscribers import transfer

DAILY = "08:00"
READERS = 199


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How the newsroom is opened.

    Attributes:
        started_at: what its articles' times are relative to, aware UTC.
        slot: local time of its daily digest, "08:00".
        readers: how many sample subscribers it gets.
        embargo_s: end of its embargo, seconds after the start; None takes the articles' own.
    """

    started_at: dt.datetime
    slot: str = DAILY
    readers: int = READERS
    embargo_s: float | None = None


def server(data_dir: Path) -> Extra:
    """The newsroom's server as a process that a stack looks after."""
    folder = state.folder_of(data_dir)
    asked_at_s = time.time()
    return Extra(
        name="newsroom",
        argv=[sys.executable, "-m", "syndicate.sample.server", "--dir", str(folder)],
        is_ready=lambda: state.is_serving_since(folder, asked_at_s),
    )


def servers(data_dir: Path) -> list[Extra]:
    """The newsroom's server, if a newsroom was set up in this data folder before."""
    return [server(data_dir)] if state.exists(state.folder_of(data_dir)) else []


def is_wanted(stack: Stack) -> bool:
    """Whether an installation holds nothing yet, and is none that serves real readers."""
    if stack.settings.environment == "production":
        return False
    if state.was_removed(state.folder_of(stack.data_dir)):
        return False
    with transaction() as tx:
        return not setup.is_installed(tx)


def is_open(stack: Stack) -> bool:
    """Whether the newsroom is part of this installation."""
    return state.exists(state.folder_of(stack.data_dir))


def open_all(stack: Stack) -> None:
    """Open the newsroom with its readers; the workers collect and publish from now on."""
    now = clock.now()
    opening = Opening(started_at=now.replace(second=0, microsecond=0))
    set_up(serve(stack, opening), opening)
    import_readers(opening.readers, now)


def serve(stack: Stack, opening: Opening) -> State:
    """Start the newsroom's server on a free port."""
    with listening.listen("127.0.0.1", 0) as probe:
        port = listening.port_of(probe)
    remembered = State(opening.started_at, port, opening.embargo_s)
    folder = state.folder_of(stack.data_dir)
    state.write(folder, remembered)
    stack.add(server(stack.data_dir))
    return state.read(folder)


def set_up(remembered: State, opening: Opening) -> Installed:
    """Write the newsroom's rows; its sources are due from now on."""
    with transaction() as tx:
        return setup.install(tx, remembered, slot=opening.slot)


def import_readers(number: int, now: dt.datetime) -> transfer.Imported:
    """Import the first so many of the sample's readers, with their consent."""
    return transfer.import_csv(
        readers.as_csv(number, now=now),
        setup.NEWSLETTER,
        wording=readers.WORDING,
        origin=readers.ORIGIN,
        now=now,
    )
