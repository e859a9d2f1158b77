"""One demo that all its tests look at, and a newsroom for each test that changes something."""

from collections.abc import Iterator

import pytest

from tests.journeys.running import SYNDICATE, Running, fresh_folder, running


@pytest.fixture(scope="session")
def demo() -> Iterator[Running]:
    """A demo that has done its job and stays up."""
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "demo", "--json", "--data-dir", str(data_dir), "--port", "0"]
        with running(argv, data_dir) as program:
            yield program


@pytest.fixture(scope="session")
def up() -> Iterator[Running]:
    """A `syndicate up` that began empty, with its sample newsroom collected and published."""
    with fresh_folder() as data_dir:
        argv = [*SYNDICATE, "up", "--json", "--data-dir", str(data_dir), "--port", "0"]
        with running(argv, data_dir) as program:
            program.json_of("collect", "run")
            yield program
