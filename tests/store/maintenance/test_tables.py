"""Every table that a module of the store draws is gathered, wherever it stands."""

import re
from pathlib import Path

from syndicate import store
from syndicate.store.maintenance.tables import METADATA

ROOM = Path(store.__path__[0])


def test_no_table_of_the_store_is_missed() -> None:
    drawn = {
        name
        for path in ROOM.rglob("*.py")
        for name in re.findall(r'__tablename__ = "(\w+)"', path.read_text())
    }

    assert drawn
    assert drawn == set(METADATA.tables)
