"""A database that is a copy in another environment mails whom it may, and nobody else."""

import pytest
from sqlalchemy import update

from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, send, use

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
