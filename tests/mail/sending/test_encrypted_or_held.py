"""A relay that stops encrypting, through the send engine: mail waits, and leaves when it may."""

import pytest

from syndicate.mail.pacing import pace
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, make_due, send, use

pytestmark = pytest.mark.usefixtures("database")


def test_a_network_that_takes_starttls_away_holds_the_mail_and_reads_none(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, relay_tls="required")
    mailing_id = begin(Plan(audience=12))

    send()

    assert counts(mailing_id) == {"audience": 12, "remaining": 12}
    assert set(relay.lines) == {"EHLO localhost"}
    pace.BREAKERS.clear()
    make_due(mailing_id)
    use(relay, settings_env, relay_tls="offered")
    send()
    assert counts(mailing_id) == {"audience": 12, "accepted": 12}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 12


def test_another_relay_has_the_mail_of_one_that_does_not_encrypt(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    with FaultRelay() as other:
        both = f"{relay.url}?starttls=required {other.url}?starttls=offered"
        use(relay, settings_env, relay_url=both)
        mailing_id = begin(Plan(audience=30, batch_size=10))
        for _ in range(4):
            make_due(mailing_id)
            send()

    assert counts(mailing_id) == {"audience": 30, "accepted": 30}
    assert len(set(other.recipients())) == 30
    assert relay.accepted == []
