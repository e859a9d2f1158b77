"""The short form of the fault campaign: things die in mid-send (the long one: make faults)."""

import pytest

from tests import matrix
from tests.faults import campaign

pytestmark = pytest.mark.stack


CASES = matrix.whole(
    campaign.SHORT, short=[campaign.SHORT[0], campaign.SHORT[3]], name=lambda case: case.name
)


@pytest.mark.parametrize("case", CASES)
def test_nobody_is_lost_whatever_dies(case: campaign.Case) -> None:
    report = campaign.run(case, audience=2000)

    assert report.is_good(), report
    assert report.kills >= case.rounds
