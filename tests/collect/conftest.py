"""A publisher's site."""

from collections.abc import Iterator

import pytest

from tests.collect.site import Site, running


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        yield found
