"""After something died: what expires, and when that may be decided."""

import datetime as dt

import pytest
import time_machine

from syndicate import clock
from syndicate.mail.recovery import recover
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from tests.mail import campaign
from tests.mail.campaign import Plan


@pytest.mark.usefixtures("database")
def test_a_clock_an_hour_ahead_expires_no_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = clock.Watch()
    monkeypatch.setattr(recover, "_WATCH", watch)
    now = clock.now()
    mailing = campaign.start(Plan(audience=3, expires_in=dt.timedelta(minutes=50)), now=now)
    recover.recover(now)
    ahead = now + dt.timedelta(hours=1)

    with time_machine.travel(ahead):
        recover.recover(ahead)
    with transaction() as tx:
        in_doubt = ledger.counts(tx, mailing)
    watch._stepped_at_s = None  # five minutes later, and it is still so
    with time_machine.travel(ahead):
        recover.recover(ahead)
    with transaction() as tx:
        believed = ledger.counts(tx, mailing)

    assert (in_doubt.failed, in_doubt.remaining) == (0, 3)
    assert (believed.failed, believed.remaining) == (3, 0)
