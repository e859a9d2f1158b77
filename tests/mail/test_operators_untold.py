"""Mail to operators that no relay took for two days: an alarm, until there is a way again."""

import datetime as dt

import pytest

from syndicate.alarms import ringing
from syndicate.mail import to_operators
from syndicate.store.ground.session import transaction
from syndicate.store.platform import notices
from syndicate.store.platform.notices import NoticeKind
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import use
from tests.mail.test_to_operators import MINUTE, NOW, actor, house, sign_in

assert house  # a fixture
pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.usefixtures("house")
def test_who_was_not_told_for_two_days_is_an_alarm_until_the_next_mail_is_taken(
    relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    use(relay, settings_env, operators_relay_url="smtp://127.0.0.1:1")
    sign_in()
    assert to_operators.tell(NOW) == 0
    late = NOW + dt.timedelta(days=2)
    before, rings = untold(late - MINUTE), untold(late)
    use(relay, settings_env, operators_relay_url=relay.url)
    about = actor()
    with transaction() as tx:
        notices.note(tx, NoticeKind.PASSKEY, about=about, what="laptop", now=late)

    assert to_operators.tell(late) == 2
    assert (before, rings, untold(late + MINUTE)) == (0, 1, 0)


def untold(now: dt.datetime) -> int:
    with transaction() as tx:
        return len(ringing.by_name(tx, now)["operators_untold"])
