"""The short form of the fault campaign: things die in mid-send (the long one: make faults)."""

import pytest

from tests.faults import campaign

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("case", campaign.SHORT, ids=lambda case: case.name)
def test_nobody_is_lost_whatever_dies(case: campaign.Case) -> None:
    report = campaign.run(case, audience=2000, hurry=True)

    assert report.is_good(), report
    assert report.kills >= case.rounds
