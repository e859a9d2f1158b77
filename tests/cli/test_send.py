"""`syndicate send`: a file of readers becomes a campaign, once, and no real person by chance."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from syndicate import clock, settings
from syndicate.cli.send import Campaign, Enough, refuse_unless_whole, send
from syndicate.errors import NotFoundError, PartialError, RefusedError, SyndicateError, UsageError
from syndicate.mail.pacing import pace
from syndicate.mail.sending import allowed, deliver
from syndicate.newsletters import schedule, timetable
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers import subscribers
from syndicate.store.sending.ledger import Counts
from syndicate.store.sending.mailings import Mailing
from syndicate.store.views import operations
from syndicate.store.views.progress import MailingProgress
from syndicate.subscribers import transfer
from syndicate.vocabulary.sending import Lane, MailingState
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import HOUR, article
from tests.subscribers import desk

COUNTED = ("accepted", "deferred", "failed", "suppressed", "skipped", "ambiguous", "remaining")


pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def relay(settings_env: pytest.MonkeyPatch) -> Iterator[FaultRelay]:
    """A relay; the newsletter "morning" has a story for its last slot, and no reader."""
    pace.BREAKERS.clear()
    with transaction() as tx:
        slots = timetable.read_schedule(desk.morning(tx))
        slot = schedule.last_slot(slots, now=clock.now())
        article(tx, 1, "world-one", slot.due_at - HOUR)
        installation.stamp(tx, "test")
    with FaultRelay() as server:
        settings_env.setenv("SYNDICATE_RELAY_URL", server.url)
        settings_env.setenv("SYNDICATE_MAIL_CHUNK_SIZE", "5")
        settings.load.cache_clear()
        yield server
    pace.BREAKERS.clear()


@contextmanager
def worker() -> Iterator[None]:
    """A sending worker beside us, as a stack has it."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.05):
            deliver.send_lane(Lane.BULK, should_stop=done.is_set)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def file_of(tmp_path: Path, *addresses: str) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text("\n".join(("address", *addresses)) + "\n")
    return path


def readers(number: int) -> list[str]:
    return [f"reader{place:03}@example.com" for place in range(number)]


def invoke(*arguments: object) -> dict[str, Any]:
    """Run the command beside a worker; what it prints last."""
    app = typer.Typer()
    app.command()(send)
    words = ["--newsletter", "morning", "--json", *(str(each) for each in arguments)]
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, SyndicateError):
        raise result.exception
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def active() -> int:
    with transaction() as tx:
        return subscribers.counts(tx, 1)["active"]


def test_a_file_of_readers_gets_the_issue_once_however_often_it_is_sent(
    relay: FaultRelay, tmp_path: Path
) -> None:
    file = file_of(tmp_path, *readers(30))
    asked = ("--subscribers", file, "--wording", "Yes.", "--relay", relay.url)

    with worker():
        first = invoke(*asked)
        second = invoke(*asked)

    assert first["imported"] == {"added": 30, "known": 0, "left": 0, "refused": 0}
    assert second["imported"] == {"added": 0, "known": 30, "left": 0, "refused": 0}
    for found in (first, second):
        assert found["audience"] == sum(found[name] for name in COUNTED) == 30
        assert (found["accepted"], found["state"], found["came_later"]) == (30, "done", 0)
        assert found["per_s"] > 0
    assert first["mailing_id"] == second["mailing_id"]
    assert sorted(relay.recipients()) == readers(30)


@pytest.mark.parametrize(
    ("state", "told", "enough"),
    [
        (MailingState.SENDING, {"accepted": 8}, False),
        (MailingState.SENDING, {"accepted": 9}, False),  # its last worker ends it in a moment
        (MailingState.DONE, {"accepted": 9}, True),
        (MailingState.SENDING, {"accepted": 8, "deferred": 1}, True),
        (MailingState.SENDING, {"accepted": 8, "ambiguous": 1}, True),
        (MailingState.SENDING, {"accepted": 7, "deferred": 1}, False),
        (MailingState.CANCELLED, {"accepted": 8}, True),
    ],
)
def test_watching_ends_when_nothing_more_leaves_by_itself(
    state: MailingState, told: dict[str, int], enough: bool
) -> None:
    counts = Counts(audience=9, **{name: told.get(name, 0) for name in COUNTED[:-1]})

    assert Enough().is_enough(MailingProgress(Mailing(id=1, state=state), counts, {})) == enough


def test_a_campaign_that_is_stopped_goes_on_with_the_same_mailing(
    relay: FaultRelay, tmp_path: Path
) -> None:
    def interrupt() -> None:
        deliver.send_lane(Lane.BULK, should_stop=lambda: len(relay.accepted) >= 10)
        if relay.accepted:
            raise KeyboardInterrupt

    campaign = Campaign("morning", file_of(tmp_path, *readers(30)), "Yes.", is_confirmed=False)
    campaign.prepare()
    stopped = campaign.summary(campaign.send(interrupt))
    with pytest.raises(PartialError, match="run it again"):
        refuse_unless_whole(stopped)
    with worker():
        found = invoke()

    assert 10 <= stopped["accepted"] < 30
    assert (found["mailing_id"], found["accepted"]) == (stopped["mailing_id"], 30)
    assert sorted(relay.recipients()) == readers(30)


def test_who_comes_after_the_freezing_is_named(relay: FaultRelay, tmp_path: Path) -> None:
    asked = ("--wording", "Yes.", "--subscribers")
    with worker():
        invoke(*asked, file_of(tmp_path, *readers(2)))
        with pytest.raises(PartialError, match="1 subscribed after the issue was frozen"):
            invoke(*asked, file_of(tmp_path, *readers(3)))

    assert sorted(relay.recipients()) == readers(2)


NOBODYS = ("a@example.com", "a@mail.example.org", "a@b.test", "a@b.example", "A@EXAMPLE.NET")
SOMEBODYS = ("a@gmail.com", "a@notexample.com", "a@example.com.evil.org", "a@test.com", "a@x.tests")


def test_real_peoples_addresses_are_refused_before_anything_is_imported(
    relay: FaultRelay, tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    file = file_of(tmp_path, *NOBODYS, *SOMEBODYS)
    asked = ("--subscribers", file, "--wording", "Yes.")

    with pytest.raises(RefusedError, match="5 lines of the file, line 7 first"):
        invoke(*asked)
    assert active() == 0

    names = ["@gmail.com", "@notexample.com", *SOMEBODYS[2:]]
    settings_env.setenv("SYNDICATE_MAIL_ALLOW_LIST", json.dumps(names))
    settings.load.cache_clear()
    with worker():
        assert invoke(*asked)["accepted"] == len(NOBODYS) + len(SOMEBODYS)
    assert len(relay.recipients()) == len(NOBODYS) + len(SOMEBODYS)


def test_real_people_among_the_subscribers_are_refused_too(
    relay: FaultRelay, tmp_path: Path
) -> None:
    transfer.import_csv(
        ["address\n", *(f"{each}\n" for each in (*NOBODYS, *SOMEBODYS))],
        "morning",
        wording="Yes.",
        origin="elsewhere",
        now=clock.now(),
    )

    with pytest.raises(RefusedError, match=r"^5 of its subscribers"):
        invoke("--subscribers", file_of(tmp_path, *readers(1)), "--wording", "Yes.")

    with transaction() as tx:
        beyond = operations.count_beyond(tx, 1, pattern=allowed.RESERVED, names=[])
    assert beyond == len(SOMEBODYS)
    assert relay.accepted == []


@pytest.mark.usefixtures("database", "relay")
def test_a_database_of_another_environment_is_refused(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_ENVIRONMENT", "development")
    settings.load.cache_clear()

    with pytest.raises(RefusedError, match="belongs to the environment test"):
        invoke()


@pytest.mark.usefixtures("database", "relay")
def test_another_relay_than_the_workers_own_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"The workers that run here send to 127\.0\.0\.1:"):
        invoke("--relay", "smtp://127.0.0.1:1")


@pytest.mark.usefixtures("database", "relay")
def test_what_is_missing_is_named(tmp_path: Path) -> None:
    file = file_of(tmp_path, *readers(1))
    with pytest.raises(UsageError, match="--wording"):
        invoke("--subscribers", file)
    with pytest.raises(NotFoundError, match=r"nowhere\.csv"):
        invoke("--subscribers", tmp_path / "nowhere.csv", "--wording", "Yes.")
