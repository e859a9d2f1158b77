"""A server that takes rings, a relay of ours, and the settings that lead to them."""

from collections.abc import Iterator

import pytest

from tests.alarms.telling.steps import KEY, use
from tests.feeds import peer
from tests.feeds.peer import Peer
from tests.mail.fault_relay import FaultRelay


@pytest.fixture
def hook(
    database: str,  # noqa: ARG001 - must be there
    settings_env: pytest.MonkeyPatch,
) -> Iterator[Peer]:
    with peer.running() as server:
        server.answer = lambda _request: (200, b"ok")
        allow = f'["{server.origin}"]'
        use(
            settings_env, bell_webhooks=server.url(), bell_webhook_key=KEY, bell_allow_origins=allow
        )
        yield server


@pytest.fixture
def relay(
    database: str,  # noqa: ARG001 - must be there
    settings_env: pytest.MonkeyPatch,
) -> Iterator[FaultRelay]:
    with FaultRelay() as server:
        use(settings_env, relay_url=server.url, bell_mail='["night@example.com"]')
        yield server
