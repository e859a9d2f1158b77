"""Releasing mail, as an operator sees it: what would be sent, in words, and a question."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from syndicate import clock, settings
from syndicate.cli import mailings, releasing
from syndicate.journal import readers
from syndicate.mail.recovery import restored
from syndicate.mail.recovery.restored import Plan, Row
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.recovery import copies
from syndicate.store.recovery.begun_issues import Begun
from tests import rows
from tests.cli.asking import Answer, ask, cells

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
WHY = "this database was restored or copied (its tables were created again)"
NOTHING = Plan(held_why=WHY, mailings=())
BEGUN = Begun(
    mailing_id=7,
    newsletter="morning",
    local_date=dt.date(2026, 11, 24),
    slot="08:00",
    number=12,
    window=(NOW, NOW),
    names=(),
    at=NOW,
)
ZONES = {"morning": "Europe/London"}
HELD = f"Mail is held: {WHY}."
KNOWN = "Readers who unsubscribed or were erased since the backup stay out: the journal knows."
UNSUBSCRIBED = (
    "Readers who unsubscribed after the backup was made are subscribed again unless readers.jsonl "
    "beside the journal is whole."
)
LOST = (
    "readers.jsonl beside the journal is lost, or an older copy was laid in its place: readers who "
    "unsubscribed after the backup was made are subscribed again."
)


def said(**values: object) -> list[str]:
    return list(releasing.sentences(dataclasses.replace(NOTHING, **values), ZONES))  # type: ignore[arg-type]


def test_a_database_that_is_no_copy_is_said_to_be_none() -> None:
    assert said(held_why=None, mailings=(Row(1, 5, 0, 0),)) == [
        (
            "This database does not look like a copy. Everything that is waiting is sent as soon "
            "as you release it."
        )
    ]


def test_a_copy_without_anything_open_says_why_and_whom_to_look_after() -> None:
    assert said() == [HELD, KNOWN]


def test_readers_who_left_are_not_said_to_stay_out_where_their_journal_is_not_believed() -> None:
    assert said(has_reader_journal=False) == [HELD, LOST]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_plan_says_whether_there_is_a_journal_of_readers(
    tmp_path: Path, settings_env: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    settings_env.setenv("SYNDICATE_JOURNAL", str(tmp_path / "journal.jsonl"))
    settings.load.cache_clear()
    if is_there:
        readers.keep(tmp_path / readers.NAME)
    with transaction() as tx:
        copies.hold(tx, now=NOW, why=WHY, is_all_restored=False)

    assert restored.plan(NOW).has_reader_journal is is_there


def test_an_issue_of_the_lost_time_is_not_opened_again_whether_it_was_sent_or_not() -> None:
    over = dataclasses.replace(BEGUN, number=13, is_over=True)

    assert said(put_back=(BEGUN, over))[1:-1] == [
        (
            "Issue 12 of morning (24 Nov 2026 09:00 GMT) was being sent, according to the journal. "
            "It will not be opened again: readers it had not reached will not get it."
        ),
        (
            "Issue 13 of morning (24 Nov 2026 09:00 GMT) was sent, according to the journal. It "
            "will not be opened again."
        ),
    ]


def test_what_nobody_knows_is_counted_over_all_mailings() -> None:
    assert said(mailings=(Row(1, 5, 0, 2), Row(2, 0, 9, 0), Row(3, 0, 0, 3)))[1:-1] == [
        (
            "5 deliveries were possibly sent already: no trustworthy accept log tells. What is in "
            "doubt is left for you to decide; `syndicate mailings resend ID --what ambiguous` "
            "sends it anyway."
        )
    ]


def test_without_a_journal_it_is_said_what_does_not_open_by_itself() -> None:
    assert said(opens_from=NOW)[1:] == [
        (
            "There is no trustworthy journal of what was sent before 24 Nov 2026 09:00 UTC. Issues "
            "that were due by then do not open automatically; `syndicate newsletters send NAME` "
            "sends one."
        ),
        UNSUBSCRIBED,
    ]


def test_where_new_mail_is_sent_only_the_rest_is_said_to_wait() -> None:
    assert said(is_rest=True)[0] == (
        "New mail is sent. What was open when this database was restored is held."
    )


def test_the_json_of_a_plan_has_its_mailings() -> None:
    plan = dataclasses.replace(NOTHING, mailings=(Row(1, 5, 2, 3),))

    assert releasing.as_dict(plan) == {"mailings": [{"id": 1, "would_send": 5, "settled": 2}]}


def shown(count: int, capsys: pytest.CaptureFixture[str]) -> str:
    plan = Plan(WHY, tuple(Row(number, 10, 2, 1) for number in range(1, count + 1)))
    releasing._tell(plan, as_json=False)
    return capsys.readouterr().out


@pytest.mark.parametrize(("count", "last"), [(1, "1"), (20, "20")])
def test_mailings_are_shown_each_with_its_numbers(
    count: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = shown(count, capsys)

    assert cells(told, "mailing") == ["would send", "settled by log", "left to you"]
    assert cells(told, last) == ["10", "2", "1"]
    assert "more" not in told


def test_many_mailings_are_summed_up_in_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(23, capsys)

    assert cells(told, "20") == ["10", "2", "1"]
    assert cells(told, "3 more") == ["30", "6", "3"]
    assert "│      21 │" not in told


def test_without_mailings_there_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert "would send" not in shown(0, capsys)


def release(*options: str, stdin: str = "") -> Answer:
    return ask(mailings.app, "release", *options, stdin=stdin)


def is_stopped() -> bool:
    with transaction() as tx:
        row = installation.read(tx)
        assert row is not None
        return row.stopped_at is not None


@pytest.fixture
def held() -> int:
    """A database that may be a copy, with a mailing of three deliveries that it holds as unsent."""
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id)
        mailing = rows.mailing(tx, rows.issue(tx, newsletter.id), audience=3)
        batch = rows.batch(tx, mailing, size=3)
        for number in range(3):
            rows.delivery(tx, batch, number, rows.reader(tx, number + 1, newsletter.id))
        made = mailing.id
    with transaction() as tx:
        assert copies.hold(tx, now=clock.now(), why=WHY, is_all_restored=False)
    return made


@pytest.mark.usefixtures("database")
def test_what_was_stopped_by_hand_goes_on_without_a_question() -> None:
    ask(mailings.app, "stop-all", "be quick")

    done = release()

    assert (done.code, done.out) == (0, "Mail is released.\n")
    assert not is_stopped()


@pytest.mark.usefixtures("database")
def test_what_was_never_stopped_may_be_released_again() -> None:
    assert release().out == "Mail is released.\n"
    assert release("--json").said == {"mailings": []}


@pytest.mark.usefixtures("database")
def test_a_dry_run_tells_and_does_nothing(held: int) -> None:
    told, shown = release("--dry-run"), release("--dry-run", "--json")

    assert told.out.startswith(f"{HELD}\n")
    assert cells(told.out, str(held)) == ["0", "0", "3"]
    assert shown.said == {"mailings": [{"id": held, "would_send": 0, "settled": 0}]}
    assert is_stopped()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_where_it_was_held_as_a_copy_a_person_is_asked_after_being_told(
    held: int, answer: str
) -> None:
    done = release(stdin=answer)

    assert done.code == 1
    assert done.out.startswith(f"{HELD}\n")
    assert cells(done.out, str(held)) == ["0", "0", "3"]
    assert "Release mail? 0 of these deliveries will be sent." in done.err
    assert is_stopped()


@pytest.mark.usefixtures("database", "held")
def test_a_yes_lets_it_go() -> None:
    done = release(stdin="y\n")

    assert (done.code, done.out.splitlines()[-1]) == (0, "Mail is released.")
    assert not is_stopped()


@pytest.mark.usefixtures("database")
def test_a_program_is_asked_too_and_reads_nothing_but_its_object(held: int) -> None:
    asked = release("--json", stdin="n\n")
    done = release("--json", "--yes")

    assert (asked.code, asked.out.strip()) == (1, "n")  # what was typed, and nothing else
    assert done.said == {"mailings": [{"id": held, "would_send": 0, "settled": 0}]}
    assert "Release mail?" not in done.err
    assert not is_stopped()
