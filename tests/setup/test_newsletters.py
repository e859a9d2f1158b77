"""Newsletters of `newsroom.toml`: what some kinds alone have."""

from pathlib import Path

import pytest

from syndicate.errors import InvalidError
from syndicate.setup import export
from syndicate.store.ground.session import transaction
from tests.setup.test_setup import COURIER, apply, file

pytestmark = pytest.mark.usefixtures("database")
assert file


def test_an_alert_is_exported_without_times_and_refused_with_some(file: Path) -> None:
    alert = '[[newsletters]]\nslug = "flash"\nname = "Flash"\nkind = "alert"\n'
    apply(file, COURIER + alert)
    with transaction() as tx:
        text = export.export(tx).text

    assert 'kind = "alert"' in text
    assert "times" not in text
    assert "days" not in text
    again = apply(file, text).as_json()
    assert {name for name, value in again.items() if value} == {"unchanged"}
    with pytest.raises(InvalidError) as caught:
        apply(file, COURIER + alert + 'times = ["08:00"]\n')
    assert str(caught.value).endswith(
        ": A newsletter of the kind alert has no times; leave that field empty."
    )
