"""What became of an issue, where its words depend on how many stories it had."""

import dataclasses

import pytest

from syndicate.store.views.readers import Copy, Number
from syndicate.subscribers import fates
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.readers import ReaderCode
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, MailingState
from tests.rows import NOW

LEFT_OUT = Copy(
    DeliveryState.SKIPPED,
    DeliveryReason.NOTHING_CHOSEN,
    code=None,
    enhanced=None,
    not_before=None,
    done_at=None,
    language="en",
    choice=0,
    version=None,
)
ISSUE = Number(
    id=13,
    newsletter_id=1,
    newsletter="Morning",
    zone="UTC",
    number=2,
    local_date=NOW.date(),
    state=IssueState.SENDING,
    note=None,
    opened_at=NOW,
    at=NOW,
    mailing_id=1,
    mailing_state=MailingState.DONE,
    frozen_at=NOW,
    stories=2,
    copy=None,
)


@pytest.mark.parametrize(
    ("stories", "said"),
    [
        (1, "its only story is not in what the reader chose"),
        (2, "none of its 2 stories is in what the reader chose"),
    ],
)
def test_whoever_chose_none_of_the_stories_reads_that_none_was_theirs(
    stories: int, said: str
) -> None:
    issue = dataclasses.replace(ISSUE, stories=stories, copy=LEFT_OUT)

    fate = fates.left_out(LEFT_OUT, issue, None)

    assert fate is not None
    assert fate.words == said


def test_an_issue_that_only_the_journal_knows_was_sent() -> None:
    lost = dataclasses.replace(ISSUE, state=IssueState.DONE, mailing_id=None, mailing_state=None)

    fate = fates.of_issue(lost)

    assert fate is not None
    assert (fate.code, fate.words) == (
        ReaderCode.IN_DOUBT,
        "it was sent, and nothing is known of single copies",
    )
    assert fates.of_issue(ISSUE) is None
