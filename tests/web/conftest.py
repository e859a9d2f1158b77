"""A newsroom in rows, and a browser of sorts that asks the application without a network."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from syndicate.web.app import build
from tests.web import newsroom as rows
from tests.web.newsroom import Newsroom

BASE_URL = "http://127.0.0.1:8080"


@pytest.fixture
def newsroom(database: str) -> Newsroom:  # noqa: ARG001 - the rows go there
    return rows.make()


@pytest.fixture
def browser(database: str) -> Iterator[TestClient]:  # noqa: ARG001 - the pages read it
    """Asks like a browser on this machine whose pages come from here."""
    with TestClient(
        build(),
        base_url=BASE_URL,
        client=("127.0.0.1", 50000),
        follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        yield client
