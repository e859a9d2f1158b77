"""The sample newsroom moves to another port, and its sources follow before anybody collects."""

from syndicate import logs
from syndicate.sample import setup
from syndicate.sample.state import State
from syndicate.store.ground.session import transaction

log = logs.get(__name__)


def move(before: State, now_at: State) -> int:
    """Point the sources at the newsroom's new port.

    Returns:
        How many sources moved.
    """
    with transaction() as tx:
        moved = setup.follow(tx, before, now_at)
    log.info("newsroom_moved", port=now_at.port, sources=moved)
    return moved
