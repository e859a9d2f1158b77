"""A database that is a copy: of another environment, or of yesterday."""

import pytest
from sqlalchemy import text, update

from syndicate import clock
from syndicate.store import installation
from syndicate.store.session import transaction
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.sending import begin, counts, send, use

pytestmark = pytest.mark.usefixtures("database")


def test_another_environment_mails_its_allow_list_and_harms_nobody_else(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        tx.execute(update(installation.Installation).values(environment="production"))
    use(relay, settings_env, mail_allow_list='["reader000002@example.com"]')

    send()

    assert relay.recipients() == ["reader000002@example.com"]
    assert counts(mailing_id) == {"audience": 5, "accepted": 1, "remaining": 4}
    assert send() == 0


def test_a_restored_database_mails_nobody_until_somebody_releases_it(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=5))
    with transaction() as tx:
        assert not installation.hold_if_restored(tx, clock.now())
        tx.execute(text("UPDATE installation SET system_id = 1"))

    assert send() == 0

    assert relay.accepted == []
    with transaction() as tx:
        row = installation.read(tx)
        assert row is not None
        assert row.stopped_why == installation.RESTORED
        installation.release(tx)
    assert send() == 5
    assert counts(mailing_id) == {"audience": 5, "accepted": 5}
