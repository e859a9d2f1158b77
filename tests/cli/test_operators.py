"""`syndicate operators tell`: what operators were not told yet, by hand."""

import pytest

from syndicate import clock
from syndicate.cli import operators
from syndicate.store.ground.session import transaction
from syndicate.store.platform import notices
from syndicate.store.platform.notices import NoticeKind
from syndicate.store.platform.tokens import Actor
from tests import rows
from tests.cli.asking import ask
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import use


@pytest.mark.usefixtures("database")
def test_what_waits_is_told_once(settings_env: pytest.MonkeyPatch) -> None:
    with transaction() as tx:
        about = Actor("operator:desk", frozenset(), operator_id=rows.operator(tx).id)
        notices.note(tx, NoticeKind.CODE, about=about, now=clock.now())

    with FaultRelay() as relay:
        use(relay, settings_env)
        first, second = ask(operators.tell), ask(operators.tell, "--json")

    assert (first.out, second.said) == ("Mails sent to operators: 1.\n", {"sent": 0})
    assert relay.recipients() == ["desk@example.com"]
