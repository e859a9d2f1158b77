"""A newsroom with two stories of today and a relay that takes its mail."""

from collections.abc import Iterator

import pytest

from syndicate import settings
from syndicate.mail.pacing import pace
from syndicate.store.ground.session import transaction
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, SLOT, article
from tests.newsletters.sending import CHUNK
from tests.subscribers import desk


@pytest.fixture
def relay(database: str, settings_env: pytest.MonkeyPatch) -> Iterator[FaultRelay]:  # noqa: ARG001 - the database must be there first
    """The relay; articles 1 (world) and 2 (sport) stand in the issue of NOW."""
    pace.BREAKERS.clear()
    with transaction() as tx:
        desk.morning(tx)
        article(tx, 1, "world-one", SLOT - HOUR)
        article(tx, 2, "sport-one", SLOT - 2 * HOUR)
    with FaultRelay() as server:
        settings_env.setenv("SYNDICATE_RELAY_URL", server.url)
        settings_env.setenv("SYNDICATE_MAIL_CONNECTIONS", "1")
        settings_env.setenv("SYNDICATE_MAIL_CHUNK_SIZE", str(CHUNK))
        settings.load.cache_clear()
        yield server
    pace.BREAKERS.clear()
