"""A subscriber that the hub may call, and a newsroom with one article published."""

import json
from collections.abc import Iterator

import pytest

from syndicate import clock, settings
from tests.clean_database import CleanDatabase
from tests.feeds import building, newsroom, peer
from tests.feeds.peer import Peer


@pytest.fixture
def subscriber(
    database: str,  # noqa: ARG001 - must be there
    clean_database: CleanDatabase,
    settings_env: pytest.MonkeyPatch,
) -> Iterator[Peer]:
    with peer.running() as found:
        settings_env.setenv("SYNDICATE_HUB_ALLOW_ORIGINS", json.dumps([found.origin]))
        settings.load.cache_clear()
        clean_database.once("an article in its feeds", _published)
        yield found


def _published() -> None:
    newsroom.article(newsroom.publication(), 1)
    building.publish_due(clock.now())
