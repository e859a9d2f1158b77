"""A relay of ours that takes everything until a test says otherwise."""

from collections.abc import Iterator

import pytest

from syndicate.mail.pacing import pace
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import use


@pytest.fixture(autouse=True)
def fresh_breakers() -> Iterator[None]:
    pace.BREAKERS.clear()
    yield
    pace.BREAKERS.clear()


@pytest.fixture
def relay(settings_env: pytest.MonkeyPatch) -> Iterator[FaultRelay]:
    with FaultRelay() as server:
        use(server, settings_env)
        yield server
