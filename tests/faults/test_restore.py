"""A backup is brought back: nothing leaves until it is released, and nobody is mailed twice."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from syndicate import clock
from syndicate.cli import mailings as command
from syndicate.embedded.postgres import Postgres
from syndicate.journal import lives
from syndicate.newsletters import steering
from syndicate.store.recovery import begun_issues
from syndicate.vocabulary.newsletters import IssueState
from tests import leftovers, matrix
from tests.acting import TESTER
from tests.faults import copies
from tests.faults.copies import CHUNK, READERS, House

pytestmark = pytest.mark.stack

WHERE = matrix.whole(
    ["over the same database", "another database", "another cluster"], short=["another cluster"]
)
WHEN = matrix.whole(
    ["before the issue", "while it was sent", "after it was sent"], short=["while it was sent"]
)


@pytest.fixture(scope="module")
def other_cluster() -> Iterator[Postgres]:
    with leftovers.folder() as folder:
        server = Postgres(folder, durable=False)
        server.start()
        yield server
        server.stop(now=True)
        server.remove()


def release(*arguments: str, answer: str | None = None) -> str:
    done = CliRunner().invoke(
        command.app, ["release", *arguments], input=answer, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def dry_run() -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = json.loads(release("--dry-run", "--json"))
    return found


def send_the_issue(house: House, when: str) -> Path:
    """The issue is sent to everybody; the backup was made at some moment of it."""
    copies.open_newsroom()
    backup = house.dump("nightly")
    copies.tick()
    copies.compose_what_is_due()
    copies.send(lambda: len(house.sink.taken()) >= 2 * CHUNK)
    if when == "while it was sent":
        backup = house.dump("nightly")
    copies.work()
    if when == "after it was sent":
        backup = house.dump("nightly")
    assert len(house.sink.taken()) == READERS
    return backup


def bring_back(house: House, backup: Path, where: str, other_cluster: Postgres) -> None:
    if where == "over the same database":
        house.restore_over(backup)
    elif where == "another database":
        house.restore_into(backup, "brought_back")
    else:
        house.restore_into(backup, "house", other_cluster)


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("where", WHERE)
def test_a_restored_backup_mails_nobody_twice(
    house: House, other_cluster: Postgres, where: str, when: str
) -> None:
    house.begin()
    backup = send_the_issue(house, when)

    bring_back(house, backup, where, other_cluster)
    copies.work()
    held, stopped = copies.row().rest_held_at, house.sink.taken()
    planned = dry_run()["mailings"]
    release("--yes")
    copies.work()

    assert held is not None
    assert stopped == house.sink.taken()
    assert house.sink.twice() == []
    settled = {"before the issue": [], "while it was sent": [20], "after it was sent": []}[when]
    assert [each["settled"] for each in planned] == settled
    assert [each["would_send"] for each in planned] == [0] * len(settled)
    assert (copies.row().held_at, copies.row().rest_held_at) == (None, None)


def test_who_had_not_got_it_when_the_database_was_lost_gets_it_once(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.compose_what_is_due()
    copies.send(lambda: len(house.sink.taken()) >= CHUNK)
    backup = house.dump("nightly")
    copies.send(lambda: len(house.sink.taken()) >= 4 * CHUNK)
    lost_after = len(house.sink.taken())
    assert lost_after < READERS

    house.restore_into(backup, "house")
    assert house.start() is not None
    [planned] = dry_run()["mailings"]
    release("--yes")
    copies.work()

    assert planned["would_send"] == READERS - lost_after
    assert len(house.sink.taken()) == READERS
    assert house.sink.twice() == []
    assert copies.counts(planned["id"]) == {"audience": READERS, "accepted": READERS}


@pytest.mark.long
@pytest.mark.parametrize("beside", matrix.whole(["gone", "as old as the backup"], short=["gone"]))
@pytest.mark.parametrize("when", WHEN)
def test_where_nothing_can_tell_nobody_is_mailed_twice(
    house: House, when: str, beside: str
) -> None:
    house.begin()
    backup = send_the_issue(house, when)

    if beside == "gone":
        house.lose_what_stands_beside()
    else:
        house.restore_what_stood_beside(backup)
    house.restore_into(backup, "house")
    copies.work()
    held = copies.row().held_why
    planned = dry_run()["mailings"]
    house.release()
    copies.work()
    time.sleep(1.5)  # longer than the log's lag: what is ambiguous may be asked for now
    copies.work()

    assert held is not None
    assert [each["would_send"] for each in planned] == [0] * len(planned)
    assert sorted(house.sink.taken().values()) == [1] * READERS
    for mailing in copies.mailings():
        assert copies.counts(mailing.id).get("remaining", 0) == 0


@pytest.mark.long
@pytest.mark.parametrize("state", matrix.whole(["due", "frozen"], short=["frozen"]))
def test_an_issue_that_waited_in_the_backup_is_left_to_an_editor(house: House, state: str) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    if state == "frozen":
        copies.freeze()
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()

    house.lose_what_stands_beside()
    house.restore_into(backup, "house")
    house.start()
    house.release()
    copies.work()
    [issue] = copies.issues()

    assert house.sink.taken() == sent
    assert (issue.state, issue.note) == (IssueState.HELD, begun_issues.MAYBE)
    # On an editor's own word it goes to everybody.
    steering.send_now(issue.newsletter_id, actor=TESTER, now=clock.now())
    copies.work()
    assert sorted(house.sink.taken().values()) == [2] * READERS


@pytest.mark.long
def test_an_issue_that_was_frozen_in_the_backup_and_sent_is_put_back_as_sent(house: House) -> None:
    house.begin()
    copies.open_newsroom()
    copies.tick()
    copies.freeze()
    backup = house.dump("nightly")
    copies.work()
    sent = house.sink.taken()
    house.journal.write_text("")  # the issue began in the two seconds that a journal may lack

    house.restore_into(backup, "house")
    house.start()
    house.release()
    copies.work()
    [issue] = copies.issues()

    assert len(sent) == READERS
    assert house.sink.taken() == sent
    assert (issue.state, issue.note) == (IssueState.DONE, begun_issues.NOTE)


@pytest.mark.long
@pytest.mark.parametrize("state", ["not opened", "frozen"])
def test_an_issue_that_nobody_began_is_sent_after_the_release(house: House, state: str) -> None:
    """The journal is there and knows of none: nothing was lost but time."""
    house.begin()
    copies.open_newsroom()
    lives.keep(house.journal)
    if state == "frozen":
        copies.tick()
        copies.freeze()

    house.restore_into(house.dump("nightly"), "house")
    assert house.start() is not None
    copies.work()
    assert (house.sink.taken(), lives.read(house.journal).mailings()) == ({}, [])
    house.release()
    copies.work()

    assert sorted(house.sink.taken().values()) == [1] * READERS
