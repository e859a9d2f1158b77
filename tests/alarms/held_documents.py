"""What rings the alarms of sources, and what does not, for `tests/alarms/test_ringing.py`."""

from collections.abc import Callable

from syndicate.alarms.need import Need
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.sources import SourceState
from tests import rows
from tests.rows import NOW


def _held(tx: Transaction) -> list[Need]:
    wire = rows.source(tx, rows.publication(tx).id, "wire")
    sources.state_of(tx, wire.id).held_at = NOW
    said = "The source wire changes all its headlines or stories at once; accept that, or drop it."
    return [Need(said, "/console/sources")]


def _answered(tx: Transaction) -> None:
    wire = rows.source(tx, rows.publication(tx).id, "wire")
    fetched = sources.state_of(tx, wire.id)
    fetched.held_at, fetched.is_let_in = NOW, False


def _well(tx: Transaction) -> None:
    owner = rows.publication(tx).id
    rows.source(tx, owner, "wire", state=SourceState.ACTIVE)
    rows.source(tx, owner, "desk", state=SourceState.PAUSED)


RINGS: list[Callable[[Transaction], list[Need]]] = [_held]
QUIET: list[Callable[[Transaction], None]] = [_answered]
WELL: list[Callable[[Transaction], None]] = [_well]
