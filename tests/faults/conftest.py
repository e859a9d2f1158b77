"""One installation whose database is dumped and restored, and a cluster to restore it into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.embedded.postgres import Postgres
from syndicate.mail.pacing import pace
from tests.faults import counting_sink
from tests.faults.copies import House


@pytest.fixture
def house(
    postgres: Postgres, settings_env: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path
) -> Iterator[House]:
    assert valkey_url
    pace.BREAKERS.clear()
    with counting_sink.sink(tmp_path / "sink") as sink:
        made = House(postgres, settings_env, tmp_path, sink)
        yield made
        made.drop_all()
    pace.BREAKERS.clear()
