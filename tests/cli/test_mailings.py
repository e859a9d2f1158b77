"""`syndicate mailings`, as an operator sees it."""

import json

import pytest
from typer.testing import CliRunner

from syndicate import clock
from syndicate.cli import mailings
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, results
from syndicate.store.sending.results import DeliveryOutcome
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, Lane
from tests.mail.campaign import Plan, start
from tests.store.hands import WORKER
from tests.web import operators

pytestmark = pytest.mark.usefixtures("database")
ADDED = ("accepted", "deferred", "failed", "suppressed", "skipped", "ambiguous", "remaining")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(mailings.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def mailing_id() -> int:
    """Ten readers: six accepted, two refused for the same reason, two still to come."""
    now = clock.now()
    made = start(Plan(audience=10), now=now)
    with transaction() as tx:
        leased = batch_leases.take(tx, Lane.BULK, worker=WORKER, now=now)
        assert leased is not None
        batch_leases.intend(tx, leased, range(8), version=1, now=now)
        outcomes = [DeliveryOutcome(place, DeliveryState.ACCEPTED, code=250) for place in range(6)]
        outcomes += [
            DeliveryOutcome(
                place, DeliveryState.FAILED, code=550, enhanced="5.1.1", reason="unknown"
            )
            for place in (6, 7)
        ]
        results.settle(tx, leased, outcomes, now=now)
        results.give_back(tx, leased, now=now)
    return made


def test_show_gives_counts_that_add_up(mailing_id: int) -> None:
    shown = json.loads(run("show", str(mailing_id), "--json"))

    assert shown["audience"] == sum(shown[name] for name in ADDED) == 10
    assert (shown["accepted"], shown["failed"], shown["remaining"]) == (6, 2, 2)
    assert shown["groups"]["other"]["accepted"] == 6
    assert shown["per_second"] > 0
    assert shown["seconds_left"] > 0
    assert shown["errors"] == [
        {
            "state": "failed",
            "receiver_group": "other",
            "code": 550,
            "enhanced": "5.1.1",
            "reason": "unknown",
            "deliveries": 2,
        }
    ]


def test_show_says_why_readers_were_left_out(mailing_id: int) -> None:
    assert "Left out" not in run("show", str(mailing_id))
    operators.leave_out(mailing_id, DeliveryReason.PAUSED, DeliveryReason.ENDED)

    assert "Why readers were left out is counted once this is paused or over.\n" in run(
        "show", str(mailing_id)
    )
    assert json.loads(run("show", str(mailing_id), "--json"))["left_out"] is None
    run("pause", str(mailing_id))
    assert "Left out: 1 unsubscribed, 1 paused\n" in run("show", str(mailing_id))
    none = dict.fromkeys(DeliveryReason.barred(), 0)
    left_out = json.loads(run("show", str(mailing_id), "--json"))["left_out"]
    assert left_out == none | {"ended": 1, "paused": 1}


def test_show_says_it_in_words(mailing_id: int) -> None:
    said = run("show", str(mailing_id))

    assert "6 of 10 accepted, 2 remaining" in said
    assert "2 failed at other: 550 5.1.1 unknown" in said


def test_list_holds_each_mailing(mailing_id: int) -> None:
    listed = json.loads(run("list", "--json"))

    assert [row["id"] for row in listed["mailings"]] == [mailing_id]
    assert listed["stopped"] is None
    assert "digest" in run("list")


def test_pause_resume_cancel(mailing_id: int) -> None:
    states = []
    for step in (("pause",), ("resume",), ("cancel", "--yes")):
        run(step[0], str(mailing_id), *step[1:])
        states.append(json.loads(run("show", str(mailing_id), "--json"))["state"])

    assert states == ["paused", "sending", "cancelled"]


def test_cancel_asks_first(mailing_id: int) -> None:
    result = CliRunner().invoke(mailings.app, ["cancel", str(mailing_id)], input="n\n")

    assert result.exit_code == 1
    assert json.loads(run("show", str(mailing_id), "--json"))["state"] == "sending"


def test_a_mailing_that_is_not_there_is_refused_before_anything_is_asked() -> None:
    for asked in (["cancel", "99"], ["resend", "99", "--what", "failed"]):
        result = CliRunner().invoke(mailings.app, asked)

        assert (type(result.exception), result.output) == (NotFoundError, "")


def test_nothing_to_send_again_is_not_asked_about(mailing_id: int) -> None:
    said = run("resend", str(mailing_id), "--what", "failed", "--group", "google")

    assert said == f"0 deliveries of mailing {mailing_id} are sent again.\n"


def test_watch_ends_with_the_mailing(mailing_id: int) -> None:
    run("cancel", str(mailing_id), "--yes")

    assert json.loads(run("show", str(mailing_id), "--watch", "--json"))["state"] == "cancelled"


def test_stop_all_is_shown_until_release() -> None:
    run("stop-all", "a bad night")
    assert json.loads(run("list", "--json"))["stopped"] == "a bad night"
    assert "a bad night" in run("list")

    run("release")

    assert json.loads(run("list", "--json"))["stopped"] is None


def test_stop_all_needs_no_words() -> None:
    run("stop-all")

    assert json.loads(run("list", "--json"))["stopped"] == "no reason given"


def test_an_unknown_mailing_is_one_clear_sentence() -> None:
    with pytest.raises(NotFoundError, match="no mailing 99"):
        run("show", "99")


def test_accepts_takes_a_relays_log_in() -> None:
    lines = '{"at": "2026-11-24T08:00:00Z", "message_id": "<a@x>"}\nnoise\n'

    result = CliRunner().invoke(mailings.app, ["accepts", "--relay", "mx:25", "-"], input=lines)

    assert result.stdout == "1 line taken.\n"


def test_resend_takes_what_was_asked_for_and_the_counts_add_up(mailing_id: int) -> None:
    said = run("resend", str(mailing_id), "--what", "failed", "--error", "5.1", "--yes")

    assert "2 deliveries of mailing" in said
    shown = json.loads(run("show", str(mailing_id), "--json"))
    assert (shown["accepted"], shown["failed"], shown["remaining"]) == (6, 0, 4)


@pytest.mark.parametrize(
    "narrow", [("--error", "4"), ("--group", "google"), ("--error", "5.2"), ("--error", "450")]
)
def test_resend_leaves_alone_what_was_not_asked_for(
    mailing_id: int, narrow: tuple[str, str]
) -> None:
    said = run("resend", str(mailing_id), "--what", "failed", *narrow, "--yes")

    assert "\n0 deliveries" in f"\n{said}"


def test_resend_reopens_a_cancelled_mailing(mailing_id: int) -> None:
    run("cancel", str(mailing_id), "--yes")

    run("resend", str(mailing_id), "--what", "remaining", "--what", "failed", "--yes")

    shown = json.loads(run("show", str(mailing_id), "--json"))
    assert (shown["state"], shown["accepted"], shown["remaining"]) == ("sending", 6, 4)


def test_resend_says_that_ambiguous_ones_may_come_twice(mailing_id: int) -> None:
    arguments = ["resend", str(mailing_id), "--what", "failed", "--what", "ambiguous"]

    result = CliRunner().invoke(mailings.app, arguments, input="n\n")

    assert result.exit_code == 1
    assert "twice" in result.output
