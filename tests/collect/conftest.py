"""A publisher's site, and the end of the parsing children when the session ends."""

from collections.abc import Iterator

import pytest

from syndicate.collect import reading
from tests.collect.site import Site, running


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def _no_child_left() -> Iterator[None]:
    yield
    reading.close()
