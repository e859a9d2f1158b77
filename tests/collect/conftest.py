"""A publisher's site, and a hub beside our web server."""

from collections.abc import Iterator

import pytest
import time_machine
from starlette.testclient import TestClient

from tests.application import build
from tests.collect.hub import Hub
from tests.collect.newsroom import NOW
from tests.collect.site import Site, running


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        yield found


@pytest.fixture
def hub(database: str, site: Site) -> Iterator[Hub]:
    assert database
    with (
        time_machine.travel(NOW),
        TestClient(build(), base_url="http://127.0.0.1:8080") as client,
    ):
        yield Hub(site, client)
