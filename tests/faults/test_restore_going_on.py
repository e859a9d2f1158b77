"""After a restore new mail leaves by itself; what was open then is held until it is released."""

import datetime as dt
import shutil

import pytest
from typer.testing import CliRunner

from syndicate import clock
from syndicate.alarms import ringing
from syndicate.cli import doctor
from syndicate.cli import mailings as command
from syndicate.errors import RefusedError
from syndicate.mail import steering
from syndicate.newsletters import alerts as alerting
from syndicate.newsletters import deciding, run
from syndicate.store.ground.session import transaction
from tests import matrix
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import CHUNK, House
from tests.faults.test_restore_held import ask_for_alert
from tests.faults.test_restore_readers import leave
from tests.mail import confirmation

pytestmark = pytest.mark.stack

READERS = 15
FIVE_MINUTES = dt.timedelta(minutes=5)
HELD = "new mail is sent, and what was open then is held. Run `syndicate mailings release`"


def work(now: dt.datetime | None = None) -> None:
    """Everything that workers do at a moment, alerts too."""
    from workers import tick as ticking  # noqa: PLC0415 - needs the settings of a test

    now = now or clock.now()
    for _ in range(2):
        ticking.take_steps(now)
        alerting.send_due(now)
        for issue_id in copies._unsent():
            run.compose_issue(issue_id, now)
        copies.send()


def in_mid_send(house: House) -> dict[str, int]:
    """A backup in mid-send, brought back after more had left; what left until then.

    One alert was asked for before, and not told; a confirmation waited.
    """
    copies.open_newsroom(READERS)
    copies.open_alerts(READERS)
    copies.tick()
    copies.compose_what_is_due()
    copies.send(lambda: len(house.sink.taken()) >= CHUNK)
    ask_for_alert("asked-before")
    confirmation.queue("confirmation:200", now=clock.now(), address="reader200@example.com")
    backup = house.dump("nightly")
    copies.send(lambda: len(house.sink.taken()) >= 2 * CHUNK)
    house.restore_into(backup, "house")
    assert house.start() is not None
    return dict(house.sink.taken())


def test_a_new_alert_leaves_within_minutes_and_what_was_open_waits_for_a_person(
    house: House,
) -> None:
    house.begin()
    before = in_mid_send(house)
    ask_for_alert("flood")

    work(clock.now() + FIVE_MINUTES)

    # The alert alone, to everybody: not a mail of the issue, nor the alert of before.
    alerted = {f"reader{number:03}@example.com" for number in range(1, READERS + 1)}
    expected = {address: before.get(address, 0) + 1 for address in alerted}
    assert house.sink.taken() == before | expected
    assert copies.row().held_at is None

    released = CliRunner().invoke(command.app, ["release", "--yes"], catch_exceptions=False)
    assert released.exit_code == 0, released.output
    work()
    work()

    # Those whom the issue had not reached, the confirmation, and the alert of before: each once.
    taken = house.sink.taken()
    assert taken.pop("reader200@example.com", 0) == 1
    assert (set(taken), set(taken.values())) == (alerted, {3})
    assert copies.row().rest_held_at is None


def test_until_then_every_face_says_so_and_nothing_of_it_is_sent(house: House) -> None:
    house.begin()
    before = in_mid_send(house)
    work()
    [mailing, *_] = copies.mailings()
    [issue] = copies.issues()

    again = ["resend", str(mailing.id), "--what", "remaining", "--yes"]
    refused = CliRunner().invoke(command.app, again)
    assert isinstance(refused.exception, RefusedError)
    assert HELD in str(refused.exception)
    with pytest.raises(RefusedError, match="what was open then is held"):
        deciding.send(issue.id, actor=TESTER, now=clock.now())
    [found] = list(doctor.examine(["restore"]))
    assert (found.state, HELD in found.says) == ("warn", True)
    assert HELD in CliRunner().invoke(command.app, ["list"]).stdout
    told = CliRunner().invoke(command.app, ["release", "--dry-run"]).stdout
    assert "New mail is sent. What was open when this database was restored is held." in told
    with transaction() as tx:
        [need] = ringing.by_name(tx, clock.now())["restored"]
    assert need.path == "/console/release"
    work()
    assert house.sink.taken() == before


def test_what_an_operator_had_stopped_does_not_go_on(house: House) -> None:
    house.begin()
    copies.open_newsroom(READERS)
    copies.open_alerts(READERS)
    steering.stop_everything("the wrong mail", actor=TESTER, now=clock.now())
    house.restore_into(house.dump("nightly"), "house")
    ask_for_alert("flood")

    work()

    assert (copies.row().held_at, copies.row().stopped_why) == (None, "the wrong mail")
    assert house.sink.taken() == {}


@pytest.mark.parametrize(
    "lost",
    matrix.whole(
        ["journal.jsonl", "readers.jsonl", "older readers.jsonl"], short=["older readers.jsonl"]
    ),
)
def test_where_a_journal_is_lost_or_an_older_copy_all_stays_held(house: House, lost: str) -> None:
    """Who has left since is known by nothing else."""
    house.begin()
    copies.open_newsroom(READERS)
    copies.open_alerts(READERS)
    copies.tick()
    backup = house.dump("nightly")
    leave("reader001@example.com")
    copies.tick()
    how, _, name = lost.rpartition(" ")
    house.journal.with_name(name).unlink()
    if how:
        shutil.copy(backup.with_suffix(".beside") / name, house.journal.with_name(name))
    house.restore_into(backup, "house")
    assert house.start() is not None
    ask_for_alert("flood")

    work()

    assert copies.row().held_at is not None
    assert house.sink.taken() == {}
