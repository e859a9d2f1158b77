"""A mailing on one line: what stands there, how long it takes, and when watching ends."""

import datetime as dt

import pytest

from syndicate.cli import watching
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.sending.ledger import Counts
from syndicate.store.sending.mailings import Batch, Mailing
from syndicate.store.views.progress import MailingProgress
from syndicate.vocabulary.sending import MailingState
from tests import rows

NOTHING = dict.fromkeys(("deferred", "failed", "suppressed", "skipped", "ambiguous"), 0)


def mailing_progress(
    state: MailingState = MailingState.SENDING, *, audience: int = 1000, accepted: int = 0
) -> MailingProgress:
    counts = Counts(audience=audience, accepted=accepted, **NOTHING)
    return MailingProgress(Mailing(id=7, state=state), counts, {})


@pytest.mark.parametrize(
    ("remaining", "per_second", "left"),
    [
        (100, 0.0, ""),  # nobody can tell
        (0, 10.0, ", 0 s left"),
        (594, 10.0, ", 59 s left"),
        (596, 10.0, ", 1 min 0 s left"),
        (1234, 10.0, ", 2 min 3 s left"),
        (90_000, 10.0, ", 150 min 0 s left"),
    ],
)
def test_the_time_that_is_left_is_that_of_the_rest_at_this_rate(
    remaining: int, per_second: float, left: str
) -> None:
    now = mailing_progress(audience=100_000, accepted=100_000 - remaining)

    assert watching.line(now, per_second) == (
        f"sending: {100_000 - remaining} of 100000 accepted, {remaining} remaining, "
        f"{per_second:.0f}/s{left}"
    )


@pytest.mark.parametrize(
    ("state", "put_off"),
    [(MailingState.SENDING, ", 12 put off until 24 Nov 2026 07:10 UTC"), (MailingState.PAUSED, "")],
)
def test_what_was_put_off_has_its_time_and_no_other_is_promised(
    state: MailingState, put_off: str
) -> None:
    counts = Counts(audience=100, accepted=88, **(NOTHING | {"deferred": 12}))
    again = dt.datetime(2026, 11, 24, 7, 10, tzinfo=dt.UTC)
    now = MailingProgress(Mailing(id=7, state=state), counts, {}, retry_at=again)

    said = f"{state}: 88 of 100 accepted, 0 remaining, 10/s{put_off}"
    assert watching.line(now, 10) == said


@pytest.mark.parametrize("state", sorted(set(MailingState) - {MailingState.SENDING}))
def test_a_mailing_that_does_not_send_has_no_time_left(state: MailingState) -> None:
    assert watching.line(mailing_progress(state, accepted=1), 2.4) == (
        f"{state}: 1 of 1000 accepted, 999 remaining, 2/s"
    )


def test_a_mailing_that_is_over_is_not_looked_at_again(capsys: pytest.CaptureFixture[str]) -> None:
    over = mailing_progress(MailingState.DONE)

    assert watching.watch(over) is over
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def mailing_id() -> int:
    """A mailing to four readers; one was accepted."""
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id)
        made = rows.mailing(tx, rows.issue(tx, newsletter.id))
        rows.batch(tx, made, size=4, accepted=1)
        return made.id


@pytest.mark.usefixtures("database")
def test_each_look_is_one_line_on_stderr_until_it_is_enough(
    mailing_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def send() -> None:
        with transaction() as tx:
            tx.session.get_one(Batch, (mailing_id, 0)).accepted = 3

    last = watching.watch(
        watching.find(mailing_id),
        is_enough=lambda now: now.counts.accepted == 3,
        tend=send,
    )

    out, err = capsys.readouterr()
    assert (last.counts.accepted, last.counts.remaining) == (3, 1)
    assert out == ""
    (line,) = err.splitlines()
    # Two in half a second, or a little more of it on a busy machine.
    assert line.startswith("sending: 3 of 4 accepted, 1 remaining, ")
    assert line.endswith(" left")


@pytest.mark.usefixtures("database")
def test_a_mailing_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(NotFoundError, match=r"^There is no mailing 7"):
        watching.find(7)
