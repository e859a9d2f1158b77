"""The short form of the fault campaign: things die in mid-send (the long one: make faults)."""

import pytest

from tests.faults import campaign

pytestmark = pytest.mark.faults


CASES = [
    pytest.param(case, id=case.name, marks=() if case is campaign.SHORT[0] else pytest.mark.long)
    for case in campaign.SHORT
]


@pytest.mark.parametrize("case", CASES)
def test_nobody_is_lost_whatever_dies(case: campaign.Case) -> None:
    report = campaign.run(case, audience=2000, hurry=True)

    assert report.is_good(), report
    assert report.kills >= case.rounds
