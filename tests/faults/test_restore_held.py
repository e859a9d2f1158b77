"""What falls due after a restore is told once: at once beside a living journal, else released."""

import datetime as dt

import pytest

from syndicate import clock
from syndicate.mail import steering
from syndicate.newsletters import alerts, run
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from tests import matrix
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import House

pytestmark = pytest.mark.stack

READERS = 3
SOON, LATER = dt.timedelta(minutes=5), dt.timedelta(minutes=10)
AT_ONCE = {"living": [1] * READERS, "gone": []}
BESIDE = pytest.mark.parametrize("beside", matrix.whole(["living", "gone"], short=["gone"]))


def open_newsroom(slot_at: dt.datetime) -> None:
    """A digest with one slot, alerts of the same sections, and readers of both."""
    copies.open_newsroom(READERS)
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        morning.schedule = {"times": [f"{slot_at:%H:%M}"]}
    copies.open_alerts(READERS)


def bring_back(house: House, beside: str) -> None:
    """The newest backup, just now; nothing was lost but perhaps what could tell so."""
    backup = house.dump("nightly")
    if beside == "gone":
        house.lose_what_stands_beside()
    house.restore_into(backup, "house")
    assert house.start() is not None


def work(now: dt.datetime) -> None:
    """Everything that workers do at a moment."""
    from workers import tick as ticking  # noqa: PLC0415 - needs the settings of a test

    for _ in range(2):
        ticking.take_steps(now)
        alerts.send_due(now)
        for issue_id in copies._unsent():
            run.compose_issue(issue_id, now)
        copies.send()


def ask_for_alert(name: str, **more: object) -> None:
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        section = newsletters.sections_of(tx, morning.id)[0]
        copies.add_story(tx, section, name, alert_at=clock.now(), **more)


@BESIDE
def test_a_slot_that_came_while_mail_was_held_is_sent_after_the_release(
    house: House, beside: str
) -> None:
    house.begin()
    open_newsroom(slot_at=clock.now() + SOON)
    bring_back(house, beside)
    later = clock.now() + LATER
    work(later)
    assert sorted(house.sink.taken().values()) == AT_ONCE[beside]

    steering.release(actor=TESTER, now=later)
    work(later)
    work(later)

    assert sorted(house.sink.taken().values()) == [1] * READERS


@pytest.mark.long
@BESIDE
def test_an_alert_that_was_asked_for_while_mail_was_held_is_told_after_the_release(
    house: House, beside: str
) -> None:
    house.begin()
    open_newsroom(slot_at=clock.now() + dt.timedelta(hours=2))
    bring_back(house, beside)
    ask_for_alert("flood")
    work(clock.now())
    assert sorted(house.sink.taken().values()) == AT_ONCE[beside]

    house.release()
    work(clock.now())
    work(clock.now())

    assert sorted(house.sink.taken().values()) == [1] * READERS


@pytest.mark.long
@BESIDE
def test_an_alert_whose_embargo_ended_while_mail_was_held_is_told_after_the_release(
    house: House, beside: str
) -> None:
    house.begin()
    open_newsroom(slot_at=clock.now() + dt.timedelta(hours=2))
    ask_for_alert("flood", embargo_until=clock.now() + SOON)
    bring_back(house, beside)
    later = clock.now() + LATER
    work(later)
    assert sorted(house.sink.taken().values()) == AT_ONCE[beside]

    steering.release(actor=TESTER, now=later)
    work(later)
    work(later)

    assert sorted(house.sink.taken().values()) == [1] * READERS


@BESIDE
def test_an_alert_of_before_is_told_only_where_the_journal_can_tell(
    house: House, beside: str
) -> None:
    house.begin()
    open_newsroom(slot_at=clock.now() + dt.timedelta(hours=2))
    ask_for_alert("flood")
    bring_back(house, beside)
    work(clock.now())
    assert (copies.issues(), house.sink.taken()) == ([], {})

    house.release()
    work(clock.now())

    told = {"living": [1] * READERS, "gone": []}[beside]
    assert sorted(house.sink.taken().values()) == told
