"""Who is owed what of a ring: once each, and nothing of what was over before it was told."""

import pytest

from syndicate.alarms.telling import owed
from syndicate.alarms.telling.ring import Ring, What
from syndicate.store.platform.tellings import Told
from tests.alarms.telling.steps import NOW, OVER, S, ring

HEARD = Told(rung=1)


@pytest.mark.parametrize(
    ("said", "told", "what"),
    [
        (ring(), None, What.RINGING),
        (ring(), HEARD, None),
        (ring(rung=2), HEARD, What.RINGING),
        (ring(rung=9), None, What.RINGING),
        (ring(acknowledged_by="World desk"), HEARD, What.ACKNOWLEDGED),
        (ring(acknowledged_by="World desk"), Told(1, is_acknowledged=True), None),
        (ring(acknowledged_by="World desk"), None, None),
        (ring(rung=2), Told(1, is_acknowledged=True), What.RINGING),
        (ring(state=OVER), HEARD, What.OVER),
        (ring(state=OVER, acknowledged_by="World desk"), HEARD, What.OVER),
        (ring(state=OVER), Told(1, is_over=True), None),
        (ring(state=OVER), None, None),
    ],
)
def test_a_hearer_is_owed_what_they_have_not_heard(
    said: Ring, told: Told | None, what: What | None
) -> None:
    known = {} if told is None else {(said.id, "desk"): told}

    found = list(owed.owed([said], ["desk"], known))

    assert [telling.what for _, telling in found] == ([] if what is None else [what])
    for hearer, telling in found:
        after = {(said.id, hearer): owed.afterwards(telling)}
        assert list(owed.owed([said], ["desk"], after)) == []


def test_the_oldest_ring_is_told_first() -> None:
    rings = [ring(3, began_at=NOW + S), ring(2), ring(9, began_at=NOW - S)]

    assert [telling.ring.id for _, telling in owed.owed(rings, ["desk"], {})] == [9, 2, 3]
